//! Whether just a text stands in a prompt, row by row as it is drawn: whatever the width of the pane, however it is
//! broken into rows, and with nothing of somebody else's before, in or behind it.
//!
//! Blanks are drawn as programs like, a tab as several; what is not of ASCII may be drawn as something else, so that
//! each stretch of it counts as one sign.

use unicode_width::UnicodeWidthChar as _;

/// How that begins which stands for a pasted text of many lines.
const FOLDED: [&str; 3] = ["[Pasted", "[Paste #", "[paste #"];

/// With what a row begins that is below a prompt.
const ENDS: [char; 9] = ['─', '━', '═', '╌', '╰', '└', '▀', '╹', '▄'];

/// So many rows have to be those of a text whose beginning is out of sight.
const FEW: usize = 3;

/// Whether `rows`, from the first of a prompt down to the end of the screen, hold `text` and nothing beside it, or what
/// stands for it.
pub(super) fn is_all(rows: &[String], text: &str) -> bool {
    let wanted = signs(text);
    let mut seen = String::new();
    for (at, row) in rows.iter().enumerate() {
        seen.push_str(row);
        let drawn = signs(&seen);
        let is_over = rows.get(at + 1).is_none_or(|next| is_end(next));
        if is_over && (drawn == wanted || is_folded(&seen)) {
            return true;
        }
        if !wanted.starts_with(&drawn)
            && !FOLDED.iter().any(|begins| seen.trim().starts_with(begins))
        {
            return false;
        }
    }
    false
}

/// Whether the end of `text`, and nothing behind it, stands somewhere in the rows of a screen on which the beginning of
/// a prompt is not to be seen.
pub(super) fn is_end_of(rows: &[String], text: &str) -> bool {
    let wanted = signs(text);
    let ends = (0..rows.len()).filter(|at| rows.get(at + 1).is_none_or(|next| is_end(next)));
    ends.rev().any(|end| {
        let mut seen = String::new();
        let mut count = 0;
        for row in rows[..=end].iter().rev() {
            seen = format!("{row}{seen}");
            if !wanted.ends_with(&signs(&seen)) {
                break;
            }
            count += usize::from(!row.trim().is_empty());
        }
        count >= FEW
    })
}

fn is_end(row: &str) -> bool {
    let first = row.trim_start().chars().next();
    first.is_none_or(|first| ENDS.contains(&first))
}

/// One sign in brackets, and nothing beside it but what has no width, as which some draw the cursor.
fn is_folded(row: &str) -> bool {
    let row: String = row.chars().filter(|c| c.width() != Some(0)).collect();
    let row = row.trim();
    let is_one = row.find(']').is_some_and(|end| end + 1 == row.len());
    is_one && FOLDED.iter().any(|begins| row.starts_with(begins))
}

/// What is compared of a text.
fn signs(text: &str) -> String {
    let mut signs = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_whitespace() || c.width() == Some(0) => {}
            c if c.is_ascii() => signs.push(c),
            _ if signs.ends_with(char::REPLACEMENT_CHARACTER) => {}
            _ => signs.push(char::REPLACEMENT_CHARACTER),
        }
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(screen: &str) -> Vec<String> {
        screen.lines().map(str::to_owned).collect()
    }

    const TEXT: &str = "first line\n\n\tsecond 漢字 é 👩\u{200d}💻 line\nthird";

    #[test]
    fn a_text_stands_there_however_it_is_broken_into_rows() {
        for drawn in [
            "first line\n\n    second 漢字 é 👩\u{200d}💻 line\nthird\n────\n ? help",
            "first\nline\n\nsecond 漢\n字 é 👩💻 li\nne\nthird\n\n  footer · ~/proj",
            "first line\n\nsecond □□ □ □ line\nthird",
            "\nfirst line\nsecond 漢字é👩💻line\nthird\n\nBuild · model",
            "[Pasted text #1 +3 lines]\n────",
            "[paste #1 +3 lines]\n╰───╯",
            "[Pasted\nContent 40 chars]\n\n footer",
            "[Pasted Content 40 chars] \u{200b}\n────",
        ] {
            assert!(is_all(&rows(drawn), TEXT), "{drawn}");
        }
    }

    #[test]
    fn with_anything_of_somebody_elses_it_does_not() {
        for drawn in [
            "first line\n\nsecond 漢字 é 👩💻 line\nthird and more\n────",
            "first line\n\nsecond 漢字 é 👩💻 line\nthird\nand more\n────",
            "first line\n\nsecond 漢字 é 👩💻 line\nthirdä\n────",
            "x first line\n\nsecond 漢字 é 👩💻 line\nthird\n────",
            "first line\n\nsecond 漢字 é x 👩💻 line\nthird\n────",
            "first line\n\nsecond line\nthird\n────",
            "first line\n\nsecond 漢字 é 👩💻 line\n────",
            "[Pasted text #1 +3 lines] and more\n────",
            "[Pasted text #1 +3 lines][Pasted text #2 +1 lines]\n────",
            "half [Pasted text #1 +3 lines]\n────",
            "[Pasted text #1 +3 lines]\nand more\n────",
            "\n────",
        ] {
            assert!(!is_all(&rows(drawn), TEXT), "{drawn}");
        }
    }

    #[test]
    fn of_one_whose_beginning_is_out_of_sight_its_end_tells() {
        let text = "a1\nb2\nc3\nd4\ne5";
        assert!(is_end_of(
            &rows("said before\nb2\nc3\nd4\ne5\n────\n ? help"),
            text
        ));
        assert!(!is_end_of(
            &rows("said before\nb2\nc3\nd4\ne5 more\n────"),
            text
        ));
        assert!(!is_end_of(
            &rows("said before\nb2\nc3\nd4\ne5\nmore\n────"),
            text
        ));
        assert!(
            !is_end_of(&rows("said before\nd4\ne5\n────"), text),
            "too little of it"
        );
    }
}
