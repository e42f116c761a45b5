//! What stands behind the text. The terminal is asked by OSC 11, and what it answers is taken out of what is typed:
//! crossterm knows no such answer and tells of its bytes as keys, in as many pieces as they come. However late they
//! are they stay out of the dashboard, but for an Escape that comes alone and long before the rest.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What the terminal is asked. It ends with one byte, and so does the answer.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// An answer that comes later is not heeded: the person looks at the screen as it is by then.
const HEEDED: Duration = Duration::from_secs(2);

/// So long it is waited for before the terminal is left to others, who would take it for keys.
const PARTING: Duration = Duration::from_millis(500);

/// How long an Escape may be the beginning of an answer: nobody notices that it comes so much later.
const LONE_ESCAPE: Duration = Duration::from_millis(50);

/// How long after the question it may.
const ESCAPES_HELD: Duration = Duration::from_secs(10);

/// What comes later than that after the beginning of an answer is none of it.
const LONGEST_ANSWER: Duration = Duration::from_secs(2);

/// How an answer goes on after `ESC ]`; nobody types that.
const BEGINNINGS: [&str; 2] = ["11;r", "11;#"];

/// Longest answer in characters, without its ends.
const MAX_CHARS: usize = 40;

/// What stands behind the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Light text is read on it.
    Dark,
    /// Dark text is.
    Light,
}

impl Background {
    /// What the variable `COLORFGBG` says, such as `15;0` or `0;default;15`.
    pub fn of_variable(text: &str) -> Option<Self> {
        let (_, last) = text.rsplit_once(';')?;
        match last.trim().parse::<u8>().ok()? {
            7 | 9..=15 => Some(Self::Light),
            0..=6 | 8 => Some(Self::Dark),
            _ => None,
        }
    }

    /// What an answer says, such as `11;rgb:1e1e/1e1e/2e2e`.
    fn of_answer(text: &str) -> Option<Self> {
        let colour = text.strip_prefix("11;")?;
        let parts: Vec<&str> = if let Some(digits) = colour.strip_prefix('#') {
            let each = digits.len() / 3;
            let is_even = each > 0 && digits.len() == 3 * each && digits.is_ascii();
            let part = |place: usize| digits.get(place * each..(place + 1) * each);
            (0..3).filter(|_| is_even).filter_map(part).collect()
        } else {
            let parts = colour
                .strip_prefix("rgba:")
                .or_else(|| colour.strip_prefix("rgb:"))?;
            parts.split('/').take(3).collect()
        };
        let shares: Option<Vec<f64>> = parts.into_iter().map(share).collect();
        let [red, green, blue] = shares?.try_into().ok()?;
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        Some(if luminance > 0.5 {
            Self::Light
        } else {
            Self::Dark
        })
    }
}

/// Up to four digits, as a share of the most that they could be.
fn share(digits: &str) -> Option<f64> {
    let length = u32::try_from(digits.len()).ok()?;
    let is_hex = (1..=4).contains(&length) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some(f64::from(value) / f64::from(16_u32.pow(length) - 1))
}

/// A question that was asked and is not answered yet.
#[derive(Debug)]
pub(super) struct Question {
    asked: Instant,
    so_far: SoFar,
    /// The key before was an Escape, which may have been the first byte of an answer.
    after_escape: bool,
}

/// What has come that may be an answer.
#[derive(Debug)]
enum SoFar {
    Nothing,
    /// An Escape, then.
    Escape(KeyEvent, Instant),
    /// These keys, of which this is the text after `ESC ]`.
    Begun(Vec<KeyEvent>, String),
    /// Surely one, since then. Whether an Escape has come, which is half of its end.
    Answer {
        text: String,
        since: Instant,
        is_ending: bool,
    },
}

/// What a key was.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Those that were the person's.
    pub(super) keys: Vec<KeyEvent>,
    /// The answer has come.
    pub(super) answer: Option<Answer>,
}

/// What the terminal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What stands behind the text.
    Of(Background),
    /// Nothing that means anything, or too late.
    Unheeded,
}

