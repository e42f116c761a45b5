//! Finished turns stay unseen until somebody has looked, whatever becomes of who collects.

use super::owners::member;
use super::*;
use crate::acts::ActsByHand;

/// So many panes, in each of which a turn is finished in each round: 500 turns.
const PANES: usize = 100;

/// How a collector ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Killed,
    Told,
    /// It is killed, and another one that has listened takes over.
    TakenOver,
}

struct World<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    panes: Vec<String>,
}

impl<'env> World<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        let server = Tmux::start(env, "work")?;
        let panes = (0..PANES).map(|_| server.window("work", "cat")).collect();
        Some(Self { env, server, panes })
    }

    fn finish_turns(&self, round: usize) {
        let server = self.server.variable();
        let server = server.rsplit_once(',').expect("it has three parts").0;
        let tell = |pane: &String, state: &str, kind: &str| {
            let number = pane.trim_start_matches('%');
            let event = json!({
                "assistant": "mine", "state": state, "kind": kind, "target": pane, "pane": pane,
                "server": server, "instance_id": format!("s{number}"), "ts": Timestamp::now(),
                "message": format!("round {round} of {number}"),
            });
            self.env.send(event.to_string().as_bytes());
        };
        for pane in &self.panes {
            tell(pane, "running", "turn_started");
            tell(pane, "completed", "turn_finished");
        }
    }
}

/// Whether every pane's turn of that round is shown as finished and not seen.
fn all_unseen(rows: &[Value], round: usize) -> bool {
    let words = format!("round {round} of ");
    let is_unseen = |row: &&Value| {
        let recap = row["recap"].as_str().unwrap_or_default();
        row["state"] == "completed" && row["unseen"] == true && recap.starts_with(&words)
    };
    rows.len() == PANES && rows.iter().filter(is_unseen).count() == PANES
}

fn assert_all_unseen(rows: &[Value], round: usize) {
    assert!(all_unseen(rows, round), "round {round}: {rows:#?}");
}

#[test]
fn five_hundred_finished_turns_stay_unseen_until_looked_at_whoever_collects() {
    let env = TestEnv::new();
    let Some(world) = World::new(&env) else {
        return;
    };
    let mut collector = Collector::start_in(&env, &world.server);
    let ends = [
        End::Killed,
        End::Told,
        End::TakenOver,
        End::Killed,
        End::TakenOver,
    ];
    for (round, end) in ends.into_iter().enumerate() {
        world.finish_turns(round);
        collector.until("all are unseen", |rows| all_unseen(rows, round));
        match end {
            End::Killed => collector.signal(Signal::KILL),
            End::Told => collector.signal(Signal::TERM),
            End::TakenOver => {
                let setup = member(&env, world.server.socket().to_owned());
                let (feed, membership) = join(setup).expect("a thread can be started");
                let next = |what: &dyn Fn(&Update) -> bool| {
                    until("the feed goes on", || {
                        let told = feed.recv_timeout(PATIENCE).expect("something is told");
                        Some(told).filter(what)
                    })
                };
                next(&|told| matches!(told, Update::Snapshot(rows) if rows.len() == PANES));
                collector.signal(Signal::KILL);
                next(&|told| *told == Update::Role(Role::Collector));
                membership.leave();
            }
        }
        collector.wait();
        collector = Collector::start_in(&env, &world.server);
        assert_all_unseen(&collector.rows(), round);
    }

    let rows = collector.rows();
    let mut person = ActsByHand::at_hub(&env, "person");
    let (seen, left) = rows.split_at(PANES / 2);
    for row in seen {
        assert_eq!(person.act(row, &json!({"act": "look"}))["outcome"], "done");
    }
    let is_left = |rows: &[Value]| {
        let unseen = rows.iter().filter(|row| row["unseen"] == true);
        let unseen: Vec<&Value> = unseen.map(|row| &row["id"]).collect();
        unseen.len() == left.len() && left.iter().all(|row| unseen.contains(&&row["id"]))
    };
    collector.until("half of them are seen", is_left);
    collector.signal(Signal::KILL);
    collector.wait();
    let collector = Collector::start_in(&env, &world.server);
    assert!(is_left(&collector.rows()), "{:#?}", collector.rows());
}
