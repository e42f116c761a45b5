//! The line of ours in the person's `config.kdl`: two keys, in one line, so that it is taken out as it was put in.
//!
//! Zellij reads the first `keybinds` of the file alone, so the line goes inside of that one; where there is none it
//! is one itself.

use pane_patrol_hooks::text::one_line;

use super::read::{Block, Node, line_at, read};
use super::string;

/// How the line ends, by which it is known again.
pub(crate) const MARK: &str =
    "// pane-patrol: `pane-patrol setup` writes this line, `pane-patrol uninstall` takes it out";

/// What the command of the key says that goes to the one that waits longest. Whatever it says is to be read for a
/// moment: the pane closes behind it.
const NEXT: &str = "\"$0\" jump --next || sleep 2";

/// Longest text of what a key does, in characters.
const MAX_DOES: usize = 1000;

/// What the line is to have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys<'a> {
    /// This program, as it is to be called.
    pub(crate) program: &'a str,
    /// The key for the dashboard; `None`: none.
    pub(crate) dashboard: Option<&'a str>,
    /// The key that goes to the one that waits longest; `None`: none.
    pub(crate) next: Option<&'a str>,
}

/// A key that the file binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// As it is written.
    pub(crate) key: String,
    /// What it does, in the file's words.
    pub(crate) does: String,
    /// The line, from 1.
    pub(crate) line: usize,
}

impl Binding {
    /// Whether it is that key, however that is written.
    pub(crate) fn is(&self, key: &str) -> bool {
        parts(&self.key) == parts(key)
    }
}

/// Where in a file the line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At its end: it binds no keys yet.
    End,
    /// Before this byte, the beginning of a line inside of its `keybinds`.
    Inside(usize),
}

/// Why it goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// The file is not understood, from this line on.
    Unread(usize),
    /// Its `keybinds`, in this line, has no line of its own for what is put in.
    Crowded(usize),
}

/// Where the line goes in that file.
///
/// # Errors
/// It is not understood, or gives no room.
pub(crate) fn place(text: &str) -> Result<Place, NoPlace> {
    let nodes = read(text).map_err(|unread| NoPlace::Unread(unread.0))?;
    let Some(keybinds) = keybinds(&nodes) else {
        return Ok(Place::End);
    };
    let crowded = NoPlace::Crowded(line_at(text, keybinds.start));
    let block = keybinds.block.as_ref().ok_or(crowded)?;
    let start = text[..block.close].rfind('\n').map_or(0, |at| at + 1);
    let is_alone = start > block.open && text[start..block.close].trim().is_empty();
    is_alone.then_some(Place::Inside(start)).ok_or(crowded)
}

/// The keys that a file binds, in whatever mode; none where it is not understood.
pub(crate) fn bindings(text: &str) -> Vec<Binding> {
    let nodes = read(text).unwrap_or_default();
    let block = keybinds(&nodes).and_then(|node| node.block.as_ref());
    let modes = block.into_iter().flat_map(|block| &block.nodes);
    let all = modes.filter_map(|mode| mode.block.as_ref());
    let all = all.flat_map(|block| &block.nodes);
    let binds = all.filter(|node| node.name == "bind");
    binds.flat_map(|bind| of(bind, text)).collect()
}

fn of<'a>(bind: &'a Node, text: &'a str) -> impl Iterator<Item = Binding> + 'a {
    let does = |block: &Block| one_line(&text[block.open + 1..block.close], MAX_DOES);
    let does = bind.block.as_ref().map(does).unwrap_or_default();
    bind.words.iter().map(move |key| Binding {
        key: key.clone(),
        does: does.clone(),
        line: line_at(text, bind.start),
    })
}

fn keybinds(nodes: &[Node]) -> Option<&Node> {
    nodes.iter().find(|node| node.name == "keybinds")
}

/// What a key is made of: in which order and with which letters it is written is all the same.
fn parts(key: &str) -> Vec<String> {
    let mut words: Vec<String> = key.split_whitespace().map(str::to_owned).collect();
    let Some(last) = words.pop() else {
        return words;
    };
    let mut parts: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let mut letters = last.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && letter.is_uppercase()
    {
        parts.push("shift".to_owned());
    }
    parts.sort();
    parts.dedup();
    parts.push(last.to_lowercase());
    parts
}

impl Keys<'_> {
    /// The line for that place; `None`: there is nothing for it to say.
    pub(crate) fn line(&self, place: Place) -> Option<String> {
        let dashboard = self.dashboard.map(|key| {
            let run = format!("Run {}", string(self.program));
            bind(key, &run, ["5%", "5%", "90%", "90%"])
        });
        let next = self.next.map(|key| {
            let run = format!(
                "Run \"sh\" \"-c\" {} {}",
                string(NEXT),
                string(self.program)
            );
            bind(key, &run, ["30%", "40%", "40%", "20%"])
        });
        let binds: Vec<String> = dashboard.into_iter().chain(next).collect();
        if binds.is_empty() {
            return None;
        }
        let block = format!("shared_except \"locked\" {{ {} }}", binds.join(" "));
        Some(match place {
            Place::Inside(_) => format!("    {block} {MARK}"),
            Place::End => format!("keybinds {{ {block}; }} {MARK}"),
        })
    }
}

fn bind(key: &str, run: &str, [x, y, width, height]: [&str; 4]) -> String {
    format!(
        "bind {} {{ {run} {{ floating true; close_on_exit true; name \"pane-patrol\"; \
         x \"{x}\"; y \"{y}\"; width \"{width}\"; height \"{height}\"; }}; }};",
        string(key)
    )
}

