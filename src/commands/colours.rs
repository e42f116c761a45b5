//! What the environment says of the terminal's colours.

use crate::tui::Background;

/// The beginnings of names of terminals that never answer what they are asked, or show the question.
const SILENT: [&str; 6] = ["dumb", "linux", "vt", "ansi", "cons25", "eterm"];

/// The same of GNU screen, whose name tmux has as well: that one answers where it can.
const SCREEN: &str = "screen";

/// The variables about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Colours {
    /// `TERM`.
    pub(crate) term: Option<String>,
    /// `COLORFGBG`, which some terminals set when they start.
    pub(crate) said: Option<String>,
}

impl Colours {
    /// What stands behind the text, as far as a variable says.
    pub(crate) fn background(&self) -> Option<Background> {
        Background::of_variable(self.said.as_deref()?)
    }

    /// Whether the terminal may be asked.
    pub(crate) fn answers(&self, in_multiplexer: bool) -> bool {
        let Some(term) = self.term.as_deref() else {
            return false;
        };
        let is_silent = SILENT.iter().any(|name| term.starts_with(name));
        !is_silent && (in_multiplexer || !term.starts_with(SCREEN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_never_answers_is_not_asked() {
        let answers = |term: &str, in_multiplexer| {
            let term = Some(term.to_owned());
            let colours = Colours { term, said: None };
            colours.answers(in_multiplexer)
        };
        for term in ["dumb", "linux", "vt220", "ansi", "eterm-color"] {
            assert!(!answers(term, false), "{term}");
        }
        assert!(!answers("screen-256color", false));
        assert!(answers("screen-256color", true) && answers("tmux-256color", true));
        assert!(answers("xterm-256color", false) && answers("xterm-kitty", false));
        assert!(!Colours::default().answers(true));
    }
}
