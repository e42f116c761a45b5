//! One module an assistant: its registration table (what the installer writes into its settings)
//! beside its adapter (what each payload means), so that the two cannot drift apart. [`ADAPTERS`] is
//! the list of all; nothing else names them.

pub mod answering;
pub mod caller;
pub mod claude;
pub mod codex;
pub mod copilot;
#[cfg(feature = "assistant-for-tests")]
#[path = "../../../src/assistants/fixture/adapter.rs"]
pub mod fixture;
pub mod gemini;
mod habits;
pub mod kimi;
pub mod opencode;
mod payload;
pub mod qwen;
mod report;
mod summary;
mod tools;

use std::ffi::OsString;
use std::io::BufRead;

use crate::event::Assistant;

pub use answering::{Answering, CompleteRequest, Ruled, Verdict};
pub use caller::Caller;
pub use codex::pane as shared_pane;
pub use habits::{Habits, Witness};
pub use opencode::plugin;
pub use payload::{Calls, Details, Payload, ToolInput};
pub use report::Report;
pub use tools::{About, Tools, Writes, is_question};

/// Every assistant whose hooks are understood.
pub const ADAPTERS: &[Adapter] = &[
    claude::ADAPTER,
    codex::ADAPTER,
    opencode::ADAPTER,
    gemini::ADAPTER,
    copilot::ADAPTER,
    qwen::ADAPTER,
    opencode::KILO,
    kimi::ADAPTER,
    #[cfg(feature = "assistant-for-tests")]
    fixture::ADAPTER,
];

/// The adapter of the assistant called `name`.
pub fn find(name: &str) -> Option<&'static Adapter> {
    ADAPTERS
        .iter()
        .find(|adapter| adapter.assistant.as_str() == name)
}

/// How the assistant called `name` asks by its hook; where that one does not, as the first that does.
pub fn answering_of(name: &str) -> Option<Answering> {
    let own = find(name).and_then(|adapter| adapter.answering);
    own.or_else(|| ADAPTERS.iter().find_map(|adapter| adapter.answering))
}

/// What rules have to know of tools: they are written with the names of the one assistant that asks by its
/// hook.
pub fn ruled() -> Option<&'static Ruled> {
    let mut answering = ADAPTERS.iter().filter_map(|one| one.answering.as_ref());
    answering.next().map(|one| &one.tools)
}

/// The line by which events name a tool call, their `message`: made anew from the call's whole input,
/// so that a row's request can be found again where that is kept.
pub fn summary_of(tool: &str, input: &serde_json::Value, cwd: &str) -> Option<String> {
    let payload = serde_json::json!({ "tool_input": input }).to_string();
    summary::of_tool(tool, &Payload::read(payload.as_bytes()).tool_input, cwd)
}

/// The line by which events tell of an assistant's last words, their `message`.
pub fn answer_of(words: &str) -> Option<String> {
    summary::of_answer(words)
}

/// One assistant: what is registered, and how what it sends is understood.
#[derive(Debug)]
pub struct Adapter {
    /// Which assistant.
    pub assistant: Assistant,
    /// The events the installer registers, in the order in which they are written.
    pub registrations: &'static [Registration],
    /// Events that are understood but not registered, each with the reason.
    pub unregistered: &'static [(&'static str, &'static str)],
    /// How the assistant counts a hook's timeout in its settings.
    pub timeout_unit: TimeoutUnit,
    /// Whether payloads name their event. If not, the registered command does:
    /// `hook <assistant> <event>`.
    pub names_its_event: bool,
    /// Whose environment its hooks have.
    pub panes: Panes,
    /// How it behaves.
    pub habits: Habits,
    /// What its tools do.
    pub tools: Tools,
    /// How it asks and is answered by a hook, if it can be.
    pub answering: Option<Answering>,
    /// What it says of itself in the environment of its hooks, in a session with a person before it.
    pub environment: &'static [(&'static str, &'static str)],
    /// The variable in which it names its process there.
    pub process_variable: Option<&'static str>,
    /// The variable that a session of its own has which runs without a pane, where it has one.
    pub parked_by: Option<&'static str>,
    /// The variable in which it names the project's folder there.
    pub project_variable: Option<&'static str>,
    /// Reads one payload and says what it means.
    pub hear: fn(&mut dyn BufRead, &Call<'_>) -> Heard,
}

impl Adapter {
    /// The event whose hook waits for an answer, if it has one; it is registered only on request.
    pub fn asking(&self) -> Option<&'static Registration> {
        let mut events = self.registrations.iter();
        events.find(|event| event.approvals_only)
    }

