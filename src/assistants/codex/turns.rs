//! Where a session is, by its rollout. Codex writes there when a turn begins and ends (0.171.0; measured: an end at
//! most 20 ms after the status record that tells of it, a beginning 60), and what it asks before it shows that.

use std::path::Path;

use serde_json::Value;

use super::rollout::of_session;
use crate::assistants::facets::log_tail::{self as tail, MAX_BYTES};
use crate::assistants::facets::turns::{Turn, Turns};

/// So much of a rollout's end is read first, in bytes: few turns write more.
const LATELY: u64 = 256 * 1024;

/// The lines that are looked at, by what stands in them; texts of the model may hold it as well.
const WORDS: [&str; 5] = [
    "\"task_started\"",
    "\"task_complete\"",
    "\"turn_aborted\"",
    "\"request_user_input\"",
    "\"function_call_output\"",
];

/// The turns.
pub(super) struct Rollouts;

impl Turns for Rollouts {
    fn turn(&self, home: &Path, session: &str) -> Option<Turn> {
        let rollout = of_session(Some(session), home)?;
        let read = |bytes| tail::end(&rollout, bytes, &WORDS);
        let lately = read(LATELY)?;
        let known = turn(&lately.lines);
        known.or_else(|| turn(&read(MAX_BYTES).filter(|_| lately.is_cut)?.lines))
    }
}

/// By the lines, the newest first; `None`: they do not go back to where it began.
fn turn(lines: &[Value]) -> Option<Turn> {
    let mut answered = Vec::new();
    let mut asks = false;
    for line in lines {
        let payload = &line["payload"];
        match (line["type"].as_str()?, payload["type"].as_str()) {
            ("event_msg", Some("task_complete" | "turn_aborted")) => return Some(Turn::Over),
            ("event_msg", Some("task_started")) if asks => return Some(Turn::Asks),
            ("event_msg", Some("task_started")) => return Some(Turn::Runs),
            (_, Some("function_call_output")) => answered.push(&payload["call_id"]),
            (_, Some("function_call")) if payload["name"] == "request_user_input" => {
                asks |= !answered.contains(&&payload["call_id"]);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SESSION: &str = "01a229ee-a28b-7970-8168-ac84ecc217b5";

    /// What the rollout of a session says of its turn after each line.
    fn turns(lines: &[Value]) -> Vec<Option<Turn>> {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("sessions/2026/11/30");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("rollout-2026-11-30T01-01-38-{SESSION}.jsonl"));
        let mut text = String::new();
        let after = |line: &Value| {
            text.push_str(&line.to_string());
            text.push('\n');
            std::fs::write(&file, &text).unwrap();
            Rollouts.turn(home.path(), SESSION)
        };
        lines.iter().map(after).collect()
    }

    fn line(of: &str, kind: &str) -> Value {
        json!({"timestamp": "2026-11-30T00:50:41.111Z", "type": of, "payload": {"type": kind}})
    }

    fn event(kind: &str) -> Value {
        line("event_msg", kind)
    }

    fn call(name: &str, id: &str) -> Value {
        let mut call = line("response_item", "function_call");
        call["payload"]["name"] = json!(name);
        call["payload"]["call_id"] = json!(id);
        call
    }

    fn output(id: &str) -> Value {
        let mut output = line("response_item", "function_call_output");
        output["payload"]["call_id"] = json!(id);
        output
    }

    #[test]
    fn a_turn_runs_from_its_start_to_its_end_and_asks_until_it_is_answered() {
        let mut said = line("response_item", "message");
        said["payload"]["content"] =
            json!("{\"type\":\"event_msg\",\"payload\":{\"type\":\"task_complete\"}}");
        let lines = [
            (line("session_meta", "session_meta"), None),
            (event("task_started"), Some(Turn::Runs)),
            (call("exec_command", "1"), Some(Turn::Runs)),
            (output("1"), Some(Turn::Runs)),
            (said, Some(Turn::Runs)),
            (call("request_user_input", "2"), Some(Turn::Asks)),
            (output("2"), Some(Turn::Runs)),
            (event("task_complete"), Some(Turn::Over)),
            (event("token_count"), Some(Turn::Over)),
            (event("task_started"), Some(Turn::Runs)),
            (call("request_user_input", "3"), Some(Turn::Asks)),
            (event("turn_aborted"), Some(Turn::Over)),
        ];
        let (lines, expected): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
        assert_eq!(turns(&lines), expected);
    }

    #[test]
    fn the_start_of_a_turn_is_found_behind_much_of_what_it_has_written() {
        let mut long = output("1");
        long["payload"]["output"] = json!("x".repeat(300_000));
        let known = turns(&[event("task_started"), call("exec_command", "1"), long]);
        assert_eq!(known, [Some(Turn::Runs); 3]);
    }

    #[test]
    fn a_session_without_a_rollout_is_nowhere() {
        let home = tempfile::tempdir().unwrap();
        for session in [SESSION, "../x", ""] {
            assert_eq!(Rollouts.turn(home.path(), session), None, "{session}");
        }
    }
}
