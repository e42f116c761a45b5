//! `start`: which assistant is wanted, and where.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use serde::{Deserialize, Serialize};

use super::is_false;

/// What is to be started. What runs is said by the hub's own settings; of them only a name is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Start {
    /// The name of a launcher of the settings; without any there, of an assistant that is on `path`.
    pub launcher: String,
    /// Of a launcher that lists names: which of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Whether it runs as by `pane-patrol wrap`, whatever the launcher says; without this, as the launcher says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap: Option<bool>,
    /// The folder it starts in, whatever the launcher says: an absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<SystemText>,
    /// The one it starts in where the launcher names none; without this, home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<SystemText>,
    /// `PATH` for it; without this, that of the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<SystemText>,
    /// The socket of the multiplexer's server; without this, the hub's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<SystemText>,
    /// The session there, for example `$0`; without this, whichever there is, or a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whether its window comes to the front of its session at once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_front: bool,
}

/// A text of the system, which need not be Unicode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum SystemText {
    /// The text.
    Text(String),
    /// Its bytes, where it is none.
    Bytes(Vec<u8>),
}

impl SystemText {
    /// As the system takes it.
    pub fn to_os(&self) -> OsString {
        match self {
            Self::Text(text) => OsString::from(text),
            Self::Bytes(bytes) => OsString::from_vec(bytes.clone()),
        }
    }
}

impl<T: AsRef<OsStr> + ?Sized> From<&T> for SystemText {
    fn from(text: &T) -> Self {
        let text = text.as_ref();
        text.to_str().map_or_else(
            || Self::Bytes(text.as_bytes().to_vec()),
            |text| Self::Text(text.to_owned()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_unicode_arrives_as_it_is() {
        for bytes in [&b"/home/ada"[..], b"bytes\xff;", b"esc\x1b[31m\n"] {
            let told = SystemText::from(OsStr::from_bytes(bytes));
            let heard = serde_json::to_string(&told).unwrap();
            let heard: SystemText = serde_json::from_str(&heard).unwrap();
            assert_eq!(heard.to_os().as_bytes(), bytes);
        }
    }
}
