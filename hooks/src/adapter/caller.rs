//! Who started a hook, for assistants whose hooks nobody else runs.

use super::{Call, Payload, Report, report};
use crate::event::{Kind, State};

/// The assistant's process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its number; `None` when the process that started the hook is not the one in the pane.
    pub pid: Option<u32>,
    /// Whether somebody sits in front of it.
    pub attended: bool,
    /// Its config folder, when it is not the default one.
    pub home: Option<String>,
}

impl Caller {
    /// The hook's parent, which is headless if one of its arguments is among `headless`.
    pub(super) fn of(call: &Call<'_>, headless: &[&str]) -> Self {
        Self {
            pid: Some(call.parent).filter(|parent| *parent > 1),
            attended: !has_word(call.arguments, headless),
            home: None,
        }
    }

    /// A report with everything that means the same in every event.
    pub(super) fn report(&self, payload: &Payload, state: State, kind: Kind) -> Report {
        Report {
            pid: self.pid,
            instance_id: report::name(&payload.session_id),
            agent_id: payload.agent_id.as_deref().and_then(report::name),
            turn_id: report::name(&payload.turn_id),
            event: report::name(&payload.hook_event_name),
            cwd: report::clean(&payload.cwd),
            attended: self.attended,
            home: self.home.clone(),
            ..Report::new(state, kind)
        }
    }
}

/// Whether one of the words stands among the arguments, before anything that is only passed on.
fn has_word(arguments: &[String], words: &[&str]) -> bool {
    let mut own = arguments
        .iter()
        .skip(1)
        .take_while(|argument| *argument != "--");
    own.any(|argument| {
        let word = argument
            .split_once('=')
            .map_or(&**argument, |(word, _)| word);
        words.contains(&word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_person_is_told_by_its_arguments() {
        let has = |line: &str| {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            has_word(&arguments, &["-p", "--prompt", "exec"])
        };
        for line in ["node gemini.js -p hi", "x --prompt=hi", "codex exec hi"] {
            assert!(has(line), "{line}");
        }
        for line in ["exec", "node gemini.js", "codex -- exec", "x --prompts"] {
            assert!(!has(line), "{line}");
        }
    }
}
