//! `config show`: what holds, and where it is from.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;
use toml::de::{DeTable, DeValue};

use crate::commands::Context;
use crate::config::{self, Config, Group};
use crate::error::CommandResult;
use crate::messages;

/// One setting as it is printed for programs.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Held {
    table: &'static str,
    key: &'static str,
    /// As it would be written; `None`: nothing is set, and nothing holds that could be written.
    value: Option<String>,
    /// `default`, `line 12`, or the variable.
    from: String,
}

pub(super) fn run(context: &Context, file: &Path, json: bool) -> CommandResult {
    // What cannot be used does not hold.
    context.config()?;
    let text = Config::text(file).ok().flatten().unwrap_or_default();
    let held = held(&text, &variables(context));
    if json {
        return messages::json(&held);
    }
    messages::result(&printed(&held));
    let lists = lists(&text);
    if !lists.is_empty() {
        messages::status(&format!("And in {}: {}.", file.display(), lists.join(", ")));
    }
    Ok(())
}

/// What variables set where the file does not: table, key, value and the variable.
fn variables(context: &Context) -> Vec<(&'static str, &'static str, String, &'static str)> {
    let theme = context.no_color.then(|| "\"none\"".to_owned());
    let overview = context.told.aoc.pulse_overview.as_deref();
    let overview = overview.map(|said| (!matches!(said, "0" | "false")).to_string());
    let said = [
        ("dashboard", "theme", theme, "NO_COLOR"),
        ("pulse", "overview", overview, "AOC_PULSE_OVERVIEW_ENABLED"),
    ];
    said.into_iter()
        .filter_map(|(table, key, value, name)| Some((table, key, value?, name)))
        .collect()
}

/// Every key with one value, in the order of the table.
fn held(text: &str, variables: &[(&'static str, &'static str, String, &'static str)]) -> Vec<Held> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = DeTable::parse(text).ok();
    let document = document.as_ref().map(toml::Spanned::get_ref);
    let mut all = Vec::new();
    for group in config::groups().iter().filter(|group| !group.is_list) {
        let table = document.and_then(|document| document.get(group.name));
        let table = table.and_then(|table| table.get_ref().as_table());
        for setting in &group.keys {
            let names = std::iter::once(&setting.key).chain(setting.also);
            let written =
                table.and_then(|table| names.into_iter().find_map(|name| table.get(*name)));
            let variable = variables
                .iter()
                .find(|(table, key, ..)| (*table, *key) == (group.name, setting.key));
            let (value, from) = match (written, variable) {
                (Some(written), _) => {
                    let span = written.span();
                    let line = text[..span.start].matches('\n').count() + 1;
                    (text.get(span).map(one_line), format!("line {line}"))
                }
                (None, Some((.., value, name))) => (Some(value.clone()), (*name).to_owned()),
                (None, None) => (setting.value().map(str::to_owned), "default".to_owned()),
            };
            all.push(Held {
                table: group.name,
                key: setting.key,
                value,
                from,
            });
        }
    }
    all
}

fn one_line(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn printed(held: &[Held]) -> String {
    let mut text = String::new();
    for table in held.chunk_by(|one, other| one.table == other.table) {
        let space = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{space}[{}]", table[0].table);
        for one in table {
            let _ = match &one.value {
                Some(value) => writeln!(text, "{} = {value}  # {}", one.key, one.from),
                None => writeln!(text, "# {} is not set", one.key),
            };
        }
    }
    text
}

/// How many there are of each table that may stand there several times.
fn lists(text: &str) -> Vec<String> {
    let Ok(document) = DeTable::parse(text) else {
        return Vec::new();
    };
    let count = |group: &Group| match document.get_ref().get(group.name)?.get_ref() {
        DeValue::Array(tables) => Some(format!("{} of {}", tables.len(), group.title())),
        _ => None,
    };
    config::groups().iter().filter_map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_says_where_it_is_from() {
        let variables = [("dashboard", "theme", "\"none\"".to_owned(), "NO_COLOR")];
        let text = "[table]\n\nsilent = false\n[notice]\ndone = [ 'bell',\n 'tmux' ]\n[[rules]]\nthen = 'ask'\n";
        let all = held(text, &variables);
        let of = |table: &str, key: &str| {
            let one = all.iter().find(|one| (one.table, one.key) == (table, key));
            let one = one.expect("it is a setting");
            (one.value.clone().unwrap_or_default(), one.from.clone())
        };
        let pair = |value: &str, from: &str| (value.to_owned(), from.to_owned());
        assert_eq!(of("table", "silent"), pair("false", "line 3"));
        assert_eq!(of("table", "background"), pair("true", "default"));
        assert_eq!(
            of("notice", "completed"),
            pair("[ 'bell', 'tmux' ]", "line 5")
        );
        assert_eq!(of("dashboard", "theme"), pair("\"none\"", "NO_COLOR"));
        assert_eq!(of("split", "width"), pair("", "default"));
        assert_eq!(lists(text), ["1 of [[rules]]"]);
        // What is printed sets the same again.
        Config::parse(&printed(&all), Path::new("config.toml")).unwrap();
    }
}
