//! What `update` does to a model, without a terminal.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::event::State;

use super::effect::{Attach, Effect, Split};
use super::fixture::{With, day, look, model_with, now, row, screen};
use super::message::{Hooks, Jumped, Message, Offer, Offered};
use super::model::{Install, Model, Panel};
use super::trusting;
use super::update::update;
use super::view;
use crate::act::{Bound, Decision, Outcome, Pick};
use crate::asked::Known;
use crate::feed::{Feed, Health, Role};
use crate::launch::Stopped;
use crate::split::Place;

/// What is asked for beside the reading of what is shown.
fn tell(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = update(model, message, now());
    effects.retain(|effect| !matches!(effect, Effect::ReadRequest(_)));
    effects
}

/// The selected row's request is known.
fn read(model: &mut Model, known: Known) {
    let bound = Bound::to(model.selected_row().unwrap()).unwrap();
    tell(model, Message::RequestRead(Box::new(bound), known));
}

fn press(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    tell(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn keys(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        press(model, KeyCode::Char(key));
    }
}

fn mouse(model: &mut Model, kind: MouseEventKind, row: u16) -> Vec<Effect> {
    let event = MouseEvent {
        kind,
        column: 5,
        row,
        modifiers: KeyModifiers::NONE,
    };
    tell(model, Message::Mouse(event))
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn target(model: &Model) -> String {
    model
        .selected_row()
        .expect("a row is selected")
        .target
        .to_string()
}

fn usual() -> Model {
    model_with(day(), 100, 30)
}

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
        Message::Jumped(Jumped::There { covered: false }),
    );
    assert_eq!(press(&mut model, KeyCode::Enter).len(), 1);
}

#[test]
fn a_popup_ends_when_it_has_taken_the_person_there() {
    let mut model = usual();
    press(&mut model, KeyCode::Enter);
    let jumped = Message::Jumped(Jumped::There { covered: true });
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

#[test]
fn the_most_urgent_of_the_first_rows_is_selected_in_whatever_order_they_come() {
    let mut model = model_with(Vec::new(), 100, 30);
    for row in day().into_iter().rev() {
        tell(&mut model, Message::Feed(Feed::Row(Box::new(row))));
    }
    assert_eq!(target(&model), "shop:1.1");
}

#[test]
fn the_selection_stays_with_its_row_when_a_more_urgent_one_comes() {
    let mut model = usual();
    let before = target(&model);
    let urgent = row(9, "claude", State::WaitingApproval, "late:0.0", 9_000).asks("Bash", "rm x");
    let urgent = Message::Feed(Feed::Row(Box::new(urgent)));
    update(&mut model, urgent, now().plus(Duration::from_secs(3)));
    assert_eq!(
        model.shown_rows().next().unwrap().target.to_string(),
        "late:0.0"
    );
    assert_eq!(target(&model), before);
}

#[test]
fn the_selection_goes_to_the_nearest_row_when_its_row_vanishes() {
    let mut model = usual();
    keys(&mut model, "jj");
    assert_eq!(target(&model), "docs:0.1");
    let id = model.selected.clone().unwrap();
    tell(&mut model, Message::Feed(Feed::Gone(id)));
    assert_eq!(target(&model), "web:3.0");
    keys(&mut model, "G");
    let id = model.selected.clone().unwrap();
    tell(&mut model, Message::Feed(Feed::Gone(id)));
    assert_eq!(target(&model), "infra:0.2", "the last one's neighbour");
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
    assert_eq!(model.shown_rows().count(), 1);
    assert_eq!(target(&model), "shop:1.2");
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.shown_rows().count(), 7);
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

#[test]
fn the_wheel_scrolls_the_list_without_moving_the_selection() {
    let rows = (0..50)
        .map(|pane| {
            row(
                pane,
                "claude",
                State::Running,
                &format!("s:{pane}.0"),
                100 - u64::from(pane),
            )
        })
        .collect();
    let mut model = model_with(rows, 80, 24);
    mouse(&mut model, MouseEventKind::ScrollDown, 5);
    assert_eq!((model.top, target(&model).as_str()), (3, "s:0.0"));
    keys(&mut model, "j");
    assert_eq!(model.top, 1 + 1, "a key brings the selected row back");
}

fn offer(is_ready: bool) -> Offer {
    Offer {
        assistants: vec![Offered {
            title: "Codex".to_owned(),
            file: "~/.codex/hooks.json".to_owned(),
            what: "3 lines more".to_owned(),
            is_ready,
        }],
        changes: vec!["+x".to_owned()],
    }
}

#[test]
fn an_offer_with_nothing_to_be_done_is_not_carried_out() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(&mut model, Message::Hooks(Hooks::Partly));
    assert_eq!(press(&mut model, KeyCode::Char('i')), [Effect::PlanInstall]);
    tell(&mut model, Message::InstallPlanned(Ok(offer(false))));
    assert_eq!(press(&mut model, KeyCode::Char('i')), []);
}

