//! Where everything stands, as a function of the model and the size. The view draws by it and
//! `update` finds by it what the mouse points at, so that the two cannot disagree.

use ratatui::layout::Rect;

use crate::mux::Direction;
use crate::tui::model::alerts;
use crate::tui::model::{Model, Panel};
use crate::tui::panels::{self, detail, tabs};

/// From this width on the panel stands beside the list.
const BESIDE_WIDTH: u16 = 160;

/// Columns for how many rows are not in view, in words.
const ROOM_FOR_MORE: u16 = 20;

/// A list of so many lines gives none of them away.
const LEAST_LIST: u16 = 3;

/// The regions of the screen; a region without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) header: Rect,
    /// One line for each trouble, and one for a filter or view in force.
    pub(super) lines: Rect,
    pub(super) list: Rect,
    /// Where it is said how many rows are not in view; empty while all are.
    pub(super) more: Rect,
    /// The line between list and panel.
    pub(super) rule: Rect,
    /// The line of tabs: the rule itself, or the panel's first line where that is beside the list.
    pub(super) tabs: Rect,
    pub(super) panel: Rect,
    pub(super) footer: Rect,
    /// What the selected row's pane shows, the line that says so included.
    pub(super) preview: Rect,
    /// Where what a pane shows is drawn, the line between it and the rest included.
    pub(super) mirror: Rect,
}

impl Layout {
    /// The regions of `area`.
    pub(super) fn of(model: &Model, area: Rect) -> Self {
        let (area, mirror) = apart(model, area);
        let mut body = area;
        let header = take_top(&mut body, u16::from(area.height >= 2));
        let footer = take_bottom(&mut body, u16::from(area.height >= 4));
        let wanted = u16::try_from(alerts::lines(model).len()).unwrap_or(u16::MAX);
        let room = body.height / 4;
        let lines = take_top(&mut body, wanted.min(room));
        let bare = Self {
            header,
            lines,
            footer,
            mirror,
            ..Self::default()
        };
        if !model.has_overview() {
            return bare.alone(body);
        }
        if !panels::is_shown(model) {
            return Self { list: body, ..bare }.with_more(model);
        }
        if area.width >= BESIDE_WIDTH && body.height >= 6 {
            let beside = bare.beside(body, model).with_more(model);
            return beside.with_preview_below(model);
        }
        bare.below(body, model).with_more(model).with_preview(model)
    }

    /// Finds a place to say how many rows are not in view: beside the tabs, else in the list's last line.
    fn with_more(mut self, model: &Model) -> Self {
        let height = usize::from(self.list.height);
        if model.lines_of_list(height) <= height {
            return self;
        }
        let tabs = tabs::tabs(model, self.tabs);
        let taken = tabs
            .last()
            .map_or(self.rule.x, |(_, _, tab)| tab.right() + 1);
        let beside_tabs = Rect {
            x: taken,
            width: self.rule.right().saturating_sub(taken),
            ..self.rule
        };
        let is_across = self.rule.width > 1 && self.rule.height == 1;
        if is_across && beside_tabs.width >= ROOM_FOR_MORE {
            self.more = beside_tabs;
        } else if self.list.height > LEAST_LIST {
            self.more = take_bottom(&mut self.list, 1);
        } else if is_across {
            self.more = beside_tabs;
        }
        self
    }

    /// The preview has all of the panel's room while it is the panel.
    fn with_preview(self, model: &Model) -> Self {
        if model.panel != Panel::Preview {
            return self;
        }
        let panel = Rect {
            height: 0,
            ..self.panel
        };
        Self {
            preview: self.panel,
            panel,
            ..self
        }
    }

    /// Else it has what the details leave, where that is enough.
    fn with_preview_below(mut self, model: &Model) -> Self {
        if panels::preview::is_below(model) {
            let told = detail::height_in_full(model, self.panel.width, self.panel.height);
            let left = self.panel.height.saturating_sub(told);
            if left >= panels::preview::LEAST {
                self.preview = take_bottom(&mut self.panel, left);
            }
        }
        self.with_preview(model)
    }

    /// The region of the whole screen that the model was last told of.
    pub(super) fn of_model(model: &Model) -> Self {
        let (width, height) = model.setup.size;
        Self::of(model, Rect::new(0, 0, width, height))
    }

    /// Without any list: the panel below its tabs.
    fn alone(self, mut body: Rect) -> Self {
        let tabs = take_top(&mut body, 1);
        Self {
            rule: tabs,
            tabs,
            panel: body,
            ..self
        }
    }

    fn beside(self, body: Rect, model: &Model) -> Self {
        let width = (body.width * 2 / 5).min(90);
        let list = Rect {
            width: body.width - width - 1,
            ..body
        };
        let mut panel = Rect {
            x: list.right() + 1,
            width,
            ..body
        };
        let tabs = take_top(&mut panel, u16::from(panels::of(model).tab.is_some()));
        Self {
            list,
            rule: Rect {
                x: list.right(),
                width: 1,
                ..body
            },
            tabs,
            panel,
            ..self
        }
    }

    fn below(self, mut body: Rect, model: &Model) -> Self {
        let height = (panels::of(model).height)(model, body);
        let panel = take_bottom(&mut body, height);
        let rule = take_bottom(&mut body, u16::from(height > 0));
        Self {
            list: body,
            rule,
            tabs: rule,
            panel,
            ..self
        }
    }
}

/// Takes the room for what a pane shows off the screen, where there is to be any and enough of it.
fn apart(model: &Model, area: Rect) -> (Rect, Rect) {
    let drawn = model.split.drawn.as_ref();
    let Some(drawn) = drawn.filter(|_| model.split.is_open) else {
        return (area, Rect::default());
    };
    if drawn.room.lacking((area.width, area.height)).is_some() {
        return (area, Rect::default());
    }
    let mut rest = area;
    let mirror = match drawn.room.direction {
        Direction::Right => {
            let width = drawn.room.share(area.width) + 1;
            rest.width -= width;
            Rect {
                x: rest.right(),
                width,
                ..area
            }
        }
        Direction::Below => take_bottom(&mut rest, drawn.room.share(area.height) + 1),
    };
    (rest, mirror)
}

fn take_top(body: &mut Rect, height: u16) -> Rect {
    let taken = Rect {
        height: height.min(body.height),
        ..*body
    };
    body.y += taken.height;
    body.height -= taken.height;
    taken
}

fn take_bottom(body: &mut Rect, height: u16) -> Rect {
    let height = height.min(body.height);
    body.height -= height;
    Rect {
        y: body.bottom(),
        height,
        ..*body
    }
}
