//! How wide the columns of the list are: as their contents, within limits. What a row does or asks has half of the
//! line; where the others would leave it less the least needed ones shrink and go.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::{COUNT, Column, ListColumns};
use crate::tui::age::{self, Grain};
use crate::tui::columns::{AT_LAST, GROWING, NARROW, Part, Spec, Step};
use crate::tui::line_writer::LineWriter;
use crate::tui::model::Model;
use crate::tui::text;

/// Mark, sign and the space after it.
const LEAD: usize = 3;

/// Between two columns.
const GAP: usize = 2;

/// Widths of the columns; zero: left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Of the whole line.
    pub(super) line: usize,
    widths: [usize; COUNT],
}

/// What stands in one line beside its columns.
pub(super) struct Content<'a> {
    /// What stands before them all.
    pub(super) lead: &'a dyn Fn(&mut LineWriter<'_>),
    /// What stands in a column of so many columns.
    pub(super) cell: &'a dyn Fn(Column, usize) -> Vec<Part>,
    /// What has all that is left.
    pub(super) message: &'a dyn Fn(&mut LineWriter<'_>),
    /// A column beside the message that is empty in this line is the message's.
    pub(super) fills: bool,
}

impl Columns {
    /// Fits the columns of the list into a line of `line`. `faint`: how wide one is in what is no row.
    pub(super) fn of(
        model: &Model,
        line: usize,
        now: Timestamp,
        faint: impl Fn(Column) -> usize,
    ) -> Self {
        let mut columns = Self {
            line,
            ..Self::default()
        };
        let shown = &model.setup.columns;
        for column in Column::all().filter(|column| shown.shows(*column)) {
            let spec = Spec::of(column);
            let Some(form) = (spec.form)(line) else {
                continue;
            };
            let of_rows = match column {
                Column::Age => longest_age(model, line, now),
                _ => model.list.columns.widest(column, form),
            };
            let cap = shown.cap(column).unwrap_or((spec.cap)(line));
            let widest = of_rows.max(faint(column));
            columns.widths[column as usize] = widest.min(cap);
        }
        columns.shrink();
        columns
    }

    /// Columns of this one; zero: it is left out.
    pub(super) fn width(&self, column: Column) -> usize {
        self.widths[column as usize]
    }

    /// Gives up columns, the least needed first, until the text has its half.
    fn shrink(&mut self) {
        let wanted = *self;
        let mut steps: Vec<(Column, Step)> = Column::all()
            .flat_map(|column| {
                let steps = Spec::of(column).gives_up.iter();
                steps.map(move |step| (column, *step))
            })
            .collect();
        steps.sort_by_key(|(_, step)| step.rank);
        let (first, last): (Vec<_>, Vec<_>) =
            steps.into_iter().partition(|(_, step)| step.rank < AT_LAST);
        for (column, step) in first {
            self.give_up(column, step);
        }
        self.take_back(wanted);
        for column in Column::all() {
            if self.line < Spec::of(column).least_line {
                self.widths[column as usize] = 0;
            }
        }
        for (column, step) in last {
            self.give_up(column, step);
        }
    }

    fn give_up(&mut self, column: Column, step: Step) {
        let missing = self.missing();
        if missing == 0 || self.line >= step.below {
            return;
        }
        let width = &mut self.widths[column as usize];
        let at_once = step.to == 0 || Spec::of(column).is_whole;
        let left = if at_once {
            0
        } else {
            width.saturating_sub(missing)
        };
        *width = left.max(step.to.min(*width));
    }

    /// What has gone since leaves room for others again.
    fn take_back(&mut self, wanted: Self) {
        for (column, least) in GROWING {
            let (wanted, spare) = (wanted.width(column), self.spare());
            let width = &mut self.widths[column as usize];
            if *width > 0 {
                *width = wanted.min(*width + spare).max(*width);
            } else if spare >= least.saturating_add(GAP) {
                *width = wanted.min(spare - GAP);
            }
        }
    }

    /// How many columns the text has beyond its half.
    fn spare(&self) -> usize {
        (self.line / 2).saturating_sub(self.taken())
    }

    /// How many columns the text lacks of its half.
    fn missing(&self) -> usize {
        (self.taken() + self.line.div_ceil(2)).saturating_sub(self.line)
    }

