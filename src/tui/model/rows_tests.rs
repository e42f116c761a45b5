//! A list that was told of changes one by one is the list that is made of all rows at once.

use std::collections::HashSet;
use std::sync::Arc;

use pane_patrol_hooks::event::State;
use proptest::collection::vec;
use proptest::prelude::*;

use super::arranged::View;
use super::list::{Entry, List};
use super::rows::{Change, Rows};
use crate::config::{Grouping, Sorting};
use crate::git::DiffSummary;
use crate::state::Row;
use crate::state::fixture::{With, behind, row};
use crate::tasks::TaskSummary;
use crate::tui::kept::{Flags, Scope};

const STATES: [State; 6] = [
    State::WaitingApproval,
    State::WaitingInput,
    State::Error,
    State::Completed,
    State::Running,
    State::Idle,
];

/// Row `number` in that state for so long, in one of a few projects.
fn a_row((number, state, age, project): (u32, usize, u64, u64)) -> Row {
    let at = format!(
        "{}:{number}.0",
        ["shop", "api", "docs"][number as usize % 3]
    );
    let mut row = match number % 4 {
        3 => behind(number, "claude", STATES[state], age),
        _ => row(number, "claude", STATES[state], &at, age),
    };
    row = row.says(Some("Bash"), "make");
    if project > 0 {
        row = row.in_folder(&format!("/src/p{project}"), Some("main"));
        row.diff = Some(Arc::new(DiffSummary {
            root: Some(format!("/src/p{project}")),
            file_count: project - 1,
            additions: project * 2,
            deletions: project,
            ..DiffSummary::default()
        }));
        row.tasks = Some(Arc::new(TaskSummary {
            path: Some(format!("/src/p{project}/tasks.json")),
            total: project * 3,
            done: project,
            ..TaskSummary::default()
        }));
    }
    row
}

fn told(list: &List) -> Vec<Entry<'_>> {
    list.entries_from(0).collect()
}

fn scopes() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec![Scope::All, Scope::Attention, Scope::Hidden])
}

fn views() -> impl Strategy<Value = View> {
    let sorts = prop::sample::select(Sorting::ALL.to_vec());
    let groups = prop::sample::select(Grouping::ALL.to_vec());
    (scopes(), sorts, groups).prop_map(|(scope, sort, group)| View { scope, sort, group })
}

/// Some of what the views of these tests have as keys of groups.
fn folds() -> impl Strategy<Value = HashSet<String>> {
    let keys = [
        "pinned",
        "all",
        "needs you",
        "working",
        "quiet",
        "done",
        "background",
        "project p1",
        "project ",
        "host tmux default",
        "host ",
        "assistant claude",
    ];
    let keys: Vec<String> = keys.map(str::to_owned).to_vec();
    prop::sample::subsequence(keys, 0..=12).prop_map(|keys| keys.into_iter().collect())
}

/// Row by row: whether it is pinned and hidden.
fn flags(all: &[(bool, bool)], number: u32) -> Flags {
    let (pinned, hidden) = all[number as usize % all.len()];
    Flags {
        pinned,
        hidden,
        marked: false,
    }
}

