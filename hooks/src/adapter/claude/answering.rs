//! How Claude Code asks by its `PermissionRequest` hook, and how it reads the answer.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::json;

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
        tool_input: serde_json::Value,
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

fn print(verdict: &Verdict) -> String {
    let decision = match verdict {
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
    format!("{output}\n")
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
            print(&Verdict::Allow),
            "{\"hookSpecificOutput\":{\"decision\":{\"behavior\":\"allow\"},\"hookEventName\":\"PermissionRequest\"}}\n"
        );
        for interrupt in [true, false] {
            let deny = Verdict::Deny {
                message: "not now".to_owned(),
                interrupt,
            };
            let value: serde_json::Value = serde_json::from_str(&print(&deny)).unwrap();
            let mut expected = json!({"behavior": "deny", "message": "not now"});
            if interrupt {
                expected["interrupt"] = true.into();
            }
            assert_eq!(value["hookSpecificOutput"]["decision"], expected);
        }
    }
}
