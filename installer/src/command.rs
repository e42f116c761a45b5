//! The command that is registered, and how it is known again.
//!
//! The command itself is the only mark that an assistant's own rewrites of its settings leave alone,
//! so it has the same bytes in every version of pane-patrol: outside tmux nothing starts, when the
//! program is gone nothing happens, and the exit status is 0 whatever comes.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Registration;

use crate::assistant::Assistant;
use crate::error::PlanError;

const PANE_GUARD: &str = r#"[ -n "$TMUX_PANE$PANE_PATROL_TARGET" ] && "#;
const DECIDE: &str = " --decide";

/// The command of one of our entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HookCommand {
    /// The program, as it was invoked.
    pub(crate) executable: String,
    /// The event, for an assistant whose payloads do not name it.
    pub(crate) event: Option<String>,
    /// Whether it may answer the request.
    pub(crate) decide: bool,
}

impl HookCommand {
    /// The one for `event`.
    pub(crate) fn of(assistant: &Assistant, executable: String, event: &Registration) -> Self {
        let names_its_event = assistant.adapter.names_its_event;
        Self {
            executable,
            event: (!names_its_event).then(|| event.event.to_owned()),
            decide: event.approvals_only,
        }
    }

    /// The bytes that are registered.
    pub(crate) fn print(&self, assistant: &Assistant) -> String {
        let guard = if assistant.asks_for_a_pane() {
            PANE_GUARD
        } else {
            ""
        };
        let decide = if self.decide { DECIDE } else { "" };
        let (path, name) = (&self.executable, assistant.name);
        let event = self.event.as_ref();
        let event = event.map_or_else(String::new, |event| format!(" {event}"));
        format!("{guard}[ -x '{path}' ] && exec '{path}' hook {name}{event}{decide}; exit 0")
    }

    /// Knows a command of ours, with any path; `None` for every other command, also for one that
    /// only mentions pane-patrol.
    pub(crate) fn recognise(command: &str, assistant: &Assistant) -> Option<Self> {
        let (_, rest) = command.split_once("[ -x '")?;
        let (path, rest) = rest.split_once('\'')?;
        let (_, arguments) = rest.rsplit_once("' hook ")?;
        let arguments = arguments.strip_suffix("; exit 0")?;
        let is_event =
            |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let event = arguments.split(' ').nth(1).filter(is_event);
        let ours = Self {
            executable: path.to_owned(),
            event: event.map(str::to_owned),
            decide: arguments.ends_with(DECIDE),
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
    let command = HookCommand::of(assistant, check_executable(executable)?, event);
    Ok(command.print(assistant))
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

    const OURS: &str = r#"[ -n "$TMUX_PANE$PANE_PATROL_TARGET" ] && [ -x '/opt/pane patrol' ] && exec '/opt/pane patrol' hook claude; exit 0"#;

    #[test]
    fn the_command_has_the_promised_bytes() {
        let command = HookCommand {
            executable: "/opt/pane patrol".into(),
            event: None,
            decide: false,
        };
        assert_eq!(command.print(&CLAUDE), OURS);
        assert_eq!(HookCommand::recognise(OURS, &CLAUDE), Some(command));
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
            OURS.replace(PANE_GUARD, ""),
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
        fn every_path_that_is_accepted_is_known_again(path in "/\\PC{0,40}", decide: bool) {
            if let Ok(executable) = check_executable(Path::new(&path)) {
                for assistant in Assistant::ALL {
                    let event = (!assistant.adapter.names_its_event).then(|| "agentStop".to_owned());
                    let executable = executable.clone();
                    let command = HookCommand { executable, event, decide };
                    let known = HookCommand::recognise(&command.print(assistant), assistant);
                    proptest::prop_assert_eq!(known, Some(command));
                }
            }
        }
    }
}
