//! Going to a row's pane, or showing it beside the dashboard.

use pane_patrol_hooks::target::PaneId;

use super::*;
use crate::tui::message::Started;
use crate::tui::model::Setup;

#[test]
fn enter_asks_for_a_jump_to_the_selected_row_once_until_it_is_answered() {
    let mut model = usual();
    keys(&mut model, "j");
    let Some(Effect::Jump(row)) = press(&mut model, KeyCode::Enter).pop() else {
        panic!("Enter jumps");
    };
    assert_eq!(row.target.to_string(), "api:2.0");
    assert_eq!(press(&mut model, KeyCode::Enter), []);
    tell(
        &mut model,
        Message::Jumped(Jumped::There {
            covered: false,
            remark: None,
        }),
    );
    assert_eq!(press(&mut model, KeyCode::Enter).len(), 1);
}

#[test]
fn what_has_become_of_a_pane_by_a_jump_is_said() {
    let mut model = usual();
    press(&mut model, KeyCode::Enter);
    let remark = Some("it floats now");
    let jumped = Message::Jumped(Jumped::There {
        covered: false,
        remark,
    });
    assert_eq!(tell(&mut model, jumped), []);
    assert!(screen(&model).contains("it floats now"));
}

#[test]
fn a_popup_ends_when_it_has_taken_the_person_there() {
    let mut model = usual();
    press(&mut model, KeyCode::Enter);
    let jumped = Message::Jumped(Jumped::There {
        covered: true,
        remark: None,
    });
    assert_eq!(tell(&mut model, jumped), [Effect::Quit]);
}

#[test]
fn a_pane_that_is_gone_is_said_for_some_seconds_and_jumps_nowhere() {
    let mut model = usual();
    press(&mut model, KeyCode::Enter);
    assert_eq!(tell(&mut model, Message::Jumped(Jumped::Gone)), []);
    assert!(screen(&model).contains("the pane is gone"));
    let later = now().plus(Duration::from_secs(6));
    assert!(view::next_change(&model, now()) <= later);
    update(&mut model, Message::Tick, later);
    assert!(!screen(&model).contains("the pane is gone"));
}

#[test]
fn a_row_of_another_server_sends_the_dashboard_away_until_the_person_is_back() {
    let mut model = usual();
    press(&mut model, KeyCode::Enter);
    let attach = Attach {
        socket: "/tmp/other".to_owned(),
        target: "$1:@2.%3".to_owned(),
    };
    let jumped = Jumped::Attach(attach.clone());
    assert_eq!(
        tell(&mut model, Message::Jumped(jumped)),
        [Effect::Attach(attach)]
    );
    assert!(model.is_away());
    tell(&mut model, Message::AttachEnded(Ok(())));
    assert!(!model.is_away());
}

/// The place beside the dashboard with the selected row's pane in it.
fn beside(model: &Model, turn: u64) -> Beside {
    let row = model.selected_row().unwrap();
    Beside {
        is_open: true,
        is_lost: false,
        shows: row.server.clone().zip(row.pane),
        turn,
        note: None,
        drawn: None,
    }
}

#[test]
fn in_the_split_enter_shows_instead_of_going_and_the_shown_row_is_marked() {
    for width in [100, 40] {
        let mut model = model_with(day(), width, 12);
        let row = Box::new(model.selected_row().unwrap().clone());
        let opened = press(&mut model, KeyCode::Char('s'));
        assert_eq!(opened, [Effect::Split(Split::Show(row))]);
        keys(&mut model, "j");
        let next = Box::new(model.selected_row().unwrap().clone());
        let entered = press(&mut model, KeyCode::Enter);
        assert_eq!(
            entered,
            [Effect::Split(Split::Show(next.clone()))],
            "even before tmux answers"
        );
        let place = beside(&model, 2);
        tell(&mut model, Message::Split(place));
        let marked = match width {
            40 => format!("▸{}", next.target),
            _ => format!("▸{}", next.assistant),
        };
        assert!(screen(&model).contains(&marked), "{}", screen(&model));
        let gone = tell(&mut model, Message::Update(Update::Gone(next.id.clone())));
        assert_eq!(gone, [Effect::Split(Split::RefreshLater(Vec::new()))]);
        assert_eq!(
            press(&mut model, KeyCode::Char('s')),
            [Effect::Split(Split::Toggle)]
        );
    }
}

#[test]
fn enter_is_meant_for_the_place_before_it_is_there() {
    let mut model = Model::new(Setup {
        split: true,
        ..usual().setup
    });
    tell(&mut model, Message::Update(Update::Snapshot(day())));
    let entered = press(&mut model, KeyCode::Enter);
    assert!(
        matches!(entered[..], [Effect::Split(Split::Show(_))]),
        "{entered:?}"
    );
}

#[test]
fn a_place_that_somebody_has_closed_is_opened_anew_by_what_is_shown_next() {
    for key in [KeyCode::Enter, KeyCode::Char('s')] {
        let mut model = usual();
        let place = beside(&model, 1);
        tell(&mut model, Message::Split(place));
        let closed = Beside {
            is_lost: true,
            turn: 2,
            note: Some("the place was closed".to_owned()),
            ..Beside::default()
        };
        tell(&mut model, Message::Split(closed));
        assert!(screen(&model).contains("the place was closed"));
        let started = Started {
            said: "started claude".to_owned(),
            pane: None,
        };
        let started = tell(&mut model, Message::Started(Ok(started)));
        assert_eq!(
            started,
            [Effect::Split(Split::Refresh(Vec::new()))],
            "it may be open again"
        );
        let pressed = press(&mut model, key);
        assert!(
            matches!(pressed[..], [Effect::Split(Split::Show(_))]),
            "{pressed:?}"
        );
    }
}

