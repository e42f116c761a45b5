//! A server that hangs, lies, floods, is cut off or is of another version: keys are left as long as nothing was sent,
//! and nothing is told as done that is not known to be.

use super::server::Twist;
use super::*;
use crate::assistants::codex::control::link::MAX_MESSAGE;

/// Does that with what is said of this method, or with an answer (`None`).
fn twisted(method: Option<&'static str>, twist: fn() -> Twist) -> Stage {
    let stage = Stage::asking();
    stage.server.twist(move |said| {
        let is_it = said.get("method").and_then(Value::as_str) == method;
        is_it.then(twist)
    });
    stage
}

fn refusal() -> Twist {
    let refused = |id| json!({"id": id, "error": {"code": -32600, "message": "no"}}).to_string();
    Twist::Say((1..9).map(refused).collect())
}

#[test]
fn a_server_that_refuses_leaves_or_says_nonsense_leaves_the_keys() {
    for method in ["initialize", "thread/read", "thread/resume"] {
        for twist in [
            refusal,
            || Twist::Leave,
            || Twist::Say(vec!["{".to_owned()]),
            || {
                Twist::Say(vec![
                    "[]".to_owned(),
                    "7".to_owned(),
                    "{\"id\":1".to_owned(),
                ])
            },
            || Twist::Say(vec![format!("\"{}\"", "x".repeat(MAX_MESSAGE))]),
        ] {
            twisted(Some(method), twist).assert_keys_are_left(method);
        }
    }
}

#[test]
fn a_server_that_hangs_is_left_in_time() {
    for method in ["initialize", "thread/resume"] {
        let stage = twisted(Some(method), || Twist::Hang);
        stage.assert_keys_are_left(method);
    }
}

#[test]
fn a_server_that_floods_is_left() {
    let flood = || {
        let note =
            json!({"method": "item/agentMessage/delta", "params": {"delta": "x".repeat(4096)}});
        Twist::Say(vec![note.to_string(); 2000])
    };
    twisted(Some("thread/resume"), flood).assert_keys_are_left("4 MB of notes");
}

#[test]
fn what_is_told_before_it_asks_is_no_answer_and_no_request() {
    let stage = twisted(Some("thread/resume"), || {
        let notes = [
            json!({"method": "item/commandExecution/requestApproval", "params": {"itemId": CALL}}),
            json!({"id": 77, "method": "item/commandExecution/requestApproval", "params": {
                "itemId": CALL, "threadId": "another", "turnId": "t", "command": "/bin/bash -lc 'touch f'"}}),
            json!({"id": 78, "result": {}}),
        ];
        Twist::First(notes.map(|note| note.to_string()).to_vec())
    });
    assert_eq!(stage.approve(), Given::Done);
    assert_eq!(stage.server.heard(None)[0]["id"], 0, "its own number");
}

#[test]
fn one_that_asks_for_the_same_call_twice_is_not_answered() {
    let stage = Stage::asking();
    stage.server.ask_to_run(CALL, COMMAND);
    stage.assert_keys_are_left("which of the two is it?");
}

#[test]
fn a_session_that_waits_for_nothing_or_is_not_loaded_is_not_subscribed_to() {
    let stage = Stage::with(&command_call(CALL, COMMAND));
    stage.assert_keys_are_left("it asks nothing");
    let unloaded = twisted(Some("thread/read"), || {
        let read = |id| json!({"id": id, "result": {"thread": {"status": {"type": "notLoaded"}}}});
        Twist::Say((1..9).map(|id| read(id).to_string()).collect())
    });
    unloaded.assert_keys_are_left("the server does not have it");
    for stage in [stage, unloaded] {
        assert!(stage.server.heard(Some("thread/resume")).is_empty());
    }
}

#[test]
fn what_becomes_of_an_answer_that_nobody_tells_of_is_not_known() {
    for (twist, words) in [
        ((|| Twist::Hang) as fn() -> Twist, "has taken no notice"),
        (|| Twist::Leave, "has closed the connection"),
        (|| Twist::Say(vec!["{".to_owned()]), "is not understood"),
        (
            || {
                let closed = json!({"method": "serverRequest/resolved",
                    "params": {"threadId": SESSION, "requestId": 0}});
                Twist::Say(vec![closed.to_string()])
            },
            "nothing tells whether",
        ),
    ] {
        let Given::Unknown(why) = twisted(None, twist).approve() else {
            panic!("{words}");
        };
        assert!(why.contains(words), "{why}");
    }
}

/// What belongs to a denial was done, and the request is open still, so that its dialog is drawn.
#[test]
fn what_is_open_still_is_not_told_as_done() {
    let stage = twisted(None, || {
        let item = json!({"id": CALL, "status": "declined"});
        let declined =
            json!({"method": "item/completed", "params": {"threadId": SESSION, "item": item}});
        Twist::Say(vec![declined.to_string()])
    });
    let open = stage.reach(&DENY).expect("it waits");
    let Given::Unknown(why) = Box::new(open).answer() else {
        panic!("it is open still");
    };
    assert!(why.contains("has the request open still"), "{why}");
}

#[test]
fn a_server_that_does_not_tell_what_runs_leaves_it_unknown_and_one_that_does_is_believed() {
    let stage = twisted(Some("thread/backgroundTerminals/list"), refusal);
    stage.server.run_long();
    assert!(matches!(stage.approve(), Given::Unknown(_)));
}

#[test]
fn a_server_that_leaves_before_the_answer_was_sent_got_none() {
    let stage = Stage::asking();
    let open = stage.reach(&Decision::Approve).unwrap();
    stage.server.twist(|_| Some(Twist::Leave));
    assert!(matches!(Box::new(open).answer(), Given::Refused(_)));
    assert_eq!(stage.server.taken(), []);
}
