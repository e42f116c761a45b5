//! The dialogs of Claude Code (2.1.332), as they are drawn.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::demo::puppets::{Answer, Call, Choice, View};
use crate::demo::rows::{cut, hung, wrapped};
use crate::demo::story::Tool;

/// What it calls the sub-agents that it sends.
pub(super) const AGENT: &str = "general-purpose";

/// Where it keeps a plan, below its config folder.
pub(super) const PLAN_FILE: &str = "plans/own-port.md";

/// As many lines are shown around a change.
const AROUND: usize = 3;

const INSTEAD: &str = "No, and tell Claude what to do differently";

pub(super) fn choices(call: &Call, cwd: &Path) -> Vec<Choice> {
    let always = match call.tool {
        Tool::Plan(_) => {
            return vec![
                Choice::of("Yes, and use auto mode", Answer::Yes),
                Choice::of("Yes, manually approve edits", Answer::Yes),
                Choice::of("Tell Claude what to change", Answer::No),
            ];
        }
        Tool::Question(_, _, options) => {
            let option =
                |(at, (label, _)): (usize, &(&str, &str))| Choice::of(*label, Answer::Option(at));
            return options.iter().enumerate().map(option).collect();
        }
        Tool::Edit(..) => {
            "Yes, and switch to accept edits (auto-approve file edits and common file \
            commands) for this session (shift+tab)"
                .to_owned()
        }
        _ => {
            let folder = cwd.file_name().unwrap_or_default().to_string_lossy();
            format!("Yes, and always allow access to {folder} from this project")
        }
    };
    vec![
        Choice::of("Yes", Answer::Yes),
        Choice::of(always, Answer::Yes),
        Choice::of("No", Answer::No),
    ]
}

pub(super) fn dialog(call: &Call, choices: &[Choice], cwd: &Path, view: View<'_>) -> Vec<String> {
    match call.tool {
        Tool::Question(header, asks, options) => question(header, asks, options, view),
        Tool::Plan(plan) => self::plan(plan, choices, view),
        _ => permission(call, choices, cwd, view),
    }
}

/// A rule, the heading, what it is about between two dotted rules, the options, the footer.
fn permission(call: &Call, choices: &[Choice], cwd: &Path, view: View<'_>) -> Vec<String> {
    let View { width, at, words } = view;
    let dotted = "╌".repeat(width);
    let mut rows = vec!["─".repeat(width)];
    let asks = match call.tool {
        Tool::Edit(file, old, new) => {
            rows.extend(headed("Edit file", call, width));
            rows.extend(hung(" ", file, width.saturating_sub(1)));
            rows.push(dotted.clone());
            rows.extend(change(&cwd.join(file), old, new, width));
            format!("Do you want to make this edit to {file}?")
        }
        Tool::Command(command, why) => {
            rows.extend(headed("Bash command", call, width));
            rows.extend(barred(why, width));
            rows.push(dotted.clone());
            rows.extend(barred(command, width));
            "Do you want to proceed?".to_owned()
        }
        _ => return Vec::new(),
    };
    rows.push(dotted);
    rows.extend(hung(" ", &asks, width.saturating_sub(1)));
    for (number, choice) in choices.iter().enumerate() {
        let label = match (words, &choice.means) {
            (Some(""), Answer::No) => INSTEAD.to_owned(),
            (Some(words), Answer::No) => format!("No, {words}"),
            _ => choice.label.clone(),
        };
        let cursor = if number == at { '❯' } else { ' ' };
        rows.extend(hung(&format!(" {cursor} {}. ", number + 1), &label, width));
    }
    rows.push(String::new());
    let footer = match (words, &call.agent) {
        (Some(_), _) => " Esc to cancel",
        (None, None) => " Esc to cancel · Tab to amend",
        (None, Some(_)) => {
            " Esc to cancel · Tab to amend · ctrl+x ctrl+k twice to stop background agents"
        }
    };
    rows.push(cut(footer, width));
    rows
}

/// The heading, and whose it is where a sub-agent asks: in a column of its own where it is narrow.
fn headed(title: &str, call: &Call, width: usize) -> Vec<String> {
    if call.agent.is_none() {
        return vec![format!(" {title}")];
    }
    let left = format!(" {title} ");
    let whose = format!("· from the {AGENT} agent");
    hung(&left, &whose, (left.width() + whose.width()).min(width - 1))
}

/// Rows one cell in; several have a bar beside them.
fn barred(text: &str, width: usize) -> Vec<String> {
    if text.lines().count() == 1 && text.width() + 2 <= width {
        return vec![format!(" {text}")];
    }
    let rows = wrapped(text, width.saturating_sub(4)).into_iter();
    rows.map(|row| format!(" │ {row}")).collect()
}

