//! Text in rows of so many cells, as dialogs have it.

use unicode_width::UnicodeWidthStr;

/// `text` in rows, broken at its blanks; a word that is longer than a row, anywhere.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    text.lines()
        .flat_map(|line| wrapped_line(line, columns.max(1)))
        .collect()
}

fn wrapped_line(line: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for (at, word) in line.split(' ').enumerate() {
        let last = rows.last_mut().map_or(0, |row| row.width());
        let gap = usize::from(at > 0);
        if last + gap + word.width() <= columns {
            if let Some(row) = rows.last_mut() {
                row.push_str(&" ".repeat(gap));
                row.push_str(word);
            }
            continue;
        }
        if last > 0 {
            rows.push(String::new());
        }
        for c in word.chars() {
            if rows.last().is_some_and(|row| row.width() >= columns) {
                rows.push(String::new());
            }
            if let Some(row) = rows.last_mut() {
                row.push(c);
            }
        }
    }
    rows
}

/// The same with `first` before the first row, and as many blanks before the others.
pub(super) fn hung(first: &str, text: &str, width: usize) -> Vec<String> {
    let indent = first.width();
    let rows = wrapped(text, width.saturating_sub(indent));
    let before = |at: usize| match at {
        0 => first.to_owned(),
        _ => " ".repeat(indent),
    };
    let rows = rows.into_iter().enumerate();
    rows.map(|(at, row)| before(at) + &row).collect()
}

/// The beginning of `text` in so many cells.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(columns.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `text` with blanks behind it, to so many cells.
pub(super) fn filled(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(text.width());
    text.to_owned() + &" ".repeat(blanks)
}

/// Rows in a frame as wide as the pane.
pub(super) fn framed(rows: &[String], width: usize) -> Vec<String> {
    let dashes = "─".repeat(width.saturating_sub(2));
    let row = |row: &String| format!("│ {} │", filled(row, width.saturating_sub(4)));
    let mut framed = vec![format!("╭{dashes}╮")];
    framed.extend(rows.iter().map(row));
    framed.push(format!("╰{dashes}╯"));
    framed
}
