//! A QR code in a terminal: two of its rows in each line, dark on light whatever the terminal's colours are, with
//! a margin that cameras get by with.

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

/// Light modules around the code. The standard wants four; two are read as well, and with them the code of a usual
/// address fits into 40 columns, and under a few words into 24 rows.
const MARGIN: usize = 2;

/// Black on white of the 256 colours, which no theme changes, and back to what was.
const INK: (&str, &str) = ("\x1b[38;5;16;48;5;231m", "\x1b[0m");

/// `text` as lines of half blocks. `plain`: without colours, light where the terminal's letters are; cameras read that,
/// too. Empty where it is too long for any code.
pub(super) fn drawn(text: &str, plain: bool) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::L) else {
        return String::new();
    };
    let width = code.width();
    let side = width + 2 * MARGIN;
    let is_dark = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(MARGIN).filter(|at| *at < width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => code[(x, y)] == Color::Dark,
            _ => false,
        }
    };
    let (before, after) = if plain { ("", "") } else { INK };
    let mut lines = String::new();
    for y in (0..side).step_by(2) {
        lines += before;
        lines.extend((0..side).map(|x| {
            let (upper, lower) = (is_dark(x, y) != plain, is_dark(x, y + 1) != plain);
            match (upper, lower) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        }));
        lines += after;
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that are drawn, row by row, dark ones as `true`.
    fn modules(drawn: &str, plain: bool) -> Vec<Vec<bool>> {
        let bare = drawn.replace(INK.0, "").replace(INK.1, "");
        let rows = bare.lines().flat_map(|line| {
            let upper = line.chars().map(|it| matches!(it, '█' | '▀') != plain);
            let lower = line.chars().map(|it| matches!(it, '█' | '▄') != plain);
            [upper.collect(), lower.collect()]
        });
        rows.collect()
    }

    #[test]
    fn what_is_drawn_is_the_code_with_its_margin_in_either_way() {
        let text = "https://box.example.ts.net/#pair=5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let side = code.width() + 2 * MARGIN;
        for plain in [false, true] {
            let drawn = drawn(text, plain);
            assert_eq!(drawn.contains('\x1b'), !plain);
            let modules = modules(&drawn, plain);
            assert_eq!(modules[0].len(), side);
            assert!(side <= 40, "it fits into a narrow terminal");
            assert!(drawn.lines().count() <= 19, "and under a few words");
            for (y, row) in modules.iter().enumerate().take(side) {
                for (x, is_dark) in row.iter().enumerate() {
                    let inside = |at: usize| (MARGIN..MARGIN + code.width()).contains(&at);
                    let expected =
                        inside(x) && inside(y) && code[(x - MARGIN, y - MARGIN)] == Color::Dark;
                    assert_eq!(*is_dark, expected, "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn what_no_code_holds_is_not_drawn() {
        assert_eq!(drawn(&"x".repeat(5000), false), "");
    }
}
