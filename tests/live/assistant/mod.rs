//! The assistants: how each is set up for the scripted model, how it looks, and which keys drive it.
//! One file each; what the suite does with them stands in `script`.

mod claude;
mod codex;
mod copilot;
#[cfg(feature = "assistant-for-tests")]
#[path = "../../../src/assistants/fixture/live/mod.rs"]
mod fixture;
mod gemini;
mod kimi;
mod opencode;
mod qwen;

use std::process::ExitCode;

use super::common::TestEnv;
use super::drive::Stage;
use super::model::Model;
use super::scene::Scene;
use super::script;
use super::situation::Situation;

/// What cannot be known of a situation: what the row shows instead, and why.
type Unknowable = (Situation, &'static [&'static str], &'static str);

/// Where a world keeps programs of the suite's own, for PATH.
pub(super) const PROGRAMS: &str = "programs";

/// What this executable does where it was started as an assistant's program; `None`: it is the suite.
pub(super) fn started_as_one() -> Option<ExitCode> {
    #[cfg(feature = "assistant-for-tests")]
    return fixture::started_as_it();
    #[cfg(not(feature = "assistant-for-tests"))]
    None
}

/// Keys by their names for tmux.
type Keys = &'static [&'static str];

/// All there is to know about one assistant, or one way of running it.
pub(super) struct Manners {
    /// Its line in the table.
    pub(super) name: &'static str,
    /// Further assistants to install pane-patrol for.
    pub(super) also: &'static [&'static str],
    /// Its name for `install`.
    pub(super) assistant: &'static str,
    /// Further arguments of `install`.
    pub(super) install: &'static [&'static str],
    /// As npm knows it, and what else it needs; empty: nothing is fetched for it.
    pub(super) packages: &'static [&'static str],
    /// The program and its arguments.
    pub(super) program: &'static str,
    /// Writes its settings, before pane-patrol is installed.
    pub(super) prepare: fn(&TestEnv, &Model),
    /// What it sees in its environment.
    pub(super) variables: fn(&Model) -> Vec<(&'static str, String)>,
    /// On the screen once it takes a prompt.
    pub(super) ready: &'static str,
    /// On the screen when its first hook runs, where that is later than the prompt.
    pub(super) first_hook: Option<&'static str>,
    /// Something comes up at the very first start, and that may be later than the prompt.
    pub(super) always_greets: bool,
    /// What may come up at the start, and the keys that answer it.
    pub(super) greetings: &'static [(&'static str, Keys)],
    /// On the screen only while it works.
    pub(super) working: &'static str,
    /// On the screen only while it asks for permission.
    pub(super) dialog: &'static str,
    pub(super) approve: Keys,
    pub(super) deny: Keys,
    /// The script's words for a question.
    pub(super) ask: &'static str,
    /// On the screen only while it asks a question.
    pub(super) question: &'static str,
    pub(super) answer: Keys,
    pub(super) dismiss: Keys,
    /// A dismissed question is an answer like any other: its turn goes on to its end.
    pub(super) goes_on: bool,
    pub(super) before_question: Keys,
    pub(super) after_question: Keys,
    /// It writes status records.
    pub(super) tells_its_terminal: bool,
    pub(super) interrupt: Keys,
    /// Empties the prompt.
    pub(super) clear: Keys,
    /// On the screen when the model's server has refused.
    pub(super) failed: &'static str,
    /// On the screen when it asks whether it may start a sub-agent at all.
    pub(super) part_dialog: Option<&'static str>,
    /// On the screen when a sub-agent asks for permission, where that looks different.
    pub(super) part_request: Option<&'static str>,
    /// On the screen once a sub-agent is done, where the answer does not wait for it.
    pub(super) part_over: Option<&'static str>,
    /// The command that leaves it.
    pub(super) quit: &'static str,
    /// Where the title of its pane is the only witness.
    pub(super) by_title: &'static [Situation],
    /// What it does not tell.
    pub(super) unknowable: &'static [Unknowable],
    /// What it cannot be brought to, or is tried in another way of running it.
    pub(super) without: &'static [Situation],
    /// Why something is held apart now and then whatever is played, rightly.
    pub(super) foreseen: &'static [&'static str],
    /// Whether it is brought to what all have.
    pub(super) plays_common: bool,
    /// What only this one is brought to.
    pub(super) scenes: &'static [Scene],
}

impl Manners {
    /// All of them, in the order of the table. The first needs nothing: where it fails, the suite does.
    pub(super) fn all() -> &'static [&'static Self] {
        &[
            #[cfg(feature = "assistant-for-tests")]
            &fixture::FIXTURE,
            &claude::CLAUDE,
            &claude::OLD,
            &claude::PARENT,
            &claude::ASKED,
            &codex::SERVER,
            &codex::TITLE,
            &codex::ALONE,
            &codex::PIPE,
            &opencode::OPENCODE,
            &opencode::SERVING,
            &gemini::GEMINI,
            &gemini::SWITCHED,
            &copilot::COPILOT,
            &qwen::QWEN,
            &kimi::KIMI,
        ]
    }

    /// Whether it is read by the pipe of its pane.
    pub(super) fn is_piped(&self) -> bool {
        self.name.ends_with("(pipe)")
    }

    /// Its name in the name of a file.
    pub(super) fn file(&self) -> String {
        self.name.replace(' ', "-").replace(['(', ')'], "")
    }

    /// Whether the situation is tried with it.
    pub(super) fn can(&self, situation: Situation) -> bool {
        let common = script::SCENES.iter().filter(|_| self.plays_common);
        let mut covered = common.chain(self.scenes).flat_map(|scene| scene.covers);
        covered.any(|it| *it == situation) && !self.without.contains(&situation)
    }

    /// What the row shows instead, where the situation cannot be known; and why.
    pub(super) fn unknowable(
        &self,
        situation: Situation,
    ) -> Option<(&'static [&'static str], &'static str)> {
        let found = self.unknowable.iter().find(|(it, ..)| *it == situation);
        found.map(|(_, shown, why)| (*shown, *why))
    }

    /// The line by which a shell starts it.
    pub(super) fn line(&self, stage: &Stage<'_>) -> String {
        self.line_of(stage, self.program)
    }

    /// The same for another program or other arguments.
    pub(super) fn line_of(&self, stage: &Stage<'_>, program: &str) -> String {
        let path = stage.path();
        let mut line = format!("env PATH={}", quoted(&path));
        for (name, value) in (self.variables)(stage.model) {
            line = format!("{line} {name}={}", quoted(&value));
        }
        format!("{line} {}", stage.way.words(program))
    }
}

impl Stage<'_> {
    /// PATH with the assistant's programs first.
    pub(super) fn path(&self) -> String {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.programs.iter().cloned();
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&system)));
        path.expect("no folder holds a colon")
            .to_string_lossy()
            .into_owned()
    }
}

/// One word for a shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Writes a settings file of the assistant.
fn write(env: &TestEnv, file: &str, text: &str) {
    let path = env.path(file);
    let folder = path.parent().expect("a file stands in a folder");
    std::fs::create_dir_all(folder).expect("the folder can be made");
    std::fs::write(&path, text).expect("the settings can be written");
}
