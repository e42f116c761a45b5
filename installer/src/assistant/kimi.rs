//! For what Kimi Code leaves all its hooks out, our own with them: one entry with a field or an event that it
//! does not know. It says so only to `kimi doctor`.
//!
//! Tried were 0.10.0 to 2.1.0. Of a later version, or one that is not known, only what has held in all of
//! them is told.

use pane_patrol_hooks::adapter::Version;
use toml_edit::{Item, Table, TableLike};

use crate::edit::error::WrongField;
use crate::schema::HOOKS;

/// The newest version that was tried.
const NEWEST: Version = Version(2, 1, 0);

/// The fields of an entry.
const FIELDS: &[&str] = &["event", "matcher", "command", "timeout"];

/// The events that all versions know.
const EVENTS: &[&str] = &[
    "Notification",
    "PermissionRequest",
    "PermissionResult",
    "PostCompact",
    "PostToolUse",
    "PostToolUseFailure",
    "PreCompact",
    "PreToolUse",
    "SessionEnd",
    "SessionStart",
    "Stop",
    "StopFailure",
    "SubagentStart",
    "SubagentStop",
    "UserPromptSubmit",
];

/// The events that came later, each with the last version that is known to lack it.
const LATER: &[(&str, Version)] = &[
    ("Interrupt", Version(0, 10, 0)),
    ("SessionHeartbeat", Version(0, 25, 0)),
    ("TaskStarted", Version(0, 25, 0)),
    ("TurnStarted", Version(0, 25, 0)),
    ("UserPromptQueued", Version(0, 25, 0)),
];

/// See [`TableCheck`](crate::schema::TableCheck).
pub(crate) fn first_wrong(
    document: &Table,
    version: Option<Version>,
) -> Option<(usize, WrongField)> {
    let hooks = document.get(HOOKS)?;
    let entries: Vec<Option<&dyn TableLike>> = match hooks {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| Some(table as _)).collect(),
        Item::Value(value) if value.is_array() => {
            let values = value.as_array().into_iter().flatten();
            let inline = values.map(|value| value.as_inline_table().map(|table| table as _));
            inline.collect()
        }
        _ => return Some(wrong(hooks, HOOKS.to_owned(), "a list of `[[hooks]]`")),
    };
    let mut entries = entries.into_iter().enumerate();
    entries.find_map(|(number, entry)| {
        let way = format!("{HOOKS}[{number}]");
        match entry {
            Some(entry) => wrong_in(hooks, entry, &way, version),
            None => Some(wrong(hooks, way, "a table")),
        }
    })
}

/// A field, whether a value of it is right, whether it has to be there, and what it should be.
type FieldCheck<'a> = (&'a str, &'a dyn Fn(&Item) -> bool, bool, &'a str);

fn wrong_in(
    hooks: &Item,
    entry: &dyn TableLike,
    way: &str,
    version: Option<Version>,
) -> Option<(usize, WrongField)> {
    let is_tried = version.is_some_and(|version| version <= NEWEST);
    let mut fields = entry.iter();
    if let Some((name, item)) = fields.find(|(name, _)| is_tried && !FIELDS.contains(name)) {
        let expected = "one of `event`, `matcher`, `command` and `timeout`";
        return Some(wrong(item, format!("{way}.{name}"), expected));
    }
    let is_event = |item: &Item| {
        let known = |event: &str| version.is_none_or(|version| is_known(event, version));
        item.as_str().is_some_and(known)
    };
    let is_command = |item: &Item| item.as_str().is_some_and(|command| !command.is_empty());
    let is_timeout = |item: &Item| matches!(item.as_integer(), Some(1..=600));
    let is_text = |item: &Item| item.is_str();
    let checks: [FieldCheck<'_>; 4] = [
        ("event", &is_event, true, "an event that it knows"),
        ("command", &is_command, true, "a command"),
        ("timeout", &is_timeout, false, "a number from 1 to 600"),
        ("matcher", &is_text, false, "a text"),
    ];
    checks
        .into_iter()
        .find_map(|(name, is_right, is_needed, expected)| {
            let item = entry.get(name);
            let is_wrong = item.map_or(is_needed, |item| !is_right(item));
            is_wrong.then(|| wrong(item.unwrap_or(hooks), format!("{way}.{name}"), expected))
        })
}

