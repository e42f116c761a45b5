//! What is wrong with a settings file: all of it, each with its line, its column and what to write instead.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::idle::warnings;
use super::known::{Group, Kind, Setting, groups};
use super::{Colour, Config};
use crate::messages::nearest;

/// Everything that is wrong with `text`, in the order of its lines; of what can be used, what does nothing.
pub(crate) fn faults(text: &str) -> Vec<Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => return vec![said(text, &error)],
    };
    let document = document.get_ref();
    let groups = groups();
    let mut faults = Vec::new();
    for (name, value) in document {
        match groups.iter().find(|group| group.name == name.get_ref()) {
            Some(group) => of_group(text, group, value, &mut faults),
            None => faults.push(unknown_table(text, &groups, name.get_ref(), &name.span())),
        }
    }
    if faults.is_empty() {
        match toml::from_str::<Config>(text) {
            Ok(config) => {
                faults.extend(conflict(text, document, &config));
                faults.extend(warnings(text, document, &config));
            }
            Err(error) => faults.push(said(text, &error)),
        }
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults
}

/// The first key of the dashboard that would mean two things.
fn conflict(text: &str, document: &DeTable<'_>, config: &Config) -> Option<Fault> {
    let conflict = config.keys.bindings().err()?;
    let table = document.get("keys")?.get_ref().as_table()?;
    let (key, action, other) = (conflict.key.written(), conflict.action, conflict.other);
    let what = format!("`{key}` would be both `{action}` and `{other}`");
    let fix = match table.get(other) {
        Some(_) => "give one of them another key".to_owned(),
        None => format!("give `{other}` another key, or none: `{other} = \"\"`"),
    };
    Some(Fault::at(text, &table.get(action)?.span(), what, Some(fix)))
}

/// What the reader says.
fn said(text: &str, error: &toml::de::Error) -> Fault {
    let what = error.message().trim().replace('\n', ": ");
    Fault::at(text, &error.span().unwrap_or(0..0), what, None)
}

fn unknown_table(text: &str, groups: &[Group], name: &str, span: &Range<usize>) -> Fault {
    let near = nearest(name, groups.iter().map(|group| group.name));
    let near = near.and_then(|near| groups.iter().find(|group| group.name == near));
    let home = groups.iter().find(|group| group.setting(name).is_some());
    let fix = match (near, home) {
        (Some(group), _) => format!("is `{}` meant?", group.title()),
        (None, Some(group)) => format!("is it meant below `{}`?", group.title()),
        (None, None) => {
            let titles: Vec<String> = groups.iter().map(Group::title).collect();
            format!("there are {}", titles.join(" "))
        }
    };
    Fault::at(text, span, format!("unknown table `{name}`"), Some(fix))
}

fn of_group(text: &str, group: &Group, value: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) {
    match value.get_ref() {
        DeValue::Table(table) if !group.is_list => of_table(text, group, table, faults),
        DeValue::Array(tables) if group.is_list => {
            for table in tables {
                if let DeValue::Table(table) = table.get_ref() {
                    of_table(text, group, table, faults);
                }
            }
        }
        _ => {
            let what = format!("`{}` is no single value", group.name);
            let fix = format!("write its keys below `{}`", group.title());
            faults.push(Fault::at(text, &value.span(), what, Some(fix)));
        }
    }
}

fn of_table(text: &str, group: &Group, table: &DeTable<'_>, faults: &mut Vec<Fault>) {
    for (name, value) in table {
        let fault = match group.setting(name.get_ref()) {
            None => Some(unknown_key(text, group, name.get_ref(), &name.span())),
            // Its keys have to stand together, so that they are read together.
            Some(_) if group.is_list => None,
            Some(setting) => wrong_value(text, group, setting, value),
        };
        faults.extend(fault);
    }
}

fn unknown_key(text: &str, group: &Group, name: &str, span: &Range<usize>) -> Fault {
    let keys = || group.keys.iter().map(|setting| setting.key);
    let others = groups();
    let home = others.iter().find(|other| other.setting(name).is_some());
    let fix = if let Some(near) = nearest(name, keys()) {
        format!("is `{near}` meant?")
    } else if let Some(home) = home {
        format!("is it meant below `{}`?", home.title())
    } else {
        let keys: Vec<String> = keys().map(|key| format!("`{key}`")).collect();
        format!("there are {}", keys.join(", "))
    };
    let what = format!("unknown key `{name}` in `{}`", group.title());
    Fault::at(text, span, what, Some(fix))
}

