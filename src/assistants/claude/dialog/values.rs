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

/// A value with its fields in the order of the screen.
pub(super) enum Ordered {
    /// A text, a number, `true`, `null`.
    Leaf(String),
    List(Vec<Ordered>),
    Fields(Vec<(String, Ordered)>),
}

/// How the names of fields are written.
pub(super) type Naming = fn(&str) -> String;

impl Ordered {
    /// `value` as what was `squeezed` of the screen begins with it, from where it goes on behind that;
    /// `None` where something else stands there.
    pub(super) fn read(value: &Value, squeezed: &mut &str, naming: Naming) -> Option<Self> {
        match value {
            Value::Array(items) => {
                take(squeezed, "[")?;
                let mut list = Vec::new();
                for item in items {
                    if !list.is_empty() {
                        take(squeezed, ",")?;
                    }
                    list.push(Self::read(item, squeezed, naming)?);
                }
                take(squeezed, "]")?;
                Some(Self::List(list))
            }
            Value::Object(fields) => {
                take(squeezed, "{")?;
                let fields = fields_of(fields, squeezed, naming, naming)?;
                take(squeezed, "}")?;
                Some(Self::Fields(fields))
            }
            leaf => {
                let text = with_halves(&leaf.to_string(), squeezed);
                take(squeezed, &squeeze(&text))?;
                Some(Self::Leaf(text))
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
    let mut rest = squeezed.as_str();
    let Some(value) = Ordered::read(value, &mut rest, inspected_name) else {
        return Vec::new();
    };
    if written.is_some_and(|written| !value.is_in_order_of(written, inspected_name)) {
        return Vec::new();
    }
    // How long a text is that is no plain one is not known: by its signs or by its cells.
    let lengths: [fn(&str) -> usize; 2] = [|text| text.encode_utf16().count(), |text| text.width()];
    lengths
        .into_iter()
        .map(|length| value.inspected(0, length))
        .collect()
}

/// The fields of an object as they stand there one behind the other, parted by commas, each behind its name
/// as `written`; named afterwards as in `naming`.
pub(super) fn fields_of(
    fields: &Map<String, Value>,
    squeezed: &mut &str,
    written: Naming,
    naming: Naming,
) -> Option<Vec<(String, Ordered)>> {
    let mut left: Vec<(String, String, &Value)> = fields
        .iter()
        .map(|(name, value)| {
            let name = written(name);
            (squeeze(&name) + ":", name, value)
        })
        .collect();
    let mut all = Vec::new();
    while !left.is_empty() {
        if !all.is_empty() {
            take(squeezed, ",")?;
        }
        // Of two names of which one begins like the other it is the longer one.
        let next = left.iter().enumerate();
        let next = next.filter(|(_, (begins, _, _))| squeezed.starts_with(begins.as_str()));
        let (at, _) = next.max_by_key(|(_, (begins, _, _))| begins.len())?;
        let (begins, name, value) = left.swap_remove(at);
        take(squeezed, &begins)?;
        all.push((name, Ordered::read(value, squeezed, naming)?));
    }
    Some(all)
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

fn take(text: &mut &str, beginning: &str) -> Option<()> {
    *text = text.strip_prefix(beginning)?;
    Some(())
}