fn is_known(event: &str, version: Version) -> bool {
    let later = LATER.iter().find(|(name, _)| *name == event);
    match later {
        Some((_, lacking)) => version > *lacking,
        None => version > NEWEST || EVENTS.contains(&event),
    }
}

fn wrong(item: &Item, field: String, expected: &str) -> (usize, WrongField) {
    let field = WrongField {
        field,
        expected: expected.to_owned(),
        title: "Kimi Code",
        left_out: "all its hooks",
    };
    (item.span().map_or(0, |span| span.start), field)
}

#[cfg(test)]
mod tests {
    use toml_edit::Document;

    use super::*;

    fn found(text: &str, version: Option<Version>) -> Option<String> {
        let document = Document::parse(text).unwrap();
        let (at, wrong) = first_wrong(document.as_table(), version)?;
        Some(format!("{at} {}", wrong.field))
    }

    #[test]
    fn what_the_real_one_leaves_its_hooks_out_for_is_found_and_nothing_else() {
        let old = Some(Version(0, 10, 0));
        let tried = Some(NEWEST);
        let later = Some(Version(3, 0, 0));
        let stop = "[[hooks]]\nevent = \"Stop\"\ncommand = \"true\"\n";
        for (text, version, expected) in [
            ("", tried, None),
            ("model = 'x'\n", tried, None),
            (stop, tried, None),
            ("hooks = []\n", tried, None),
            ("hooks = [{event = 'Stop', command = 'a'}]\n", tried, None),
            ("hooks = {}\n", tried, Some("8 hooks")),
            ("hooks = [1]\n", tried, Some("8 hooks[0]")),
            ("[hooks]\nevent = 'Stop'\n", None, Some("0 hooks")),
        ] {
            assert_eq!(found(text, version).as_deref(), expected, "{text}");
        }
        for (line, version, expected) in [
            ("name = 'x'", tried, Some("88 hooks[1].name")),
            ("name = 'x'", later, None),
            ("name = 'x'", None, None),
            ("timeout = 0", None, Some("91 hooks[1].timeout")),
            ("timeout = 601", tried, Some("91 hooks[1].timeout")),
            ("timeout = 600", tried, None),
            ("timeout = '5'", later, Some("91 hooks[1].timeout")),
            ("matcher = 1", None, Some("91 hooks[1].matcher")),
            ("matcher = '^Bash$'", tried, None),
        ] {
            let text = format!("{stop}[[hooks]]\nevent = 'Stop'\ncommand = 'a'\n{line}\n");
            assert_eq!(found(&text, version).as_deref(), expected, "{line}");
        }
        for (event, version, known) in [
            ("Nope", tried, false),
            ("Nope", later, true),
            ("Nope", None, true),
            ("Interrupt", old, false),
            ("Interrupt", tried, true),
            ("TurnStarted", Some(Version(0, 25, 0)), false),
            ("TurnStarted", Some(Version(0, 35, 0)), true),
        ] {
            let text = format!("[[hooks]]\ncommand = 'a'\nevent = '{event}'\n");
            assert_eq!(found(&text, version).is_none(), known, "{event}");
        }
        for (field, text) in [
            ("event", "[[hooks]]\ncommand = 'a'\n"),
            ("command", "[[hooks]]\nevent = 'Stop'\n"),
            ("command", "[[hooks]]\nevent = 'Stop'\ncommand = ''\n"),
        ] {
            let wrong = found(text, None).unwrap_or_default();
            assert!(wrong.ends_with(&format!("hooks[0].{field}")), "{text}");
        }
    }
}
