//! What can be set, told in one table: `config init`, `config check`, `config show`, the page of the book and the
//! manual page are made from it. The types of [`super::Config`] read the file; tests hold that both say the same.

mod list;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(crate) use list::groups;

/// One table of the settings file.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its name, without brackets.
    pub(crate) name: &'static str,
    /// Whether it may stand there several times, as `[[name]]`.
    pub(crate) is_list: bool,
    /// What it is for; a sentence without its full stop.
    pub(crate) about: &'static str,
    pub(crate) keys: Vec<Setting>,
}

/// One key of such a table.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    /// Other names of it that are understood.
    pub(crate) also: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(crate) unset: Unset,
    pub(crate) takes: Takes,
    /// A value that is not the default, as it is written.
    pub(crate) example: Cow<'static, str>,
    /// What it is for; begins small, without its full stop where it is one sentence.
    pub(crate) about: Cow<'static, str>,
}

/// What may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`.
    Switch,
    Number,
    Text,
    /// A list of texts.
    Texts,
    /// A text with a program and its arguments, or a list of them.
    Program,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A key, or a list of some.
    Keys,
    /// A colour.
    Colour,
    /// A list of these words.
    Words(&'static [&'static str]),
}

/// When what is written holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// As soon as the file has changed, also in a dashboard that runs.
    AtOnce,
    /// When a dashboard, or whoever collects, starts the next time.
    AtStart,
}

/// What holds where a key is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unset {
    /// This, as it is written.
    Value(Cow<'static, str>),
    /// Nothing that could be written.
    Nothing,
    /// It has to be set.
    Missing,
}

impl Group {
    /// Its name as it stands in the file.
    pub(crate) fn title(&self) -> String {
        if self.is_list {
            format!("[[{}]]", self.name)
        } else {
            format!("[{}]", self.name)
        }
    }

    /// The key of this name.
    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        let is_it = |setting: &&Setting| setting.key == name || setting.also.contains(&name);
        self.keys.iter().find(is_it)
    }
}

impl Setting {
    /// The value that holds without it, as it is written.
    pub(crate) fn value(&self) -> Option<&str> {
        match &self.unset {
            Unset::Value(value) => Some(value),
            Unset::Nothing | Unset::Missing => None,
        }
    }
}

impl Takes {
    /// The same in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::AtOnce => "at once",
            Self::AtStart => "at the next start",
        }
    }
}

impl Kind {
    /// What may be written, for a page.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Switch => "`true`, `false`".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Texts => "list of texts".to_owned(),
            Self::Program => "list".to_owned(),
            Self::Keys => "key, or list of keys".to_owned(),
            Self::Colour => "colour".to_owned(),
            Self::Word(words) => quoted(words),
            Self::Words(words) => format!("list of {}", quoted(words)),
        }
    }
}

/// A sentence of what is said of a key or a table.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let rest = letters.as_str();
    let end = if rest.ends_with('.') { "" } else { "." };
    format!("{}{rest}{end}", first.map(String::from).unwrap_or_default())
}

fn quoted(words: &[&str]) -> String {
    let words = words.iter().map(|word| format!("`{word}`"));
    words.collect::<Vec<_>>().join(", ")
}
