//! What is drawn of a text for certain.
//!
//! Versions of an assistant, and terminals, differ in how they draw what is not plain: as nothing, as
//! blanks, as a sign for the unknown, joined with what stands before it. No list of that is ever whole.
//! So only printable ASCII and letters that everything draws as themselves count as known; of a text with
//! anything else no more is known than how often each sign of ASCII is to be seen, at least and at most.

use std::fmt::Write as _;

use pane_patrol_hooks::text::is_mark;
use serde_json::Value;

use super::signs::{is_as_written, is_certain, is_frame};

/// Signs of ASCII, by their number.
const SIGNS: usize = 128;

/// Numbers beyond this are rounded by an assistant that is written in JavaScript.
const EXACT: u64 = 1 << 53;

/// So many digits of a fraction it keeps for certain.
const DIGITS: usize = 15;

/// What a dialog draws of a request.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    /// How often each sign of ASCII is drawn at least.
    least: [u32; SIGNS],
    /// And at most.
    most: [u32; SIGNS],
    /// More may be drawn of which nothing is known.
    is_open: bool,
    /// Something in it may move, hide or write over all the rest.
    is_wild: bool,
    /// Rows tell whether it is this text.
    is_certain: bool,
    signs: Signs,
    /// A name that has a row of its own.
    name: Option<Box<Drawn>>,
}

/// How signs, pictures and frames in a text are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signs {
    Doubtful,
    AsWritten,
}

impl Drawn {
    /// Nothing yet.
    pub(crate) fn nothing() -> Self {
        Self {
            least: [0; SIGNS],
            most: [0; SIGNS],
            is_open: false,
            is_wild: false,
            is_certain: true,
            signs: Signs::Doubtful,
            name: None,
        }
    }

    /// Nothing yet, of an assistant that draws signs, pictures and frames in a text as they are written, and
    /// within its own frame.
    pub(crate) fn with_signs() -> Self {
        Self {
            signs: Signs::AsWritten,
            ..Self::nothing()
        }
    }

    /// With a name in a row of its own.
    #[must_use]
    pub(crate) fn named(mut self, name: Self) -> Self {
        self.is_certain &= name.is_certain;
        self.is_wild |= name.is_wild;
        self.name = Some(Box::new(name));
        self
    }

    /// With a text that is drawn from its beginning to its end.
    #[must_use]
    pub(crate) fn whole(mut self, text: &str) -> Self {
        self.add(text, true);
        self
    }

    /// With a text of which any part may be left out.
    #[must_use]
    pub(crate) fn partly(mut self, text: &str) -> Self {
        self.add(text, false);
        self
    }

    /// With a text whose letters and digits are all drawn, other signs of it perhaps in another way.
    #[must_use]
    pub(crate) fn letters(mut self, text: &str) -> Self {
        let mut whole = Self::nothing();
        whole.add(text, true);
        self.add(text, false);
        for sign in (0..=u8::MAX).filter(u8::is_ascii_alphanumeric) {
            self.least[usize::from(sign)] += whole.least[usize::from(sign)];
        }
        self
    }

    /// With a value whose letters and digits are all drawn, and those of the names in it.
    #[must_use]
    pub(crate) fn value(mut self, value: &Value) -> Self {
        match value {
            Value::String(text) => self.letters(text),
            Value::Array(values) => values.iter().fold(self, Self::value),
            Value::Object(fields) => fields.iter().fold(self, |drawn, (name, value)| {
                drawn.letters(name).value(value)
            }),
            other => {
                self.is_wild |= is_rounded(other);
                self.letters(&other.to_string())
            }
        }
    }

