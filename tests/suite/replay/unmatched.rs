//! What was held apart when it was told makes no row afterwards: a collector that starts anew comes to
//! the rows of the one before it.

use std::time::Duration;

use pane_patrol::log::Record;
use pane_patrol::log::player::Player as LogPlayer;
use pane_patrol::state::{
    Input, Kin, ListedPane, Listing, Place, Relation, Row, RowKey, Settings, Table,
};
use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use proptest::prelude::*;

use crate::common::{Collector, TestEnv, Tmux, finish, fixture, until};

const TTL: Duration = Duration::from_secs(300);

fn settings() -> Settings {
    Settings {
        ttl: TTL,
        own_server: None,
    }
}

fn server() -> Server {
    Server {
        socket: "/tmp/tmux/default".into(),
        pid: 1,
    }
}

/// The last address is that of no pane.
fn address(window: u32) -> Target {
    Target::Address {
        session: "work".into(),
        window,
        pane: 0,
    }
}

const PANES: u32 = 2;

fn listing(at: Timestamp) -> Input {
    let pane = |id| ListedPane {
        pane: PaneId(id),
        target: address(id),
        shown_at: None,
        pid: 1,
        in_view: false,
        dead: false,
        title: String::new(),
        window: None,
    };
    Input::Listing(Listing {
        server: server(),
        asked: at,
        panes: (0..PANES).map(pane).collect(),
    })
}

/// Something that is said of a pane.
#[derive(Clone, Debug)]
enum Said {
    /// By an assistant's hook; what was found out of its process then.
    Hook {
        pane: u32,
        assistant: usize,
        session: u8,
        kind: Kind,
        kin: usize,
    },
    /// By a script that names the address.
    Emit { window: u32, state: State },
    /// The process of the pane's row has ended.
    Exit { pane: u32 },
    /// The panes are listed; before the first time no address is known.
    Listed,
}

fn said() -> impl Strategy<Value = Said> {
    let kinds = [
        Kind::SessionStarted,
        Kind::TurnStarted,
        Kind::ToolStarted,
        Kind::ToolFinished,
        Kind::ApprovalRequested,
        Kind::TurnFinished,
        Kind::SessionEnded,
    ];
    let kinds = prop::sample::select(kinds.to_vec());
    let states = prop::sample::select(vec![State::Running, State::WaitingInput, State::Completed]);
    let hook = (0..PANES, 0..2_usize, 0..3_u8, kinds, 0..6_usize);
    prop_oneof![
        6 => hook.prop_map(|(pane, assistant, session, kind, kin)| Said::Hook {
            pane,
            assistant,
            session,
            kind,
            kin,
        }),
        3 => (0..=PANES, states).prop_map(|(window, state)| Said::Emit { window, state }),
        1 => (0..PANES).prop_map(|pane| Said::Exit { pane }),
        1 => Just(Said::Listed),
    ]
}

fn kin(which: usize) -> Kin {
    match which {
        0 => Kin {
            lives: Some(true),
            place: Place::Outside,
            relation: Relation::None,
        },
        1 => Kin {
            lives: Some(true),
            place: Place::Inside,
            relation: Relation::Below,
        },
        _ => Kin::default(),
    }
}

fn state_of(kind: Kind) -> State {
    match kind {
        Kind::ApprovalRequested => State::WaitingApproval,
        Kind::TurnFinished => State::Completed,
        Kind::SessionStarted | Kind::SessionEnded => State::Idle,
        _ => State::Running,
    }
}

/// A table that is told everything, and the log that is written beside it.
struct Lived {
    table: Table,
    log: Vec<Record>,
    now: Timestamp,
    /// Only then the one that starts anew, which lists them, can know as much.
    is_listed: bool,
}

impl Lived {
    fn new() -> Self {
        let mut table = Table::new(settings());
        table.set_own_socket(server().socket);
        let now = Timestamp::from_millis(1_795_000_000_000);
        Self {
            table,
            log: Vec::new(),
            now,
            is_listed: false,
        }
    }