    fn taken(&self) -> usize {
        let widths = self.widths.iter().filter(|width| **width > 0);
        LEAD + widths.map(|width| width + GAP).sum::<usize>()
    }

    /// Draws one line of the list in the order of the settings.
    pub(super) fn draw(
        &self,
        order: &ListColumns,
        line: Rect,
        buffer: &mut Buffer,
        content: &Content<'_>,
    ) {
        let (left, right) = order.sides();
        let cell = |column: &Column| {
            let width = self.width(*column);
            (width > 0).then(|| (*column, width, (content.cell)(*column, width)))
        };
        let mut left: Vec<_> = left.iter().filter_map(cell).collect();
        let mut right: Vec<_> = right.iter().rev().filter_map(cell).collect();
        if content.fills {
            for side in [&mut left, &mut right] {
                while side.pop_if(|(.., parts)| is_blank(parts)).is_some() {}
            }
        }
        let mut end = line.right().saturating_sub(1).max(line.x);
        for (column, width, parts) in &right {
            let width = u16::try_from(*width).unwrap_or(u16::MAX);
            let start = end.saturating_sub(width).max(line.x);
            put(
                *column,
                parts,
                &mut LineWriter::new(buffer, start, line.y, end),
            );
            let gap = u16::try_from(GAP).unwrap_or(u16::MAX);
            end = start.saturating_sub(gap).max(line.x);
        }
        let mut writer = LineWriter::new(buffer, line.x, line.y, end);
        (content.lead)(&mut writer);
        for (column, width, parts) in &left {
            writer.part(*width, |writer| put(*column, parts, writer));
            writer.skip(GAP);
        }
        (content.message)(&mut writer);
    }
}

fn is_blank(parts: &[Part]) -> bool {
    parts.iter().all(|(text, _)| text.is_empty())
}

/// Writes a column's text where it stands in it.
fn put(column: Column, parts: &[Part], writer: &mut LineWriter<'_>) {
    if Spec::of(column).at_right {
        let width: usize = parts.iter().map(|(part, _)| text::width(part)).sum();
        writer.skip(writer.room().saturating_sub(width));
    }
    for (part, style) in parts {
        writer.put(part, *style);
    }
}

