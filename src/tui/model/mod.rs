//! All that a dashboard knows and shows. Only `update` changes it; the view reads it. It holds no
//! handle to anything: a model can be made, changed and drawn in a test without a terminal.

pub(crate) mod alerts;
pub(crate) mod arranged;
mod columns;
pub(crate) mod deny_prompt;
mod ended;
mod followed;
mod heading;
mod list;
pub(crate) mod marks;
pub(crate) mod mirror;
mod panel;
pub(crate) mod preview;
pub(crate) mod pulse;
pub(crate) mod request;
pub(crate) mod round;
mod rows;
#[cfg(test)]
mod rows_tests;
pub(crate) mod seen;
mod startable;
mod sums;
mod tall;
pub(crate) mod task_prompt;
pub(crate) mod trust;
pub(crate) mod work;
pub(crate) mod writing;

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::Bound;
use crate::keymap;
use crate::mux::Beside;
use crate::notify::Snoozes;
use crate::state::update::{Health, Role};
use crate::state::{EndedSession, Request, Row};
use crate::tui::background::Background;
use crate::tui::effect::PROJECT;
use crate::tui::kept::{self, Flags, Kept};
use crate::tui::message::{Hooks, Listed, Need};
pub(crate) use crate::tui::setup::Setup;
use arranged::Arranged;
use deny_prompt::DenyPrompt;
use ended::Ended;
pub(crate) use ended::{Past, WORD as ENDED};
pub(crate) use followed::{Fall, Followed};
pub(crate) use heading::Heading;
pub(crate) use list::{Counts, Entry, Fold, List};
use marks::{Ending, Marks};
use mirror::{Mirror, Seen as Drawn};
pub(crate) use panel::{Away, Changes, Focus, Install, Launch, Panel, Stage, Stop, Tab, Tasks};
use preview::Preview;
use request::OpenRequest;
use round::Round;
use rows::{Change, Known, Rows};
use seen::Seen;
use startable::Startables;
pub(crate) use startable::{Startable, Unnamed};
use task_prompt::TaskPrompt;
use work::Lists;
use writing::Writing;

/// How long a notice stays.
const NOTICE_STAYS: Duration = Duration::from_secs(6);

/// The dashboard's state.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is true or not whatever the others are"
)]
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) setup: Setup,
    pub(crate) rows: Rows,
    /// Sessions that are over.
    pub(crate) ended: Ended,
    /// Those that are being started again.
    pub(crate) resuming: Vec<String>,
    /// What launchers list.
    pub(crate) startables: Startables,
    /// The person does not want to see what is no row.
    pub(crate) hides_faint: bool,
    pub(crate) role: Option<Role>,
    pub(crate) health: Health,
    pub(crate) hooks: Hooks,
    /// What else is needed, and how that is.
    pub(crate) needs: Needs,
    /// How the person has arranged the list.
    pub(crate) arranged: Arranged,
    pub(crate) filter: String,
    /// Whether keys go into the filter.
    pub(crate) typing: bool,
    /// Whether the filter's line is open still, and its keys go from match to match.
    pub(crate) stepping: bool,
    /// The id of the selected row.
    pub(crate) selected: Option<String>,
    /// Where the selected row stands among the visible ones: its successor is found here.
    pub(crate) position: usize,
    /// When the selection last moved to another row by itself, and why.
    pub(crate) fell: Option<(Timestamp, Fall)>,
    /// The session whose row is selected, or was until it went a moment ago.
    pub(crate) followed: Option<Followed>,
    /// Whether the person has chosen nothing yet: the most urgent row is selected, whichever that is. A key or a
    /// click ends it.
    pub(crate) is_untouched: bool,
    /// When the person did something last.
    pub(crate) last_input: Option<Timestamp>,
    /// After which of these moments it was asked whether there is a later one elsewhere.
    pub(crate) asked_after: Option<Timestamp>,
    /// The person has come back, and what happened meanwhile is being read.
    pub(crate) came_back: bool,
    /// Until then letters belong to a line that was not opened.
    pub(crate) unheard_until: Option<Timestamp>,
    /// What the list shows; follows from rows, how they are arranged, and filter.
    pub(crate) list: List,
    /// The first line of the list on the screen.
    pub(crate) top: usize,
    pub(crate) panel: Panel,
    /// How many lines of the panel are scrolled away.
    pub(crate) scroll: usize,
    pub(crate) notice: Option<Notice>,
    /// What is beside the dashboard.
    pub(crate) split: Beside,
    /// What is drawn there, where the pane itself cannot be.
    pub(crate) mirror: Mirror,
    /// What the selected row's pane shows.
    pub(crate) preview: Preview,
    /// The pane drawn there that the person types into.
    pub(crate) typing_into: Option<(Server, PaneId)>,
    /// How often that was begun.
    pub(crate) typing_turn: u64,
    /// How many keys about that are not answered yet.
    pub(crate) split_keys: usize,
    /// The socket and the pane of what was started last, until its row is there or the person does
    /// something else.
    pub(crate) awaited: Option<(String, PaneId)>,
    /// Rows that are being stopped.
    pub(crate) stopping: Vec<Row>,
    /// Rows of which nobody is told for a while.
    pub(crate) snoozes: Snoozes,
    /// The multiplexer was asked for a jump and has not answered yet.
    pub(crate) jumping: bool,
    /// Requests that are being answered: a second press means nothing until that is over.
    pub(crate) deciding: Vec<Bound>,
    /// The selected row's request, and what is known of it.
    pub(crate) asked: Option<OpenRequest>,
    /// How much of what is asked has been on the screen.
    pub(crate) seen: Seen,
    /// The request of the selected row that the person has chosen; `None`: the most urgent one.
    pub(crate) chosen: Option<Request>,
    /// What the person is saying to an assistant.
    pub(crate) denying: Option<DenyPrompt>,
    /// The title that the person gives a task.
    pub(crate) titling: Option<TaskPrompt>,
    /// What the person writes to assistants.
    pub(crate) writing: Writing,
    /// The marked rows.
    pub(crate) marks: Marks,
    /// The marked ones whose requests are gone through one after another.
    pub(crate) round: Option<Round>,
    /// Marked rows that are being stopped.
    pub(crate) ending: Ending,
    /// What is known of changes and tasks.
    pub(crate) work: Lists,
    /// What stands behind the text, as the terminal has said.
    pub(crate) background: Option<Background>,
    /// It was asked.
    pub(crate) has_asked: bool,
    /// What the settings file says that does not hold.
    pub(crate) settings: Settings,
    /// Nothing is drawn while the screen belongs to an attached session.
    pub(crate) away: bool,
    /// Counts what changed on the screen: equal means that nothing has to be drawn.
    pub(crate) version: u64,
}

