//! How the list is arranged: order, groups, folds, pins, hides, and that all of it comes back.

use super::*;
use crate::config::{Grouping, Sorting};
use crate::state::Row;
use crate::tui::fixture;
use crate::tui::kept::{Change, Kept, Scope};
use crate::tui::model::Setup;

/// A day of assistants whose sessions are known.
fn sessions() -> Vec<Row> {
    let mut rows = day();
    for (row, number) in rows.iter_mut().zip(1..) {
        row.instance_id = Some(format!("session-{number}"));
        row.pid = Some(1000 + number);
    }
    rows
}

fn of_sessions() -> Model {
    model_with(sessions(), 100, 30)
}

/// What is written down, taken into what was there before.
fn kept(effects: &[Effect], kept: &mut Kept) {
    for effect in effects {
        if let Effect::Keep(changes) = effect {
            kept.apply(changes);
        }
    }
}

/// Types keys and remembers what they have changed.
fn keep(model: &mut Model, keys: &str, all: &mut Kept) {
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            key => KeyCode::Char(key),
        };
        let effects = press(model, code);
        kept(&effects, all);
    }
}

/// Another dashboard, begun with what was remembered.
fn again(kept: &Kept, rows: Vec<Row>) -> Model {
    let mut model = Model::new(Setup {
        kept: Ok(kept.clone()),
        ..fixture::model(100, 30).setup
    });
    tell(&mut model, Message::Update(Update::Snapshot(rows)));
    model
}

/// The targets on the list, from top to bottom, with headings.
fn shown(model: &Model) -> Vec<String> {
    use crate::tui::model::Entry;
    let entries = model.list.entries_from(0);
    let told = |entry| match entry {
        Entry::Heading(heading, _) => format!("[{}]", heading.title()),
        Entry::Row(row) => row.target.to_string(),
        Entry::Past(past) => past.id.clone(),
        Entry::Startable(one) => one.id.clone(),
    };
    entries.map(told).collect()
}

fn turned(model: &mut Model, target: &str, state: State) {
    let known = model.rows.find(|row| row.target.to_string() == target);
    let mut row = known.unwrap().clone();
    row.state = state;
    row.waiting.clear();
    if state == State::WaitingApproval {
        row = row.asks("Bash", "make");
    }
    tell(model, Message::Update(Update::Row(Arc::new(row))));
}

fn choose(model: &mut Model, wanted: &str) {
    keys(model, "g");
    for _ in 0..20 {
        if model
            .selected_row()
            .is_some_and(|row| row.target.to_string() == wanted)
        {
            return;
        }
        keys(model, "j");
    }
    panic!("{wanted} is not on the list: {:?}", shown(model));
}

#[test]
fn one_key_goes_through_the_orders_and_the_selection_stays_on_its_row() {
    let mut model = of_sessions();
    choose(&mut model, "docs:0.1");
    let orders = [
        (
            "o",
            vec![
                "[ALL, BY AGE]",
                "infra:0.2",
                "api:2.0",
                "shop:1.2",
                "docs:0.1",
                "shop:1.1",
                "web:3.0",
                "notes:0.0",
            ],
            "by age",
        ),
        (
            "o",
            vec![
                "[ALL, BY PROJECT]",
                "api:2.0",
                "docs:0.1",
                "infra:0.2",
                "notes:0.0",
                "shop:1.1",
                "shop:1.2",
                "web:3.0",
            ],
            "by project",
        ),
        (
            "o",
            vec![
                "[ALL, BY NAME]",
                "api:2.0",
                "docs:0.1",
                "infra:0.2",
                "notes:0.0",
                "shop:1.1",
                "shop:1.2",
                "web:3.0",
            ],
            "by name",
        ),
    ];
    let first = shown(&model);
    for (key, order, word) in orders {
        keys(&mut model, key);
        assert_eq!(shown(&model), order);
        assert_eq!(target(&model), "docs:0.1");
        assert!(screen(&model).contains(word), "{}", screen(&model));
    }
    keys(&mut model, "o");
    assert_eq!(shown(&model), first);
}

