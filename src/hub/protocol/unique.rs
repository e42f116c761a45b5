//! A message in which no name stands twice: which of two values is meant, one reader takes for the first and
//! another for the last.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A value, all of whose objects have each name once.
pub(super) struct Unique(pub(super) Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = sequence.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let Unique(value) = map.next_value()?;
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!("`{name}` stands there twice")));
            }
            fields.insert(name, value);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{code, parse};

    #[test]
    fn a_name_that_stands_twice_is_no_message_wherever_it_does() {
        let whole = r#"{"version":"1","type":"act","session_id":"s","sender_id":"x","timestamp":"2026-11-21T14:02:15Z","payload":{"a":[{"b":1,"c":-1.5e3}],"d":null,"e":true,"f":"\u00e9"}}"#;
        let message = parse(whole.as_bytes()).unwrap();
        let plain: serde_json::Value = serde_json::from_str(whole).unwrap();
        assert_eq!(message.payload, plain["payload"]);
        for (once, twice) in [
            (r#""version":"1""#, r#""version":"2","version":"1""#),
            (r#""b":1"#, r#""b":1,"b":1"#),
            (r#""d":null"#, r#""d":null,"\u0064":2"#),
        ] {
            let line = whole.replace(once, twice);
            let (code, words) = parse(line.as_bytes()).unwrap_err();
            assert_eq!(code, code::BAD_SCHEMA, "{line}");
            assert!(words.contains("twice"), "{words}");
        }
        assert_eq!(parse(b"{\"a\":}").unwrap_err().0, code::BAD_JSON);
    }
}
