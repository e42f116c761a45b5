//! How Claude Code's dialogs write what a tool is given where that is no text alone: lists, and objects
//! with their fields in the order in which they were given. That order is read from the screen, and compared
//! where it is known otherwise; what is there is compared afterwards, blank by blank.
//!
//! Newer versions write it as `{ a: 1, b: ["x"] }`, and what would be longer than 80 signs so in rows of
//! its own, two cells further in; 2.1.197 writes JSON without a blank.

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::assistants::facets::dialog::squeeze;
use crate::state::Written;

/// So many signs of a list or an object stand in one row at most, in newer versions.
const FLAT: usize = 80;

/// So many names are tried to find the order of fields.
const MOST_STEPS: usize = 2_000;

/// A value with its fields in the order of the screen.
#[derive(Clone)]
pub(super) enum Ordered {
    /// A text, a number, `true`, `null`.
    Leaf(String),
    List(Vec<Ordered>),
    Fields(Vec<(String, Ordered)>),
}

/// How the names of fields are written.
pub(super) type Naming = fn(&str) -> String;

impl Ordered {
    /// `value` in each way in which what was `squeezed` of the screen may begin with it.
    pub(super) fn all(value: &Value, squeezed: &str, naming: Naming) -> Vec<Self> {
        let read = Self::readings(value, squeezed, naming, &mut { MOST_STEPS });
        read.into_iter().map(|(value, _)| value).collect()
    }

