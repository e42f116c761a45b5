//! Requests in full, from files that the real assistants wrote while their dialogs were open.

use std::path::Path;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::assistants::claude::transcript::begun_calls;
use crate::assistants::facets::request::Begun;
use crate::state::Row;
use crate::state::fixture::row;

/// The session and the sub-agent of the recorded transcripts.
const SESSION: &str = "349f3f43-f30d-4dfd-bbd7-aed5033a0f7a";
const SUB_AGENT: &str = "a0c3f9b1127beae29";

/// A config folder in which the first `lines` of the recorded session were written.
fn config(lines: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/claude/transcript");
    let project = folder.path().join("projects/-home-user-proj");
    let subagents = project.join(SESSION).join("subagents");
    std::fs::create_dir_all(&subagents).unwrap();
    std::fs::create_dir_all(folder.path().join("projects/-another")).unwrap();
    let main = std::fs::read_to_string(recorded.join("main.jsonl")).unwrap();
    let main: String = main.split_inclusive('\n').take(lines).collect();
    std::fs::write(project.join(format!("{SESSION}.jsonl")), main).unwrap();
    let agent = format!("agent-{SUB_AGENT}.jsonl");
    std::fs::copy(
        recorded.join("subagents").join(&agent),
        subagents.join(&agent),
    )
    .unwrap();
    folder
}

fn asking(tool: &str, message: &str) -> Bound {
    let row = row(1, "claude", State::WaitingApproval, "a:0.0", 60);
    let request = Request {
        state: State::WaitingApproval,
        request_id: None,
        agent_id: None,
        tool: Some(tool.to_owned()),
        message: Some(message.to_owned()),
        since: row.since,
        source: Source::Hook,
    };
    Bound::to(&Row {
        waiting: vec![request],
        instance_id: Some(SESSION.to_owned()),
        ..row
    })
    .unwrap()
}

fn sources(folder: &tempfile::TempDir) -> Homes {
    Homes::all_in(folder.path())
}

fn find_in(folder: &tempfile::TempDir, bound: &Bound) -> Result<Full, Missing> {
    find(bound, &sources(folder))
}

/// How many recorded lines end with the call of `tool` that was asked for.
fn up_to(tool: &str) -> usize {
    let path = "tests/fixtures/claude/transcript/main.jsonl";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let recorded = std::fs::read_to_string(path).unwrap();
    let name = format!("\"name\":\"{tool}\"");
    1 + recorded
        .lines()
        .position(|line| line.contains(&name))
        .unwrap()
}

#[test]
fn a_call_without_a_result_is_what_claude_asks() {
    let folder = config(up_to("Bash"));
    let asked = asking("Bash", "touch one ; touch two && sleep 1");
    let full = find_in(&folder, &asked).unwrap();
    assert_eq!(full.mode.as_deref(), Some("default"));
    assert_eq!(
        full.parts,
        [
            Part::Text("touch one ; touch two && sleep 1".to_owned()),
            Part::Note("lab command".to_owned())
        ]
    );
    let other = asking("Bash", "touch one ; touch two");
    assert!(find_in(&folder, &other).is_err());
    let answered = config(up_to("Write"));
    assert!(find_in(&answered, &asked).is_err(), "it has a result");
}

#[test]
fn an_id_names_its_call_and_no_other() {
    let folder = config(up_to("Edit"));
    let mut asked = asking("Edit", "a.txt");
    asked.request.request_id = Some("toolu_36f96638e1a440b2b01d89f9".to_owned());
    let full = find_in(&folder, &asked).unwrap();
    let file = Part::Field("file".to_owned(), "/home/user/proj/a.txt".to_owned());
    let diff = Part::Diff(vec!["-hello".to_owned(), "+good".to_owned()]);
    assert_eq!(full.parts, [file, diff]);
    asked.request.request_id = Some("toolu_1f2a0f28c8fe4104a0c7cbb2".to_owned());
    assert!(find_in(&folder, &asked).is_err(), "that one is answered");
    asked.instance_id = Some("../../etc".to_owned());
    assert!(find_in(&folder, &asked).is_err());
}

#[test]
fn a_sub_agents_call_stands_in_its_own_transcript() {
    let folder = config(99);
    let mut asked = asking("Bash", "touch subf");
    assert!(find_in(&folder, &asked).is_err());
    asked.request.agent_id = Some(SUB_AGENT.to_owned());
    let full = find_in(&folder, &asked).unwrap();
    assert_eq!(full.input["command"], "touch subf");
    assert_eq!(full.mode.as_deref(), Some("default"));
}

