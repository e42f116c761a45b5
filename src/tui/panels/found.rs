//! What was looked for, where it stands in a row: underlined, so that it is seen without colours, too; and what of a row
//! was found that its line does not show.

use pane_patrol_hooks::text::one_line;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::state::Row;
use crate::tui::labels;
use crate::tui::line_writer::to_u16;
use crate::tui::model::Model;
use crate::tui::text;

/// So much of a text is shown before what was found in it, in characters.
const BEFORE: usize = 16;

/// And so much of all of it.
const LONGEST: usize = 200;

/// Underlines each of `wanted`, which are in small letters, in a line.
pub(super) fn highlight(wanted: &[String], line: Rect, buffer: &mut Buffer) {
    if wanted.is_empty() {
        return;
    }
    // Each byte of the line's text with its column.
    let (mut whole, mut columns) = (String::new(), Vec::new());
    let mut free = line.left();
    for x in line.left()..line.right() {
        if x < free {
            // The rest of a wide one.
            continue;
        }
        let symbol = buffer[(x, line.y)].symbol();
        if let [byte] = symbol.as_bytes() {
            // Nearly all are so, and this is done for every cell of the list.
            whole.push(char::from(byte.to_ascii_lowercase()));
            columns.push(x);
            continue;
        }
        free = x + to_u16(text::width(symbol));
        let symbol = symbol.to_lowercase();
        columns.extend(std::iter::repeat_n(x, symbol.len()));
        whole.push_str(&symbol);
    }
    let style = Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD);
    for word in wanted {
        for (at, found) in whole.match_indices(word.as_str()) {
            for &x in &columns[at..at + found.len()] {
                buffer[(x, line.y)].set_style(style);
            }
        }
    }
}

/// What of the row was found that its line does not show, if anything.
pub(super) fn beside(model: &Model, row: &Row, activity: &str) -> Option<String> {
    let wanted = model.list.wanted();
    if wanted.is_empty() {
        return None;
    }
    let known = model.rows.known(&row.id)?;
    let place = labels::place(row, model.setup.signs);
    let shown = [
        activity,
        row.assistant.as_str(),
        &labels::target(row),
        &place,
        labels::state(row),
    ];
    let shown = shown.join("\n").to_lowercase();
    let word = wanted.iter().find(|word| !shown.contains(&**word))?;
    let requests = row
        .waiting
        .iter()
        .filter_map(|request| request.message.as_deref());
    let texts = known
        .full()
        .into_iter()
        .chain(requests)
        .map(|text| ("asks", text));
    let said = row
        .recap
        .iter()
        .chain(&row.message)
        .map(|text| ("said", &**text));
    let told = labels::prompts(row).map(|text| ("told", text));
    let mut texts = texts.chain(said).chain(told);
    texts.find_map(|(what, text)| Some(format!("{what}: {}", around(text, word)?)))
}

/// The part of a text around a word, which is in small letters.
fn around(text: &str, word: &str) -> Option<String> {
    let small = text.to_lowercase();
    let at = small.find(word)?;
    let before = small[..at].chars().count().saturating_sub(BEFORE);
    let part: String = text.chars().skip(before).take(LONGEST).collect();
    let part = one_line(&part, LONGEST);
    Some(if before > 0 {
        format!("…{part}")
    } else {
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_with_the_word_is_shown_on_one_line() {
        let long = format!("{}\nthe Tax\x1b[31m\nis right", "x".repeat(400));
        let part = around(&long, "tax").unwrap();
        assert!(part.starts_with('…') && part.contains("Tax"), "{part}");
        assert!(!part.contains(['\x1b', '\n']), "{part:?}");
        assert_eq!(around("İstanbul tax", "tax").unwrap(), "İstanbul tax");
        assert_eq!(around("nothing", "tax"), None);
    }

    #[test]
    fn wide_and_cut_texts_are_underlined_where_they_match() {
        let area = Rect::new(0, 0, 20, 1);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "漢字 Tax …", Style::new());
        highlight(
            &["tax".to_owned(), "漢字".to_owned(), "gone".to_owned()],
            area,
            &mut buffer,
        );
        let lined = |x: u16| buffer[(x, 0)].modifier.contains(Modifier::UNDERLINED);
        let columns: Vec<u16> = (0..20).filter(|x| lined(*x)).collect();
        assert_eq!(columns, [0, 2, 5, 6, 7]);
    }
}
