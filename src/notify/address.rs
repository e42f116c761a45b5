//! An address of the web, as the settings name it.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// One that can be nothing else, wherever it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(String);

impl Address {
    /// As it was named.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        let rest = ["https://", "http://"]
            .iter()
            .find_map(|it| text.strip_prefix(it));
        if rest.is_some_and(|rest| !rest.is_empty()) && text.chars().all(is_plain) {
            return Ok(Self(text));
        }
        Err(D::Error::custom(format!(
            "`{text}` is no address like `https://example.org/topic`"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_can_be_nothing_else() {
        let is_one = |text: &str| toml::Value::from(text).try_into::<Address>().is_ok();
        for good in ["https://ntfy.sh/topic", "http://127.0.0.1:8080/a?auth=x"] {
            assert!(is_one(good), "{good}");
        }
        for bad in [
            "",
            "topic",
            "ftp://a/b",
            "https://",
            "file:///etc/passwd",
            "https://a/b\"\noutput = \"/tmp/x",
            "https://a/b c",
        ] {
            assert!(!is_one(bad), "{bad}");
        }
    }
}
