//! What a pane shows, as the real assistants draw it.

use pane_patrol_hooks::unseen::is_unseen;
use unicode_width::UnicodeWidthStr;

use super::{OpenRequest, Scenery};

/// Breaks a text as most assistants do: at blanks, of which those that do not fit begin the next row.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    text.split('\n')
        .flat_map(|line| wrap_line(line, columns))
        .collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for (index, word) in line.split(' ').enumerate() {
        let mut used = rows.last().map_or(0, |row| row.width());
        if index > 0 {
            if used >= columns {
                rows.push(String::new());
                used = 0;
            }
            rows.last_mut().expect("there is one").push(' ');
            used += 1;
        }
        if word.width() > columns {
            if used > 0 && columns - used.min(columns) < word.width() % columns {
                rows.push(String::new());
            }
            for c in word.chars() {
                let mut cell = [0; 4];
                let cell = c.encode_utf8(&mut cell);
                if rows.last().map_or(0, |row| row.width()) + cell.width() > columns {
                    rows.push(String::new());
                }
                rows.last_mut().expect("there is one").push_str(cell);
            }
            continue;
        }
        if used + word.width() > columns && used > 0 && !word.is_empty() {
            rows.push(String::new());
        }
        rows.last_mut().expect("there is one").push_str(word);
    }
    rows
}

/// Rows with something before each; nothing is left at their ends.
fn behind(before: &str, rows: &[String]) -> String {
    let row = |row: &String| format!("{before}{row}").trim_end().to_owned() + "\n";
    rows.iter().map(row).collect()
}

/// A box within a box.
fn boxed(text: &str, width: usize, columns: usize) -> String {
    let dashes = "─".repeat(width - 6);
    let row = |row: &String| {
        let blanks = " ".repeat((width - 8).saturating_sub(row.width()));
        format!("│ │ {row}{blanks} │ │\n")
    };
    let rows: String = wrap(text, columns).iter().map(row).collect();
    format!("│ ╭{dashes}╮ │\n{rows}│ ╰{dashes}╯ │\n")
}

/// No dialog, but words that might be taken for one.
pub(super) fn nothing() -> String {
    let rule = "─".repeat(40);
    format!("● done: touch a\n{rule}\n❯ 1\n{rule}\n")
}

/// The dialog.
pub(super) fn dialog(state: &Scenery, asked: &OpenRequest) -> String {
    let words = asked.words;
    let width = state.width;
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
            let command = behind("  ", &wrap(&format!("$ {words}"), width - 4));
            format!(
                "  Would you like to run the following command?\n\n  Reason: $ touch a\n\n{command}\n{options}\n  Press enter to confirm or esc to cancel\n"
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
            let command = behind("  ┃  ", &wrap(&format!("$ {words}"), width - 10));
            format!(
                "  ┃  △ Permission required\n  ┃    # Shell command\n  ┃\n{command}  ┃\n{buttons}\n  ┃\n"
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
                "│ ? Shell  touch a │\n{}│ Allow execution of [Shell]? │\n{options}╰────╯\n",
                boxed(words, width, width - 10)
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
                "  ? {}\n{}\n   Allow execution of: 'touch'?\n\n{options}\n  ⠏ Waiting for user confirmation...\n",
                behind("    ", &wrap(&format!("Shell {words} (it) ←"), width - 8)).trim_start(),
                behind("     ", &wrap(words, width - 10))
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
                "{}│ │\n│ Do you want to run this command? │\n{options}│ ↑/↓ to navigate · enter to select │\n╰────╯\n",
                boxed(words, width, width - 8)
            )
        }
        (_, true) => {
            let rule = "─".repeat(width);
            let options = numbered('❯', &colours);
            format!(
                "{rule}\n ☐ Colour\n\n{words}\n\n{}\nEnter to select · Esc to cancel\n",
                options.replace("\n ", "\n").trim_start_matches(' ')
            )
        }
        (_, false) => claude(state, asked, &numbered),
    }
}

fn claude(
    state: &Scenery,
    asked: &OpenRequest,
    numbered: &dyn Fn(char, &[&str]) -> String,
) -> String {
    let rule = "─".repeat(state.width);
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
    let whose = asked
        .agent
        .map_or("", |_| " · from the general-purpose agent");
    let title = behind(" ", &wrap(&format!("Bash command{whose}"), state.width - 2));
    let middle = claude_middle(asked, state.width, state.is_old);
    format!(
        "● $ touch a\n{rule}\n{title}{middle} Do you want to proceed?\n{options}\n Esc to cancel{foot}\n"
    )
}

/// Command and description, between the title and the question.
pub(super) fn claude_middle(asked: &OpenRequest, width: usize, is_old: bool) -> String {
    if is_old {
        claude_197(asked, width)
    } else {
        claude_newest(asked, width)
    }
}

/// The command above its description, three cells in.
fn claude_197(asked: &OpenRequest, width: usize) -> String {
    let part = |text: &str| behind("   ", &without_one_blank(&as_drawn(text, true), width - 6));
    format!("\n{}{}\n", part(asked.words), part(asked.description))
}

/// The description above two dotted rules with the command between; a bar beside several lines.
fn claude_newest(asked: &OpenRequest, width: usize) -> String {
    let part = |text: &str| {
        let text = &as_drawn(text, false);
        let rows = without_one_blank(text, width - 2);
        if text.contains('\n') || rows.len() > 2 {
            behind(" │ ", &without_one_blank(text, width - 4))
        } else {
            behind(" ", &rows)
        }
    };
    let dots = "╌".repeat(width);
    let (said, command) = (part(asked.description), part(asked.words));
    format!("{said}{dots}\n{command}{dots}\n")
}

/// What becomes of characters that are not plain, on their way to the screen.
fn as_drawn(text: &str, is_old: bool) -> String {
    let drawn = |c: char| match c {
        '\u{378}' if is_old => None,
        '\u{378}' => Some(' '),
        '\u{301}' | '\u{1f3fd}' => None,
        c if is_unseen(c) && !matches!(c, '\n' | '\t') => (!is_old).then_some('\u{fffd}'),
        other => Some(other),
    };
    let joined = text.replace("e\u{301}", "é");
    joined.chars().filter_map(drawn).collect()
}

/// Claude leaves out one of the blanks that begin a row of a broken line.
fn without_one_blank(text: &str, columns: usize) -> Vec<String> {
    let line = |line: &str| {
        let rows = wrap(line, columns).into_iter().enumerate();
        let rows = rows.map(|(index, row)| match row.strip_prefix(' ') {
            Some(rest) if index > 0 => rest.to_owned(),
            _ => row,
        });
        rows.collect::<Vec<_>>()
    };
    text.split('\n').flat_map(line).collect()
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
