//! What was done once is not done again, whoever collects then; whoever ends sees what is being done to its end;
//! and whoever may little fills no file.

use rustix::process::Signal;
use serde_json::json;

use super::{ActsByHand, asking, audit, row};
use crate::common::{Collector, TestEnv, Tmux, finish, wait_until};

#[test]
fn a_start_that_is_asked_for_again_opens_no_second_pane_also_after_a_kill() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    env.configure("[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    let panes = || server.run(&["list-panes", "-a"]).lines().count();
    let before = panes();
    let start = json!({"act": "start", "launcher": "helper"});
    let mut collector = Collector::start_in(&env, &server);
    let mut first = ActsByHand::at_hub(&env, "script");
    let started = first.act_as("once", &json!({}), &start);
    assert_eq!(started["outcome"], "done", "{started}");
    // It comes again while its first connection is still there.
    let mut back = ActsByHand::at_hub(&env, "script");
    assert_eq!(back.act_as("once", &json!({}), &start), started);
    for signal in [Signal::KILL, Signal::TERM] {
        collector.signal(signal);
        collector.wait();
        collector = Collector::start_in(&env, &server);
        let mut later = ActsByHand::at_hub(&env, "script");
        let again = later.act_as("once", &json!({}), &start);
        assert_eq!(again["outcome"], "done", "{again}");
        assert_eq!(again["place"]["target"], started["place"]["target"]);
        // Nobody else has it told, and nothing else is done under it.
        let mut other = ActsByHand::at_hub(&env, "other");
        let used = other.act_as("once", &json!({}), &start);
        assert_eq!(used["outcome"], "refused", "{used}");
    }
    assert_eq!(panes(), before + 1);
}

#[test]
fn whoever_is_told_to_end_sees_an_approval_to_its_end_and_tells_of_it_before_it_goes() {
    let env = TestEnv::new();
    let Some((stage, mut collector, row)) = asking(&env) else {
        return;
    };
    let mut program = ActsByHand::with_token(&collector, "answer", "phone");
    let read = program.act(&row, &json!({"act": "read_request"}));
    program.say(
        "act",
        &json!({"act_id": "late", "agent_id": row["id"], "act": "decide", "decision": "approve",
            "digest": read["request"]["digest"]}),
    );
    wait_until("its key is pressed", || stage.folder.join("keys").exists());
    collector.signal(Signal::TERM);
    let told = program.hear();
    assert_eq!(told["type"], "act_result", "{told}");
    assert_eq!(told["payload"]["act_id"], "late");
    assert_eq!(program.hear()["type"], "bye");
    collector.wait();
    let lines = audit(&env);
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes.len(), 2, "{lines:?}");
    assert_eq!(outcomes[0], "begun");
    assert_ne!(outcomes[1], "nothing");
}

#[test]
fn who_may_only_answer_fills_the_record_with_nothing_and_hides_nothing_in_it() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_listening_in(&env, &server);
    let event = r#"{"assistant":"claude","state":"running","target":"a:0.0","instance_id":"s1","ts":"2026-02-27T10:00:00Z"}"#;
    env.send(event.as_bytes());
    collector.until_state("running");
    let row = row(&collector);
    let mut program = ActsByHand::with_token(&collector, "answer", "badguy");
    let snoozed = program.act(&row, &json!({"act": "snooze", "seconds": 7}));
    assert_eq!(snoozed["outcome"], "done", "{snoozed}");
    let nobody = json!({"id": "x".repeat(15_000)});
    let mut busy = 0;
    for number in 0..400 {
        let snooze = json!({"act": "snooze", "seconds": number});
        let answer = program.ask_as(&format!("flood-{number}"), &nobody, &snooze);
        busy += usize::from(answer["payload"]["code"] == "busy");
    }
    assert!(busy > 100, "{busy}");
    for _ in 0..40 {
        let mut reader = ActsByHand::with_token(&collector, "read", &"r".repeat(120));
        reader.ask_as("x", &row, &json!({"act": "snooze", "seconds": 1}));
    }
    let path = env.places().decisions().expect("a state folder");
    let length = std::fs::metadata(path).expect("it is there").len();
    assert!(length < 32 * 1024, "{length}");
    let logged = finish(env.pane_patrol().args(["log", "--only", "decisions"])).stdout;
    assert!(logged.contains("snooze, done"), "{logged}");
    // The owner goes on.
    let mut own = ActsByHand::at_hub(&env, "script");
    let done = own.act(&row, &json!({"act": "snooze", "seconds": 0}));
    assert_eq!(done["outcome"], "done", "{done}");
}
