//! The story of the demo: what each scripted assistant does, as data. It lasts three minutes and begins
//! anew; what waits for the person waits until then.
//!
//! | assistant | plays | shows |
//! | --- | --- | --- |
//! | `shop` | Claude Code | tasks, and a command that needs permission |
//! | `api` | Claude Code | a question, then a plan, then the edit that was planned |
//! | `web` | Claude Code | an edit with its diff, and a sub-agent that asks, too |
//! | `docs` | Codex | a list of steps, a failure, and a command outside the sandbox |
//! | `cli` | Gemini CLI | a finished turn, later a command |
//! | `ops` | Copilot CLI | work that ends in a command |
//! | `guest` | any of them | one that the person starts herself |

mod api;
mod cli;
mod docs;
mod guest;
mod ops;
mod shop;
mod web;

use std::time::Duration;

pub(crate) use guest::guest;

/// How long the story lasts.
pub(crate) const LASTS: Duration = Duration::from_secs(180);

/// Stands for what the person has chosen, in an edit and in last words.
pub(crate) const ANSWER: &str = "{answer}";

/// All that are on the stage when the demo begins.
pub(crate) const ALL: &[Script] = &[
    shop::SCRIPT,
    api::SCRIPT,
    web::SCRIPT,
    docs::SCRIPT,
    cli::SCRIPT,
    ops::SCRIPT,
];

/// One scripted assistant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    /// The name of its project, and of its tmux session.
    pub name: &'static str,
    /// The assistant that it plays, by its name for commands.
    pub plays: &'static str,
    /// The branch of its project.
    pub branch: &'static str,
    /// The files of its project: path, and text as it was committed.
    pub files: &'static [(&'static str, &'static str)],
    /// What somebody has changed in them since.
    pub changed: &'static [(&'static str, &'static str)],
    /// What it does, in this order.
    pub acts: &'static [Act],
}

/// A prompt and what comes of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    /// Not before this second of the story.
    pub at: u64,
    /// What the person wants.
    pub prompt: &'static str,
    /// What it does.
    pub steps: &'static [Step],
}

/// One thing that a scripted assistant does. Times are in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// It says something.
    Says(&'static str),
    /// It writes its list of tasks.
    Notes(&'static [(&'static str, Progress)]),
    /// It uses a tool that needs no permission, for so long.
    Uses(Tool, u64),
    /// It asks before it does; what is allowed takes so long. What is denied ends the act.
    Asks(Tool, u64),
    /// It sends a sub-agent.
    Sends(&'static Errand),
    /// It waits for its sub-agent.
    Joins,
    /// The turn ends with these words.
    Finishes(&'static str),
    /// The turn fails.
    Fails(&'static str),
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It is done.
    Done,
    /// It is being done.
    Now,
    /// It comes later.
    Later,
}

/// What a sub-agent does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errand {
    /// What it is sent for.
    pub task: &'static str,
    /// So long it works before it asks.
    pub works: u64,
    /// What it asks for.
    pub asks: Tool,
    /// So long that takes.
    pub takes: u64,
    /// What it reports.
    pub reports: &'static str,
}

/// What an assistant does with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Runs a command; why.
    Command(&'static str, &'static str),
    /// Puts one text into the place of another: file, old text, new text.
    Edit(&'static str, &'static str, &'static str),
    /// Reads a file.
    Read(&'static str),
    /// Looks for a text.
    Search(&'static str),
    /// Asks the person to choose: a word for it, the question, and each option with what it means.
    Question(&'static str, &'static str, Options),
    /// Shows its plan.
    Plan(&'static str),
}

impl Tool {
    /// What it does, in one line.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Command(command, _) => format!("Run({command})"),
            Self::Edit(file, ..) => format!("Update({file})"),
            Self::Read(file) => format!("Read({file})"),
            Self::Search(text) => format!("Search({text})"),
            Self::Question(header, ..) => format!("Question({header})"),
            Self::Plan(_) => "Plan".to_owned(),
        }
    }
}

/// The options of a question, each with what it means.
pub(crate) type Options = &'static [(&'static str, &'static str)];

/// The script of the assistant with that name.
pub(crate) fn find(name: &str) -> Option<Script> {
    let on_stage = ALL.iter().find(|script| script.name == name).copied();
    on_stage.or_else(|| guest(name))
}

/// The assistants that are played, each once, in the order of the story.
pub(crate) fn played() -> Vec<&'static str> {
    let mut names: Vec<&str> = ALL.iter().map(|script| script.plays).collect();
    names.sort_unstable();
    names.dedup();
    names
}
