//! What an assistant can be in.

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Situation {
    Started,
    Running,
    Finished,
    Approval,
    Approved,
    Denied,
    Question,
    Dismissed,
    Interrupted,
    Stopped,
    Failed,
    SubAgent,
    TwoSubAgents,
    Quit,
    ResumedHere,
    Killed,
    Closed,
    Shared,
    AgentsView,
    Attached,
    Background,
    Menus,
    SlowStopHook,
    RefusingStopHook,
    LateCollector,
    OwnCommand,
    Plan,
    Resumed,
    KilledResumed,
    Child,
    BackgroundChild,
    NohupChild,
    Dashboard,
    HookApproved,
    HookDenied,
    HookDeniedWithWords,
    AllowRule,
    DenyRule,
    TrustEnds,
    ByCommand,
    Sent,
    ById,
    Raced,
    Jumped,
    Launched,
    Unasked,
}

use Situation as S;

/// Each with its name for `--situation`, and what it is for a person who reads the table; in its order.
const TOLD: [(Situation, &str, &str); 46] = [
    (S::Started, "started", "opened, nothing asked yet"),
    (S::Running, "running", "answering"),
    (S::Finished, "finished", "the answer is complete"),
    (
        S::Approval,
        "approval",
        "asks for permission to run a command",
    ),
    (
        S::Approved,
        "approved",
        "permitted, and the command still runs",
    ),
    (S::Denied, "denied", "the permission was refused"),
    (S::Question, "question", "asks a question"),
    (S::Dismissed, "dismissed", "the question was dismissed"),
    (
        S::Interrupted,
        "interrupted",
        "stopped by the person while answering",
    ),
    (
        S::Stopped,
        "stopped",
        "stopped by the person while a command ran",
    ),
    (S::Failed, "failed", "the model's server refused"),
    (S::SubAgent, "sub-agent", "a sub-agent asks for permission"),
    (
        S::TwoSubAgents,
        "two-sub-agents",
        "two sub-agents ask for permission at once",
    ),
    (S::Quit, "quit", "left by its own command"),
    (
        S::ResumedHere,
        "resumed-here",
        "left, and resumed by Enter in the dashboard",
    ),
    (
        S::Killed,
        "killed",
        "killed with SIGKILL, the pane lives on",
    ),
    (
        S::Closed,
        "closed",
        "its pane was closed in the middle of an answer",
    ),
    (
        S::Shared,
        "shared",
        "two of them, one server, each row on its own pane",
    ),
    (
        S::AgentsView,
        "agents-view",
        "its list of sessions was looked at, then it asks",
    ),
    (
        S::Attached,
        "attached",
        "a background session is shown in a pane",
    ),
    (
        S::Background,
        "background",
        "in the background, attached to, left, and ended",
    ),
    (S::Menus, "menus", "the person opened a menu"),
    (
        S::SlowStopHook,
        "slow-stop-hook",
        "a Stop hook of the person's takes 4 s",
    ),
    (
        S::RefusingStopHook,
        "refusing-stop-hook",
        "a Stop hook of the person's refuses the end",
    ),
    (
        S::LateCollector,
        "late-collector",
        "whoever collects starts while it asks",
    ),
    (
        S::OwnCommand,
        "own-command",
        "the person's own command runs",
    ),
    (S::Plan, "plan", "asks whether its plan is good"),
    (
        S::Resumed,
        "resumed",
        "sent to the background, resumed in its pane",
    ),
    (
        S::KilledResumed,
        "killed-resumed",
        "killed while it worked, resumed in its pane",
    ),
    (S::Child, "child", "its command runs another assistant"),
    (
        S::BackgroundChild,
        "child-background",
        "the same with `&`, and it asks meanwhile",
    ),
    (
        S::NohupChild,
        "child-nohup",
        "the same with `nohup`, and it asks meanwhile",
    ),
    (
        S::Dashboard,
        "dashboard",
        "approved by one key in the dashboard",
    ),
    (
        S::HookApproved,
        "hook-approved",
        "approved through its hook",
    ),
    (S::HookDenied, "hook-denied", "denied through its hook"),
    (
        S::HookDeniedWithWords,
        "hook-words",
        "denied through its hook, with words",
    ),
    (S::AllowRule, "allow-rule", "a rule allows what it asks"),
    (S::DenyRule, "deny-rule", "a rule denies what it asks"),
    (
        S::TrustEnds,
        "trust-ends",
        "trusted for a minute, asks again after it",
    ),
    (
        S::ByCommand,
        "by-command",
        "shown, answered by our commands",
    ),
    (
        S::Sent,
        "sent",
        "given a text of 20 lines, at rest, at work, and asking",
    ),
    (
        S::ById,
        "by-id",
        "answered at its own server, by the request's id",
    ),
    (
        S::Raced,
        "raced",
        "answered while the person presses the other key, and while nobody does",
    ),
    (
        S::Jumped,
        "jumped",
        "a person in another session jumps to it while it asks",
    ),
    (
        S::Launched,
        "launched",
        "started by us from a pane of its session",
    ),
    (
        S::Unasked,
        "unasked",
        "in a terminal, and not installed for everywhere",
    ),
];

impl Situation {
    /// All of them, in the order of the table.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        TOLD.iter().map(|(situation, ..)| *situation)
    }

    /// Its name for `--situation`.
    pub(super) fn name(self) -> &'static str {
        self.told().1
    }

    /// What it is, for a person who reads the table.
    pub(super) fn meaning(self) -> &'static str {
        self.told().2
    }

    fn told(self) -> &'static (Self, &'static str, &'static str) {
        let found = TOLD.iter().find(|(situation, ..)| *situation == self);
        found.expect("each stands in the list")
    }
}
