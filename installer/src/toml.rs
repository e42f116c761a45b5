//! Single settings of a TOML file: set at the person's own wish, each byte around them kept, and given
//! back as they were. A file that could not be printed again byte for byte is refused.

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::edit::error::EditError;

/// One setting that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its table.
    pub table: &'static str,
    /// Its key there.
    pub key: &'static str,
    /// Its value, as TOML.
    pub value: &'static str,
}

/// What was set, and what was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Set {
    table: String,
    key: String,
    value: String,
    /// `None`: it was not there.
    before: Option<String>,
    /// Its table, or at least the table's own head line, was not there either.
    #[serde(default)]
    made_table: bool,
}

/// `text` with `settings` in it; `done` is continued by what was set.
pub(crate) fn install(
    text: &str,
    settings: &[Setting],
    done: &mut Vec<Set>,
) -> Result<String, EditError> {
    let mut document = parse(text)?;
    for setting in settings {
        let found = document.get(setting.table);
        let has_no_head = |item: &Item| item.as_table().is_some_and(Table::is_implicit);
        let made_table = found.is_none_or(has_no_head);
        let fresh = || Item::Table(Table::new());
        let table = document.entry(setting.table).or_insert_with(fresh);
        let Some(table) = table.as_table_like_mut() else {
            return refuse(0, format!("expected `{}` to be a table", setting.table));
        };
        let before = table.get(setting.key).map(words);
        if before.as_deref() == Some(setting.value) {
            continue;
        }
        put(table, setting.key, setting.value)?;
        let known = |set: &&mut Set| set.table == setting.table && set.key == setting.key;
        match done.iter_mut().find(known) {
            Some(set) => setting.value.clone_into(&mut set.value),
            None => done.push(Set {
                table: setting.table.to_owned(),
                key: setting.key.to_owned(),
                value: setting.value.to_owned(),
                before,
                made_table,
            }),
        }
    }
    Ok(print(&document, text))
}

/// `text` with what was `done` taken back, as far as nobody has set something else since.
pub(crate) fn uninstall(text: &str, done: &[Set]) -> Result<String, EditError> {
    let mut document = parse(text)?;
    for set in done.iter().rev() {
        let Some(table) = document
            .get_mut(&set.table)
            .and_then(Item::as_table_like_mut)
        else {
            continue;
        };
        if table.get(&set.key).map(words).as_ref() != Some(&set.value) {
            continue;
        }
        match &set.before {
            Some(before) => put(table, &set.key, before)?,
            None => drop(table.remove(&set.key)),
        }
        if !set.made_table {
            continue;
        }
        if table.is_empty() {
            document.remove(&set.table);
        } else if let Some(table) = document.get_mut(&set.table).and_then(Item::as_table_mut) {
            table.set_implicit(true);
        }
    }
    Ok(print(&document, text))
}

/// Sets a value; what stands around the one before stays around the new one.
fn put(table: &mut dyn TableLike, key: &str, value: &str) -> Result<(), EditError> {
    let parsed = value.parse::<Value>();
    let Ok(mut value) = parsed else {
        return refuse(0, format!("`{value}` cannot be a value of `{key}`"));
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
    Ok(())
}

/// A value as it is written, without what stands around it.
fn words(item: &Item) -> String {
    let mut item = item.clone();
    if let Some(value) = item.as_value_mut() {
        value.decor_mut().clear();
    }
    item.to_string().trim().to_owned()
}

fn parse(text: &str) -> Result<DocumentMut, EditError> {
    let document: DocumentMut = match text.parse() {
        Ok(document) => document,
        Err(error) => {
            let error: toml_edit::TomlError = error;
            let at = error.span().map_or(0, |span| span.start);
            return refuse(at.min(text.len()), error.message().to_owned());
        }
    };
    if print(&document, text) == text {
        return Ok(document);
    }
    let reason = "this way of writing TOML could not be kept byte for byte; set it by hand";
    refuse(0, reason.to_owned())
}

/// The printer ends every line; a last line without an end keeps none.
fn print(document: &DocumentMut, like: &str) -> String {
    let mut text = document.to_string();
    if !like.is_empty() && !like.ends_with('\n') && text.ends_with('\n') {
        text.pop();
    }
    text
}

fn refuse<T>(offset: usize, reason: String) -> Result<T, EditError> {
    Err(EditError {
        offset,
        reason,
        field: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::assistant::{CODEX_NO_DAEMON, CODEX_TERMINAL_TITLE};

    const BOTH: &[Setting] = &[CODEX_TERMINAL_TITLE, CODEX_NO_DAEMON];

    fn put_in(text: &str) -> (String, Vec<Set>) {
        let mut done = Vec::new();
        let text = install(text, BOTH, &mut done).unwrap();
        (text, done)
    }

    #[test]
    fn what_is_set_is_given_back_byte_for_byte_also_when_codex_wrote_meanwhile() {
        for text in [
            "",
            "# mine\n",
            "model = \"x\"   # why\n\n[tui]\n\n# a note\ntheme = 'x'\n\n[hooks.state]\n",
            "[tui] # t\n[features]\na = true",
            "[tui]\nterminal_title   =  [ \"spinner\" ] # mine\n[features]\ndaemon_auto_start = true\n",
            "tui.theme = 'x'\nfeatures = { a = true }\n",
            "[tui.deep]\nx = 1\n",
            "tui = { theme = 'x' } # inline\n",
        ] {
            let (set, done) = put_in(text);
            let read: DocumentMut = set.parse().unwrap();
            assert_eq!(
                read["features"]["daemon_auto_start"].as_bool(),
                Some(false),
                "{set}"
            );
            assert_eq!(
                read["tui"]["terminal_title"]
                    .as_array()
                    .map(toml_edit::Array::len),
                Some(3)
            );
            assert_eq!(uninstall(&set, &done).unwrap(), text);
            let mut again = done.clone();
            assert_eq!(install(&set, BOTH, &mut again).unwrap(), set);
            assert_eq!(again, done);
            let line = if set.ends_with('\n') { "" } else { "\n" };
            let later = format!("{set}{line}[hooks.state.\"/x:stop:0:0\"]\ntrusted_hash = \"y\"\n");
            let left = uninstall(&later, &done).unwrap();
            assert!(
                left.ends_with("trusted_hash = \"y\"\n") && !left.contains("thread-id"),
                "{left}"
            );
        }
    }

    #[test]
    fn what_the_person_set_since_stays() {
        let (set, done) = put_in("");
        let theirs = set.replace("false", "true");
        let left = uninstall(&theirs, &done).unwrap();
        assert!(
            left.contains("daemon_auto_start = true") && !left.contains("tui"),
            "{left}"
        );
    }

    #[test]
    fn what_is_no_toml_is_refused_where_it_is_wrong() {
        let error = install("[tui]\na = \n", BOTH, &mut Vec::new()).unwrap_err();
        assert!(error.offset >= 10, "{error:?}");
        assert!(install("tui = 1\n", BOTH, &mut Vec::new()).is_err());
        assert!(install("[tui]\n[tui]\n", BOTH, &mut Vec::new()).is_err());
    }
}
