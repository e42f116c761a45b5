//! What of a changed settings file holds only at the next start.

use toml::{Table, Value};

use super::known::{Group, Setting, Takes, groups};

/// The keys, each with its table, that `after` sets otherwise than `before` did and that nothing takes which runs
/// already. Both are settings files that can be used.
pub(crate) fn later(before: &str, after: &str) -> Vec<String> {
    let [before, after] = [before, after].map(read);
    let mut changed = Vec::new();
    for group in groups().iter().filter(|group| !group.is_list) {
        let settings = group.keys.iter();
        let at_start = settings.filter(|setting| setting.takes == Takes::AtStart);
        for setting in at_start {
            if value(&before, group, setting) != value(&after, group, setting) {
                changed.push(format!("{} {}", group.title(), setting.key));
            }
        }
    }
    changed
}

fn read(text: &str) -> Table {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.parse().unwrap_or_default()
}

/// What holds of it by this file.
fn value(file: &Table, group: &Group, setting: &Setting) -> Option<Value> {
    let names = || std::iter::once(&setting.key).chain(setting.also);
    let table = file.get(group.name).and_then(Value::as_table);
    let written = table.and_then(|table| names().find_map(|name| table.get(*name)));
    written.cloned().or_else(|| {
        let alone: Table = format!("value = {}", setting.value()?).parse().ok()?;
        alone.get("value").cloned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_changed_and_waits_for_a_start_is_named() {
        let before =
            "[table]\nsilent = true\n[notice]\ndone = ['bell']\n[dashboard]\ntheme = 'dark'\n";
        assert_eq!(later(before, before), [""; 0]);
        let after = "\u{feff}[notice]\ncompleted = [ 'bell' ]\n[dashboard]\ntheme = 'light'\n[keys]\ndeny = 'F5'";
        assert_eq!(
            later(before, after),
            [""; 0],
            "it is the default, and an own name of it"
        );
        let after = "[table]\nsilent = false\n[split]\nwidth = 50";
        assert_eq!(
            later(before, after),
            ["[split] width", "[table] silent", "[notice] completed"]
        );
    }
}
