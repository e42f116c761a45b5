//! The recordings and what each one shows.

use super::{Level, Recording, Witness};

const fn of(assistant: &'static str, name: &'static str, states: &'static str) -> Recording {
    Recording {
        assistant,
        name,
        witness: Witness::None,
        states,
    }
}

const fn seen(
    assistant: &'static str,
    name: &'static str,
    witness: Witness,
    states: &'static str,
) -> Recording {
    Recording {
        witness,
        ..of(assistant, name, states)
    }
}

const NOTHING: &str = "";
const WHOLE: &str = "idle running completed";
const DONE: &str = "running completed";
const APPROVED: &str = "running approval running completed";
const ASKED: &str = "running input running completed";
const FAILED: &str = "running error";
const DENIED: &str = "running approval idle";
const UNANSWERED: &str = "running approval";

const SPINNER: &str = "⠏ proj";
const REQUIRED: &str = "[ ! ] Action Required | proj";
const READY: &str = "◇  Ready (proj)";
const ACTION: &str = "✋  Action Required (proj)";
const RESPONDING: &str = "◐ Qwen - proj";
const CONFIRMATION: &str = "✳\u{fe0e} Qwen - proj";
const WORKING: &str = "✦  Working… (proj)";

pub(super) const RECORDINGS: &[Recording] = &[
    of("codex", "start", NOTHING),
    of("codex", "prompt", WHOLE),
    of("codex", "tool", DONE),
    of("codex", "tool-fail", DONE),
    of("codex", "patch", DONE),
    of("codex", "plan", DONE),
    of("codex", "approve", APPROVED),
    of("codex", "approve-enter", APPROVED),
    of("codex", "approve-prefix", APPROVED),
    of("codex", "ask", ASKED),
    of("codex", "deny-esc", DENIED),
    of("codex", "interrupt-text", "running idle"),
    of("codex", "err400", FAILED),
    of(
        "codex",
        "err401",
        "running error running error running error",
    ),
    of(
        "codex",
        "err429",
        "running error running error running error",
    ),
    of("codex", "drop", "running error running error running error"),
    of("codex", "after-error", DONE),
    of("codex", "clear", WHOLE),
    of("codex", "compact", "running idle"),
    of("codex", "ctrl-c", NOTHING),
    of("codex", "quit", NOTHING),
    of("codex", "kill-pane", "idle running"),
    of(
        "codex",
        "exec",
        "idle running completed gone idle running completed gone idle running completed gone \
         idle running error running error running error gone",
    ),
    of("codex", "daemon-pane-a", WHOLE),
    of("codex", "daemon-pane-b-same-cwd", WHOLE),
    of("codex", "daemon-quit-b", NOTHING),
    of("codex", "daemon-kill-pane-c", NOTHING),
    of("codex", "daemon-approval-in-b-unsubscribed", UNANSWERED),
    of("codex", "daemon-interrupt-via-socket", "running idle"),
    of("codex", "daemon-status-start", WHOLE),
    of("codex", "daemon-status-error", FAILED),
    of("codex", "daemon-status-after-error", DONE),
    of("codex", "daemon-status-question-esc", DONE),
    seen(
        "codex",
        "daemon-status-long-approved",
        Witness::Title(&[
            (600, SPINNER),
            (1010, REQUIRED),
            (4540, SPINNER),
            (9130, "proj"),
        ]),
        "running approval running completed gone",
    ),
    seen(
        "codex",
        "ask",
        Witness::Title(&[
            (1500, SPINNER),
            (1700, REQUIRED),
            (3740, SPINNER),
            (3930, "proj"),
        ]),
        ASKED,
    ),
    seen(
        "codex",
        "daemon-status-question-esc",
        Witness::Title(&[(600, SPINNER), (1140, "proj")]),
        DONE,
    ),
    of("opencode", "start", "idle"),
    of("opencode", "prompt", DONE),
    of("opencode", "tool", DONE),
    of("opencode", "tool-fail", DONE),
    of("opencode", "plan", DONE),
    of("opencode", "new", DONE),
    of("opencode", "compact", DONE),
    of("opencode", "subagent", DONE),
    of("opencode", "after-error", DONE),
    of("opencode", "approve", APPROVED),
    of("opencode", "always", APPROVED),
    of("opencode", "edit", APPROVED),
    of(
        "opencode",
        "external",
        "running approval running approval running completed",
    ),
    of("opencode", "question", ASKED),
    of("opencode", "deny", DENIED),
    of("opencode", "interrupt-text", "running idle"),
    of("opencode", "err400", FAILED),
    of("opencode", "err401", FAILED),
    of(
        "opencode",
        "err500",
        "running error running error running error",
    ),
    of(
        "opencode",
        "drop",
        "running error running error running error",
    ),
    of("opencode", "exit", NOTHING),
    of("opencode", "ctrl-c", "idle running completed gone"),
    of("opencode", "kill-pane", "idle running idle gone"),
    of(
        "opencode",
        "run",
        "idle running completed gone idle running approval idle gone idle running error gone",
    ),
    of(
        "opencode",
        "api",
        "idle running approval running completed running input running completed running idle gone",
    ),
    of("gemini", "start-say", WHOLE),
    of("gemini", "clear", WHOLE),
    of("gemini", "headless", "idle running completed gone"),
    of("gemini", "quit", NOTHING),
    of("gemini", "subagent", DONE),
    of("gemini", "shell-approve", APPROVED),
    of("gemini", "write-file", APPROVED),
    of("gemini", "ask-user", ASKED),
    of("gemini", "api-error-400", FAILED),
    of("gemini", "interrupt-esc-while-thinking", DONE),
    of("gemini", "permission-hook-allow", UNANSWERED),
    of("gemini", "permission-hook-deny", DONE),
    seen(
        "gemini",
        "permission-denied",
        Witness::Title(&[
            (50, WORKING),
            (240, ACTION),
            (5000, READY),
            (31_720, WORKING),
            (31_950, ACTION),
            (36_000, READY),
        ]),
        "running approval idle running approval idle",
    ),
    seen(
        "gemini",
        "long-tool-after-approval",
        Witness::Title(&[
            (50, WORKING),
            (220, ACTION),
            (4200, WORKING),
            (11_730, READY),
        ]),
        APPROVED,
    ),
    seen(
        "gemini",
        "ask-user",
        Witness::Title(&[
            (50, WORKING),
            (180, ACTION),
            (36_500, WORKING),
            (36_850, READY),
        ]),
        ASKED,
    ),
    of("qwen", "start-say", WHOLE),
    of("qwen", "headless", WHOLE),
    of("qwen", "clear", WHOLE),
    of("qwen", "quit", NOTHING),
    of("qwen", "write-file", DONE),
    of("qwen", "long-tool-after-approval", DONE),
    of("qwen", "subagent", APPROVED),
    of("qwen", "shell-approve", APPROVED),
    // On a machine with much to do the title comes seconds after the hooks.
    seen(
        "qwen",
        "shell-approve",
        Witness::Title(&[
            (100, RESPONDING),
            (2400, CONFIRMATION),
            (31_200, RESPONDING),
        ]),
        APPROVED,
    ),
    of("qwen", "permission-hook-allow", APPROVED),
    of("qwen", "permission-hook-deny", APPROVED),
    of("qwen", "ask-user", ASKED),
    of("qwen", "auto-mode-permission", UNANSWERED),
    of(
        "qwen",
        "permission-denied",
        "running approval idle running approval idle",
    ),
    of("qwen", "interrupt-esc-while-thinking", "running idle"),
    of("qwen", "api-error-400", FAILED),
    of("copilot", "start-say", WHOLE),
    of("copilot", "headless", "idle running completed gone"),
    of("copilot", "clear", WHOLE),
    of("copilot", "quit", NOTHING),
    of("copilot", "slow-turn-completes", DONE),
    of("copilot", "ask-user-bad-arguments", DONE),
    of("copilot", "permission-hook-allow", DONE),
    of("copilot", "permission-hook-deny", DONE),
    of("copilot", "shell-approve", APPROVED),
    of("copilot", "ask-user", ASKED),
    of("copilot", "api-error-500-retries", FAILED),
    // Claude's names of events: none of them is ours.
    of("copilot", "pascalcase-resume-shell-error-ask", NOTHING),
    seen(
        "copilot",
        "long-tool-after-approval",
        Witness::Log(&[
            (20, Level::Busy),
            (150, Level::WaitingApproval),
            (4500, Level::Busy),
            (10_860, Level::Idle),
        ]),
        APPROVED,
    ),
    seen(
        "copilot",
        "deny-with-feedback",
        Witness::Log(&[
            (20, Level::Busy),
            (200, Level::WaitingApproval),
            (5250, Level::Busy),
            (5390, Level::Idle),
        ]),
        // The turn is over before the log is read again.
        "running approval completed",
    ),
    seen(
        "copilot",
        "write-file",
        Witness::Log(&[
            (20, Level::Busy),
            (420, Level::WaitingApproval),
            (4000, Level::Idle),
        ]),
        DENIED,
    ),
    seen(
        "copilot",
        "interrupt-esc-esc-while-thinking",
        Witness::Log(&[(20, Level::Busy), (3300, Level::Idle)]),
        "running idle",
    ),
    seen(
        "copilot",
        "interrupt-running-tool",
        Witness::Log(&[
            (20, Level::Busy),
            (570, Level::WaitingApproval),
            (4000, Level::Busy),
            (8000, Level::Idle),
        ]),
        "running approval running idle",
    ),
    seen(
        "kimi",
        "approve",
        Witness::Log(&[
            (416, Level::Busy),
            (704, Level::WaitingApproval),
            (906, Level::Busy),
            (1242, Level::Idle),
        ]),
        "idle running approval running completed",
    ),
    seen(
        "kimi",
        "subagent",
        Witness::Log(&[(13, Level::Busy), (7675, Level::Idle)]),
        DONE,
    ),
    seen(
        "kimi",
        "subagent-asks",
        Witness::Log(&[(6, Level::Busy), (5448, Level::Idle)]),
        APPROVED,
    ),
    seen(
        "kimi",
        "background-subagent",
        Witness::Log(&[
            (6, Level::Busy),
            (436, Level::Idle),
            (6478, Level::Busy),
            (6614, Level::Idle),
        ]),
        DONE,
    ),
    seen(
        "kimi",
        "todo",
        Witness::Log(&[(5, Level::Busy), (244, Level::Idle)]),
        DONE,
    ),
    seen(
        "kimi",
        "write",
        Witness::Log(&[
            (15, Level::Busy),
            (164, Level::WaitingApproval),
            (361, Level::Busy),
            (508, Level::Idle),
        ]),
        APPROVED,
    ),
    seen(
        "kimi",
        "edit-denied",
        Witness::Log(&[
            (7, Level::Busy),
            (135, Level::WaitingApproval),
            (2939, Level::Busy),
            (3079, Level::Idle),
        ]),
        APPROVED,
    ),
    seen(
        "kimi",
        "start-say",
        Witness::Log(&[(425, Level::Busy), (675, Level::Idle)]),
        WHOLE,
    ),
    seen(
        "kimi",
        "deny",
        Witness::Log(&[
            (42, Level::Busy),
            (441, Level::WaitingApproval),
            (896, Level::Busy),
            (1091, Level::Idle),
        ]),
        APPROVED,
    ),
    seen(
        "kimi",
        "ask",
        Witness::Log(&[
            (13, Level::Busy),
            (174, Level::WaitingInput),
            (1461, Level::Busy),
            (1616, Level::Idle),
        ]),
        "running input completed",
    ),
    seen(
        "kimi",
        "ask-dismissed",
        Witness::Log(&[
            (37, Level::Busy),
            (237, Level::WaitingInput),
            (2391, Level::Busy),
            (2523, Level::Idle),
        ]),
        "running input completed",
    ),
    seen(
        "kimi",
        "interrupt",
        Witness::Log(&[(9, Level::Busy), (3044, Level::Idle)]),
        "running idle",
    ),
    seen(
        "kimi",
        "interrupt-tool",
        Witness::Log(&[
            (15, Level::Busy),
            (121, Level::WaitingApproval),
            (159, Level::Busy),
            (2217, Level::Idle),
        ]),
        "running approval running idle",
    ),
    seen(
        "kimi",
        "err400",
        Witness::Log(&[(17, Level::Busy), (139, Level::Idle)]),
        FAILED,
    ),
    seen(
        "kimi",
        "two-at-once",
        Witness::Log(&[
            (8, Level::Busy),
            (233, Level::WaitingApproval),
            (1880, Level::Busy),
            (1990, Level::WaitingApproval),
            (3398, Level::Busy),
            (3678, Level::Idle),
        ]),
        "running approval running approval running completed",
    ),
    seen(
        "kimi",
        "queued",
        Witness::Log(&[
            (9, Level::Busy),
            (5155, Level::Idle),
            (5220, Level::Busy),
            (5312, Level::Idle),
        ]),
        DONE,
    ),
    seen(
        "kimi",
        "plan-denied",
        Witness::Log(&[
            (13, Level::Busy),
            (224, Level::Idle),
            (3145, Level::Busy),
            (3394, Level::WaitingApproval),
            (7114, Level::Busy),
            (7224, Level::Idle),
        ]),
        "running completed running approval running completed",
    ),
    seen(
        "kimi",
        "new",
        Witness::Log(&[(3567, Level::Busy), (3694, Level::Idle)]),
        WHOLE,
    ),
    of("kimi", "compact", NOTHING),
    of("kimi", "quit", NOTHING),
    seen(
        "kimi",
        "headless",
        Witness::Log(&[(63, Level::Busy), (220, Level::Idle)]),
        WHOLE,
    ),
];