#[test]
fn tab_finds_whoever_waits_in_every_order() {
    let mut model = of_sessions();
    keys(&mut model, "o");
    let mut found = Vec::new();
    for _ in 0..3 {
        press(&mut model, KeyCode::Tab);
        found.push(target(&model));
    }
    found.sort();
    found.dedup();
    assert_eq!(found, ["api:2.0", "shop:1.1"]);
}

#[test]
fn groups_say_how_many_they_are_and_how_many_wait() {
    let mut model = of_sessions();
    keys(&mut model, "b");
    let project = screen(&model);
    assert!(
        project.contains("shop  2 · 1 needs you") && project.contains("grouped by project"),
        "{project}"
    );
    keys(&mut model, "b");
    assert!(
        screen(&model).contains("tmux default  7 · 2 need you"),
        "{}",
        screen(&model)
    );
    keys(&mut model, "b");
    assert!(
        screen(&model).contains("claude  4 · 1 needs you"),
        "{}",
        screen(&model)
    );
    keys(&mut model, "b");
    assert_eq!(shown(&model), shown(&of_sessions()));
}

#[test]
fn a_folded_group_shows_only_whoever_waits_and_opens_again() {
    let mut model = of_sessions();
    keys(&mut model, "b");
    choose(&mut model, "shop:1.2");
    keys(&mut model, "c");
    let folded = screen(&model);
    assert!(
        folded.contains("shop  2 · 1 needs you · 1 folded"),
        "{folded}"
    );
    let list = shown(&model);
    assert!(list.contains(&"shop:1.1".to_owned()) && !list.contains(&"shop:1.2".to_owned()));
    assert!(model.selected_fold().is_some(), "its heading is selected");
    assert!(
        folded.contains("c opens it") && folded.contains("works"),
        "{folded}"
    );
    // Who begins to wait is there at once, and its heading says so.
    turned(&mut model, "shop:1.2", State::WaitingApproval);
    assert!(
        screen(&model).contains("shop  2 · 2 need you · 0 folded"),
        "{}",
        screen(&model)
    );
    assert!(shown(&model).contains(&"shop:1.2".to_owned()));
    turned(&mut model, "shop:1.2", State::Running);
    assert!(!shown(&model).contains(&"shop:1.2".to_owned()));
    press(&mut model, KeyCode::Enter);
    assert_eq!(target(&model), "shop:1.2");
    assert!(!screen(&model).contains("folded"), "{}", screen(&model));
}

#[test]
fn a_click_on_a_heading_folds_it_and_one_more_opens_it() {
    let mut model = of_sessions();
    choose(&mut model, "notes:0.0");
    keys(&mut model, "b");
    let line = |model: &Model| {
        let at = screen(model)
            .lines()
            .position(|line| line.contains("infra  1"));
        u16::try_from(at.unwrap()).unwrap()
    };
    let at = line(&model);
    mouse(&mut model, CLICK, at);
    assert!(
        screen(&model).contains("infra  1 · 1 folded"),
        "{}",
        screen(&model)
    );
    assert_eq!(target(&model), "notes:0.0", "the selection stays");
    let at = line(&model);
    mouse(&mut model, CLICK, at);
    assert!(!screen(&model).contains("folded"), "{}", screen(&model));
}

#[test]
fn all_groups_are_folded_and_opened_at_once() {
    let mut model = of_sessions();
    keys(&mut model, "b");
    choose(&mut model, "web:3.0");
    keys(&mut model, "C");
    let rows: Vec<String> = shown(&model)
        .into_iter()
        .filter(|it| !it.starts_with('['))
        .collect();
    assert_eq!(rows, ["shop:1.1", "api:2.0"]);
    let fold = model
        .selected_fold()
        .expect("its group's heading is selected");
    assert_eq!(fold.heading.title(), "web");
    keys(&mut model, "C");
    assert_eq!(model.list.rows(), 7);
    assert_eq!(target(&model), "web:3.0");
}

