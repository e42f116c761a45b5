//! What a pane shows, as the real assistants draw it.

use super::{Asked, Scenery};

/// No dialog, but words that might be taken for one.
pub(super) fn nothing() -> String {
    let rule = "─".repeat(40);
    format!("● done: touch a\n{rule}\n❯ 1\n{rule}\n")
}

/// The dialog.
pub(super) fn dialog(state: &Scenery, asked: &Asked) -> String {
    let words = asked.words;
    let numbered = |cursor: char, labels: &[&str]| -> String {
        let line = |(index, label): (usize, &&str)| {
            let is_chosen = usize::from(state.cursor) == index + 1;
            let mark = if is_chosen { cursor } else { ' ' };
            format!(" {mark} {}. {label}\n", index + 1)
        };
        labels
            .iter()
            .enumerate()
            .map(line)
            .collect::<Vec<_>>()
            .concat()
    };
    let colours = ["Red", "Blue", "Green", "None of the above"];
    match (state.assistant, asked.is_question) {
        ("codex", false) => {
            let no = "No, and tell Codex what to do differently (esc)";
            let options = numbered('›', &["Yes, proceed (y)", "Yes, and always (p)", no]);
            format!(
                "  Would you like to run the following command?\n\n  Reason: $ touch a\n\n  $ {words}\n\n{options}\n  Press enter to confirm or esc to cancel\n"
            )
        }
        ("codex", true) => {
            let options = numbered('›', &colours);
            format!(
                "  Question 1/1 (1 unanswered)\n  {words}\n\n{options}\n  tab to add notes | enter to submit answer\n"
            )
        }
        ("opencode", false) => {
            let buttons = buttons(state.cursor);
            format!(
                "  ┃  △ Permission required\n  ┃    # Shell command\n  ┃\n  ┃  $ {words}\n  ┃\n{buttons}\n  ┃\n"
            )
        }
        ("opencode", true) => {
            let options = numbered(' ', &colours);
            let options = options.trim_end().replace("\n ", "\n  ┃");
            format!(
                "     → Asked 1 question\n\n  ┃  {words}\n  ┃\n  ┃{options}\n  ┃\n  ┃  ↑↓ select  enter submit  esc dismiss\n"
            )
        }
        ("gemini", false) => {
            let options = numbered(
                '●',
                &["Allow once", "Allow always", "No, suggest changes (esc)"],
            );
            format!(
                "╭────╮\n│ ? Shell  touch a │\n│ ╭────╮ │\n│ │ {words} │ │\n│ ╰────╯ │\n│ Allow execution of [Shell]? │\n{options}╰────╯\n"
            )
        }
        ("gemini", true) => {
            let options = numbered('●', &colours);
            format!(
                "│ Answer Questions │\n│ {words} │\n{options}│ Enter to select · Esc to cancel │\n╰────╯\n"
            )
        }
        ("qwen", false) => {
            let options = numbered(
                '›',
                &["Yes, allow once", "Always", "No, suggest changes (esc)"],
            );
            format!(
                "  ? Shell touch a (it) ←\n\n     {words}\n\n   Allow execution of: 'touch'?\n\n{options}\n  ⠏ Waiting for user confirmation...\n"
            )
        }
        ("qwen", true) => {
            let options = numbered('❯', &colours);
            format!(
                "  ? AskUserQuestion Ask user 1 question ←\n\n   Colour\n\n   {words}\n\n{options}\n   Enter: Select\n\n\n  ⠏ Waiting for user confirmation...\n"
            )
        }
        ("copilot", _) => {
            let no = "No, and tell Copilot what to do differently (Esc to stop)";
            let options = numbered('❯', &["Yes", "Yes, and always", no]);
            format!(
                "│ ╭────╮ │\n│ │ {words} │ │\n│ ╰────╯ │\n│ │\n│ Do you want to run this command? │\n{options}│ ↑/↓ to navigate · enter to select │\n╰────╯\n"
            )
        }
        (_, true) => {
            let rule = "─".repeat(40);
            let options = numbered('❯', &colours);
            format!("{rule}\n ☐ Colour\n\n{words}\n\n{options}\nEnter to select · Esc to cancel\n")
        }
        (_, false) => claude(state, words, &numbered),
    }
}

fn claude(state: &Scenery, command: &str, numbered: &dyn Fn(char, &[&str]) -> String) -> String {
    let rule = "─".repeat(40);
    let dots = "╌".repeat(40);
    let no = match &state.amending {
        Some(text) if text.is_empty() => "No, and tell Claude what to do differently".to_owned(),
        Some(text) => format!("No, {text}"),
        None => "No".to_owned(),
    };
    let foot = if state.amending.is_some() {
        ""
    } else {
        " · Tab to amend"
    };
    let options = numbered(
        '❯',
        &[
            "Yes",
            "Yes, and always",
            "Yes, and switch to auto mode",
            &no,
        ],
    );
    format!(
        "● $ touch a\n{rule}\n Bash command\n{dots}\n {command}\n{dots}\n Do you want to proceed?\n{options}\n Esc to cancel{foot}\n"
    )
}

/// The chosen one on another ground; past the last one comes the last.
fn buttons(cursor: u8) -> String {
    let button = |(index, label): (usize, &str)| {
        let is_chosen = usize::from(cursor.min(3)) == index + 1;
        let ground = if is_chosen { 215 } else { 234 };
        format!("\u{1b}[48;5;{ground}m {label} \u{1b}[48;5;234m ")
    };
    let labels = ["Allow once", "Allow always", "Reject"];
    let all = labels
        .into_iter()
        .enumerate()
        .map(button)
        .collect::<Vec<_>>()
        .concat();
    format!("  ┃  {all} ⇆ select  enter confirm")
}
