//! The Work tab: how far the row's tasks are, one line each, and the keys that change Taskmaster's list.

mod page;

use ratatui::layout::Rect;

use super::{Advice, Component, PLAIN, Taken, half, tabs, two_thirds};
use crate::tasks::{Mark, TaskChange, TaskSource, TaskState, TaskStatus, TaskSummary};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Hint, hint};
use crate::tui::model::task_prompt::{TaskPrompt, Title};
use crate::tui::model::work::{chosen_task, shown_tasks, tasks_in_order};
use crate::tui::model::{Follow, Model, Panel, Tab, Tasks};
use page::{Part, parts};

/// What a key or a click sets, each with its number from 1.
const OFFERED: [Mark; 5] = [
    Mark::Pending,
    Mark::InProgress,
    Mark::Done,
    Mark::Blocked,
    Mark::Deferred,
];

pub(super) const TASKS: Component = Component {
    page: |model, _, width| page::lines(model, width).into(),
    height: |model, body| {
        if is_focused(model) {
            two_thirds(body)
        } else {
            half(body)
        }
    },
    hints,
    press,
    click,
    tab: Some(Tab::Work),
    ..PLAIN
};

/// Whether j and k choose tasks.
fn is_focused(model: &Model) -> bool {
    matches!(
        &model.panel,
        Panel::Work(Tasks {
            is_focused: true,
            ..
        })
    )
}

fn hints(model: &Model) -> &'static [Hint] {
    const TABS: Hint = hint(&[Action::Tab(-1), Action::Tab(1)]);
    const MOVE: Hint = hint(&[Action::Move(1), Action::Move(-1)]);
    const QUIT: Hint = hint(&[Action::Quit]);
    const STATUS: &[Action] = &[
        Action::Answer(1),
        Action::Answer(2),
        Action::Answer(3),
        Action::Answer(4),
        Action::Answer(5),
    ];
    const OF_TASKS: &[Hint] = &[
        hint(STATUS).to("how far"),
        hint(&[Action::Start]).to("new task"),
        hint(&[Action::Explain]).to("title"),
        hint(&[Action::Trust]).to("tag"),
        MOVE.to("task"),
        hint(&[Action::Close]).to("back"),
        TABS,
        QUIT,
    ];
    const TO_READ: &[Hint] = &[
        MOVE.to("task"),
        hint(&[Action::Close]).to("back"),
        TABS,
        QUIT,
    ];
    const WITH_TASKS: &[Hint] = &[
        hint(&[Action::Read]).to("tasks"),
        TABS,
        hint(&[Action::Scroll(1), Action::Scroll(-1)]),
        hint(&[Action::Go]),
        hint(&[Action::Close]),
        hint(&[Action::Help]),
        QUIT,
    ];
    let can_change = shown_tasks(model).is_some_and(is_taskmasters);
    match (is_focused(model), can_change) {
        (true, true) => OF_TASKS,
        (true, false) => TO_READ,
        (false, true) => WITH_TASKS,
        (false, false) => tabs::HINTS,
    }
}

fn is_taskmasters(tasks: &TaskSummary) -> bool {
    tasks.source == Some(TaskSource::Taskmaster)
}

fn press(model: &mut Model, action: Action, area: Rect) -> Option<Taken> {
    let height = isize::try_from(area.height).unwrap_or(1);
    if !is_focused(model) {
        let has_list = shown_tasks(model).is_some_and(|tasks| tasks.source.is_some());
        return (action == Action::Read && has_list).then(|| focus(model, area.width));
    }
    match action {
        Action::Read | Action::Close => {
            model.panel = Panel::Work(Tasks::default());
            Some(Taken::then(Follow::Selection))
        }
        Action::Move(by) => Some(step(model, area.width, by)),
        Action::Page(by) => Some(step(model, area.width, by * height)),
        Action::First => Some(step(model, area.width, isize::MIN / 2)),
        Action::Last => Some(step(model, area.width, isize::MAX / 2)),
        Action::Answer(number) => {
            let mark = OFFERED.get(usize::from(number).checked_sub(1)?)?;
            Some(set(model, *mark))
        }
        Action::Start => Some(line(model, |_| Some(Title::New))),
        Action::Explain => Some(line(model, |model| {
            let task = chosen_task(model)?;
            Some(Title::Of(task.id.clone()))
        })),
        Action::Trust => Some(next_tag(model)),
        _ => None,
    }
}

fn click(model: &mut Model, (line, column): (usize, usize), width: u16) -> Option<Taken> {
    let part = parts(model, width).into_iter().nth(line)?;
    match part.what(column)?.clone() {
        Part::Task(id) => {
            let mut taken = focus(model, width);
            choose(model, id);
            // It is in view: somebody has clicked on it.
            taken.line = None;
            Some(taken)
        }
        Part::Mark(mark) => Some(set(model, mark)),
        Part::Tag(name) => Some(change(model, TaskChange::Tag { name })),
    }
}

