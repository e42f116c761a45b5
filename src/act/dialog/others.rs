//! The dialogs of Codex, Gemini CLI, Qwen Code and Copilot CLI, as a table: one line for each shape that
//! was seen on the real program (0.169.0, 0.61.0, 0.24.4, 1.0.102). What is not in it is not answered: several questions at once, forms, "always".

use pane_patrol_hooks::event::Assistant;

use super::{About, Choice, Dialog, Kind, Press, read_options};

/// One shape.
struct Shape {
    assistant: Assistant,
    kind: Kind,
    /// How the line begins that asks; the options stand below it.
    asks: &'static str,
    /// What its last line holds; frames may follow. Empty: the options are the last.
    last: &'static str,
    /// Stands before the option the cursor is on.
    cursor: char,
    /// The option that approves this once, and how the one begins that denies.
    yes: &'static str,
    no: &'static str,
    /// What is pressed to deny, where that is not the option's number.
    deny: Option<Press>,
    /// Finds what it is about, from the lines above and below the one that asks: the lines that tell
    /// it, and what they say.
    about: fn(&Around<'_>) -> Option<Told>,
}

/// What a dialog is about, and the lines on the screen that tell it.
pub(super) type Told = (Vec<String>, About);

/// The lines around the one that asks, frames taken off, and the same as they are on the screen.
struct Around<'a> {
    above: &'a [Framed<'a>],
    asks: Framed<'a>,
    /// Down to the first option.
    below: &'a [Framed<'a>],
}

/// A line of the screen, and what is inside its frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Framed<'a> {
    pub(super) inside: &'a str,
    pub(super) whole: &'a str,
}

const CODEX: Shape = Shape {
    assistant: Assistant::CODEX,
    kind: Kind::Permission,
    asks: "Would you like to run the following command?",
    last: "Press enter to confirm or esc to cancel",
    cursor: '›',
    yes: "Yes, proceed (y)",
    no: "No, and tell Codex",
    deny: None,
    about: prompt_below,
};

const GEMINI: Shape = Shape {
    assistant: Assistant::GEMINI,
    kind: Kind::Permission,
    asks: "Allow execution of",
    last: "",
    cursor: '●',
    yes: "Allow once",
    no: "No, suggest changes",
    deny: Some(Press::Key("Escape")),
    about: box_above,
};

const QWEN: Shape = Shape {
    assistant: Assistant::QWEN,
    kind: Kind::Permission,
    asks: "Allow execution of:",
    last: "Waiting for user confirmation",
    cursor: '›',
    yes: "Yes, allow once",
    no: "No, suggest changes",
    deny: None,
    about: call_above,
};

const COPILOT: Shape = Shape {
    assistant: Assistant::COPILOT,
    kind: Kind::Permission,
    asks: "Do you want to run this command?",
    last: "↑/↓ to navigate",
    cursor: '❯',
    yes: "Yes",
    no: "No, and tell Copilot",
    // Its number only opens a line to write in.
    deny: Some(Press::Key("Escape")),
    about: box_above,
};

const SHAPES: &[Shape] = &[
    CODEX,
    Shape {
        asks: "Would you like to make the following edits?",
        about: destination_below,
        ..CODEX
    },
    Shape {
        kind: Kind::Question,
        asks: "Question 1/1 ",
        last: "tab to add notes",
        about: question_below,
        ..CODEX
    },
    GEMINI,
    Shape {
        asks: "Apply this change?",
        about: writing_above,
        ..GEMINI
    },
    Shape {
        kind: Kind::Question,
        asks: "Answer Questions",
        last: "Enter to select",
        about: question_below,
        ..GEMINI
    },
    QWEN,
    Shape {
        asks: "Apply this change?",
        about: writing_above,
        ..QWEN
    },
    Shape {
        kind: Kind::Question,
        asks: "? AskUserQuestion Ask user 1 question",
        cursor: '❯',
        about: question_below_header,
        ..QWEN
    },
    COPILOT,
    Shape {
        asks: "Do you want to create ",
        about: file_in_question,
        ..COPILOT
    },
];