#[test]
fn the_install_is_shown_first_and_done_on_the_second_press() {
    let mut model = model_with(Vec::new(), 80, 24);
    assert_eq!(press(&mut model, KeyCode::Char('i')), [], "not offered yet");
    tell(&mut model, Message::Hooks(Hooks::Missing));
    assert_eq!(press(&mut model, KeyCode::Char('i')), [Effect::PlanInstall]);
    assert_eq!(
        press(&mut model, KeyCode::Char('i')),
        [],
        "nothing is shown yet"
    );
    tell(&mut model, Message::InstallPlanned(Ok(offer(true))));
    assert_eq!(
        press(&mut model, KeyCode::Char('i')),
        [Effect::ApplyInstall]
    );
    assert_eq!(
        press(&mut model, KeyCode::Char('i')),
        [],
        "it is being done"
    );
    let over = Message::Installed(vec!["done".to_owned()]);
    assert_eq!(tell(&mut model, over), [Effect::CheckHooks]);
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.panel, Panel::Detail);
}

#[test]
fn rows_arrive_while_the_install_is_shown_and_the_offer_is_gone_with_the_first() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(&mut model, Message::Hooks(Hooks::Missing));
    press(&mut model, KeyCode::Char('i'));
    tell(&mut model, Message::InstallPlanned(Ok(offer(true))));
    tell(&mut model, Message::Feed(Feed::Snapshot(day())));
    assert!(screen(&model).contains("shop:1.1") && screen(&model).contains("+x"));
    press(&mut model, KeyCode::Esc);
    assert_eq!(press(&mut model, KeyCode::Char('i')), []);
}

#[test]
fn a_plan_that_comes_after_escape_opens_nothing() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(&mut model, Message::Hooks(Hooks::Missing));
    press(&mut model, KeyCode::Char('i'));
    press(&mut model, KeyCode::Esc);
    tell(&mut model, Message::InstallPlanned(Ok(offer(true))));
    assert_eq!(model.panel, Panel::Detail);
    tell(&mut model, Message::Installed(vec!["done".to_owned()]));
    assert_eq!(
        model.panel,
        Panel::Install(Install::Over(vec!["done".to_owned()]))
    );
}

#[test]
fn what_changes_nothing_is_not_drawn() {
    let mut model = usual();
    let version = model.version();
    let same = day().pop().unwrap();
    tell(&mut model, Message::Feed(Feed::Row(Box::new(same))));
    tell(&mut model, Message::Feed(Feed::Health(Health::default())));
    tell(&mut model, Message::Feed(Feed::Gone("nobody".to_owned())));
    press(&mut model, KeyCode::F(9));
    mouse(&mut model, MouseEventKind::Moved, 3);
    assert_eq!(model.version(), version);
}

#[test]
fn events_received_without_trouble_change_nothing_on_the_screen() {
    let mut model = usual();
    let version = model.version();
    let health = Health {
        received: 12,
        ..Health::default()
    };
    tell(&mut model, Message::Feed(Feed::Health(health)));
    assert_eq!(model.version(), version);
}

#[test]
fn a_collector_that_ended_is_said_above_its_last_rows() {
    let mut model = usual();
    tell(&mut model, Message::FeedEnded);
    assert!(screen(&model).contains("nothing here changes"));
    tell(&mut model, Message::Feed(Feed::Role(Role::Collector)));
    assert!(!screen(&model).contains("nothing here changes"));
}