/// What becomes of the file, with the lines around it.
fn change(file: &Path, old: &str, new: &str, width: usize) -> Vec<String> {
    let text = pane_patrol_sys::open::read_text(file, 1 << 20).unwrap_or_default();
    let (before, behind) = text.split_once(old).unwrap_or(("", ""));
    let shared = old.lines().zip(new.lines());
    let shared = shared.take_while(|(one, other)| one == other).count();
    let before: Vec<&str> = before.lines().chain(old.lines().take(shared)).collect();
    let (old, new) = (old.lines().skip(shared), new.lines().skip(shared));
    let first = before.len() + 1;
    let (gone, come): (Vec<&str>, Vec<&str>) = (old.collect(), new.collect());
    let around = before
        .iter()
        .enumerate()
        .skip(before.len().saturating_sub(AROUND));
    let mut lines: Vec<(usize, char, &str)> =
        around.map(|(at, line)| (at + 1, ' ', *line)).collect();
    lines.extend(gone.iter().zip(first..).map(|(line, at)| (at, '-', *line)));
    lines.extend(come.iter().zip(first..).map(|(line, at)| (at, '+', *line)));
    let next = first + come.len();
    let behind = behind.lines().take(AROUND).zip(next..);
    lines.extend(behind.map(|(line, at)| (at, ' ', line)));
    let digits = lines.iter().map(|line| line.0).max().unwrap_or(0);
    let digits = digits.to_string().len();
    let mut rows = Vec::new();
    for (number, sign, line) in lines {
        let blank = " ".repeat(digits);
        let text = wrapped(line, width.saturating_sub(digits + 3));
        for (at, row) in text.into_iter().enumerate() {
            let number = if at == 0 {
                number.to_string()
            } else {
                blank.clone()
            };
            rows.push(
                format!(" {number:>digits$} {sign}{row}")
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    rows
}

fn question(header: &str, asks: &str, options: &[(&str, &str)], view: View<'_>) -> Vec<String> {
    let View { width, at, .. } = view;
    let rule = "─".repeat(width);
    let mut rows = vec![rule.clone(), format!(" ☐ {header}"), String::new()];
    if asks.width() <= width {
        rows.push(asks.to_owned());
    } else {
        let text = wrapped(asks, width.saturating_sub(2)).into_iter();
        rows.extend(text.map(|row| format!("│ {row}")));
    }
    rows.push(String::new());
    let numbered = |number: usize, label: &str| {
        let cursor = if number == at { '❯' } else { ' ' };
        hung(
            &format!("{cursor} {}. ", number + 1),
            label,
            width.saturating_sub(1),
        )
    };
    for (number, (label, means)) in options.iter().enumerate() {
        rows.extend(numbered(number, label));
        rows.extend(hung("     ", means, width.saturating_sub(1)));
    }
    rows.extend(numbered(options.len(), "Type something."));
    rows.push(rule);
    rows.extend(numbered(options.len() + 1, "Chat about this"));
    rows.push(String::new());
    let footer = "Enter to select · ↑/↓ to navigate · Esc to cancel";
    rows.extend(wrapped(footer, width));
    rows
}

fn plan(plan: &str, choices: &[Choice], view: View<'_>) -> Vec<String> {
    let View { width, at, .. } = view;
    let inside = width.saturating_sub(4);
    let rule = format!("  {}", "─".repeat(inside));
    let dotted = format!("  {}", "╌".repeat(inside));
    let sunk = |text: &str| hung("   ", text, width.saturating_sub(3));
    let mut rows = vec![rule.clone()];
    rows.extend(sunk("Ready to code?"));
    rows.push(String::new());
    rows.extend(sunk("Here is Claude's plan:"));
    rows.push(dotted.clone());
    for line in plan.lines() {
        rows.extend(sunk(&line.trim_start_matches(['#', ' ']).replace('`', "")));
    }
    rows.push(dotted);
    rows.push(rule);
    rows.extend(sunk(
        "Claude has written up a plan and is ready to execute. Would you like to proceed?",
    ));
    rows.push(String::new());
    for (number, choice) in choices.iter().enumerate() {
        let cursor = if number == at { '❯' } else { ' ' };
        rows.extend(hung(
            &format!("   {cursor} {}. ", number + 1),
            &choice.label,
            width,
        ));
    }
    rows.extend(hung(
        "        ",
        "shift+tab to approve with this feedback",
        width,
    ));
    rows.push(String::new());
    let editor = format!("ctrl+g to edit in Vim · ~/.claude/{PLAN_FILE}");
    rows.extend(sunk(&editor));
    rows
}