    /// `value` in each way in which what was `squeezed` of the screen may begin with it, and where that goes on
    /// behind it; none where something else stands there.
    fn readings<'a>(
        value: &Value,
        squeezed: &'a str,
        naming: Naming,
        steps: &mut usize,
    ) -> Vec<(Self, &'a str)> {
        match value {
            Value::Array(items) => {
                let mut lists: Vec<_> = begins(squeezed, "[")
                    .map(|rest| (Vec::new(), rest))
                    .collect();
                for (index, item) in items.iter().enumerate() {
                    let before = if index > 0 { "," } else { "" };
                    lists = (lists.into_iter())
                        .filter_map(|(list, rest)| Some((list, rest.strip_prefix(before)?)))
                        .flat_map(|(list, rest)| {
                            let read = Self::readings(item, rest, naming, steps);
                            let with = |(item, rest)| ([list.clone(), vec![item]].concat(), rest);
                            read.into_iter().map(with).collect::<Vec<_>>()
                        })
                        .collect();
                }
                let ended = |(list, rest): (Vec<Self>, &'a str)| {
                    Some((Self::List(list), rest.strip_prefix(']')?))
                };
                lists.into_iter().filter_map(ended).collect()
            }
            Value::Object(fields) => {
                let fields = named(fields, naming);
                let inside = begins(squeezed, "{");
                let read = inside.flat_map(|rest| fields_in(&fields, rest, naming, steps));
                let ended = |(fields, rest): (Vec<(String, Self)>, &'a str)| {
                    Some((Self::Fields(fields), rest.strip_prefix('}')?))
                };
                read.filter_map(ended).collect()
            }
            leaf => {
                let text = with_halves(&leaf.to_string(), squeezed);
                let rest = squeezed.strip_prefix(squeeze(&text).as_str());
                rest.map(|rest| (Self::Leaf(text), rest))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// Whether its fields stand in the order in which they were given.
    pub(super) fn is_in_order_of(&self, written: &Written, naming: Naming) -> bool {
        match (self, written) {
            (Self::Leaf(_), Written::Leaf(_)) => true,
            (Self::List(own), Written::List(items)) => {
                let mut pairs = own.iter().zip(items);
                pairs.all(|(own, written)| own.is_in_order_of(written, naming))
            }
            (Self::Fields(own), Written::Fields(fields)) => {
                let mut pairs = own.iter().zip(fields);
                pairs.all(|((name, own), (written_name, written))| {
                    *name == naming(written_name) && own.is_in_order_of(written, naming)
                })
            }
            _ => false,
        }
    }

    /// As JSON without a blank.
    pub(super) fn json(&self) -> String {
        match self {
            Self::Leaf(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::json).collect();
                format!("[{}]", items.join(","))
            }
            Self::Fields(fields) => {
                let field = |(name, value): &(String, Self)| format!("{name}:{}", value.json());
                let fields: Vec<String> = fields.iter().map(field).collect();
                format!("{{{}}}", fields.join(","))
            }
        }
    }

    /// In one row, as newer versions write it.
    fn flat(&self) -> String {
        match self {
            Self::Leaf(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::flat).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Fields(fields) if fields.is_empty() => "{}".to_owned(),
            Self::Fields(fields) => {
                let field = |(name, value): &(String, Self)| format!("{name}: {}", value.flat());
                let fields: Vec<String> = fields.iter().map(field).collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }

    /// As newer versions write it: a list or an object that is too long has its rows further in.
    fn inspected(&self, indent: usize, length: fn(&str) -> usize) -> String {
        let flat = self.flat();
        if length(&flat) <= FLAT {
            return flat;
        }
        let within = indent + 2;
        let (open, rows, close) = match self {
            Self::Leaf(_) => return flat,
            Self::List(items) => {
                let rows = items.iter().map(|item| item.inspected(within, length));
                ('[', rows.collect::<Vec<_>>(), ']')
            }
            Self::Fields(fields) => {
                let row = |(name, value): &(String, Self)| {
                    format!("{name}: {}", value.inspected(within, length))
                };
                ('{', fields.iter().map(row).collect(), '}')
            }
        };
        let rows: Vec<String> = rows
            .iter()
            .map(|row| format!("{}{row}", " ".repeat(within)))
            .collect();
        format!(
            "{open}\n{}\n{}{close}",
            rows.join(",\n"),
            " ".repeat(indent)
        )
    }
}

/// The ways in which newer versions may write `value` where the screen has these rows.
pub(super) fn inspected(value: &Value, written: Option<&Written>, rows: &[String]) -> Vec<String> {
    let squeezed = squeeze(&rows.concat());
    let is_its = |value: &Ordered| {
        written.is_none_or(|written| value.is_in_order_of(written, inspected_name))
    };
    // How long a text is that is no plain one is not known: by its signs or by its cells.
    let lengths: [fn(&str) -> usize; 2] = [|text| text.encode_utf16().count(), |text| text.width()];
    let all = Ordered::all(value, &squeezed, inspected_name).into_iter();
    all.filter(is_its)
        .flat_map(|value| lengths.map(|length| value.inspected(0, length)))
        .collect()
}

/// Fields, each with how it begins without blanks, and its name as it is written.
type Named<'a> = Vec<(String, String, &'a Value)>;

fn named(fields: &Map<String, Value>, naming: Naming) -> Named<'_> {
    let named = fields.iter().map(|(name, value)| (naming(name), value));
    named
        .map(|(name, value)| (squeeze(&name) + ":", name, value))
        .collect()
}

/// The fields of what a tool is given as they stand in what was `squeezed` of the screen one behind the other,
/// parted by commas, in each way in which they may.
pub(super) fn fields_of(
    fields: &Map<String, Value>,
    squeezed: &str,
) -> Vec<Vec<(String, Ordered)>> {
    let fields = named(fields, str::to_owned);
    let read = fields_in(&fields, squeezed, json_name, &mut { MOST_STEPS });
    read.into_iter().map(|(fields, _)| fields).collect()
}

/// As many of `left` as there are, whichever order they have there. Names that differ by blanks alone begin
/// alike; `steps` is how many of them are tried still.
fn fields_in<'a>(
    left: &Named<'_>,
    squeezed: &'a str,
    naming: Naming,
    steps: &mut usize,
) -> Vec<(Vec<(String, Ordered)>, &'a str)> {
    if left.is_empty() {
        return vec![(Vec::new(), squeezed)];
    }
    let mut all = Vec::new();
    for (at, (begins, name, value)) in left.iter().enumerate() {
        let Some(rest) = squeezed.strip_prefix(begins.as_str()) else {
            continue;
        };
        let Some(fewer) = steps.checked_sub(1) else {
            break;
        };
        *steps = fewer;
        let mut others = left.clone();
        others.remove(at);
        let parting = if others.is_empty() { "" } else { "," };
        for (value, rest) in Ordered::readings(value, rest, naming, steps) {
            let Some(rest) = rest.strip_prefix(parting) else {
                continue;
            };
            for (more, rest) in fields_in(&others, rest, naming, steps) {
                let first = vec![(name.clone(), value.clone())];
                all.push(([first, more].concat(), rest));
            }
        }
    }
    all
}

/// A name as JSON has it.
pub(super) fn json_name(name: &str) -> String {
    Value::from(name).to_string()
}

/// A name as newer versions write it: in quotes where it could not stand in a program as it is.
pub(super) fn inspected_name(name: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$');
    let is_plain =
        name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        json_name(name)
    }
}

/// The text with each sign for the unknown as the screen has it there: both versions write half a pair of
/// surrogates as `\ud800`, which no text of a record can hold.
fn with_halves(text: &str, squeezed: &str) -> String {
    let mut parts = text.split('\u{fffd}');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = squeezed.get(squeeze(&shown).len()..);
        shown.push_str(rest.and_then(half).unwrap_or("\u{fffd}"));
        shown.push_str(part);
    }
    shown
}

/// Half a pair of surrogates, as it is written in quotes, with which the text begins.
fn half(text: &str) -> Option<&str> {
    let half = text.get(..6)?;
    let number = u16::from_str_radix(half.strip_prefix("\\u")?, 16).ok()?;
    (0xd800..0xe000).contains(&number).then_some(half)
}

/// What follows that beginning, if it stands there.
fn begins<'a>(text: &'a str, beginning: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    text.strip_prefix(beginning).into_iter()
}