/// The line of ours in a file.
pub(crate) fn line_in(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let ours = lines.find(|line| line.trim_ascii_end().ends_with(MARK.as_bytes()))?;
    let ours = std::str::from_utf8(ours.strip_suffix(b"\r").unwrap_or(ours));
    ours.ok().map(str::to_owned)
}

/// The file without that line.
pub(crate) fn without_ours(text: &str) -> String {
    let ours = line_in(text.as_bytes());
    let is_ours = |line: &&str| Some(line.trim_end_matches(['\n', '\r'])) == ours.as_deref();
    text.split_inclusive('\n')
        .filter(|line| !is_ours(line))
        .collect()
}

/// Whether a file says the same as before and the keys of our line, and nothing else.
pub(crate) fn is_only_addition(before: &str, after: &str, keys: &Keys<'_>) -> bool {
    let bound = bindings(after);
    let is_bound_once = |key: Option<&str>| {
        key.is_none_or(|key| bound.iter().filter(|one| one.is(key)).count() == 1)
    };
    let theirs = [before, after].map(|text| read(&without_ours(text)).ok());
    let is_same = match &theirs {
        [Some(before), Some(after)] => shape(before) == shape(after),
        _ => false,
    };
    is_same && is_bound_once(keys.dashboard) && is_bound_once(keys.next)
}

/// What nodes say, wherever they stand.
fn shape(nodes: &[Node]) -> Vec<(String, Vec<String>, Option<String>)> {
    let inside = |node: &Node| {
        node.block
            .as_ref()
            .map(|block| format!("{:?}", shape(&block.nodes)))
    };
    let one = |node: &Node| (node.name.clone(), node.words.clone(), inside(node));
    nodes.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const BOTH: Keys<'_> = Keys {
        program: "/opt/a \"b\"/pane-patrol",
        dashboard: Some("Alt a"),
        next: Some("Alt w"),
    };

    /// The file with our line in it.
    fn with_ours(text: &str) -> Result<String, NoPlace> {
        let place = place(text)?;
        let line = BOTH.line(place).unwrap();
        Ok(match place {
            Place::End if text.is_empty() || text.ends_with('\n') => format!("{text}{line}\n"),
            Place::End => format!("{text}\n{line}\n"),
            Place::Inside(at) => format!("{}{line}\n{}", &text[..at], &text[at..]),
        })
    }

    #[test]
    fn the_line_goes_into_the_keys_that_are_there_or_is_their_only_one() {
        for text in [
            "",
            "// mine",
            "keybinds {\n}\n",
            "theme \"x\"\nkeybinds clear-defaults=true {\n    normal {\n        bind \"Alt b\" { NewPane; }\n    }\n    }\n",
            "// keybinds { }\n/-keybinds { x; }\nkeybinds {\r\n}\r\nkeybinds {\n}\n",
        ] {
            let after = with_ours(text).unwrap();
            assert!(is_only_addition(text, &after, &BOTH), "{after}");
            let keys: Vec<String> = bindings(&after).into_iter().map(|one| one.key).collect();
            assert!(
                keys.ends_with(&["Alt a".to_owned(), "Alt w".to_owned()]),
                "{after}"
            );
            let line = line_in(after.as_bytes()).unwrap();
            assert!(!line.contains('\n') && without_ours(&after).trim_end() == text.trim_end());
        }
    }

    #[test]
    fn a_file_that_gives_no_room_or_is_not_understood_gets_nothing() {
        assert_eq!(
            place("a\nkeybinds { normal { }; }\n"),
            Err(NoPlace::Crowded(2))
        );
        assert_eq!(place("keybinds\n"), Err(NoPlace::Crowded(1)));
        assert_eq!(place("keybinds {\n"), Err(NoPlace::Unread(2)));
    }

    #[test]
    fn a_key_is_the_same_however_it_is_written() {
        let text = "keybinds {\n shared {\n  bind \"Ctrl Alt a\" \"alt Shift B\" { X; }\n }\n}\n";
        let is_bound = |key: &str| bindings(text).iter().any(|one| one.is(key));
        for key in ["Alt Ctrl a", "ctrl alt a", "Alt B", "Alt Shift b"] {
            assert!(is_bound(key), "{key}");
        }
        for key in ["Alt a", "Ctrl Alt A", "Alt b", ""] {
            assert!(!is_bound(key), "{key}");
        }
        assert_eq!(
            (bindings(text)[1].line, &*bindings(text)[1].does),
            (3, "X;")
        );
    }

    proptest! {
        #[test]
        fn whatever_else_stands_in_a_file_is_as_it_was(
            lines in vec(
                prop_oneof![
                    Just("keybinds {"), Just("}"), Just("    normal {"), Just("keybinds clear-defaults=true {"),
                    Just("        bind \"Alt b\" { NewPane; }"), Just("// a {"), Just("/* b"), Just("*/"),
                    Just("theme \"}\""), Just("/-"), Just("x r#\"{\"#;"), Just("keybinds { }"), Just("\\"),
                ],
                0..14,
            ),
            end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            let lines = lines.iter().flat_map(|line| [*line, end]);
            let text: String = lines.collect();
            if let Ok(after) = with_ours(&text) {
                let nodes = (read(&text), read(&without_ours(&after)));
                let (Ok(before), Ok(now)) = nodes else {
                    return Err(TestCaseError::fail("it was understood"));
                };
                prop_assert_eq!(shape(&before), shape(&now));
                let is_ours = is_only_addition(&text, &after, &BOTH);
                let has_two = bindings(&after).iter().filter(|one| one.is("Alt a")).count() == 1;
                prop_assert_eq!(is_ours, has_two, "{}", after);
            }
        }
    }
}
