//! What Kimi Code asks, and how it was answered, in the logs of its agents (2.1.0): a request is written there
//! with all that its dialog is made of when that opens. A private format: what is not found is not known.

use std::path::Path;

use serde_json::{Value, json};

use super::Kimi;
use super::log::all_of;
use crate::assistants::facets::log_backwards::newest;
use crate::assistants::facets::request::{Full, Missing, plain};
use crate::assistants::facets::{Facets as _, Verdict};
use crate::state::Bound;

/// Said when the request is in no log.
const NOT_THERE: Missing = Missing::NotYet("its session log does not hold it");

/// The request, as the log of whichever agent asks it has it.
pub(super) fn find(bound: &Bound, config: Option<&Path>) -> Result<Full, Missing> {
    let config = bound.home.as_deref().map(Path::new).or(config);
    let config = config.ok_or(Missing::Never("Kimi Code's folder is not known"))?;
    let tool = bound.request.tool.as_deref().ok_or(NOT_THERE)?;
    let logs = all_of(config, bound.instance_id.as_deref()).ok_or(NOT_THERE)?;
    let asked = logs
        .iter()
        .find_map(|log| asked(log, bound))
        .ok_or(NOT_THERE)?;
    let input = input(&asked["request"]).ok_or(NOT_THERE)?;
    let full = Full::of(tool, Kimi.given(tool), input);
    let mode = logs.iter().find_map(|log| mode(log));
    Ok(Full { mode, ..full })
}

/// How it was answered, by the same log.
pub(super) fn verdict(bound: &Bound, config: Option<&Path>) -> Option<Verdict> {
    let config = bound.home.as_deref().map(Path::new).or(config)?;
    let logs = all_of(config, bound.instance_id.as_deref())?;
    logs.iter().find_map(|log| {
        let id = asked(log, bound)?["id"].as_str()?.to_owned();
        let mut lines = newest(log, &["\"interaction.resolved\""])?;
        let resolved =
            lines.find(|line| line["type"] == "interaction.resolved" && line["id"] == *id)?;
        judge(&resolved["response"])
    })
}

fn judge(response: &Value) -> Option<Verdict> {
    match response["decision"].as_str() {
        Some("approved") => return Some(Verdict::Approved),
        Some(_) => return Some(Verdict::Denied),
        None if response.is_null() => return Some(Verdict::Denied),
        None => {}
    }
    let answers = response["answers"].as_object()?.iter();
    let words = |answer: &Value| answer.as_str().map(str::to_owned);
    let each = answers.map(|(question, answer)| Some([question.clone(), words(answer)?]));
    let mut each = each.collect::<Option<Vec<_>>>()?;
    Some(match each.len() {
        1 => Verdict::Chose(each.pop()?[1].clone()),
        _ => Verdict::ChoseEach(each),
    })
}

/// The newest line that asks for this call.
fn asked(log: &Path, bound: &Bound) -> Option<Value> {
    let call = plain(bound.request.request_id.as_deref())?;
    let mut lines = newest(log, &["\"interaction.request\""])?;
    lines.find(|line| line["type"] == "interaction.request" && line["toolCallId"] == call)
}

/// What may be done unasked.
fn mode(log: &Path) -> Option<String> {
    let mut lines = newest(log, &["\"permission.set_mode\""])?;
    lines.find_map(|line| Some(line["mode"].as_str()?.to_owned()))
}