    /// With the names and values of `value`, of which any part may be left out.
    #[must_use]
    pub(crate) fn values(mut self, value: &Value) -> Self {
        match value {
            Value::String(text) => self.add(text, false),
            Value::Array(values) => self = values.iter().fold(self, Self::values),
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.add(name, false);
                    self = self.values(value);
                }
            }
            other => {
                self.is_wild |= is_rounded(other);
                self.add(&other.to_string(), false);
            }
        }
        self
    }

    /// With more of which nothing is known.
    #[must_use]
    pub(crate) fn and_more(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Rows do not tell whether it is this.
    #[must_use]
    pub(crate) fn doubtful(mut self) -> Self {
        self.is_certain = false;
        self
    }

    /// Whether rows tell whether it is this text.
    pub(crate) fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// Whether both may be drawn alike.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        self.is_wild || other.is_wild || self.fits(other) && other.fits(self)
    }

    /// Whether `other` may have all the signs that this one has for certain.
    fn fits(&self, other: &Self) -> bool {
        let are_in = |least: &[u32; SIGNS], other: &Self| {
            let mut signs = least.iter().zip(&other.most);
            other.is_open || signs.all(|(least, most)| least <= most)
        };
        let is_named = match (&self.name, &other.name) {
            (Some(own), Some(others)) => own.fits(others),
            (Some(own), None) => are_in(&own.least, other),
            (None, _) => true,
        };
        is_named && are_in(&self.least, other)
    }

    fn add(&mut self, text: &str, is_whole: bool) {
        let may_be_barred = may_be_barred(text);
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let is_sign = is_as_written(c) || is_frame(c) && !may_be_barred;
            self.is_certain &= is_certain(c) || self.signs == Signs::AsWritten && is_sign;
            self.is_wild |= is_wild(c);
            let Some(sign) = sign(c) else {
                continue;
            };
            self.most[sign] += 1;
            // A mark may make another letter of it, whatever unseen stands between.
            let mut next = chars.clone().take_while(|next| !is_certain(*next));
            let stands_alone = next.all(is_no_mark);
            if c.is_ascii() && stands_alone && is_whole {
                self.least[sign] += 1;
            }
        }
    }
}

/// Whether it is a number that may be written otherwise than it was given.
pub(crate) fn is_rounded(value: &Value) -> bool {
    let Value::Number(number) = value else {
        return false;
    };
    let whole = number.as_i64().map(i64::unsigned_abs);
    whole.map_or_else(
        || !is_short_fraction(&number.to_string()),
        |whole| whole > EXACT,
    )
}

/// `-0.75`: with so few digits that everything writes it in this way.
fn is_short_fraction(number: &str) -> bool {
    let number = number.strip_prefix('-').unwrap_or(number);
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    number.split_once('.').is_some_and(|(whole, part)| {
        is_digits(whole) && is_digits(part) && !part.ends_with('0') && number.len() <= DIGITS + 1
    })
}

/// The sign of ASCII that `c` is drawn as, or may be. Brackets are turned around in lines that run from
/// right to left.
fn sign(c: char) -> Option<usize> {
    let c = match c {
        '\u{212a}' => 'K',
        '\u{37e}' => ';',
        '\u{1fef}' => '`',
        ')' => '(',
        ']' => '[',
        '}' => '{',
        '>' => '<',
        other => other,
    };
    c.is_ascii_graphic().then_some(c as usize)
}

/// Whether `c` may write over what stands before it, or erase it.
fn is_wild(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Whether a bar of the text's own stands where an assistant may draw one.
pub(crate) fn may_be_barred(text: &str) -> bool {
    text.trim_start().starts_with(['│', '┃', '█'])
}

/// Whether `c` joins with no letter before it, by where it stands among all characters.
fn is_no_mark(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{2010}'..='\u{205e}' | '\u{20a0}'..='\u{20cf}' | '\u{2100}'..='\u{2bff}'
        | '\u{3000}'..='\u{3029}' | '\u{fe0f}' | '\u{fffd}' | '\u{1f000}'..='\u{1faff}')
}

