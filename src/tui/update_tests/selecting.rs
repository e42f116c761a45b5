//! Which row is selected, and how keys and the mouse lead to another one.

use super::*;

#[test]
fn the_most_urgent_of_the_first_rows_is_selected_in_whatever_order_they_come() {
    let mut model = model_with(Vec::new(), 100, 30);
    for row in day().into_iter().rev() {
        tell(&mut model, Message::Update(Update::Row(Arc::new(row))));
    }
    assert_eq!(target(&model), "shop:1.1");
}

#[test]
fn the_most_urgent_row_is_selected_as_long_as_the_person_does_nothing() {
    let mut model = usual();
    let hour = now().plus(Duration::from_secs(3600));
    let urgent = row(90, "claude", State::WaitingApproval, "late:0.0", 9_000).asks("Bash", "rm x");
    let id = urgent.id.clone();
    update(
        &mut model,
        Message::Update(Update::Row(Arc::new(urgent))),
        hour,
    );
    assert_eq!(target(&model), "late:0.0");
    update(&mut model, Message::Update(Update::Gone(id)), hour);
    assert_eq!(target(&model), "shop:1.1");
}

#[test]
fn a_no_that_was_meant_for_the_row_that_was_selected_is_said_to_no_other() {
    let urgent = row(90, "claude", State::WaitingApproval, "late:0.0", 9_000).asks("Bash", "rm x");
    let urgent = Arc::new(urgent);
    for (after, is_meant) in [(100, false), (600, true)] {
        let mut model = usual();
        update(
            &mut model,
            Message::Update(Update::Row(Arc::clone(&urgent))),
            now(),
        );
        let key = KeyEvent::new(KeyCode::Char('d'), KeyModifiers::NONE);
        let at = now().plus(Duration::from_millis(after));
        let effects = update(&mut model, Message::Key(key), at);
        let denies = |effect: &Effect| matches!(effect, Effect::Decide(..));
        assert_eq!(effects.iter().any(denies), is_meant, "{after}");
    }
}

#[test]
fn the_selection_stays_with_its_row_when_a_more_urgent_one_comes() {
    let mut model = usual();
    keys(&mut model, "jk");
    let before = target(&model);
    let urgent = row(9, "claude", State::WaitingApproval, "late:0.0", 9_000).asks("Bash", "rm x");
    let urgent = Message::Update(Update::Row(Arc::new(urgent)));
    update(&mut model, urgent, now().plus(Duration::from_secs(3)));
    assert_eq!(model.list.row(0).unwrap().target.to_string(), "late:0.0");
    assert_eq!(target(&model), before);
}

#[test]
fn the_selection_goes_to_the_nearest_row_when_its_row_vanishes() {
    let mut model = usual();
    keys(&mut model, "jj");
    assert_eq!(target(&model), "docs:0.1");
    let id = model.selected.clone().unwrap();
    tell(&mut model, Message::Update(Update::Gone(id)));
    assert_eq!(target(&model), "web:3.0");
    keys(&mut model, "G");
    let id = model.selected.clone().unwrap();
    tell(&mut model, Message::Update(Update::Gone(id)));
    assert_eq!(target(&model), "infra:0.2", "the last one's neighbour");
}

#[test]
fn the_selection_goes_on_with_its_session_when_that_has_another_row() {
    let asks = |n, target| {
        let mut row = row(n, "claude", State::WaitingApproval, target, 9_000).asks("Bash", "rm x");
        row.instance_id = Some(format!("session {target}"));
        row
    };
    let mut model = usual();
    let (mine, mut again) = (asks(90, "mine:0.0"), asks(91, "mine:0.0"));
    again.target = "else:0.0".parse().unwrap();
    tell(
        &mut model,
        Message::Update(Update::Row(Arc::new(mine.clone()))),
    );
    tell(
        &mut model,
        Message::Update(Update::Row(Arc::new(asks(92, "other:0.0")))),
    );
    keys(&mut model, "jk");
    while model.selected != Some(mine.id.clone()) {
        keys(&mut model, "j");
    }
    let at = |millis| now().plus(Duration::from_millis(millis));
    update(&mut model, Message::Update(Update::Gone(mine.id)), at(0));
    let approve = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
    assert_ne!(target(&model), "else:0.0");
    let comes = Message::Update(Update::Row(Arc::new(again)));
    update(&mut model, comes, at(140));
    assert_eq!(target(&model), "else:0.0");
    // What is pressed in that moment is not meant for whoever stands there.
    let effects = update(&mut model, Message::Key(approve), at(200));
    assert!(effects.is_empty(), "{effects:?}");
}