/// What the tool is given, by what its dialog is made of.
fn input(request: &Value) -> Option<Value> {
    if request["questions"].is_array() {
        return Some(json!({ "questions": request["questions"] }));
    }
    let display = request["display"].as_object()?;
    let field = |name: &str| display.get(name).cloned().unwrap_or_default();
    Some(
        match (field("kind").as_str()?, field("operation").as_str()) {
            ("command", _) => {
                let mut input = json!({ "command": field("command") });
                if field("description").is_string() {
                    input["description"] = field("description");
                }
                input
            }
            ("file_io", Some("write")) => {
                json!({"file_path": field("path"), "content": field("content")})
            }
            ("file_io", Some("edit")) => json!({
                "file_path": field("path"), "old_string": field("before"), "new_string": field("after"),
            }),
            ("plan_review", _) => json!({ "plan": field("plan") }),
            _ => {
                let mut rest = display.clone();
                rest.remove("kind");
                Value::Object(rest)
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::assistants::facets::request::parts;
    use crate::state::fixture::row;
    use crate::state::{Request, Row};

    const SESSIONS: [(&str, &str); 2] = [
        ("wire.jsonl", "session_b"),
        ("wire-subagents.jsonl", "session_a"),
    ];

    fn home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (file, session) in SESSIONS {
            let agents = home
                .path()
                .join("sessions/wd_project_1")
                .join(session)
                .join("agents");
            for agent in ["agent-0", "main"] {
                std::fs::create_dir_all(agents.join(agent)).unwrap();
            }
            let from = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kimi");
            let text = std::fs::read_to_string(Path::new(from).join(file)).unwrap();
            std::fs::write(agents.join("main/wire.jsonl"), text).unwrap();
        }
        let sub = r#"{"type":"interaction.request","agentId":"agent-0","id":"approval_s","kind":"approval","toolCallId":"call_s","request":{"display":{"kind":"command","command":"touch s","cwd":"/p","description":"say it"}},"time":1}"#;
        let agent = home
            .path()
            .join("sessions/wd_project_1/session_a/agents/agent-0/wire.jsonl");
        std::fs::write(agent, format!("{sub}\n")).unwrap();
        home
    }

    /// The call of the `number`th line that asks with such words.
    fn call(file: &str, words: &str, number: usize) -> String {
        let from = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kimi");
        let text = std::fs::read_to_string(Path::new(from).join(file)).unwrap();
        let asks = |line: &&str| line.contains("interaction.request") && line.contains(words);
        let line: Value =
            serde_json::from_str(text.lines().filter(asks).nth(number).unwrap()).unwrap();
        line["toolCallId"].as_str().unwrap().to_owned()
    }

    fn bound(session: &str, tool: &str, call: &str) -> Bound {
        let row = row(1, "kimi", State::WaitingApproval, "a:0.0", 5);
        let request = Request {
            state: State::WaitingApproval,
            request_id: Some(call.to_owned()),
            agent_id: None,
            tool: Some(tool.to_owned()),
            message: None,
            since: row.since,
            source: pane_patrol_hooks::event::Source::Hook,
        };
        let row = Row {
            waiting: vec![request],
            instance_id: Some(session.into()),
            ..row
        };
        Bound::to(&row).unwrap()
    }

    #[test]
    fn a_request_is_found_whole_by_its_call_and_so_is_its_answer() {
        let home = home();
        let [b, a] = SESSIONS;
        let found = |(file, session): (&str, &str), tool: &str, words: &str, number: usize| {
            let bound = bound(session, tool, &call(file, words, number));
            let full = find(&bound, Some(home.path())).unwrap();
            (full, verdict(&bound, Some(home.path())))
        };
        let (full, said) = found(b, "Bash", "touch k2", 0);
        assert_eq!(full.input, json!({"command": "touch k2"}));
        assert_eq!(
            (full.mode.as_deref(), said),
            (Some("manual"), Some(Verdict::Denied))
        );
        let (full, said) = found(b, "AskUserQuestion", "Which colour?", 0);
        assert_eq!(full.options().len(), 2);
        assert_eq!(said, Some(Verdict::Chose("Blue".to_owned())));
        assert_eq!(
            found(b, "AskUserQuestion", "Which colour?", 1).1,
            Some(Verdict::Denied)
        );
        let (full, said) = found(b, "ExitPlanMode", "plan_review", 0);
        assert_eq!(
            full.command().as_deref(),
            Some("# My plan\n\n1. do it\n2. test it\n")
        );
        assert_eq!(said, Some(Verdict::Denied));
        let (full, said) = found(a, "Write", "hello.txt", 0);
        assert_eq!(full.input["content"], "hello\nworld\n");
        assert_eq!(said, Some(Verdict::Approved));
        let (full, _) = found(a, "Edit", "edit", 0);
        assert_eq!(
            parts::text(&full.parts),
            "file: /home/user/project/hello.txt\n-hello\n+bye\n"
        );
        let sub = bound("session_a", "Bash", "call_s");
        let full = find(&sub, Some(home.path())).unwrap();
        assert_eq!(
            full.input,
            json!({"command": "touch s", "description": "say it"})
        );
        assert_eq!(verdict(&sub, Some(home.path())), None);
        for (session, call) in [
            ("session_a", "call_x"),
            ("../x", "call_s"),
            ("session_b", "call_s"),
        ] {
            let other = bound(session, "Bash", call);
            assert_eq!(
                find(&other, Some(home.path())),
                Err(NOT_THERE),
                "{session} {call}"
            );
        }
    }
}