    fn pass(&mut self, span: Duration) {
        let until = self.now.plus(span);
        while let Some(due) = self.table.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.apply(Input::Tick);
        }
        self.now = until;
    }

    /// Applies what no event tells, and logs the rows that it ends as the collector does.
    fn apply(&mut self, input: Input) {
        let before = self.table.rows();
        let outcome = self.table.apply(input, self.now);
        let found = outcome.found.iter().filter_map(|key| self.table.row(key));
        self.log
            .extend(found.map(|row| Record::of_found(&row, self.now)));
        for key in outcome.removed {
            let is_in_pane = matches!(key.place, Target::Pane(_));
            let row = before.iter().find(|row| row.id == key.to_string());
            let row = row.filter(|_| is_in_pane || outcome.expired.contains(&key));
            self.log
                .extend(row.map(|row| Record::of_end(row, self.now)));
        }
    }

    /// An event, whose line is written before or after what the collector writes of it.
    fn tell(&mut self, event: Event, kin: Kin, late: bool) {
        let input = Input::Reported {
            event: Box::new(event.clone()),
            kin,
        };
        let key = self.table.key_of(&event);
        let place = key.server.zip(match key.place {
            Target::Pane(pane) if event.pane.is_none() => Some(pane),
            _ => None,
        });
        let place = place.and_then(|place| Record::of_place(&event, place, self.now));
        let outcome = self.table.apply(input, self.now);
        let apart = outcome.held_apart;
        let apart = apart.and_then(|why| Record::of_apart(&event, why, self.now));
        let line = Some(Record::from(event));
        let all = if late {
            [place, apart, line]
        } else {
            [line, place, apart]
        };
        self.log.extend(all.into_iter().flatten());
    }

    fn hear(&mut self, said: &Said, late: bool) {
        match said.clone() {
            Said::Hook {
                pane,
                assistant,
                session,
                kind,
                kin: which,
            } => {
                let name = [Assistant::CLAUDE, Assistant::GEMINI][assistant].clone();
                let mut event = Event::new(name, state_of(kind), address(pane), self.now);
                event.kind = Some(kind);
                event.pane = Some(PaneId(pane));
                event.server = Some(server());
                event.instance_id = Some(format!("s{session}"));
                event.pid = Some(100 + u32::from(session));
                self.tell(event, kin(which), late);
            }
            Said::Emit { window, state } => {
                let name = "bot".parse().expect("a name");
                let mut event = Event::new(name, state, address(window), self.now);
                event.source = Source::Emit;
                event.server = Some(server());
                self.tell(event, Kin::default(), late);
            }
            Said::Listed => {
                self.is_listed = true;
                self.apply(listing(self.now));
            }
            Said::Exit { pane } => {
                let key = RowKey {
                    server: Some(server()),
                    place: Target::Pane(PaneId(pane)),
                };
                if let Some(pid) = self.table.row(&key).and_then(|row| row.pid) {
                    self.apply(Input::ProcessExited { pid });
                }
            }
        }
    }

    /// The table of a collector that starts now, once it knows the panes.
    fn rebuilt(&self) -> Table {
        let mut player = LogPlayer::new(settings(), self.now);
        let records = self.log.iter().map(|record| {
            let line = record.encode().expect("it is short enough");
            Record::parse(&line).expect("we wrote it")
        });
        let records: Vec<Record> = records.collect();
        player.heed(records.iter().collect());
        for record in records {
            player.play(record, &mut |_, _, _| {});
        }
        let mut table = player.finish(self.now);
        table.set_own_socket(server().socket);
        table.apply(listing(self.now), self.now);
        table
    }
}

/// What a person sees of each row.
fn seen(table: &Table) -> Vec<String> {
    let see = |row: Row| {
        let Row {
            id,
            assistant,
            state,
            instance_id,
            pid,
            ..
        } = row;
        format!("{id} {assistant} {state} {instance_id:?} {pid:?}")
    };
    let mut rows: Vec<_> = table.rows().into_iter().map(see).collect();
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_rows_after_a_start_anew_are_those_before(
        story in prop::collection::vec((said(), any::<bool>(), 1..120_000_u64), 1..40),
    ) {
        let mut lived = Lived::new();
        for (said, late, passes) in story {
            lived.pass(Duration::from_millis(passes));
            lived.hear(&said, late);
            if lived.is_listed {
                prop_assert_eq!(seen(&lived.rebuilt()), seen(&lived.table), "after {:?}", said);
            }
        }
    }
}

/// By the address of a pane in which an assistant was, a script told of another; that was held apart.
/// The assistant is gone when the next collector starts, and with it what the event did not fit to.
#[test]
fn what_a_script_told_of_anothers_pane_is_no_row_after_a_start_anew() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let other = tmux.window("work", "cat");
    let is_on = finish(env.pane_patrol().args(["mirror", "on"]));
    assert!(is_on.status.success(), "{is_on:?}");
    let collector = Collector::start_in(&env, &tmux);
    tmux.report(
        "%0",
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    until("it is held apart", || {
        let mut emit = env.pane_patrol();
        let bot = ["--assistant", "bot", "--state", "running"];
        emit.arg("emit").args(bot).args(["--target", "work:0.0"]);
        let emitted = finish(emit.env("TMUX", tmux.variable()));
        assert!(emitted.status.success(), "{emitted:?}");
        // Before the panes are known nobody knows whose the address is.
        let rows = collector.rows();
        let held = rows[0]["held_apart"].as_array().map_or(0, Vec::len);
        (rows.len() == 1 && held > 0).then_some(())
    });
    tmux.run(&["respawn-pane", "-k", "-t", "%0", "cat"]);
    collector.until("the assistant has ended", <[_]>::is_empty);
    drop(collector);
    let collector = Collector::start_in(&env, &tmux);
    tmux.report(
        &other,
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    let rows = collector.until("the other pane has a row", |rows| {
        rows.iter().any(|row| row["pane"] == *other)
    });
    assert_eq!(rows.len(), 1, "{rows:#?}");
}
