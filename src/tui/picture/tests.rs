//! Whatever a pane prints stays in its box.

use proptest::collection::vec;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::*;
use crate::tui::line_writer::LineWriter;

fn shown(lines: &[&str], size: (u16, u16)) -> Vec<String> {
    let part = Picture::of(lines.iter().copied()).within(size, true);
    part.lines.iter().map(Line::to_string).collect()
}

fn spans(line: &str) -> Vec<(String, Style)> {
    let part = Picture::of([line]).within((80, 1), true);
    let spans = part.lines[0].iter();
    spans
        .map(|span| (span.content.to_string(), span.style))
        .collect()
}

#[test]
fn text_keeps_its_colours_and_whatever_else_it_is_written_in() {
    let said = |text: &str, style| (text.to_owned(), style);
    let bold_red = Style::new()
        .fg(Color::Indexed(1))
        .add_modifier(Modifier::BOLD);
    assert_eq!(
        spans("a\u{1b}[1;31mb\u{1b}[mc"),
        [
            said("a", Style::new()),
            said("b", bold_red),
            said("c", Style::new())
        ]
    );
    for (sequence, style) in [
        ("38;5;208", Style::new().fg(Color::Indexed(208))),
        ("48;2;1;2;3", Style::new().bg(Color::Rgb(1, 2, 3))),
        ("38:2::1:2:3", Style::new().fg(Color::Rgb(1, 2, 3))),
        ("38:2:1:2:3;1;22", Style::new().fg(Color::Rgb(1, 2, 3))),
        ("38:5:9", Style::new().fg(Color::Indexed(9))),
        (
            "97;107",
            Style::new().fg(Color::Indexed(15)).bg(Color::Indexed(15)),
        ),
        ("58;5;1;7", Style::new().add_modifier(Modifier::REVERSED)),
        ("4:3", Style::new().add_modifier(Modifier::UNDERLINED)),
        ("4;4:0;5", Style::new()),
        ("31;39", Style::new()),
        ("38;5;999", Style::new()),
        ("38;5", Style::new()),
    ] {
        assert_eq!(
            spans(&format!("\u{1b}[{sequence}mx")),
            [said("x", style)],
            "{sequence}"
        );
    }
    let plain = Picture::of(["\u{1b}[1;31;42mx"]).within((9, 9), false);
    let style = plain.lines[0].spans[0].style;
    assert_eq!((style.fg, style.bg), (None, None));
    assert!(style.add_modifier.contains(Modifier::BOLD));
}

#[test]
fn a_style_goes_on_over_the_end_of_a_line_and_a_sequence_does_not() {
    let picture = Picture::of(["\u{1b}[31ma\u{1b}[3", "2mb"]);
    let lines = picture.within((9, 9), true).lines;
    assert_eq!(lines[1].to_string(), "2mb");
    assert_eq!(lines[1].spans[0].style.fg, Some(Color::Indexed(1)));
}

#[test]
fn no_sequence_but_one_of_style_is_obeyed_and_none_is_seen() {
    for hostile in [
        "a\u{1b}]0;title\u{7}b",
        "a\u{1b}]52;c;eA==\u{1b}\\b",
        "a\u{1b}]8;;http://x\u{1b}\\b\u{1b}]8;;\u{1b}\\",
        "a\u{1b}Ptmux;\u{1b}\u{1b}]0;x\u{7}\u{1b}\\b",
        "a\u{1b}_Gi=1;AAAA\u{1b}\\b",
        "a\u{9d}0;title\u{9c}b",
        "a\u{1b}[2J\u{1b}[H\u{1b}[10;20Hb",
        "a\u{1b}[?1049h\u{1b}[>4;2m\u{1b}[6nb",
        "a\u{1b}[1 q\u{1b}(0\u{1b}#8\u{1b}cb",
        "a\u{1b}[31\u{1b}[mb",
        "a\r\n\u{8}\u{0}\u{7f}\u{85}b",
        "a\u{202e}\u{2066}\u{200b}\u{feff}b",
        "ab\u{1b}]0;never ended",
    ] {
        assert_eq!(shown(&[hostile], (20, 1)), ["ab"], "{hostile:?}");
    }
    let long = format!("a\u{1b}[{}mb", "1;".repeat(500));
    assert_eq!(spans(&long), [("ab".to_owned(), Style::new())]);
    assert_eq!(
        shown(&["a\u{1b}[8mhidden\u{1b}[28mb"], (20, 1)),
        ["a      b"]
    );
}

#[test]
fn no_letter_carries_more_than_a_letter_can() {
    let tower = format!("{}x{}y", "\u{300}".repeat(9), "\u{301}".repeat(900));
    let [line] = &shown(&[&tower], (20, 1))[..] else {
        panic!("one line");
    };
    assert_eq!(*line, format!("x{}y", "\u{301}".repeat(MOST_MARKS)));
}

