//! What the list shows: the rows that view and filter let through, in sections, and below them the sessions that
//! are over and what can be started. A row that changes is
//! taken out and put where it belongs; only another view or filter arranges all of them anew.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::arranged::View;
use super::columns::Columns;
use super::ended::{Ended, Past};
use super::heading::Heading;
use super::rows::{Known, Rows};
use super::startable::{Startable, Startables};
use crate::config::Sorting;
use crate::state::{Attention, Row};
use crate::tui::kept::Scope;

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    /// A section begins.
    Heading(&'a Heading, Counts),
    Row(&'a Row),
    /// A session that is over.
    Past(&'a Past),
    /// What can be started.
    Startable(&'a Startable),
}

/// How many rows stand below a heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) all: usize,
    /// Of them need the person.
    pub(crate) needing: usize,
    /// Of them are folded away.
    pub(crate) folded: usize,
    pub(crate) is_folded: bool,
}

/// A group that is folded, with the rows of it that are not shown.
pub(crate) struct Fold<'a> {
    pub(crate) heading: &'a Heading,
    pub(crate) counts: Counts,
    pub(crate) rows: &'a [Arc<Known>],
}

/// Rows below one heading; there is always one, which is shown or folded away.
#[derive(Clone, Debug)]
struct Section {
    heading: Heading,
    /// By which its heading is selected while it is folded.
    id: String,
    is_folded: bool,
    /// Those that are shown.
    rows: Vec<Arc<Known>>,
    /// Those that are folded away: none that needs the person.
    folded: Vec<Arc<Known>>,
    /// Those of them that need the person.
    needing: Vec<Arc<Known>>,
}

/// The list, from top to bottom.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    view: View,
    /// The words of the filter, in small letters.
    wanted: Vec<String>,
    /// The keys of the groups that are folded; none while something is looked for.
    folds: HashSet<String>,
    /// In the order of their first rows, or of their names; rows without a project, and those in the background, come
    /// last.
    sections: Vec<Section>,
    /// The first row of each section, by which its place is found.
    firsts: HashMap<Heading, Arc<Known>>,
    /// How many rows are shown.
    rows: usize,
    /// How many headings can be chosen: those of folded sections.
    folded: usize,
    /// How many rows are away because the person has hidden them.
    away: usize,
    /// The last one first.
    ended: Vec<Arc<Past>>,
    /// As it is listed.
    startable: Vec<Arc<Startable>>,
    pub(crate) columns: Columns,
}

impl List {
    /// All of `rows` that `view` and `filter` let through, without those that are folded away.
    pub(crate) fn of(rows: &Rows, view: View, filter: &str, folds: &HashSet<String>) -> Self {
        let wanted: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
        let mut list = Self {
            view,
            folds: if wanted.is_empty() {
                folds.clone()
            } else {
                HashSet::new()
            },
            wanted,
            ..Self::default()
        };
        let mut places: HashMap<Heading, usize> = HashMap::new();
        for known in rows.in_order() {
            list.away += usize::from(known.is_away());
            if !list.lets_through(known) {
                continue;
            }
            let heading = Heading::of(view, known);
            let place = *places.entry(heading).or_insert_with_key(|heading| {
                list.sections.push(list.section(heading.clone()));
                list.sections.len() - 1
            });
            let section = &mut list.sections[place];
            if section.folds(known) {
                section.folded.push(Arc::clone(known));
                continue;
            }
            section.rows.push(Arc::clone(known));
            if known.needs_you() {
                section.needing.push(Arc::clone(known));
            }
            list.columns.count(known, true);
            list.rows += 1;
        }
        if view.sort != Sorting::Attention {
            for section in &mut list.sections {
                for rows in section.all_mut() {
                    rows.sort_unstable_by(|one, other| one.by(view.sort, other));
                }
            }
        }
        list.sections
            .sort_by(|one, other| one.order_to(&other.heading, other.first(view.sort), view.sort));
        list.folded = list.sections.iter().filter(|it| it.is_folded).count();
        let first = |section: &Section| {
            (
                section.heading.clone(),
                Arc::clone(section.first(view.sort)),
            )
        };
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

    /// How many rows are away because the person has hidden them.
    pub(crate) fn away(&self) -> usize {
        self.away
    }

    /// How many lines of it can be chosen: its rows, the headings of folded groups, and what stands below all rows.
    pub(crate) fn choices(&self) -> usize {
        self.above_faint() + self.faint().iter().sum::<usize>()
    }

    fn above_faint(&self) -> usize {
        self.rows + self.folded
    }

    /// The words that are looked for, in small letters.
    pub(crate) fn wanted(&self) -> &[String] {
        &self.wanted
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
        let faint = |heading, count: usize| {
            (count > 0).then_some(Entry::Heading(heading, Counts::default()))
        };
        let [ended, startable] = self.faint();
        let ended = faint(&Heading::Ended, ended)
            .into_iter()
            .chain(self.ended.iter().map(|past| Entry::Past(past)));
        let startable = faint(&Heading::Startable, startable)
            .into_iter()
            .chain(self.startable.iter().map(|one| Entry::Startable(one)));
        entries.chain(ended).chain(startable).skip(above)
    }

    /// How many lines that can be chosen stand above this line.
    pub(crate) fn choices_above(&self, line: usize) -> usize {
        let (mut left, mut choices) = (line, 0);
        for section in &self.sections {
            choices += section.rows.len().min(left.saturating_sub(1));
            choices += usize::from(section.is_folded && left > 0);
            left = left.saturating_sub(section.rows.len() + 1);
        }
        for faint in self.faint().into_iter().filter(|lines| *lines > 0) {
            choices += faint.min(left.saturating_sub(1));
            left = left.saturating_sub(faint + 1);
        }
        choices
    }

    /// This line of it.
    pub(crate) fn entry(&self, line: usize) -> Option<Entry<'_>> {
        self.entries_from(line).next()
    }

