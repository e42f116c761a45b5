//! Two sub-agents ask for just the same: the key reaches whichever is on the screen.

use super::*;

/// `t2` asks what `t1` asks; once a key was pressed `answered` has a result, and `next` is on the screen.
fn equals(answered: Option<&'static str>, next: &'static str) -> Stage {
    let (own, other) = (full("t1", "touch a"), full("t2", "touch a"));
    Stage {
        row: RefCell::new(Some(asking(vec![
            request("t1", "touch a"),
            request("t2", "touch a"),
        ]))),
        full: vec![own.clone(), other.clone()],
        open: vec![own, other],
        results: Some(answered.into_iter().collect()),
        screen: Box::new(move |_, keys| match keys {
            0 => asks(" touch a"),
            _ => next.to_owned(),
        }),
        // One of them waits still.
        seen: None,
        ..stage().0
    }
}

fn words(outcome: Outcome) -> (Option<String>, String) {
    let Outcome::Equal(equal) = outcome else {
        panic!("{outcome:?}");
    };
    let answered = equal.answered().cloned();
    let id = answered.and_then(|answered| answered.request.request_id);
    (id, equal.words().to_owned())
}

#[test]
fn the_one_that_was_answered_in_its_place_is_named() {
    let next = asks(" touch a").leak();
    for decision in [Decision::Approve, Decision::Deny { message: None }] {
        let stage = equals(Some("t2"), next);
        let outcome = carry_out(&full("t1", "touch a"), &decision, &stage);
        assert_eq!(stage.keys(), 1);
        let (answered, words) = words(outcome);
        assert_eq!(answered.as_deref(), Some("t2"), "{words}");
        let done = ["approved", "denied"][usize::from(decision != Decision::Approve)];
        assert!(
            words.contains(done) && words.contains("t2") && words.contains("t1` still waits"),
            "{words}"
        );
        let stage = equals(Some("t1"), next);
        let outcome = carry_out(&full("t1", "touch a"), &decision, &stage);
        assert_eq!(outcome, Outcome::Done);
    }
}

#[test]
fn which_of_them_runs_is_not_made_up() {
    let stage = Stage {
        runs: true,
        ..equals(None, asks(" touch a").leak())
    };
    let (answered, words) = words(stage.approve(&full("t1", "touch a")));
    assert_eq!(answered, None);
    assert!(words.contains("nothing tells yet which"), "{words}");
    assert_eq!(stage.keys(), 1);
}

/// Nothing was heard of it, and what is on the screen now may be the other one.
#[test]
fn no_second_key_is_pressed_on_what_may_be_the_other_one() {
    let stage = equals(None, asks(" touch a").leak());
    let outcome = stage.approve(&full("t1", "touch a"));
    assert_eq!(stage.keys(), 1);
    assert!(
        matches!(&outcome, Outcome::Unknown(why) if why.contains("another of two requests")),
        "{outcome:?}"
    );
}

#[test]
fn what_only_reads_the_same_is_no_equal() {
    let mut other = full("t2", "touch a");
    other.folder = Some("/elsewhere".to_owned());
    let stage = equals(Some("t2"), "");
    let stage = Stage {
        full: vec![full("t1", "touch a"), other.clone()],
        open: vec![full("t1", "touch a"), other],
        ..stage
    };
    stage.refuses(
        &full("t1", "touch a"),
        &Decision::Approve,
        "cannot be told apart",
    );
}

/// `{find, drop}` and `{drop, find}` are two commands to a server.
#[test]
fn objects_whose_fields_stand_in_another_order_are_no_equals() {
    let bound = |id: &str, text: &str| {
        let mut bound = full(id, "touch a");
        bound.request.tool = Some("mcp__db__run".to_owned());
        bound.input = serde_json::from_str(text).ok();
        bound.written = crate::state::Written::parse(text);
        bound
    };
    let (one, other) = (
        r#"{"command": {"find": "x", "drop": "tmp"}, "n": 1}"#,
        r#"{"command": {"drop": "tmp", "find": "x"}, "n": 1}"#,
    );
    let named = r#"{"n": 1, "command": {"find": "x", "drop": "tmp"}}"#;
    for (one, other, expected) in [
        (one, one, true),
        (one, named, true),
        (one, other, false),
        (other, one, false),
    ] {
        let found = crate::actor::dialog::is_same(&bound("t1", one), &bound("t2", other));
        assert_eq!(found, expected, "{one} {other}");
    }
}

/// Nobody tells which is which.
#[test]
fn objects_whose_fields_may_stand_in_another_order_are_no_equals() {
    let command = json!({"command": {"find": "x", "drop": "tmp"}});
    let list = json!({"k": [{"a": 1, "b": 2}]});
    let plain = json!({"a": "x", "b": {"c": "y"}, "d": ["z"]});
    for (tool, input, is_same) in [
        ("mcp__db__run", &command, false),
        ("mcp__db__run", &list, false),
        ("mcp__db__run", &plain, true),
        ("MultiEdit", &list, true),
    ] {
        let bound = |id: &str| {
            let mut bound = full(id, "touch a");
            bound.request.tool = Some(tool.to_owned());
            bound.input = Some(input.clone());
            bound
        };
        let found = crate::actor::dialog::is_same(&bound("t1"), &bound("t2"));
        assert_eq!(found, is_same, "{tool} {input}");
    }
}
