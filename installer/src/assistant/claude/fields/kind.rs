//! What a value has to be, and which versions are known to want that.

use pane_patrol_hooks::adapter::Version;

use crate::json::document::{Document, Kind, NodeId};

/// Of the versions that were tried, the oldest and the newest.
pub(super) const OLD: Version = Version(2, 1, 197);
pub(super) const NEW: Version = Version(2, 1, 332);

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Truth,
    TruthOrObject,
    Text,
    /// A text that is not empty.
    Words,
    Number,
    Positive,
    /// A number without a fraction.
    Integer,
    /// A whole number above 0.
    Whole,
    /// 0 to 1.
    Share,
    /// The same without 0.
    Fraction,
    List,
    Texts,
    TextOrTexts,
    Objects,
    Object,
    ObjectOfTexts,
    /// What a person sets of a plugin.
    Setting,
    /// A text with a scheme, for example `https:`.
    Address,
    /// A time of the day, for example `07:30`.
    Clock,
    /// Whether a plugin is used, or in which versions.
    PluginUse,
    OneOf(&'static [&'static str]),
}

impl Type {
    pub(super) fn words(self) -> String {
        let words = match self {
            Self::Truth => "`true` or `false`",
            Self::TruthOrObject => "`true`, `false` or an object",
            Self::Text => "a text",
            Self::Words => "a text that is not empty",
            Self::Number => "a number",
            Self::Positive => "a number above 0",
            Self::Integer => "a whole number",
            Self::Whole => "a whole number above 0",
            Self::Share => "a number from 0 to 1",
            Self::Fraction => "a number above 0 and at most 1",
            Self::List => "a list",
            Self::Texts => "a list of texts",
            Self::TextOrTexts => "a text or a list of texts",
            Self::Objects => "a list of objects",
            Self::Object => "an object",
            Self::ObjectOfTexts => "an object of texts",
            Self::Setting => "a text, a number, `true`, `false` or a list of texts",
            Self::Address => "a whole address like \"https://...\"",
            Self::Clock => "a time like \"07:30\"",
            Self::PluginUse => "`true`, `false` or a list of texts",
            Self::OneOf([only]) => return format!("\"{only}\""),
            Self::OneOf(words) => return format!("one of \"{}\"", words.join("\", \"")),
        };
        words.to_owned()
    }

    pub(super) fn fits(self, document: &Document, value: NodeId) -> bool {
        let (kind, raw) = (document.kind(value), document.raw(value));
        let number = || {
            let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
            raw.parse::<f64>().ok().filter(|_| is_number)
        };
        let text = || document.string(value);
        let all = |wanted: Self| {
            let mut items = document.children(value).iter();
            kind == Kind::Array && items.all(|item| wanted.fits(document, *item))
        };
        match self {
            Self::Truth => matches!(raw, "true" | "false"),
            Self::TruthOrObject => [Self::Truth, Self::Object]
                .iter()
                .any(|it| it.fits(document, value)),
            Self::Text => kind == Kind::String,
            // A lone surrogate is no text that we can read, and not empty.
            Self::Words => kind == Kind::String && raw != "\"\"",
            Self::Number => number().is_some(),
            Self::Positive => number().is_some_and(|number| number > 0.0),
            Self::Integer => number().is_some_and(|number| number.fract() == 0.0),
            Self::Whole => number().is_some_and(|number| number > 0.0 && number.fract() == 0.0),
            Self::Share => number().is_some_and(|number| (0.0..=1.0).contains(&number)),
            Self::Fraction => number().is_some_and(|number| number > 0.0 && number <= 1.0),
            Self::List => kind == Kind::Array,
            Self::Texts => all(Self::Text),
            Self::TextOrTexts => kind == Kind::String || all(Self::Text),
            Self::Objects => all(Self::Object),
            Self::Object => kind == Kind::Object,
            Self::ObjectOfTexts => {
                let mut members = document.children(value).iter();
                kind == Kind::Object && members.all(|member| Self::Text.fits(document, *member))
            }
            Self::Setting => [Self::Text, Self::Number, Self::PluginUse]
                .iter()
                .any(|it| it.fits(document, value)),
            Self::Address => text().is_some_and(|text| text.contains(':')),
            Self::Clock => text().is_some_and(|text| is_clock(&text)),
            Self::PluginUse => matches!(raw, "true" | "false") || all(Self::Text),
            // A lone surrogate is a text, and none of the words.
            Self::OneOf(words) => text().is_some_and(|text| words.contains(&text.as_str())),
        }
    }

    /// The same without what a later version may take: it may know more words.
    fn for_later(self) -> Self {
        match self {
            Self::OneOf(_) | Self::Clock => Self::Text,
            other => other,
        }
    }
}

fn is_clock(text: &str) -> bool {
    let in_range = |digits: &str, limit: u8| {
        let is_two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_two && digits.parse::<u8>().is_ok_and(|number| number < limit)
    };
    text.split_once(':')
        .is_some_and(|(hours, minutes)| in_range(hours, 24) && in_range(minutes, 60))
}

/// Which of the versions that were tried leave the file out for a wrong value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Both,
    /// Both, but the new one takes `null` for nothing.
    NullInNew,
    Old,
    New,
    /// The new one, which takes `null` for nothing.
    NewOrNull,
}

impl Known {
    /// What a version (`None`: not known) certainly wants where it leaves the file out for others.
    pub(super) fn wanted(self, wanted: Type, version: Option<Version>) -> Option<Wanted> {
        let is_old = version.is_some_and(|version| version <= OLD);
        let is_new = version.is_some_and(|version| version >= NEW);
        let (applies, or_null) = match self {
            Self::Both => (true, false),
            Self::NullInNew => (true, !is_old),
            Self::Old => (is_old, false),
            Self::New => (is_new, false),
            Self::NewOrNull => (is_new, true),
        };
        let is_later = version.is_some_and(|version| version > NEW);
        let wanted = if is_later { wanted.for_later() } else { wanted };
        applies.then_some(Wanted { wanted, or_null })
    }
}

/// What a value has to be for one version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    wanted: Type,
    or_null: bool,
}

impl Wanted {
    pub(super) fn fits(self, document: &Document, value: NodeId) -> bool {
        self.wanted.fits(document, value) || (self.or_null && document.raw(value) == "null")
    }

    pub(super) fn words(self) -> String {
        self.wanted.words()
    }
}