#[test]
fn what_does_not_fit_in_is_counted_and_what_was_written_last_is_shown() {
    let lines = ["one", "two\u{65e5}\u{672c}\u{8a9e}", "three", "", "   "];
    let part = Picture::of(lines).within((4, 2), true);
    let text: Vec<String> = part.lines.iter().map(Line::to_string).collect();
    assert_eq!(text, ["two", "thre"], "half of a wide one is not drawn");
    assert_eq!((part.above, part.right), (1, 5));
    assert_eq!(Picture::of(lines).within((0, 0), true).lines, []);
    let coloured = Picture::of(["x", "\u{1b}[41m  "]);
    assert_eq!(coloured.within((9, 9), true).lines.len(), 2);
}

#[test]
fn lines_drawn_with_letters_are_lines() {
    let drawn = "\u{1b}[32m\u{e}lqk\u{1b}[m\u{f}lqk\u{e}x~Z";
    assert_eq!(shown(&[drawn], (20, 1)), ["┌─┐lqk│·Z"]);
}

#[test]
fn what_stands_above_is_shown_as_far_as_there_is_enough_of_it() {
    let lines: Vec<String> = (1..=9).map(|n| n.to_string()).collect();
    let picture = Picture::of(lines.iter().map(String::as_str));
    for (back, first, above, below) in [(0, "7", 6, 0), (2, "5", 4, 2), (99, "1", 0, 6)] {
        let part = picture.within_above((9, 3), back, true);
        assert_eq!(part.lines.len(), 3);
        assert_eq!(part.lines[0].to_string(), first);
        assert_eq!((part.above, part.below), (above, below), "{back}");
    }
    let part = picture.within_above((9, 20), 5, true);
    assert_eq!((part.lines.len(), part.below), (9, 0));
}

#[test]
fn a_tabulator_is_blanks() {
    assert_eq!(shown(&["ab\tc"], (20, 1)), ["ab      c"]);
}

/// Lines of what terminals obey, of text, and of anything.
fn hostile() -> impl Strategy<Value = Vec<String>> {
    let piece = prop_oneof![
        "\\PC{0,8}",
        any::<String>(),
        vec(any::<u8>(), 0..24).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        vec(any::<u8>(), 0..24).prop_map(|bytes| bytes.into_iter().map(char::from).collect()),
        "\u{1b}\\[[0-9;:?<>=!]{0,12}[ -/]?[@-~]",
        "\u{1b}[\\]P_X^][ -~]{0,12}(\u{7}|\u{1b}\\\\)?",
        "[\u{1b}\u{9b}\u{9d}\u{90}\u{202e}\u{200d}\u{fe0f}\u{300}\u{1f1e9}\u{1f468}\u{1f3fb}\u{1100}\u{1161}]{0,12}",
    ];
    let line = vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    vec(line, 0..12)
}

proptest! {
    #[test]
    fn nothing_leaves_its_box_and_nothing_in_it_moves_a_cursor(
        lines in hostile(),
        (width, height) in (0_u16..30, 0_u16..10),
        (left, top) in (0_u16..5, 0_u16..5),
        back in 0_usize..20,
    ) {
        let picture = Picture::of(lines.iter().map(String::as_str));
        let part = picture.within_above((width, height), back, true);
        prop_assert!(part.lines.len() <= usize::from(height));
        let mut buffer = Buffer::filled(Rect::new(0, 0, 40, 20), ratatui::buffer::Cell::new("#"));
        for (line, y) in part.lines.iter().zip(top..) {
            prop_assert!(line_width(line) <= usize::from(width), "{line:?}");
            let mut writer = LineWriter::new(&mut buffer, left, y, left + width);
            for span in line {
                prop_assert!(!span.content.chars().any(is_unseen), "{line:?}");
                writer.put(&span.content, span.style);
            }
        }
        let inside = Rect::new(left, top, width, height);
        for y in 0..20 {
            for x in 0..40 {
                let symbol = buffer[(x, y)].symbol();
                let is_ours = inside.contains((x, y).into());
                prop_assert!(is_ours || symbol == "#", "{symbol:?} at {x}, {y}");
                prop_assert!(symbol.chars().count() <= 12, "{symbol:?}");
            }
        }
    }

    #[test]
    fn plain_text_is_shown_as_it_is(text in "[a-z 0-9─│╭⏺✻日本]{0,40}") {
        let part = Picture::of([text.as_str()]).within((200, 1), true);
        let shown: String = part.lines.iter().map(Line::to_string).collect();
        prop_assert_eq!(shown.trim_end(), text.trim_end());
    }
}
