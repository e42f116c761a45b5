//! Single values of any JSON text: found by their keys, changed one at a time, and every other byte stays.

use std::borrow::Cow;
use std::fmt;

use crate::json::document::{Dialect, Document, Kind, NodeId, position};
use crate::json::splice::{Splice, carry_out};
use crate::json::style::{Layout, Piece, Style, layout};

/// A text that is strict JSON, a byte order mark in front allowed.
#[derive(Debug)]
pub struct Values<'a>(Document<'a>);

/// One value of a [`Values`]; means nothing in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(NodeId);

/// Why a text is no JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The end of a sentence.
    pub reason: Cow<'static, str>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            reason,
        } = self;
        write!(f, "line {line}, column {column}: {reason}")
    }
}

/// A value that is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Number(u64),
    /// An array without elements.
    Nothing,
}

impl Field<'_> {
    fn piece(self) -> Piece {
        match self {
            Self::Text(text) => Piece::Text(text.to_owned()),
            Self::Number(number) => Piece::Number(number),
            Self::Nothing => Piece::Array(Vec::new()),
        }
    }
}

impl<'a> Values<'a> {
    /// The outermost value.
    pub const ROOT: Value = Value(Document::ROOT);

    /// Reads a text.
    ///
    /// # Errors
    /// It is not one JSON value.
    pub fn read(text: &'a str) -> Result<Self, Fault> {
        let read = Document::parse_as(text, Dialect::Strict);
        read.map(Self).map_err(|error| {
            let (line, column) = position(text, error.offset);
            Fault {
                line,
                column,
                reason: error.reason.into(),
            }
        })
    }

    /// That something is wrong with a value, for whoever wants more of it than that it is JSON.
    pub fn fault(&self, value: Value, reason: impl Into<Cow<'static, str>>) -> Fault {
        let (line, column) = position(self.0.text(), self.0.span(value.0).start);
        Fault {
            line,
            column,
            reason: reason.into(),
        }
    }

    /// Whether it is an object.
    pub fn is_object(&self, value: Value) -> bool {
        self.0.kind(value.0) == Kind::Object
    }

    /// Whether it is an array.
    pub fn is_array(&self, value: Value) -> bool {
        self.0.kind(value.0) == Kind::Array
    }

    /// What is in it: the elements of an array, the values of an object, in their order.
    pub fn children(&self, value: Value) -> impl DoubleEndedIterator<Item = Value> + '_ {
        self.0.children(value.0).iter().copied().map(Value)
    }

    /// The key of an object's value.
    pub fn key(&self, value: Value) -> Option<String> {
        self.0.key(value.0)
    }

    /// The value of that key; of several the last one, which is what programs take.
    pub fn member(&self, object: Value, key: &str) -> Option<Value> {
        self.0.member(object.0, key).map(Value)
    }

    /// A text, decoded; `None` for other values.
    pub fn text(&self, value: Value) -> Option<String> {
        self.0.string(value.0)
    }

    /// The bytes of a value as they stand.
    pub fn raw(&self, value: Value) -> &'a str {
        self.0.raw(value.0)
    }

    /// The whole text with `text` in the place of a value.
    pub fn with_text(&self, value: Value, text: &str) -> String {
        let piece = Field::Text(text).piece();
        let printed = Style::of(&self.0).in_place_of(&self.0, value.0, &piece, &[]);
        let splice = Splice::replace(self.0.span(value.0), printed);
        carry_out(self.0.text(), vec![splice])
    }

    /// The whole text with one more member at the end of an object.
    pub fn with_member(&self, object: Value, key: &str, field: Field<'_>) -> String {
        self.with(object, &[(Some(key), field.piece())], &[])
    }

    /// The whole text with one more object at the end of an array, laid out as the one before it.
    pub fn with_element(&self, array: Value, fields: &[(&str, Field<'_>)]) -> String {
        let before = self.0.children(array.0).last();
        let like: Option<Layout> = before.map(|before| layout(&self.0, *before));
        let fields = fields.iter();
        let fields = fields.map(|(key, field)| ((*key).to_owned(), field.piece()));
        let object = Piece::Object(fields.collect());
        self.with(array, &[(None, object)], like.as_slice())
    }

    fn with(&self, container: Value, added: &[(Option<&str>, Piece)], like: &[Layout]) -> String {
        let splices = Style::of(&self.0).append(&self.0, container.0, added, like);
        carry_out(self.0.text(), splices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_changed_and_the_rest_is_as_it_was() {
        let text = "{\"a\" : [1,\t{\"s\":\"x\\u00e9\" , \"n\": -0.0}],\r\n \"a\": [ ]}";
        let values = Values::read("[{\"s\":\"x\" , \"t\" :1}]").unwrap();
        let first = values.children(Values::ROOT).next().unwrap();
        let value = values.member(first, "s").unwrap();
        let changed = values.with_text(value, "a \"b\"\né");
        assert_eq!(changed, "[{\"s\":\"a \\\"b\\\"\\né\" , \"t\" :1}]");
        let values = Values::read(text).unwrap();
        let last = values.member(Values::ROOT, "a").unwrap();
        assert_eq!((values.raw(last), values.is_array(last)), ("[ ]", true));
    }

    #[test]
    fn what_is_added_is_laid_out_as_what_stands_before_it() {
        let fields = [("id", Field::Number(2)), ("on", Field::Nothing)];
        let added = |text: &str| {
            let values = Values::read(text).unwrap();
            let list = values.member(Values::ROOT, "l").unwrap();
            values.with_element(list, &fields)
        };
        assert_eq!(
            added("{\n\t\"l\": [\n\t\t{\n\t\t\t\"id\": 1\n\t\t}\n\t]\n}"),
            "{\n\t\"l\": [\n\t\t{\n\t\t\t\"id\": 1\n\t\t},\n\t\t{\n\t\t\t\"id\": 2,\n\t\t\t\"on\": []\n\t\t}\n\t]\n}"
        );
        assert_eq!(
            added("{\"l\":[{\"id\":1}]}"),
            "{\"l\":[{\"id\":1},{\"id\":2,\"on\":[]}]}"
        );
        assert_eq!(
            added("{\n  \"l\": [\n    { \"id\": 1 }\n  ]\n}"),
            "{\n  \"l\": [\n    { \"id\": 1 },\n    { \"id\": 2, \"on\": [] }\n  ]\n}"
        );
        assert_eq!(
            added("{\n  \"l\": []\n}"),
            "{\n  \"l\": [\n    {\n      \"id\": 2,\n      \"on\": []\n    }\n  ]\n}"
        );
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        let fault = Values::read("{\n  \"é\": [1,]\n}").unwrap_err();
        assert_eq!(fault.to_string(), "line 2, column 10: a trailing comma");
        let values = Values::read("{\n \"é\": [1]}").unwrap();
        let list = values.member(Values::ROOT, "é").unwrap();
        assert!(values.is_object(Values::ROOT) && !values.is_object(list));
        let fault = values.fault(list, "no text").to_string();
        assert_eq!(fault, "line 2, column 7: no text");
    }
}