#[test]
fn every_call_without_a_result_is_known_whoever_makes_it() {
    let folder = config(up_to("Bash"));
    let mut asked = asking("Bash", "nothing of this");
    asked.pid = None;
    let calls = |asked: &Bound| {
        let calls = open_calls(asked, &sources(&folder)).into_iter();
        let mut calls: Vec<_> = calls
            .map(|call| {
                assert_eq!(call.call, call.request.request_id);
                assert!(call.input.is_some() && call.folder.is_some());
                (call.request.agent_id, call.command)
            })
            .collect();
        calls.sort();
        calls
    };
    let all = calls(&asked);
    let by_sub_agent = (Some(SUB_AGENT.to_owned()), Some("touch subf".to_owned()));
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].0.is_none() && all[1] == by_sub_agent, "{all:?}");
    // Those that are written were asked before this process began.
    asked.pid = Some(std::process::id());
    assert_eq!(calls(&asked), []);
    asked.pid = Some(u32::MAX);
    assert_eq!(calls(&asked), all, "of that process nothing is known");
    asked.instance_id = Some("another".to_owned());
    assert_eq!(calls(&asked), []);
    asked.assistant = "codex".parse().unwrap();
    assert_eq!(calls(&asked), []);
}

/// A session in which two sub-agents were begun by calls of the main agent, as 2.1.197 writes them down;
/// the first of them asks.
fn delegating() -> tempfile::TempDir {
    let folder = config(0);
    let write = |name: &str, lines: &[Value]| {
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        let lines = lines.join("\n") + "\n";
        let project = folder.path().join("projects/-home-user-proj");
        std::fs::write(project.join(name), lines).unwrap();
    };
    let used = |at: &str, id: &str, tool: &str, input: Value| {
        json!({"timestamp": at, "cwd": "/p", "message": {"role": "assistant", "content": [
            {"type": "tool_use", "id": id, "name": tool, "input": input}]}})
    };
    let begun = |id: &str| {
        used(
            "2026-11-29T01:00:01Z",
            id,
            "Agent",
            json!({"description": id}),
        )
    };
    write(&format!("{SESSION}.jsonl"), &[begun("one"), begun("two")]);
    for (agent, call) in [("a1", "one"), ("a2", "two")] {
        let meta = json!({"agentType": "general-purpose", "toolUseId": call, "spawnDepth": 1});
        write(
            &format!("{SESSION}/subagents/agent-{agent}.meta.json"),
            &[meta],
        );
    }
    let asks = used(
        "2026-11-29T01:00:02Z",
        "t1",
        "Bash",
        json!({"command": "touch s1"}),
    );
    write(&format!("{SESSION}/subagents/agent-a1.jsonl"), &[asks]);
    std::fs::remove_file(folder.path().join(format!(
        "projects/-home-user-proj/{SESSION}/subagents/agent-{SUB_AGENT}.jsonl"
    )))
    .unwrap();
    folder
}

