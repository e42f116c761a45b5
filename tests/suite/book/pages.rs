//! Which pages there are, and how long they may be.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::book::folder;

/// A page that is longer is read by nobody to its end.
const LONGEST_PAGE: usize = 400;

/// One screen and a half.
const LONGEST_README: usize = 180;

/// A picture has fewer.
const MOST_BYTES: u64 = 300_000;

/// Every page of the book, below its folder, sorted.
pub(super) fn pages() -> Vec<PathBuf> {
    let (root, mut folders, mut pages) = (folder(), vec![folder()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path.strip_prefix(&root).expect("below it").to_owned());
            }
        }
    }
    pages.sort();
    pages
}

/// The README and every page, each with its text.
pub(super) fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = root.join("README.md");
    let pages = pages().into_iter().map(|page| folder().join(page));
    let all = std::iter::once(readme).chain(pages);
    all.map(|path| {
        let text = fs::read_to_string(&path).expect("a page is text");
        (path.strip_prefix(root).expect("below it").to_owned(), text)
    })
    .collect()
}

#[test]
fn the_readme_and_every_page_can_be_read_to_the_end() {
    for (path, text) in texts() {
        let lines = text.lines().count();
        let most = match path.to_str() {
            Some("README.md") => LONGEST_README - 1,
            // Looked up by what a command has said, and read by nobody from its beginning.
            Some("docs/messages.md") => 2 * LONGEST_PAGE,
            _ => LONGEST_PAGE,
        };
        assert!(lines <= most, "{}: {lines} lines", path.display());
    }
}

#[test]
fn every_picture_can_be_looked_at_on_a_slow_line() {
    let mut count = 0;
    for entry in fs::read_dir(folder().join("pictures"))
        .expect("it is there")
        .flatten()
    {
        let bytes = entry.metadata().expect("it is there").len();
        assert!(bytes < MOST_BYTES, "{:?}: {bytes} bytes", entry.path());
        count += 1;
    }
    assert!(count > 3, "only {count} pictures were found");
}

#[test]
fn the_list_of_contents_names_every_page_once() {
    let summary = fs::read_to_string(folder().join("SUMMARY.md")).expect("it is there");
    let mut named: Vec<&str> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect();
    named.sort_unstable();
    let mut pages: Vec<String> = pages()
        .iter()
        .map(|page| page.display().to_string())
        .collect();
    pages.retain(|page| page != "SUMMARY.md");
    pages.sort_unstable();
    assert_eq!(named, pages);
}

#[test]
fn every_page_has_one_title() {
    // The changelog has its own.
    let own = |(path, _): &(PathBuf, String)| !path.ends_with("changelog.md");
    for (path, text) in texts().into_iter().filter(own) {
        let prose = super::fences::without_blocks(&text);
        let titles = prose.lines().filter(|line| line.starts_with("# ")).count();
        // The list of contents has its parts.
        assert!(
            titles == 1 || path.ends_with("SUMMARY.md"),
            "{}: {titles} titles",
            path.display()
        );
    }
}
