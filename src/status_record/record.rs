//! What a record says: the words between its mark and its end.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

/// Characters of a key at most.
const MAX_KEY: usize = 16;

/// Characters of a program's name at most.
const MAX_APP: usize = 32;

/// Characters of an id at most.
const MAX_ID: usize = 128;

/// Bytes of a title at most, decoded.
const MAX_TITLE: usize = 192;

/// Bytes of a message at most, decoded.
const MAX_MESSAGE: usize = 2048;

/// One status record, whole and within the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) state: Word,
    /// The program's name of itself: at most 32 of `A-Z a-z 0-9 _ . + -`.
    pub(crate) app: Option<String>,
    /// What it is blocked by; of other states never.
    pub(crate) kind: Option<Kind>,
    /// The part of the program that is meant, a path of names: a sub-agent. `None`: the program itself.
    pub(crate) id: Option<String>,
    /// Of at most 192 bytes, without control characters.
    pub(crate) title: Option<String>,
    /// Of at most 2,048 bytes, without control characters.
    pub(crate) message: Option<String>,
}

/// What the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Word {
    /// Nothing goes on.
    Idle,
    /// It works.
    Working,
    /// It waits for the person.
    Blocked,
    /// It has done what it was asked to.
    Done,
    /// It has failed.
    Error,
    /// Nothing any more: what was said before holds no longer.
    Clear,
}

/// What a program is blocked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Kind {
    /// It wants to be allowed something.
    Permission,
    /// It asks something.
    Question,
    /// It wants to know who the person is.
    Auth,
    /// A word that was never seen.
    Other,
}

impl Record {
    /// Reads what stands between a record's mark and its end. `None`: it breaks the grammar or a limit, names a
    /// key twice, or has no state that is known. An unknown key is none of these.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let fields = fields(std::str::from_utf8(body).ok()?)?;
        let value = |key: &str| {
            fields
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| *value)
        };
        let state = Word::of(value("state")?)?;
        let kind = value("kind").filter(|_| state == Word::Blocked);
        Some(Self {
            state,
            kind: kind.map(Kind::of),
            app: checked(value("app"), |app| is_name(app, MAX_APP)).ok()?,
            id: checked(value("id"), is_path).ok()?,
            title: text(value("title"), MAX_TITLE).ok()?,
            message: text(value("msg"), MAX_MESSAGE).ok()?,
        })
    }
}

/// The record that says that of the program of this name; `None`: it has a name that no record can have.
pub(crate) fn written(state: Word, kind: Option<Kind>, app: &str) -> Option<String> {
    if !is_name(app, MAX_APP) {
        return None;
    }
    let kind = kind.filter(|_| state == Word::Blocked).map(Kind::as_str);
    let kind = kind.map_or_else(String::new, |kind| format!(":kind={kind}"));
    Some(format!(
        "\u{1b}]7501;state={}:app={app}{kind}\u{7}",
        state.as_str()
    ))
}

impl Word {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "idle" => Self::Idle,
            "working" => Self::Working,
            "blocked" => Self::Blocked,
            "done" => Self::Done,
            "error" => Self::Error,
            "clear" => Self::Clear,
            _ => return None,
        })
    }

    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Working => "working",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Error => "error",
            Self::Clear => "clear",
        }
    }
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Question => "question",
            Self::Auth => "auth",
            Self::Other => "other",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "permission" => Self::Permission,
            "question" => Self::Question,
            "auth" => Self::Auth,
            _ => Self::Other,
        }
    }
}

/// Key and value of each field. `None`: one of them is none, or a key comes twice.
fn fields(body: &str) -> Option<Vec<(&str, &str)>> {
    let mut fields: Vec<(&str, &str)> = Vec::new();
    for field in body.split(':') {
        let (key, value) = field.split_once('=')?;
        let is_key =
            (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_new = fields.iter().all(|(other, _)| *other != key);
        if !is_key || !is_new || !value.bytes().all(is_of_a_value) {
            return None;
        }
        fields.push((key, value));
    }
    Some(fields)
}

fn is_of_a_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.,+/=-".contains(&byte)
}

/// A value is there and not what it has to be.
struct Wrong;

/// A value as it is, if it is there.
fn checked(value: Option<&str>, is_right: impl Fn(&str) -> bool) -> Result<Option<String>, Wrong> {
    match value {
        Some(value) if !is_right(value) => Err(Wrong),
        value => Ok(value.map(str::to_owned)),
    }
}

fn is_name(name: &str, max: usize) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
    (1..=max).contains(&name.len()) && name.bytes().all(is_of_a_name)
}

fn is_path(id: &str) -> bool {
    id.len() <= MAX_ID && id.split('/').all(|name| is_name(name, MAX_APP))
}

/// The text of a value in base64, of one line; an empty one is none. It is wrong where it cannot be read, is too
/// long, or would do something to a terminal.
fn text(value: Option<&str>, max: usize) -> Result<Option<String>, Wrong> {
    let Some(value) = value else {
        return Ok(None);
    };
    let bytes = BASE64.decode(value.as_bytes()).map_err(|_| Wrong)?;
    let text = String::from_utf8(bytes).map_err(|_| Wrong)?;
    if text.len() > max || text.contains(char::is_control) {
        return Err(Wrong);
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}
