//! All that a dashboard knows and shows. Only `update` changes it; the view reads it. It holds no
//! handle to anything: a model can be made, changed and drawn in a test without a terminal.

pub(crate) mod alerts;

use std::cmp::Ordering;

use pane_patrol_hooks::timestamp::Timestamp;
use time::UtcOffset;

use crate::act::Bound;
use crate::mux::Beside;
use crate::notify::Snoozes;
use crate::state::update::{Health, Role};
use crate::state::{Attention, Request, Row, urgency};
use crate::tui::labels;
use crate::tui::message::{Hooks, Offer};
use crate::tui::theme::Theme;
use crate::tui::update::answer::{Asked, Confirm};
use crate::tui::update::deny_prompt::Saying;
use crate::tui::update::launch::{Launch, Stop};
use crate::tui::update::seen::Seen;
use crate::tui::update::work::{Changes, Lists};

/// What the edge of the program knows and a model needs to be told once.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Whether the dashboard itself runs in a tmux pane or popup.
    pub in_tmux: bool,
    /// The difference between local time and UTC.
    pub offset: UtcOffset,
    /// The person's home, shown as `~`.
    pub home: Option<String>,
    /// Whether the place beside the dashboard is opened at once.
    pub split: bool,
    /// The names of what can be started.
    pub launchers: Vec<String>,
    /// Colours.
    pub theme: Theme,
    /// Columns and lines.
    pub size: (u16, u16),
}

/// The dashboard's state.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) setup: Setup,
    /// All rows, most urgent first.
    pub(crate) rows: Vec<Row>,
    pub(crate) role: Option<Role>,
    pub(crate) health: Health,
    pub(crate) hooks: Hooks,
    pub(crate) scope: Scope,
    pub(crate) filter: String,
    /// Whether keys go into the filter.
    pub(crate) typing: bool,
    /// The id of the selected row.
    pub(crate) selected: Option<String>,
    /// Where the selected row stands among the visible ones: its successor is found here.
    pub(crate) position: usize,
    /// Until when the most urgent row is selected, whichever comes; `None` before the first row. A
    /// key or a click ends it at once.
    pub(crate) arriving_until: Option<Timestamp>,
    /// What the list shows, from top to bottom; follows from the fields above.
    pub(crate) entries: Vec<Entry>,
    /// The first entry on the screen.
    pub(crate) top: usize,
    pub(crate) panel: Panel,
    /// How many lines of the panel are scrolled away.
    pub(crate) scroll: usize,
    pub(crate) notice: Option<Notice>,
    /// What is beside the dashboard.
    pub(crate) split: Beside,
    /// Rows of which nobody is told for a while.
    pub(crate) snoozes: Snoozes,
    /// tmux was asked for a jump and has not answered yet.
    pub(crate) jumping: bool,
    /// Requests that are being answered: a second press means nothing until that is over.
    pub(crate) deciding: Vec<Bound>,
    /// The selected row's request, and what is known of it.
    pub(crate) asked: Option<Asked>,
    /// How much of what is asked has been on the screen.
    pub(crate) seen: Seen,
    /// The request of the selected row that the person has chosen; `None`: the most urgent one.
    pub(crate) chosen: Option<Request>,
    /// What the person is saying to an assistant.
    pub(crate) saying: Option<Saying>,
    /// What is known of changes and tasks.
    pub(crate) work: Lists,
    /// Nothing is drawn while the screen belongs to an attached session.
    pub(crate) away: bool,
    /// Counts what changed on the screen: equal means that nothing has to be drawn.
    pub(crate) version: u64,
}

/// Which rows are shown, and in what sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All, by attention.
    #[default]
    All,
    /// Those that wait, failed or are done, by attention.
    Attention,
    /// All, by project.
    Projects,
}

impl Scope {
    /// The one that `f` goes to.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::All => Self::Attention,
            Self::Attention => Self::Projects,
            Self::Projects => Self::All,
        }
    }

    fn shows(self, row: &Row) -> bool {
        self != Self::Attention || Attention::from(row.state) < Attention::Working
    }
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A section begins.
    Heading(Heading),
    /// The row at this place of [`Model::rows`].
    Row(usize),
}

/// The title of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// Rows of one urgency.
    Attention(Attention),
    /// Rows of one project; empty when it is not known.
    Project(String),
}

/// What stands below or beside the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Panel {
    /// The selected row in short.
    #[default]
    Detail,
    /// The selected row with everything that was heard of it.
    Explain,
    /// The selected row's request, with room to read it.
    Request,
    /// Whether to answer what is only partly known.
    Confirm(Box<Confirm>),
    /// Keys and signs, over everything else.
    Help,
    /// What an install changes.
    Install(Install),
    /// The selected row's tasks.
    Work,
    /// What is changed in the selected row's folder.
    Diff(Changes),
    /// How well it is heard.
    Health,
    /// What can be started.
    Launch(Launch),
    /// Whether to stop a row.
    Stop(Stop),
}

