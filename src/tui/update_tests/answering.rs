//! What keys do for the selected row: snooze, trust, start, stop, approve and answer.

use super::*;
use crate::tui::undone::NotStarted;

#[test]
fn a_snooze_lasts_ten_minutes_then_an_hour_then_ends_and_is_shown_on_the_row() {
    let mut model = usual();
    let (mut until, mut said) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let Some(Effect::Snooze(id, wanted)) = press(&mut model, KeyCode::Char('z')).pop() else {
            panic!("z snoozes");
        };
        until.push(wanted.map(|wanted| wanted.since(now()).as_secs() / 60));
        let snoozes = model.snoozes.clone().with(&id, wanted, now());
        tell(&mut model, Message::Snoozed(id, Ok(snoozes)));
        let minutes = until.last().copied().flatten().unwrap_or(0);
        let screen = screen(&model);
        let shown = screen.contains(&format!("snoozed {minutes}m"));
        let shown = shown || screen.contains(&format!("z{minutes}m"));
        assert_eq!(shown, wanted.is_some());
        said.push(model.notice.take().map(|notice| notice.text));
    }
    let place = &model.selected_row().unwrap().target;
    assert_eq!(
        said.into_iter().flatten().collect::<Vec<_>>(),
        [
            format!("no notice of {place} for 10 minutes · z: an hour"),
            format!("no notice of {place} for an hour · z: again"),
            format!("notices of {place} are given again"),
        ]
    );
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
    tell(
        &mut model,
        Message::Update(Update::Row(Arc::new((*row).clone()))),
    );
    let shown = screen(&model);
    assert!(
        shown.contains("trusted 10m") || shown.contains("t10m"),
        "{shown}"
    );
    assert!(shown.contains("10m more without asking"), "{shown}");
    assert_eq!(trust(&mut model).1, 0);
    assert_eq!(
        trust::next_change(&row, now())
            .unwrap()
            .since(now())
            .as_secs(),
        20
    );
    row.trusted_until = Some(now());
    tell(&mut model, Message::Update(Update::Row(Arc::new(*row))));
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
            choice: Choice {
                launcher: 1,
                item: None,
                wrap: None,
            },
            row,
            beside
        }]
    );
    tell(
        &mut model,
        Message::Started(Err(NotStarted::Refused("no room".to_owned()))),
    );
    assert!(screen(&model).contains("not started: no room"));
}

#[test]
fn each_name_that_a_launcher_lists_can_be_started_and_why_there_is_none_cannot() {
    let mut model = usual();
    model.setup.listing = vec![1];
    assert_eq!(press(&mut model, KeyCode::Char('n')), [Effect::ListItems]);
    press(&mut model, KeyCode::Char('j'));
    assert_eq!(
        press(&mut model, KeyCode::Enter),
        [],
        "it is being looked up"
    );
    let items = items(&["one", "two"]);
    tell(&mut model, Message::Listed(vec![(1, Ok(items))]));
    keys(&mut model, "jj");
    let shown = screen(&model);
    assert!(shown.contains("▌ claude --continue two"), "{shown}");
    // Whoever looks again meanwhile takes nothing from under the person.
    let other = super::items(&["none", "one", "two"]);
    tell(&mut model, Message::Listed(vec![(1, Ok(other))]));
    let started = press(&mut model, KeyCode::Enter);
    let [Effect::Start { choice, .. }] = &started[..] else {
        panic!("{started:?}");
    };
    assert_eq!((choice.launcher, choice.item.as_deref()), (1, Some("two")));
    for (listed, why) in [
        (Ok(Vec::new()), "claude --continue: there is none"),
        (
            Err("`x ps` has failed".to_owned()),
            "claude --continue: `x ps` has failed",
        ),
    ] {
        press(&mut model, KeyCode::Char('n'));
        tell(&mut model, Message::Listed(vec![(1, listed)]));
        press(&mut model, KeyCode::Char('j'));
        assert!(screen(&model).contains(why), "{}", screen(&model));
        assert_eq!(press(&mut model, KeyCode::Enter), []);
        press(&mut model, KeyCode::Esc);
    }
}

#[test]
fn what_is_chosen_is_started_through_wrap_or_not_as_the_person_says_this_time() {
    let mut model = usual();
    (model.setup.listing, model.setup.wrapping) = (vec![1], vec![1]);
    let names = || Message::Listed(vec![(1, Ok(items(&["one", "two"])))]);
    let started = |model: &mut Model| match &press(model, KeyCode::Enter)[..] {
        [Effect::Start { choice, .. }] => choice.wrap,
        other => panic!("{other:?}"),
    };
    keys(&mut model, "njw");
    assert!(screen(&model).contains("▌ claude --continue: …"), "not yet");
    tell(&mut model, names());
    insta::assert_snapshot!("the_list_of_what_can_be_started", screen(&model));
    keys(&mut model, "wjjw");
    insta::assert_snapshot!("what_is_chosen_runs_otherwise_this_time", screen(&model));
    // Whoever looks again takes nothing of that away.
    tell(&mut model, names());
    assert_eq!(started(&mut model), Some(false));
    keys(&mut model, "njj");
    tell(&mut model, names());
    assert!(!screen(&model).contains("this time"), "{}", screen(&model));
    keys(&mut model, "w");
    assert_eq!(started(&mut model), Some(true));
    keys(&mut model, "nww");
    assert_eq!(started(&mut model), None, "as its launcher says");
    keys(&mut model, "w");
    assert_eq!(model.panel, Panel::Detail, "elsewhere it means nothing");
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
fn no_line_is_opened_for_words_that_the_assistant_does_not_take() {
    let asks =
        |assistant| row(1, assistant, State::WaitingApproval, "shop:1.1", 9).asks("shell", "ls");
    for (assistant, opens) in [("claude", true), ("codex", false), ("copilot", false)] {
        let mut model = model_with(vec![asks(assistant)], 100, 30);
        press(&mut model, KeyCode::Char('D'));
        assert_eq!(model.denying.is_some(), opens, "{assistant}");
        let says_why = screen(&model).contains("takes no words with a no · d denies it");
        assert_eq!(says_why, !opens, "{assistant}");
    }
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
    tell(&mut model, Message::Update(Update::Gone(meant.id.clone())));
    let first = press(&mut model, KeyCode::Char('x'));
    assert_eq!(first, [Effect::Stop(Box::new(meant.clone()))]);
    assert!(
        press(&mut model, KeyCode::Char('x')).is_empty(),
        "it is being done"
    );
    let stuck = Stopped::OnlyByPane {
        why: "it has not ended".to_owned(),
        asked: true,
    };
    tell(&mut model, Message::Stopped(Box::new(meant.clone()), stuck));
    assert!(
        screen(&model).contains("x closes its pane"),
        "{}",
        screen(&model)
    );
    assert!(screen(&model).contains("x close its pane · Esc leave it"));
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
