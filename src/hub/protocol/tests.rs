//! Messages as they are printed and read.

use std::sync::Arc;

use pane_patrol_hooks::event::{Assistant, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::*;
use crate::state::update::{Health, Update};
use crate::state::{Evidence, Row};

fn row(id: &str, evidence_bytes: usize) -> Row {
    Row {
        id: id.into(),
        assistant: Assistant::CLAUDE,
        state: State::Idle,
        kind: None,
        target: "main:0.0".parse().unwrap(),
        pane: None,
        server: None,
        instance_id: None,
        pid: None,
        since: Timestamp::default(),
        ts: Timestamp::default(),
        tool: None,
        message: None,
        conversation: None,
        unseen: false,
        recap: None,
        called: None,
        cwd: None,
        branch: None,
        diff: None,
        tasks: None,
        facts: None,
        conflicts: Vec::new(),
        trusted_until: None,
        hearsay: false,
        home: None,
        source: Source::Hook,
        publisher: None,
        offline: false,
        shown_at: None,
        terminal: None,
        suspended: false,
        silent: false,
        sub_agents: 0,
        waiting: Vec::new(),
        generation: 0,
        evidence: vec![Arc::new(Evidence {
            at: Timestamp::default(),
            source: Source::Hook,
            what: "x".repeat(evidence_bytes),
            before: None,
            after: State::Idle,
            reason: None,
        })],
    }
}

fn voice() -> Voice {
    Voice {
        session_id: "default".into(),
        sender_id: "collector".into(),
    }
}

fn heard(row: &Row) -> AgentStatus {
    let said = voice().say_row(row, Timestamp::default());
    assert!(said.len() <= MAX_MESSAGE_BYTES + 1);
    serde_json::from_value(parse(&said).unwrap().payload).unwrap()
}

#[test]
fn a_row_too_long_for_a_message_loses_its_evidence() {
    assert_eq!(heard(&row("a", 10)).row.evidence.len(), 1);
    assert_eq!(heard(&row("b", 300_000)).row.evidence.len(), 0);
}

#[test]
fn whatever_is_said_can_be_read() {
    let long = "\\".repeat(MAX_MESSAGE_BYTES);
    let mut row = row("a", 10);
    (row.cwd, row.home) = (Some(long.clone()), Some(long.clone()));
    row.message = Some(long.clone());
    assert!(heard(&row).row.cwd.unwrap().len() < long.len());
    let health = Health {
        troubles: vec![long[..2048].to_owned(); 4000],
        ..Health::default()
    };
    let said = voice().say("health", &health, None, Timestamp::default());
    assert!(said.len() <= MAX_MESSAGE_BYTES, "{}", said.len());
    let said = parse(&said).unwrap();
    let Some(Update::Health(health)) = update_of(said).unwrap() else {
        panic!("it is the health");
    };
    assert!(!health.troubles.is_empty());
    let id = "i".repeat(1025);
    let said = voice().say(
        "ping",
        &serde_json::json!({}),
        Some(&id),
        Timestamp::default(),
    );
    assert_eq!(parse(&said).unwrap_err().0, code::BAD_SCHEMA);
}

#[test]
fn a_message_is_numbered_and_carries_the_name_by_which_the_hub_is_called() {
    let said = voice().say(
        "pong",
        &serde_json::json!({}),
        Some("r"),
        Timestamp::default(),
    );
    let numbered = voice().numbered(&said, "a \"b\"", 7);
    let message = parse(&numbered).unwrap();
    assert_eq!(
        (message.seq, message.session_id.as_str()),
        (Some(7), "a \"b\"")
    );
    assert_eq!(message.request_id.as_deref(), Some("r"));
    assert_eq!(numbered.last(), Some(&b'\n'));
}

#[test]
fn what_is_said_is_understood() {
    let row = row("a", 10);
    let said = parse(&voice().say_row(&row, Timestamp::default())).unwrap();
    assert_eq!(said.session_id, "default");
    assert_eq!(update_of(said).unwrap(), Some(Update::Row(Arc::new(row))));
    let gone = Gone::of("a");
    let said = parse(&voice().say("agent_status", &gone, None, Timestamp::default())).unwrap();
    assert_eq!(update_of(said).unwrap(), Some(Update::Gone("a".into())));
}

#[test]
fn what_is_no_message_is_told_apart() {
    let code = |line: &str| parse(line.as_bytes()).unwrap_err().0;
    assert_eq!(code("{"), code::BAD_JSON);
    assert_eq!(code("[]"), code::BAD_SCHEMA);
    // Its fields in a list are none.
    let list = r#"["1","ping","d","a","2026-02-27T10:00:00Z",{},null,null]"#;
    assert_eq!(code(list), code::BAD_SCHEMA);
    assert_eq!(code(r#"{"version":"2"}"#), code::BAD_VERSION);
    assert_eq!(code(r#"{"version":"1","type":"hello"}"#), code::BAD_SCHEMA);
    let envelope = |time: &str, payload: &str| {
        format!(
            r#"{{"version":"1","type":"ping","session_id":"d","sender_id":"a","timestamp":"{time}","payload":{payload}}}"#
        )
    };
    assert!(parse(envelope("2026-02-27T10:00:00Z", "{}").as_bytes()).is_ok());
    assert!(parse(envelope("2026-02-27T10:00:00+00:00", "{}").as_bytes()).is_ok());
    for (time, payload) in [
        ("2026-02-27T10:00:00+02:00", "{}"),
        ("2026-02-27T10:00:00", "{}"),
        ("now", "{}"),
        ("2026-02-27T10:00:00Z", "\"x\""),
        ("2026-02-27T10:00:00Z", "[]"),
    ] {
        assert_eq!(code(&envelope(time, payload)), code::BAD_SCHEMA, "{time}");
    }
}