/// What is needed beside hooks and a collector, as it was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    pub(crate) found: Vec<Need>,
    /// It was asked for since the tab was opened.
    pub(crate) asked: bool,
}

/// What a settings file says that has changed, and that does not hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Why it cannot be used.
    pub(crate) wrong: Option<String>,
    /// The keys that hold from the next start on.
    pub(crate) later: Vec<String>,
}

/// Which part of the list must stay on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The selected row.
    Selection,
    /// The selected row, if the person had it in view.
    IfVisible,
}

/// A sentence that stays for some seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    pub(crate) until: Timestamp,
}

impl Model {
    /// An empty dashboard.
    pub fn new(setup: Setup) -> Self {
        keymap::bind(setup.keys.clone());
        let mut model = Self::without_panel(setup);
        model.open(Panel::default());
        model
    }

    fn without_panel(setup: Setup) -> Self {
        let is_split = setup.split && setup.in_multiplexer;
        let kept = setup.kept.as_ref();
        let arranged = kept.map(Arranged::of).unwrap_or_default();
        Self {
            setup,
            arranged,
            rows: Rows::default(),
            ended: Ended::default(),
            resuming: Vec::new(),
            startables: Startables::default(),
            hides_faint: false,
            role: None,
            health: Health::default(),
            hooks: Hooks::default(),
            needs: Needs::default(),
            filter: String::new(),
            typing: false,
            stepping: false,
            selected: None,
            position: 0,
            fell: None,
            followed: None,
            is_untouched: true,
            last_input: None,
            asked_after: None,
            came_back: false,
            unheard_until: None,
            list: List::default(),
            top: 0,
            panel: Panel::default(),
            scroll: 0,
            notice: None,
            split: Beside {
                // Enter may come before it is there, and is meant for it already.
                is_open: is_split,
                ..Beside::default()
            },
            mirror: Mirror::default(),
            preview: Preview::default(),
            typing_into: None,
            typing_turn: 0,
            split_keys: usize::from(is_split),
            awaited: None,
            stopping: Vec::new(),
            snoozes: Snoozes::default(),
            jumping: false,
            deciding: Vec::new(),
            asked: None,
            seen: Seen::default(),
            chosen: None,
            denying: None,
            titling: None,
            writing: Writing::default(),
            marks: Marks::default(),
            round: None,
            ending: Ending::default(),
            work: Lists::default(),
            background: None,
            has_asked: false,
            settings: Settings::default(),
            away: false,
            version: 0,
        }
    }

    /// Counts the changes of the screen: equal means that nothing has to be drawn.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether the screen belongs to somebody else at the moment.
    pub fn is_away(&self) -> bool {
        self.away
    }

