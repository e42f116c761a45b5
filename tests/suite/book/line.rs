//! The lines of the pages that a person is to type, read as a shell reads them.

use std::path::{Path, PathBuf};

use super::fences::{Block, blocks};
use super::pages::texts;

/// One line to be typed, with what it is to print, if the page says that.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) page: PathBuf,
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) prints: Vec<String>,
}

/// The lines of a block, each whole.
fn lines(page: &Path, block: &Block) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let is_console = block.language == "console";
    let mut goes_on = false;
    for (index, text) in block.text.lines().enumerate() {
        let typed = if is_console {
            text.strip_prefix("$ ")
        } else {
            Some(text)
        };
        match (typed, lines.last_mut()) {
            (_, Some(last)) if goes_on => last.text.extend(["\n", text]),
            (Some(""), _) => {}
            (Some(comment), _) if comment.starts_with('#') => {}
            (Some(typed), _) => lines.push(Line {
                page: page.to_owned(),
                number: block.line + 1 + index,
                text: typed.to_owned(),
                prints: Vec::new(),
            }),
            (None, Some(last)) => last.prints.push(text.to_owned()),
            (None, None) => panic!("{}: output before any line", page.display()),
        }
        goes_on = text.ends_with('\\');
    }
    lines
}

/// Every line of the pages that `which` says.
pub(super) fn all_lines(which: impl Fn(&Path) -> bool) -> Vec<Line> {
    let pages = texts().into_iter().filter(|(page, _)| which(page));
    let of_page = |(page, text): (PathBuf, String)| {
        let typed = |block: &Block| ["sh", "console"].contains(&block.language.as_str());
        let blocks = blocks(&text).into_iter().filter(typed);
        blocks
            .flat_map(|block| lines(&page, &block))
            .collect::<Vec<_>>()
    };
    pages.flat_map(of_page).collect()
}

/// The words of a line up to a comment, a pipe or a redirection, as a shell would have them.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ' | '\n') => words.extend(word.take()),
            (None, '#' | '|' | '>' | ';' | '<') if word.is_none() => break,
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[test]
fn lines_are_read_as_a_shell_reads_them() {
    let block = Block {
        language: "sh".into(),
        text: "# why\na 'b c' \\\n    --d  # e\n\nf > g\n".into(),
        line: 9,
    };
    let read = lines(Path::new("p"), &block);
    let told: Vec<_> = read
        .iter()
        .map(|line| (line.number, words(&line.text)))
        .collect();
    let owned = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(told[1], (14, owned(&["f"])));
    assert_eq!(told[0].0, 11);
    assert_eq!(told.len(), 2);
    let console = Block {
        language: "console".into(),
        text: "$ a\nb\nc\n$ d\n".into(),
        line: 1,
    };
    let read = lines(Path::new("p"), &console);
    assert_eq!(read[0].prints, ["b", "c"]);
    assert_eq!((read.len(), read[1].text.as_str()), (2, "d"));
}
