//! Claude Code: what is registered in its `settings.json`, and what each of its payloads means.

use super::{Registration, Version};

/// The first version that knows the later events.
const LATER: Option<Version> = Some(Version(2, 1, 197));

/// The events that are registered, in the order in which they are written.
pub const REGISTRATIONS: &[Registration] = &[
    always("SessionStart"),
    always("SessionEnd"),
    always("UserPromptSubmit"),
    always("PreToolUse"),
    always("PostToolUse"),
    always("Notification"),
    always("Stop"),
    always("SubagentStart"),
    always("SubagentStop"),
    later("PostToolUseFailure"),
    later("StopFailure"),
    later("PostToolBatch"),
    later("PreCompact"),
    later("PostCompact"),
    later("Elicitation"),
    later("ElicitationResult"),
    Registration {
        event: "PermissionRequest",
        since: None,
        approvals_only: true,
        timeout_seconds: 3600,
    },
];

const fn always(event: &'static str) -> Registration {
    Registration {
        event,
        since: None,
        approvals_only: false,
        timeout_seconds: 5,
    }
}

const fn later(event: &'static str) -> Registration {
    Registration {
        event,
        since: LATER,
        approvals_only: false,
        timeout_seconds: 5,
    }
}
