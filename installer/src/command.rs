//! The command that is registered, and how it is known again.
//!
//! The command itself is the only mark that an assistant's own rewrites of its settings leave alone,
//! so it has the same bytes in every version of pane-patrol: outside a pane nothing starts, unless the
//! person has asked for reports from everywhere, when the program is gone nothing happens, and the exit
//! status is 0 whatever comes. Once it had to change; entries of before are known, too, and an install
//! brings them up to date.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::EVERYWHERE;
use pane_patrol_hooks::adapter::Registration;
use pane_patrol_hooks::mux::PANE_VARIABLES;

use crate::assistant::Assistant;
use crate::error::PlanError;

/// The test for a pane of versions before November 2026.
const OLD_PANE_GUARD: &str = r#"[ -n "$TMUX_PANE$PANE_PATROL_TARGET" ] && "#;
const DECIDE: &str = " --decide";

/// What is to be started, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Program<'a> {
    /// The program, as it was invoked.
    pub(crate) executable: &'a str,
    /// Whether it is started where there is no multiplexer, too.
    pub(crate) everywhere: bool,
}

/// The command of one of our entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HookCommand {
    /// The program, as it was invoked.
    pub(crate) executable: String,
    /// The event, for an assistant whose payloads do not name it.
    pub(crate) event: Option<String>,
    /// Whether it may answer the request.
    pub(crate) decide: bool,
    /// Whether it starts where there is no multiplexer, too.
    pub(crate) everywhere: bool,
    /// Whether it was written by a version of before the test for a pane changed.
    pub(crate) outdated: bool,
}

