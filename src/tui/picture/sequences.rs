//! Which characters of a line are text, and in which style: a reader of terminal sequences that obeys none but
//! those of style, and lets what it does not know end where such a thing ends.

use ratatui::style::{Color, Modifier, Style};

/// Longest list of a style's numbers; whoever prints more of them means no style.
const MOST_NUMBERS: usize = 64;

/// What a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Part of a sequence, or one that is no text.
    Nothing,
    /// This text in this style.
    Shown(char, Style),
    /// Text that is not to be read.
    Hidden(Style),
}

/// Reads characters one after the other.
#[derive(Debug, Default)]
pub(super) struct Reader {
    style: Style,
    is_hidden: bool,
    /// Letters stand for lines and corners.
    draws_lines: bool,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Text,
    /// After ESC; whether one of the characters has come that one more follows.
    Escape(bool),
    /// In a control sequence.
    Control(Control),
    /// In a string for the terminal; whether ESC has just come in it.
    String(bool),
}

/// A control sequence as far as it is read.
#[derive(Debug, Default)]
struct Control {
    /// Its numbers, and whether each is one of the group of that before it.
    numbers: Vec<(u16, bool)>,
    /// It sets no style, whatever it ends with.
    is_other: bool,
}

impl Reader {
    /// Takes in the next character.
    pub(super) fn take(&mut self, c: char) -> Taken {
        match std::mem::take(&mut self.state) {
            State::Text => return self.text(c),
            State::Escape(is_longer) => return self.escape(c, is_longer),
            State::Control(control) => return self.control(c, control),
            State::String(true) if c == '\\' => {}
            State::String(_) => match c {
                '\u{7}' | '\u{9c}' | '\u{18}' | '\u{1a}' => {}
                c => self.state = State::String(c == '\u{1b}'),
            },
        }
        Taken::Nothing
    }

    /// What was begun in a line ends with it.
    pub(super) fn end_line(&mut self) {
        self.state = State::Text;
    }

    fn text(&mut self, c: char) -> Taken {
        match c {
            '\u{1b}' => self.state = State::Escape(false),
            '\u{9b}' => self.state = State::Control(Control::default()),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.state = State::String(false),
            '\t' => return Taken::Shown(c, self.style),
            '\u{e}' => self.draws_lines = true,
            '\u{f}' => self.draws_lines = false,
            c if c.is_control() => {}
            _ if self.is_hidden => return Taken::Hidden(self.style),
            c if self.draws_lines => return Taken::Shown(drawn(c), self.style),
            c => return Taken::Shown(c, self.style),
        }
        Taken::Nothing
    }

    fn escape(&mut self, c: char, is_longer: bool) -> Taken {
        match c {
            '[' if !is_longer => self.state = State::Control(Control::default()),
            ']' | 'P' | 'X' | '^' | '_' if !is_longer => self.state = State::String(false),
            ' '..='/' => self.state = State::Escape(true),
            '0'..='~' => {}
            // It was none.
            c => return self.text(c),
        }
        Taken::Nothing
    }

    fn control(&mut self, c: char, mut control: Control) -> Taken {
        match c {
            'm' if !control.is_other => self.set(&control.numbers),
            '@'..='~' => {}
            ' '..='?' => {
                control.take(c);
                self.state = State::Control(control);
            }
            // It was none.
            c => return self.text(c),
        }
        Taken::Nothing
    }

    /// Sets the style by these numbers.
    fn set(&mut self, numbers: &[(u16, bool)]) {
        let mut rest = if numbers.is_empty() {
            &[(0, false)]
        } else {
            numbers
        };
        while let Some(((number, _), after)) = rest.split_first() {
            let group = after.iter().take_while(|(_, is_of_it)| *is_of_it).count();
            let (of_it, after) = after.split_at(group);
            rest = match number {
                38 | 48 | 58 => self.set_colour(*number, of_it, after),
                4 if of_it.first() == Some(&(0, true)) => {
                    self.without(Modifier::UNDERLINED);
                    after
                }
                number => {
                    self.set_one(*number);
                    after
                }
            };
        }
    }

