//! What switches hooks off, each as one question to every file of settings.

use std::fmt;

use pane_patrol_hooks::adapter::Version;
use serde_json::Value;

use super::layers::{Layer, Whose, reads};

/// From this version on a project may not set `CLAUDE_CODE_SIMPLE`, and `CLAUDE_CODE_RESTRICTED` in the
/// environment keeps all hooks but managed ones from running (tried; of 2.1.197 neither is so).
const TRUSTS_NO_PROJECT: Version = Version(2, 1, 332);

/// The field that switches hooks off.
pub(super) const FIELD: &str = "disableAllHooks";

const SIMPLE: &str = "CLAUDE_CODE_SIMPLE";
const SAFE: &str = "CLAUDE_CODE_SAFE_MODE";
const RESTRICTED: &str = "CLAUDE_CODE_RESTRICTED";
/// Gives a session settings of its own, in a file or as they are.
pub(super) const GIVEN: &str = "--settings";

/// Says which settings a session reads: without `user` it reads none of the person's own, and runs none
/// of the hooks in them.
pub(super) const SOURCES: &str = "--setting-sources";

const ARGUMENTS: [&str; 3] = ["--bare", "--safe-mode", SOURCES];

/// What of a session's environment and arguments keeps hooks from running, or may.
pub(crate) const HEEDED: &[&str] = &[
    SIMPLE,
    SAFE,
    RESTRICTED,
    ARGUMENTS[0],
    ARGUMENTS[1],
    "--settings=",
    "--setting-sources=",
];

/// Something that switches hooks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// A field of settings.
    Field,
    /// A variable, which settings set before the environment does.
    Variable(&'static str),
    /// A variable that settings do not set, or an argument.
    Started(&'static str),
}

impl Question {
    pub(super) fn all(version: Option<Version>) -> Vec<Self> {
        let restricts = version.is_some_and(|version| version >= TRUSTS_NO_PROJECT);
        let mut all = vec![Self::Field, Self::Variable(SIMPLE), Self::Variable(SAFE)];
        all.extend(ARGUMENTS.map(Self::Started));
        all.extend(restricts.then_some(Self::Started(RESTRICTED)));
        all
    }

    /// Whether this file switches hooks off, or on again; `None`: it says nothing of it.
    pub(super) fn answer(self, layer: &Layer, version: Option<Version>) -> Option<bool> {
        match self {
            Self::Field => layer.value[FIELD].as_bool(),
            Self::Variable(name) if self.may_be_set_by(layer.whose, version) => {
                as_text(&layer.value["env"][name]).map(|text| is_on(&text))
            }
            Self::Variable(_) | Self::Started(_) => None,
        }
    }

    /// Of a version that is not known only what all do is told.
    fn may_be_set_by(self, whose: Whose, version: Option<Version>) -> bool {
        let by_project = self == Self::Variable(SIMPLE)
            && version.is_some_and(|version| version < TRUSTS_NO_PROJECT);
        by_project || matches!(whose, Whose::Managers | Whose::Started | Whose::Own)
    }

    /// Whether what a session was started with switches hooks off.
    pub(super) fn is_asked_by(self, name: &str, value: &str) -> bool {
        match self {
            Self::Field => false,
            Self::Variable(own) => own == name && is_on(value),
            Self::Started(SOURCES) => name == SOURCES && !reads(Some(value), "user"),
            Self::Started(own) => own == name && (own.starts_with("--") || is_on(value)),
        }
    }

    /// As it is found in a file of settings.
    pub(super) fn in_settings(self) -> String {
        match self {
            Self::Field => FIELD.to_owned(),
            Self::Variable(name) | Self::Started(name) => format!("env.{name}"),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Field => FIELD,
            Self::Variable(name) | Self::Started(name) => name,
        })
    }
}

/// Settings take for the text of a variable what is none, too.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.len() == 1 => as_text(&items[0]),
        other => Some(other.to_string()),
    }
}

fn is_on(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    ["1", "true", "yes", "on"].contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tried in the environment and in settings.
    #[test]
    fn a_variable_is_on_by_the_words_that_claude_takes_for_that() {
        for text in ["1", "true", "yes", "on", "TRUE", " 1 "] {
            assert!(is_on(text), "{text}");
        }
        for text in ["0", "", "false", "2", "no", "x"] {
            assert!(!is_on(text), "{text}");
        }
        for (text, expected) in [
            ("1", true),
            ("true", true),
            ("[\"1\"]", true),
            ("0", false),
            ("{}", false),
        ] {
            let value: Value = serde_json::from_str(text).expect("it is JSON");
            assert_eq!(
                as_text(&value).map(|text| is_on(&text)),
                Some(expected),
                "{text}"
            );
        }
    }
}