    /// Something on the screen is not as it was.
    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    /// Tells the person something, for some seconds.
    pub(crate) fn notify(&mut self, text: &str, now: Timestamp) {
        self.notice = Some(Notice {
            text: text.to_owned(),
            until: now.plus(NOTICE_STAYS),
        });
        self.touch();
    }

    /// Tells the person why something is not so, and what to do next.
    pub(crate) fn advise(&mut self, why: &str, next: &str, now: Timestamp) {
        self.notify(&format!("{why} · {next}"), now);
    }

    /// Shows something else below or beside the list, from its beginning.
    pub(crate) fn open(&mut self, panel: Panel) {
        self.panel = self.instead_of(panel);
        self.scroll = 0;
    }

    /// Whether what is chosen is shown beside the dashboard: there is a place, or was until somebody has
    /// closed it.
    pub(crate) fn is_split(&self) -> bool {
        self.split.is_open || self.split.is_lost
    }

    /// Whether what is chosen is brought there by Enter: what is drawn there follows the selection by itself, and
    /// Enter goes to the pane.
    pub(crate) fn is_lent(&self) -> bool {
        self.is_split() && self.split.drawn.is_none()
    }

    /// The pane whose screen is drawn beside the dashboard.
    pub(crate) fn drawn_pane(&self) -> Option<&(Server, PaneId)> {
        let is_drawn = self.split.is_open && self.split.drawn.is_some();
        let pane = self.split.shows.as_ref().filter(|_| is_drawn)?;
        matches!(self.mirror.of(pane), Some(Drawn::Picture(_))).then_some(pane)
    }

    /// Whether the row's pane stands beside the dashboard.
    pub(crate) fn is_beside(&self, row: &Row) -> bool {
        let shows = self.split.shows.as_ref();
        shows.is_some_and(|(server, pane)| {
            row.server.as_ref() == Some(server) && row.pane == Some(*pane)
        })
    }

    /// The selected row's place among the rows of the list, and its line there, if it is on the list.
    pub(crate) fn place_of_selected(&self) -> Option<(usize, usize)> {
        let id = self.selected.as_deref()?;
        match self.rows.known(id) {
            Some(known) => self.list.find(known),
            None => self.list.find_faint(id),
        }
    }

    /// The selected session that is over.
    pub(crate) fn selected_past(&self) -> Option<&Arc<Past>> {
        self.ended.get(self.selected.as_deref()?)
    }

    /// What is selected and can be started.
    pub(crate) fn selected_startable(&self) -> Option<&Arc<Startable>> {
        self.startables.get(self.selected.as_deref()?)
    }

    /// The selected row.
    pub(crate) fn selected_row(&self) -> Option<&Row> {
        self.rows.get(self.selected.as_deref()?)
    }

    /// The marked rows, the most urgent one first.
    pub(crate) fn marked_rows(&self) -> Vec<Arc<Row>> {
        let ids = self.marks.ids();
        let mut marked: Vec<_> = ids.filter_map(|id| self.rows.known(id)).collect();
        marked.sort_unstable_by(|one, other| one.by_urgency(other));
        let rows = marked.into_iter().map(|known| Arc::clone(&known.row));
        rows.collect()
    }

    /// Whether the install is offered: nobody reports, and somebody who is there could not.
    pub(crate) fn offers_install(&self) -> bool {
        let could = matches!(self.hooks, Hooks::Missing | Hooks::Partly);
        self.has_overview() && self.rows.is_empty() && could
    }

