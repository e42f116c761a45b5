//! Text measured in terminal columns: cutting and wrapping by what a terminal really draws.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// Columns that `text` takes. Counted by grapheme, as the buffer draws it; control characters are
/// not drawn.
pub(super) fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme_width).sum()
}

fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        0
    } else {
        usize::from(grapheme.cell_width())
    }
}

/// `text` in at most `max` columns, with an ellipsis where something is missing.
pub(super) fn fit(text: &str, max: usize) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    if max == 0 {
        return Cow::Borrowed("");
    }
    let head = &text[..head_length(text, max - 1)];
    Cow::Owned(format!("{}…", head.trim_end()))
}

/// `text` in at most `max` columns, cut at its beginning: the end of a path says more.
pub(super) fn fit_end(text: &str, max: usize) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    if max == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme_width(grapheme);
        if used > max - 1 {
            break;
        }
        from = at;
    }
    Cow::Owned(format!("…{}", &text[from..]))
}

/// `text` in at most `max` columns, cut in its middle: of names that begin alike the end tells them apart.
pub(super) fn fit_middle(text: &str, max: usize) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    // Two letters and a sign tell less than three letters.
    if max < 5 {
        return fit(text, max);
    }
    let end = (max - 1) / 2;
    let tail = fit_end(text, end + 1);
    let tail = tail.trim_start_matches('…');
    let head = &text[..head_length(text, max - 1 - width(tail))];
    Cow::Owned(format!("{head}…{tail}"))
}

/// How many bytes of `text` fit into `max` columns.
fn head_length(text: &str, max: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > max {
            return at;
        }
    }
    text.len()
}

/// Breaks `text` into lines of at most `max` columns, between words where that is possible.
/// Nothing is lost but the white space at a break.
pub(super) fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    loop {
        // As much is looked at as a line takes, however long the text is.
        let fits = head_length(rest, max);
        if fits == rest.len() {
            break;
        }
        if fits == 0 {
            // A character wider than the whole line cannot be drawn.
            let next = rest.graphemes(true).next().map_or(rest.len(), str::len);
            rest = rest[next..].trim_start();
            lines.push("…".to_owned());
            continue;
        }
        let (line, next) = rest.split_at(break_point(rest, fits));
        lines.push(line.trim_end().to_owned());
        rest = next.trim_start();
    }
    if !rest.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// Cuts `text` into pieces of at most `max` columns and leaves every character as it is.
pub(super) fn chop(text: &str, max: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, next) = match head_length(rest, max) {
            // At least one character, even if it cannot be drawn: this must come to an end.
            0 => rest.split_at(rest.graphemes(true).next().map_or(rest.len(), str::len)),
            fits => rest.split_at(fits),
        };
        pieces.push(piece);
        rest = next;
    }
    pieces
}

/// Where to break within the first `fits` bytes: after the last word that is whole, if there is one.
fn break_point(text: &str, fits: usize) -> usize {
    if text[fits..].starts_with(' ') {
        return fits;
    }
    match text[..fits].rfind(' ') {
        Some(space) if space > 0 => space,
        _ => fits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_cut_at_the_column_not_the_byte() {
        assert_eq!(fit("日本語テキスト", 7), "日本語…");
        assert_eq!(fit("日本語テキスト", 6), "日本…");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(fit("shorter", 0), "");
        assert_eq!(fit_end("~/src/some/project", 9), "…/project");
        assert_eq!(fit_middle("checkout-service-16", 10), "check…e-16");
        assert_eq!(fit_middle("checkout-service-16", 19), "checkout-service-16");
        assert_eq!(fit_middle("日本語テキスト", 8), "日本…ト");
        assert_eq!(fit_middle("checkout", 4), "che…");
    }

    #[test]
    fn words_stay_whole_unless_one_is_longer_than_a_line() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("abcdefghij xy", 4), ["abcd", "efgh", "ij", "xy"]);
        assert_eq!(wrap("  ", 4), [""; 0]);
    }

    #[test]
    fn a_long_text_is_wrapped_as_it_goes_not_measured_again_for_each_line() {
        let lines = wrap(&"abc ".repeat(1 << 18), 40);
        assert_eq!(lines.len(), (1_usize << 18).div_ceil(10));
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_allowed_and_no_word_is_lost(text in "\\PC{0,60}", max in 2_usize..30) {
            proptest::prop_assume!(text.graphemes(true).all(|grapheme| width(grapheme) <= max));
            let lines = wrap(&text, max);
            for line in &lines {
                proptest::prop_assert!(width(line) <= max, "{line:?}");
            }
            proptest::prop_assert_eq!(chop(&text, max).concat(), text.clone());
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            proptest::prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
            proptest::prop_assert!(width(&fit(&text, max)) <= max);
            proptest::prop_assert!(width(&fit_end(&text, max)) <= max);
            proptest::prop_assert!(width(&fit_middle(&text, max)) <= max);
        }
    }
}
