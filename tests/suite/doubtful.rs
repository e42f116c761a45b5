//! Characters of whose width terminals disagree, on the dashboard in a real terminal: whatever was
//! changed in whatever order, the screen is what it would be if it were drawn anew.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::common::{PROGRAM, TestEnv, Tmux, wait_until};

/// Words that take more, or fewer, columns in one terminal than in another.
const WORDS: [&str; 12] = [
    "กำลังทำงานอยู่ที่นี่",
    "น้ำ ก่ำ ป้ำ",
    "हिन्दी में क्षत्रिय",
    "कि की कु के को ज्ञ",
    "தமிழ் கொ",
    "ខ្មែរ ကြော",
    "🇩🇪🇫🇷 🇯🇵",
    "👨\u{200d}👩\u{200d}👧 👩🏽\u{200d}🚀",
    "❤\u{fe0f} ☎\u{fe0f} 1\u{fe0f}\u{20e3} ✈",
    "日本語テキスト ｶﾞﾊﾟ",
    "e\u{301}e\u{323}\u{307} a\u{20dd}",
    "①②③ ±×÷ αβγ",
];

/// The dashboard in a terminal of its own, of that size.
struct Screen<'env> {
    env: &'env TestEnv,
    terminal: Tmux<'env>,
    second: u32,
}

impl<'env> Screen<'env> {
    fn new(env: &'env TestEnv, columns: u16) -> Option<Self> {
        let command = format!("exec env -u TMUX -u TMUX_PANE {PROGRAM}");
        let terminal = Tmux::start_on(env, "screen.sock", "terminal", (columns, 30), &command)?;
        terminal.run(&["set-option", "-g", "status", "off"]);
        wait_until("it listens", || env.places().events_socket.exists());
        Some(Self {
            env,
            terminal,
            second: 0,
        })
    }

    fn say(&mut self, row: usize, message: &str) {
        self.second += 1;
        let event = json!({
            "assistant": "a", "state": "running",
            "target": format!("s:{row}.0"), "message": message,
            "ts": format!("2026-02-27T10:00:{:02}.{:03}Z", self.second / 1000 % 60, self.second % 1000),
        });
        self.env.send(event.to_string().as_bytes());
    }

    fn press(&self, keys: &[&str]) {
        self.terminal.run(&[&["send-keys"], keys].concat());
    }

    /// Presses keys that lead to another row, and waits until it is marked.
    fn move_by(&self, keys: &[&str]) {
        let marked = || {
            let text = self.text();
            let mut lines = text.lines().map(str::to_owned);
            lines.find(|line| line.starts_with('▌'))
        };
        let before = marked();
        self.press(keys);
        wait_until(&format!("{keys:?} lead to another row"), || {
            let now = marked();
            now.is_some() && now != before
        });
    }

    /// The screen, when it has come to rest.
    fn rest(&self) -> String {
        let mut last = String::new();
        for _ in 0..500 {
            thread::sleep(Duration::from_millis(40));
            let now = self.text();
            // The first part and the last: no frame is taken that is drawn by half.
            if now == last && now.contains("WORKING") && now.contains("Enter") {
                return now;
            }
            last = now;
        }
        panic!("the screen does not come to rest:\n{last}");
    }

    fn wait_for(&self, text: &str) {
        wait_until(&format!("`{text}` is on the screen"), || {
            self.text().contains(text)
        });
    }

    fn text(&self) -> String {
        self.terminal.run(&["capture-pane", "-p"])
    }

    /// Whether a screen drawn anew is the same. Ages go on, so that one try may fail for nothing.
    fn is_as_drawn_anew(&mut self, change: &mut dyn FnMut(&mut Self)) -> Result<(), Vec<String>> {
        let mut differ = Vec::new();
        for _ in 0..4 {
            change(self);
            let before = without_families(&self.rest());
            self.press(&["C-l"]);
            let after = without_families(&self.rest());
            if before == after {
                return Ok(());
            }
            let lines = before.lines().zip(after.lines());
            differ = lines
                .filter(|(before, after)| before != after)
                .map(|(before, after)| format!("{before} / {after}"))
                .collect();
        }
        Err(differ)
    }
}

/// Older tmux joins a family only if it reads it at once, so that how much of one is drawn depends on
/// where a read ends. What stands beside it does not.
fn without_families(screen: &str) -> String {
    let of_one = |c: char| matches!(c, '👨' | '👩' | '👧' | '🏽' | '🚀' | '\u{200d}' | ' ');
    let line = |line: &str| {
        let has_one = line.contains(['👨', '👩', '👧']);
        let line = line.chars().filter(|c| !(has_one && of_one(*c)));
        line.collect::<String>() + "\n"
    };
    screen.lines().map(line).collect()
}

#[test]
fn a_screen_after_changes_is_the_screen_drawn_anew() {
    for columns in [40, 80, 120] {
        let env = TestEnv::new();
        let Some(mut screen) = Screen::new(&env, columns) else {
            return;
        };
        for (row, word) in WORDS.iter().enumerate() {
            screen.say(row, &format!("{word} {word} end{row}"));
        }
        screen.wait_for("s:11.0");
        let mut faults = Vec::new();
        let mut check =
            |screen: &mut Screen<'_>, what: &str, change: &mut dyn FnMut(&mut Screen<'_>)| {
                if let Err(differ) = screen.is_as_drawn_anew(change) {
                    faults.push((columns, what.to_owned(), differ));
                }
            };
        check(&mut screen, "moved", &mut |screen| {
            screen.move_by(&["j", "j", "j", "k"]);
        });
        check(&mut screen, "to the end and back", &mut |screen| {
            screen.move_by(&["G"]);
            screen.move_by(&["g"]);
            screen.move_by(&["j", "j", "j", "j", "j", "j"]);
        });
        check(&mut screen, "filtered", &mut |screen| {
            screen.press(&["/", "1", "1"]);
            wait_until("the others are left out", || {
                !screen.text().contains("s:3.0")
            });
            screen.press(&["Escape"]);
            screen.wait_for("s:3.0");
        });
        let mut turn = 0;
        check(&mut screen, "every message is another", &mut |screen| {
            turn += 1;
            for row in 0..WORDS.len() {
                let word = WORDS[(row + turn) % WORDS.len()];
                screen.say(row, &format!("x{word}{word} turn{turn}"));
            }
            if columns > 40 {
                screen.wait_for(&format!("turn{turn}"));
            }
        });
        check(&mut screen, "plain words instead", &mut |screen| {
            turn += 1;
            for row in 0..WORDS.len() {
                screen.say(row, &format!("plain{turn} abcdefghijklmnopqrstuvwxyz"));
            }
            screen.wait_for(&format!("plain{turn}"));
            screen.rest();
            for (row, word) in WORDS.iter().enumerate() {
                screen.say(row, &format!("turn{turn} {word}"));
            }
            screen.wait_for(&format!("turn{turn}"));
            screen.move_by(&["k"]);
        });
        check(
            &mut screen,
            "shortened by a letter at a time",
            &mut |screen| {
                for length in (1..20).rev() {
                    for (row, word) in WORDS.iter().enumerate() {
                        let part: String = word.chars().take(length).collect();
                        screen.say(row, &format!("{part}|"));
                    }
                }
                turn += 1;
                screen.say(3, &format!("turn{turn}"));
                screen.wait_for(&format!("turn{turn}"));
            },
        );
        assert!(faults.is_empty(), "{faults:#?}");
    }
}
