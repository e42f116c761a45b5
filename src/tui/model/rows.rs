//! All rows, each once: found by their ids, and in order of urgency. What is counted of them is counted
//! when one changes, never anew, so that a change among ten thousand costs what it costs among ten.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use pane_patrol_hooks::timestamp::Timestamp;

use super::sums::Sums;
use crate::config::Sorting;
use crate::state::{Attention, Request, Row, precedence, urgency, words as state_words};
use crate::tui::columns::{Widths, widths};
use crate::tui::kept::Flags;
use crate::tui::labels;

/// A row, with what is looked at in every row of a list: made once, when it is told.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) row: Arc<Row>,
    /// What orders it among others in nearly all cases, so that a search looks at nothing else of them.
    precedence: (u8, Timestamp),
    /// What the person has done with it; marks are kept elsewhere.
    pub(crate) flags: Flags,
    /// All that its request asks, in words, where somebody has looked.
    full: Option<Arc<str>>,
    /// All that the filter looks at, in small letters: made when somebody looks for something.
    words: OnceLock<Box<str>>,
    /// By these it is ordered where the person wants it so: its project, and what it is called.
    names: [Box<str>; 2],
    /// Columns that its parts take.
    pub(crate) widths: Widths,
}

/// All rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    by_id: HashMap<String, Arc<Known>>,
    /// The most urgent one first.
    order: Vec<Arc<Known>>,
    /// How many there are of each attention.
    counts: [usize; 5],
    sums: Sums,
    /// What requests ask in full, by the ids of their rows.
    full: HashMap<String, (Request, Arc<str>)>,
}

/// A row that was told or has gone: as it was, and as it is.
pub(crate) struct Change {
    pub(crate) before: Option<Arc<Known>>,
    pub(crate) after: Option<Arc<Known>>,
}

impl Known {
    fn new(row: Arc<Row>, flags: Flags, full: Option<Arc<str>>) -> Self {
        Self {
            precedence: precedence(&row),
            flags,
            full,
            words: OnceLock::new(),
            names: [
                labels::project(&row)
                    .unwrap_or_default()
                    .to_lowercase()
                    .into(),
                labels::called(&row).to_lowercase().into(),
            ],
            widths: widths(&row),
            row,
        }
    }

    /// Whether each of `wanted`, in small letters, occurs in what is known of the row.
    pub(crate) fn has(&self, wanted: &[String]) -> bool {
        let words = || self.words.get_or_init(|| words(self).into());
        wanted.iter().all(|word| words().contains(word))
    }

    /// All that its request asks, where somebody has looked.
    pub(crate) fn full(&self) -> Option<&str> {
        self.full.as_deref()
    }

    /// Whether nothing goes on there until the person answers.
    pub(crate) fn needs_you(&self) -> bool {
        attention(self) == Attention::NeedsYou
    }

    /// Whether the person does not want to see it now: what needs her is never away.
    pub(crate) fn is_away(&self) -> bool {
        self.flags.hidden && !self.needs_you()
    }

    /// Its place among others, by what the person wants; never equal for two rows.
    pub(crate) fn by(&self, sort: Sorting, other: &Self) -> Ordering {
        let by_urgency = || self.by_urgency(other);
        let [project, called] = &self.names;
        let [its_project, its_called] = &other.names;
        match sort {
            Sorting::Attention => by_urgency(),
            Sorting::Age => other.row.since.cmp(&self.row.since).then_with(by_urgency),
            Sorting::Project => {
                let unknown = project.is_empty().cmp(&its_project.is_empty());
                unknown
                    .then_with(|| project.cmp(its_project))
                    .then_with(by_urgency)
            }
            Sorting::Name => called
                .cmp(its_called)
                .then_with(|| self.row.target.cmp(&other.row.target))
                .then_with(|| self.row.id.cmp(&other.row.id)),
        }
    }

    pub(crate) fn by_urgency(&self, other: &Self) -> Ordering {
        let known = self.precedence.cmp(&other.precedence);
        known.then_with(|| urgency(&self.row, &other.row))
    }
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The row with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Row> {
        self.known(id).map(|known| &*known.row)
    }

    /// The same with what is known of it.
    pub(crate) fn known(&self, id: &str) -> Option<&Arc<Known>> {
        self.by_id.get(id)
    }

    /// The most urgent one that is so.
    pub(crate) fn find(&self, is_it: impl Fn(&Row) -> bool) -> Option<&Row> {
        let mut rows = self.order.iter().map(|known| &*known.row);
        rows.find(|row| is_it(row))
    }

    /// All of them, the most urgent one first.
    pub(crate) fn in_order(&self) -> &[Arc<Known>] {
        &self.order
    }

    /// How many need that.
    pub(crate) fn count(&self, attention: Attention) -> usize {
        self.counts[attention as usize]
    }

    #[cfg(test)]
    pub(super) fn counts(&self) -> [usize; 5] {
        self.counts
    }