impl Question {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            asked: now,
            so_far: SoFar::Nothing,
            after_escape: false,
        }
    }

    /// When what is held back is to be given back at the latest.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.so_far {
            SoFar::Escape(_, since) => Some(since + LONE_ESCAPE),
            _ => None,
        }
    }

    /// Until when the answer is waited for where somebody else has the terminal next.
    pub(super) fn parting(&self) -> Instant {
        self.asked + PARTING
    }

    /// Gives back what was held back for too long.
    pub(super) fn give_back(&mut self, now: Instant) -> Vec<KeyEvent> {
        match self.so_far {
            SoFar::Escape(key, since) if now >= since + LONE_ESCAPE => {
                self.so_far = SoFar::Nothing;
                self.after_escape = true;
                vec![key]
            }
            _ => Vec::new(),
        }
    }

    /// Takes a key.
    pub(super) fn hear(&mut self, key: KeyEvent, now: Instant) -> Heard {
        let mut heard = Heard {
            keys: self.give_back(now),
            answer: None,
        };
        match std::mem::replace(&mut self.so_far, SoFar::Nothing) {
            SoFar::Nothing => self.begin(key, now, &mut heard),
            SoFar::Escape(escape, _) if plain(key) == Some(']') => {
                self.so_far = SoFar::Begun(vec![escape, key], String::new());
            }
            SoFar::Escape(escape, _) => {
                heard.keys.push(escape);
                self.begin(key, now, &mut heard);
            }
            SoFar::Begun(keys, text) => self.go_on(keys, text, key, now, &mut heard),
            SoFar::Answer {
                text,
                since,
                is_ending,
            } => {
                let is_over = now.saturating_duration_since(since) > LONGEST_ANSWER;
                if is_over || is_ending && plain(key) != Some('\\') {
                    self.end(&text, now, &mut heard);
                    heard.keys.push(key);
                } else if is_ending || is_end(key) {
                    self.end(&text, now, &mut heard);
                } else {
                    self.add(text, since, key, &mut heard);
                }
            }
        }
        heard
    }

    fn begin(&mut self, key: KeyEvent, now: Instant, heard: &mut Heard) {
        let was_escape = std::mem::take(&mut self.after_escape);
        let is_escape = key.code == KeyCode::Esc && key.modifiers.is_empty();
        if with_alt(key) == Some(']') || was_escape && plain(key) == Some(']') {
            self.so_far = SoFar::Begun(vec![key], String::new());
        } else if is_escape && now < self.asked + ESCAPES_HELD {
            self.so_far = SoFar::Escape(key, now);
        } else {
            self.after_escape = is_escape;
            heard.keys.push(key);
        }
    }

    fn go_on(
        &mut self,
        mut keys: Vec<KeyEvent>,
        mut text: String,
        key: KeyEvent,
        now: Instant,
        heard: &mut Heard,
    ) {
        text.extend(plain(key));
        let fits = plain(key).is_some() && BEGINNINGS.iter().any(|one| one.starts_with(&text));
        if !fits {
            heard.keys.append(&mut keys);
            self.begin(key, now, heard);
        } else if BEGINNINGS.contains(&text.as_str()) {
            self.so_far = SoFar::Answer {
                text,
                since: now,
                is_ending: false,
            };
        } else {
            keys.push(key);
            self.so_far = SoFar::Begun(keys, text);
        }
    }

    /// A key while an answer comes: one of its letters, the first half of its end, or the person's.
    fn add(&mut self, mut text: String, since: Instant, key: KeyEvent, heard: &mut Heard) {
        let is_escape = key.code == KeyCode::Esc;
        let is_letter = |letter: &char| {
            letter.is_ascii_hexdigit() || matches!(letter, 'r' | 'g' | ':' | '/' | '#')
        };
        match plain(key).filter(is_letter) {
            Some(letter) if text.len() < MAX_CHARS => text.push(letter),
            _ if is_escape => {}
            _ => heard.keys.push(key),
        }
        self.so_far = SoFar::Answer {
            text,
            since,
            is_ending: is_escape,
        };
    }

    fn end(&mut self, text: &str, now: Instant, heard: &mut Heard) {
        let in_time = now <= self.asked + HEEDED;
        let said = Background::of_answer(text).filter(|_| in_time);
        heard.answer = Some(said.map_or(Answer::Unheeded, Answer::Of));
    }
}

/// BEL, or `ESC \` in one.
fn is_end(key: KeyEvent) -> bool {
    let is_bell = key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char('g');
    is_bell || with_alt(key) == Some('\\')
}

fn with_alt(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(letter) if key.modifiers == KeyModifiers::ALT => Some(letter),
        _ => None,
    }
}