/// What the reader says of this value alone.
fn wrong_value(
    text: &str,
    group: &Group,
    setting: &Setting,
    value: &Spanned<DeValue<'_>>,
) -> Option<Fault> {
    let written = text.get(value.span())?;
    let alone = format!("[{}]\n{} = {written}\n", group.name, setting.key);
    let error = toml::from_str::<Config>(&alone).err()?;
    let said = error.message().trim().replace('\n', ": ");
    let (what, fix) = match (setting.kind, value.get_ref()) {
        (Kind::Word(words), DeValue::String(word)) => none_of(setting, word, words),
        (Kind::Words(words), DeValue::Array(_)) => {
            let word = strings(value).find(|word| !words.contains(&word.as_str()));
            match word {
                Some(word) => none_of(setting, &word, words),
                None => (said, instead(setting)),
            }
        }
        (Kind::Keys, value) if value.as_str().is_none() && value.as_array().is_none() => {
            (format!("`{written}` is no key"), instead(setting))
        }
        (Kind::Colour, DeValue::String(word)) => {
            let near = nearest(word, Colour::names());
            let near = near.map(|near| format!("is `{near}` meant? Or "));
            (said, near.unwrap_or_default() + &instead(setting))
        }
        (Kind::Colour, _) => (format!("`{written}` is no colour"), instead(setting)),
        _ => (said, instead(setting)),
    };
    Some(Fault::at(text, &value.span(), what, Some(fix)))
}

fn strings<'a>(value: &'a Spanned<DeValue<'_>>) -> impl Iterator<Item = String> + use<'a> {
    let items = value.get_ref().as_array().into_iter().flatten();
    items.filter_map(|item| item.get_ref().as_str().map(str::to_owned))
}

fn none_of(setting: &Setting, word: &str, words: &[&str]) -> (String, String) {
    let what = format!("`{word}` is no value of `{}`", setting.key);
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let fix = match nearest(word, words.iter().copied()) {
        Some(near) => format!("is `{near}` meant? There are {}", all.join(", ")),
        None => format!("there are {}", all.join(", ")),
    };
    (what, fix)
}

