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

/// Told by hand in which pane something runs.
const TARGET: &str = "PANE_PATROL_TARGET";

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
    /// How it asks for a pane.
    pub(crate) guard: Guard,
}

/// How an entry asks for a pane before it starts anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// As it is registered.
    Current,
    /// As for some weeks of November 2026, with the values one behind the other: Gemini CLI puts those that it knows
    /// into the text itself, and a number behind a name makes another name.
    Joined,
    /// As before that.
    ForTmux,
}

impl Guard {
    const ALL: [Self; 3] = [Self::Current, Self::Joined, Self::ForTmux];

    /// Whether this is a pane, or what an assistant says of a session of its own that has none.
    fn print(self, assistant: &Assistant) -> String {
        if !assistant.asks_for_a_pane() {
            return String::new();
        }
        let own = assistant.adapter.parked_by;
        let variables = PANE_VARIABLES.iter().copied().chain(own).chain([TARGET]);
        let values: Vec<String> = match self {
            // No assistant that puts values into its settings takes this for a variable: the shell alone does.
            Self::Current => variables.map(|name| format!("${{{name}:+x}}")).collect(),
            Self::Joined => variables.map(|name| format!("${name}")).collect(),
            Self::ForTmux => return OLD_PANE_GUARD.to_owned(),
        };
        format!(r#"[ -n "{}" ] && "#, values.concat())
    }
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
            guard: Guard::Current,
        }
    }

    /// Whether it was written by a version of before the test for a pane changed.
    pub(crate) fn is_outdated(&self) -> bool {
        self.guard != Guard::Current
    }

    /// The bytes that are registered.
    pub(crate) fn print(&self, assistant: &Assistant) -> String {
        let (guard, everywhere) = if self.everywhere {
            (String::new(), format!(" {EVERYWHERE}"))
        } else {
            (self.guard.print(assistant), String::new())
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
        let ours = |guard| Self {
            executable: path.to_owned(),
            event: event.map(str::to_owned),
            decide: arguments.ends_with(DECIDE),
            everywhere,
            guard,
        };
        let mut all = Guard::ALL.into_iter().map(ours);
        let found = all.find(|ours| ours.print(assistant) == command);
        found.filter(|_| path.starts_with('/'))
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

    const OURS: &str = r#"[ -n "${TMUX_PANE:+x}${ZELLIJ_PANE_ID:+x}${CLAUDE_JOB_DIR:+x}${PANE_PATROL_TARGET:+x}" ] && [ -x '/opt/pane patrol' ] && exec '/opt/pane patrol' hook claude; exit 0"#;

    #[test]
    fn the_command_has_the_promised_bytes() {
        let command = HookCommand {
            executable: "/opt/pane patrol".into(),
            event: None,
            decide: false,
            everywhere: false,
            guard: Guard::Current,
        };
        assert_eq!(command.print(&CLAUDE), OURS);
        assert_eq!(HookCommand::recognise(OURS, &CLAUDE), Some(command));
    }

    /// Gemini CLI and Qwen Code put the values of `$NAME` and `${NAME}` into the texts of their settings, where they
    /// know one.
    #[test]
    fn what_an_assistant_puts_into_its_settings_leaves_the_test_for_a_pane_as_it_is() {
        let put_in = |text: &str, name: &str, value: &str| {
            let text = text.replace(&format!("${{{name}}}"), value);
            let parts: Vec<&str> = text.split(&format!("${name}")).collect();
            parts.join(value)
        };
        for (name, value) in [
            ("TMUX_PANE", "%3"),
            ("ZELLIJ_PANE_ID", "1"),
            (TARGET, "a\" ]; touch b #:0.0"),
        ] {
            for assistant in Assistant::ALL {
                let guard = Guard::Current.print(assistant);
                let registered = put_in(&guard, name, value);
                let ask = |guard: &str| {
                    let mut shell = std::process::Command::new("sh");
                    let shell = shell.env_clear().env(name, value).arg("-c");
                    let status = shell.arg(format!("{guard}true")).status();
                    status.expect("there is a shell").success()
                };
                assert_eq!(registered, guard, "{name} of {}", assistant.name);
                assert!(ask(&registered), "{name} of {}", assistant.name);
            }
        }
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
            for guard in [Guard::Joined, Guard::ForTmux] {
                let old = format!("{}{rest}", guard.print(assistant));
                let found = HookCommand::recognise(&old, assistant).unwrap();
                assert!(found.is_outdated(), "{old}");
                let guard = Guard::Current;
                let renewed = HookCommand { guard, ..found }.print(assistant);
                assert!(
                    renewed.contains("${ZELLIJ_PANE_ID:+x}") && renewed.ends_with(&rest),
                    "{renewed}"
                );
                let known = HookCommand::recognise(&renewed, assistant).unwrap();
                assert!(!known.is_outdated());
                assert_eq!(
                    renewed.contains("CLAUDE_JOB_DIR"),
                    assistant.name == "claude"
                );
            }
        }
        // Codex confirms hooks by their bytes: its entries never had the test, and stay as they are.
        let codex = "[ -x '/x' ] && exec '/x' hook codex; exit 0";
        assert!(!HookCommand::recognise(codex, &CODEX).unwrap().is_outdated());
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
            assert!(found.everywhere && !found.is_outdated(), "{text}");
            assert_eq!(found.decide, arguments.contains("--decide"));
            let theirs = [
                format!("{}{text}", Guard::Current.print(&CLAUDE)),
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
            OURS.replace(&Guard::Current.print(&CLAUDE), ""),
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
        fn every_path_that_is_accepted_is_known_again(path in "/\\PC{0,40}", decide: bool, everywhere: bool, form in 0..Guard::ALL.len()) {
            if let Ok(executable) = check_executable(Path::new(&path)) {
                for assistant in Assistant::ALL {
                    let event = (!assistant.adapter.names_its_event).then(|| "agentStop".to_owned());
                    let executable = executable.clone();
                    let asks = !everywhere && assistant.asks_for_a_pane();
                    let guard = if asks { Guard::ALL[form] } else { Guard::Current };
                    let command = HookCommand { executable, event, decide, everywhere, guard };
                    let known = HookCommand::recognise(&command.print(assistant), assistant);
                    proptest::prop_assert_eq!(known, Some(command));
                }
            }
        }
    }
}