    /// The section with what can be chosen at this place, and the row's place there; `None`: its heading.
    fn choice(&self, place: usize) -> Option<(&Section, Option<usize>)> {
        let mut above = place;
        for section in &self.sections {
            match section.choices() {
                choices if above >= choices => above -= choices,
                _ => return Some((section, above.checked_sub(usize::from(section.is_folded)))),
            }
        }
        None
    }

    /// The row at this place among all that can be chosen.
    #[cfg(test)]
    pub(crate) fn row(&self, place: usize) -> Option<&Row> {
        let (section, inside) = self.choice(place)?;
        Some(&section.rows[inside?].row)
    }

    /// The id of what can be chosen at this place.
    pub(crate) fn id(&self, place: usize) -> Option<&str> {
        match self.choice(place) {
            Some((section, None)) => Some(&section.id),
            Some((section, Some(inside))) => Some(&section.rows[inside].row.id),
            None => self.faint_ids().nth(place.checked_sub(self.above_faint())?),
        }
    }

    /// Where stands what is no row: its place among all that can be chosen, and its line.
    pub(crate) fn find_faint(&self, id: &str) -> Option<(usize, usize)> {
        if Heading::is_id(id) {
            let section = self.sections.iter().position(|it| it.id == id)?;
            return self.sections[section]
                .is_folded
                .then(|| self.above(section));
        }
        let inside = self.faint_ids().position(|other| other == id)?;
        let is_second = !self.ended.is_empty() && inside >= self.ended.len();
        let headings = self.sections.len() + 1 + usize::from(is_second);
        Some((self.above_faint() + inside, self.rows + inside + headings))
    }

    /// How much can be chosen above this section, and its line.
    fn above(&self, section: usize) -> (usize, usize) {
        let above = &self.sections[..section];
        let choices = above.iter().map(Section::choices).sum();
        let rows: usize = above.iter().map(|section| section.rows.len()).sum();
        (choices, rows + section)
    }

