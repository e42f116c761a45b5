//! Parts of the book that are made from what the program itself says: each stands between two marks in
//! its page, and a test makes it anew and compares.
//!
//! `make pages` writes them anew. What stands around the marks is a person's.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "used by several test programs, not by each of them in full"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// With this variable the pages are written.
const WRITE: &str = "PANE_PATROL_WRITE_BOOK";

const END: &str = "<!-- end -->";

/// The folder of the book.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Holds that in `page`, below the folder of the book, `made` stands after the mark that says `what`.
pub fn hold(page: &str, what: &str, made: &str) {
    let path = folder().join(page);
    let begin = format!("<!-- generated: {what} -->");
    let write = std::env::var_os(WRITE).is_some();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) if write => format!("# {what}\n\n{begin}\n{END}\n"),
        Err(error) => panic!("{}: {error}; `make pages` makes it", path.display()),
    };
    let (before, rest) = text.split_once(&begin).expect("the page has the mark");
    let (_, after) = rest.split_once(END).expect("the mark has an end");
    let should = format!("{before}{begin}\n\n{}\n\n{END}{after}", made.trim());
    if write {
        fs::write(&path, &should).expect("the page can be written");
        return;
    }
    let path = path.display();
    assert!(
        text == should,
        "{path} says otherwise than the program: `make pages` writes it anew"
    );
}

/// A table with these heads.
pub fn table<const N: usize>(
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let line = |cells: [String; N]| {
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(heads.map(str::to_owned));
    text += &line(heads.map(|_| "---".to_owned()));
    text.extend(rows.into_iter().map(line));
    text
}