fn longest_age(model: &Model, line: usize, now: Timestamp) -> usize {
    let ages = model.list.columns.since().map(|(grain, since)| {
        let grain = if line < NARROW { Grain::Coarse } else { grain };
        age::longest(now, since.values(), grain)
    });
    ages.into_iter().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::config::Config;
    use crate::state::{Facts, Row};
    use crate::tui::fixture::{With, day, model_with, now, row, screen};

    const WIDTHS: [u16; 4] = [40, 80, 120, 200];

    fn set(text: &str) -> ListColumns {
        let read = Config::parse(&format!("[columns]\n{text}"), Path::new("config.toml"));
        read.expect("it is right").columns
    }

    fn model_of(rows: Vec<Row>, width: u16, columns: &str) -> Model {
        let mut model = model_with(rows, width, 24);
        model.setup.columns = set(columns);
        model
    }

    /// Rows with more to say in each column than there is room for.
    fn long() -> Vec<Row> {
        let of = |pane: u32| {
            let target = format!("a-session-of-a-long-name-{pane}:12.{pane}");
            let mut row = row(
                pane,
                "an-assistant-of-a-long-name",
                State::WaitingApproval,
                &target,
                90_000,
            )
            .asks("Bash", &"cargo ".repeat(60))
            .in_folder(
                "/home/ada/src/a-project-of-a-very-long-name-too",
                Some("a/branch/of/the/same/length"),
            );
            row.diff = day().iter().find_map(|row| row.diff.clone());
            let facts = Facts {
                model: Some("a-model-of-a-very-long-name-of-a-year".to_owned()),
                mode: Some("a-mode-of-a-long-name".to_owned()),
                context_tokens: Some(160_208),
                tokens: Some(u64::MAX),
                ..Facts::default()
            };
            row.facts = Some(facts.into());
            row
        };
        (1..4).map(of).collect()
    }

    /// The line of the list that has `text`.
    fn line(model: &Model, text: &str) -> String {
        let screen = screen(model);
        let found = screen.lines().find(|line| line.contains(text));
        found
            .unwrap_or_else(|| panic!("{text}:\n{screen}"))
            .to_owned()
    }

    #[test]
    fn what_is_set_is_all_that_stands_there_and_in_that_order() {
        for width in WIDTHS {
            let shown = "show = ['state', 'message', 'age', 'assistant']";
            let model = model_of(day(), width, shown);
            let line = line(&model, "Edit: modules");
            let at = |text: &str| line.find(text).unwrap_or_else(|| panic!("{text}: {line}"));
            // In the narrowest one its sign tells it.
            assert!(width == 40 || at("works") < at("Edit: modules"), "{line}");
            assert!(
                at("Edit: modules") < at("12s") && at("12s") < at("opencode"),
                "{line}"
            );
            assert!(!line.contains("infra"), "{line}");
        }
    }

    #[test]
    fn what_it_does_or_asks_stands_at_the_end_where_it_is_not_named() {
        let model = model_of(day(), 80, "show = ['age', 'state']");
        let line = line(&model, "cargo publish");
        let asked = line.find("cargo publish");
        assert!(
            line.find("4m 12s") < asked && line.find("approval") < asked,
            "{line}"
        );
        assert!(!line.contains("claude"), "{line}");
    }

    #[test]
    fn with_what_an_assistant_works_stands_in_columns_where_that_is_set() {
        let mut rows = day();
        let facts = Facts {
            model: Some("claude-opus-5-5".to_owned()),
            mode: Some("acceptEdits".to_owned()),
            context_percent: Some(62),
            tokens: Some(1_234_567),
            ..Facts::default()
        };
        let works = rows.iter_mut().find(|row| row.state == State::Running);
        let works = works.expect("somebody works");
        works.facts = Some(facts.into());
        let about = works.target.to_string();
        let shown = "show = ['target', 'model', 'message', 'mode', 'context', 'tokens', 'age']";
        // Where there is little room the model's middle goes first, then all of them.
        let all = ["1.2M", "62 %", "acceptEdits", "claud…-5-5"];
        for (width, there) in [(40, 0), (80, 0), (120, 4), (200, 4)] {
            let model = model_of(rows.clone(), width, shown);
            let line = line(&model, &about);
            for text in &all[..there] {
                assert!(line.contains(text), "{width} {text}: {line}");
            }
            let few = "show = ['target', 'model', 'message', 'context', 'age']";
            let few = self::line(&model_of(rows.clone(), width, few), &about);
            let is_whole = few.contains("claude-opus-5-5") && few.contains("62 %");
            assert!(is_whole || width < 120, "{width}: {few}");
            let plain = model_of(rows.clone(), width, "");
            assert!(
                !screen(&plain)
                    .lines()
                    .take(12)
                    .any(|line| line.contains("62 %"))
            );
        }
    }

    #[test]
    fn no_column_is_wider_than_it_was_set_to_be_and_zero_leaves_it_out() {
        for width in WIDTHS {
            let model = model_of(
                long(),
                width,
                "target = 9\nassistant = 0\nproject = 12\nstate = 3",
            );
            let columns = Columns::of(&model, usize::from(width), now(), |_| 0);
            assert!(columns.width(Column::Target) <= 9);
            assert!(columns.width(Column::Place) <= 12);
            assert!(columns.width(Column::State) <= 3);
            assert_eq!(columns.width(Column::Assistant), 0);
            assert!(
                !screen(&model)
                    .lines()
                    .skip(2)
                    .take(3)
                    .any(|line| line.contains("an-as"))
            );
        }
    }

    #[test]
    fn whatever_is_set_the_text_has_its_half_from_sixty_columns_on() {
        let wide =
            "target = 999\nassistant = 999\nproject = 999\nstate = 999\nwork = 999\nage = 999";
        let turned =
            "show = ['age', 'work', 'message', 'state', 'project', 'target', 'assistant']\n";
        for text in [
            "",
            wide,
            &format!("{turned}{wide}"),
            "show = ['project', 'target']\nproject = 999",
            "show = ['model', 'target', 'context', 'mode', 'message', 'tokens', 'age']\nmodel = 999\nmode = 999",
            "show = ['tokens', 'assistant', 'target', 'project', 'state', 'work', 'age', 'model', 'context', 'mode']",
        ] {
            for width in 60..240 {
                let model = model_of(long(), width, text);
                let columns = Columns::of(&model, usize::from(width), now(), |_| 0);
                assert_eq!(columns.missing(), 0, "{width}: {text}: {columns:?}");
            }
        }
    }
}
