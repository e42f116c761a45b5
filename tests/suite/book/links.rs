//! Every link of the README and the book leads somewhere: to a file, and to a title in it. Nothing is asked
//! of a network.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::fences::without_blocks;
use super::pages::texts;

/// The targets of a page's links and pictures, as they are written.
fn links(page: &str) -> Vec<String> {
    let prose = without_code(&without_blocks(page));
    let ends = prose.split("](").skip(1);
    ends.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// The text without what stands between backquotes.
fn without_code(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let parts: Vec<&str> = line.split('`').collect();
        let plain = parts.iter().step_by(2).copied();
        plain.collect::<Vec<_>>().join("``") + "\n"
    });
    lines.collect()
}

/// How a title is called in a link.
fn anchors(page: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let prose = without_blocks(page);
    let titles = prose.lines().filter(|line| line.starts_with('#'));
    titles
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let before = seen.entry(anchor.clone()).or_default();
            *before += 1;
            match *before {
                1 => anchor,
                many => format!("{anchor}-{}", many - 1),
            }
        })
        .collect()
}

/// `path` without `..`, below the root of the sources; nothing, if it leads out of them.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => plain.pop().then_some(())?,
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    Some(plain)
}

/// What is wrong with a link of the page at `path`.
fn trouble(root: &Path, path: &Path, text: &str, link: &str) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    if link.contains("://") {
        return Some("neither a file nor https".to_owned());
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = path.parent().unwrap_or(Path::new(""));
    let target = if file.is_empty() {
        path.to_owned()
    } else {
        plain(&folder.join(file))?
    };
    let is_book = path.starts_with("docs");
    if is_book && !target.starts_with("docs") {
        return Some("leads out of the book, where it is built".to_owned());
    }
    if !root.join(&target).exists() {
        return Some(format!("{} is not there", target.display()));
    }
    let page = if file.is_empty() {
        text.to_owned()
    } else {
        fs::read_to_string(root.join(&target)).unwrap_or_default()
    };
    let is_there = anchor.is_empty() || anchors(&page).iter().any(|known| known == anchor);
    (!is_there).then(|| format!("{} has no title `#{anchor}`", target.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    let mut told = String::new();
    for (path, text) in texts() {
        for link in links(&text) {
            count += 1;
            if let Some(why) = trouble(root, &path, &text, &link) {
                told.extend([&path.display().to_string(), ": ", &link, ": ", &why, "\n"]);
            }
        }
    }
    assert!(told.is_empty(), "{told}");
    assert!(count > 100, "only {count} links were found");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = Path::new("docs/tour.md");
    let text = "# A `b`, c\n## A `b`, c\n";
    for wrong in [
        "nowhere.md",
        "#a",
        "keys.md#nothing",
        "../README.md",
        "http://a.b",
        "#a-b-c-2",
    ] {
        assert!(trouble(root, page, text, wrong).is_some(), "{wrong}");
    }
    for right in [
        "keys.md",
        "keys.md#keys",
        "#a-b-c",
        "#a-b-c-1",
        "https://a.b",
        "protocol",
    ] {
        assert_eq!(trouble(root, page, text, right), None, "{right}");
    }
    assert_eq!(
        links("[a](b) `[c](d)` ![e](f)\n```\n[g](h)\n```\n"),
        ["b", "f"]
    );
}
