//! Quotes of other forms. Claude changes a text in a file, too, whose quotes have another form there than in
//! what it was told to replace, and what it puts in their place gets that form. So of a change with quotes it
//! is not known with which of them it is drawn; but all else of it is.

use serde_json::Value;

use super::sheet::{Layout, Sheet};
use crate::assistants::facets::dialog::refusal::Refusal;
use crate::state::Bound;

/// Stands for all of them.
const QUOTE: char = '\'';

/// Whether it is one, of whatever form, or reads like one.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '´' | '\u{2018}'..='\u{201f}')
}

impl Sheet {
    /// Whether it is the request's dialog if the form of quotes counts for nothing.
    pub(super) fn is_but_for_quotes(&self, bound: &Bound) -> bool {
        self.compares_but_for_quotes(bound) == Ok(())
    }

    /// Whether it is not the dialog of `other` whatever form the quotes have in it.
    pub(super) fn differs_but_for_quotes(&self, other: &Bound) -> bool {
        matches!(
            self.compares_but_for_quotes(other),
            Err(Refusal::Differs(_) | Refusal::OtherDialog)
        )
    }

    fn compares_but_for_quotes(&self, other: &Bound) -> Result<(), Refusal> {
        let mut other = other.clone();
        other.input = other.input.as_ref().map(value);
        for text in [
            &mut other.command,
            &mut other.cwd,
            &mut other.request.message,
        ] {
            *text = text.as_deref().map(alike);
        }
        let sheet = Self {
            layout: self.layout.with(alike),
            ..self.clone()
        };
        let message = other.request.message.clone().unwrap_or_default();
        sheet.is_about(&other, &message)
    }
}

impl Layout {
    /// With each row as `drawn`.
    fn with(&self, drawn: fn(&str) -> String) -> Self {
        let rows = |rows: &[String]| rows.iter().map(|row| drawn(row)).collect();
        match self {
            Self::Ruled { head, block } => Self::Ruled {
                head: rows(head),
                block: rows(block),
            },
            Self::Boxed { title, inside } => Self::Boxed {
                title: rows(title),
                inside: rows(inside),
            },
            Self::Plain { title, block } => Self::Plain {
                title: rows(title),
                block: rows(block),
            },
        }
    }
}

/// With all quotes alike.
fn alike(text: &str) -> String {
    let signs = text.chars();
    signs.map(|c| if is_quote(c) { QUOTE } else { c }).collect()
}

fn value(given: &Value) -> Value {
    match given {
        Value::String(text) => alike(text).into(),
        Value::Array(items) => items.iter().map(value).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, given)| (name.clone(), value(given)))
                .collect()
        }
        other => other.clone(),
    }
}
