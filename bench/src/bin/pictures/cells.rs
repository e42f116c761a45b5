//! A screen as tmux prints it, read into runs of characters of one look.

/// How characters look.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on a terminal"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// The colour of the letters; `None`: the terminal's own.
    pub(crate) front: Option<String>,
    /// The colour behind them.
    pub(crate) back: Option<String>,
    pub(crate) bold: bool,
    pub(crate) dim: bool,
    pub(crate) italic: bool,
    pub(crate) underlined: bool,
    pub(crate) reversed: bool,
}

/// Characters of one look, from a column on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) column: usize,
    pub(crate) width: usize,
    pub(crate) text: String,
    pub(crate) look: Look,
}

/// The sixteen colours that a terminal has its own of.
const PALETTE: [&str; 16] = [
    "#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9",
    "#6b7489", "#ff7a85", "#b5e890", "#ffd787", "#7cc4ff", "#e29df0", "#7fdbe6", "#ffffff",
];

/// Reads every line. The look goes on from one line to the next.
pub(crate) fn parse(screen: &str) -> Vec<Vec<Run>> {
    let mut look = Look::default();
    screen
        .lines()
        .map(|line| parse_line(line, &mut look))
        .collect()
}

fn parse_line(line: &str, look: &mut Look) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut column, mut rest) = (0, line);
    while let Some(first) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic());
            let end = end.unwrap_or(sequence.len());
            if sequence[end..].starts_with('m') {
                look.take(&sequence[..end]);
            }
            rest = sequence.get(end + 1..).unwrap_or_default();
            continue;
        }
        rest = &rest[first.len_utf8()..];
        // A control character, for example one that chooses a character set, takes no room.
        let width = if first.is_control() { 0 } else { width(first) };
        match runs.last_mut() {
            Some(run) if run.look == *look => {
                run.text.push(first);
                run.width += width;
            }
            _ => runs.push(Run {
                column,
                width,
                text: first.into(),
                look: look.clone(),
            }),
        }
        column += width;
    }
    runs
}

/// Of what the demo shows, only East Asian letters would be wide.
fn width(character: char) -> usize {
    1 + usize::from(
        matches!(u32::from(character), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60),
    )
}

impl Look {
    /// Takes the numbers of one sequence into account.
    fn take(&mut self, numbers: &str) {
        let numbers: Vec<u8> = numbers
            .split([';', ':'])
            .map(|n| n.parse().unwrap_or(0))
            .collect();
        let mut numbers = numbers.into_iter();
        while let Some(number) = numbers.next() {
            match number {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underlined = true,
                7 => self.reversed = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underlined = false,
                27 => self.reversed = false,
                30..=37 => self.front = Some(PALETTE[usize::from(number - 30)].into()),
                38 => self.front = colour(&mut numbers),
                39 => self.front = None,
                40..=47 => self.back = Some(PALETTE[usize::from(number - 40)].into()),
                48 => self.back = colour(&mut numbers),
                49 => self.back = None,
                90..=97 => self.front = Some(PALETTE[usize::from(number - 82)].into()),
                100..=107 => self.back = Some(PALETTE[usize::from(number - 92)].into()),
                _ => {}
            }
        }
    }
}

/// The colour after a 38 or 48: one of 256, or red, green and blue.
fn colour(numbers: &mut impl Iterator<Item = u8>) -> Option<String> {
    if numbers.next()? == 2 {
        let (red, green, blue) = (numbers.next()?, numbers.next()?, numbers.next()?);
        return Some(format!("#{red:02x}{green:02x}{blue:02x}"));
    }
    let number = numbers.next()?;
    Some(match number {
        0..=15 => PALETTE[usize::from(number)].into(),
        16..=231 => {
            let step = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
            let cube = number - 16;
            let (red, green, blue) = (step(cube / 36), step(cube / 6 % 6), step(cube % 6));
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        grey => {
            let light = 8 + 10 * (grey - 232);
            format!("#{light:02x}{light:02x}{light:02x}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_look_keep_their_columns() {
        let lines = parse("a\u{1b}[1;31mb日\u{1b}[0mc\n\u{1b}[7m \u{1b}[48;5;232mx");
        let told: Vec<(usize, usize, &str)> = lines
            .iter()
            .flatten()
            .map(|run| (run.column, run.width, run.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (0, 1, "a"),
                (1, 3, "b日"),
                (4, 1, "c"),
                (0, 1, " "),
                (1, 1, "x")
            ]
        );
        assert_eq!(lines[0][1].look.front.as_deref(), Some(PALETTE[1]));
        assert!(lines[0][1].look.bold && !lines[0][2].look.bold);
        assert_eq!(lines[1][1].look.back.as_deref(), Some("#080808"));
    }
}
