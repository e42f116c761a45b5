//! What a settings file that can be used says to no effect: twice, or turned off by something else in it.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::known::groups;
use super::{Column, Config, SHOW, Theme};
use crate::mux::Direction;

/// Those of `[notice]` that name ways.
const STATES: [&str; 4] = ["waiting_approval", "waiting_input", "error", "completed"];

/// The value of a key, wherever it stands.
type Value<'a, 'i> = &'a Spanned<DeValue<'i>>;

/// A file and what is found in it.
struct Looked<'a, 'i> {
    text: &'a str,
    document: &'a DeTable<'i>,
    faults: Vec<Fault>,
}

/// All of it. `config` is what the file says.
pub(super) fn warnings(text: &str, document: &DeTable<'_>, config: &Config) -> Vec<Fault> {
    let mut looked = Looked {
        text,
        document,
        faults: Vec::new(),
    };
    looked.twice();
    looked.colours(config);
    looked.columns(config);
    looked.split(config);
    looked.notices();
    looked.mirror(config);
    looked.launchers();
    looked.faults
}

impl<'a, 'i> Looked<'a, 'i> {
    fn warn(&mut self, value: Value<'_, '_>, what: String, fix: &str) {
        let fault = Fault::at(self.text, &value.span(), what, Some(fix.to_owned()));
        self.faults.push(Fault {
            is_error: false,
            ..fault
        });
    }

    fn table(&self, name: &str) -> Option<&'a DeTable<'i>> {
        self.document.get(name)?.get_ref().as_table()
    }

    /// By any of its names.
    fn value(&self, table: &str, key: &str) -> Option<Value<'a, 'i>> {
        let groups = groups();
        let group = groups.iter().find(|group| group.name == table)?;
        let setting = group.setting(key)?;
        let written = self.table(table)?;
        let mut names = std::iter::once(&setting.key).chain(setting.also);
        names.find_map(|name| written.get(*name))
    }

    /// One thing that stands in a list twice.
    fn twice(&mut self) {
        let lists = ["keys", "columns", "notice"];
        let tables = lists.into_iter().filter_map(|name| self.table(name));
        let values: Vec<_> = tables.flat_map(|table| table.iter()).collect();
        for (key, value) in values {
            let mut seen = BTreeSet::new();
            for item in value.get_ref().as_array().into_iter().flatten() {
                let Some(text) = item.get_ref().as_str() else {
                    continue;
                };
                // One's own program may be told the same word twice.
                if key.get_ref() != "command" && !seen.insert(text) {
                    let what = format!("`{text}` stands in `{}` twice", key.get_ref());
                    self.warn(item, what, "take one of them away");
                }
            }
        }
    }

    fn colours(&mut self, config: &Config) {
        if config.dashboard.theme != Some(Theme::None) {
            return;
        }
        for (key, value) in self.table("colours").into_iter().flatten() {
            let what = format!(
                "`{}` is not drawn: `[dashboard] theme` is `none`",
                key.get_ref()
            );
            self.warn(value, what, "choose another theme, or take this away");
        }
    }

    fn columns(&mut self, config: &Config) {
        for (column, name, _) in Column::ALL {
            let value = self.value("columns", name);
            if let Some(value) = value.filter(|_| !config.columns.shows(column)) {
                let what = format!("there is no column `{name}` whose width this could be");
                let fix = format!("name it in `{SHOW}`, or take this away");
                self.warn(value, what, &fix);
            }
        }
    }

    fn split(&mut self, config: &Config) {
        let (key, direction) = match config.split.room().direction {
            Direction::Right => ("height", "right"),
            Direction::Below => ("width", "below"),
        };
        if let Some(value) = self.value("split", key) {
            let what = format!("`{key}` does nothing: the place is `{direction}`");
            self.warn(value, what, "set `direction`, or take this away");
        }
    }

    /// Ways without what they need, and what is for ways that nothing goes.
    fn notices(&mut self) {
        let mut ways = BTreeSet::new();
        for (place, state) in STATES.into_iter().enumerate() {
            let Some(value) = self.value("notice", state) else {
                // Without a word about them the first two ring the bell.
                if place < 2 {
                    ways.insert("bell");
                }
                continue;
            };
            for item in value.get_ref().as_array().into_iter().flatten() {
                let way = item.get_ref().as_str().unwrap_or_default();
                ways.insert(way);
                let needs = ["command", "ntfy"].into_iter().find(|needs| *needs == way);
                if let Some(needs) = needs.filter(|needs| self.value("notice", needs).is_none()) {
                    let what = format!("nothing goes the way `{way}`: `{needs}` is not set");
                    self.warn(item, what, "set it, or choose another way");
                }
            }
        }
        let of_ways = [
            ("command", "command"),
            ("ntfy", "ntfy"),
            ("link", "ntfy"),
            ("content", "ntfy"),
        ];
        for (key, way) in of_ways.into_iter().filter(|(_, way)| !ways.contains(way)) {
            if let Some(value) = self.value("notice", key) {
                let what = format!("`{key}` does nothing: no notice goes the way `{way}`");
                let fix = format!("add `{way}` to a state, for example `error = [\"{way}\"]`");
                self.warn(value, what, &fix);
            }
        }
        for key in ["delay_seconds", "quiet"] {
            if let Some(value) = self.value("notice", key).filter(|_| ways.is_empty()) {
                let what = format!("`{key}` does nothing: there are no notices");
                self.warn(value, what, "choose a way for a state, or take this away");
            }
        }
    }