#[test]
fn an_idle_dashboard_wakes_up_for_the_minutes_only() {
    let idle = vec![row(1, "claude", State::Idle, "a:0.0", 7_300)];
    let model = model_with(idle, 80, 24);
    let next = view::next_change(&model, now());
    assert_eq!(
        next.since(now()),
        Duration::from_secs(45),
        "the clock's next minute"
    );
    let waiting = vec![row(1, "claude", State::WaitingInput, "a:0.0", 90)];
    let model = model_with(waiting, 80, 24);
    assert_eq!(
        view::next_change(&model, now()).since(now()),
        Duration::from_secs(1)
    );
}

#[test]
fn a_snooze_lasts_ten_minutes_then_an_hour_then_ends_and_is_shown_on_the_row() {
    let mut model = usual();
    let mut until = Vec::new();
    for _ in 0..3 {
        let Some(Effect::Snooze(id, wanted)) = press(&mut model, KeyCode::Char('z')).pop() else {
            panic!("z snoozes");
        };
        until.push(wanted.map(|wanted| wanted.since(now()).as_secs() / 60));
        let snoozes = model.snoozes.clone().with(&id, wanted, now());
        tell(&mut model, Message::Snoozed(Ok(snoozes)));
        let minutes = until.last().copied().flatten().unwrap_or(0);
        let screen = screen(&model);
        let shown = screen.contains(&format!("snoozed {minutes}m"));
        let shown = shown || screen.contains(&format!("z{minutes}m"));
        assert_eq!(shown, wanted.is_some());
    }
    assert_eq!(until, [Some(10), Some(60), None]);
}

#[test]
fn a_trusted_row_shows_how_long_and_the_key_ends_what_it_began() {
    let mut model = usual();
    read(&mut model, Known::Said);
    let trust = |model: &mut Model| {
        let later = look(model, now());
        let key = Message::Key(KeyEvent::new(KeyCode::Char('t'), KeyModifiers::NONE));
        match update(model, key, later).pop() {
            Some(Effect::Trust(row, minutes)) => (row, minutes),
            other => panic!("t trusts: {other:?}"),
        }
    };
    let (mut row, minutes) = trust(&mut model);
    assert_eq!(minutes, 10);
    assert_eq!(Some(&*row), model.selected_row());
    row.trusted_until = Some(now().plus(Duration::from_secs(9 * 60 + 20)));
    tell(&mut model, Message::Feed(Feed::Row(row.clone())));
    let shown = screen(&model);
    assert!(
        shown.contains("trusted 10m") || shown.contains("t10m"),
        "{shown}"
    );
    assert!(shown.contains("10m more without asking"), "{shown}");
    assert_eq!(trust(&mut model).1, 0);
    assert_eq!(
        trusting::next_change(&row, now())
            .unwrap()
            .since(now())
            .as_secs(),
        20
    );
    row.trusted_until = Some(now());
    tell(&mut model, Message::Feed(Feed::Row(row)));
    assert!(
        !screen(&model).contains("without asking"),
        "its time is over"
    );
}

#[test]
fn a_launcher_is_chosen_and_starts_where_the_selected_row_works() {
    let mut model = usual();
    keys(&mut model, "nj");
    let shown = screen(&model);
    assert!(shown.contains("▌ claude --continue"), "{shown}");
    let row = model.selected_row().cloned().map(Box::new);
    let effects = press(&mut model, KeyCode::Enter);
    let beside = false;
    assert_eq!(
        effects,
        [Effect::Start {
            launcher: 1,
            row,
            beside
        }]
    );
    tell(&mut model, Message::Started(Err("no room".to_owned())));
    assert!(screen(&model).contains("not started: no room"));
}

#[test]
fn without_a_launcher_it_is_said_why_there_is_no_choice() {
    let mut model = usual();
    model.setup.launchers.clear();
    keys(&mut model, "n");
    assert_eq!(model.panel, Panel::Detail);
    assert!(screen(&model).contains("no assistant is on PATH"));
}

