//! What is wrong with what is found out here, as an `error` of the protocol: there is no screen of ours on which
//! a person would see it.

use serde_json::json;

use crate::git::{DiffState, DiffSummary};
use crate::hub::protocol::ErrorPayload;
use crate::tasks::{TaskState, TaskSummary};

/// All that is wrong with these.
pub(super) fn all(diff: Option<&DiffSummary>, tasks: Option<&TaskSummary>) -> Vec<ErrorPayload> {
    let git = diff.and_then(of_git);
    git.into_iter().chain(tasks.and_then(of_tasks)).collect()
}

fn of_git(diff: &DiffSummary) -> Option<ErrorPayload> {
    match diff.state {
        DiffState::GitMissing => {
            let words = "there is no `git` on PATH: changes are not told".to_owned();
            Some(error("git_missing", words))
        }
        DiffState::Error => {
            let why = diff.why.clone();
            Some(error(
                "git_error",
                why.unwrap_or_else(|| "git failed".to_owned()),
            ))
        }
        DiffState::Ok | DiffState::NotGitRepo => None,
    }
}

fn of_tasks(tasks: &TaskSummary) -> Option<ErrorPayload> {
    if tasks.state != TaskState::TasksMalformed {
        return None;
    }
    let why = tasks.why.as_deref().unwrap_or("it cannot be understood");
    let words = format!("could not read the list of tasks: {why}");
    Some(ErrorPayload {
        context: Some(json!({"path": tasks.path, "line": tasks.line, "column": tasks.column})),
        ..error("tasks_malformed", words)
    })
}

fn error(code: &str, message: String) -> ErrorPayload {
    ErrorPayload {
        code: code.to_owned(),
        message,
        component: Some("wrapper".to_owned()),
        fatal: false,
        context: None,
        agent_id: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_malformed_is_said_with_its_place_and_what_is_not_there_is_nothing_wrong()
    {
        assert_eq!(all(None, None), []);
        let diff = DiffSummary {
            state: DiffState::NotGitRepo,
            ..DiffSummary::default()
        };
        let tasks = TaskSummary {
            state: TaskState::TasksMissing,
            ..TaskSummary::default()
        };
        assert_eq!(all(Some(&diff), Some(&tasks)), []);
        let diff = DiffSummary {
            state: DiffState::GitMissing,
            ..DiffSummary::default()
        };
        let tasks = TaskSummary {
            state: TaskState::TasksMalformed,
            path: Some("/p/tasks.json".into()),
            line: Some(3),
            why: Some("expected a comma".into()),
            ..TaskSummary::default()
        };
        let all = all(Some(&diff), Some(&tasks));
        let codes: Vec<&str> = all.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["git_missing", "tasks_malformed"]);
        let context = all[1].context.as_ref().unwrap();
        assert_eq!(
            (&context["path"], &context["line"]),
            (&json!("/p/tasks.json"), &json!(3))
        );
        assert!(all[1].message.ends_with("expected a comma"));
    }
}
