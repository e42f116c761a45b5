//! Where a person writes to an assistant: the prompt on its screen, and what stands in it.

/// The prompt of an assistant.
pub(crate) trait Composer: Sync {
    /// Finds it in the text of a pane; `None` where it is not to be seen.
    fn find(&self, screen: &str) -> Option<Found>;
}

/// A prompt on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its first row, from 0.
    pub(crate) row: usize,
    /// Nothing is written in it.
    pub(crate) is_empty: bool,
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
        let found = rows.iter().enumerate().rev();
        let (row, written) = found
            .filter_map(|(row, line)| Some((row, self.written(line)?)))
            .next()?;
        let is_hint = self.hints.iter().any(|hint| written.starts_with(hint));
        Some(Found {
            row,
            is_empty: written.is_empty() || is_hint,
        })
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
        // From below: what it is sent with, and an empty row.
        let (_, written) = inside.split_first()?;
        let is_hint = |text: &str| self.hints.iter().any(|hint| text.starts_with(hint));
        Some(Found {
            row: foot - inside.len(),
            is_empty: written.iter().all(|text| text.is_empty() || is_hint(text)),
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

    fn seen(composer: &dyn Composer, screen: &str) -> Option<(usize, bool)> {
        composer
            .find(screen)
            .map(|found| (found.row, found.is_empty))
    }

    #[test]
    fn a_prompt_is_the_last_row_that_begins_with_its_mark() {
        let sent = "❯ sent before\n\n● answered\n";
        for (end, expected) in [
            ("────\n❯ \n────\n ? for shortcuts", Some((4, true))),
            ("────\n❯\u{a0}Try \"fix it\"\n────", Some((4, true))),
            ("╭──╮\n│ > half typed │\n╰──╯", Some((4, false))),
            ("╭──╮\n│ >            │\n╰──╯", Some((4, true))),
            // An option of a dialog is no empty prompt.
            (" Do you?\n ❯ 1. Yes\n   2. No", Some((4, false))),
            ("nothing", Some((0, false))),
        ] {
            assert_eq!(seen(&MARKED, &format!("{sent}{end}")), expected, "{end}");
        }
        assert_eq!(seen(&MARKED, "$ ls\n>x\n"), None);
    }

    #[test]
    fn a_prompt_behind_a_bar_is_empty_when_all_its_rows_are() {
        let foot = "  ╹▀▀▀▀\n  footer";
        for (rows, expected) in [
            ("  ┃\n  ┃\n  ┃\n  ┃  Build · fake\n", Some((2, true))),
            (
                "  ┃\n  ┃  Ask anything… \"x\"\n  ┃\n  ┃  Build\n",
                Some((2, true)),
            ),
            ("  ┃\n  ┃  half typed\n  ┃\n  ┃  Build\n", Some((2, false))),
            (
                "  ┃\n  ┃\n  ┃  below an empty line\n  ┃  Build\n",
                Some((2, false)),
            ),
        ] {
            let screen = format!("  ┃  sent before\n\n{rows}{foot}");
            assert_eq!(seen(&BARRED, &screen), expected, "{rows}");
        }
        assert_eq!(
            seen(&BARRED, "  ┃  △ Permission required\n  ┃  Allow once\n"),
            None
        );
    }
}