#[test]
fn a_call_for_which_a_sub_agent_works_asks_nothing() {
    let folder = delegating();
    let since = Timestamp::parse("2026-11-29T01:00:00Z").unwrap();
    let begun = || begun_calls(folder.path(), SESSION, since).unwrap();
    let ids =
        |begun: &Begun| -> Vec<String> { begun.calls.iter().map(|call| call.id.clone()).collect() };
    let first = begun();
    assert_eq!(ids(&first), ["t1"]);
    assert!(!first.is_whole, "the second may be about to ask");
    let subs = folder
        .path()
        .join(format!("projects/-home-user-proj/{SESSION}/subagents"));
    let asks = std::fs::read_to_string(subs.join("agent-a1.jsonl")).unwrap();
    std::fs::write(subs.join("agent-a2.jsonl"), asks.replace("t1", "t2")).unwrap();
    let both = begun();
    assert_eq!(ids(&both).len(), 2);
    assert!(both.is_whole);
    // One of which nothing is written down may ask itself.
    std::fs::remove_file(subs.join("agent-a2.jsonl")).unwrap();
    std::fs::remove_file(subs.join("agent-a2.meta.json")).unwrap();
    assert_eq!(ids(&begun()), ["two", "t1"]);
    let meta = subs.join("agent-a2.meta.json");
    std::fs::write(meta, r#"{"toolUseId":"two","finished":true}"#).unwrap();
    assert!(begun().is_whole);
}

/// What nobody can read may be anything; half of a pair of surrogates is a sign for the unknown.
#[test]
fn calls_that_cannot_be_read_and_those_of_workflows_are_open_too() {
    let folder = config(up_to("Bash"));
    let session = folder
        .path()
        .join(format!("projects/-home-user-proj/{SESSION}"));
    let of_workflow = session.join("subagents/workflows/wf_1");
    std::fs::create_dir_all(&of_workflow).unwrap();
    let line = |id: &str, input: &str| {
        format!(
            r#"{{"timestamp":"2026-11-29T01:00:00.000Z","message":{{"content":[{{"type":"tool_use","id":"{id}","name":"Bash","input":{input}}}]}}}}"#
        )
    };
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let lines = [
        line("toolu_w1", r#"{"command":"touch s\ud800b"}"#),
        line("toolu_w2", &deep),
        line("toolu_w3", r#"{"command":"touch w"}"#),
        line("toolu_w4", &deep),
        r#"{"message":{"content":[{"type":"tool_result","tool_use_id":"toolu_w4"}]}}"#.to_owned(),
        r#"{"message":{"content":[{"type":"tool_use","id":"toolu_w5"}]}}"#.to_owned(),
    ];
    std::fs::write(of_workflow.join("agent-a1.jsonl"), lines.join("\n")).unwrap();
    let mut asked = asking("Bash", "touch w");
    asked.pid = None;
    let open = open_calls(&asked, &sources(&folder));
    let of = |id: &str| {
        let call = open.iter().find(|call| call.call.as_deref() == Some(id))?;
        Some((call.request.agent_id.clone()?, call.command.clone()))
    };
    let by_it = |command: Option<&str>| Some(("a1".to_owned(), command.map(str::to_owned)));
    assert_eq!(of("toolu_w1"), by_it(Some("touch s\u{fffd}b")));
    assert_eq!(of("toolu_w2"), by_it(None));
    assert_eq!(of("toolu_w3"), by_it(Some("touch w")));
    assert_eq!((of("toolu_w4"), of("toolu_w5")), (None, by_it(None)));
    assert!(find_in(&folder, &asked).is_err(), "not the main agent's");
    asked.request.agent_id = Some("a1".to_owned());
    asked.request.request_id = Some("toolu_w3".to_owned());
    assert_eq!(
        find_in(&folder, &asked).unwrap().input["command"],
        "touch w"
    );
    assert!(has_company(&asked, &sources(&folder)));
}

/// What a sub-agent asks stands in a line that is not written to its end, before all that is read of its
/// transcript, or in one that is gone.
#[test]
fn a_sub_agents_transcript_that_does_not_tell_may_hold_a_call() {
    let folder = config(99);
    let asked = asking("Bash", "touch f");
    let agents = folder
        .path()
        .join(format!("projects/-home-user-proj/{SESSION}/subagents"));
    let transcript = agents.join("agent-b1.jsonl");
    let call = r#"{"message":{"content":[{"type":"tool_use","id":"toolu_b1","name":"Bash","input":{"command":"touch g"}}]}}"#;
    let result = r#"{"message":{"content":[{"type":"tool_result","tool_use_id":"toolu_b1"}]}}"#;
    let of_it = || -> Vec<Option<String>> {
        let calls = open_calls(&asked, &sources(&folder)).into_iter();
        let own = calls.filter(|call| call.request.agent_id.as_deref() == Some("b1"));
        own.map(|call| call.call).collect()
    };
    let nobody_knows: &[Option<String>] = &[None];
    let long = format!("{{\"k\":\"{}\"}}\n", "a".repeat(9 << 20));
    let many = "{\"k\":\"a line of something else\"}\n".repeat(300_000);
    for (text, open) in [
        (format!("{call}\n{result}\n"), &[][..]),
        (format!("{call}\n{result}"), &[][..]),
        (format!("{{}}\n{}", &call[..30]), nobody_knows),
        (format!("{call}\n{long}"), nobody_knows),
        (format!("{call}\n{many}"), nobody_knows),
        (format!("{many}{call}\n{result}\n"), &[][..]),
        (
            format!("{many}{call}\n"),
            &[Some("toolu_b1".to_owned())][..],
        ),
    ] {
        std::fs::write(&transcript, &text).unwrap();
        assert_eq!(of_it(), open, "{text:.80}");
    }
    std::fs::remove_file(&transcript).unwrap();
    assert_eq!(of_it(), &[][..]);
    let about = agents.join("agent-b1.meta.json");
    for (said, open) in [
        (r#"{"toolUseId":"toolu_1"}"#, nobody_knows),
        (r#"{"toolUseId":"toolu_1","finished":true}"#, &[][..]),
    ] {
        std::fs::write(&about, said).unwrap();
        assert_eq!(of_it(), open, "{said}");
    }
}

#[test]
fn a_session_has_company_while_a_sub_agent_writes() {
    let folder = config(99);
    let asked = asking("Bash", "touch f");
    assert!(has_company(&asked, &sources(&folder)));
    let transcript =
        format!("projects/-home-user-proj/{SESSION}/subagents/agent-{SUB_AGENT}.jsonl");
    let file = std::fs::File::options()
        .write(true)
        .open(folder.path().join(transcript));
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3_600);
    file.unwrap().set_modified(long_ago).unwrap();
    assert!(!has_company(&asked, &sources(&folder)));
}

#[test]
fn every_question_is_told_with_its_options() {
    let folder = config(99);
    let asked = asking("AskUserQuestion", "Which colour? (+1 more)");
    let full = find_in(&folder, &asked).unwrap();
    assert_eq!(
        parts::text(&full.parts),
        "Which colour?\n1: Red — r\n2: Blue — b\nWhich sizes?\n(several may be chosen)\n1: S — s\n2: L — l\n"
    );
}

#[test]
fn the_same_words_twice_are_not_told_apart_without_an_id() {
    let folder = config(up_to("Bash"));
    let path = folder
        .path()
        .join(format!("projects/-home-user-proj/{SESSION}.jsonl"));
    let line = |id: &str, end: &str| {
        let input = json!({"command": format!("cat <<E\n{end}\nE")});
        let block = json!({"type": "tool_use", "id": id, "name": "Bash", "input": input});
        format!(
            "{}\n",
            json!({"type": "assistant", "message": {"content": [block]}})
        )
    };
    std::fs::write(&path, line("t1", "one") + &line("t2", "two")).unwrap();
    let mut asked = asking("Bash", "cat <<E …");
    assert!(find_in(&folder, &asked).is_err());
    asked.request.request_id = Some("t2".to_owned());
    let full = find_in(&folder, &asked).unwrap();
    assert_eq!(full.parts, [Part::Text("cat <<E\ntwo\nE".to_owned())]);
}

#[test]
fn what_is_only_partly_known_says_so_and_is_waited_for_only_while_it_is_new() {
    let folder = config(0);
    let waited = std::cell::Cell::new(0);
    let wait = |_| waited.set(waited.get() + 1);
    let look = |asked: &Bound, age| look(asked, &sources(&folder), Duration::from_secs(age), &wait);
    assert_eq!(look(&asking("Bash", "make"), 9), Known::Said);
    let cut = look(&asking("Bash", "make …"), 9);
    assert!(!cut.is_whole() && waited.get() == 0);
    assert!(!look(&asking("Write", "a.txt"), 9).is_whole());
    assert!(!look(&asking("Bash", "make …"), 1).is_whole());
    assert_eq!(waited.get(), 20);
}

#[test]
fn nothing_of_an_input_is_left_out_or_hidden() {
    let input =
        json!({"command": "ls \u{1b}[8m; rm x\u{202e}", "timeout": 5, "run_in_background": true});
    let said = parts::text(&parts::of(Given::Command, &input, None));
    assert_eq!(
        said,
        "ls <U+001B>[8m; rm x<U+202E>\nrun_in_background: true\ntimeout: 5\n"
    );
    let edit = json!({"file_path": "/p/a", "edits": [{"old_string": "a", "new_string": "b", "replace_all": true}], "x": {"y": 1}});
    let said = parts::text(&parts::of(Given::Edit, &edit, None));
    assert_eq!(
        said,
        "file: /p/a\n-a\n+b\n(everywhere in the file)\nx: {\"y\":1}\n"
    );
    let write = json!({"file_path": "/p/a", "content": "one\nTWO\n"});
    let said = parts::text(&parts::of(Given::Write, &write, Some("one\ntwo\n")));
    assert_eq!(
        said,
        "file: /p/a\n(writes over what is there)\n one\n-two\n+TWO\n"
    );
    let odd = json!({"questions": "none", "plan": 3, "command": ["sh", "-c"]});
    for given in [
        Given::Question,
        Given::Plan,
        Given::Edit,
        Given::Write,
        Given::Command,
    ] {
        let said = parts::text(&parts::of(given, &odd, None));
        assert!(
            said.contains("none") && said.contains('3') && said.contains("-c"),
            "{given:?}: {said}"
        );
    }
}

/// A config folder of `assistant` with one recorded file at `place`.
fn other_config(recorded: &str, place: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join(place);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(recorded);
    std::fs::copy(recorded, place).unwrap();
    folder
}

fn other_asking(assistant: &str, tool: &str, message: &str) -> Bound {
    Bound {
        assistant: assistant.parse().unwrap(),
        instance_id: Some("s1".to_owned()),
        cwd: Some("/home/user/proj".to_owned()),
        ..asking(tool, message)
    }
}

#[test]
fn codex_keeps_its_calls_in_rollouts() {
    let place = "sessions/2026/11/21/rollout-2026-11-21T13-33-47-s1.jsonl";
    let folder = other_config("codex/rollout.jsonl", place);
    let mut asked = other_asking("codex", "Bash", "touch o1.txt");
    let full = find_in(&folder, &asked).unwrap();
    assert_eq!(full.mode.as_deref(), Some("on-request"));
    assert_eq!(full.command().as_deref(), Some("touch o1.txt"));
    let said = parts::text(&full.parts);
    assert!(
        said.starts_with("touch o1.txt\n") && said.contains("justification: "),
        "{said}"
    );
    asked.request.request_id = Some("call_other".to_owned());
    assert!(find_in(&folder, &asked).is_err());
}

#[test]
fn copilot_keeps_its_permissions_in_the_session_log() {
    let folder = other_config("copilot/events.jsonl", "session-state/s1/events.jsonl");
    let full = find_in(&folder, &other_asking("copilot", "bash", "touch o1.txt")).unwrap();
    assert_eq!(full.mode.as_deref(), Some("manual"));
    assert_eq!(parts::text(&full.parts), "touch o1.txt\n(lab command)\n");
    let full = find_in(&folder, &other_asking("copilot", "edit", "hello.txt")).unwrap();
    assert_eq!(
        parts::text(&full.parts),
        "file: /home/user/proj/hello.txt\n@@ -1,0 +1,1 @@\n+hello\n"
    );
    assert!(find_in(&folder, &other_asking("copilot", "edit", "other.txt")).is_err());
}

#[test]
fn nothing_is_waited_for_where_nothing_will_come() {
    let folder = config(0);
    for assistant in ["opencode", "gemini", "qwen", "mine"] {
        let asked = other_asking(assistant, "edit", "a.txt");
        let wait = |_| panic!("nothing will come");
        let known = look(&asked, &sources(&folder), Duration::ZERO, &wait);
        assert!(!known.is_whole(), "{assistant}");
    }
}

#[test]
fn a_session_that_is_a_path_has_no_transcript() {
    let folder = config(up_to("Bash"));
    let mut asked = asking("Bash", "touch one ; touch two && sleep 1");
    assert!(find_in(&folder, &asked).is_ok());
    // The very same file, by a name that leads out of its folder and back.
    asked.instance_id = Some(format!("../-home-user-proj/{SESSION}"));
    assert!(find_in(&folder, &asked).is_err());
}

#[test]
fn a_question_has_options_where_one_of_them_answers_all_of_it() {
    let question = |more: Value| {
        let mut question = json!({"question": "Which?", "options": [
            {"label": "red", "description": "warm"}, {"label": "bl\u{1b}ue"}, "green"]});
        for (name, value) in more.as_object().unwrap() {
            question[name] = value.clone();
        }
        question
    };
    let options = |given, questions: Value| {
        let full = Full::of("AskUserQuestion", given, json!({"questions": questions}));
        full.options()
    };
    let one = question(json!({}));
    let words = |label: &str, about: Option<&str>| (label.to_owned(), about.map(str::to_owned));
    let found = options(Given::Question, json!([one]));
    assert_eq!(found[0], words("red", Some("warm")));
    assert!(!found[1].0.contains('\u{1b}'), "{found:?}");
    assert_eq!(found[2], words("green", None));
    for several in [
        json!([one, one]),
        json!([question(json!({"multiSelect": true}))]),
        json!([question(json!({"multiple": true}))]),
        json!([]),
        json!("which?"),
    ] {
        assert_eq!(options(Given::Question, several.clone()), [], "{several}");
    }
    assert_eq!(options(Given::Command, json!([one])), []);
}
