//! `[colours]`: what the dashboard is drawn in, role by role, whichever theme it has.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What something is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An assistant that wants approval.
    WaitingApproval,
    /// A question.
    WaitingInput,
    /// A failed turn.
    Error,
    /// A finished turn.
    Completed,
    /// Work.
    Running,
    /// Ordinary text.
    Text,
    /// What the eye should find first.
    Strong,
    /// What is there when it is looked for.
    Dim,
    /// The mark of the selected row, and keys.
    Accent,
    /// Something does not work.
    Trouble,
    /// What is laid under the selected row.
    Selected,
    /// A line that a patch adds.
    Added,
    /// A line that it takes away.
    Removed,
}

impl Role {
    /// Each with its name in the settings, and what is said of it there.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 13] = [
        (
            Self::WaitingApproval,
            "waiting_approval",
            "an assistant that wants approval",
        ),
        (Self::WaitingInput, "waiting_input", "a question"),
        (Self::Error, "error", "a failed turn"),
        (Self::Completed, "completed", "a finished turn"),
        (Self::Running, "running", "an assistant that works"),
        (Self::Text, "text", "ordinary text"),
        (
            Self::Strong,
            "strong",
            "what the eye should find first: titles, the name of who needs you",
        ),
        (
            Self::Dim,
            "dim",
            "what is there when it is looked for: folders, ages, rules, what is quiet",
        ),
        (
            Self::Accent,
            "accent",
            "the mark of the selected row, and keys",
        ),
        (Self::Trouble, "trouble", "what does not work"),
        (
            Self::Selected,
            "selected",
            "what is laid under the selected row",
        ),
        (
            Self::Added,
            "added",
            "what is added in a change; as `completed` when not set",
        ),
        (
            Self::Removed,
            "removed",
            "what is taken away in a change; as `error` when not set",
        ),
    ];
}

/// The terminal's own sixteen, in the order of their numbers.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The one the terminal has without being told any.
const DEFAULT: &str = "default";

/// One colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own one.
    Default,
    /// One of the terminal's 256; the first 16 are those with names.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

impl Colour {
    /// All that have a name.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().chain([DEFAULT])
    }

    /// A name, `#rrggbb`, or a number.
    fn of(text: &str) -> Option<Self> {
        if text == DEFAULT {
            return Some(Self::Default);
        }
        let named = NAMES.iter().zip(0..).find(|(name, _)| **name == text);
        if let Some((_, number)) = named {
            return Some(Self::Indexed(number));
        }
        let Some(digits) = text.strip_prefix('#') else {
            return text.parse().ok().map(Self::Indexed);
        };
        let is_whole = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        is_whole.then_some(Self::Rgb(red, green, blue))
    }
}

/// The colour of each role that has one of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Written>")]
pub struct Colours([Option<Colour>; Role::ALL.len()]);

/// As it stands in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Text(String),
}

impl TryFrom<BTreeMap<String, Written>> for Colours {
    type Error = String;

    fn try_from(written: BTreeMap<String, Written>) -> Result<Self, String> {
        let mut colours = Self::default();
        for (name, colour) in written {
            let role = Role::ALL.iter().find(|(_, known, _)| *known == name);
            let (role, ..) = role.ok_or_else(|| format!("there is no role `{name}`"))?;
            let text = match colour {
                Written::Number(number) => number.to_string(),
                Written::Text(text) => text,
            };
            let colour = Colour::of(&text).ok_or_else(|| format!("`{text}` is no colour"))?;
            colours.0[*role as usize] = Some(colour);
        }
        Ok(colours)
    }
}

impl Colours {
    /// The one that was set for it.
    pub(crate) fn of(&self, role: Role) -> Option<Colour> {
        self.0[role as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_a_name_six_digits_or_a_number_to_255() {
        let of = Colour::of;
        assert_eq!(of("red"), Some(Colour::Indexed(1)));
        assert_eq!(of("bright-white"), Some(Colour::Indexed(15)));
        assert_eq!(of("default"), Some(Colour::Default));
        assert_eq!(of("#10fF00"), Some(Colour::Rgb(0x10, 0xff, 0)));
        assert_eq!(of("208"), Some(Colour::Indexed(208)));
        for wrong in [
            "", "pink", "#fff", "#+10000", "#1234567", "256", "-1", "#ééé", "Red",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_role_stands_at_its_own_place() {
        for (place, (role, ..)) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, place, "{role:?}");
        }
    }
}
