//! For which values of its settings' fields Claude Code leaves the whole file out, our hooks with it.
//!
//! Only what is certain for a version is told: of one that was not tried, or that is not known, what the
//! ones before and after it have in common. Tried were 2.1.197, 2.1.329 and 2.1.332; what each tolerates
//! and does not stands in `tests/claude-forms.txt`, which `make live-settings` holds to the real ones.

#[path = "names.rs"]
mod names;

use pane_patrol_hooks::adapter::{Version, claude};

use crate::edit::error::WrongField;
use crate::json::document::{Document, Kind, NodeId};
use crate::schema::HOOKS;

/// The last version that is known to be strict about the groups of every event.
const ALL_STRICT: Version = Version(2, 1, 197);
/// The first that is known to be strict about what is no list, for the events that guard permissions.
const LISTS_STRICT: Version = Version(2, 1, 329);
/// The events whose hooks may guard what the file allows: all versions are strict about their groups.
const GUARDS: [&str; 2] = ["PreToolUse", "PermissionRequest"];

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Truth,
    Text,
    Number,
    Positive,
    List,
    Object,
}

impl Type {
    fn words(self) -> &'static str {
        match self {
            Self::Truth => "`true` or `false`",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Positive => "a number above 0",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }

    fn fits(self, document: &Document, value: NodeId) -> bool {
        let raw = document.raw(value);
        let number = || raw.parse::<f64>().ok();
        match (self, document.kind(value)) {
            (Self::Text, Kind::String)
            | (Self::List, Kind::Array)
            | (Self::Object, Kind::Object) => true,
            (Self::Truth, Kind::Scalar) => matches!(raw, "true" | "false"),
            (Self::Number, Kind::Scalar) => number().is_some(),
            (Self::Positive, Kind::Scalar) => number().is_some_and(|number| number > 0.0),
            _ => false,
        }
    }
}

/// A value, or the one around it where it is missing, and the way to it.
struct Place {
    at: NodeId,
    value: Option<NodeId>,
    way: String,
}

/// The result of a look: `Err` is the first thing that is wrong.
type Look<T = ()> = Result<T, (NodeId, WrongField)>;

impl Place {
    fn root() -> Self {
        Self {
            at: Document::ROOT,
            value: Some(Document::ROOT),
            way: String::new(),
        }
    }

    fn member(&self, document: &Document, key: &str) -> Self {
        let value = self.value.and_then(|object| document.member(object, key));
        let dot = if self.way.is_empty() { "" } else { "." };
        Self {
            at: value.unwrap_or(self.at),
            value,
            way: format!("{}{dot}{key}", self.way),
        }
    }

    fn items(&self, document: &Document) -> Vec<Self> {
        let children = self.value.map_or(&[][..], |list| document.children(list));
        let item = |(number, child): (usize, &NodeId)| Self {
            at: *child,
            value: Some(*child),
            way: format!("{}[{number}]", self.way),
        };
        children.iter().enumerate().map(item).collect()
    }

    fn wrong(&self, expected: &'static str) -> (NodeId, WrongField) {
        let field = WrongField {
            field: self.way.clone(),
            expected,
            title: "Claude Code",
        };
        (self.at, field)
    }

    /// It is there, and of this type.
    fn must_be(&self, document: &Document, wanted: Type) -> Look {
        match self.value {
            Some(value) if wanted.fits(document, value) => Ok(()),
            _ => Err(self.wrong(wanted.words())),
        }
    }

    /// It is of this type, or not there.
    fn may_be(&self, document: &Document, wanted: Type) -> Look {
        match self.value {
            Some(_) => self.must_be(document, wanted),
            None => Ok(()),
        }
    }

    fn text(&self, document: &Document) -> Option<String> {
        document.string(self.value?)
    }
}

/// See [`Check`](crate::schema::Check).
pub(crate) fn first_wrong(
    document: &Document,
    version: Option<Version>,
) -> Option<(NodeId, WrongField)> {
    let root = Place::root();
    let top = top_level(document, &root).and_then(|()| hooks(document, &root, version));
    top.err()
}

fn top_level(document: &Document, root: &Place) -> Look {
    for (names, wanted) in [
        (names::TRUTHS, Type::Truth),
        (names::TEXTS, Type::Text),
        (names::NUMBERS, Type::Number),
        (names::LISTS, Type::List),
        (names::OBJECTS, Type::Object),
        (&["permissions", "statusLine"], Type::Object),
        (&["cleanupPeriodDays"], Type::Positive),
    ] {
        for name in names {
            root.member(document, name).may_be(document, wanted)?;
        }
    }
    let permissions = root.member(document, "permissions");
    for (name, wanted) in [
        ("allow", Type::List),
        ("deny", Type::List),
        ("ask", Type::List),
        ("additionalDirectories", Type::List),
        ("defaultMode", Type::Text),
        ("disableBypassPermissionsMode", Type::Text),
    ] {
        permissions
            .member(document, name)
            .may_be(document, wanted)?;
    }
    let sandbox = root.member(document, "sandbox");
    sandbox
        .member(document, "enabled")
        .may_be(document, Type::Truth)?;
    let line = root.member(document, "statusLine");
    if line.value.is_some() {
        line.member(document, "command")
            .must_be(document, Type::Text)?;
    }
    Ok(())
}

