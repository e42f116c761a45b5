//! What panes show: fifty different screens, each the same in every run, and one that means harm.

#![allow(
    clippy::format_push_string,
    reason = "a scene is put together piece by piece"
)]

/// A sequence of numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const TEXTS: &[&str] = &[
    "plain words",
    "日本語 wide",
    "e\u{301}a\u{308}o\u{302} marks",
    "한국어",
    "🚀 and 🦀",
    "╭──╮ │box│ ╰──╯",
    "⏺ ✻ ❯ ▌ █ ░",
    "tab\there\tthere",
    "naïve café",
    "\u{1b}(0lqqk xaax mqqj n`\u{1b}(B lines",
    "#{pane_id} $(id) `id` ;",
];

const STYLES: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "4:2",
    "4:3",
    "4:5",
    "5",
    "7",
    "8",
    "9",
    "21",
    "22",
    "23",
    "24",
    "27",
    "28",
    "29",
    "53",
    "31",
    "32",
    "37",
    "90",
    "97",
    "41",
    "46",
    "100",
    "107",
    "38;5;0",
    "38;5;9",
    "38;5;123",
    "38;5;255",
    "48;5;17",
    "48;5;240",
    "38;2;1;2;3",
    "48;2;200;100;50",
    "38:2::9:8:7",
    "58;5;3",
    "39",
    "49",
    "0",
    "1;31;44",
    "3;4;9;38;5;99",
];

/// All of them; the last line of each says which it is.
pub(super) fn all() -> Vec<String> {
    (0..50).map(scene).collect()
}

fn scene(number: usize) -> String {
    let mut dice = Dice(number as u64 + 1);
    let mut text = String::new();
    if number % 5 == 1 {
        text.push_str("\u{1b}[?1049h\u{1b}[2J\u{1b}[H");
    }
    for line in 0..3 + dice.below(13) {
        match (number + line) % 7 {
            // Goes on in the next line of the screen.
            3 => text.push_str(&"wraps around ".repeat(8)),
            // A bar of colour to its end.
            5 => {
                let style = dice.one_of(&["41", "48;5;24", "48;2;10;60;10", "7"]);
                text += &format!("\u{1b}[{style}mbar      \u{1b}[K\u{1b}[0m");
            }
            _ => {}
        }
        for _ in 0..=dice.below(4) {
            let (style, words) = (dice.one_of(STYLES), dice.one_of(TEXTS));
            text += &format!("\u{1b}[{style}m{words} ");
        }
        if dice.below(3) == 0 {
            text.push_str("\u{1b}[0m");
        }
        text.push_str("\r\n");
    }
    if number % 4 == 2 {
        // Over what stands there: half of a wide one, a hole, something in between.
        let (x, y) = (1 + dice.below(60), 1 + dice.below(8));
        text += &format!(
            "\u{1b}7\u{1b}[{y};{x}Hover\u{1b}[{y};{}H\u{1b}[3X\u{1b}[{};1H\u{1b}[2P\u{1b}[4@\u{1b}8",
            x + 9,
            y + 1
        );
    }
    text += &format!("\u{1b}[0m\u{1b}[20;1H\u{1b}[2Kscene {number} is shown");
    text
}

/// Titles, the clipboard, sequences without an end, bytes of eight bits, a cursor that leaves.
pub(super) fn hostile() -> Vec<u8> {
    [
        &b"\x1b]0;pwned\x07\x1b]2;pwned\x1b\\\x1b]52;c;cHduZWQ=\x07\x1b]8;;http://pwned\x07link\x1b]8;;\x07\r\n"[..],
        b"\x1bPtmux;\x1b\x1b]0;pwned\x07\x1b\\\x1b_Gi=1;AAAA\x1b\\\x1b^pwned\x1b\\\r\n",
        b"\x9b2J\x9d0;pwned\x9c\x90q\x9c\xff\xfe\xc3\r\n",
        b"\x1b[999;999H\x1b[-5;0H\x1b[1;1Hx\x1b[200C<\x1b[?1000h\x1b[?2004h\x1b[6n\x1b[c\x1b#8",
        "\x1b[2J\x1b[H\u{202e}rtl\u{200b}\u{200d}\u{feff}".as_bytes(),
        "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\r\n".as_bytes(),
        b"\x1b[?1000l\x1b[?2004lstill here\r\n",
    ]
    .concat()
}