    /// Sizes of the event log that are beyond reason.
    fn mirror(&mut self, config: &Config) {
        let limits = config.mirror.limits();
        let taken = [
            ("max_bytes", limits.max_bytes),
            ("max_files", limits.max_files.into()),
        ];
        for (key, taken) in taken {
            let Some(value) = self.value("mirror", key) else {
                continue;
            };
            let written = self.text.get(value.span()).unwrap_or_default();
            let number = written.replace('_', "").parse::<u64>();
            if number.is_ok_and(|number| number != taken) {
                let what = format!("`{key}` is taken as {taken}");
                self.warn(value, what, &format!("write `{key} = {taken}`"));
            }
        }
    }

    /// One is started by its name.
    fn launchers(&mut self) {
        let all = self.document.get("launcher");
        let all = all.and_then(|all| all.get_ref().as_array());
        let mut seen = BTreeSet::new();
        for launcher in all.into_iter().flatten() {
            let name = launcher
                .get_ref()
                .as_table()
                .and_then(|table| table.get("name"));
            let Some(value) = name else { continue };
            let name = value.get_ref().as_str().unwrap_or_default();
            if !seen.insert(name) {
                let what = format!(
                    "another launcher before it is called `{name}`, and is the one that starts"
                );
                self.warn(value, what, "give it another name");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::faults;

    fn told(text: &str) -> Vec<String> {
        let faults = faults(text);
        assert!(faults.iter().all(|fault| !fault.is_error), "{faults:?}");
        let of =
            |fault: &super::Fault| format!("{}:{}: {}", fault.line, fault.column, fault.sentence());
        faults.iter().map(of).collect()
    }

    #[test]
    fn what_stands_twice_is_told_where_it_does_the_second_time() {
        assert_eq!(
            told(
                "[keys]\ndeny = ['F5', 'F6', 'F5']\n[columns]\nshow = ['age', 'age']\n[notice]\ndone = ['bell', 'bell']\n"
            ),
            [
                "2:21: `F5` stands in `deny` twice: take one of them away",
                "4:16: `age` stands in `show` twice: take one of them away",
                "6:17: `bell` stands in `done` twice: take one of them away",
            ]
        );
        let program = "[notice]\nerror = ['command']\ncommand = ['a', 'b', 'b']\n";
        assert_eq!(told(program), [""; 0]);
    }

    #[test]
    fn what_another_setting_turns_off_is_told_with_that_one() {
        let one = |text: &str| {
            let told = told(text);
            assert_eq!(told.len(), 1, "{told:?}");
            told[0].clone()
        };
        let none = "[dashboard]\ntheme = 'none'\n[colours]\ndim = 'red'\n";
        assert!(one(none).starts_with("4:7: `dim` is not drawn: `[dashboard] theme` is `none`"));
        assert_eq!(told(&none.replace("none", "auto")), [""; 0]);
        let width = one("[columns]\nshow = ['age']\nwork = 5\nage = 4\n");
        assert!(
            width.starts_with("3:8: there is no column `work`"),
            "{width}"
        );
        assert!(
            one("[split]\nheight = 20\nwidth = 60\n").starts_with("2:10: `height` does nothing")
        );
        let below = "[split]\ndirection = 'below'\nheight = 20\nwidth = 60\n";
        assert!(one(below).starts_with("4:9: `width` does nothing: the place is `below`"));
        assert!(
            one("[notice]\nlink = 'https://a.example/'").contains("no notice goes the way `ntfy`")
        );
        assert!(one("[notice]\ncommand = ['a']").contains("no notice goes the way `command`"));
        assert!(
            one("[notice]\nerror = ['bell', 'ntfy']")
                .starts_with("2:18: nothing goes the way `ntfy`")
        );
        let off = "[notice]\napprove = []\nasks = []\nquiet = '22:00-07:00'\n";
        assert!(one(off).starts_with("4:9: `quiet` does nothing: there are no notices"));
        assert_eq!(told("[notice]\ndelay_seconds = 3\n"), [""; 0]);
        let log = one("[mirror]\nmax_files = 1_000_000\nmax_bytes = 8_388_608\n");
        assert!(log.contains("`max_files` is taken as "), "{log}");
        let launchers =
            "[[launcher]]\nname = 'a'\ncommand = 'x'\n[[launcher]]\nname = 'a'\ncommand = 'y'\n";
        assert!(one(launchers).starts_with("5:8: another launcher before it is called `a`"));
    }

    #[test]
    fn the_file_of_init_has_none() {
        assert_eq!(told(&crate::config::commented()), [""; 0]);
    }
}