#[test]
fn what_needs_the_person_is_not_folded() {
    let mut model = of_sessions();
    keys(&mut model, "gc");
    assert!(model.notice.as_ref().unwrap().text.contains("never folded"));
    assert_eq!(shown(&model), shown(&of_sessions()));
}

#[test]
fn a_pinned_row_stays_on_top_whatever_it_does() {
    let mut model = of_sessions();
    choose(&mut model, "notes:0.0");
    keys(&mut model, "P");
    assert_eq!(shown(&model)[..2], ["[PINNED]", "notes:0.0"]);
    assert_eq!(target(&model), "notes:0.0");
    turned(&mut model, "infra:0.2", State::WaitingApproval);
    turned(&mut model, "notes:0.0", State::Running);
    for key in ["o", "b", "o", "b"] {
        assert_eq!(shown(&model)[..2], ["[PINNED]", "notes:0.0"], "{key}");
        keys(&mut model, key);
    }
    keys(&mut model, "P");
    assert!(!shown(&model).contains(&"[PINNED]".to_owned()));
}

#[test]
fn a_hidden_row_is_away_until_it_needs_the_person() {
    let mut model = of_sessions();
    for target in ["notes:0.0", "web:3.0"] {
        choose(&mut model, target);
        keys(&mut model, "H");
    }
    assert!(screen(&model).contains("2 hidden"), "{}", screen(&model));
    assert_eq!(model.list.rows(), 5);
    turned(&mut model, "notes:0.0", State::WaitingApproval);
    assert!(shown(&model).contains(&"notes:0.0".to_owned()));
    let back = screen(&model);
    assert!(
        back.contains("1 hidden") && back.contains("hidden  "),
        "{back}"
    );
    turned(&mut model, "notes:0.0", State::Idle);
    assert!(!shown(&model).contains(&"notes:0.0".to_owned()));
    // The view that shows them, where the key brings one back.
    keys(&mut model, "ff");
    let rows: Vec<String> = shown(&model)
        .into_iter()
        .filter(|it| !it.starts_with('['))
        .collect();
    assert_eq!(rows, ["web:3.0", "notes:0.0"]);
    assert!(
        screen(&model).contains("only what is hidden: 2 of 7 assistants"),
        "{}",
        screen(&model)
    );
    choose(&mut model, "web:3.0");
    keys(&mut model, "H");
    keys(&mut model, "f");
    assert!(shown(&model).contains(&"web:3.0".to_owned()));
    assert!(screen(&model).contains("1 hidden"), "{}", screen(&model));
}

#[test]
fn all_of_it_is_as_before_in_the_next_dashboard() {
    let mut model = of_sessions();
    let mut all = Kept::default();
    choose(&mut model, "notes:0.0");
    keep(&mut model, "P", &mut all);
    choose(&mut model, "web:3.0");
    keep(&mut model, "H", &mut all);
    choose(&mut model, "infra:0.2");
    keep(&mut model, "vobf", &mut all);
    choose(&mut model, "docs:0.1");
    keep(&mut model, "c", &mut all);
    let text = serde_json::to_string(&all).unwrap();
    let read: Kept = serde_json::from_str(&text).unwrap();
    assert_eq!(read, all);
    let next = again(&read, sessions());
    assert_eq!(shown(&next), shown(&model));
    assert_eq!(next.arranged.view, model.arranged.view);
    assert_eq!(next.arranged.view.scope, Scope::Attention);
    assert_eq!(next.arranged.view.sort, Sorting::Age);
    assert_eq!(next.arranged.view.group, Grouping::Project);
    let marked = |model: &Model| model.marked_rows().len();
    assert_eq!((marked(&next), next.list.away()), (1, 1));
}

