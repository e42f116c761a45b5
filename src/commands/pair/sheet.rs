//! What stands on the terminal while a device is waited for: a few words, the address, and the code last, so that all
//! of the code is seen at once.

/// See the module.
pub(super) struct Sheet<'a> {
    /// What to say, the most needed first: that one always stands there, the others where there is room.
    pub(super) sentences: &'a [&'a str],
    pub(super) address: &'a str,
    /// The code's lines; none where the address is too long for one.
    pub(super) code: &'a str,
}

/// A usual terminal, where nobody says how large it is: columns and rows.
const USUAL: (usize, usize) = (80, 24);

impl Sheet<'_> {
    /// As lines for a terminal of so many columns and rows. The last row is the cursor's.
    pub(super) fn laid_out(&self, size: Option<(usize, usize)>) -> String {
        let (columns, rows) = size.unwrap_or(USUAL);
        let needed = (self.columns(), self.rows(1, columns));
        if self.code.is_empty() || needed.0 > columns || needed.1 > rows {
            let rows = self.rows(1, needed.0.max(columns));
            let room = format!(
                " To draw the code it needs {} columns and {rows} rows.",
                needed.0
            );
            let is_any = !self.code.is_empty();
            let words = self.sentences.join(" ") + if is_any { &room } else { "" };
            return format!("{}{}\n", wrapped(&words, columns), self.address);
        }
        let fits = |count: &usize| self.rows(*count, columns) <= rows;
        let count = (1..=self.sentences.len()).rev().find(fits).unwrap_or(1);
        let words = wrapped(&self.sentences[..count].join(" "), columns);
        format!("{words}{}\n{}", self.address, self.code)
    }

    fn columns(&self) -> usize {
        // Beside its colours, which begin and end a line.
        let line = self.code.lines().next().unwrap_or_default();
        let blocks = |it: &char| matches!(it, '█' | '▀' | '▄' | ' ');
        line.chars().filter(blocks).count()
    }

    /// How many rows all of it takes with so many sentences, with the cursor's.
    fn rows(&self, sentences: usize, columns: usize) -> usize {
        let words = wrapped(&self.sentences[..sentences].join(" "), columns);
        let address = self.address.chars().count().div_ceil(columns);
        words.lines().count() + address + self.code.lines().count() + 1
    }
}

/// `words` in lines of at most so many columns, broken at blanks.
fn wrapped(words: &str, columns: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in words.split(' ') {
        let width = word.chars().count();
        if used > 0 && used + 1 + width > columns {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines += word;
        used += width;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCES: [&str; 2] = ["Scan this, or open it.", "It may see everything there is."];

    fn sheet(size: (usize, usize)) -> String {
        let code = "█▀▄ █▀▄ █▀▄ █▀▄ █▀▄ █▀▄\n".repeat(3);
        let sheet = Sheet {
            sentences: &SENTENCES,
            address: "http://box/#pair=5e5e",
            code: &code,
        };
        sheet.laid_out(Some(size))
    }

    #[test]
    fn the_words_come_first_as_many_as_leave_room_for_the_code() {
        let code = "█▀▄ █▀▄ █▀▄ █▀▄ █▀▄ █▀▄\n".repeat(3);
        let both = "Scan this, or open it. It\nmay see everything there\nis.\n";
        let one = "Scan this, or open it.\n";
        for (rows, words) in [(30, both), (8, both), (7, one), (6, one)] {
            let expected = format!("{words}http://box/#pair=5e5e\n{code}");
            assert_eq!(sheet((25, rows)), expected, "{rows}");
        }
    }

    #[test]
    fn where_the_code_does_not_fit_the_address_stands_alone_and_says_how_much_it_needs() {
        for size in [(25, 5), (22, 24)] {
            let sheet = sheet(size);
            assert!(!sheet.contains('█'), "{sheet}");
            let words = sheet.replace('\n', " ");
            assert!(words.contains("needs 23 columns and 6 rows"), "{sheet}");
            assert!(sheet.ends_with("http://box/#pair=5e5e\n"));
            assert!(sheet.lines().all(|line| line.len() <= size.0), "{sheet}");
        }
    }
}
