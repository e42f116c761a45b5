//! What a pane shows, drawn beside the list where the pane itself cannot be there.

use super::*;
use pane_patrol_hooks::target::PaneId;

use crate::mux::{Direction, Drawn, Image, Mirrored, Room, Typed};
use crate::state::Row;

/// The answer to what was asked of the place: the row's pane is drawn there.
fn drawn(row: &Row, direction: Direction) -> Beside {
    Beside {
        is_open: true,
        shows: row.server.clone().zip(row.pane),
        turn: 1,
        drawn: Some(Drawn {
            room: Room {
                direction,
                own: None,
            },
            instead: None,
        }),
        ..Beside::default()
    }
}

fn shown_by(effects: &[Effect]) -> Row {
    match effects {
        [Effect::Split(Split::Show(row))] => (**row).clone(),
        other => panic!("a row is shown: {other:?}"),
    }
}

/// A dashboard with the selected row's pane drawn beside it.
fn beside(size: (u16, u16), direction: Direction) -> (Model, Row) {
    let mut model = model_with(day(), size.0, size.1);
    let row = shown_by(&press(&mut model, KeyCode::Char('s')));
    assert_eq!(tell(&mut model, Message::Split(drawn(&row, direction))), []);
    (model, row)
}

fn shows(model: &mut Model, row: &Row, lines: &[&str]) {
    let pane = row.server.clone().zip(row.pane).expect("it has a pane");
    let image = Image::Lines(lines.iter().map(|line| (*line).to_owned()).collect());
    assert_eq!(tell(model, Message::Mirrored(Mirrored { pane, image })), []);
}

#[test]
fn it_is_drawn_in_its_own_part_of_the_screen_whatever_it_holds() {
    for (size, direction) in [((120, 30), Direction::Right), ((80, 40), Direction::Below)] {
        let (mut model, row) = beside(size, direction);
        let before = screen(&model);
        shows(
            &mut model,
            &row,
            &[
                "\u{1b}[31mhello\u{1b}[2J\u{1b}[H\u{1b}]0;x\u{7}",
                &"#".repeat(400),
            ],
        );
        let after = screen(&model);
        assert!(
            after.contains("hello") && after.contains("I types here, Enter goes there"),
            "{after}"
        );
        let many = vec!["#".repeat(400); 200];
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        shows(&mut model, &row, &many);
        let full = screen(&model);
        assert!(full.contains("not shown: "), "{full}");
        let own = |text: &str| match direction {
            Direction::Right => text
                .lines()
                .map(|line| {
                    line.split('│')
                        .next()
                        .unwrap_or_default()
                        .trim_end()
                        .to_owned()
                        + "\n"
                })
                .collect::<String>(),
            Direction::Below => text.split("\n─").next().unwrap_or_default().to_owned(),
        };
        assert_eq!(
            own(&before),
            own(&full),
            "the dashboard's own part is as it was"
        );
        assert!(!own(&full).contains('#'));
    }
}

#[test]
fn it_follows_the_selection_one_after_the_other_and_enter_goes_there() {
    let (mut model, first) = beside((120, 30), Direction::Right);
    let second = shown_by(&press(&mut model, KeyCode::Char('j')));
    assert_ne!(second.id, first.id);
    // Nobody has answered yet.
    assert_eq!(press(&mut model, KeyCode::Char('j')), []);
    let third = model.selected_row().expect("there is one").clone();
    let next = tell(&mut model, Message::Split(drawn(&second, Direction::Right)));
    assert_eq!(shown_by(&next).id, third.id);
    assert_eq!(
        tell(&mut model, Message::Split(drawn(&third, Direction::Right))),
        []
    );
    // What the first one shows comes late.
    shows(&mut model, &first, &["late"]);
    assert!(!screen(&model).contains("late"));
    shows(&mut model, &third, &["in time"]);
    assert!(screen(&model).contains("in time"));
    let went = press(&mut model, KeyCode::Enter);
    assert!(matches!(went[..], [Effect::Jump(_)]), "{went:?}");
    assert_eq!(
        press(&mut model, KeyCode::Char('s')),
        [Effect::Split(Split::Toggle)]
    );
    tell(
        &mut model,
        Message::Split(Beside {
            is_open: false,
            shows: None,
            ..drawn(&third, Direction::Right)
        }),
    );
    assert!(!screen(&model).contains("in time"));
    assert_eq!(press(&mut model, KeyCode::Char('k')), []);
}

#[test]
fn why_nothing_is_to_be_seen_stands_in_the_place() {
    let (mut model, row) = beside((120, 30), Direction::Right);
    let pane = row.server.clone().zip(row.pane).expect("it has a pane");
    let image = Image::Nothing("its pane is closed".to_owned());
    tell(&mut model, Message::Mirrored(Mirrored { pane, image }));
    assert!(screen(&model).contains("its pane is closed"));
    let mut elsewhere = drawn(&row, Direction::Right);
    elsewhere.shows = None;
    elsewhere.drawn.as_mut().expect("it is drawn").instead = Some("it is elsewhere".to_owned());
    tell(&mut model, Message::SplitSeen(elsewhere));
    assert!(screen(&model).contains("it is elsewhere"));
}

