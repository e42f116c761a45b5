//! Whatever comes is either a message or refused with one of the known codes.

use pane_patrol_hooks::timestamp::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn text() -> impl Strategy<Value = String> {
    "[ -~é\u{7}]{0,20}"
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// An envelope of which one field may be anything, or be missing.
fn nearly_an_envelope() -> impl Strategy<Value = Value> {
    let fields = [
        "version",
        "type",
        "session_id",
        "sender_id",
        "timestamp",
        "payload",
        "request_id",
    ];
    (0..fields.len(), prop::option::of(json())).prop_map(move |(which, put)| {
        let mut envelope = serde_json::json!({
            "version": VERSION, "type": "hello", "session_id": "default", "sender_id": "a",
            "timestamp": "2026-02-27T10:00:00Z", "payload": {}, "request_id": "r",
        });
        if let Some(object) = envelope.as_object_mut() {
            match put {
                Some(value) => drop(object.insert(fields[which].to_owned(), value)),
                None => drop(object.remove(fields[which])),
            }
        }
        envelope
    })
}

fn judge(line: &[u8]) {
    match parse(line) {
        Ok(message) => {
            assert_eq!(message.version, VERSION);
            // What is understood as a message for subscribers or not: neither may panic.
            let _ = update_of(message);
        }
        Err((code, words)) => {
            assert!([code::BAD_JSON, code::BAD_SCHEMA, code::BAD_VERSION].contains(&code));
            assert!(!words.is_empty());
        }
    }
}

proptest! {
    #[test]
    fn bytes_are_a_message_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        judge(&bytes);
    }

    #[test]
    fn a_message_with_a_strange_field_is_understood_or_refused(envelope in nearly_an_envelope()) {
        judge(envelope.to_string().as_bytes());
    }

    #[test]
    fn a_message_cut_short_or_damaged_is_refused_or_understood(
        envelope in nearly_an_envelope(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut line = envelope.to_string().into_bytes();
        let at = at.index(line.len());
        if cut { line.truncate(at) } else { line[at] = byte }
        judge(&line);
    }

    #[test]
    fn what_is_said_is_heard_again(
        kind in text(), sender_id in text(), request in prop::option::of(text()), value in json(),
    ) {
        let payload = serde_json::json!({ "value": value });
        let voice = Voice { session_id: "default".into(), sender_id };
        let said = voice.say(&kind, &payload, request.as_deref(), Timestamp::from_millis(5));
        prop_assert_eq!(memchr::memchr(b'\n', &said), Some(said.len() - 1), "one line");
        let heard = parse(&said).unwrap();
        prop_assert_eq!(heard.kind, kind);
        prop_assert_eq!(heard.payload, payload);
        prop_assert_eq!(heard.request_id, request);
        prop_assert_eq!(heard.sender_id, voice.sender_id);
    }
}
