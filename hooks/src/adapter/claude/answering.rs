//! How Claude Code asks by its `PermissionRequest` hook, and how it reads the answer.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::adapter::answering::{Answering, CompleteRequest, Ruled, Verdict};

pub(super) const ANSWERING: Answering = Answering {
    read,
    print,
    tools: Ruled {
        shell: "Bash",
        for_the_person: &["AskUserQuestion", "ExitPlanMode", "EnterPlanMode"],
        paths: &[
            ("Read", "file_path"),
            ("Write", "file_path"),
            ("Edit", "file_path"),
            ("MultiEdit", "file_path"),
            ("NotebookEdit", "notebook_path"),
            ("Grep", "path"),
            ("Glob", "path"),
            ("LS", "path"),
        ],
        searching: &["Grep", "Glob", "LS"],
        filtering: &[("Glob", None), ("Grep", Some("glob"))],
    },
};

fn read(payload: &[u8]) -> Option<CompleteRequest> {
    #[derive(Deserialize)]
    struct Payload {
        tool_name: String,
        tool_input: Value,
        cwd: Option<PathBuf>,
    }
    let payload: Payload = serde_json::from_slice(payload).ok()?;
    Some(CompleteRequest {
        tool: payload.tool_name,
        input: payload.tool_input,
        cwd: payload.cwd,
        project: None,
    })
}

fn print(verdict: &Verdict, asked: Option<&CompleteRequest>) -> Option<String> {
    let decision = match verdict {
        Verdict::Answer { answers } => {
            json!({"behavior": "allow", "updatedInput": answered(asked?, answers)?})
        }
        Verdict::Allow => json!({"behavior": "allow"}),
        Verdict::Deny {
            message,
            interrupt: false,
        } => json!({"behavior": "deny", "message": message}),
        Verdict::Deny { message, .. } => {
            json!({"behavior": "deny", "message": message, "interrupt": true})
        }
    };
    let output = json!({
        "hookSpecificOutput": {"hookEventName": "PermissionRequest", "decision": decision}
    });
    Some(format!("{output}\n"))
}

/// What its tool for questions was given, with an answer to each, as the tool itself has it once they are answered.
/// `None` where it asks something else than was answered: an option that it does not have, more questions or fewer.
fn answered(asked: &CompleteRequest, answers: &[String]) -> Option<Value> {
    let mut input = asked.input.clone();
    let questions = input["questions"].as_array()?;
    let both = questions.iter().zip(answers).map(|(question, answer)| {
        let mut options = question["options"].as_array()?.iter();
        let is_one = options.any(|option| option["label"] == answer.as_str());
        let is_plain = is_one && question["multiSelect"] != true;
        is_plain.then_some((question["question"].as_str()?.to_owned(), json!(answer)))
    });
    let all: Map<String, Value> = both.collect::<Option<_>>()?;
    let is_whole = asked.tool == "AskUserQuestion"
        && questions.len() == answers.len()
        && all.len() == answers.len();
    if !is_whole {
        return None;
    }
    input["answers"] = Value::Object(all);
    Some(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many bytes as are passed on.
    const LONGEST: usize = 128 * 1024;

    #[test]
    fn what_is_asked_is_read_whole_or_not_at_all() {
        let whole = r#"{"cwd":"/p/a","tool_name":"Bash","tool_input":{"command":"ls\nls"},"x":1}"#;
        let read = |payload: &[u8], project| ANSWERING.asked(payload, project);
        let asked = read(whole.as_bytes(), Some("/p".into())).unwrap();
        assert_eq!(asked.input, json!({"command": "ls\nls"}));
        assert_eq!(asked.project, Some("/p".into()));
        assert_eq!(asked.cwd, Some("/p/a".into()));
        let marked = format!("\u{feff}{whole}");
        let again = read(marked.as_bytes(), Some("/p".into()));
        assert_eq!(again.as_ref(), Some(&asked));
        assert_eq!(read(&whole.as_bytes()[..50], None), None);
        let long = whole.replace("ls", &"l".repeat(LONGEST));
        assert_eq!(read(long.as_bytes(), None), None);
        let relative = whole.replace("/p/a", "p");
        let relative = read(relative.as_bytes(), Some("p".into())).unwrap();
        assert_eq!((relative.cwd, relative.project), (None, None));
    }

    #[test]
    fn a_verdict_is_printed_as_claude_reads_it() {
        assert_eq!(
            print(&Verdict::Allow, None).unwrap(),
            "{\"hookSpecificOutput\":{\"decision\":{\"behavior\":\"allow\"},\"hookEventName\":\"PermissionRequest\"}}\n"
        );
        for interrupt in [true, false] {
            let deny = Verdict::Deny {
                message: "not now".to_owned(),
                interrupt,
            };
            let value: Value = serde_json::from_str(&print(&deny, None).unwrap()).unwrap();
            let mut expected = json!({"behavior": "deny", "message": "not now"});
            if interrupt {
                expected["interrupt"] = true.into();
            }
            assert_eq!(value["hookSpecificOutput"]["decision"], expected);
        }
    }

    #[test]
    fn each_question_is_answered_with_one_of_its_own_options_or_none_is() {
        let question = |words: &str, labels: [&str; 2]| {
            let options = labels.map(|label| json!({"label": label, "description": "d"}));
            json!({"question": words, "header": "h", "multiSelect": false, "options": options})
        };
        let asking = |tool: &str, questions: Value| CompleteRequest {
            tool: tool.to_owned(),
            input: json!({ "questions": questions }),
            cwd: None,
            project: None,
        };
        let two = json!([
            question("Which colour?", ["Red", "Blue"]),
            question("Which size?", ["S", "L"])
        ]);
        let given = |asked: &CompleteRequest, answers: &[&str]| {
            let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
            print(&Verdict::Answer { answers }, Some(asked))
        };
        let asked = asking("AskUserQuestion", two.clone());
        let line = given(&asked, &["Blue", "S"]).unwrap();
        let value: Value = serde_json::from_str(&line).unwrap();
        let decision = &value["hookSpecificOutput"]["decision"];
        assert_eq!(decision["behavior"], "allow");
        assert_eq!(decision["updatedInput"]["questions"], two);
        let answers = json!({"Which colour?": "Blue", "Which size?": "S"});
        assert_eq!(decision["updatedInput"]["answers"], answers);
        for answers in [&["Blue"][..], &["S", "Blue"], &["Blue", "S", "S"], &[]] {
            assert_eq!(given(&asked, answers), None, "{answers:?}");
        }
        let mut several = two.clone();
        several[1]["multiSelect"] = json!(true);
        let same = json!([two[0], two[0]]);
        for (tool, questions, answers) in [
            ("Bash", two.clone(), ["Blue", "S"]),
            ("AskUserQuestion", several, ["Blue", "S"]),
            ("AskUserQuestion", same, ["Blue", "Blue"]),
        ] {
            assert_eq!(given(&asking(tool, questions), &answers), None);
        }
        let answers = vec!["Blue".to_owned()];
        assert_eq!(print(&Verdict::Answer { answers }, None), None);
    }
}