#[test]
fn a_screen_that_is_too_small_says_so_and_stays_whole() {
    for (size, direction, words) in [
        ((60, 30), Direction::Right, "too narrow for the split"),
        ((80, 20), Direction::Below, "too low for the split"),
    ] {
        let mut model = model_with(day(), size.0, size.1);
        let row = shown_by(&press(&mut model, KeyCode::Char('s')));
        let mut answer = drawn(&row, direction);
        answer.note = Some("it is mirrored".to_owned());
        tell(&mut model, Message::Split(answer));
        shows(&mut model, &row, &["hello"]);
        let shown = screen(&model);
        assert!(shown.contains(words) && !shown.contains("hello"), "{shown}");
    }
}

/// What the keys have passed on to a pane.
fn typed(effects: &[Effect]) -> Vec<u8> {
    let bytes = |effect: &Effect| match effect {
        Effect::Type(_, _, Typed::Keys(bytes)) => bytes.clone(),
        other => panic!("it is typed: {other:?}"),
    };
    effects.iter().flat_map(bytes).collect()
}

fn control(model: &mut Model, c: char) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    tell(model, Message::Key(key))
}

#[test]
fn keys_go_into_the_pane_until_one_of_them_comes_back_and_then_mean_what_they_did() {
    let (mut model, row) = beside((120, 30), Direction::Right);
    press(&mut model, KeyCode::Char('I'));
    assert_eq!(model.typing_into, None, "nothing is drawn yet");
    model.unheard_until = None;
    shows(&mut model, &row, &["hello"]);
    assert_eq!(press(&mut model, KeyCode::Char('I')), []);
    let shown = screen(&model);
    assert!(
        shown.contains("you type here, Ctrl-] comes back"),
        "{shown}"
    );
    assert!(shown.contains("comes back · keys go to shop"), "{shown}");
    for (code, bytes) in [
        (KeyCode::Char('a'), "a"),
        (KeyCode::Char('q'), "q"),
        (KeyCode::Esc, "\x1b"),
        (KeyCode::Enter, "\r"),
        (KeyCode::Tab, "\t"),
    ] {
        assert_eq!(typed(&press(&mut model, code)), bytes.as_bytes());
    }
    assert_eq!(typed(&control(&mut model, 'c')), [3]);
    assert_eq!(
        tell(&mut model, Message::Paste("two\nlines".to_owned())),
        [Effect::Type(
            2,
            row.server.clone().zip(row.pane).unwrap(),
            Typed::Paste("two\nlines".to_owned())
        )]
    );
    assert_eq!(control(&mut model, '5'), []);
    assert_eq!(model.typing_into, None);
    assert_eq!(press(&mut model, KeyCode::Char('q')), [Effect::Quit]);
}

#[test]
fn nobody_types_blindly_where_the_pane_is_not_drawn_any_more() {
    type End = fn(&mut Model, &Row);
    let ends: [(&str, End); 4] = [
        ("closed", |model, row| {
            let pane = row.server.clone().zip(row.pane).unwrap();
            let image = Image::Nothing("its pane is closed".to_owned());
            tell(model, Message::Mirrored(Mirrored { pane, image }));
        }),
        ("no room", |model, _| {
            tell(model, Message::Resize(50, 30));
        }),
        ("refused", |model, _| {
            tell(
                model,
                Message::Typed(1, Err("its panes are synchronised".to_owned())),
            );
        }),
        ("another one", |model, row| {
            let other = Row {
                pane: Some(PaneId(99)),
                ..row.clone()
            };
            tell(
                model,
                Message::SplitSeen(Beside {
                    turn: 2,
                    ..drawn(&other, Direction::Right)
                }),
            );
        }),
    ];
    for (name, end) in ends {
        let (mut model, row) = beside((120, 30), Direction::Right);
        shows(&mut model, &row, &["hello"]);
        press(&mut model, KeyCode::Char('I'));
        assert!(model.typing_into.is_some(), "{name}");
        end(&mut model, &row);
        assert_eq!(model.typing_into, None, "{name}");
        assert!(model.notice.is_some(), "{name}");
        // The rest of a sentence answers nothing and stops nobody.
        for c in ['a', 'y', 'd', 'x', 'q'] {
            assert_eq!(press(&mut model, KeyCode::Char(c)), [], "{name}: {c}");
        }
        assert_eq!(model.panel, Panel::Detail, "{name}");
    }
}

#[test]
fn a_click_on_the_list_ends_it_and_one_on_the_pane_does_not() {
    let (mut model, row) = beside((120, 30), Direction::Right);
    shows(&mut model, &row, &["hello"]);
    press(&mut model, KeyCode::Char('I'));
    let click = |model: &mut Model, column| {
        let mouse = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row: 5,
            modifiers: KeyModifiers::NONE,
        };
        tell(model, Message::Mouse(mouse));
    };
    click(&mut model, 100);
    assert!(model.typing_into.is_some());
    click(&mut model, 5);
    assert_eq!(model.typing_into, None);
}
