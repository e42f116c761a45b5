//! Taskmaster's list of a project, `.taskmaster/tasks/tasks.json`: either one list, or one for each
//! tag, of which `.taskmaster/state.json` names the current one. This file reads; `places` knows where it
//! may be, `list` judges it for both, `edit` says what it is after a change, and `change` writes it.

mod change;
mod edit;
mod list;
mod lock;
mod mark;
mod not_changed;
mod places;
mod setting;
mod trace;
mod wanted;

pub(crate) use change::change;
pub(crate) use mark::Mark;
pub(crate) use places::{find, names};
pub(crate) use wanted::TaskChange;

use std::path::Path;

use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_installer::Values;

use super::types::{MAX_TAGS, MAX_TASKS, Task, TaskSource, TaskState, TaskStatus, TaskSummary};
use super::{count, read_text};
use list::{Kept, List, Unfit};
use places::setting_of;

/// Longest list that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The tag of those who have not chosen one.
const USUAL_TAG: &str = "master";

/// What stands for the title of a task that has none.
const NO_TITLE: &str = "(no title)";

/// What is wrong with a list, and at which line and column.
struct Fault {
    why: String,
    at: Option<(usize, usize)>,
}

impl From<Unfit> for Fault {
    fn from(why: Unfit) -> Self {
        match why {
            Unfit::Malformed(fault) => Self {
                why: fault.reason.into_owned(),
                at: Some((fault.line, fault.column)),
            },
            why => Self {
                why: why.to_string(),
                at: None,
            },
        }
    }
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
    let values = Values::read(&text).map_err(Unfit::from)?;
    let (current, why) = match current_tag(file) {
        Ok(current) => (current, None),
        // Taskmaster goes on with the usual tag then, and so does whoever reads with it.
        Err(why) => (None, Some(why)),
    };
    let List { tag, tasks, .. } = List::read(&values, current.as_deref())?;
    let names = || list::tags(&values).into_keys().take(MAX_TAGS).collect();
    let tags = tag.as_ref().map(|_| names());
    Ok(TaskSummary {
        why: tag.as_ref().and(why),
        tag,
        tags: tags.unwrap_or_default(),
        ..count::summary(TaskSource::Taskmaster, shown(tasks))
    })
}

/// The tag that is named as the current one, if any is; or why that is not known.
fn current_tag(file: &Path) -> Result<Option<String>, String> {
    let Some(path) = setting_of(file).filter(|path| path.exists()) else {
        return Ok(None);
    };
    let fault = |why: String| format!("{} cannot be understood: {why}", path.display());
    let text = read_text(&path, MAX_BYTES).map_err(fault)?;
    let read = Values::read(&text).and_then(|values| setting::current_tag(&values));
    read.map_err(|why| fault(why.to_string()))
}

fn shown(tasks: Vec<Kept>) -> Vec<Task> {
    tasks.into_iter().map(|task| shown_of(task, "")).collect()
}

/// A task as it is told; `above` stands before its id.
fn shown_of(kept: Kept, above: &str) -> Task {
    let id = format!("{above}{}", kept.id);
    let word = kept.status.as_deref().unwrap_or(Mark::Pending.word());
    let mark = Mark::parse(word);
    // What nobody knows is not known to be begun.
    let status = mark.map_or(TaskStatus::Pending, Mark::counts_as);
    let says_more = mark.is_none_or(Mark::says_more);
    let below = format!("{id}.");
    let parts = kept.parts.into_iter().take(MAX_TASKS);
    let dependencies = kept.dependencies.into_iter();
    Task {
        word: says_more.then(|| one_line(word, MAX_MESSAGE_CHARS)),
        priority: kept.priority.map(|word| one_line(&word, MAX_MESSAGE_CHARS)),
        dependencies: dependencies.map(|id| named(id, above)).collect(),
        subtasks: parts.map(|part| shown_of(part, &below)).collect(),
        ..count::task(id, kept.title.as_deref().unwrap_or(NO_TITLE), status)
    }
}

/// What a task depends on, by its id in the whole list: a part of a task names another part of it by its own number.
fn named(id: String, above: &str) -> String {
    if id.contains('.') {
        id
    } else {
        format!("{above}{id}")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::tasks::words;

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
    fn a_malformed_setting_is_told_beside_the_usual_tags_list() {
        let project = Project::new(TAGS);
        project.put("state.json", "{\"currentTag\": ");
        let summary = project.read();
        assert_eq!(
            (summary.state, summary.tag.as_deref()),
            (TaskState::Ok, Some("master"))
        );
        let told = words::tasks(&summary);
        assert!(told.contains("state.json cannot be understood"), "{told}");
    }

    #[test]
    fn a_task_is_told_with_its_own_word_its_parts_and_what_it_waits_for() {
        let list = r#"{"m": {"tasks": [
            {"id": "1", "title": "a", "status": "finished", "priority": null, "dependencies": null, "subtasks": null},
            {"id": 2, "title": "b", "status": "in-progress", "priority": "high", "dependencies": ["1", 7], "subtasks": [
                {"id": 1, "title": "part", "status": "done", "dependencies": [], "parentId": "undefined"},
                {"id": 2, "title": "other", "dependencies": [1, "2.3", 4]}
            ]}
        ]}, "no list": {"x": 1}, "a": {"tasks": []}}"#;
        let project = Project::new(list);
        project.put("state.json", r#"{"currentTag": "m"}"#);
        let summary = project.read();
        assert_eq!(counts(&summary), [2, 1, 1, 0, 0]);
        assert_eq!(summary.tags, ["a", "m"]);
        let [one, two] = summary.tasks.as_slice() else {
            panic!("{summary:?}");
        };
        assert_eq!(one.word.as_deref(), Some("finished"), "nobody knows it");
        assert_eq!(
            (two.word.as_deref(), &*two.dependencies.join(" ")),
            (None, "1 7")
        );
        assert_eq!(two.priority.as_deref(), Some("high"));
        assert_eq!(two.subtasks[0].id, "2.1");
        assert_eq!(two.subtasks[0].status, TaskStatus::Done);
        assert_eq!(words::more(two, &summary.tasks), "high, after 1, 7");
        let waits = words::more(&two.subtasks[1], &summary.tasks);
        assert_eq!(waits, "after 2.3, 2.4", "the first part is done");
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
            ("", Some((1, 1)), "the file ends too early here"),
            (
                "{\n \"tasks\": [\n  {\"id\": 1 \"title\"",
                Some((3, 12)),
                "expected a comma or `}`",
            ),
            ("{\"tasks\": 3}", Some((1, 11)), "`tasks` is no list"),
            ("[]", Some((1, 1)), "no object with `tasks`"),
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
}
