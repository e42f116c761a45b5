//! Who wants something is written down as what it is, whatever it calls itself; and what is wanted and told
//! has bounds.

use std::io::Write;
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::{ActsByHand, decisions, row};
use crate::common::{Collector, Listening, TestEnv, finish, until};

const EVENT: &str = r#"{"assistant":"claude","state":"running","target":"a:0.0","instance_id":"s1","ts":"2026-02-27T10:00:00Z"}"#;

fn known(env: &TestEnv) -> (Collector<'_>, Value) {
    let collector = Collector::start(env);
    env.send(EVENT.as_bytes());
    collector.until_state("running");
    let row = row(&collector);
    (collector, row)
}

fn snooze(seconds: u64) -> Value {
    json!({"act": "snooze", "seconds": seconds})
}

#[test]
fn whatever_a_client_calls_itself_the_audit_says_who_it_was() {
    let env = TestEnv::new();
    let (_collector, row) = known(&env);
    let mut first = ActsByHand::at_hub(&env, "dashboard-1");
    first.act(&row, &snooze(1));
    let mut second = ActsByHand::at_hub(&env, "dashboard-1");
    second.act(&row, &snooze(1));
    first.act(&row, &snooze(1));
    let id = row["id"].as_str().expect("an id");
    assert!(
        finish(env.pane_patrol().args(["snooze", id, "1m"]))
            .status
            .success()
    );
    let doors: Vec<Value> = decisions(&env)
        .iter()
        .map(|line| line["door"].clone())
        .collect();
    let hub = [
        "hub dashboard-1",
        "hub dashboard-1 (2)",
        "hub dashboard-1",
        "snooze",
    ];
    assert_eq!(doors, hub);
    let own = std::process::id();
    let pids: Vec<Value> = decisions(&env)
        .iter()
        .map(|line| line["pid"].clone())
        .collect();
    assert_eq!(pids[..3], [own, own, own]);
    assert!(pids[3].is_u64() && pids[3] != own, "{pids:?}");
    // A name that nobody has any more is free.
    drop((first, second));
    ActsByHand::at_hub(&env, "dashboard-1").act(&row, &snooze(1));
    assert_eq!(decisions(&env)[4]["door"], "hub dashboard-1");
}

#[test]
fn the_hubs_own_name_is_nobody_elses() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut client = ActsByHand::at_hub(&env, "collector");
    let refused = client.hear();
    assert_eq!(refused["payload"]["code"], "bad_schema", "{refused}");
    let words = refused["payload"]["message"].as_str().expect("words");
    assert!(words.contains("the hub's own"), "{words}");
}

#[test]
fn nobody_is_snoozed_for_more_than_a_year_at_a_time() {
    let env = TestEnv::new();
    let (_collector, row) = known(&env);
    let mut client = ActsByHand::at_hub(&env, "script");
    let year = 365 * 24 * 60 * 60;
    for seconds in [u64::MAX, u64::from(u32::MAX), year] {
        let before = Timestamp::now();
        assert_eq!(client.act(&row, &snooze(seconds))["outcome"], "done");
        let text = std::fs::read_to_string(env.places().runtime.join("snoozes"));
        let text = text.expect("it is written down");
        let until = text
            .split_once(' ')
            .and_then(|(until, _)| Timestamp::parse(until));
        let span = until.expect("a moment").since(before).as_secs();
        assert!((year - 1..=year + 600).contains(&span), "{seconds}: {text}");
    }
}

