//! What Claude Code's dialogs draw of a request for certain, and which of them may be of what tool.

use serde_json::{Map, Value};

use super::about::TOOL;
use super::commands::{NO_DESCRIPTION, may_edit};
use super::files::EMPTY;
use super::sed::Replacement;
use super::sheet::Sheet;
use super::tame::is_named_oddly;
use crate::assistants::facets::dialog::drawn::Drawn;
use crate::assistants::facets::dialog::{Kind, of_line};
use crate::state::Bound;

impl Sheet {
    /// Whether this heading may stand above the request. It is the one row that only Claude itself writes,
    /// but for the name of a skill, which may read like more of it.
    pub(super) fn heads(&self, bound: &Bound) -> bool {
        let is_whose = self.is_sub_agents() == bound.request.agent_id.is_some();
        if self.is_permission() && !is_whose && !is_named_oddly(bound) {
            return false;
        }
        let Some(tool) = bound.request.tool.as_deref() else {
            return true;
        };
        let begins = |words: &[&str]| words.iter().any(|word| self.title().starts_with(word));
        match tool {
            _ if !self.is_permission() => true,
            "Bash" => begins(&["Bash"]) || begins(&["Edit"]) && may_edit(bound),
            "Monitor" => begins(&["Monitor"]),
            "Write" => begins(&["Create", "Overwrite"]),
            "Edit" | "MultiEdit" => begins(&["Edit", "Create"]),
            "NotebookEdit" => begins(&["Edit"]),
            "WebFetch" => begins(&["Fetch"]),
            "Read" => begins(&["Read"]),
            "Skill" => begins(&["Use"]),
            "ExitPlanMode" => false,
            "WebSearch" | "Agent" | "Task" | "CronCreate" | "EnterWorktree" => self.is_headed(TOOL),
            tool if tool.starts_with("mcp__") => self.is_headed(TOOL),
            // Nobody knows how others are headed.
            _ => true,
        }
    }

    /// What is drawn of the request below its heading.
    pub(super) fn draws(&self, dialog: Kind, bound: &Bound, message: &str) -> Drawn {
        let tool = bound.request.tool.as_deref().unwrap_or_default();
        let Some(input) = &bound.input else {
            return of_line_alone(tool, message);
        };
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        if dialog == Kind::Question {
            let asked = input["questions"][0]["question"].as_str();
            return Drawn::with_signs()
                .whole(asked.unwrap_or_default())
                .values(input);
        }
        let file = |name: &str| {
            let path = text(name);
            let name = Drawn::with_signs().whole(name_of(path));
            Drawn::with_signs().named(name).partly(path)
        };
        let is_new = self.title().starts_with("Create");
        match tool {
            // A change that a command makes in a file is drawn as that.
            "Bash" if !self.shows_commands() => changed(bound, input),
            "Bash" | "Monitor" => {
                let said = text("description");
                let is_said = !said.trim().is_empty();
                Drawn::with_signs()
                    .whole(bound.command.as_deref().unwrap_or(text("command")))
                    .whole(if is_said { said } else { NO_DESCRIPTION })
            }
            "Write" if is_new => match text("content") {
                "" => file("file_path").whole(EMPTY),
                content => file("file_path").whole(content),
            },
            "Edit" if is_new => file("file_path").whole(text("new_string")),
            // Of a change no more is drawn than what differs, and what stands around it.
            "Write" | "Edit" | "MultiEdit" => file("file_path").values(input).and_more(),
            "NotebookEdit" => file("notebook_path").values(input).and_more(),
            "WebFetch" => fetched(text("url"), text("prompt")),
            "WebSearch" => Drawn::with_signs().whole(text("query")).values(input),
            "Agent" | "Task" => Drawn::with_signs()
                .whole(text("description"))
                .partly(tool)
                .values(input),
            "CronCreate" => Drawn::with_signs()
                .whole(text("cron"))
                .whole(text("prompt")),
            "EnterWorktree" => Drawn::with_signs().partly(text("name")),
            "Skill" => Drawn::with_signs().whole(text("skill")),
            "Read" => file("file_path").values(input),
            tool if tool.starts_with("mcp__") => given(input),
            // Of others it is not known how they are drawn, but of what: their names and inputs.
            _ => Drawn::with_signs().partly(tool).values(input).doubtful(),
        }
    }
}

/// What is drawn of a command as of the change that it makes, where it is known what that is.
fn changed(bound: &Bound, input: &Value) -> Drawn {
    let command = bound.command.as_deref().unwrap_or_default();
    match Replacement::of(command) {
        Some(change) => Drawn::with_signs()
            .named(Drawn::with_signs().whole(name_of(&change.file)))
            .values(input)
            .and_more(),
        None => Drawn::with_signs().values(input).and_more().doubtful(),
    }
}

/// What is known by the one line that was told of it.
fn of_line_alone(tool: &str, message: &str) -> Drawn {
    match tool {
        "Bash" | "Monitor" | "AskUserQuestion" => of_line(message).and_more(),
        "Write" | "Edit" | "MultiEdit" => Drawn::with_signs()
            .named(of_line(name_of(message)))
            .and_more(),
        _ => Drawn::with_signs().and_more().doubtful(),
    }
}

/// The last part of a path, which is never left out.
fn name_of(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// An address may be written otherwise than it was given.
fn fetched(url: &str, prompt: &str) -> Drawn {
    let drawn = Drawn::with_signs().whole(prompt);
    if url.chars().all(|c| c.is_ascii_graphic()) {
        drawn.partly(url)
    } else {
        drawn.and_more().doubtful()
    }
}

/// Inputs of a server's tool: each with its name. Which order they have, and where one ends, is told
/// only of plain ones.
fn given(input: &Value) -> Drawn {
    let none = Map::new();
    let fields = input.as_object().unwrap_or(&none);
    let is_name = |name: &String| {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
        !name.is_empty() && name.trim() == name && name.bytes().all(is_plain)
    };
    let drawn = fields
        .iter()
        .fold(Drawn::with_signs(), |drawn, (name, value)| {
            drawn.letters(name).value(value)
        });
    if fields.keys().all(is_name) {
        drawn
    } else {
        drawn.doubtful()
    }
}