    /// Takes in all that stands below the rows.
    pub(crate) fn put_faint(&mut self, ended: &Ended, startables: &Startables, rows: &Rows) {
        (self.ended, self.startable) = match self.view.scope {
            Scope::Attention | Scope::Hidden => Default::default(),
            Scope::All => (
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

    /// Where a row stands: its place among all that can be chosen, and its line.
    pub(crate) fn find(&self, known: &Known) -> Option<(usize, usize)> {
        let section = self.place(known).ok()?;
        let inside = self.sections[section].find(known, self.view.sort)?;
        let (above, line) = self.above(section);
        let heading = usize::from(self.sections[section].is_folded);
        Some((above + heading + inside, line + 1 + inside))
    }

    /// The folded group whose heading has this id.
    pub(crate) fn folded(&self, id: &str) -> Option<Fold<'_>> {
        let mut folded = self.sections.iter().filter(|it| it.is_folded);
        let section = folded.find(|section| section.id == id)?;
        Some(Fold {
            heading: &section.heading,
            counts: section.counts(),
            rows: &section.folded,
        })
    }

    /// The heading that a row stands below, where it is on the list.
    pub(crate) fn heading_of(&self, known: &Known) -> Option<&Heading> {
        let section = self.place(known).ok()?;
        Some(&self.sections[section].heading)
    }

    /// All headings of rows, and whether they are folded.
    pub(crate) fn headings(&self) -> impl Iterator<Item = (&Heading, bool)> {
        let sections = self.sections.iter();
        sections.map(|section| (&section.heading, section.is_folded))
    }

    /// The place of the next row that needs the person, or of the one before, round and round.
    pub(crate) fn next_needing(&self, here: usize, step: isize) -> Option<usize> {
        let sort = self.view.sort;
        let mut above = 0;
        let (mut first, mut last, mut before) = (None, None, None);
        for section in &self.sections {
            let begin = above + usize::from(section.is_folded);
            above += section.choices();
            let (Some(one), Some(other)) = (section.needing.first(), section.needing.last()) else {
                continue;
            };
            let place = |known: &Arc<Known>| Some(begin + section.find(known, sort)?);
            first = first.or_else(|| place(one));
            if step > 0 {
                let after = match here.checked_sub(begin) {
                    None => 0,
                    Some(inside) => section.needing_until(inside + 1, sort),
                };
                if let Some(next) = section.needing.get(after) {
                    return place(next);
                }
            } else {
                if let Some(inside) = here.checked_sub(begin)
                    && let Some(next) = section.needing_until(inside, sort).checked_sub(1)
                {
                    before = place(&section.needing[next]);
                }
                last = Some((begin, section, other));
            }
        }
        let last = || {
            let (begin, section, known) = last?;
            Some(begin + section.find(known, sort)?)
        };
        if step > 0 {
            first
        } else {
            before.or_else(last)
        }
    }

    /// Takes a change of a row into account.
    pub(crate) fn change(&mut self, before: Option<&Arc<Known>>, after: Option<&Arc<Known>>) {
        if let Some(before) = before {
            self.away -= usize::from(before.is_away());
            self.remove(before);
        }
        if let Some(after) = after {
            self.away += usize::from(after.is_away());
            if self.lets_through(after) {
                self.insert(after);
            }
        }
    }

    fn lets_through(&self, known: &Known) -> bool {
        let is_shown = match self.view.scope {
            Scope::Hidden => known.flags.hidden,
            Scope::All => !known.is_away(),
            Scope::Attention => {
                !known.is_away() && Attention::from(known.row.state) < Attention::Working
            }
        };
        is_shown && known.has(&self.wanted)
    }

    fn section(&self, heading: Heading) -> Section {
        let key = heading.key();
        Section {
            is_folded: self.folds.contains(&key),
            id: Heading::id(&key),
            heading,
            rows: Vec::new(),
            folded: Vec::new(),
            needing: Vec::new(),
        }
    }

    fn insert(&mut self, known: &Arc<Known>) {
        let place = self.place(known).unwrap_or_else(|heading| {
            let section = self.section(heading);
            self.folded += usize::from(section.is_folded);
            // Put where it belongs as soon as its first row is there.
            self.sections.push(section);
            self.sections.len() - 1
        });
        if !self.sections[place].folds(known) {
            self.columns.count(known, true);
            self.rows += 1;
        }
        self.sections[place].insert(known, self.view.sort);
        self.put_again(place);
    }

    fn remove(&mut self, known: &Known) {
        let Ok(place) = self.place(known) else {
            return;
        };
        let section = &mut self.sections[place];
        if !section.remove(known, self.view.sort) {
            return;
        }
        if !section.folds(known) {
            self.columns.count(known, false);
            self.rows -= 1;
        }
        self.put_again(place);
    }

    /// The section where a row stands, or would; if there is none: its heading.
    fn place(&self, known: &Known) -> Result<usize, Heading> {
        let heading = Heading::of(self.view, known);
        let Some(first) = self.firsts.get(&heading) else {
            return Err(heading);
        };
        let sort = self.view.sort;
        let of_first = |other: &Section| other.order_to(&heading, first, sort);
        let place = self.sections.binary_search_by(of_first);
        place.map_err(|_| heading)
    }

    /// Another row of the section may be the first one now, or none.
    fn put_again(&mut self, place: usize) {
        let sort = self.view.sort;
        let section = &self.sections[place];
        if section.is_empty() {
            let section = self.sections.remove(place);
            self.firsts.remove(&section.heading);
            self.folded -= usize::from(section.is_folded);
            return;
        }
        let first = section.first(sort);
        let known = self.firsts.get(&section.heading);
        if known.is_some_and(|known| Arc::ptr_eq(known, first)) {
            return;
        }
        let section = self.sections.remove(place);
        let (heading, first) = (section.heading.clone(), Arc::clone(section.first(sort)));
        let is_before = |other: &Section| other.order_to(&heading, &first, sort) == Ordering::Less;
        let place = self.sections.partition_point(is_before);
        self.firsts.insert(heading, first);
        self.sections.insert(place, section);
    }
}

impl Section {
    /// Whether that row is not shown while this is folded.
    fn folds(&self, known: &Known) -> bool {
        self.is_folded && !known.needs_you()
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.folded.is_empty()
    }

    fn all_mut(&mut self) -> [&mut Vec<Arc<Known>>; 3] {
        [&mut self.rows, &mut self.folded, &mut self.needing]
    }

    /// How many of its lines can be chosen.
    fn choices(&self) -> usize {
        self.rows.len() + usize::from(self.is_folded)
    }

    fn first(&self, sort: Sorting) -> &Arc<Known> {
        match (self.rows.first(), self.folded.first()) {
            (Some(shown), Some(folded)) if folded.by(sort, shown) == Ordering::Less => folded,
            (Some(shown), _) => shown,
            (None, _) => &self.folded[0],
        }
    }

    fn order_to(&self, heading: &Heading, first: &Known, sort: Sorting) -> Ordering {
        let by_heading = self.heading.order(heading, sort);
        by_heading.then_with(|| self.first(sort).by(sort, first))
    }

    fn counts(&self) -> Counts {
        Counts {
            all: self.rows.len() + self.folded.len(),
            needing: self.needing.len(),
            folded: self.folded.len(),
            is_folded: self.is_folded,
        }
    }

    /// The place of a row that is shown.
    fn find(&self, known: &Known, sort: Sorting) -> Option<usize> {
        let place = |other: &Arc<Known>| other.by(sort, known);
        self.rows.binary_search_by(place).ok()
    }

    /// How many of those that need the person stand before this row.
    fn needing_until(&self, inside: usize, sort: Sorting) -> usize {
        let Some(known) = self.rows.get(inside) else {
            return self.needing.len();
        };
        let is_before = |other: &Arc<Known>| other.by(sort, known) == Ordering::Less;
        self.needing.partition_point(is_before)
    }

    fn insert(&mut self, known: &Arc<Known>, sort: Sorting) {
        let put = |rows: &mut Vec<Arc<Known>>| {
            if let Err(place) = rows.binary_search_by(|other| other.by(sort, known)) {
                rows.insert(place, Arc::clone(known));
            }
        };
        if self.folds(known) {
            return put(&mut self.folded);
        }
        put(&mut self.rows);
        if known.needs_you() {
            put(&mut self.needing);
        }
    }

    /// False where it is not there.
    fn remove(&mut self, known: &Known, sort: Sorting) -> bool {
        let take = |rows: &mut Vec<Arc<Known>>| {
            let place = rows.binary_search_by(|other| other.by(sort, known));
            place.map(|place| rows.remove(place)).is_ok()
        };
        if known.needs_you() {
            take(&mut self.needing);
        }
        if self.folds(known) {
            take(&mut self.folded)
        } else {
            take(&mut self.rows)
        }
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let rows = self.rows.iter().map(|known| Entry::Row(&known.row));
        std::iter::once(Entry::Heading(&self.heading, self.counts())).chain(rows)
    }
}