#[test]
fn a_publisher_is_told_that_of_anothers_tasks_nothing_is_taken() {
    let env = TestEnv::new();
    let (collector, row) = known(&env);
    let mut stream = env.connect_to_hub();
    let say = |kind: &str, payload: Value| {
        let message = json!({"version": "1", "type": kind, "session_id": "default", "sender_id": "board",
            "timestamp": "2026-11-21T14:02:15Z", "payload": payload, "request_id": "r1"});
        format!("{message}\n")
    };
    let hello = json!({"client_id": "board", "role": "publisher", "capabilities": []});
    let update = json!({"agent_id": row["id"], "tag": "", "action": "add",
        "task": {"id": "1", "title": "EVIL", "status": "pending"}});
    let said = say("hello", hello) + &say("task_update", update);
    stream.write_all(said.as_bytes()).expect("the hub hears");
    let mut answer = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(&stream), &mut answer)
        .expect("the hub answers");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["payload"]["code"], "not_taken", "{answer}");
    assert_eq!(answer["request_id"], "r1");
    let words = answer["payload"]["message"].as_str().expect("words");
    assert!(words.contains("nothing is taken"), "{words}");
    assert_eq!(collector.rows()[0]["tasks"], Value::Null);
}

/// What a client says the next time.
type Payload<'a> = dyn Fn(usize) -> Value + 'a;