#[test]
fn nothing_goes_to_another_assistant_in_the_same_pane_and_all_of_it_with_the_session() {
    let mut model = of_sessions();
    let mut all = Kept::default();
    choose(&mut model, "notes:0.0");
    keep(&mut model, "vPH", &mut all);
    let mine = sessions()
        .into_iter()
        .find(|row| row.target.to_string() == "notes:0.0")
        .unwrap();
    let mut other = mine.clone();
    (other.instance_id, other.pid) = (Some("another".to_owned()), Some(4_711));
    let mut moved = mine.clone();
    moved.id = "/tmp/tmux-1000/default,99::%5".to_owned();
    moved.pid = Some(7);
    // In the next dashboard, and in one that was there before.
    for mut model in [again(&all, vec![other.clone()]), model] {
        let effects = tell(
            &mut model,
            Message::Update(Update::Row(Arc::new(other.clone()))),
        );
        kept(&effects, &mut all);
        let known = model.rows.known(&other.id).unwrap();
        assert_eq!(known.flags, crate::tui::kept::Flags::default());
        assert!(!model.marks.has(&other.id));
        tell(
            &mut model,
            Message::Update(Update::Row(Arc::new(moved.clone()))),
        );
        let flags = model.rows.known(&moved.id).unwrap().flags;
        assert!(flags.pinned && flags.hidden);
        assert!(model.marks.has(&moved.id));
    }
    // Its process goes on with another session.
    let mut cleared = mine.clone();
    cleared.instance_id = Some("after /clear".to_owned());
    let mut model = again(&all, vec![mine]);
    let effects = tell(
        &mut model,
        Message::Update(Update::Row(Arc::new(cleared.clone()))),
    );
    kept(&effects, &mut all);
    assert!(model.rows.known(&cleared.id).unwrap().flags.pinned);
    (cleared.pid, cleared.id) = (Some(8), "/tmp/tmux-1000/default,99::%6".to_owned());
    let model = again(&all, vec![cleared.clone()]);
    assert!(model.rows.known(&cleared.id).unwrap().flags.pinned);
}

#[test]
fn whoever_takes_over_has_what_the_other_dashboard_has_pinned() {
    let mut all = Kept::default();
    let mut other = of_sessions();
    choose(&mut other, "notes:0.0");
    keep(&mut other, "Pv", &mut all);
    choose(&mut other, "docs:0.1");
    keep(&mut other, "H", &mut all);
    let mut model = of_sessions();
    tell(&mut model, Message::Update(Update::Role(Role::Subscriber)));
    let asks = tell(&mut model, Message::Update(Update::Role(Role::Collector)));
    assert!(asks.contains(&Effect::ReadKept), "{asks:?}");
    keys(&mut model, "o");
    tell(&mut model, Message::KeptRead(Box::new(all)));
    assert_eq!(shown(&model)[..2], ["[PINNED]", "notes:0.0"]);
    assert_eq!((model.marked_rows().len(), model.list.away()), (1, 1));
    assert_eq!(
        model.arranged.view.sort,
        Sorting::Age,
        "its own order stays"
    );
}

#[test]
fn what_changes_nothing_is_not_written_down() {
    let mut model = of_sessions();
    let writes = |effects: Vec<Effect>| effects.iter().any(|it| matches!(it, Effect::Keep(_)));
    assert!(!writes(press(&mut model, KeyCode::Char('j'))));
    assert!(!writes(press(&mut model, KeyCode::Esc)));
    let pressed = press(&mut model, KeyCode::Char('o'));
    assert_eq!(pressed, [Effect::Keep(vec![Change::Sort(Sorting::Age)])]);
}