#[test]
fn stopping_asks_twice_and_about_the_row_that_was_meant() {
    let mut model = model_with(day(), 40, 12);
    let meant = model.selected_row().unwrap().clone();
    assert!(press(&mut model, KeyCode::Char('x')).is_empty());
    assert!(
        screen(&model).contains("Stop claude in shop:1.1?"),
        "{}",
        screen(&model)
    );
    assert!(
        press(&mut model, KeyCode::Enter).is_empty(),
        "Enter is no yes"
    );
    tell(&mut model, Message::Feed(Feed::Gone(meant.id.clone())));
    let first = press(&mut model, KeyCode::Char('x'));
    assert_eq!(first, [Effect::Stop(Box::new(meant.clone()))]);
    assert!(
        press(&mut model, KeyCode::Char('x')).is_empty(),
        "it is being done"
    );
    let stuck = Stopped::OnlyByPane("it has not ended".to_owned());
    tell(&mut model, Message::Stopped(Box::new(meant.clone()), stuck));
    assert!(
        screen(&model).contains("x closes its pane"),
        "{}",
        screen(&model)
    );
    let second = press(&mut model, KeyCode::Char('x'));
    assert_eq!(second, [Effect::ClosePane(Box::new(meant.clone()))]);
    tell(
        &mut model,
        Message::Stopped(Box::new(meant), Stopped::Ended),
    );
    assert_eq!(model.panel, Panel::Detail);
    assert!(screen(&model).contains("has ended"));
}

#[test]
fn approving_twice_answers_once_until_it_is_over() {
    let mut model = usual();
    read(&mut model, Known::Said);
    let later = look(&mut model, now());
    let a = || Message::Key(KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE));
    let Some(Effect::Decide(bound, Decision::Approve, _)) = update(&mut model, a(), later).pop()
    else {
        panic!("`a` approves");
    };
    assert_eq!(bound.target.to_string(), "shop:1.1");
    assert_eq!(press(&mut model, KeyCode::Char('a')), []);
    assert_eq!(
        press(&mut model, KeyCode::Char('d')),
        [],
        "one answer at a time"
    );
    let why = Outcome::Nothing("the pane is in copy mode".to_owned());
    tell(&mut model, Message::Decided(bound, Decision::Approve, why));
    assert!(screen(&model).contains("nothing was sent: the pane is in copy mode"));
    let later = look(&mut model, later);
    assert_eq!(update(&mut model, a(), later).len(), 1);
}

#[test]
fn a_question_is_answered_by_number_and_a_permission_is_not() {
    let mut model = usual();
    assert_eq!(press(&mut model, KeyCode::Char('2')), []);
    assert!(screen(&model).contains("it wants approval"));
    keys(&mut model, "j");
    read(&mut model, Known::Said);
    assert_eq!(press(&mut model, KeyCode::Char('a')), []);
    let later = look(&mut model, now());
    let key = Message::Key(KeyEvent::new(KeyCode::Char('2'), KeyModifiers::NONE));
    let effect = update(&mut model, key, later).pop();
    let pick = Decision::Answer(Pick::Number(2));
    assert!(matches!(effect, Some(Effect::Decide(_, decision, _)) if decision == pick));
}

/// The place beside the dashboard with the selected row's pane in it.
fn beside(model: &Model, turn: u64) -> Place {
    let row = model.selected_row().unwrap();
    Place {
        is_open: true,
        shows: row.server.clone().zip(row.pane),
        turn,
        note: None,
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
        assert!(
            screen(&model).contains(&format!("▸{}", next.assistant)),
            "{}",
            screen(&model)
        );
        let gone = tell(&mut model, Message::Feed(Feed::Gone(next.id.clone())));
        assert_eq!(gone, [Effect::Split(Split::RefreshLater)]);
        assert_eq!(
            press(&mut model, KeyCode::Char('s')),
            [Effect::Split(Split::Toggle)]
        );
    }
}

#[test]
fn an_answer_that_was_overtaken_by_a_later_one_changes_nothing() {
    let mut model = usual();
    let late = Place {
        turn: 3,
        ..Place::default()
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
    let refused = Place {
        note: Some("too narrow to split".to_owned()),
        ..Place::default()
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
    model.setup.in_tmux = false;
    assert!(matches!(
        press(&mut model, KeyCode::Char('s'))[..],
        [Effect::Jump(_)]
    ));
}
