//! Every captured payload and what it means: one line a file, so that a new file without a line fails.

use std::fmt::Write as _;

use super::*;
use crate::adapter::tests::{files, fixtures, line};

fn inside_claude() -> Caller {
    Caller {
        is_inside_claude: true,
        attended: true,
        home: Some("/home/user".into()),
        ..Caller::default()
    }
}

fn read(json: &str) -> Payload {
    Payload::read(json.as_bytes())
}

#[test]
fn every_captured_payload_means_what_the_table_says() {
    let mut table = String::new();
    for file in files("claude", "json") {
        let payload = read(&std::fs::read_to_string(&file).unwrap());
        let name = file.file_stem().unwrap().display();
        let report = report(&payload, &inside_claude());
        writeln!(table, "{name}: {}", line(report.as_ref())).unwrap();
    }
    assert!(table == include_str!("table.txt"), "{table}");
}

#[test]
fn a_request_is_summed_up_like_the_tool_call_it_is_about() {
    let mut compared = 0;
    for file in files("claude", "jsonl") {
        let mut calls = std::collections::HashMap::new();
        for json in std::fs::read_to_string(&file).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(json).unwrap();
            let payload = read(&line["payload"].to_string());
            let Some(report) = report(&payload, &inside_claude()) else {
                continue;
            };
            let key = (report.agent_id, report.tool);
            match report.event.as_deref() {
                Some("PreToolUse") => drop(calls.insert(key, report.message)),
                Some("PermissionRequest") => {
                    compared += 1;
                    assert_eq!(calls.get(&key), Some(&report.message), "{}", file.display());
                }
                _ => {}
            }
        }
    }
    assert!(compared >= 20, "{compared}");
}

#[test]
fn what_copilot_sends_to_claudes_hooks_is_dropped() {
    let inside_copilot = Caller {
        is_inside_other: true,
        ..Caller::default()
    };
    for file in files("copilot", "json") {
        let payload = read(&std::fs::read_to_string(&file).unwrap());
        for caller in [&inside_copilot, &inside_claude(), &Caller::default()] {
            assert_eq!(report(&payload, caller), None, "{}", file.display());
        }
    }
}

fn captured(name: &str) -> String {
    std::fs::read_to_string(fixtures().join("claude").join(name)).unwrap()
}

fn meant(json: &str) -> String {
    line(report(&read(json), &inside_claude()).as_ref())
}

#[test]
fn a_tool_end_cut_in_its_result_still_says_which_tool() {
    let json = captured("post_tool_use.bash.json");
    let (before, _) = json.split_once("\"tool_response\"").unwrap();
    assert_eq!(meant(before), "running tool_finished tool=Bash | -");
    let (before, _) = json.split_once("\"tool_name\"").unwrap();
    assert_eq!(meant(before), "running note | -");
}

#[test]
fn the_common_fields_go_into_every_report() {
    let json = captured("permission_request.subagent_bash.json");
    let caller = Caller {
        pid: Some(42),
        attended: false,
        home: Some("/elsewhere".into()),
        ..inside_claude()
    };
    let report = report(&read(&json), &caller).unwrap();
    assert_eq!(report.pid, Some(42));
    assert_eq!(report.event.as_deref(), Some("PermissionRequest"));
    assert_eq!(
        report.instance_id.as_deref(),
        Some("00000000-0000-4000-8000-000000000001")
    );
    assert_eq!(
        report.turn_id.as_deref(),
        Some("7af614b1-0368-46aa-9e22-01af6ac40110")
    );
    assert_eq!(report.cwd.as_deref(), Some("/home/user/proj"));
    assert_eq!(report.home.as_deref(), Some("/home/user/.claude"));
    assert!(!report.attended);
}

#[test]
fn a_field_that_no_event_may_carry_is_left_out() {
    let json = captured("stop.plain.json").replace("/home/user/proj\"", "/home/a\\nb\"");
    let report = report(&read(&json), &inside_claude()).unwrap();
    assert_eq!(report.cwd, None);
}

#[test]
fn automatic_compaction_changes_nothing() {
    for name in ["pre_compact.manual.json", "post_compact.manual.json"] {
        let json = captured(name).replace("\"manual\"", "\"auto\"");
        assert_eq!(meant(&json), "running note | -");
    }
}

#[test]
fn a_notice_of_an_unknown_kind_means_nothing() {
    let json = captured("notification.idle_prompt.json").replace("idle_prompt", "auth_success");
    assert_eq!(meant(&json), "nothing");
}

proptest::proptest! {
    #[test]
    fn a_payload_cut_anywhere_gives_a_report_that_can_be_sent(
        file in 0_usize..64, at in proptest::prelude::any::<proptest::sample::Index>()
    ) {
        use crate::event::{Assistant, Event};
        use crate::locate::Location;
        let files = files("claude", "json");
        let json = std::fs::read(&files[file % files.len()]).unwrap();
        let payload = Payload::read(&json[..at.index(json.len())]);
        if let Some(report) = report(&payload, &inside_claude()) {
            let location = Location { target: "a:0.0".parse().unwrap(), pane: None, server: None };
            let event = report.at(Assistant::CLAUDE, location, crate::timestamp::Timestamp::default());
            proptest::prop_assert_eq!(Event::parse(&event.encode().unwrap()), Ok(event));
        }
    }
}