/// What an entry asks before it starts anything: whether this is a pane, or what an assistant says of
/// a session of its own that has none.
fn pane_guard(assistant: &Assistant, outdated: bool) -> String {
    if !assistant.asks_for_a_pane() {
        return String::new();
    }
    if outdated {
        return OLD_PANE_GUARD.to_owned();
    }
    let variables = PANE_VARIABLES
        .iter()
        .copied()
        .chain(assistant.adapter.parked_by);
    let variables = variables.chain(["PANE_PATROL_TARGET"]);
    let values: Vec<String> = variables.map(|name| format!("${name}")).collect();
    format!(r#"[ -n "{}" ] && "#, values.concat())
}

impl HookCommand {
    /// The one for `event`.
    pub(crate) fn of(assistant: &Assistant, program: Program<'_>, event: &Registration) -> Self {
        let names_its_event = assistant.adapter.names_its_event;
        Self {
            executable: program.executable.to_owned(),
            event: (!names_its_event).then(|| event.event.to_owned()),
            decide: event.approvals_only,
            everywhere: program.everywhere,
            outdated: false,
        }
    }

    /// The bytes that are registered.
    pub(crate) fn print(&self, assistant: &Assistant) -> String {
        let (guard, everywhere) = if self.everywhere {
            (String::new(), format!(" {EVERYWHERE}"))
        } else {
            (pane_guard(assistant, self.outdated), String::new())
        };
        let decide = if self.decide { DECIDE } else { "" };
        let (path, name) = (&self.executable, assistant.name);
        let event = self.event.as_ref();
        let event = event.map_or_else(String::new, |event| format!(" {event}"));
        format!(
            "{guard}[ -x '{path}' ] && exec '{path}' hook {name}{event}{decide}{everywhere}; exit 0"
        )
    }

    /// Knows a command of ours, with any path; `None` for every other command, also for one that
    /// only mentions pane-patrol.
    pub(crate) fn recognise(command: &str, assistant: &Assistant) -> Option<Self> {
        let (_, rest) = command.split_once("[ -x '")?;
        let (path, rest) = rest.split_once('\'')?;
        let (_, arguments) = rest.rsplit_once("' hook ")?;
        let arguments = arguments.strip_suffix("; exit 0")?;
        let (arguments, everywhere) = match arguments.strip_suffix(EVERYWHERE) {
            Some(others) => (others.strip_suffix(' ')?, true),
            None => (arguments, false),
        };
        let is_event =
            |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let event = arguments.split(' ').nth(1).filter(is_event);
        let ours = Self {
            executable: path.to_owned(),
            event: event.map(str::to_owned),
            decide: arguments.ends_with(DECIDE),
            everywhere,
            outdated: assistant.asks_for_a_pane() && command.starts_with(OLD_PANE_GUARD),
        };
        (path.starts_with('/') && ours.print(assistant) == command).then_some(ours)
    }
}

/// The command that an install registers for `event` and `executable`.
pub fn hook_command(
    assistant: &Assistant,
    executable: &Path,
    event: &Registration,
) -> Result<String, PlanError> {
    let program = Program {
        executable: &check_executable(executable)?,
        everywhere: false,
    };
    Ok(HookCommand::of(assistant, program, event).print(assistant))
}

/// `path` as it can stand in the command: absolute, UTF-8, without quotes and control characters.
/// It is not resolved: a link that the person updates stays the link.
pub(crate) fn check_executable(path: &Path) -> Result<String, PlanError> {
    let refuse = |reason| {
        Err(PlanError::Executable {
            path: PathBuf::from(path),
            reason,
        })
    };
    let Some(text) = path.to_str() else {
        return refuse("its path is not UTF-8");
    };
    if !path.is_absolute() {
        return refuse("its path is not absolute");
    }
    if text.contains('\'') {
        return refuse("its path contains a single quote");
    }
    if text.chars().any(char::is_control) {
        return refuse("its path contains a control character");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::CLAUDE;

    const OURS: &str = r#"[ -n "$TMUX_PANE$ZELLIJ_PANE_ID$CLAUDE_JOB_DIR$PANE_PATROL_TARGET" ] && [ -x '/opt/pane patrol' ] && exec '/opt/pane patrol' hook claude; exit 0"#;

    #[test]
    fn the_command_has_the_promised_bytes() {
        let command = HookCommand {
            executable: "/opt/pane patrol".into(),
            event: None,
            decide: false,
            everywhere: false,
            outdated: false,
        };
        assert_eq!(command.print(&CLAUDE), OURS);
        assert_eq!(HookCommand::recognise(OURS, &CLAUDE), Some(command));
    }

    #[test]
    fn an_entry_of_before_is_known_and_told_apart() {
        use crate::assistant::{CODEX, COPILOT, GEMINI, QWEN};
        for (assistant, arguments) in [
            (&CLAUDE, "claude"),
            (&CLAUDE, "claude --decide"),
            (&GEMINI, "gemini"),
            (&QWEN, "qwen"),
            (&COPILOT, "copilot agentStop"),
        ] {
            let rest = format!("[ -x '/x y' ] && exec '/x y' hook {arguments}; exit 0");
            let old = format!("{OLD_PANE_GUARD}{rest}");
            let found = HookCommand::recognise(&old, assistant).unwrap();
            assert!(found.outdated, "{old}");
            let renewed = HookCommand {
                outdated: false,
                ..found
            }
            .print(assistant);
            assert!(
                renewed.contains("$ZELLIJ_PANE_ID") && renewed.ends_with(&rest),
                "{renewed}"
            );
            assert!(
                !HookCommand::recognise(&renewed, assistant)
                    .unwrap()
                    .outdated
            );
            assert_eq!(
                renewed.contains("$CLAUDE_JOB_DIR"),
                assistant.name == "claude"
            );
        }
        // Codex confirms hooks by their bytes: its entries never had the test, and stay as they are.
        let codex = "[ -x '/x' ] && exec '/x' hook codex; exit 0";
        assert!(!HookCommand::recognise(codex, &CODEX).unwrap().outdated);
        let never = format!("{OLD_PANE_GUARD}{codex}");
        assert_eq!(HookCommand::recognise(&never, &CODEX), None);
    }

    #[test]
    fn what_reports_from_everywhere_has_no_test_for_a_pane_and_is_known() {
        use crate::assistant::{CODEX, COPILOT, GEMINI};
        for (assistant, arguments) in [
            (&CLAUDE, "claude --everywhere"),
            (&CLAUDE, "claude --decide --everywhere"),
            (&CODEX, "codex --everywhere"),
            (&GEMINI, "gemini --everywhere"),
            (&COPILOT, "copilot agentStop --everywhere"),
        ] {
            let text = format!("[ -x '/x y' ] && exec '/x y' hook {arguments}; exit 0");
            let found = HookCommand::recognise(&text, assistant).unwrap();
            assert!(found.everywhere && !found.outdated, "{text}");
            assert_eq!(found.decide, arguments.contains("--decide"));
            let theirs = [
                format!("{}{text}", pane_guard(&CLAUDE, false)),
                format!("{OLD_PANE_GUARD}{text}"),
                text.replace(" --everywhere", " --everywhere --everywhere"),
                text.replace(" --everywhere", "  --everywhere"),
                text.replace(" --everywhere", "--everywhere"),
            ];
            for theirs in theirs {
                assert_eq!(HookCommand::recognise(&theirs, assistant), None, "{theirs}");
            }
        }
    }

    #[test]
    fn the_deciding_form_is_ours_too() {
        let text = OURS.replace("hook claude", "hook claude --decide");
        let found = HookCommand::recognise(&text, &CLAUDE).unwrap();
        assert!(found.decide);
        assert_eq!(found.print(&CLAUDE), text);
    }

    #[test]
    fn nothing_else_is_ours() {
        for theirs in [
            String::new(),
            "pane-patrol hook claude".into(),
            "/opt/pane-patrol hook claude; exit 0".into(),
            format!("{OURS} # mine"),
            format!(" {OURS}"),
            OURS.replace("hook claude", "hook codex"),
            OURS.replace("hook claude", "hook claude --other"),
            OURS.replace("hook claude", "hook claude  --decide"),
            OURS.replace("exec '/opt/pane patrol'", "exec '/opt/other'"),
            OURS.replace("/opt/pane patrol", "opt/relative"),
            OURS.replace("exit 0", "exit 1"),
            OURS.replace(&pane_guard(&CLAUDE, false), ""),
            "[ -x '".into(),
        ] {
            assert_eq!(HookCommand::recognise(&theirs, &CLAUDE), None, "{theirs}");
        }
    }

    #[test]
    fn a_path_that_cannot_be_quoted_is_refused() {
        for path in ["pane-patrol", "/it's/pane-patrol", "/a\nb", "./x", ""] {
            assert!(check_executable(Path::new(path)).is_err(), "{path}");
        }
        let odd = "/a b/\"x\"/$HOME/é/pane-patrol";
        assert_eq!(check_executable(Path::new(odd)).unwrap(), odd);
    }

    proptest::proptest! {
        #[test]
        fn every_path_that_is_accepted_is_known_again(path in "/\\PC{0,40}", decide: bool, everywhere: bool, outdated: bool) {
            if let Ok(executable) = check_executable(Path::new(&path)) {
                for assistant in Assistant::ALL {
                    let event = (!assistant.adapter.names_its_event).then(|| "agentStop".to_owned());
                    let executable = executable.clone();
                    let outdated = outdated && !everywhere && assistant.asks_for_a_pane();
                    let command = HookCommand { executable, event, decide, everywhere, outdated };
                    let known = HookCommand::recognise(&command.print(assistant), assistant);
                    proptest::prop_assert_eq!(known, Some(command));
                }
            }
        }
    }
}
