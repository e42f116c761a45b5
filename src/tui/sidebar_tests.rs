//! The dashboard in a sidebar: 24 to 40 columns, with one line or two a row.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::event::State;
use proptest::prelude::*;

use super::fixture::{With, day, model_with, now, row, screen};
use super::layout::Layout;
use super::message::Message;
use super::model::{Entry, Follow, Model};
use super::update::update;
use crate::state::Row;

fn sidebar(rows: Vec<Row>, (width, height): (u16, u16), lines: u16) -> Model {
    let mut model = model_with(rows, width, height);
    model.setup.row_lines = lines;
    update(&mut model, Message::Resize(width, height), now());
    model
}

fn press(model: &mut Model, code: KeyCode) {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    update(model, Message::Key(key), now());
}

fn many(count: u32) -> Vec<Row> {
    let of = |pane| {
        let row = row(
            pane,
            "claude",
            State::WaitingApproval,
            "shop:1.1",
            u64::from(pane),
        );
        row.asks("Bash", &format!("make number-{pane}"))
    };
    (1..=count).map(of).collect()
}

#[test]
fn a_sidebar_at_each_width() {
    let mut screens = String::new();
    for size in [(24, 24), (32, 40), (40, 40)] {
        for lines in [1, 2] {
            let model = sidebar(day(), size, lines);
            let (width, height) = size;
            let screen = screen(&model);
            screens.extend([format!("── {width} x {height}, {lines} ──\n"), screen]);
        }
    }
    insta::assert_snapshot!(screens);
}

#[test]
fn a_click_on_either_line_of_a_row_is_on_the_row() {
    let mut model = sidebar(many(4), (32, 40), 2);
    let shown = screen(&model);
    let at = shown.lines().position(|line| line.contains("number-3"));
    let below = u16::try_from(at.unwrap()).unwrap();
    let wanted = |row: &Row| {
        row.message
            .as_deref()
            .is_some_and(|it| it.contains("number-3"))
    };
    for line in [below, below - 1] {
        press(&mut model, KeyCode::Char('g'));
        assert!(!wanted(model.selected_row().unwrap()));
        let click = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 8,
            row: line,
            modifiers: KeyModifiers::NONE,
        };
        update(&mut model, Message::Mouse(click), now());
        assert!(
            wanted(model.selected_row().unwrap()),
            "line {line}\n{shown}"
        );
    }
}

#[test]
fn all_of_the_selected_row_is_in_view_wherever_one_goes() {
    let count = 30;
    let mut model = sidebar(many(count), (30, 20), 2);
    for key in "j"
        .repeat(40)
        .chars()
        .chain("k".repeat(40).chars())
        .chain("Gg".chars())
    {
        press(&mut model, KeyCode::Char(key));
        let selected = model.selected_row().unwrap();
        let message = selected.message.clone().unwrap();
        let list = Layout::of_model(&model).list;
        let shown = screen(&model);
        let words: Vec<&str> = shown.lines().collect();
        let inside = &words[usize::from(list.y)..usize::from(list.bottom())];
        let is_there = |(first, second): (&&str, &&str)| {
            first.contains('▌') && second.contains(message.split_whitespace().last().unwrap())
        };
        let pairs = inside.iter().zip(inside.iter().skip(1));
        assert!(pairs.into_iter().any(is_there), "{message}\n{shown}");
    }
    assert!(
        screen(&model).contains("below"),
        "what is not in view is told"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics_in_a_sidebar_of_any_size(
        count in 0..30_u32,
        (width, height) in (0..60_u16, 0..60_u16),
        lines in 1..3_u16,
        keys in "[jkGgfpe? \t]{0,20}",
    ) {
        let mut model = sidebar(many(count), (width, height), lines);
        for key in keys.chars() {
            press(&mut model, KeyCode::Char(key));
        }
        screen(&model);
        let list = Layout::of_model(&model).list;
        let shown = model.shown_on(list.height);
        let entries = model.list.entries_from(model.top).take(shown);
        let lines: u16 = entries.map(|entry: Entry<'_>| model.lines_of(entry)).sum();
        prop_assert!(lines <= list.height);
        super::update::reflow::settle(&mut model, now(), Follow::Selection);
    }
}
