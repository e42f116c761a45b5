//! Which files an assistant has written, by its own events.

use std::collections::{HashMap, VecDeque};
use std::path::{Component, Path, PathBuf};

use pane_patrol_hooks::adapter::Writes;
use pane_patrol_hooks::event::{Assistant, Event, Kind};
use pane_patrol_hooks::text::unmarked;

/// How many tools that have begun are remembered, of all assistants together.
const MAX_BEGUN: usize = 1024;

/// One call of a tool: whose, of which session, and its id.
type Call = (Assistant, Option<String>, String);

/// Follows the tools of assistants: the end of one says that it has written, and often only its start said what.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    begun: HashMap<Call, Vec<PathBuf>>,
    /// The same calls, the last one last, and some that have ended.
    order: VecDeque<Call>,
}

impl Writing {
    /// The files that have been written by what the event says, as paths that start at `/`.
    pub(crate) fn take(&mut self, event: &Event) -> Vec<PathBuf> {
        match event.kind {
            Some(Kind::ToolStarted) => {
                self.begin(event);
                Vec::new()
            }
            Some(Kind::ToolFinished) => {
                let begun = call_of(event).and_then(|call| self.begun.remove(&call));
                let ended_by = event.event.as_deref();
                if ended_by.is_some_and(|name| event.assistant.fails_by(name)) {
                    return Vec::new();
                }
                let named = named_by(event);
                if named.is_empty() {
                    begun.unwrap_or_default()
                } else {
                    named
                }
            }
            _ => Vec::new(),
        }
    }

    fn begin(&mut self, event: &Event) {
        let files = named_by(event);
        let Some(call) = call_of(event).filter(|_| !files.is_empty()) else {
            return;
        };
        if self.begun.insert(call.clone(), files).is_none() {
            self.order.push_back(call);
        }
        while self.order.len() > MAX_BEGUN {
            if let Some(oldest) = self.order.pop_front() {
                self.begun.remove(&oldest);
            }
        }
    }
}

fn call_of(event: &Event) -> Option<Call> {
    let id = event.request_id.clone()?;
    Some((event.assistant.clone(), event.instance_id.clone(), id))
}

/// The files that the event of a writing tool names.
fn named_by(event: &Event) -> Vec<PathBuf> {
    let (Some(message), Some(folder)) = (&event.message, &event.cwd) else {
        return Vec::new();
    };
    let tool = event.tool.as_deref();
    let writes = tool.and_then(|tool| event.assistant.writes_by(tool));
    // A name that was cut is none.
    if message.ends_with('…') {
        return Vec::new();
    }
    let message = unmarked(message);
    let names = match writes {
        None => return Vec::new(),
        Some(Writes::One) => vec![&*message],
        Some(Writes::Several) => message.split(", ").collect(),
    };
    let plain = |path: PathBuf| {
        let is_plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        path.components().all(is_plain).then_some(path)
    };
    let path = |name: &str| plain(Path::new(folder).join(name));
    names.into_iter().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, tool: &str, call: Option<&str>, more: &serde_json::Value) -> Event {
        let mut event = json!({
            "assistant": "claude", "state": "running", "kind": kind, "target": "a:0.0",
            "ts": "2026-11-21T12:00:00Z", "tool": tool, "request_id": call, "cwd": "/p/sub", "instance_id": "s1",
        });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        Event::parse(event.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_files_that_a_tool_names_are_those_it_wrote() {
        let written = |assistant: &str, tool: &str, message: &str| {
            let more = json!({"assistant": assistant, "message": message});
            Writing::default().take(&event("tool_finished", tool, None, &more))
        };
        assert_eq!(written("a", "Edit", "a b.rs"), [Path::new("/p/sub/a b.rs")]);
        assert_eq!(written("a", "Write", "/p/c"), [Path::new("/p/c")]);
        let both = [Path::new("/p/sub/x"), Path::new("/p/sub/y")];
        assert_eq!(written("a", "apply_patch", "x, y"), both);
        for (tool, message) in [
            ("Read", "x"),
            ("Bash", "rm x"),
            ("Edit", "x…"),
            ("Edit", "../x"),
        ] {
            assert!(written("a", tool, message).is_empty(), "{tool} {message}");
        }
    }

    #[test]
    fn the_start_of_a_tool_says_what_its_end_has_written_once() {
        let mut writing = Writing::default();
        let start = event("tool_started", "Edit", Some("1"), &json!({"message": "x"}));
        let end = event("tool_finished", "Edit", Some("1"), &json!({}));
        assert!(writing.take(&end).is_empty(), "nobody has said what");
        assert!(writing.take(&start).is_empty(), "it may yet be refused");
        let other = json!({"instance_id": "s2"});
        let other = event("tool_finished", "Edit", Some("1"), &other);
        assert!(writing.take(&other).is_empty(), "of another session");
        assert_eq!(writing.take(&end), [Path::new("/p/sub/x")]);
        assert!(writing.take(&end).is_empty());
    }

    #[test]
    fn a_tool_that_has_failed_has_written_nothing() {
        for (assistant, name) in [
            ("claude", "PostToolUseFailure"),
            ("claude", "PermissionDenied"),
            ("qwen", "PostToolUseFailure"),
            ("copilot", "postToolUseFailure"),
        ] {
            let mut writing = Writing::default();
            let said = json!({"assistant": assistant, "message": "x"});
            let start = event("tool_started", "edit", Some("1"), &said);
            let ended = json!({"assistant": assistant, "event": name, "message": "x"});
            let end = event("tool_finished", "edit", Some("1"), &ended);
            writing.take(&start);
            assert!(writing.take(&end).is_empty(), "{assistant} {name}");
        }
    }

    #[test]
    fn of_tools_that_never_end_only_the_last_ones_are_remembered() {
        let mut writing = Writing::default();
        for call in 0..10 * MAX_BEGUN {
            let call = call.to_string();
            let said = json!({"message": "x"});
            writing.take(&event("tool_started", "Edit", Some(&call), &said));
        }
        assert_eq!(writing.begun.len(), MAX_BEGUN);
        assert_eq!(writing.order.len(), MAX_BEGUN);
    }
}
