//! Lists of tasks over the wire, and what an update makes of them.

use super::super::{TaskAction, TaskUpdate, TaskWord};
use super::*;

fn update(action: TaskAction, id: &str, status: TaskStatus, list: &TaskSummary) -> TaskSummary {
    let task = TaskWord {
        id: id.into(),
        title: Some(format!("task {id}")),
        status: Some(status),
        priority: None,
        active_agent: false,
    };
    let update = TaskUpdate {
        agent_id: "a".into(),
        tag: String::new(),
        action,
        task,
    };
    update.put_into(list).unwrap()
}

#[test]
fn an_updated_task_takes_its_place_and_a_deleted_one_leaves_it() {
    let list = update(
        TaskAction::Add,
        "1",
        TaskStatus::Pending,
        &TaskSummary::default(),
    );
    let list = update(TaskAction::Add, "2", TaskStatus::InProgress, &list);
    let list = update(TaskAction::Update, "1", TaskStatus::Done, &list);
    let sums = |list: &TaskSummary| (list.total, list.done, list.in_progress, list.pending);
    assert_eq!(sums(&list), (2, 1, 1, 0));
    assert_eq!(list.active, ["task 2"]);
    let list = update(TaskAction::Delete, "2", TaskStatus::Pending, &list);
    assert_eq!(sums(&list), (1, 1, 0, 0));
    assert_eq!((list.tasks.len(), list.active.len()), (1, 0));
    assert_eq!(
        update(TaskAction::Delete, "7", TaskStatus::Done, &list),
        list
    );
}

#[test]
fn a_list_is_the_same_after_the_wire() {
    let list = update(
        TaskAction::Add,
        "1",
        TaskStatus::InProgress,
        &TaskSummary::default(),
    );
    let list = update(TaskAction::Add, "2", TaskStatus::Done, &list);
    let text = serde_json::to_string(&AgentTasks::of("a", &list)).unwrap();
    let heard: AgentTasks = serde_json::from_str(&text).unwrap();
    assert_eq!(heard.into_summary(), list);
}