#[test]
fn a_key_that_was_meant_for_a_row_that_has_gone_answers_no_other() {
    let mut model = usual();
    keys(&mut model, "jk");
    assert_eq!(target(&model), "shop:1.1");
    let other = row(90, "claude", State::WaitingApproval, "late:0.0", 9_000).asks("Bash", "rm x");
    tell(&mut model, Message::Update(Update::Row(Arc::new(other))));
    let id = model.selected.clone().unwrap();
    update(&mut model, Message::Update(Update::Gone(id)), now());
    for key in ['a', 'd', 'D', '1'] {
        let pressed = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        let soon = now().plus(Duration::from_millis(700));
        assert_eq!(update(&mut model, Message::Key(pressed), soon), []);
        let said = &model.notice.as_ref().unwrap().text;
        assert!(
            said.starts_with("another row has just come"),
            "{key}: {said}"
        );
    }
    let later = now().plus(Duration::from_millis(1100));
    let deny = KeyEvent::new(KeyCode::Char('d'), KeyModifiers::NONE);
    update(&mut model, Message::Key(deny), later);
    let said = model.notice.as_ref().map(|notice| notice.text.as_str());
    assert!(
        said.is_none_or(|said| !said.starts_with("another row")),
        "{said:?}"
    );
}

#[test]
fn tab_goes_round_the_rows_that_need_the_person() {
    let mut model = usual();
    let mut visited = Vec::new();
    for _ in 0..3 {
        press(&mut model, KeyCode::Tab);
        visited.push(target(&model));
    }
    assert_eq!(visited, ["api:2.0", "shop:1.1", "api:2.0"]);
    press(&mut model, KeyCode::BackTab);
    assert_eq!(target(&model), "shop:1.1");
}

#[test]
fn tab_says_so_when_nobody_needs_the_person() {
    let quiet = vec![row(1, "claude", State::Idle, "a:0.0", 1)];
    let mut model = model_with(quiet, 80, 24);
    press(&mut model, KeyCode::Tab);
    assert_eq!(model.notice.as_ref().unwrap().text, "nobody needs you");
}

#[test]
fn the_filter_takes_words_in_any_case_and_escape_shows_all_again() {
    let mut model = usual();
    keys(&mut model, "/SHOP works");
    assert_eq!(model.list.rows(), 1);
    assert_eq!(target(&model), "shop:1.2");
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.list.rows(), 7);
    assert_eq!(target(&model), "shop:1.2", "and the row stays selected");
}

#[test]
fn letters_typed_into_the_filter_are_no_commands() {
    let mut model = usual();
    keys(&mut model, "/q");
    assert_eq!(model.filter, "q");
    press(&mut model, KeyCode::Enter);
    assert_eq!(press(&mut model, KeyCode::Char('q')), [Effect::Quit]);
}

#[test]
fn a_click_selects_and_a_second_click_jumps() {
    let mut model = usual();
    // Header, section, claude, codex.
    assert_eq!(mouse(&mut model, CLICK, 3), []);
    assert_eq!(target(&model), "api:2.0");
    assert!(matches!(mouse(&mut model, CLICK, 3)[..], [Effect::Jump(_)]));
    assert_eq!(mouse(&mut model, CLICK, 1), [], "a heading");
    assert_eq!(mouse(&mut model, CLICK, 25), [], "the panel");
}

fn point(model: &mut Model, kind: MouseEventKind, column: u16, row: u16) -> Vec<Effect> {
    let modifiers = KeyModifiers::NONE;
    tell(
        model,
        Message::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }),
    )
}

#[test]
fn the_wheel_chooses_in_the_list_and_scrolls_what_is_open() {
    let mut model = model_with(day(), 80, 24);
    let first = model.selected.clone();
    point(&mut model, MouseEventKind::ScrollDown, 5, 3);
    assert_eq!(model.position, 1);
    assert_ne!(model.selected, first);
    point(&mut model, MouseEventKind::ScrollUp, 5, 3);
    assert_eq!(model.selected, first);
    let position = model.position;
    point(&mut model, MouseEventKind::ScrollDown, 5, 20);
    assert_eq!(model.position, position, "that is the panel");
}

#[test]
fn a_click_on_a_key_of_the_last_line_presses_it() {
    for width in [40, 80, 120] {
        let mut model = model_with(day(), width, 24);
        let shown = screen(&model);
        let last = shown.lines().last().unwrap();
        let column = |text: &str| {
            let at = last.find(text).unwrap_or_else(|| panic!("{text}: {last}"));
            u16::try_from(crate::tui::text::width(&last[..at])).unwrap()
        };
        let (help, quit) = (column("? help"), column("q quit"));
        let down = MouseEventKind::Down(MouseButton::Left);
        point(&mut model, down, help, 23);
        assert_eq!(model.panel, Panel::Help, "{width}");
        press(&mut model, KeyCode::Esc);
        assert_eq!(point(&mut model, down, quit + 5, 23), [Effect::Quit]);
        assert_eq!(point(&mut model, down, quit + 6, 23), []);
    }
}

#[test]
fn the_next_one_that_waits_is_shown_with_what_it_asks_whatever_was_open() {
    let mut model = model_with(day(), 100, 30);
    press(&mut model, KeyCode::Char('l'));
    press(&mut model, KeyCode::Char('l'));
    assert!(matches!(model.panel, Panel::Diff(_)));
    assert_eq!(press(&mut model, KeyCode::Char('d')), []);
    let why = model.notice.as_ref().map(|notice| notice.text.clone());
    assert_eq!(
        why.as_deref(),
        Some("nothing is answered from here · Esc shows what is asked")
    );
    press(&mut model, KeyCode::Tab);
    assert_eq!(model.panel, Panel::Detail);
}