/// Whether any dialog of the assistant is in the table.
pub(super) fn knows(assistant: &Assistant) -> bool {
    SHAPES.iter().any(|shape| shape.assistant == *assistant)
}

/// The dialog that is the last word on the screen.
pub(super) fn read(assistant: &Assistant, screen: &str) -> Option<Dialog> {
    let lines: Vec<Framed<'_>> = screen.lines().map(framed).collect();
    let of_assistant = SHAPES.iter().filter(|shape| shape.assistant == *assistant);
    let mut found = of_assistant.filter_map(|shape| {
        let asks = lines
            .iter()
            .rposition(|line| line.inside.starts_with(shape.asks))?;
        Some((asks, shape))
    });
    let first = found.next()?;
    let (asks, shape) = found.fold(
        first,
        |last, next| if next.0 > last.0 { next } else { last },
    );
    read_shape(shape, &lines, asks)
}

fn read_shape(shape: &Shape, lines: &[Framed<'_>], asks: usize) -> Option<Dialog> {
    let below = &lines[asks + 1..];
    let insides: Vec<&str> = below.iter().map(|line| line.inside).collect();
    let last = insides.iter().rposition(|line| !line.is_empty())?;
    let (first, mut options, selected) = read_options(&insides, shape.cursor, None)?;
    let end = match shape.last {
        // Nothing but its frame stands below the last option.
        "" => position(&insides, &options.last()?.line)?,
        words => insides.iter().rposition(|line| line.contains(words))?,
    };
    // A narrow pane wraps it; anything longer is not the end of a dialog any more.
    if last > end + if shape.last.is_empty() { 1 } else { 2 } {
        return None;
    }
    for option in &mut options {
        let own = below[position(&insides, &option.line)?];
        own.whole.clone_into(&mut option.line);
    }
    let (_, about) = (shape.about)(&Around {
        above: &lines[..asks],
        asks: lines[asks],
        below: &below[..first],
    })?;
    let no = last_that_denies(&mut options, shape);
    Some(Dialog {
        kind: shape.kind,
        title: lines[asks].whole.to_owned(),
        first: asks,
        lines: lines[asks..=asks + 1 + last]
            .iter()
            .map(|line| line.whole.to_owned())
            .collect(),
        yes: option_called(&options, |label| label == shape.yes),
        no,
        options,
        selected,
        untouched: true,
        footer: below[end].whole.to_owned(),
        about,
    })
}

fn position(lines: &[&str], wanted: &str) -> Option<usize> {
    lines.iter().rposition(|line| *line == wanted)
}

fn option_called(options: &[Choice], is_it: impl Fn(&str) -> bool) -> Option<u8> {
    let found = options.iter().find(|option| is_it(&option.label));
    found.map(|option| option.number)
}

fn last_that_denies(options: &mut [Choice], shape: &Shape) -> Option<u8> {
    let last = options.last_mut()?;
    if shape.kind == Kind::Question || !last.label.starts_with(shape.no) {
        return None;
    }
    if let Some(press) = &shape.deny {
        last.press = Some(press.clone());
    }
    Some(last.number)
}

/// A line without the frame around it; a line that is nothing but frame is empty.
pub(super) fn framed(whole: &str) -> Framed<'_> {
    let whole = whole.trim();
    let inside = whole.trim_matches(['│', '┃', '█']).trim();
    let is_frame = |c: char| matches!(c, '╭' | '╮' | '╰' | '╯' | '─');
    let inside = if inside.chars().all(is_frame) {
        ""
    } else {
        inside
    };
    Framed { inside, whole }
}

fn texts(lines: &[Framed<'_>], pick: impl Fn(&Framed<'_>) -> String) -> Vec<String> {
    let lines = lines.iter().filter(|line| !line.inside.is_empty());
    lines.map(pick).collect()
}