/// Asks without reading until the hub drops the connection or takes nothing any more; what it has said, read in
/// the end, is no more than it makes ready.
#[test]
fn whoever_asks_and_does_not_listen_has_only_so_much_made_ready() {
    let env = TestEnv::new();
    let (_collector, row) = known(&env);
    // So long that a few fill what is made ready.
    let long = "i".repeat(1000);
    let patch = json!({"agent_id": row["id"], "path": "x"});
    let act = |number: usize, what: &Value| {
        let mut act = json!({"act_id": format!("act-{number}"), "agent_id": row["id"]});
        for (name, value) in what.as_object().expect("an object") {
            act[name] = value.clone();
        }
        act
    };
    let late = json!({"act": "locate", "expires": "2020-01-01T00:00:00Z"});
    let read = json!({"act": "read_request"});
    let asked: [(&str, &Payload<'_>); 3] = [
        ("act", &|number| act(number, &late)),
        ("act", &|number| act(number, &read)),
        ("diff_patch_request", &|_| patch.clone()),
    ];
    for (kind, payload) in &asked {
        let mut stream = env.connect_to_hub();
        let say = |kind: &str, payload: Value| {
            let message = json!({"version": "1", "type": kind, "session_id": "default",
                "sender_id": "deaf", "timestamp": "2026-11-21T14:02:15Z", "payload": payload,
                "request_id": long});
            format!("{message}\n")
        };
        let hello = json!({"client_id": "deaf", "role": "subscriber", "capabilities": ["pong"]});
        stream
            .write_all(say("hello", hello).as_bytes())
            .expect("the hub hears");
        let limit = Some(Duration::from_secs(20));
        stream.set_write_timeout(limit).expect("a timeout");
        // On a loaded machine the hub may lag behind what is written.
        let end = Instant::now() + Duration::from_secs(60);
        let numbers = (0..).take_while(|number| *number < 20_000 || Instant::now() < end);
        let is_dropped = { numbers }.any(|number| {
            let said = say(kind, payload(number));
            stream.write_all(said.as_bytes()).is_err()
        });
        assert!(is_dropped, "{kind}: who takes nothing is let go");
        // Others are answered all the while.
        assert!(
            finish(env.pane_patrol().args(["status", "--json"]))
                .status
                .success()
        );
    }
}

#[test]
fn a_lesser_right_takes_over_no_publishers_name() {
    use crate::either::{Client, envelope};
    use pane_patrol::hub::protocol::Right;
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let status = |agent: &str| json!({"agent_id": agent, "status": "idle", "pane_id": "", "project_root": "/"});
    let speaks = |right: Right| {
        let mut client = Client::with(right, &env, &listening);
        assert!(client.greets("publisher"));
        client.say_whole(&envelope("agent_status", &status("agent-1")));
        client
    };
    let mut own = speaks(Right::Own);
    assert_eq!(own.refusals(), [""; 0]);
    assert_eq!(speaks(Right::Publish).first_refusal(), "duplicate_client");
    drop(own);
    // It may come back; somebody with the token to publish may not be it.
    until("it has gone", || {
        let mut reader = Client::with(Right::Read, &env, &listening);
        assert!(reader.greets("subscriber"));
        let status = finish(env.pane_patrol().args(["status", "--json"])).stdout;
        let rows: Value = serde_json::from_str(&status).expect("JSON");
        (rows[0]["publisher"].is_null() || rows[0]["offline"] == true).then_some(())
    });
    assert_eq!(speaks(Right::Publish).first_refusal(), "duplicate_client");
    assert_eq!(speaks(Right::Own).refusals(), [""; 0]);
}

#[test]
fn a_name_that_a_token_has_taken_first_is_the_owners_as_soon_as_she_speaks() {
    use crate::either::{Client, envelope};
    use pane_patrol::hub::protocol::Right;
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let speaks = |right: Right, agent: &str| {
        let mut client = Client::with(right, &env, &listening);
        assert!(client.greets("publisher"));
        let status =
            json!({"agent_id": agent, "status": "running", "pane_id": "", "project_root": "/"});
        client.say_whole(&envelope("agent_status", &status));
        client
    };
    let ids = || -> Vec<Value> {
        let status = finish(env.pane_patrol().args(["status", "--json"])).stdout;
        let rows: Vec<Value> = serde_json::from_str(&status).expect("JSON");
        rows.into_iter().map(|row| row["id"].clone()).collect()
    };
    let mut thief = speaks(Right::Publish, "thiefs");
    assert_eq!(thief.refusals(), [""; 0]);
    until("its agent is there", || (ids() == ["thiefs"]).then_some(()));
    let mut own = speaks(Right::Own, "own");
    assert_eq!(own.refusals(), [""; 0]);
    assert_eq!(thief.first_refusal(), "duplicate_client");
    until("only hers is told of", || (ids() == ["own"]).then_some(()));
    assert_eq!(
        speaks(Right::Publish, "more").first_refusal(),
        "duplicate_client"
    );
    assert_eq!(own.refusals(), [""; 0]);
}

/// Asks as a hook does whose command the rules deny, by `client`, and is told that.
fn is_denied(client: &mut crate::either::Client, number: usize) {
    let command = format!("rm -rf x{number}");
    let event = json!({"assistant": "claude", "state": "waiting_approval", "kind": "approval_requested",
        "tool": "Bash", "message": command, "target": format!("w:{number}.0"),
        "instance_id": format!("i{number}"), "ts": "2026-11-21T14:02:15Z"});
    assert!(client.greets("publisher"));
    client.say("agent_status", &event);
    let asked = json!({"tool": "Bash", "input": {"command": command}, "cwd": "/", "project": null});
    client.say("wait_decision", &json!({"event": event, "asked": asked}));
    loop {
        match client.hear() {
            told if told["type"] == "decision" => return,
            told => assert_eq!(told["type"], "waiting", "{told}"),
        }
    }
}

#[test]
fn what_rules_make_of_a_tokens_own_requests_fills_no_record() {
    use crate::either::Client;
    use pane_patrol::hub::protocol::Right;
    let env = TestEnv::new();
    env.configure("[[rules]]\nthen = 'deny'\nname = 'no rm'\ncommand = 'rm'\n");
    let listening = Listening::start(&env);
    let asked = 60;
    for number in 0..asked {
        is_denied(&mut Client::with(Right::Publish, &env, &listening), number);
    }
    // The owner's name is hers; then nothing is waited for of what the token has told.
    for number in 0..3 {
        is_denied(
            &mut Client::with(Right::Own, &env, &listening),
            asked + number,
        );
    }
    let is_owners = |line: &Value| line["right"].is_null();
    let lines = until("the owner's are written down", || {
        let lines = decisions(&env);
        (lines.iter().filter(|line| is_owners(line)).count() == 3).then_some(lines)
    });
    assert!(lines.iter().all(|line| line["by"] == "rule"), "{lines:?}");
    let written = lines.iter().filter(|line| !is_owners(line)).count();
    // Twenty a minute, and it may have taken longer.
    assert!((20..asked).contains(&written), "{written}");
    assert!(lines.iter().any(|line| line["left_out"].is_u64()) || written < asked);
}
