//! A list that was told of changes one by one is the list that is made of all rows at once.

use std::sync::Arc;

use pane_patrol_hooks::event::State;
use proptest::collection::vec;
use proptest::prelude::*;

use super::list::{Entry, List, Scope};
use super::rows::{Change, Rows};
use crate::git::DiffSummary;
use crate::state::Row;
use crate::state::fixture::{With, behind, row};
use crate::tasks::TaskSummary;

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

proptest! {
    #[test]
    fn changes_one_by_one_lead_where_all_rows_at_once_lead(
        changes in vec((0..12_u32, 0..7_usize, 0..100_000_u64, 0..4_u64), 1..60),
        scope in prop::sample::select(vec![Scope::All, Scope::Attention, Scope::Projects]),
        filter in prop::sample::select(vec!["", "shop", "P1 bash", "nothing"]),
    ) {
        let mut rows = Rows::default();
        let mut list = List::of(&rows, scope, filter);
        for change in changes {
            let change = if change.1 == STATES.len() {
                rows.remove(&a_row((change.0, 0, 0, 0)).id)
            } else {
                rows.put(Arc::new(a_row(change)))
            };
            if let Some(Change { before, after }) = change {
                list.change(before.as_ref(), after.as_ref());
            }
        }
        let all: Vec<Row> = rows.in_order().iter().map(|known| (*known.row).clone()).collect();
        let anew = Rows::from(all.clone());
        prop_assert_eq!(anew.counts(), rows.counts());
        prop_assert_eq!(anew.sums().totals(), rows.sums().totals());
        let whole = List::of(&anew, scope, filter);
        prop_assert_eq!(told(&whole), told(&list));
        prop_assert_eq!(&whole.columns, &list.columns);
        prop_assert_eq!(whole.rows(), list.rows());
        for (line, entry) in told(&list).into_iter().enumerate() {
            prop_assert_eq!(list.entry(line), Some(entry));
            if let Entry::Row(row) = entry {
                let (place, found) = list.find(rows.known(&row.id).unwrap()).unwrap();
                prop_assert_eq!((found, list.row(place)), (line, Some(row)));
            }
        }
        prop_assert_eq!(list.entry(list.len()), None);
        prop_assert_eq!(list.row(list.rows()), None);
        let needing: Vec<usize> = (0..list.rows())
            .filter(|place| matches!(list.row(*place).unwrap().state, State::WaitingApproval | State::WaitingInput))
            .collect();
        for here in 0..=list.rows() {
            let after = needing.iter().find(|place| **place > here).or(needing.first());
            prop_assert_eq!(list.next_needing(here, 1), after.copied());
            let before = needing.iter().rev().find(|place| **place < here).or(needing.last());
            prop_assert_eq!(list.next_needing(here, -1), before.copied());
        }
    }
}
