//! How wide the columns of the list are: as their contents, within limits. What a row does or asks has half of the
//! line; where the others would leave it less the least needed ones shrink and go.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::age::{self, Grain};
use crate::tui::model::{ENDED, Model};
use crate::tui::text;

/// Below this width ages are short, and the assistant's name goes before the text has less than its half.
pub(super) const NARROW: usize = 60;

/// Columns of the short form of a state's words.
const SHORT_WORD: usize = 8;

/// A project of less tells nothing.
const LEAST_PLACE: usize = 11;

/// Mark, sign and the space after it.
const LEAD: usize = 3;

/// Widths of the columns; zero: left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Of the whole line.
    pub(super) width: usize,
    pub(super) assistant: usize,
    pub(super) target: usize,
    pub(super) place: usize,
    pub(super) word: usize,
    /// Changes and tasks.
    pub(super) work: usize,
    pub(super) age: usize,
}

impl Columns {
    /// Fits the columns of the rows on the list into `width`.
    pub(super) fn of(model: &Model, width: usize, now: Timestamp) -> Self {
        let list = &model.list.columns;
        let ages = list.since().map(|(grain, since)| {
            let grain = if width < NARROW { Grain::Coarse } else { grain };
            age::longest(now, since.values(), grain)
        });
        let mut past = [0; 4];
        for ended in model.list.ended() {
            let [assistant, target, place] = ended.widths();
            let age = text::width(&age::text(now, ended.session.ended, Grain::Coarse));
            for (widest, width) in past.iter_mut().zip([assistant, target, place, age]) {
                *widest = width.max(*widest);
            }
        }
        for startable in model.list.startable() {
            for (widest, width) in past.iter_mut().zip(startable.widths()) {
                *widest = width.max(*widest);
            }
        }
        let [assistant, target, place, age] = past;
        let word = model.list.ended().first().map_or(0, |_| text::width(ENDED));
        let mut columns = Self {
            width,
            assistant: list.assistant.widest().max(assistant).min(12),
            target: list.target.widest().max(target).min(10.max(width / 5)),
            place: list.place.widest().max(place).min(width / 4),
            word: list.word.widest().max(word),
            work: work_form(width)
                .map_or(0, |with_files| list.work[usize::from(with_files)].widest()),
            age: ages[0].max(ages[1]).max(age),
        };
        columns.shrink(width);
        columns
    }

    /// Gives up columns, the least needed first, until the text has its half.
    fn shrink(&mut self, width: usize) {
        let wanted = *self;
        for (place, target) in [(24, 16), (16, 14)] {
            self.place = narrowed(self.place, self.missing(width), place);
            self.target = narrowed(self.target, self.missing(width), target);
            if self.missing(width) > 0 {
                self.word = self.word.min(SHORT_WORD);
            }
        }
        if self.missing(width) > 0 {
            self.work = 0;
        }
        // A sign tells it as well.
        if self.missing(width) > 0 {
            self.word = 0;
        }
        self.place = narrowed(self.place, self.missing(width), LEAST_PLACE);
        self.target = narrowed(self.target, self.missing(width), 12);
        if self.missing(width) > 0 {
            self.place = 0;
        }
        self.assistant = narrowed(self.assistant, self.missing(width), 6);
        self.target = narrowed(self.target, self.missing(width), 8);
        if width < NARROW && self.missing(width) > 0 {
            self.assistant = 0;
        }
        self.take_back(wanted, width);
        if width < 34 {
            self.age = 0;
        }
        if width < 24 {
            self.target = narrowed(self.target, self.missing(width), 4);
        }
        if width < 16 {
            self.target = 0;
        }
    }

    /// What has gone since leaves room for others again.
    fn take_back(&mut self, wanted: Self, width: usize) {
        let spare = |columns: &Self| (width / 2).saturating_sub(columns.taken());
        let gap = spare(self);
        if self.place == 0 && gap >= LEAST_PLACE + 2 {
            self.place = wanted.place.min(gap - 2);
        }
        if self.place > 0 {
            self.place = wanted.place.min(self.place + spare(self)).max(self.place);
        }
        self.target = wanted
            .target
            .min(self.target + spare(self))
            .max(self.target);
    }

    /// How many columns the text lacks of its half.
    fn missing(&self, width: usize) -> usize {
        (self.taken() + width.div_ceil(2)).saturating_sub(width)
    }

    fn taken(&self) -> usize {
        let widths = [
            self.assistant,
            self.target,
            self.place,
            self.word,
            self.work,
            self.age,
        ];
        let gaps = 2 * widths.iter().filter(|width| **width > 0).count();
        LEAD + widths.iter().sum::<usize>() + gaps
    }
}

/// `column` less `by`, but not below `least` unless it was.
fn narrowed(column: usize, by: usize, least: usize) -> usize {
    column.saturating_sub(by).max(least.min(column))
}

/// From this width on there is room for changes and tasks, and from the second one for whole words.
const WORK_WIDTHS: [usize; 2] = [88, 108];

/// Whether changes are told with the number of files; `None` where there is no room for them.
pub(super) fn work_form(width: usize) -> Option<bool> {
    (width >= WORK_WIDTHS[0]).then_some(width >= WORK_WIDTHS[1])
}
