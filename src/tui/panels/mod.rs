//! The parts of the screen below, beside and over the list: one file each, with how it is drawn, how
//! much room it wants, what keys mean in it and which of them it tells of. [`of`] is the only place that
//! knows which of them stands for what the model has open.
//!
//! Reads the model, and where a key is taken changes what is its own; what follows from that is `update`'s.

mod activity;
mod away;
pub(crate) mod changes;
mod columns;
mod confirm;
pub(crate) mod detail;
pub(crate) mod empty;
mod ended;
mod fold;
mod found;
mod health;
mod help;
pub(crate) mod hints;
mod install;
pub(crate) mod list;
mod manage;
pub(crate) mod preview;
mod request;
mod shares;
mod sheet;
mod startable;
pub(crate) mod tabs;
mod tall;
mod tasks;
pub(crate) mod write;

use std::ops::Range;

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Hint};
use crate::tui::model::{Follow, Model, Panel, Tab};

/// What a panel is made of.
pub(crate) struct Component {
    /// All that it shows, in so many columns.
    pub(crate) page: fn(&Model, Timestamp, u16) -> Page,
    /// How many lines of the region it wants below the list.
    pub(crate) height: fn(&Model, Rect) -> u16,
    /// The keys that matter in it, the most useful first.
    pub(crate) hints: fn(&Model) -> &'static [Hint],
    /// Takes a key that means something else in it than everywhere, in its region of the screen.
    pub(crate) press: fn(&mut Model, Action, Rect) -> Option<Taken>,
    /// Takes a click on this line and column of it, from 0, where it has so many columns.
    pub(crate) click: fn(&mut Model, (usize, usize), u16) -> Option<Taken>,
    /// When a text in it changes by itself.
    pub(crate) next_change: fn(&Model, Timestamp) -> Option<Timestamp>,
    /// The side of the selected row that it belongs to; `None`: it is about something else.
    pub(crate) tab: Option<Tab>,
    /// What an answer would be about while it is open.
    pub(crate) asks: Asks,
    /// What the keys that move do.
    pub(crate) moves: Moves,
    /// Whether a click anywhere closes it.
    pub(crate) is_passing: bool,
    /// Whether nothing else is told while there are no rows.
    pub(crate) is_alone: bool,
    /// What it lays over everything else.
    pub(crate) over: Option<Over>,
}

/// What an answer would be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Keys answer nothing here.
    Nothing,
    /// The selected row's request.
    OfRow,
    /// What the panel itself asks.
    OfPanel,
}

/// What the keys that move do while a panel is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moves {
    /// Choose rows, by pages of the list as well.
    List,
    /// Choose rows, and scroll the panel by pages.
    Rows,
    /// Scroll the panel.
    Panel,
}

/// Something that lies over everything else.
pub(crate) struct Over {
    pub(crate) draw: fn(&Model, &mut Buffer),
    /// How many of its lines do not fit into so large a screen.
    pub(crate) hidden_lines: fn(&Model, Rect) -> usize,
}

/// What a panel shows, from its first line to its last.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) lines: Vec<Line<'static>>,
    /// Which of them are what an answer would be about.
    pub(crate) asked: Option<Range<usize>>,
}

impl From<Vec<Line<'static>>> for Page {
    fn from(lines: Vec<Line<'static>>) -> Self {
        Self { lines, asked: None }
    }
}

/// A key or a click was taken by a panel; by default that is all.
#[derive(Default)]
pub(crate) struct Taken {
    /// Which part of the list must be in view after it; `None`: nothing follows from it.
    pub(crate) follow: Option<Follow>,
    /// A line of the panel that must be in view after it.
    pub(crate) line: Option<usize>,
    pub(crate) effects: Vec<Effect>,
    /// Why it did nothing.
    pub(crate) advice: Option<Advice>,
    /// It should have opened a line to type in.
    pub(crate) wants_line: bool,
}

/// Why something is not so, and what to do next.
pub(crate) struct Advice {
    pub(crate) why: String,
    pub(crate) next: &'static str,
}

impl Taken {
    fn but(why: &str, next: &'static str) -> Self {
        let why = why.to_owned();
        Self {
            advice: Some(Advice { why, next }),
            ..Self::default()
        }
    }

    fn then(follow: Follow) -> Self {
        Self {
            follow: Some(follow),
            ..Self::default()
        }
    }

    fn and(effect: Effect) -> Self {
        Self {
            effects: vec![effect],
            ..Self::default()
        }
    }
}

/// A panel in which no key means anything of its own; each says what it shows and how it is reached.
const PLAIN: Component = Component {
    page: |_, _, _| Page::default(),
    height: |_, body| two_thirds(body),
    hints: |_| &[],
    press: |_, _, _| None,
    click: |_, _, _| None,
    next_change: |_, _| None,
    tab: None,
    asks: Asks::Nothing,
    moves: Moves::Rows,
    is_passing: false,
    is_alone: false,
    over: None,
};

/// A question must be seen, however little room there is.
const QUESTION: Component = Component {
    height: |_, body| {
        (body.height * 2 / 3)
            .max(4)
            .min(body.height.saturating_sub(1))
    },
    moves: Moves::Panel,
    is_passing: true,
    ..PLAIN
};

/// What stands for the open panel.
pub(crate) fn of(model: &Model) -> &'static Component {
    match &model.panel {
        Panel::Detail => &detail::DETAIL,
        Panel::Explain => &detail::EXPLAIN,
        Panel::Preview => &preview::PREVIEW,
        Panel::Request => &request::REQUEST,
        Panel::Confirm(_) => &confirm::CONFIRM,
        Panel::Help => &help::HELP,
        Panel::Install(_) => &install::INSTALL,
        Panel::Away(_) => &away::AWAY,
        Panel::Work(_) => &tasks::TASKS,
        Panel::Diff(_) => &changes::CHANGES,
        Panel::Health => &health::HEALTH,
        Panel::Launch(_) => &manage::LAUNCH,
        Panel::Stop(_) => &manage::STOP,
        Panel::StopMarked(_) => &manage::STOP_MARKED,
        Panel::Write => &write::WRITE,
    }
}

/// What the open panel shows.
pub(crate) fn page(model: &Model, now: Timestamp, width: u16) -> Page {
    (of(model).page)(model, now, width)
}

/// Whether the open panel is there to be seen: one about the selected row is not without a row, or a folder
/// to tell of instead. What lies over everything needs no place of its own.
pub(crate) fn is_shown(model: &Model) -> bool {
    let is_no_row = || {
        model.selected_past().is_some()
            || model.selected_startable().is_some()
            || model.selected_fold().is_some()
    };
    let is_told = || model.panel == Panel::Detail && is_no_row();
    of(model).tab.is_none() || model.subject().is_some() || is_told()
}

/// Whether the keys that move scroll what is open instead of choosing a row.
pub(crate) fn scrolls(model: &Model) -> bool {
    of(model).moves == Moves::Panel || !model.has_overview()
}

/// The list keeps at least three lines.
fn most(body: Rect) -> u16 {
    body.height.saturating_sub(4)
}

/// Most of the room: a panel that was asked for by a key.
fn two_thirds(body: Rect) -> u16 {
    (body.height * 2 / 3).min(most(body))
}

fn half(body: Rect) -> u16 {
    (body.height / 2).max(2).min(most(body))
}