/// How far an install is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Install {
    /// The changes are being worked out.
    Planning,
    /// The changes, to be confirmed.
    Planned(Offer),
    /// It is being done.
    Applying,
    /// It is over; says what happened, line by line.
    Over(Vec<String>),
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
        Self {
            setup,
            rows: Vec::new(),
            role: None,
            health: Health::default(),
            hooks: Hooks::default(),
            scope: Scope::default(),
            filter: String::new(),
            typing: false,
            selected: None,
            position: 0,
            arriving_until: None,
            entries: Vec::new(),
            top: 0,
            panel: Panel::default(),
            scroll: 0,
            notice: None,
            split: Beside::default(),
            snoozes: Snoozes::default(),
            jumping: false,
            deciding: Vec::new(),
            asked: None,
            seen: Seen::default(),
            chosen: None,
            saying: None,
            work: Lists::default(),
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

    /// Whether the place beside the dashboard is to be opened at once.
    pub(crate) fn starts_split(&self) -> bool {
        self.setup.split
    }

    /// Whether the row's pane stands beside the dashboard.
    pub(crate) fn is_beside(&self, row: &Row) -> bool {
        let shows = self.split.shows.as_ref();
        shows.is_some_and(|(server, pane)| {
            row.server.as_ref() == Some(server) && row.pane == Some(*pane)
        })
    }

    /// The selected row.
    pub(crate) fn selected_row(&self) -> Option<&Row> {
        let id = self.selected.as_deref()?;
        self.rows.iter().find(|row| row.id == id)
    }

    /// The rows on the list, from top to bottom.
    pub(crate) fn shown_rows(&self) -> impl DoubleEndedIterator<Item = &Row> + Clone {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Row(index) => self.rows.get(*index),
            Entry::Heading(_) => None,
        })
    }

    /// How many rows are in a section, filter or not.
    pub(crate) fn count(&self, attention: Attention) -> usize {
        let in_section = |row: &&Row| Attention::from(row.state) == attention;
        self.rows.iter().filter(in_section).count()
    }

    /// Whether the install is offered: nobody reports, and somebody who is there could not.
    pub(crate) fn offers_install(&self) -> bool {
        self.rows.is_empty() && matches!(self.hooks, Hooks::Missing | Hooks::Partly)
    }

    /// Brings [`Model::entries`] into line with rows, scope and filter.
    pub(crate) fn arrange(&mut self) {
        self.rows.sort_by(urgency);
        let shown = (0..self.rows.len())
            .filter(|index| self.scope.shows(&self.rows[*index]))
            .filter(|index| matches_filter(&self.rows[*index], &self.filter))
            .collect();
        self.entries = match self.scope {
            Scope::Projects => by_project(&self.rows, shown),
            Scope::All | Scope::Attention => by_attention(&self.rows, &shown),
        };
    }
}

fn by_attention(rows: &[Row], shown: &[usize]) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(shown.len() + 5);
    let mut section = None;
    for index in shown {
        let attention = Attention::from(rows[*index].state);
        if section != Some(attention) {
            section = Some(attention);
            entries.push(Entry::Heading(Heading::Attention(attention)));
        }
        entries.push(Entry::Row(*index));
    }
    entries
}

/// Projects in the order of their most urgent row; rows without a folder come last.
fn by_project(rows: &[Row], shown: Vec<usize>) -> Vec<Entry> {
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    for index in shown {
        let project = labels::project(&rows[index]).unwrap_or_default();
        match groups.iter_mut().find(|(name, _)| *name == project) {
            Some((_, members)) => members.push(index),
            None => groups.push((project, vec![index])),
        }
    }
    groups.sort_by(|a, b| match (a.0.is_empty(), b.0.is_empty()) {
        (false, true) => Ordering::Less,
        (true, false) => Ordering::Greater,
        _ => Ordering::Equal,
    });
    let section = |(name, members): (&str, Vec<usize>)| {
        let heading = Entry::Heading(Heading::Project(name.to_owned()));
        std::iter::once(heading).chain(members.into_iter().map(Entry::Row))
    };
    groups.into_iter().flat_map(section).collect()
}

/// Whether every word of `filter` occurs in what the row shows, in any case.
fn matches_filter(row: &Row, filter: &str) -> bool {
    if filter.trim().is_empty() {
        return true;
    }
    let attention = labels::section(Attention::from(row.state));
    let target = row.target.to_string();
    let shown_at = row.shown_at.as_ref().map(ToString::to_string);
    let texts = [
        row.assistant.as_str(),
        &target,
        shown_at.as_deref().unwrap_or_default(),
        row.state.as_str(),
        labels::state(row),
        attention,
        row.tool.as_deref().unwrap_or_default(),
        row.message.as_deref().unwrap_or_default(),
        labels::project(row).unwrap_or_default(),
        row.branch.as_deref().unwrap_or_default(),
    ];
    let requests = row
        .waiting
        .iter()
        .flat_map(|request| [&request.tool, &request.message])
        .filter_map(Option::as_deref);
    let haystack = texts
        .into_iter()
        .chain(requests)
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase();
    let found = |word: &str| haystack.contains(&word.to_lowercase());
    filter.split_whitespace().all(found)
}
