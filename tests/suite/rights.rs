//! Every right and every message that there is, tried at the hub: with each token over WebSocket, and at the
//! hub's own socket, which is its owner's.

use pane_patrol::hub::protocol::Right;
use pane_patrol::hub::protocol::right::{ACTS, MESSAGES, ROLES};
use serde_json::Value;

use crate::common::{Listening, TestEnv, lines_so_far, until};
use crate::either::{Client, act_of, payload_of};

/// The role in which a right says what needs that.
fn role(right: Right, needed: Right) -> &'static str {
    match (right, needed) {
        (Right::Publish, _) | (Right::Own, Right::Publish) => "publisher",
        _ => "subscriber",
    }
}

#[test]
fn each_right_allows_what_it_is_for_and_nothing_else() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let messages = MESSAGES.into_iter().filter(|(kind, _)| *kind != "act");
    let messages = messages.map(|(kind, needed)| (kind, payload_of(kind), needed));
    let acts = ACTS.map(|(act, needed)| ("act", act_of(act), needed));
    let all: Vec<_> = messages.chain(acts).collect();
    for right in Right::ALL {
        for (name, needed) in ROLES {
            let taken = Client::with(right, &env, &listening).greets(name);
            assert_eq!(taken, right.allows(needed), "{right:?} as a {name}");
        }
        for (kind, payload, needed) in &all {
            let mut client = Client::with(right, &env, &listening);
            assert!(client.greets(role(right, *needed)), "{right:?} says hello");
            client.say(kind, payload);
            let refused = client.refusals();
            let expected = !right.allows(*needed);
            assert_eq!(
                refused.iter().any(|code| code == "not_allowed"),
                expected,
                "{right:?} says {kind} {payload}: {refused:?}"
            );
            let wrong = |code: &String| ["bad_schema", "wrong_role"].contains(&code.as_str());
            assert!(
                !refused.iter().any(wrong),
                "{right:?} says {kind}: {refused:?}"
            );
        }
    }
}

#[test]
fn what_a_right_lacks_is_written_down_once_a_connection() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let mut reader = Client::with(Right::Read, &env, &listening);
    assert!(reader.greets("subscriber"));
    for _ in 0..50 {
        reader.say("act", &act_of("trust"));
        reader.say("agent_status", &payload_of("agent_status"));
        let refused = reader.refusals();
        assert_eq!(refused, ["not_allowed", "not_allowed"], "each is answered");
    }
    let path = env.places().decisions().expect("a state folder");
    let noted = || -> Vec<Value> {
        let lines = lines_so_far(&path).into_iter();
        lines
            .map(|line| serde_json::from_str(&line).expect("JSON"))
            .collect()
    };
    // Another connection's comes after those.
    let mut other = Client::with(Right::Read, &env, &listening);
    assert!(other.greets("subscriber"));
    other.say("act", &act_of("snooze"));
    assert_eq!(other.refusals(), ["not_allowed"]);
    until("they are written down", || {
        (noted().len() >= 3).then_some(())
    });
    let mut what: Vec<String> = noted()
        .iter()
        .map(|line| format!("{} {} {}", line["decision"], line["right"], line["door"]))
        .collect();
    what.sort();
    assert_eq!(
        what,
        [
            r#""agent_status" "read" "websocket x""#,
            // Another living client has the name.
            r#""snooze" "read" "websocket x (2)""#,
            r#""trust" "read" "websocket x""#
        ]
    );
}
