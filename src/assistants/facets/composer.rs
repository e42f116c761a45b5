//! Where a person writes to an assistant: the prompt on its screen, and what stands in it.

/// The prompt of an assistant.
pub(crate) trait Composer: Sync {
    /// Finds it in the text of a pane; `None` where it is not to be seen.
    fn find(&self, screen: &str) -> Option<Found>;
}

/// A prompt on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its first row, from 0.
    pub(crate) row: usize,
    /// What is written in it first, without blanks around it; empty: nothing is written there.
    pub(crate) text: String,
    /// All rows from there on, without what stands around a prompt: what is written, and what is below that.
    pub(crate) rows: Vec<String>,
}

/// A prompt that begins with a mark of its own. The last such row is it: those above it are prompts that were sent.
pub(crate) struct Marked {
    /// The marks, one of which stands before what is written.
    pub(crate) marks: &'static [char],
    /// How that begins which stands there while nothing is written.
    pub(crate) hints: &'static [&'static str],
}

/// What may stand around a prompt.
const BORDER: [char; 4] = ['│', '┃', '║', ' '];

impl Composer for Marked {
    fn find(&self, screen: &str) -> Option<Found> {
        let rows: Vec<&str> = screen.lines().collect();
        let mut found = rows.iter().enumerate().rev();
        let (row, written) = found.find_map(|(row, line)| Some((row, self.written(line)?)))?;
        let below = rows[row + 1..].iter().map(|line| line.trim_matches(BORDER));
        Some(Found {
            row,
            text: unless_hint(written, self.hints),
            rows: std::iter::once(written)
                .chain(below)
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// What a person has written, if it is that.
fn unless_hint(text: &str, hints: &[&str]) -> String {
    let is_hint = hints.iter().any(|hint| text.starts_with(hint));
    if is_hint {
        String::new()
    } else {
        text.to_owned()
    }
}

impl Marked {
    /// What stands behind the mark, if the line begins with one.
    fn written<'a>(&self, line: &'a str) -> Option<&'a str> {
        let line = line.trim_matches(BORDER);
        let mark = line.chars().next().filter(|c| self.marks.contains(c))?;
        let behind = &line[mark.len_utf8()..];
        // Some put a hard blank behind it.
        let is_mark = behind.is_empty() || behind.starts_with(char::is_whitespace);
        is_mark.then(|| behind.trim())
    }
}

/// A prompt between a bar at its left and a line below it, whose last row says with what it is sent.
pub(crate) struct Barred {
    /// How the line below it begins.
    pub(crate) foot: &'static str,
    /// The bar.
    pub(crate) bar: char,
    /// As in [`Marked`].
    pub(crate) hints: &'static [&'static str],
}

impl Composer for Barred {
    fn find(&self, screen: &str) -> Option<Found> {
        let rows: Vec<&str> = screen.lines().map(str::trim_start).collect();
        let foot = rows.iter().rposition(|line| line.starts_with(self.foot))?;
        let above = rows[..foot].iter().rev();
        let inside = above.map_while(|line| line.strip_prefix(self.bar));
        let inside: Vec<&str> = inside.map(str::trim).collect();
        // From below: what it is sent with, an empty row, and what is written.
        let (_, written) = inside.split_first()?;
        let all = written.iter().rev().map(|text| (*text).to_owned());
        let first = written.iter().rev().find(|text| !text.is_empty());
        Some(Found {
            row: foot - inside.len(),
            text: unless_hint(first.unwrap_or(&""), self.hints),
            rows: all.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: Marked = Marked {
        marks: &['❯', '>'],
        hints: &["Try \""],
    };

    const BARRED: Barred = Barred {
        foot: "╹▀",
        bar: '┃',
        hints: &["Ask anything"],
    };

    fn seen(composer: &dyn Composer, screen: &str) -> Option<(usize, String)> {
        composer.find(screen).map(|found| (found.row, found.text))
    }

    fn at(row: usize, text: &str) -> (usize, String) {
        (row, text.to_owned())
    }

    #[test]
    fn a_prompt_is_the_last_row_that_begins_with_its_mark() {
        let sent = "❯ sent before\n\n● answered\n";
        for (end, expected) in [
            ("────\n❯ \n────\n ? for shortcuts", at(4, "")),
            ("────\n❯\u{a0}Try \"fix it\"\n────", at(4, "")),
            ("╭──╮\n│ > half typed │\n╰──╯", at(4, "half typed")),
            ("╭──╮\n│ >            │\n╰──╯", at(4, "")),
            // An option of a dialog is no empty prompt.
            (" Do you?\n ❯ 1. Yes\n   2. No", at(4, "1. Yes")),
            ("nothing", at(0, "sent before")),
        ] {
            let found = seen(&MARKED, &format!("{sent}{end}"));
            assert_eq!(found, Some(expected), "{end}");
        }
        assert_eq!(seen(&MARKED, "$ ls\n>x\n"), None);
    }

    #[test]
    fn a_prompt_behind_a_bar_is_empty_when_all_its_rows_are() {
        let foot = "  ╹▀▀▀▀\n  footer";
        for (rows, expected) in [
            ("  ┃\n  ┃\n  ┃\n  ┃  Build · fake\n", at(2, "")),
            (
                "  ┃\n  ┃  Ask anything… \"x\"\n  ┃\n  ┃  Build\n",
                at(2, ""),
            ),
            (
                "  ┃\n  ┃  half typed\n  ┃\n  ┃  Build\n",
                at(2, "half typed"),
            ),
            (
                "  ┃\n  ┃\n  ┃  below an empty line\n  ┃  Build\n",
                at(2, "below an empty line"),
            ),
        ] {
            let screen = format!("  ┃  sent before\n\n{rows}{foot}");
            assert_eq!(seen(&BARRED, &screen), Some(expected), "{rows}");
        }
        assert_eq!(
            seen(&BARRED, "  ┃  △ Permission required\n  ┃  Allow once\n"),
            None
        );
    }
}
