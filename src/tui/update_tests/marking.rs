//! Several rows at once.

use super::*;

fn marked(model: &Model) -> Vec<String> {
    let rows = model.marked_rows().into_iter();
    rows.map(|row| row.target.to_string()).collect()
}

fn two_requests() -> Vec<crate::state::Row> {
    let asks = |number, target, since| {
        row(number, "claude", State::WaitingApproval, target, since).asks("Bash", "ls")
    };
    vec![
        asks(1, "shop:1.1", 9),
        asks(2, "shop:1.2", 8),
        row(3, "claude", State::Running, "api:2.0", 5),
    ]
}

fn notice(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn a_mark_goes_with_its_row_and_is_counted() {
    let mut model = usual();
    let version = model.version();
    keys(&mut model, "v");
    assert!(model.version() > version);
    assert_eq!(marked(&model), ["shop:1.1"]);
    let shown = screen(&model);
    assert!(
        shown.contains("1 marked") && shown.contains("◆▌"),
        "{shown}"
    );
    // It is not the most urgent one any more, and stays marked.
    let mut changed = model.selected_row().unwrap().clone();
    changed.waiting.clear();
    changed.state = State::Idle;
    tell(
        &mut model,
        Message::Update(Update::Row(Arc::new(changed.clone()))),
    );
    assert_eq!(marked(&model), ["shop:1.1"]);
    tell(&mut model, Message::Update(Update::Gone(changed.id)));
    assert_eq!(marked(&model), [""; 0]);
}

#[test]
fn all_that_are_shown_are_marked_or_none() {
    let mut model = usual();
    keys(&mut model, "/shop");
    press(&mut model, KeyCode::Enter);
    keys(&mut model, "V");
    assert_eq!(marked(&model).len(), 2);
    keys(&mut model, "V");
    assert_eq!(marked(&model).len(), 0);
}

#[test]
fn one_question_names_all_that_are_stopped() {
    let mut model = model_with(two_requests(), 100, 30);
    keys(&mut model, "vjjvx");
    let shown = screen(&model);
    assert!(
        shown.contains("Stop 2 assistants marked: claude in shop:1.1, claude in api:2.0?"),
        "{shown}"
    );
    assert_eq!(press(&mut model, KeyCode::Enter), []);
    let stops = press(&mut model, KeyCode::Char('x'));
    let rows: Vec<_> = stops
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Stop(row) => Some(row),
            _ => None,
        })
        .collect();
    assert_eq!(rows.len(), 2);
    tell(
        &mut model,
        Message::Stopped(rows[0].clone(), Stopped::Ended),
    );
    let why = Stopped::Failed("its pane is not known".to_owned());
    tell(&mut model, Message::Stopped(rows[1].clone(), why));
    let both = "1 of 2 marked ones have ended; api:2.0 still runs: its pane is not known";
    assert!(notice(&model).contains(both), "{}", notice(&model));
}

#[test]
fn all_that_are_marked_keep_quiet_for_the_same_time() {
    let mut model = model_with(two_requests(), 100, 30);
    keys(&mut model, "V");
    let snoozed = press(&mut model, KeyCode::Char('z'));
    let [Effect::SnoozeAll(ids, Some(until))] = &*snoozed else {
        panic!("{snoozed:?}");
    };
    assert_eq!(ids.len(), 3);
    assert_eq!(until.since(now()), Duration::from_secs(600));
}

#[test]
fn a_text_goes_to_each_that_is_marked_and_those_that_refuse_keep_their_mark() {
    let mut rows = two_requests();
    rows.push(row(4, "claude", State::Idle, "web:3.0", 5));
    let mut model = model_with(rows, 100, 30);
    keys(&mut model, "Vmgo on");
    let sent = press(&mut model, KeyCode::Enter);
    let letters: Vec<_> = sent
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Send(letter) => Some(letter),
            _ => None,
        })
        .collect();
    assert_eq!(letters.len(), 2, "whoever asks gets nothing");
    for letter in letters {
        let done = crate::tui::message::Posted::Done(None);
        tell(&mut model, Message::Posted(letter, done));
    }
    assert!(
        notice(&model).starts_with("sent to 2; shop:1.1: nothing was sent: it asks"),
        "{}",
        notice(&model)
    );
    assert_eq!(marked(&model), ["shop:1.1", "shop:1.2"]);
    keys(&mut model, "m");
    let editor = model.writing.editor.as_ref().expect("it is open");
    assert_eq!(editor.text.text(), "go on");
}

#[test]
fn nothing_is_done_with_more_than_a_person_can_read() {
    let rows = (0..60).map(|n| row(n, "claude", State::Idle, &format!("a{n}:0.0"), 5));
    let mut model = model_with(rows.collect(), 100, 30);
    keys(&mut model, "V");
    for key in ['x', 'z', 'm'] {
        assert_eq!(press(&mut model, KeyCode::Char(key)), []);
        assert!(
            notice(&model).contains("60 are marked: at most 50"),
            "{key}: {}",
            notice(&model)
        );
        assert_eq!(model.panel, Panel::Detail);
        model.unheard_until = None;
    }
}