    /// What is changed and what is to be done, over all of them.
    pub(crate) fn sums(&self) -> &Sums {
        &self.sums
    }

    /// Takes in a row, new or changed, or what the person has done with it; `None` when it is as it was.
    pub(crate) fn put(&mut self, row: Arc<Row>, flags: Flags) -> Option<Change> {
        let before = self.by_id.get(&row.id).cloned();
        let full = self.full_of(&row);
        let is_known = |before: &Arc<Known>| {
            (&before.row, before.flags, before.full()) == (&row, flags, full.as_deref())
        };
        if before.as_ref().is_some_and(is_known) {
            return None;
        }
        let after = Arc::new(Known::new(row, flags, full));
        self.by_id.insert(after.row.id.clone(), Arc::clone(&after));
        if let Some(before) = &before {
            self.leave(before);
        }
        let place = self.place(&after).unwrap_or_else(|place| place);
        self.order.insert(place, Arc::clone(&after));
        self.counts[attention(&after) as usize] += 1;
        self.sums
            .change(before.as_deref().map(|known| &*known.row), Some(&after.row));
        Some(Change {
            before,
            after: Some(after),
        })
    }

    /// What one of its requests asks in full, as long as it asks that.
    fn full_of(&mut self, row: &Row) -> Option<Arc<str>> {
        let (request, full) = self.full.get(&row.id)?;
        if row.waiting.contains(request) {
            return Some(Arc::clone(full));
        }
        self.full.remove(&row.id);
        None
    }

    /// Takes in what a request of a row asks in full.
    pub(crate) fn put_full(&mut self, id: &str, request: &Request, full: &str) -> Option<Change> {
        let known = self.by_id.get(id)?;
        let (row, flags) = (Arc::clone(&known.row), known.flags);
        self.full
            .insert(id.to_owned(), (request.clone(), full.into()));
        self.put(row, flags)
    }

    /// Whether somebody has looked what a request of a row asks in full.
    pub(crate) fn has_full(&self, id: &str) -> bool {
        self.full.contains_key(id)
    }

    /// Lets a row go; `None` when there is none with that id.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Change> {
        self.full.remove(id);
        let before = self.by_id.remove(id)?;
        self.leave(&before);
        self.sums.change(Some(&before.row), None);
        Some(Change {
            before: Some(before),
            after: None,
        })
    }

    fn leave(&mut self, known: &Arc<Known>) {
        if let Ok(place) = self.place(known) {
            self.order.remove(place);
        }
        self.counts[attention(known) as usize] -= 1;
    }

    /// Where it stands, or would.
    fn place(&self, known: &Known) -> Result<usize, usize> {
        self.order.binary_search_by(|other| other.by_urgency(known))
    }

    /// All of these, each with what the person has done with it.
    pub(crate) fn of(rows: Vec<Row>, flags: impl Fn(&Row) -> Flags) -> Self {
        let known = rows.into_iter().map(|row| {
            let flags = flags(&row);
            Arc::new(Known::new(Arc::new(row), flags, None))
        });
        let by_id: HashMap<_, _> = known.map(|known| (known.row.id.clone(), known)).collect();
        let mut order: Vec<_> = by_id.values().cloned().collect();
        order.sort_unstable_by(|one, other| one.by_urgency(other));
        let mut rows = Self {
            by_id,
            ..Self::default()
        };
        for known in &order {
            rows.counts[attention(known) as usize] += 1;
            rows.sums.change(None, Some(&known.row));
        }
        rows.order = order;
        rows
    }
}

fn attention(known: &Known) -> Attention {
    Attention::from(known.row.state)
}

/// All that is known of a row, in small letters: assistant, places, states, what it does, asks and said last, and the
/// prompts that were heard.
fn words(known: &Known) -> String {
    let row = &*known.row;
    let attention = labels::section(Attention::from(row.state));
    let target = row.target.to_string();
    let shown_at = row.shown_at.as_ref().map(ToString::to_string);
    let known_as = state_words::on_screen(row.state).join("\n");
    let texts = [
        row.assistant.as_str(),
        &target,
        shown_at.as_deref().unwrap_or_default(),
        row.state.as_str(),
        &known_as,
        attention,
        row.tool.as_deref().unwrap_or_default(),
        row.message.as_deref().unwrap_or_default(),
        row.called.as_deref().unwrap_or_default(),
        labels::project(row).unwrap_or_default(),
        row.branch.as_deref().unwrap_or_default(),
        row.recap.as_deref().unwrap_or_default(),
        known.full().unwrap_or_default(),
    ];
    let requests = row
        .waiting
        .iter()
        .flat_map(|request| [&request.tool, &request.message])
        .filter_map(Option::as_deref);
    let prompts = labels::prompts(row);
    let texts: Vec<&str> = texts.into_iter().chain(requests).chain(prompts).collect();
    texts.join("\n").to_lowercase()
}