#[test]
fn what_is_stopped_from_the_list_empties_the_place_and_is_said_to_have_been_stopped() {
    let mut model = usual();
    let place = beside(&model, 1);
    tell(&mut model, Message::Split(place.clone()));
    let row = Box::new(model.selected_row().unwrap().clone());
    let pane = row.server.clone().zip(row.pane).unwrap();
    keys(&mut model, "x");
    assert_eq!(
        press(&mut model, KeyCode::Char('x')),
        [Effect::Stop(row.clone())]
    );
    let gone = tell(&mut model, Message::Update(Update::Gone(row.id.clone())));
    assert_eq!(
        gone,
        [Effect::Split(Split::RefreshLater(vec![pane.clone()]))]
    );
    let wider = tell(&mut model, Message::Resize(100, 30));
    assert_eq!(wider, [Effect::Split(Split::Refresh(vec![pane.clone()]))]);
    let stopped = Message::Stopped(row.clone(), Stopped::Ended);
    assert_eq!(
        tell(&mut model, stopped.clone()),
        [Effect::Split(Split::Empty(pane.0.clone(), pane.1))]
    );
    let narrower = tell(&mut model, Message::Resize(90, 30));
    assert_eq!(narrower, [Effect::Split(Split::Refresh(Vec::new()))]);
    let closed = Beside {
        turn: 2,
        ..Beside::default()
    };
    tell(&mut model, Message::Split(closed));
    assert_eq!(tell(&mut model, stopped), [], "there is no place");
}

#[test]
fn what_was_seen_before_a_key_was_answered_says_nothing_of_what_the_key_has_asked_for() {
    let mut model = usual();
    let lost = |turn| Beside {
        is_lost: true,
        turn,
        ..Beside::default()
    };
    tell(&mut model, Message::SplitSeen(lost(1)));
    let entered = press(&mut model, KeyCode::Enter);
    assert!(matches!(entered[..], [Effect::Split(Split::Show(_))]));
    tell(&mut model, Message::SplitSeen(lost(2)));
    let closes = press(&mut model, KeyCode::Char('s'));
    assert_eq!(closes, [Effect::Split(Split::Toggle)]);
    let shown = beside(&model, 3);
    tell(&mut model, Message::Split(shown));
    assert!(
        !model.split.is_open,
        "the second key is still to be answered"
    );
    tell(&mut model, Message::Split(lost(4)));
    assert_eq!(model.split, lost(4));
}

#[test]
fn what_is_moved_or_ends_around_the_shown_pane_is_looked_at() {
    let mut model = usual();
    let place = beside(&model, 1);
    tell(&mut model, Message::Split(place));
    let mut row = model.selected_row().unwrap().clone();
    row.message = Some("more".to_owned());
    let said = tell(
        &mut model,
        Message::Update(Update::Row(Arc::new(row.clone()))),
    );
    assert!(!said.iter().any(|effect| matches!(effect, Effect::Split(_))));
    row.shown_at = Some("work:0.1".parse().unwrap());
    let moved = tell(
        &mut model,
        Message::Update(Update::Row(Arc::new(row.clone()))),
    );
    assert_eq!(moved, [Effect::Split(Split::Refresh(Vec::new()))]);
    // `shop:1.2` is in the same window, `api:2.0` is not.
    let gone = |model: &mut Model, target: &str| {
        let rows = model.rows.in_order().iter();
        let row = rows
            .map(|known| &known.row)
            .find(|row| row.target.to_string() == target);
        let id = row.unwrap().id.clone();
        tell(model, Message::Update(Update::Gone(id)))
    };
    assert_eq!(gone(&mut model, "api:2.0"), []);
    let later = [Effect::Split(Split::RefreshLater(Vec::new()))];
    assert_eq!(gone(&mut model, "shop:1.2"), later);
}

#[test]
fn what_was_started_is_selected_when_it_comes_unless_the_person_does_something_else() {
    for (pressed, is_selected) in [("", true), ("j", false)] {
        let mut model = usual();
        let mut row = model.selected_row().unwrap().clone();
        row.pane = Some(PaneId(77));
        row.id = "new".to_owned();
        row.state = State::Idle;
        let started = Started {
            said: "started claude".to_owned(),
            pane: row.server.clone().map(|server| (server.socket, PaneId(77))),
        };
        tell(&mut model, Message::Started(Ok(started)));
        keys(&mut model, pressed);
        tell(&mut model, Message::Update(Update::Row(Arc::new(row))));
        assert_eq!(
            model.selected.as_deref() == Some("new"),
            is_selected,
            "{pressed}"
        );
    }
}

#[test]
fn an_answer_that_was_overtaken_by_a_later_one_changes_nothing() {
    let mut model = usual();
    let late = Beside {
        turn: 3,
        ..Beside::default()
    };
    let place = beside(&model, 4);
    tell(&mut model, Message::Split(place.clone()));
    tell(&mut model, Message::Split(late));
    assert_eq!(model.split, place);
}

#[test]
fn a_split_that_cannot_be_says_why_and_enter_goes_as_ever() {
    let mut model = usual();
    press(&mut model, KeyCode::Char('s'));
    let refused = Beside {
        note: Some("too narrow to split".to_owned()),
        ..Beside::default()
    };
    tell(&mut model, Message::Split(refused));
    assert!(screen(&model).contains("too narrow to split"));
    assert!(matches!(
        press(&mut model, KeyCode::Enter)[..],
        [Effect::Jump(_)]
    ));
}

#[test]
fn outside_tmux_the_split_key_hands_the_screen_over_as_enter_does() {
    let mut model = usual();
    model.setup.in_multiplexer = false;
    assert!(matches!(
        press(&mut model, KeyCode::Char('s'))[..],
        [Effect::Jump(_)]
    ));
}