proptest! {
    #[test]
    fn changes_one_by_one_lead_where_all_rows_at_once_lead(
        changes in vec((0..12_u32, 0..7_usize, 0..100_000_u64, 0..4_u64), 1..60),
        view in views(),
        folds in folds(),
        flagged in vec((any::<bool>(), any::<bool>()), 12),
        filter in prop::sample::select(vec!["", "shop", "P1 bash", "nothing"]),
    ) {
        let mut rows = Rows::default();
        let mut list = List::of(&rows, view, filter, &folds);
        for change in changes {
            let change = if change.1 == STATES.len() {
                rows.remove(&a_row((change.0, 0, 0, 0)).id)
            } else {
                rows.put(Arc::new(a_row(change)), flags(&flagged, change.0))
            };
            if let Some(Change { before, after }) = change {
                list.change(before.as_ref(), after.as_ref());
            }
        }
        let all: Vec<Row> = rows.in_order().iter().map(|known| (*known.row).clone()).collect();
        let anew = Rows::of(all, |row| rows.known(&row.id).unwrap().flags);
        prop_assert_eq!(anew.counts(), rows.counts());
        prop_assert_eq!(anew.sums().totals(), rows.sums().totals());
        let whole = List::of(&anew, view, filter, &folds);
        prop_assert_eq!(told(&whole), told(&list));
        prop_assert_eq!(&whole.columns, &list.columns);
        prop_assert_eq!((whole.rows(), whole.away()), (list.rows(), list.away()));
        prop_assert_eq!(whole.choices(), list.choices());
        let mut place = 0;
        let mut needing = Vec::new();
        for (line, entry) in told(&list).into_iter().enumerate() {
            prop_assert_eq!(list.entry(line), Some(entry));
            prop_assert_eq!(list.choices_above(line), place);
            match entry {
                Entry::Row(row) => {
                    let found = list.find(rows.known(&row.id).unwrap());
                    prop_assert_eq!((found, list.row(place)), (Some((place, line)), Some(row)));
                    if matches!(row.state, State::WaitingApproval | State::WaitingInput) {
                        needing.push(place);
                    }
                    place += 1;
                }
                Entry::Heading(heading, counts) if counts.is_folded => {
                    let id = list.id(place).unwrap().to_owned();
                    prop_assert_eq!(list.find_faint(&id), Some((place, line)));
                    let fold = list.folded(&id).unwrap();
                    prop_assert_eq!((fold.heading, fold.counts), (heading, counts));
                    place += 1;
                }
                _ => {}
            }
        }
        prop_assert_eq!(list.choices(), place);
        prop_assert_eq!(list.entry(list.len()), None);
        prop_assert_eq!(list.id(place), None);
        for here in 0..=place {
            let after = needing.iter().find(|place| **place > here).or(needing.first());
            prop_assert_eq!(list.next_needing(here, 1), after.copied());
            let before = needing.iter().rev().find(|place| **place < here).or(needing.last());
            prop_assert_eq!(list.next_needing(here, -1), before.copied());
        }
    }

    #[test]
    fn nothing_loses_a_row_that_needs_the_person(
        told in vec((0..12_u32, 0..6_usize, 0..100_000_u64, 0..4_u64), 1..40),
        view in views(),
        folds in folds(),
        flagged in vec((any::<bool>(), any::<bool>()), 12),
    ) {
        let mut rows = Rows::default();
        // What is seen of the list as each row changes, not only at the end.
        let mut list = List::of(&rows, view, "", &folds);
        for change in told {
            let change = rows.put(Arc::new(a_row(change)), flags(&flagged, change.0));
            if let Some(Change { before, after }) = change {
                list.change(before.as_ref(), after.as_ref());
            }
            let shown: HashSet<&str> = list
                .entries_from(0)
                .filter_map(|entry| match entry {
                    Entry::Row(row) => Some(&*row.id),
                    _ => None,
                })
                .collect();
            for known in rows.in_order() {
                let needs = known.needs_you();
                let is_shown = shown.contains(&*known.row.id);
                // Who has asked for hidden ones alone sees those alone.
                let is_asked_for = view.scope != Scope::Hidden || known.flags.hidden;
                prop_assert!(!needs || !is_asked_for || is_shown, "{}", known.row.id);
                prop_assert!(needs || !known.flags.hidden || view.scope == Scope::Hidden || !is_shown);
            }
            let folded: usize = list
                .entries_from(0)
                .map(|entry| match entry {
                    Entry::Heading(_, counts) => counts.folded,
                    _ => 0,
                })
                .sum();
            let away = rows.in_order().iter().filter(|known| known.is_away()).count();
            prop_assert_eq!(list.away(), away);
            if view.scope == Scope::All {
                prop_assert_eq!(shown.len() + folded + away, rows.len(), "each is told of");
            }
        }
    }
}
