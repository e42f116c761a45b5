//! What `capture-pane -e` prints, read without anything of the dashboard: each character that takes a column with the
//! marks on it, and its style.

/// How a cell looks; of lines below it matters only that there is one, and nothing blinks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is true or not whatever the others are"
)]
pub(super) struct Look {
    foreground: Option<String>,
    background: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
    reversed: bool,
    crossed_out: bool,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) look: Look,
}

/// All lines, each without the blanks at its end that have no look, and without those at the end that have nothing.
pub(super) fn cells(captured: &str) -> Vec<Vec<Cell>> {
    let mut reader = Reader::default();
    let lines = captured.split('\n').map(|line| reader.line(line));
    let mut lines: Vec<Vec<Cell>> = lines.map(trimmed).collect();
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// What stands at the right of the rule below the line that holds `name`.
pub(super) fn beside_rule(lines: Vec<Vec<Cell>>, name: &str) -> Vec<Vec<Cell>> {
    let text = |line: &[Cell]| line.iter().map(|cell| &*cell.text).collect::<String>();
    let below = lines
        .into_iter()
        .skip_while(|line| !text(line).contains(name));
    let right = |line: Vec<Cell>| {
        let rule = line.iter().position(|cell| cell.text == "│");
        rule.map_or_else(Vec::new, |rule| line[rule + 1..].to_vec())
    };
    let mut right: Vec<Vec<Cell>> = below.skip(1).map(right).map(trimmed).collect();
    while right.last().is_some_and(Vec::is_empty) {
        right.pop();
    }
    right
}

fn trimmed(mut line: Vec<Cell>) -> Vec<Cell> {
    // A colour of a blank that has neither ground nor line is not to be seen.
    for cell in line.iter_mut().filter(|cell| cell.text == " ") {
        let Look {
            underlined,
            reversed,
            crossed_out,
            background,
            ..
        } = cell.look.clone();
        if !(underlined || reversed || crossed_out) {
            cell.look = Look {
                background,
                ..Look::default()
            };
        }
    }
    let blank = Cell {
        text: " ".to_owned(),
        look: Look::default(),
    };
    while line.last() == Some(&blank) {
        line.pop();
    }
    line
}

#[derive(Default)]
struct Reader {
    look: Look,
    hidden: bool,
    lines: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::new();
        let mut rest = line.chars();
        while let Some(c) = rest.next() {
            match c {
                '\u{1b}' => match rest.next() {
                    Some('[') => {
                        let mut words = String::new();
                        let end = rest.by_ref().find(|c| {
                            let is_end = c.is_ascii_alphabetic();
                            if !is_end {
                                words.push(*c);
                            }
                            is_end
                        });
                        assert_eq!(end, Some('m'), "tmux prints styles alone: {line:?}");
                        self.style(&words);
                    }
                    other => panic!("tmux prints styles alone: {other:?} in {line:?}"),
                },
                '\u{e}' => self.lines = true,
                '\u{f}' => self.lines = false,
                '\u{300}'..='\u{36f}' => {
                    let last = cells.last_mut().expect("a mark stands on a letter");
                    if !self.hidden {
                        last.text.push(c);
                    }
                }
                c => {
                    let (text, count) = match c {
                        c if self.hidden => (' ', if is_wide(c) { 2 } else { 1 }),
                        c if self.lines => (corner(c), 1),
                        c => (c, 1),
                    };
                    let cell = Cell {
                        text: text.to_string(),
                        look: self.look.clone(),
                    };
                    cells.extend(std::iter::repeat_n(cell, count));
                }
            }
        }
        cells
    }

    fn style(&mut self, words: &str) {
        let mut words = words.split(';');
        while let Some(word) = words.next() {
            let colour = |words: &mut dyn Iterator<Item = &str>| match words.next() {
                Some("5") => words.next().map(str::to_owned),
                Some("2") => Some(words.take(3).collect::<Vec<_>>().join(",")),
                other => panic!("a colour: {other:?}"),
            };
            match word {
                "" | "0" => (self.look, self.hidden) = (Look::default(), false),
                "1" => self.look.bold = true,
                "2" => self.look.dim = true,
                "3" => self.look.italic = true,
                "4" | "21" | "4:2" | "4:3" | "4:4" | "4:5" => self.look.underlined = true,
                // tmux writes that of a line above so.
                "5" | "53" | "5:3" | "59" => {}
                "7" => self.look.reversed = true,
                "8" => self.hidden = true,
                "9" => self.look.crossed_out = true,
                "38" => self.look.foreground = colour(&mut words),
                "48" => self.look.background = colour(&mut words),
                "58" => drop(colour(&mut words)),
                "39" => self.look.foreground = None,
                "49" => self.look.background = None,
                word if word.starts_with("58:") => {}
                word => {
                    let number: u8 = word.parse().unwrap_or_else(|_| panic!("style {word}"));
                    match number {
                        30..=37 => self.look.foreground = Some((number - 30).to_string()),
                        40..=47 => self.look.background = Some((number - 40).to_string()),
                        90..=97 => self.look.foreground = Some((number - 82).to_string()),
                        100..=107 => self.look.background = Some((number - 92).to_string()),
                        _ => panic!("style {number}"),
                    }
                }
            }
        }
    }
}

/// Of the characters in the scenes.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{1f300}'..='\u{1faff}')
}

/// What the letter draws where lines are drawn by letters.
fn corner(c: char) -> char {
    match c {
        'q' => '─',
        'x' => '│',
        'l' => '┌',
        'k' => '┐',
        'm' => '└',
        'j' => '┘',
        'n' => '┼',
        'a' => '▒',
        '`' => '◆',
        c => c,
    }
}