    /// Whether a hook of it can be made to ask us before the person is asked, and so to answer.
    pub fn can_ask_us(&self) -> bool {
        self.asking().is_some() && self.answering.is_some()
    }
}

/// What a hook knows beside its payload.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The event's name, where the command gives it.
    pub event: Option<&'a str>,
    /// The hook's environment.
    pub get: &'a dyn Fn(&str) -> Option<OsString>,
    /// Whether some variable's name satisfies a test.
    pub any_name: &'a AnyName<'a>,
    /// The process that started the hook.
    pub parent: u32,
    /// The arguments of that process, its own name first; none where they cannot be known cheaply.
    pub arguments: &'a [String],
    /// Whether it reads from a terminal and writes to one; `None` where that cannot be known cheaply.
    pub has_terminal: &'a dyn Fn() -> Option<bool>,
}

/// Whether some variable's name satisfies a test.
pub type AnyName<'a> = dyn Fn(&dyn Fn(&str) -> bool) -> bool + 'a;

/// What came of one payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it means; `None`: nothing for a row.
    pub report: Option<Report>,
    /// Whether the payload came to its end.
    pub is_complete: bool,
}

/// Whose environment an assistant's hooks have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panes {
    /// That of the assistant in the pane: what it says of the pane is right.
    Own,
    /// It may be that of a server which several panes share: what it says of the pane has to be proved.
    Shared,
}

/// How an assistant counts a hook's timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutUnit {
    /// In seconds.
    Seconds,
    /// In milliseconds.
    Milliseconds,
}

impl TimeoutUnit {
    /// The number that means `seconds` in the assistant's settings.
    pub fn count(self, seconds: u32) -> u32 {
        match self {
            Self::Seconds => seconds,
            Self::Milliseconds => seconds * 1000,
        }
    }
}

/// A version of an assistant, for example 2.1.197.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32, pub u32, pub u32);

/// One hook event that the installer may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The assistant's own name of the event.
    pub event: &'static str,
    /// The first version that knows it; an older one must not see the name. `None`: all of them.
    pub since: Option<Version>,
    /// Registered only when the person asked to answer requests from the dashboard.
    pub approvals_only: bool,
    /// How long the assistant waits for the hook, in seconds; see [`Adapter::timeout_unit`].
    pub timeout_seconds: u32,
    /// The assistant is told not to wait for the hook. Only where the order of events does not matter.
    pub runs_async: bool,
    /// The assistant's own pattern of what the event is about; `None`: everything.
    pub matcher: Option<&'static str>,
}

impl Registration {
    /// The usual one: waited for, for five seconds at most, in all versions, whatever it is about.
    pub const fn of(event: &'static str) -> Self {
        Self {
            event,
            since: None,
            approvals_only: false,
            timeout_seconds: 5,
            runs_async: false,
            matcher: None,
        }
    }

    /// One that is not waited for.
    pub const fn unawaited(event: &'static str) -> Self {
        Self {
            runs_async: true,
            ..Self::of(event)
        }
    }

    /// Whether an assistant of `version` (`None`: unknown) may be told of this event.
    pub fn fits(&self, version: Option<Version>, approvals: bool) -> bool {
        let known = match (self.since, version) {
            (None, _) => true,
            (Some(since), Some(version)) => version >= since,
            (Some(_), None) => false,
        };
        known && (approvals || !self.approvals_only)
    }
}

#[cfg(test)]
mod tests;
