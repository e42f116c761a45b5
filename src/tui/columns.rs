//! The columns of the list, one entry each: how wide it would be, how much of a line it may have, what it gives up and
//! when, and what stands in it. Their names and their order are the settings'.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::style::Style;

use crate::config::{COUNT, Column, Signs};
use crate::state::{Attention, Facts, Row};
use crate::tui::age::{self, Grain};
use crate::tui::labels;
use crate::tui::text;
use crate::tui::theme::Palette;

/// Below this width of the line ages are short, and the assistant's name goes before the text has less than its half.
pub(crate) const NARROW: usize = 60;

/// From this width on there is room for changes and tasks, and from the second one for whole words.
const WORK_WIDTHS: [usize; 2] = [88, 108];

/// Columns of the short form of a state's words.
const SHORT_WORD: usize = 8;

/// A project of less tells nothing.
const LEAST_PLACE: usize = 11;

/// Steps of a higher rank come when the others have had back what was left.
pub(crate) const AT_LAST: u8 = 100;

/// A text with its style.
pub(crate) type Part = (String, Style);

/// Columns that the texts of a row take, each in its short form and in its whole one.
pub(crate) type Widths = [[usize; 2]; COUNT];

/// What a column gives up where the text of the line has less than its half.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// The lowest of all columns is taken first.
    pub(crate) rank: u8,
    /// It keeps so much; none: it goes.
    pub(crate) to: usize,
    /// Only on a line of fewer columns.
    pub(crate) below: usize,
}

/// What is looked at to draw one.
pub(crate) struct Look {
    pub(crate) theme: Palette,
    pub(crate) signs: Signs,
    pub(crate) now: Timestamp,
    /// Columns of the whole line.
    pub(crate) line: usize,
    /// Its own.
    pub(crate) width: usize,
}

/// One column.
pub(crate) struct Spec {
    /// Columns that its short and its whole form take; none where that follows from the time.
    pub(crate) measure: fn(&Row) -> [usize; 2],
    /// Which of them a line of so many columns has room for, the short one or the whole one; `None`: for neither.
    pub(crate) form: fn(usize) -> Option<usize>,
    /// It has at most so much of a line of so many columns, unless the person says otherwise.
    pub(crate) cap: fn(usize) -> usize,
    pub(crate) gives_up: &'static [Step],
    /// Nobody would know it again with less than its steps say.
    pub(crate) is_whole: bool,
    /// Its text stands at the right end.
    pub(crate) at_right: bool,
    /// It is not there on a line of fewer columns.
    pub(crate) least_line: usize,
    pub(crate) draw: fn(&Row, &Look) -> Vec<Part>,
}

/// A column of a short text that is there when there is room, and is otherwise as the others say.
const USUAL: Spec = Spec {
    measure: |_| [0, 0],
    form: |_| Some(1),
    cap: |_| usize::MAX,
    gives_up: &[],
    is_whole: false,
    at_right: false,
    least_line: 0,
    draw: |_, _| Vec::new(),
};

const fn step(rank: u8, to: usize) -> Step {
    Step {
        rank,
        to,
        below: usize::MAX,
    }
}

const fn step_below(below: usize, rank: u8, to: usize) -> Step {
    Step { rank, to, below }
}

impl Spec {
    /// The one of this name.
    pub(crate) fn of(column: Column) -> Self {
        match column {
            Column::Assistant => Self {
                measure: |row| [text::width(row.assistant.as_str()); 2],
                cap: |_| 12,
                gives_up: const { &[step(70, 6), step_below(NARROW, 80, 0)] },
                draw: |row, look| {
                    let style = match Attention::from(row.state) {
                        Attention::NeedsYou => look.theme.strong(),
                        _ => look.own(row),
                    };
                    vec![(row.assistant.to_string(), style)]
                },
                ..USUAL
            },
            Column::Target => Self {
                measure: |row| [text::width(&labels::target(row)); 2],
                cap: |line| 10.max(line / 5),
                gives_up: const {
                    &[
                        step(11, 16),
                        step(21, 14),
                        step(51, 12),
                        step(71, 8),
                        step_below(24, AT_LAST + 1, 4),
                    ]
                },
                least_line: 16,
                draw: |row, look| vec![(shown_target(row, look.width), look.own(row))],
                ..USUAL
            },
            Column::Place => Self {
                // A branch takes as many columns with either sign.
                measure: |row| [text::width(&labels::place(row, Signs::default())); 2],
                cap: |line| line / 4,
                gives_up: const {
                    &[
                        step(10, 24),
                        step(20, 16),
                        step(50, LEAST_PLACE),
                        step(60, 0),
                    ]
                },
                draw: |row, look| {
                    let place = labels::place_within(row, look.signs, look.width);
                    vec![(place, look.theme.dim())]
                },
                ..USUAL
            },
            Column::State => Self {
                measure: |row| [text::width(labels::state(row)); 2],
                // A sign tells it as well.
                gives_up: const { &[step(12, SHORT_WORD), step(22, SHORT_WORD), step(40, 0)] },
                is_whole: true,
                draw: |row, look| {
                    let word = labels::state_within(row, look.width);
                    vec![(word.to_owned(), look.theme.state(row.state))]
                },
                ..USUAL
            },
            Column::Message => USUAL,
            Column::Work => Self {
                measure: |row| {
                    let of = |with_files| labels::work_width(&labels::work(row, with_files));
                    [of(false), of(true)]
                },
                form: |line| {
                    (line >= WORK_WIDTHS[0]).then_some(usize::from(line >= WORK_WIDTHS[1]))
                },
                gives_up: const { &[step(30, 0)] },
                at_right: true,
                draw: draw_work,
                ..USUAL
            },
            Column::Age => Self {
                at_right: true,
                least_line: 34,
                draw: |row, look| {
                    let style = match Attention::from(row.state) {
                        Attention::NeedsYou => look.theme.text(),
                        _ => look.theme.dim(),
                    };
                    let age = age::text(look.now, row.since, grain(row, look.line));
                    vec![(age, style)]
                },
                ..USUAL
            },
            Column::Model | Column::Context | Column::Mode | Column::Tokens => {
                Self::of_files(column)
            }
        }
    }