/// A line with every character spelt out that may be drawn as another one, but for the marks of ours in it.
pub(crate) fn spelt(text: &str) -> String {
    let (text, is_cut) = super::cut(text);
    let mut spelt = String::with_capacity(text.len());
    for c in text.chars() {
        if is_certain(c) && !matches!(c, '\n' | '\t') || is_mark(c) {
            spelt.push(c);
        } else {
            // Writing to a text cannot fail.
            let _ = write!(spelt, "<U+{:04X}>", u32::from(c));
        }
    }
    if is_cut {
        spelt.push('…');
    }
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Drawn {
        Drawn::nothing().whole(text)
    }

    #[test]
    fn what_may_be_drawn_alike_is_not_told_apart() {
        for (one, other) in [
            ("touch a b", "touch a\u{378}b"),
            ("touch ab", "touch a\u{378}b"),
            ("touch a  b", "touch a\u{1fae9}b"),
            ("f\u{fffd}b", "f\u{ad}b"),
            ("f\u{fffd}b", "f\u{3164}b"),
            ("f\u{fffd}b", "f\u{2028}b"),
            ("f\u{fffd}b", "f\u{e0061}b"),
            ("f\u{fffd}b", "f\u{2062}b"),
            ("f\u{fffd}b", "f\u{600}b"),
            ("f\u{fffd}b", "f\rb"),
            ("jb", "j\u{1161}b"),
            ("\u{ac00}", "\u{1100}\u{1161}"),
            ("true\ntouch a", "true\n\u{301}touch a"),
            ("é", "e\u{301}"),
            ("K", "\u{212a}"),
            ("ok👍 good", "ok👍🏽 good"),
            ("a(b", "\u{202e}b(a"),
            ("c\u{301}\u{301}", "c\u{301}"),
            (
                "true;touch a\ntrue;touch b",
                "│ true;touch a    │ true;touch b",
            ),
            ("echo ab", "xx\u{1b}[1mecho ab"),
        ] {
            let (one, other) = (of(one), of(other));
            assert!(
                one.may_be(&other) && other.may_be(&one),
                "{one:?} {other:?}"
            );
            assert!(!(one.is_certain() && other.is_certain()));
        }
    }

    #[test]
    fn another_sign_of_ascii_is_another_text() {
        for (one, other) in [
            ("touch a👍", "touch b👍"),
            ("touch a\u{378}b", "touch a.b"),
            ("touch é", "touch e"),
            ("touch ❤", "touch ❤ ;"),
        ] {
            assert!(!of(one).may_be(&of(other)), "{one} {other}");
        }
        for certain in ["touch a\n\tb", "é ß Ж λ 漢字 かな 한글", "~!@#$%^&*()"] {
            assert!(of(certain).is_certain(), "{certain}");
        }
    }

    #[test]
    fn of_parts_no_more_is_known_than_that_they_may_be_there() {
        let part = Drawn::nothing().whole("f.txt").partly("secret");
        assert!(part.may_be(&of("f.txtsec")) && !part.may_be(&of("f.txtz")));
        assert!(!part.may_be(&of("secret")), "without its name");
        assert!(part.and_more().may_be(&of("f.txtz")));
        let value = serde_json::json!({"a": 1, "f: 5, g": ["x", true]});
        assert!(Drawn::nothing().values(&value).may_be(&of("x,af5")));
        let rounded = Drawn::nothing().values(&serde_json::json!(1.0));
        assert!(rounded.may_be(&of("anything")));
    }

    #[test]
    fn a_name_is_compared_with_a_name() {
        let file = |name: &str| {
            Drawn::nothing()
                .named(of(name))
                .partly("b.txt ⚠️")
                .and_more()
        };
        assert!(!file("a.txt").may_be(&file("b.txt")));
        assert!(file("a.txt").may_be(&file("a\u{378}.txt")));
        assert!(file("a.txt").may_be(&of("sed a.txt")) && !file("a.txt").may_be(&of("sed b")));
    }

    #[test]
    fn signs_are_certain_only_where_an_assistant_is_known_to_draw_them_as_they_are() {
        let with_signs = |text: &str| Drawn::with_signs().whole(text);
        for sign in ["├── a", "“a” – b", "📁 ✅ → ─"] {
            assert!(
                with_signs(sign).is_certain() && !of(sign).is_certain(),
                "{sign}"
            );
        }
        for sign in [
            "│ a",
            "  │ a",
            "⚠\u{fe0f}",
            "👍🏽",
            "e\u{301}",
            "a\u{200b}",
            "…",
        ] {
            assert!(!with_signs(sign).is_certain(), "{sign}");
        }
    }

    #[test]
    fn what_may_be_another_character_is_spelt_out() {
        assert_eq!(spelt("a\u{378}b é👍"), "a<U+0378>b é<U+1F44D>");
        assert_eq!(spelt("a␊b…c…"), "a␊b<U+2026>c…");
    }
}