    /// The folded group that is selected.
    pub(crate) fn selected_fold(&self) -> Option<Fold<'_>> {
        self.list.folded(self.selected.as_deref()?)
    }

    /// Brings the list into line with rows, filter and how they are arranged: after another view or filter, not after
    /// a change of a row.
    pub(crate) fn arrange(&mut self) {
        let arranged = &self.arranged;
        self.list = List::of(&self.rows, arranged.view, &self.filter, arranged.folds());
        self.put_faint();
    }

    fn put_faint(&mut self) {
        if self.hides_faint {
            self.list.hide_faint();
        } else {
            self.list
                .put_faint(&self.ended, &self.startables, &self.rows);
        }
    }

    /// Takes in all rows anew.
    pub(crate) fn put_all(&mut self, rows: Vec<Row>) {
        let before = std::mem::take(&mut self.rows);
        let flags = |row: &Row| flags_of(&self.arranged, before.known(&row.id), row);
        self.rows = Rows::of(rows, flags);
        self.arrange();
        let (rows, arranged) = (&self.rows, &self.arranged);
        self.work.keep(|id| id == PROJECT || rows.get(id).is_some());
        let is_same = |id: &str| {
            let both = before.get(id).zip(rows.get(id));
            both.is_some_and(|(before, after)| kept::is_same(before, after))
        };
        self.marks.keep(is_same);
        for known in rows.in_order() {
            if arranged.flags(&known.row).marked {
                self.marks.add(&known.row.id);
            }
        }
    }

    /// Takes in all sessions that are over.
    pub(crate) fn put_ended(&mut self, sessions: &[EndedSession], now: Timestamp) {
        self.ended.take(sessions, now);
        self.put_faint();
    }

    /// Takes in what launchers list.
    pub(crate) fn put_listed(&mut self, listed: &Listed, now: Timestamp) {
        self.startables.take(&self.setup.launchers, listed, now);
        self.put_faint();
    }

    /// Whether anything is known that is no row.
    pub(crate) fn has_faint(&self) -> bool {
        !(self.ended.is_empty() && self.startables.is_empty())
    }

    /// Whether the list has nothing to show, whatever is looked for.
    pub(crate) fn has_nothing(&self) -> bool {
        self.rows.is_empty() && (self.hides_faint || !self.has_faint())
    }

    /// Takes in a row, new or changed; false when it is as it was.
    pub(crate) fn put(&mut self, row: Arc<Row>) -> bool {
        let before = self.rows.known(&row.id).cloned();
        let flags = flags_of(&self.arranged, before.as_ref(), &row);
        let goes_on = before
            .as_ref()
            .is_some_and(|it| kept::is_same(&it.row, &row));
        let names = |row: &Row| (row.instance_id.clone(), row.pid);
        if !goes_on {
            // Another assistant has taken its place.
            self.marks.remove(&row.id);
            if self.arranged.flags(&row).marked {
                self.marks.add(&row.id);
            }
        } else if before.is_some_and(|it| names(&it.row) != names(&row)) {
            // It is known by another name from now on.
            let marked = self.marks.has(&row.id);
            let flags = Flags { marked, ..flags };
            if flags != Flags::default() {
                self.arranged.keep([(&*row, flags)]);
            }
        }
        let change = self.rows.put(row, flags);
        self.follow(change)
    }

    /// Takes in what the person has done with a row.
    pub(crate) fn put_flags(&mut self, id: &str, flags: Flags) {
        let Some(known) = self.rows.known(id).cloned() else {
            return;
        };
        let marked = self.marks.has(id);
        self.arranged
            .keep([(&*known.row, Flags { marked, ..flags })]);
        let change = self.rows.put(Arc::clone(&known.row), flags);
        self.follow(change);
    }

    /// Marks these rows, or takes their marks away.
    pub(crate) fn mark<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>, marked: bool) {
        let mut changed = Vec::new();
        for id in ids {
            if self.marks.has(id) == marked {
                continue;
            }
            if marked {
                self.marks.add(id);
            } else {
                self.marks.remove(id);
            }
            changed.extend(self.rows.known(id).cloned());
        }
        let flags = |known: &Arc<Known>| Flags {
            marked,
            ..known.flags
        };
        let changed = changed.iter().map(|known| (&*known.row, flags(known)));
        self.arranged.keep(changed);
    }

    /// Takes in what a request of a row asks in full.
    pub(crate) fn put_full(&mut self, id: &str, request: &Request, full: &str) -> bool {
        let change = self.rows.put_full(id, request, full);
        self.follow(change)
    }

    /// Takes in what another dashboard has left of rows and groups.
    pub(crate) fn put_kept(&mut self, kept: &Kept) {
        self.arranged.take(kept);
        let rows: Vec<Arc<Row>> = self
            .rows
            .in_order()
            .iter()
            .map(|known| Arc::clone(&known.row))
            .collect();
        for row in rows {
            let flags = self.arranged.flags(&row);
            if flags.marked {
                self.marks.add(&row.id);
            } else {
                self.marks.remove(&row.id);
            }
            self.rows.put(
                row,
                Flags {
                    marked: false,
                    ..flags
                },
            );
        }
        self.arrange();
    }

    /// Lets a row go; false when there is none with that id.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.work.forget(id);
        self.mark([id], false);
        let change = self.rows.remove(id);
        self.follow(change)
    }

    fn follow(&mut self, change: Option<Change>) -> bool {
        let Some(Change { before, after }) = change else {
            return false;
        };
        self.list.change(before.as_ref(), after.as_ref());
        let id = after.or(before).map(|known| known.row.id.clone());
        if id.is_some_and(|id| self.startables.are_about(&id)) {
            self.put_faint();
        }
        true
    }
}

/// What the person has done with a row, marks apart: as it was as long as the same assistant is there, else as it is
/// remembered.
fn flags_of(arranged: &Arranged, before: Option<&Arc<Known>>, row: &Row) -> Flags {
    match before.filter(|before| kept::is_same(&before.row, row)) {
        Some(before) => before.flags,
        None => Flags {
            marked: false,
            ..arranged.flags(row)
        },
    }
}