/// The keys choose tasks from now on; first the one that is worked on.
fn focus(model: &mut Model, width: u16) -> Taken {
    model.panel = Panel::Work(Tasks {
        is_focused: true,
        chosen: None,
    });
    let tasks = tasks_in_order(model);
    let active = tasks
        .iter()
        .position(|task| task.status == TaskStatus::InProgress);
    let place = active.unwrap_or(0);
    let id = tasks.get(place).map(|task| task.id.clone());
    choose(model, id.unwrap_or_default());
    shown(model, width, place)
}

fn choose(model: &mut Model, id: String) {
    if let Panel::Work(tasks) = &mut model.panel {
        tasks.chosen = Some(id);
    }
}

/// Chooses the task so many further down.
fn step(model: &mut Model, width: u16, by: isize) -> Taken {
    let chosen = chosen_task(model).map(|task| task.id.clone());
    let tasks = tasks_in_order(model);
    let here = tasks
        .iter()
        .position(|task| Some(&task.id) == chosen.as_ref());
    let there = here.map_or(0, |here| here.saturating_add_signed(by));
    let there = there.min(tasks.len().saturating_sub(1));
    let id = tasks.get(there).map(|task| task.id.clone());
    choose(model, id.unwrap_or_default());
    shown(model, width, there)
}

/// The line of the chosen task is to be seen; of the first one all that stands above it, too.
fn shown(model: &Model, width: u16, place: usize) -> Taken {
    let chosen = chosen_task(model).map(|task| task.id.as_str());
    let is_its = |line: &page::Placed| line.task() == chosen;
    let line = parts(model, width).iter().position(is_its);
    Taken {
        line: if place == 0 { Some(0) } else { line },
        ..Taken::then(Follow::Selection)
    }
}

fn set(model: &Model, status: Mark) -> Taken {
    if let Some(why) = objection(model) {
        return why;
    }
    let Some(task) = chosen_task(model) else {
        return Taken::but("no task is chosen", "choose one with j and k");
    };
    let id = task.id.clone();
    let tag = tag(model);
    change(model, TaskChange::Set { id, status, tag })
}

/// The tag whose list is shown.
fn tag(model: &Model) -> Option<String> {
    shown_tasks(model)?.tag.clone()
}

fn next_tag(model: &Model) -> Taken {
    if let Some(why) = objection(model) {
        return why;
    }
    let tasks = shown_tasks(model);
    let tags = tasks.map_or(&[][..], |tasks| tasks.tags.as_slice());
    let current = tag(model);
    let here = tags.iter().position(|tag| Some(tag) == current.as_ref());
    let next = here.map_or(0, |here| here + 1);
    match tags {
        [] | [_] => Taken::but(
            "there is no other tag",
            "Taskmaster makes one: `task-master tags add NAME`",
        ),
        tags => {
            let name = tags[next % tags.len()].clone();
            change(model, TaskChange::Tag { name })
        }
    }
}

/// Has the list changed, if it is one that is.
fn change(model: &Model, wanted: TaskChange) -> Taken {
    match (objection(model), model.selected_row()) {
        (None, Some(row)) => Taken::and(Effect::ChangeTask(Box::new(row.clone()), wanted)),
        (Some(why), _) => why,
        (None, None) => Taken::default(),
    }
}

/// What follows from a key that opens the line for a title.
fn line(model: &mut Model, about: impl FnOnce(&Model) -> Option<Title>) -> Taken {
    Taken {
        wants_line: true,
        ..ask(model, about)
    }
}

/// Opens the line for a title, if the list is one that is changed.
fn ask(model: &mut Model, about: impl FnOnce(&Model) -> Option<Title>) -> Taken {
    if let Some(why) = objection(model) {
        return why;
    }
    let Some(about) = about(model) else {
        return Taken::but("no task is chosen", "choose one with j and k");
    };
    let known = chosen_task(model).map(|task| task.title.clone());
    let known = known.filter(|_| about != Title::New);
    let tag = tag(model);
    if let Some(row) = model.selected_row().cloned() {
        model.titling = Some(TaskPrompt::new(row, tag, about, known.as_deref()));
    }
    Taken::default()
}

/// Why the list that is shown is not changed from here.
fn objection(model: &Model) -> Option<Taken> {
    let tasks = shown_tasks(model)?;
    if tasks.state == TaskState::TasksMalformed {
        return Some(Taken::but(
            "the list of tasks is malformed",
            "mend it where this page says; until then it is not changed",
        ));
    }
    if model.shown_folder().is_some() {
        return Some(Taken::but(
            "nobody in the list works on these tasks",
            "`.` goes to the tasks of a row, which can be changed",
        ));
    }
    let row = model.selected_row()?;
    let is_own = tasks.source == Some(TaskSource::Assistant);
    is_own.then(|| Taken {
        advice: Some(Advice {
            why: format!("{} keeps this list itself", row.assistant),
            next: "it can be read here; ask it to change the list",
        }),
        ..Taken::default()
    })
}
