//! The one place that decides which characters of a text cannot be seen: by Unicode's own tables,
//! which are `regex-syntax`'s, a crate without dependencies. Nothing is looked up for ASCII.

use std::sync::LazyLock;

use regex_syntax::Parser;
use regex_syntax::hir::{Class, ClassUnicode, HirKind};

/// What is not drawn, or changes where or in which order others are drawn: control characters, line
/// and paragraph separators, bidirectional controls, and all that Unicode lets a font leave out
/// (soft hyphen, joiners, fillers, tags, variation selectors). Format characters that are drawn, as
/// the Arabic number signs, are not of them.
const UNSEEN: &str = r"[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Zl}\p{Zp}[\p{Cf}--\p{Prepended_Concatenation_Mark}]]";

/// What is drawn, but as nobody knows what: characters without a meaning or with a private one, and
/// blanks that look like a space and are none.
const UNCERTAIN: &str = r"[\p{Co}\p{Cn}\p{Zs}\x{2800}]";

/// What may carry a joiner or a selector, as in the emoji of a family.
const PICTURES: &str = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}]";

const JOINER: char = '\u{200d}';
const PICTURE_SELECTOR: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// A set of characters.
struct Set(Option<ClassUnicode>);

impl Set {
    fn of(words: &str) -> Self {
        let parsed = Parser::new().parse(words).ok();
        Self(parsed.and_then(|parsed| match parsed.into_kind() {
            HirKind::Class(Class::Unicode(class)) => Some(class),
            _ => None,
        }))
    }

    fn has(&self, c: char) -> bool {
        // Without tables, which a test rules out, every character would be suspicious.
        self.0.as_ref().is_none_or(|class| {
            let ranges = class.ranges();
            let after = ranges.partition_point(|range| range.start() <= c);
            after > 0 && c <= ranges[after - 1].end()
        })
    }
}

/// Whether `c` is drawn as nothing, or moves what is drawn beside it. Line ends and tabs are.
pub fn is_unseen(c: char) -> bool {
    static SET: LazyLock<Set> = LazyLock::new(|| Set::of(UNSEEN));
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    !is_common(c) && SET.has(c)
}

/// Letters and signs of much that people write, all of them seen: for these the tables need not be
/// made, which takes a part of the time that a whole run of the hook takes.
fn is_common(c: char) -> bool {
    matches!(c, '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{34e}' | '\u{370}'..='\u{5ff}'
        | '\u{900}'..='\u{e7f}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
        | '\u{20a0}'..='\u{28ff}' | '\u{3001}'..='\u{3130}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{1f300}'..='\u{1faff}')
}

/// Whether a person who reads `c` can know which character it is as far as drawing goes: false for
/// what is [unseen](is_unseen), for blanks other than the space, and for characters that Unicode has
/// given no meaning.
pub fn is_certain(c: char) -> bool {
    static SET: LazyLock<Set> = LazyLock::new(|| Set::of(UNCERTAIN));
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    !is_unseen(c) && !SET.has(c)
}

/// Whether the unseen `c` belongs to the picture that stands around it: the joiner between two
/// emoji, the selector behind one. Without it a family would be three people in a row.
pub(crate) fn is_of_a_picture(before: Option<char>, c: char, after: Option<char>) -> bool {
    static SET: LazyLock<Set> = LazyLock::new(|| Set::of(PICTURES));
    let is_picture = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && SET.has(c));
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '#' | '*');
    match c {
        JOINER => (is_picture(before) || before == Some(PICTURE_SELECTOR)) && is_picture(after),
        PICTURE_SELECTOR => {
            is_picture(before) || before.is_some_and(is_key) && after == Some(KEYCAP)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_there_and_are_not_everything() {
        for words in [UNSEEN, UNCERTAIN, PICTURES] {
            assert!(Set::of(words).0.is_some(), "{words}");
        }
        for seen in [
            'a', 'é', 'ß', '漢', '한', 'ก', 'ำ', 'न', 'ि', '۝', '🦀', '─', '…', '€',
        ] {
            assert!(!is_unseen(seen) && is_certain(seen), "{seen}");
        }
    }

    #[test]
    fn what_is_common_is_seen() {
        let unseen = Set::of(UNSEEN);
        for c in '\0'..=char::MAX {
            assert!(!(is_common(c) && unseen.has(c)), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn whatever_can_hide_is_unseen() {
        let ranges = [
            '\0'..='\u{1f}',
            '\u{7f}'..='\u{9f}',
            '\u{ad}'..='\u{ad}',
            '\u{34f}'..='\u{34f}',
            '\u{61c}'..='\u{61c}',
            '\u{115f}'..='\u{1160}',
            '\u{17b4}'..='\u{17b5}',
            '\u{180b}'..='\u{180f}',
            '\u{200b}'..='\u{200f}',
            '\u{2028}'..='\u{202e}',
            '\u{2060}'..='\u{206f}',
            '\u{3164}'..='\u{3164}',
            '\u{fe00}'..='\u{fe0f}',
            '\u{feff}'..='\u{feff}',
            '\u{ffa0}'..='\u{ffa0}',
            '\u{fff0}'..='\u{fffb}',
            '\u{1bca0}'..='\u{1bca3}',
            '\u{1d173}'..='\u{1d17a}',
            '\u{e0000}'..='\u{e0fff}',
        ];
        for c in ranges.into_iter().flatten() {
            assert!(is_unseen(c) && !is_certain(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn what_looks_like_another_is_not_certain() {
        for c in "\u{a0}\u{1680}\u{2003}\u{202f}\u{3000}\u{2800}\u{e0b0}\u{f8ff}\u{378}\u{10ffff}"
            .chars()
        {
            assert!(!is_unseen(c) && !is_certain(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn a_joiner_is_part_of_a_picture_only_between_pictures() {
        let joins = |before, after| is_of_a_picture(before, JOINER, after);
        assert!(joins(Some('👩'), Some('💻')) && joins(Some('\u{1f3fd}'), Some('🚀')));
        assert!(!joins(Some('a'), Some('💻')) && !joins(Some('👩'), Some('a')));
        assert!(!joins(Some('👩'), None) && !joins(None, Some('👩')));
        let selects = |before, after| is_of_a_picture(before, PICTURE_SELECTOR, after);
        assert!(selects(Some('❤'), None) && selects(Some('1'), Some(KEYCAP)));
        assert!(!selects(Some('1'), Some('2')) && !selects(Some('a'), None));
    }
}
