//! What a tool is given, with the fields of its objects in the order in which they were written.
//!
//! The maps of [`Value`] have them by their names. To some servers their order means something: a database
//! takes the first field of a command for what is to be done.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// JSON as it was written, but for the blanks in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A text, a number, `true`, `null`.
    Leaf(Value),
    /// The items of a list.
    List(Vec<Written>),
    /// The fields of an object.
    Fields(Vec<(String, Written)>),
}

impl Written {
    /// What is written there, if that is JSON.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Whether `value` has an order that means something: an object of several fields in what is given by
    /// name.
    pub fn has_order(value: &Value) -> bool {
        fn is_ordered(value: &Value) -> bool {
            value.as_object().is_some_and(|fields| fields.len() > 1) || within(value, is_ordered)
        }
        within(value, is_ordered)
    }

    /// Whether it is this but for the order of fields. What has two fields of one name is nothing.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Leaf(own), other) => own == other,
            (Self::List(own), Value::Array(items)) => {
                let mut pairs = own.iter().zip(items);
                own.len() == items.len() && pairs.all(|(own, other)| own.is(other))
            }
            (Self::Fields(own), Value::Object(fields)) => {
                let is_its = |(name, own): &(String, Self)| {
                    fields.get(name).is_some_and(|other| own.is(other))
                };
                own.len() == fields.len()
                    && own.iter().all(is_its)
                    && fields.keys().all(|name| self.field(name).is_some())
            }
            _ => false,
        }
    }

    /// Whether both are the same. What is given to a tool is told apart by its names, so the order of those
    /// means nothing; within them it does.
    pub fn is_same(&self, other: &Self) -> bool {
        let (Self::Fields(own), Self::Fields(others)) = (self, other) else {
            return self == other;
        };
        let is_its = |(name, own): &(String, Self)| other.field(name) == Some(own);
        own.len() == others.len()
            && own.iter().all(is_its)
            && others.iter().all(|(name, _)| self.field(name).is_some())
    }

    /// What stands behind this name.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Fields(fields) = self else {
            return None;
        };
        let found = fields.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value)
    }
}

/// Whether that holds for an item of the list or a field of the object.
fn within(value: &Value, holds: fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds),
        Value::Object(fields) => fields.values().any(holds),
        _ => false,
    }
}

/// As JSON without a blank.
impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(value) => write!(f, "{value}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Self::Fields(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(f, "{comma}{}:{value}", Value::from(name.as_str()))?;
                }
                f.write_str("}")
            }
        }
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reads)
    }
}

struct Reads;

impl<'de> Visitor<'de> for Reads {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Written, E> {
        Ok(Written::Leaf(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Written, E> {
        Ok(Written::Leaf(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Written, E> {
        Ok(Written::Leaf(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Written, E> {
        Ok(Written::Leaf(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Written, E> {
        Ok(Written::Leaf(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Written, E> {
        Ok(Written::Leaf(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Written, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Written::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Written, A::Error> {
        let mut all = Vec::new();
        while let Some(field) = fields.next_entry()? {
            all.push(field);
        }
        Ok(Written::Fields(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written::parse(text).unwrap_or_else(|| panic!("{text} is JSON"))
    }

    #[test]
    fn the_order_of_fields_is_kept() {
        for text in [
            r#"{"z":1,"a":[{"y":null,"b":-1.5},true],"k":"a\"b"}"#,
            r#"[{"10":1,"2":{}}]"#,
            "18446744073709551615",
        ] {
            assert_eq!(written(text).to_string(), text);
            assert!(written(text).is(&serde_json::from_str(text).unwrap()));
        }
        assert_eq!(Written::parse("{\"a\":1"), None);
    }

    #[test]
    fn what_differs_in_the_order_within_a_field_is_not_the_same() {
        for (one, other, expected) in [
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, true),
            (r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1,"c":2}}"#, true),
            (r#"{"a":{"b":1,"c":2}}"#, r#"{"a": {"c":2,"b":1}}"#, false),
            (
                r#"{"a":[{"b":1,"c":2}]}"#,
                r#"{"a":[{"c":2,"b":1}]}"#,
                false,
            ),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
            (r#"{"a":1,"a":1}"#, r#"{"a":1,"b":1}"#, false),
        ] {
            assert_eq!(
                written(one).is_same(&written(other)),
                expected,
                "{one} {other}"
            );
            assert_eq!(
                written(other).is_same(&written(one)),
                expected,
                "{one} {other}"
            );
        }
        let twice = written(r#"{"a":1,"a":2}"#);
        assert!(!twice.is(&serde_json::json!({"a": 2})));
    }

    #[test]
    fn an_order_means_something_within_what_is_given_by_name() {
        for (text, expected) in [
            (r#"{"a":1,"b":2}"#, false),
            (r#"{"a":{"b":1}}"#, false),
            (r#"{"a":{"b":1,"c":2}}"#, true),
            (r#"{"a":[[{"b":1,"c":2}]]}"#, true),
        ] {
            let value = serde_json::from_str(text).unwrap();
            assert_eq!(Written::has_order(&value), expected, "{text}");
        }
    }
}