    /// Of what the assistants' own files say.
    fn of_files(column: Column) -> Self {
        match column {
            Column::Model => Self {
                measure: |row| [text::width(&fact(row, |facts| facts.model.clone())); 2],
                cap: |_| 20,
                gives_up: const { &[step(13, 10), step(24, 0)] },
                draw: |row, look| {
                    let model = fact(row, |facts| facts.model.clone());
                    vec![(
                        text::fit_middle(&model, look.width).into(),
                        look.theme.dim(),
                    )]
                },
                ..USUAL
            },
            Column::Context => Self {
                measure: |row| [text::width(&fact(row, Facts::context)); 2],
                gives_up: const { &[step(35, 0)] },
                is_whole: true,
                at_right: true,
                draw: |row, look| vec![(fact(row, Facts::context), look.own(row))],
                ..USUAL
            },
            Column::Mode => Self {
                measure: |row| [text::width(&fact(row, |facts| facts.mode.clone())); 2],
                cap: |_| 12,
                gives_up: const { &[step(23, 0)] },
                draw: |row, look| vec![(fact(row, |facts| facts.mode.clone()), look.theme.dim())],
                ..USUAL
            },
            Column::Tokens => Self {
                measure: |row| [text::width(&fact(row, Facts::used)); 2],
                gives_up: const { &[step(14, 0)] },
                is_whole: true,
                at_right: true,
                draw: |row, look| vec![(fact(row, Facts::used), look.theme.dim())],
                ..USUAL
            },
            _ => USUAL,
        }
    }
}

impl Look {
    /// Ordinary text, of a row that is quiet faint.
    fn own(&self, row: &Row) -> Style {
        match Attention::from(row.state) {
            Attention::Quiet => self.theme.dim(),
            _ => self.theme.text(),
        }
    }
}

/// Those that have something back when others have gone, in this order, and with how much they come back themselves.
pub(crate) const GROWING: [(Column, usize); 2] =
    [(Column::Place, LEAST_PLACE), (Column::Target, usize::MAX)];

/// How wide the parts of a row are.
pub(crate) fn widths(row: &Row) -> Widths {
    let mut widths = Widths::default();
    for column in Column::all() {
        widths[column as usize] = (Spec::of(column).measure)(row);
    }
    widths
}

/// What the assistant's own files say of it.
fn fact(row: &Row, of: fn(&Facts) -> Option<String>) -> String {
    let facts = row.facts.as_deref();
    facts.and_then(of).unwrap_or_default()
}

/// How fine an age is shown on a line of so many columns.
pub(crate) fn grain(row: &Row, line: usize) -> Grain {
    match Attention::from(row.state) {
        Attention::NeedsYou if line >= NARROW => Grain::Fine,
        _ => Grain::Coarse,
    }
}

/// The address; where it is too long the end is kept, which tells panes of one session apart.
fn shown_target(row: &Row, width: usize) -> String {
    let target = labels::target(row);
    match target.rfind(':') {
        Some(colon) if text::width(&target) > width => {
            let (session, place) = target.split_at(colon);
            let left = width.saturating_sub(text::width(place));
            format!("{}{place}", text::fit_middle(session, left))
        }
        _ => target,
    }
}

fn draw_work(row: &Row, look: &Look) -> Vec<Part> {
    let Some(form) = (Spec::of(Column::Work).form)(look.line) else {
        return Vec::new();
    };
    let styled = |(part, meaning): (String, char)| {
        let style = match meaning {
            '+' => look.theme.diff("+"),
            '-' => look.theme.diff("-"),
            '!' => look.theme.trouble(),
            _ => look.theme.dim(),
        };
        (part, style)
    };
    let parts = labels::work(row, form == 1).into_iter();
    parts.map(styled).collect()
}
