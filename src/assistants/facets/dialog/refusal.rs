//! Why a dialog on the screen is not answered, in the person's words.

use pane_patrol_hooks::text::printable;
use thiserror::Error;

use super::signs::{is_as_written, is_frame};

/// What a dialog shows of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The command.
    Command,
    /// What the assistant says about it.
    Description,
    /// The file.
    File,
    /// The cell of a notebook.
    Cell,
    /// What is to be written into the file.
    Content,
    /// The question.
    Question,
    /// One of its options.
    Option,
    /// The plan.
    Plan,
    /// What a tool is given.
    Input,
    /// The address of a page.
    Address,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Command => "command",
            Self::Description => "description",
            Self::File => "file",
            Self::Cell => "cell",
            Self::Content => "text for the file",
            Self::Question => "question",
            Self::Option => "option",
            Self::Plan => "plan",
            Self::Input => "input",
            Self::Address => "address",
        })
    }
}

/// Why no key may be pressed. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Refusal {
    /// Nothing on the screen can be answered.
    #[error("no dialog that is known is on the screen; go there")]
    NoDialog,
    /// Its beginning is not on the screen.
    #[error("its dialog is taller than its pane, so it cannot be compared; go there")]
    TooTall,
    /// It is of another kind, or another agent's.
    #[error("the dialog on the screen is about something else")]
    OtherDialog,
    /// One of its parts is not the request's, character by character.
    #[error(
        "the dialog on the screen is about something else: its {0} is not the one that was asked"
    )]
    Differs(Part),
    /// The assistant itself leaves out the end of one of its parts.
    #[error("its pane is too narrow for the name of its {0}, so it cannot be compared; go there")]
    CutOff(Part),
    /// The assistant says a sentence of its own in the place of one of its parts.
    #[error(
        "its {0} is too long for a dialog: the one on the screen leaves out what it is about; go there"
    )]
    LeftOut(Part),
    /// The assistant shows a command by what it changes.
    #[error(
        "the dialog on the screen shows a file and what would change in it, and no command, so it \
         cannot be compared; look at it there and answer in the pane"
    )]
    ShownAsChange,
    /// One of its parts may be drawn otherwise than it was given, and is not on the screen as it was.
    #[error(
        "its {0} holds what is drawn otherwise than it is written, so it cannot be told whether the \
         dialog on the screen is its own; go there"
    )]
    Rewritten(Part),
    /// Not enough is known to compare it.
    #[error("{} is not known in full, so its dialog cannot be compared; go there", whose(*.0))]
    NotKnown(Part),
    /// Nothing of the request is known.
    #[error("what it asks is not known")]
    NothingKnown,
    /// It could draw a dialog of its own.
    #[error(
        "its {0} holds signs that dialogs are drawn with, so it cannot be told from one; go there"
    )]
    DrawsFrames(Part),
    /// It holds what cannot be seen.
    #[error("its {0} holds characters that cannot be seen; go there")]
    Unseen(Part),
    /// Another request of the same assistant is open that may be drawn like this one.
    #[error("two requests that cannot be told apart on the screen are open: answer in the pane")]
    Twins,
}

fn whose(part: Part) -> &'static str {
    match part {
        Part::Command => "its command",
        Part::Description => "its description",
        Part::File => "its file",
        Part::Cell => "its cell",
        Part::Content => "what it writes",
        Part::Question => "its question",
        Part::Option => "its options",
        Part::Plan => "its plan",
        Part::Input => "what its tool is given",
        Part::Address => "its address",
    }
}

/// Signs that an assistant marks the chosen option with.
const CURSORS: [char; 3] = ['❯', '›', '●'];

/// Refuses a text whose lines could stand for a part of a dialog, or that hides something. What is
/// compared afterwards is plain text.
pub(crate) fn plain(part: Part, text: &str) -> Result<(), Refusal> {
    check(part, text, |_| false)
}

/// As [`plain`], for a text of which every row is drawn further in than the frames of the assistant: signs
/// of frames cannot stand for those there. A row that a terminal makes wider than the assistant does would
/// go on at the pane's edge, so nothing may stand beside them of which the cells are not certain.
pub(crate) fn plain_inside(part: Part, text: &str) -> Result<(), Refusal> {
    let is_counted = |c: char| is_frame(c) || c == '…' || is_as_written(c) && c != '\t';
    check(part, text, |text| text.chars().all(is_counted))
}

fn check(part: Part, text: &str, may_frame: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    // What is joined within an emoji is drawn as one; all else that cannot be seen could hide there.
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(is_control) || printable(text) != text {
        return Err(Refusal::Unseen(part));
    }
    let is_option = |line: &str| {
        let line = line.trim_start_matches(|c: char| is_frame(c) || c.is_whitespace());
        let rest = line.strip_prefix(CURSORS).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_framed = text.chars().any(is_frame) && !may_frame(text);
    if is_framed || text.lines().any(is_option) {
        return Err(Refusal::DrawsFrames(part));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It may be anybody's, and show that nothing would change.
    #[test]
    fn of_a_dialog_without_a_command_no_more_is_said_than_what_it_shows() {
        let said = Refusal::ShownAsChange.to_string();
        assert!(!said.contains("its dialog"), "{said}");
        assert!(said.contains("no command") && said.ends_with("answer in the pane"));
    }

    #[test]
    fn what_could_draw_a_dialog_is_refused_with_words() {
        for text in ["echo '────'", "a\n│ b", "x\n ❯ 1. Yes", "╭", "› 2. No"] {
            let refused = plain(Part::Command, text).unwrap_err();
            assert_eq!(refused, Refusal::DrawsFrames(Part::Command), "{text}");
            assert!(refused.to_string().starts_with("its command holds"));
        }
        for text in [
            "a\rb",
            "a\u{1b}[31m",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{ad}b",
            "a\u{3164}b",
            "a\u{e0041}b",
        ] {
            let refused = plain(Part::Description, text);
            assert_eq!(refused, Err(Refusal::Unseen(Part::Description)), "{text}");
        }
        for text in [
            "touch a\n\tb",
            "1. Yes",
            "echo '> 1'",
            "漢字 👨‍👩‍👧 é",
            "● done",
        ] {
            assert_eq!(plain(Part::Command, text), Ok(()), "{text}");
        }
    }

    #[test]
    fn frames_further_in_are_refused_beside_what_has_no_certain_cells() {
        for text in [
            "├── a",
            "│ a\n│ b",
            "────",
            "╭ é 漢 ╮",
            "├── 📁 src\n└── ✅ → “a” …",
        ] {
            assert_eq!(plain_inside(Part::Command, text), Ok(()), "{text}");
        }
        for text in [
            "│ ❯ 1. Yes",
            "x\n ❯ 1. Yes",
            "├\t── a",
            "── 👨‍👩‍👧",
            "─\u{378}",
            "─ ⚠\u{fe0f}",
            "─ 👍🏽",
            "─ 🇩🇪",
        ] {
            let refused = plain_inside(Part::Command, text);
            let expected = Err(Refusal::DrawsFrames(Part::Command));
            assert_eq!(refused, expected, "{text}");
        }
        let unseen = Err(Refusal::Unseen(Part::Command));
        assert_eq!(plain_inside(Part::Command, "─\u{200b}"), unseen);
        assert_eq!(plain_inside(Part::Command, "👨‍👩‍👧\tx"), Ok(()));
    }
}