pub(super) fn on_screen(lines: &[Framed<'_>]) -> Vec<String> {
    texts(lines, |line| line.whole.to_owned())
}

pub(super) fn inside(lines: &[Framed<'_>]) -> Vec<String> {
    texts(lines, |line| line.inside.to_owned())
}

fn prompt_below(around: &Around<'_>) -> Option<Told> {
    command_from_prompt(around.below)
}

/// `$ command` and all that follows it.
pub(super) fn command_from_prompt(lines: &[Framed<'_>]) -> Option<Told> {
    let first = lines
        .iter()
        .position(|line| line.inside.starts_with("$ "))?;
    let mut command = inside(&lines[first..]);
    command[0].drain(..2);
    Some((on_screen(&lines[first..]), About::Command(command)))
}

/// `Destination: path`, wherever the pane has wrapped it.
fn destination_below(around: &Around<'_>) -> Option<Told> {
    let is_it = |line: &Framed<'_>| line.inside.starts_with("Destination: ");
    let first = around.below.iter().position(is_it)?;
    let path = inside(&around.below[first..]).concat();
    let path = path.trim_start_matches("Destination: ").to_owned();
    Some((on_screen(&around.below[first..]), About::File(path)))
}

fn question_below(around: &Around<'_>) -> Option<Told> {
    let question = inside(around.below);
    (!question.is_empty()).then(|| (on_screen(around.below), About::Question(question)))
}

/// The question stands below a word that heads it.
fn question_below_header(around: &Around<'_>) -> Option<Told> {
    let header = around
        .below
        .iter()
        .position(|line| !line.inside.is_empty())?;
    question_below(&Around {
        below: &around.below[header + 1..],
        ..*around
    })
}

/// A frame of its own, right above.
fn box_above(around: &Around<'_>) -> Option<Told> {
    let bottom = around
        .above
        .iter()
        .rposition(|line| line.whole.contains('╰'))?;
    let top = around.above[..bottom]
        .iter()
        .rposition(|line| line.whole.contains('╭'))?;
    let between = &around.above[top + 1..bottom];
    let is_next = inside(&around.above[bottom + 1..]).is_empty();
    let is_inner = |line: &Framed<'_>| line.whole.matches('│').count() >= 4;
    if !is_next || between.is_empty() || !between.iter().all(is_inner) {
        return None;
    }
    let strip = |line: &Framed<'_>| {
        let inner = line.inside.trim_matches('│').trim();
        inner.to_owned()
    };
    let command = between.iter().map(strip).collect();
    Some((on_screen(between), About::Command(command)))
}

/// `? Shell command (description) ←`, and after an empty line the command once more, whole.
fn call_above(around: &Around<'_>) -> Option<Told> {
    let call = around
        .above
        .iter()
        .rposition(|line| line.inside.starts_with("? "))?;
    let end = around.above[call..]
        .iter()
        .position(|line| line.inside.is_empty())?;
    let lines = &around.above[call + end + 1..];
    let command = inside(lines);
    (!command.is_empty()).then(|| (on_screen(lines), About::Command(command)))
}

/// `? WriteFile  Writing to path ←`
fn writing_above(around: &Around<'_>) -> Option<Told> {
    let call = around
        .above
        .iter()
        .rposition(|line| line.inside.starts_with("? "))?;
    let line = around.above[call];
    let (_, path) = line.inside.split_once(" Writing to ")?;
    let path = path.trim_end_matches('←').trim().to_owned();
    Some((vec![line.whole.to_owned()], About::File(path)))
}

/// `Do you want to create path?`
fn file_in_question(around: &Around<'_>) -> Option<Told> {
    let Framed { inside, whole } = around.asks;
    let path = inside.strip_prefix("Do you want to create ")?;
    let path = path.strip_suffix('?')?.to_owned();
    Some((vec![whole.to_owned()], About::File(path)))
}
