//! Taskmaster's list of a project, `.taskmaster/tasks/tasks.json`: either one list, or one for each
//! tag, of which `.taskmaster/state.json` names the current one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::types::{Task, TaskSource, TaskState, TaskStatus, TaskSummary};
use super::{count, read_text};

/// Longest list that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The tag of those who have not chosen one.
const USUAL_TAG: &str = "master";

/// A file from before there were tags.
#[derive(Deserialize)]
#[serde(expecting = "an object with `tasks` or with tags")]
struct Untagged {
    tasks: Option<Vec<Kept>>,
}

#[derive(Deserialize)]
struct Tag {
    tasks: Option<Vec<Kept>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Setting {
    current_tag: Option<String>,
}

#[derive(Deserialize)]
struct Kept {
    id: Id,
    title: String,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    #[default]
    Pending,
    #[serde(alias = "in_progress", alias = "review")]
    InProgress,
    #[serde(alias = "completed")]
    Done,
    Blocked,
    Deferred,
    #[serde(alias = "canceled")]
    Cancelled,
}

/// What is wrong with a list, and at which line and column.
struct Fault {
    why: String,
    at: Option<(usize, usize)>,
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self {
            why: words(&error),
            at: Some((error.line(), error.column())),
        }
    }
}

/// The list of the project around `folder`: the nearest one, not beyond the top of its repository.
pub(crate) fn find(folder: &Path) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let file = folder.join(".taskmaster/tasks/tasks.json");
        if file.symlink_metadata().is_ok() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// The tasks of the current tag.
pub(crate) fn read(file: &Path) -> TaskSummary {
    let path = Some(file.to_string_lossy().into_owned());
    match read_list(file) {
        Ok(summary) => TaskSummary { path, ..summary },
        Err(Fault { why, at }) => TaskSummary {
            state: TaskState::TasksMalformed,
            source: Some(TaskSource::Taskmaster),
            path,
            line: at.map(|(line, _)| line as u64),
            column: at.map(|(_, column)| column as u64),
            why: Some(why),
            ..TaskSummary::default()
        },
    }
}

fn read_list(file: &Path) -> Result<TaskSummary, Fault> {
    let text = read_text(file, MAX_BYTES).map_err(|why| Fault { why, at: None })?;
    let text = text.trim_start_matches('\u{feff}');
    // Read as what it is, not as any JSON first: so an error knows its line.
    let Untagged { tasks } = serde_json::from_str(text)?;
    if let Some(tasks) = tasks {
        return Ok(count::summary(TaskSource::Taskmaster, shown(tasks)));
    }
    let tags: BTreeMap<String, Tag> = serde_json::from_str(text)?;
    let tags: BTreeMap<String, Vec<Kept>> = tags
        .into_iter()
        .filter_map(|(name, tag)| Some((name, tag.tasks?)))
        .collect();
    let (tag, tasks) = choose(tags, current_tag(file).as_deref())?;
    Ok(TaskSummary {
        tag: Some(tag),
        ..count::summary(TaskSource::Taskmaster, shown(tasks))
    })
}

fn choose(
    mut tags: BTreeMap<String, Vec<Kept>>,
    current: Option<&str>,
) -> Result<(String, Vec<Kept>), Fault> {
    let wanted = current.unwrap_or(USUAL_TAG);
    if let Some(chosen) = tags.remove_entry(wanted) {
        return Ok(chosen);
    }
    let known: Vec<String> = tags.keys().cloned().collect();
    if let (None, 1) = (current, tags.len())
        && let Some(only) = tags.pop_first()
    {
        return Ok(only);
    }
    let why = match known.as_slice() {
        [] => "there is no list of tasks in it".to_owned(),
        known => format!("there is no tag `{wanted}`, only {}", known.join(", ")),
    };
    Err(Fault { why, at: None })
}

fn current_tag(file: &Path) -> Option<String> {
    let setting = file.parent()?.parent()?.join("state.json");
    let text = read_text(&setting, MAX_BYTES).ok()?;
    let setting: Setting = serde_json::from_str(&text).ok()?;
    setting.current_tag
}

fn shown(tasks: Vec<Kept>) -> Vec<Task> {
    let shown = |task: Kept| {
        let id = match task.id {
            Id::Number(number) => number.to_string(),
            Id::Text(text) => text,
        };
        let status = match task.status {
            Status::Pending | Status::Deferred => TaskStatus::Pending,
            Status::InProgress => TaskStatus::InProgress,
            Status::Done => TaskStatus::Done,
            Status::Blocked => TaskStatus::Blocked,
            Status::Cancelled => TaskStatus::Cancelled,
        };
        count::task(id, &task.title, status)
    };
    tasks.into_iter().map(shown).collect()
}