fn hooks(document: &Document, root: &Place, version: Option<Version>) -> Look {
    let section = root.member(document, HOOKS);
    if section.may_be(document, Type::Object).is_err() {
        return Ok(());
    }
    for registration in claude::ADAPTER.registrations {
        let guards = GUARDS.contains(&registration.event);
        let event = section.member(document, registration.event);
        let is_list = event.may_be(document, Type::List);
        let is_null = event
            .value
            .is_some_and(|value| document.raw(value) == "null");
        if is_list.is_err() {
            let strict = guards && version.is_some_and(|version| version >= LISTS_STRICT);
            if strict && !is_null {
                return is_list;
            }
        } else if guards || version.is_some_and(|version| version <= ALL_STRICT) {
            for group in event.items(document) {
                check_group(document, &group)?;
            }
        }
    }
    Ok(())
}

fn check_group(document: &Document, group: &Place) -> Look {
    group.must_be(document, Type::Object)?;
    group
        .member(document, "matcher")
        .may_be(document, Type::Text)?;
    let handlers = group.member(document, HOOKS);
    handlers.must_be(document, Type::List)?;
    for handler in handlers.items(document) {
        check_handler(document, &handler)?;
    }
    Ok(())
}

fn check_handler(document: &Document, handler: &Place) -> Look {
    handler.must_be(document, Type::Object)?;
    let kind = handler.member(document, "type");
    kind.must_be(document, Type::Text)?;
    let needed = match kind.text(document).as_deref() {
        Some("command") => "command",
        Some("prompt" | "agent") => "prompt",
        Some("http") => "url",
        // A kind of a later version, maybe.
        _ => return Ok(()),
    };
    handler
        .member(document, needed)
        .must_be(document, Type::Text)?;
    for (name, wanted) in [
        ("timeout", Type::Positive),
        ("statusMessage", Type::Text),
        ("once", Type::Truth),
        ("if", Type::Text),
    ] {
        handler.member(document, name).may_be(document, wanted)?;
    }
    if needed == "command" {
        handler
            .member(document, "async")
            .may_be(document, Type::Truth)?;
        handler
            .member(document, "shell")
            .may_be(document, Type::Text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::document::Dialect;

    const OLD: Version = Version(2, 1, 197);
    const BETWEEN: Version = Version(2, 1, 250);
    const NEW: Version = Version(2, 1, 332);

    fn wrong(text: &str, version: Option<Version>) -> Option<String> {
        let text = text.replace(
            "{@",
            r#"{"SessionStart":[{"hooks":[{"type":"command","command":"x"}]}]"#,
        );
        let document = Document::parse_as(&text, Dialect::Strict).unwrap();
        first_wrong(&document, version).map(|(_, wrong)| wrong.field)
    }

    /// Each form that was tried on the real ones: verdicts of the old and of the new one, the field that
    /// is named, the file. A `?`: the real one leaves the file out, which is not looked for.
    #[test]
    fn what_the_real_ones_do_with_a_form_is_foretold() {
        let forms = include_str!("../../tests/claude-forms.txt");
        let mut seen = (0, 0);
        for line in forms.lines().filter(|line| !line.starts_with('#')) {
            let [old, new, field, text] = *line.splitn(4, '\t').collect::<Vec<_>>() else {
                panic!("{line}");
            };
            let text = text
                .replace("\\xef\\xbb\\xbf", "\u{feff}")
                .replace("\\r\\n", "\r\n");
            for (verdict, version) in [(old, Some(OLD)), (new, Some(NEW))] {
                let found = wrong(&text, version);
                match verdict {
                    "kept" => assert_eq!(found, None, "{line}"),
                    "dropped" => assert_eq!(found.as_deref(), Some(field), "{line}"),
                    other => assert_eq!((other, &found), ("?", &None), "{line}"),
                }
                seen.0 += usize::from(verdict == "kept");
                seen.1 += usize::from(verdict == "dropped");
            }
            // Of another one only what both drop is known.
            for version in [None, Some(BETWEEN)] {
                let found = wrong(&text, version);
                assert!(
                    found.is_none() || (old, new) == ("dropped", "dropped"),
                    "{line}"
                );
            }
        }
        assert!(seen.0 > 40 && seen.1 > 80, "{seen:?}");
    }

    #[test]
    fn every_field_that_has_a_type_is_refused_another_one() {
        let lists = [
            names::TRUTHS,
            names::TEXTS,
            names::NUMBERS,
            names::LISTS,
            names::OBJECTS,
        ];
        for name in lists.iter().flat_map(|names| names.iter()) {
            let found = wrong(&format!(r#"{{"{name}":null,"hooks":{{@}}}}"#), None);
            assert_eq!(found.as_deref(), Some(*name));
            let other = wrong(&format!(r#"{{"x":{{"{name}":null}},"hooks":{{@}}}}"#), None);
            assert_eq!(other, None);
        }
    }
}
