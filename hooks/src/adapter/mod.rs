//! One module an assistant: its registration table (what the installer writes into its settings)
//! beside its adapter (what each payload means), so that the two cannot drift apart.

pub mod claude;
mod report;

pub use report::Report;

/// Tools that ask the person a question: a request for one of them waits for input, not approval.
pub const QUESTION_TOOLS: &[&str] = &[
    "AskUserQuestion",
    "ask_user",
    "ask_user_question",
    "request_user_input",
    "question",
];

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
    /// How long the assistant waits for the hook, in seconds.
    pub timeout_seconds: u32,
}

impl Registration {
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