/// What may be written for it.
fn instead(setting: &Setting) -> String {
    let example = setting.value().unwrap_or(&setting.example);
    let of_kind = match setting.kind {
        Kind::Switch => return "write `true` or `false`".to_owned(),
        Kind::Number => "a number, not below 0, without quotes",
        Kind::Text => "a text in quotes",
        Kind::Texts => "a list of texts",
        Kind::Keys => "a key in quotes, or a list of some",
        Kind::Colour => {
            "the name of a colour such as `red` or `bright-red`, `default`, six digits after a `#`, all in quotes, or a \
             number to 255"
        }
        Kind::Program => "a text in quotes or a list of words",
        Kind::Word(_) => "one of its words in quotes",
        Kind::Words(_) => "a list of its words",
    };
    format!("write {of_kind}, for example `{} = {example}`", setting.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let of = |fault: &Fault| format!("{}:{}: {}", fault.line, fault.column, fault.sentence());
        faults(text).iter().map(of).collect()
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_place_and_what_to_write() {
        let text = "[dashboard]\n  them = 'dark'\ntheme = 'darc'\n[tabel]\n[table]\nsilent = 'no'\nzzz = 1\n[notice]\nerror = ['bell', 'tmx']\n[[rules]]\nthen = 'deny'\ncomand = 'x'\n";
        assert_eq!(
            told(text),
            [
                "2:3: unknown key `them` in `[dashboard]`: is `theme` meant?",
                "3:9: `darc` is no value of `theme`: is `dark` meant? There are `terminal`, `auto`, `dark`, `light`, `none`",
                "4:2: unknown table `tabel`: is `[table]` meant?",
                "6:10: invalid type: string \"no\", expected a boolean: write `true` or `false`",
                "7:1: unknown key `zzz` in `[table]`: there are `ttl_seconds`, `silent`, `background`",
                "9:9: `tmx` is no value of `error`: is `tmux` meant? There are `bell`, `tmux`, `osc9`, `osc777`, `osc99`, `desktop`, `command`, `ntfy`",
                "12:1: unknown key `comand` in `[[rules]]`: is `command` meant?",
            ]
        );
    }

    #[test]
    fn a_key_in_the_wrong_table_is_told_where_it_belongs() {
        let told = told("theme = 'dark'\n[icons]\ndirection = 'below'\n");
        assert!(
            told[0].ends_with("is it meant below `[dashboard]`?"),
            "{told:?}"
        );
        assert!(
            told[1].ends_with("is it meant below `[split]`?"),
            "{told:?}"
        );
    }

    #[test]
    fn a_key_of_no_action_and_one_of_two_are_told() {
        let told_of = |text: &str| told(&format!("[keys]\n{text}\n"));
        assert_eq!(
            told_of("aprove = 'a'"),
            ["2:1: unknown key `aprove` in `[keys]`: is `approve` meant?"]
        );
        assert_eq!(
            told_of("deny = 'x'"),
            [
                "2:8: `x` would be both `deny` and `stop`: give `stop` another key, or none: `stop = \"\"`"
            ]
        );
        assert!(told_of("deny = 'Alt-x'")[0].contains("`Alt-x` is no key such as"));
        assert!(told_of("deny = 3")[0].starts_with("2:8: `3` is no key: write a key in quotes"));
        assert!(told_of("deny = 'Ctrl-I'")[0].contains("write `Tab`"));
        assert_eq!(
            told_of("deny = 'x'\nstop = ['X', 'F5']\nhelp = ''"),
            [""; 0]
        );
        let read = Config::parse("[keys]\ndeny = 'x'\n", std::path::Path::new("c.toml"));
        assert!(
            read.unwrap_err()
                .to_string()
                .contains("line 2: `x` would be both")
        );
    }

    #[test]
    fn a_role_or_a_colour_that_there_is_not_is_told_with_the_nearest() {
        let told_of = |text: &str| told(&format!("[colours]\n{text}\n"));
        assert_eq!(
            told_of("dim = 'red'\ntext = 255\nerror = '#00ff7f'"),
            [""; 0]
        );
        assert_eq!(
            told_of("runing = 'red'"),
            ["2:1: unknown key `runing` in `[colours]`: is `running` meant?"]
        );
        let near = told_of("dim = 'bright-rad'");
        assert!(
            near[0].starts_with(
                "2:7: `bright-rad` is no colour: is `bright-red` meant? Or write the name"
            ),
            "{near:?}"
        );
        for wrong in ["256", "-1", "1.5", "'#ff'", "['red']"] {
            let told = told_of(&format!("error = {wrong}"));
            assert!(
                told[0].starts_with("2:9: ") && told[0].contains("is no colour: write the name"),
                "{told:?}"
            );
        }
    }

    #[test]
    fn a_column_that_there_is_not_is_told_with_the_nearest() {
        let told_of = |text: &str| told(&format!("[columns]\n{text}\n"));
        assert_eq!(told_of("show = ['age']\nage = 9"), [""; 0]);
        assert_eq!(
            told_of("show = ['age', 'targt']"),
            [
                "2:8: `targt` is no value of `show`: is `target` meant? There are `assistant`, `target`, `project`, \
                 `state`, `message`, `work`, `age`, `model`, `context`, `mode`, `tokens`"
            ]
        );
        assert!(told_of("projct = 3")[0].ends_with("is `project` meant?"));
        assert!(told_of("target = 'wide'")[0].contains("write a number"));
    }

    #[test]
    fn what_is_no_toml_and_what_only_the_reader_knows_is_told_too() {
        assert!(
            told("[dashboard\n")[0].starts_with("1:11: "),
            "{:?}",
            told("[dashboard\n")
        );
        let rule = told("\u{feff}[[rules]]\nthen = 'ask'\nmessage = 'no'\n");
        assert!(rule[0].contains("only a deny has a `message`"), "{rule:?}");
        assert!(told("notice = 'x'")[0].contains("write its keys below `[notice]`"));
        assert_eq!(told("[notice]\ndone = ['bell']\n"), [""; 0]);
    }
}
