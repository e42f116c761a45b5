//! What the list shows: the rows that scope and filter let through, in sections, and below them the sessions that
//! are over and what can be started. A row that changes is
//! taken out and put where it belongs; only another scope or filter arranges all of them anew.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::columns::Columns;
use super::ended::{Ended, Past};
use super::rows::{Known, Rows};
use super::startable::{Startable, Startables};
use crate::state::{Attention, Row};
use crate::tui::labels;

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
    /// The one that comes after it.
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

    /// What waits for the person stands first, wherever it runs: only what does not is left in the background.
    fn heading(self, row: &Row) -> Heading {
        let attention = Attention::from(row.state);
        match self {
            Self::All | Self::Attention
                if row.is_in_background() && attention != Attention::NeedsYou =>
            {
                Heading::Background
            }
            Self::All | Self::Attention => Heading::Attention(attention),
            Self::Projects => Heading::Project(labels::project(row).unwrap_or_default().to_owned()),
        }
    }
}

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    /// A section begins.
    Heading(&'a Heading),
    Row(&'a Row),
    /// A session that is over.
    Past(&'a Past),
    /// What can be started.
    Startable(&'a Startable),
}

/// The title of a section.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Heading {
    /// Rows of one urgency.
    Attention(Attention),
    /// Rows of one project; empty when it is not known.
    Project(String),
    /// Rows that no pane shows, and that do not wait.
    Background,
    /// Sessions that are over.
    Ended,
    /// What launchers list.
    Startable,
}

impl Heading {
    /// Before all of a smaller one, whatever is in them.
    fn rank(&self) -> u8 {
        match self {
            Self::Attention(_) => 0,
            Self::Project(name) => u8::from(name.is_empty()),
            Self::Background => 2,
            Self::Ended => 3,
            Self::Startable => 4,
        }
    }
}

/// Rows below one heading; there is always one.
#[derive(Clone, Debug)]
struct Section {
    heading: Heading,
    rows: Vec<Arc<Known>>,
}

/// The list, from top to bottom.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    scope: Scope,
    /// The words of the filter, in small letters.
    wanted: Vec<String>,
    /// In the order of their most urgent rows; rows without a project, and those in the background, come last.
    sections: Vec<Section>,
    /// The first row of each section, by which its place is found.
    firsts: HashMap<Heading, Arc<Known>>,
    /// How many rows are shown.
    rows: usize,
    /// The last one first.
    ended: Vec<Arc<Past>>,
    /// As it is listed.
    startable: Vec<Arc<Startable>>,
    pub(crate) columns: Columns,
}

impl List {
    /// All of `rows` that `scope` and `filter` let through.
    pub(crate) fn of(rows: &Rows, scope: Scope, filter: &str) -> Self {
        let mut list = Self {
            scope,
            wanted: filter.split_whitespace().map(str::to_lowercase).collect(),
            ..Self::default()
        };
        let mut places: HashMap<Heading, usize> = HashMap::new();
        for known in rows.in_order() {
            if !list.lets_through(known) {
                continue;
            }
            let heading = scope.heading(&known.row);
            let place = *places.entry(heading).or_insert_with_key(|heading| {
                list.sections.push(Section {
                    heading: heading.clone(),
                    rows: Vec::new(),
                });
                list.sections.len() - 1
            });
            list.sections[place].rows.push(Arc::clone(known));
            list.columns.count(known, true);
            list.rows += 1;
        }
        list.sections.sort_by(Section::order);
        let first = |section: &Section| (section.heading.clone(), Arc::clone(section.first()));
        list.firsts = list.sections.iter().map(first).collect();
        list
    }

    /// How many lines it has.
    pub(crate) fn len(&self) -> usize {
        let faint = self.faint().map(|lines| lines + usize::from(lines > 0));
        self.rows + self.sections.len() + faint.iter().sum::<usize>()
    }

    /// How many sessions that are over, and how many that can be started.
    fn faint(&self) -> [usize; 2] {
        [self.ended.len(), self.startable.len()]
    }

    /// The ids of all of these.
    fn faint_ids(&self) -> impl Iterator<Item = &str> {
        let ended = self.ended.iter().map(|past| &*past.id);
        ended.chain(self.startable.iter().map(|one| &*one.id))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.choices() == 0
    }

    /// How many rows it shows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many lines of it can be chosen: its rows, and what stands below them.
    pub(crate) fn choices(&self) -> usize {
        self.rows + self.faint().iter().sum::<usize>()
    }

    /// The sessions that are over.
    pub(crate) fn ended(&self) -> &[Arc<Past>] {
        &self.ended
    }

    /// What can be started.
    pub(crate) fn startable(&self) -> &[Arc<Startable>] {
        &self.startable
    }

    /// Its lines from this one on.
    pub(crate) fn entries_from(&self, line: usize) -> impl Iterator<Item = Entry<'_>> {
        let mut above = line;
        let is_above = |section: &&Section| {
            let lines = section.rows.len() + 1;
            let is_above = above >= lines;
            above -= if is_above { lines } else { 0 };
            is_above
        };
        let passed = self.sections.iter().take_while(is_above).count();
        let entries = self.sections[passed..].iter().flat_map(Section::entries);
        let heading = (!self.ended.is_empty()).then_some(Entry::Heading(&Heading::Ended));
        let ended = self.ended.iter().map(|past| Entry::Past(past));
        let startable = self.startable.iter().map(|one| Entry::Startable(one));
        let above_them =
            (!self.startable.is_empty()).then_some(Entry::Heading(&Heading::Startable));
        let faint = heading.into_iter().chain(ended).chain(above_them);
        entries.chain(faint).chain(startable).skip(above)
    }

    /// How many lines that can be chosen stand above this line.
    pub(crate) fn choices_above(&self, line: usize) -> usize {
        let (mut left, mut rows) = (line, 0);
        for section in &self.sections {
            rows += section.rows.len().min(left.saturating_sub(1));
            left = left.saturating_sub(section.rows.len() + 1);
        }
        for faint in self.faint().into_iter().filter(|lines| *lines > 0) {
            rows += faint.min(left.saturating_sub(1));
            left = left.saturating_sub(faint + 1);
        }
        rows
    }

    /// This line of it.
    pub(crate) fn entry(&self, line: usize) -> Option<Entry<'_>> {
        self.entries_from(line).next()
    }

    /// The row at this place among the rows.
    pub(crate) fn row(&self, place: usize) -> Option<&Row> {
        let mut above = place;
        for section in &self.sections {
            match section.rows.get(above) {
                Some(known) => return Some(&known.row),
                None => above -= section.rows.len(),
            }
        }
        None
    }

    /// The id of what can be chosen at this place.
    pub(crate) fn id(&self, place: usize) -> Option<&str> {
        let row = self.row(place).map(|row| &*row.id);
        row.or_else(|| self.faint_ids().nth(place.checked_sub(self.rows)?))
    }

    /// Where stands what is no row: its place among all that can be chosen, and its line.
    pub(crate) fn find_faint(&self, id: &str) -> Option<(usize, usize)> {
        let inside = self.faint_ids().position(|other| other == id)?;
        let place = self.rows + inside;
        let is_second = !self.ended.is_empty() && inside >= self.ended.len();
        let headings = self.sections.len() + 1 + usize::from(is_second);
        Some((place, place + headings))
    }

    /// Takes in all that stands below the rows.
    pub(crate) fn put_faint(&mut self, ended: &Ended, startables: &Startables, rows: &Rows) {
        (self.ended, self.startable) = match self.scope {
            Scope::Attention => Default::default(),
            Scope::All | Scope::Projects => (
                ended.shown(&self.wanted),
                startables.shown(&self.wanted, rows),
            ),
        };
    }

    /// Shows nothing below the rows.
    pub(crate) fn hide_faint(&mut self) {
        self.ended.clear();
        self.startable.clear();
    }

    /// Where a row stands: its place among the rows, and its line.
    pub(crate) fn find(&self, known: &Known) -> Option<(usize, usize)> {
        let (section, inside) = self.place(known).ok()?;
        let above: usize = self.sections[..section]
            .iter()
            .map(|section| section.rows.len())
            .sum();
        Some((above + inside, above + inside + section + 1))
    }

    /// The place of the next row that needs the person, or of the one before, round and round.
    pub(crate) fn next_needing(&self, here: usize, step: isize) -> Option<usize> {
        let mut above = 0;
        // In every section they stand first.
        let runs: Vec<_> = self
            .sections
            .iter()
            .map(|section| {
                let needs =
                    |known: &Arc<Known>| Attention::from(known.row.state) == Attention::NeedsYou;
                let run = above..above + section.rows.partition_point(needs);
                above += section.rows.len();
                run
            })
            .filter(|run| !run.is_empty())
            .collect();
        if step > 0 {
            let after = runs.iter().find(|run| run.end > here + 1);
            let after = after.map(|run| run.start.max(here + 1));
            after.or_else(|| runs.first().map(|run| run.start))
        } else {
            let before = runs.iter().rev().find(|run| run.start < here);
            let before = before.map(|run| run.end.min(here) - 1);
            before.or_else(|| runs.last().map(|run| run.end - 1))
        }
    }

    /// Takes a change of a row into account.
    pub(crate) fn change(&mut self, before: Option<&Arc<Known>>, after: Option<&Arc<Known>>) {
        if let Some(before) = before {
            self.remove(before);
        }
        if let Some(after) = after.filter(|after| self.lets_through(after)) {
            self.insert(Arc::clone(after));
        }
    }

    fn lets_through(&self, known: &Known) -> bool {
        self.scope.shows(&known.row) && known.has(&self.wanted)
    }

    fn insert(&mut self, known: Arc<Known>) {
        self.columns.count(&known, true);
        self.rows += 1;
        match self.place(&known) {
            Ok(_) => {}
            Err(Some((place, inside))) => {
                self.sections[place].rows.insert(inside, known);
                if inside == 0 {
                    self.put_again(place);
                }
            }
            Err(None) => {
                let heading = self.scope.heading(&known.row);
                self.put(Section {
                    heading,
                    rows: vec![known],
                });
            }
        }
    }

    fn remove(&mut self, known: &Known) {
        let Ok((place, inside)) = self.place(known) else {
            return;
        };
        self.columns.count(known, false);
        self.rows -= 1;
        let section = &mut self.sections[place];
        section.rows.remove(inside);
        if section.rows.is_empty() {
            let section = self.sections.remove(place);
            self.firsts.remove(&section.heading);
        } else if inside == 0 {
            self.put_again(place);
        }
    }

    /// Where a row stands: its section, and its place there. If not: where it would, if its section is there.
    fn place(&self, known: &Known) -> Result<(usize, usize), Option<(usize, usize)>> {
        let heading = self.scope.heading(&known.row);
        let first = self.firsts.get(&heading).ok_or(None)?;
        let of_first = |other: &Section| other.order_to(&heading, first);
        let place = self.sections.binary_search_by(of_first).map_err(|_| None)?;
        let rows = &self.sections[place].rows;
        match rows.binary_search_by(|other| other.by_urgency(known)) {
            Ok(inside) => Ok((place, inside)),
            Err(inside) => Err(Some((place, inside))),
        }
    }

    /// Another row of the section is the most urgent one now.
    fn put_again(&mut self, place: usize) {
        let section = self.sections.remove(place);
        self.put(section);
    }

    fn put(&mut self, section: Section) {
        let (heading, first) = (&section.heading, section.first());
        let place = self
            .sections
            .partition_point(|other| other.order_to(heading, first) == Ordering::Less);
        self.firsts.insert(heading.clone(), Arc::clone(first));
        self.sections.insert(place, section);
    }
}

impl Section {
    fn first(&self) -> &Arc<Known> {
        &self.rows[0]
    }

    fn order(&self, other: &Self) -> Ordering {
        self.order_to(&other.heading, other.first())
    }

    fn order_to(&self, heading: &Heading, first: &Known) -> Ordering {
        let ranks = self.heading.rank().cmp(&heading.rank());
        ranks.then_with(|| self.first().by_urgency(first))
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let rows = self.rows.iter().map(|known| Entry::Row(&known.row));
        std::iter::once(Entry::Heading(&self.heading)).chain(rows)
    }
}