fn plain(key: KeyEvent) -> Option<char> {
    let held = key.modifiers - KeyModifiers::SHIFT;
    match key.code {
        KeyCode::Char(letter) if held.is_empty() => Some(letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that crossterm makes of these bytes, where they come in one piece.
    fn keys(bytes: &str) -> Vec<KeyEvent> {
        let mut keys = Vec::new();
        let mut letters = bytes.chars().peekable();
        while let Some(letter) = letters.next() {
            let (code, modifiers) = match letter {
                '\u{1b}' => match letters.next() {
                    Some(next) => (KeyCode::Char(next), KeyModifiers::ALT),
                    None => (KeyCode::Esc, KeyModifiers::NONE),
                },
                '\u{7}' => (KeyCode::Char('g'), KeyModifiers::CONTROL),
                upper if upper.is_uppercase() => (KeyCode::Char(upper), KeyModifiers::SHIFT),
                other => (KeyCode::Char(other), KeyModifiers::NONE),
            };
            keys.push(KeyEvent::new(code, modifiers));
        }
        keys
    }

    /// What becomes of pieces that come one after another, with so long between.
    fn hear(pieces: &[&str], between: Duration) -> (Vec<KeyEvent>, Option<Answer>) {
        let begun = Instant::now();
        let mut question = Question::new(begun);
        let (mut now, mut passed, mut answer) = (begun, Vec::new(), None);
        for piece in pieces {
            now += between;
            passed.extend(question.give_back(now));
            for key in keys(piece) {
                if answer.is_some() {
                    passed.push(key);
                    continue;
                }
                let heard = question.hear(key, now);
                passed.extend(heard.keys);
                answer = heard.answer;
            }
        }
        passed.extend(question.give_back(now + LONE_ESCAPE));
        (passed, answer)
    }

    const AT_ONCE: Duration = Duration::from_millis(1);

    #[test]
    fn an_answer_is_no_key_however_it_is_cut_into_pieces() {
        for end in ["\u{7}", "\u{1b}\\"] {
            let answer = format!("\u{1b}]11;rgb:fFfF/ffff/ffff{end}");
            for first in 0..answer.len() {
                for second in first..answer.len() {
                    let pieces = [
                        &answer[..first],
                        &answer[first..second],
                        &answer[second..],
                        "jq",
                    ];
                    let (passed, heard) = hear(&pieces, AT_ONCE);
                    assert_eq!(heard, Some(Answer::Of(Background::Light)), "{pieces:?}");
                    assert_eq!(passed, keys("jq"), "{pieces:?}");
                }
            }
        }
    }

    #[test]
    fn a_late_answer_is_no_key_and_is_not_heeded() {
        let late = Duration::from_secs(30);
        let (passed, heard) = hear(&["\u{1b}]11;rgb:0/0/0\u{7}", "j"], late);
        assert_eq!((passed, heard), (keys("j"), Some(Answer::Unheeded)));
        // One whose first byte came alone, and long before: that is the person's Escape, and no more.
        let (passed, heard) = hear(&["\u{1b}", "]1", "1;rgb:0/0/0\u{7}j"], late);
        assert_eq!(
            (passed, heard),
            (
                keys("\u{1b}").into_iter().chain(keys("j")).collect(),
                Some(Answer::Unheeded)
            )
        );
    }

    #[test]
    fn what_a_person_types_comes_as_it_was_typed() {
        for typed in [
            "j]11;rgb",
            "\u{1b}[q",
            "\u{1b}]x",
            "\u{1b}]11;x",
            "]]11",
            "\u{1b}]\u{1b}]1q",
            "\u{1b}",
        ] {
            let (passed, heard) = hear(&[typed], AT_ONCE);
            assert_eq!((passed, heard), (keys(typed), None), "{typed:?}");
        }
        // An Escape alone, and a key soon after it.
        let (passed, heard) = hear(&["\u{1b}", "j"], AT_ONCE);
        let wanted: Vec<_> = keys("\u{1b}").into_iter().chain(keys("j")).collect();
        assert_eq!((passed, heard), (wanted, None));
    }

    #[test]
    fn keys_between_the_pieces_are_the_persons_and_one_without_an_end_ends() {
        let (passed, heard) = hear(&["\u{1b}]11;rgb:0000/", "q", "0000/0000\u{7}"], AT_ONCE);
        assert_eq!(
            (passed, heard),
            (keys("q"), Some(Answer::Of(Background::Dark)))
        );
        let slow = Duration::from_millis(1500);
        let (passed, heard) = hear(&["\u{1b}]11;rgb:0000/0000/0000", "", "a"], slow);
        assert_eq!((passed, heard), (keys("a"), Some(Answer::Unheeded)));
    }

    #[test]
    fn dark_and_light_are_told_apart() {
        let of = Background::of_answer;
        for (text, background) in [
            ("11;rgb:1e1e/1e1e/2e2e", Background::Dark),
            ("11;rgb:ff/ff/ee", Background::Light),
            ("11;rgb:f/f/e", Background::Light),
            ("11;rgb:0000/0000/ffff", Background::Dark),
            ("11;rgb:0000/ffff/0000", Background::Light),
            ("11;rgba:0000/0000/0000/ffff", Background::Dark),
            ("11;#fafafa", Background::Light),
        ] {
            assert_eq!(of(text), Some(background), "{text}");
        }
        for wrong in [
            "11;rgb:",
            "11;rgb:0/0",
            "11;rgb:00000/0/0",
            "11;#",
            "11;#12",
            "12;rgb:0/0/0",
            "11;rgb:x/y/z",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        let of = Background::of_variable;
        assert_eq!(of("15;0"), Some(Background::Dark));
        assert_eq!(of("0;default;15"), Some(Background::Light));
        assert_eq!(of("0;7"), Some(Background::Light));
        assert_eq!(
            (of("15;default"), of("7"), of("0;99"), of("")),
            (None, None, None, None)
        );
    }
}
