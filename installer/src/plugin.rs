//! A file of ours that an assistant loads: written whole, taken away whole. It is known by its first
//! line, so that a person may change the rest, and an older version of it is known too.

use std::path::PathBuf;

use pane_patrol_hooks::adapter::plugin;

use crate::assistant::Assistant;
use crate::command::Program;
use crate::edit::error::EditError;
use crate::edit::{Installed, Traces, is_blank};

const PROGRAM: &str = "\nconst PROGRAM = ";
const IS_EVERYWHERE: &str = "\nconst EVERYWHERE = true\n";

/// Whether `text` is a plugin of ours.
pub(crate) fn is_ours(text: &str, assistant: &Assistant) -> bool {
    let first = plugin(&assistant.adapter.assistant, "/", false);
    let first = first.as_deref().and_then(|plugin| plugin.lines().next());
    first.is_some_and(|first| text.lines().next() == Some(first))
}

/// The plugin's text that starts `program`. A file of somebody else's in its place is refused.
pub(crate) fn install(
    text: &str,
    assistant: &Assistant,
    program: Program<'_>,
) -> Result<Installed, EditError> {
    let refuse = |reason: &str| EditError {
        offset: 0,
        reason: reason.to_owned(),
        field: None,
    };
    if !is_blank(text) && !is_ours(text, assistant) {
        return Err(refuse("the plugin there is not pane-patrol's"));
    }
    let Program {
        executable,
        everywhere,
    } = program;
    let plugin = plugin(&assistant.adapter.assistant, executable, everywhere)
        .ok_or_else(|| refuse("the program's path cannot stand in a plugin"))?;
    Ok(Installed {
        text: plugin,
        traces: Some(Traces::default()),
    })
}

/// Whether a plugin of ours reports where there is no multiplexer, too.
pub(crate) fn is_everywhere(text: &str) -> bool {
    text.contains(IS_EVERYWHERE)
}

/// The program that a plugin of ours starts.
pub(crate) fn executable(text: &str) -> Option<PathBuf> {
    let (_, rest) = text.split_once(PROGRAM)?;
    let path: String = serde_json::from_str(rest.lines().next()?).ok()?;
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::OPENCODE;

    #[test]
    fn a_plugin_is_known_again_with_its_program_and_nothing_else_is() {
        let path = "/opt/\"odd\" \\ path/pane-patrol";
        let program = |everywhere| Program {
            executable: path,
            everywhere,
        };
        let text = install("", &OPENCODE, program(false)).unwrap().text;
        let wide = install(&text, &OPENCODE, program(true)).unwrap().text;
        for (text, everywhere) in [(&text, false), (&wide, true)] {
            assert!(is_ours(text, &OPENCODE));
            assert_eq!(executable(text), Some(PathBuf::from(path)));
            assert_eq!(is_everywhere(text), everywhere);
        }
        assert_eq!(
            install(&wide, &OPENCODE, program(false)).unwrap().text,
            text
        );
        let theirs = "export const Mine = async () => ({})\n";
        assert!(!is_ours(theirs, &OPENCODE) && !is_ours("", &OPENCODE));
        assert!(install(theirs, &OPENCODE, program(true)).is_err());
    }
}
