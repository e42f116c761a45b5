//! Prompts: once, whole, and never while something is asked.

use super::server::Twist;
use super::*;
use crate::assistants::codex::control::queue::send;
use crate::assistants::facets::prompts::{Later, Prompt, Sent};

/// What became of `text`, where `objection` is all that speaks against it.
fn sent(stage: &Stage, text: &str, objection: Option<&str>) -> Sent {
    followed(stage, text, objection).0
}

fn followed(stage: &Stage, text: &str, objection: Option<&str>) -> (Sent, Option<Later>) {
    let mut row = row(1, "codex", State::Idle, "a:0.0", 5);
    row.instance_id = Some(SESSION.to_owned());
    let home = stage.home();
    let prompt = Prompt {
        row: &row,
        text,
        home: Some(&home),
        objection: &|| objection.map(str::to_owned),
    };
    send(&prompt, &|_, _| true)
}

fn idle() -> Stage {
    Stage::with(&command_call(CALL, COMMAND))
}

#[test]
fn a_text_of_many_lines_arrives_once_and_whole() {
    let lines = (1..=20).map(|line| format!("{line}: äöü 日本 👩\u{200d}💻 \"q\" $HOME `x` \\n\n"));
    let text = lines.collect::<String>();
    for is_busy in [false, true] {
        let stage = idle();
        if is_busy {
            stage.server.be_busy();
        }
        assert_eq!(sent(&stage, &text, None), Sent::Done { queued: is_busy });
        let heard = stage.server.heard(Some("thread/queue/add"));
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["params"]["input"][0]["text"], text);
        assert_eq!(heard[0]["params"]["threadId"], SESSION);
    }
}

#[test]
fn what_is_kept_back_after_an_interrupted_turn_is_not_told_as_sent() {
    let stage = idle();
    stage.server.hold_queue();
    let Sent::Unknown(why) = sent(&stage, "x", None) else {
        panic!("no turn has begun with it");
    };
    assert!(why.contains("next prompt"), "{why}");
}

#[test]
fn what_is_queued_is_followed_until_its_turn_is_over() {
    for is_interrupted in [false, true] {
        let stage = idle();
        stage.server.be_busy();
        let (sent, later) = followed(&stage, "x", None);
        assert_eq!(sent, Sent::Done { queued: true });
        let later = std::thread::spawn(later.expect("it waits"));
        stage.server.rest(is_interrupted);
        let left = later.join().unwrap();
        assert_eq!(
            left.is_some_and(|why| why.contains("interrupted")),
            is_interrupted
        );
    }
    assert!(
        followed(&idle(), "x", None).1.is_none(),
        "it waits for nothing"
    );
}

#[test]
fn nothing_is_sent_while_something_is_asked_or_somebody_objects() {
    let stage = Stage::asking();
    assert!(matches!(sent(&stage, "x", None), Sent::Refused(_)));
    assert_eq!(
        sent(&idle(), "x", Some("no")),
        Sent::Refused("no".to_owned())
    );
    assert!(stage.server.heard(Some("thread/queue/add")).is_empty());
}

#[test]
fn a_server_without_a_queue_leaves_the_keys() {
    let stage = idle();
    stage.server.twist(|said| {
        let refused = json!({"id": said["id"], "error": {"code": -32600, "message": "no"}});
        (said["method"] == "thread/queue/add").then(|| Twist::Say(vec![refused.to_string()]))
    });
    assert_eq!(sent(&stage, "x", None), Sent::NoWay);
}

#[test]
fn what_became_of_a_text_that_nobody_tells_of_is_not_known() {
    for (twist, words) in [
        (
            (|| Twist::Leave) as fn() -> Twist,
            "may have been sent or not",
        ),
        (
            || {
                let other = |id| json!({"id": id, "result": {"queuedSubmission": {"input": []}}});
                Twist::Say((1..9).map(|id| other(id).to_string()).collect())
            },
            "something else",
        ),
    ] {
        let stage = idle();
        stage
            .server
            .twist(move |said| (said["method"] == "thread/queue/add").then(twist));
        let Sent::Unknown(why) = sent(&stage, "x", None) else {
            panic!("{words}");
        };
        assert!(why.contains(words), "{why}");
    }
}