#[test]
fn what_is_sought_is_found_in_recaps_requests_in_full_and_prompts() {
    let mut rows = sessions();
    for row in &mut rows {
        match row.target.to_string().as_str() {
            "web:3.0" => row.recap = Some("The menu of the orchard is mended".to_owned()),
            "infra:0.2" => {
                row.evidence = vec![Arc::new(Evidence {
                    at: row.since,
                    source: Source::Hook,
                    what: "UserPromptSubmit: plant an orchard".to_owned(),
                    before: Some(State::Idle),
                    after: State::Running,
                    reason: None,
                })];
            }
            _ => {}
        }
    }
    let mut model = model_with(rows, 120, 30);
    let reads = update(
        &mut model,
        Message::Key(KeyEvent::new(KeyCode::Char('/'), KeyModifiers::NONE)),
        now(),
    );
    let asked: Vec<String> = reads
        .iter()
        .filter_map(|effect| match effect {
            Effect::ReadRequest(bound) => Some(bound.target.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(
        asked,
        ["shop:1.1", "api:2.0"],
        "each that asks is read in full"
    );
    let bound = Bound::to(
        model
            .rows
            .find(|row| row.target.to_string() == "shop:1.1")
            .unwrap(),
    )
    .unwrap();
    let input = serde_json::json!({"command": "cargo publish\n# for the orchard"});
    let full = Known::Whole(Box::new(fixture::in_full("Bash", &input)));
    keys(&mut model, "orchard");
    assert_eq!(model.list.rows(), 2);
    tell(&mut model, Message::RequestRead(Box::new(bound), full));
    assert_eq!(model.list.rows(), 3, "{:?}", shown(&model));
    press(&mut model, KeyCode::Enter);
    let found = screen(&model);
    let parts = ["asks: …", "said: The menu", "told: plant an"];
    for part in parts {
        assert!(
            found.contains(part) && found.contains("orchard"),
            "{part}: {found}"
        );
    }
    // It asks something else: what it has asked before is not found any more.
    turned(&mut model, "shop:1.1", State::WaitingApproval);
    assert_eq!(model.list.rows(), 2);
}

#[test]
fn n_goes_from_match_to_match_as_long_as_the_line_is_open_and_starts_after_that() {
    let mut model = of_sessions();
    keys(&mut model, "/claude notes");
    assert_eq!(model.filter, "claude notes", "what is typed is typed");
    press(&mut model, KeyCode::Esc);
    keys(&mut model, "/claude");
    press(&mut model, KeyCode::Enter);
    keys(&mut model, "g");
    let open = screen(&model);
    assert!(
        open.contains("/ claude   1 of 4") && open.contains("n next"),
        "{open}"
    );
    let mut seen = vec![target(&model)];
    for key in ["n", "n", "n", "n"] {
        keys(&mut model, key);
        seen.push(target(&model));
    }
    assert_eq!(
        seen,
        ["shop:1.1", "web:3.0", "shop:1.2", "notes:0.0", "shop:1.1"]
    );
    keys(&mut model, "N");
    assert_eq!(target(&model), "notes:0.0");
    // Whatever else is pressed closes the line, and the filter stays.
    keys(&mut model, "z");
    assert!(!screen(&model).contains("n next"), "{}", screen(&model));
    assert_eq!(model.filter, "claude");
    keys(&mut model, "n");
    assert!(matches!(model.panel, Panel::Launch(_)), "{:?}", model.panel);
    press(&mut model, KeyCode::Esc);
    press(&mut model, KeyCode::Esc);
    assert_eq!((&*model.filter, model.list.rows()), ("", 7));
}

#[test]
fn what_is_found_is_underlined_also_without_colours() {
    use ratatui::style::Modifier;
    let mut model = of_sessions();
    model.setup.theme = crate::tui::Theme::None.into();
    keys(&mut model, "/SHOP");
    let buffer = fixture::drawn(&model);
    let lined = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::UNDERLINED);
    let found: String = buffer
        .content
        .iter()
        .filter(lined)
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(found, "shop".repeat(4), "twice in each of two rows");
}

#[test]
fn a_filter_looks_into_folded_groups() {
    let mut model = of_sessions();
    keys(&mut model, "bC/nextest");
    assert_eq!(model.list.rows(), 1);
    press(&mut model, KeyCode::Enter);
    keys(&mut model, "gc");
    assert!(
        model
            .notice
            .as_ref()
            .unwrap()
            .text
            .contains("nothing is folded while")
    );
}