/// An error's words without the place, which is told beside them.
pub(crate) fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    struct Project(tempfile::TempDir);

    impl Project {
        fn new(list: &str) -> Self {
            let project = Self(tempfile::tempdir().unwrap());
            fs::create_dir_all(project.0.path().join(".taskmaster/tasks")).unwrap();
            project.put("tasks/tasks.json", list);
            project
        }

        fn put(&self, name: &str, text: &str) {
            fs::write(self.0.path().join(".taskmaster").join(name), text).unwrap();
        }

        fn read(&self) -> TaskSummary {
            let deep = self.0.path().join("src/deep");
            fs::create_dir_all(&deep).unwrap();
            read(&find(&deep).unwrap())
        }
    }

    const TAGS: &str = r#"{
      "master": {"tasks": [
        {"id": 1, "title": "one", "status": "done", "subtasks": [{"id": 1, "title": "s", "status": "pending"}]},
        {"id": 2, "title": "two", "status": "in-progress", "dependencies": [1]},
        {"id": "3", "title": "three", "status": "review"},
        {"id": 4, "title": "four", "status": "deferred"},
        {"id": 5, "title": "five", "status": "cancelled"},
        {"id": 6, "title": "six", "status": "blocked"},
        {"id": 7, "title": "seven", "status": "pending"}
      ], "metadata": {"created": "x"}},
      "side": {"tasks": [{"id": 1, "title": "aside", "status": "pending"}]}
    }"#;

    fn counts(summary: &TaskSummary) -> [u64; 5] {
        let TaskSummary {
            total,
            pending,
            in_progress,
            done,
            blocked,
            ..
        } = *summary;
        [total, pending, in_progress, done, blocked]
    }

    #[test]
    fn the_current_tag_is_counted() {
        let project = Project::new(TAGS);
        let summary = project.read();
        assert_eq!(counts(&summary), [6, 2, 2, 1, 1]);
        assert_eq!(summary.active, ["two", "three"]);
        assert_eq!(
            (summary.tag.as_deref(), summary.tasks.len()),
            (Some("master"), 7)
        );
        project.put("state.json", r#"{"currentTag": "side"}"#);
        assert_eq!(counts(&project.read()), [1, 1, 0, 0, 0]);
        project.put("state.json", r#"{"currentTag": "gone"}"#);
        let why = project.read().why.unwrap();
        assert_eq!(why, "there is no tag `gone`, only master, side");
    }

    #[test]
    fn a_list_without_tags_is_counted() {
        let list = r#"{"tasks":[{"id":1,"title":"a\u001b[31m\nb"}],"projectName":"x"}"#;
        let summary = Project::new(list).read();
        assert_eq!((counts(&summary), summary.tag), ([1, 1, 0, 0, 0], None));
        assert!(!summary.tasks[0].title.contains(char::is_control));
    }

    #[test]
    fn what_is_malformed_is_told_with_line_column_and_reason() {
        let cases = [
            ("", Some((1, 0)), "EOF while parsing a value"),
            (
                "{\n \"tasks\": [\n  {\"id\": 1 \"title\"",
                Some((3, 12)),
                "expected `,` or `}`",
            ),
            (
                "{\"tasks\": 3}",
                Some((1, 11)),
                "invalid type: integer `3`, expected a sequence",
            ),
            ("[]", Some((1, 2)), "invalid length 0, expected an object"),
            (
                "{\n\"m\":{\"tasks\":[\n{\"id\":1,\"title\":\"t\",\"status\":\"finished\"}]}}",
                Some((3, 39)),
                "unknown variant `finished`",
            ),
            (
                "{\"tasks\":[{\"id\":1}]}",
                Some((1, 18)),
                "missing field `title`",
            ),
            ("{}", None, "there is no list of tasks in it"),
        ];
        for (list, at, why) in cases {
            let summary = Project::new(list).read();
            assert_eq!(summary.state, TaskState::TasksMalformed, "{list}");
            assert_eq!(summary.line.zip(summary.column), at, "{list} {summary:?}");
            let told = summary.why.unwrap();
            assert!(
                told.starts_with(why) && !told.contains(" at line"),
                "{told}"
            );
        }
    }

    #[test]
    fn what_is_no_readable_file_is_malformed_and_waited_for_by_nobody() {
        let project = Project::new("{}");
        let file = project.0.path().join(".taskmaster/tasks/tasks.json");
        fs::write(&file, b"{\"a\": \"\xff\"}").unwrap();
        assert_eq!(project.read().why.unwrap(), "is not UTF-8 at byte 7");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert_eq!(project.read().why.unwrap(), "is not a file");
        fs::remove_dir(&file).unwrap();
        let pipe = Command::new("mkfifo").arg(&file).status().unwrap();
        assert!(pipe.success());
        assert_eq!(project.read().why.unwrap(), "is not a file");
    }

    #[test]
    fn the_list_of_another_project_above_the_repository_is_not_ours() {
        let project = Project::new("{}");
        let inner = project.0.path().join("inner");
        fs::create_dir_all(inner.join(".git")).unwrap();
        fs::create_dir_all(inner.join("src")).unwrap();
        assert_eq!(find(&inner.join("src")), None);
        assert!(find(project.0.path()).is_some());
    }
}
