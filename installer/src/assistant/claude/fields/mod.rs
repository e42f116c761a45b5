//! For which values of its settings' fields Claude Code leaves the whole file out, our hooks with it.
//!
//! Only what is certain for a version is told: of one that was not tried, or that is not known, what the
//! ones before and after it have in common. Tried were 2.1.197, 2.1.329 and 2.1.332; what each tolerates
//! and does not stands in `tests/claude-forms.txt`, which `make live-settings` holds to the real ones.

mod groups;
mod kind;
mod marketplaces;
mod place;
mod table;

use pane_patrol_hooks::adapter::Version;

use self::place::{Look, Place};
use crate::edit::error::WrongField;
use crate::json::document::{Document, NodeId};

/// See [`Check`](crate::schema::Check).
pub(crate) fn first_wrong(
    document: &Document,
    version: Option<Version>,
) -> Option<(NodeId, WrongField)> {
    let root = Place::root();
    let fields = check(document, &root, version);
    let sources = fields.and_then(|()| marketplaces::check(document, &root, version));
    let all = sources.and_then(|()| groups::check(document, &root, version));
    all.err()
}

fn check(document: &Document, root: &Place, version: Option<Version>) -> Look {
    for (fields, needed) in [(table::FIELDS, false), (table::NEEDED, true)] {
        for field in fields {
            let Some(wanted) = field.known.wanted(field.wanted, version) else {
                continue;
            };
            for way in field.ways {
                for place in root.all(document, way) {
                    place.check(document, wanted, needed)?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::kind::{NEW, OLD};
    use super::*;
    use crate::json::document::Dialect;

    const BETWEEN: Version = Version(2, 1, 250);
    const LATER: Version = Version(2, 9, 0);

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
        let forms = include_str!("../../../../tests/claude-forms.txt");
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
                let is_certain = (old, new) == ("dropped", "dropped");
                assert_eq!(found.is_some(), is_certain, "{line}");
            }
        }
        assert!(seen.0 > 40 && seen.1 > 80, "{seen:?}");
    }

    /// Each of them stands among the forms, which are held to the real ones.
    #[test]
    fn every_field_of_the_table_was_tried() {
        let forms = include_str!("../../../../tests/claude-forms.txt");
        let ways = |fields: &[table::Fields]| {
            let ways = fields.iter().flat_map(|fields| fields.ways.iter().copied());
            ways.collect::<Vec<_>>()
        };
        let all = [ways(table::FIELDS), ways(table::NEEDED)].concat();
        let tried = |way: &str| {
            let way = way.replace('*', "x").replace("[]", "[0]");
            forms.lines().any(|line| {
                let mut parts = line.split('\t');
                parts.any(|part| part == "dropped") && parts.any(|part| part == way)
            })
        };
        let missing: Vec<_> = all.into_iter().filter(|way| !tried(way)).collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn a_later_version_may_know_more_words_and_more_kinds_of_handlers() {
        for (text, field) in [
            (
                r#"{"autoUpdatesChannel":"x","hooks":{@}}"#,
                "autoUpdatesChannel",
            ),
            (
                r#"{"permissions":{"defaultMode":"x"},"hooks":{@}}"#,
                "permissions.defaultMode",
            ),
            (
                r#"{"hooks":{@,"PreToolUse":[{"hooks":[{"type":"x"}]}]}}"#,
                "hooks.PreToolUse[0].hooks[0].type",
            ),
        ] {
            for version in [None, Some(OLD), Some(BETWEEN), Some(NEW)] {
                assert_eq!(wrong(text, version).as_deref(), Some(field));
            }
            assert_eq!(wrong(text, Some(LATER)), None);
        }
        let text = r#"{"autoUpdatesChannel":5,"hooks":{@}}"#;
        assert!(wrong(text, Some(LATER)).is_some());
    }
}