    fn set_one(&mut self, number: u16) {
        match number {
            0 => {
                self.style = Style::new();
                self.is_hidden = false;
            }
            1 => self.with(Modifier::BOLD),
            2 => self.with(Modifier::DIM),
            3 => self.with(Modifier::ITALIC),
            4 | 21 => self.with(Modifier::UNDERLINED),
            7 => self.with(Modifier::REVERSED),
            8 => self.is_hidden = true,
            9 => self.with(Modifier::CROSSED_OUT),
            22 => self.without(Modifier::BOLD | Modifier::DIM),
            23 => self.without(Modifier::ITALIC),
            24 => self.without(Modifier::UNDERLINED),
            27 => self.without(Modifier::REVERSED),
            28 => self.is_hidden = false,
            29 => self.without(Modifier::CROSSED_OUT),
            39 => self.style.fg = None,
            49 => self.style.bg = None,
            30..=37 | 90..=97 => self.style.fg = named(number, 30),
            40..=47 | 100..=107 => self.style.bg = named(number, 40),
            // Nothing blinks here.
            _ => {}
        }
    }

    /// Sets a colour that takes several numbers, those of its group or those behind it; those that are left.
    fn set_colour<'a>(
        &mut self,
        what: u16,
        of_it: &[(u16, bool)],
        after: &'a [(u16, bool)],
    ) -> &'a [(u16, bool)] {
        let is_apart = of_it.is_empty();
        let numbers = if is_apart { after } else { of_it };
        let numbers: Vec<u16> = numbers.iter().map(|(number, _)| *number).take(6).collect();
        let (colour, taken) = match numbers[..] {
            [5, index, ..] => (byte(index).map(Color::Indexed), 2),
            // With the place of a colour space, which nobody fills in.
            [2, _, red, green, blue, ..] if !is_apart => (rgb(red, green, blue), 5),
            [2, red, green, blue, ..] => (rgb(red, green, blue), 4),
            _ => (None, numbers.len()),
        };
        match (what, colour) {
            (38, Some(colour)) => self.style.fg = Some(colour),
            (48, Some(colour)) => self.style.bg = Some(colour),
            // The colour of a line below is of no account.
            _ => {}
        }
        if is_apart { &after[taken..] } else { after }
    }

    fn with(&mut self, modifier: Modifier) {
        self.style.add_modifier.insert(modifier);
    }

    fn without(&mut self, modifier: Modifier) {
        self.style.add_modifier.remove(modifier);
    }
}

impl Control {
    fn take(&mut self, c: char) {
        if self.numbers.len() > MOST_NUMBERS {
            self.is_other = true;
        }
        if self.is_other {
            return;
        }
        match (c, self.numbers.last_mut()) {
            ('0'..='9', last) => {
                let digit = u16::try_from(u32::from(c) - u32::from('0')).unwrap_or_default();
                match last {
                    Some((number, _)) => *number = number.saturating_mul(10).saturating_add(digit),
                    None => self.numbers.push((digit, false)),
                }
            }
            (';' | ':', last) => {
                if last.is_none() {
                    self.numbers.push((0, false));
                }
                self.numbers.push((0, c == ':'));
            }
            _ => self.is_other = true,
        }
    }
}

/// What the letter stands for where lines are drawn with letters.
fn drawn(c: char) -> char {
    const FIRST: char = '`';
    const DRAWN: &str = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
    let at = u32::from(c).checked_sub(u32::from(FIRST));
    let drawn = at.and_then(|at| DRAWN.chars().nth(at.try_into().ok()?));
    drawn.unwrap_or(c)
}

/// One of the sixteen colours that have a number of their own each.
fn named(number: u16, first: u16) -> Option<Color> {
    let at = number - first;
    byte(if at < 8 { at } else { at - 60 + 8 }).map(Color::Indexed)
}

fn rgb(red: u16, green: u16, blue: u16) -> Option<Color> {
    Some(Color::Rgb(byte(red)?, byte(green)?, byte(blue)?))
}

fn byte(number: u16) -> Option<u8> {
    u8::try_from(number).ok()
}
