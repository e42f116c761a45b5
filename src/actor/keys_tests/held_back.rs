//! What keeps every key back.

use super::*;

#[test]
fn what_the_row_or_the_assistant_says_otherwise_keeps_every_key_back() {
    let approve = Decision::Approve;
    let (stage, bound) = stage();
    let refuses = |stage: Stage, words: &str| stage.refuses(&bound, &approve, words);
    *stage.row.borrow_mut() = Some(asking(vec![request("t2", "touch a")]));
    refuses(stage, "another request has taken its place");
    let with = |seen| Stage {
        seen: Some(seen),
        ..self::stage().0
    };
    refuses(with(seen(Level::Busy, "s")), "answered or withdrawn");
    refuses(with(seen(Level::WaitingApproval, "u")), "another session");
    let answered = Stage {
        result: Some(true),
        ..self::stage().0
    };
    refuses(answered, "answered or withdrawn");
    let unfit = Some("the pane is in copy mode");
    let stage = Stage {
        unfit,
        ..self::stage().0
    };
    refuses(stage, "copy mode");
    let mut other = bound.clone();
    other.assistant = "droid".parse().unwrap();
    self::stage().0.refuses(&other, &approve, "not known");
    let mut several = bound.clone();
    several.request.state = State::WaitingInput;
    several.request.message = Some("Which? (+1 more)".to_owned());
    self::stage()
        .0
        .refuses(&several, &approve, "several questions");
}

#[test]
fn another_dialog_a_moved_cursor_or_words_in_it_keep_every_key_back() {
    let (_, bound) = stage();
    let shows = |screen: &'static dyn Fn() -> String| Stage {
        screen: Box::new(move |_, _| screen()),
        ..stage().0
    };
    let refuses = |stage: Stage, words: &str| stage.refuses(&bound, &Decision::Approve, words);
    refuses(shows(&|| asks(" touch b")), "its command is not");
    refuses(shows(&String::new), "no dialog");
    refuses(
        shows(&|| dialog_with(" touch a", "4. No", " · Tab to amend", '2')),
        "answering in the pane",
    );
    refuses(
        shows(&|| dialog_with(" touch a", "4. No", "", '1')),
        "answering in the pane",
    );
    let answer = Decision::Answer(Pick::Number(1));
    stage().0.refuses(&bound, &answer, "use approve");
}

#[test]
fn a_request_that_may_look_the_same_keeps_every_key_back() {
    let approve = Decision::Approve;
    let (own, twin) = ("touch a", "touch a ");
    let is_told = || {
        let (stage, _) = stage();
        let row = asking(vec![request("t1", own), request("t2", twin)]);
        *stage.row.borrow_mut() = Some(row);
        stage
    };
    let told = Stage {
        full: vec![full("t1", own), full("t2", twin)],
        ..is_told()
    };
    told.refuses(&full("t1", own), &approve, "cannot be told apart");
    // One of which no more is known than its line.
    is_told().refuses(&full("t1", own), &approve, "cannot be told apart");
    // Nor does it matter whether its line as it is known would fill these rows.
    let blanks = Stage {
        screen: Box::new(|_, _| asks(" touch a  b")),
        ..stage().0
    };
    let row = asking(vec![request("t1", "touch a b"), request("t2", "touch a b")]);
    *blanks.row.borrow_mut() = Some(row);
    let mut spaced = full("t1", "touch a  b");
    spaced.request = request("t1", "touch a b");
    blanks.refuses(&spaced, &approve, "cannot be told apart");
    // Of two that could be it nobody knows which one is.
    let nameless = Stage {
        open: vec![full("t1", own), full("t2", twin)],
        ..stage().0
    };
    let mut asked = request("t1", own);
    asked.request_id = None;
    *nameless.row.borrow_mut() = Some(asking(vec![asked.clone()]));
    let mut bound = full("t1", own);
    (bound.request, bound.call) = (asked, None);
    nameless.refuses(&bound, &approve, "cannot be told apart");
    // One that nobody has told of.
    let unheard = Stage {
        open: vec![full("t1", own), full("t2", twin)],
        ..stage().0
    };
    unheard.refuses(&full("t1", own), &approve, "cannot be told apart");
    let apart = Stage {
        open: vec![full("t1", own), full("t2", "touch b")],
        ..stage().0
    };
    assert_eq!(apart.approve(&full("t1", own)), Outcome::Done);
    let same = Stage {
        open: vec![full("t1", own), full("t2", own)],
        ..stage().0
    };
    assert_eq!(same.approve(&full("t1", own)), Outcome::Done);
    let mut elsewhere = full("t2", own);
    elsewhere.folder = Some("/another/folder".to_owned());
    let elsewhere = Stage {
        open: vec![full("t1", own), elsewhere],
        ..stage().0
    };
    elsewhere.refuses(&full("t1", own), &approve, "cannot be told apart");
}

/// No hook has told that a person has dismissed it in the pane.
#[test]
fn a_request_that_has_ended_keeps_no_key_back() {
    let (own, twin) = ("touch a", "touch a ");
    let beside = |over: &[&'static str]| {
        let (stage, _) = stage();
        let row = asking(vec![request("t1", own), request("t2", twin)]);
        *stage.row.borrow_mut() = Some(row);
        Stage {
            over: over.to_vec(),
            ..stage
        }
    };
    beside(&[]).refuses(&full("t1", own), &Decision::Approve, "cannot be told apart");
    assert_eq!(beside(&["t2"]).approve(&full("t1", own)), Outcome::Done);
    let shows_it = Stage {
        screen: Box::new(|_, _| asks(" touch a b")),
        ..beside(&["t2"])
    };
    shows_it.refuses(&full("t1", own), &Decision::Approve, "its command is not");
}

#[test]
fn another_request_on_the_screen_is_named_whether_anybody_has_told_of_it_or_not() {
    let shows_other = || Stage {
        screen: Box::new(|_, _| asks(" touch b")),
        full: vec![full("t1", "touch a"), full("t2", "touch b")],
        open: vec![full("t1", "touch a"), full("t2", "touch b")],
        ..stage().0
    };
    let unheard = "dialog is on its screen (Bash: touch b): answer that first";
    shows_other().refuses(&full("t1", "touch a"), &Decision::Approve, unheard);
    let told = shows_other();
    let row = asking(vec![request("t1", "touch a"), request("t2", "touch b")]);
    *told.row.borrow_mut() = Some(row);
    told.refuses(&full("t1", "touch a"), &Decision::Approve, "`--request t2`");
    // Which of two it is that may be drawn alike nobody can say.
    let bound = full("t1", "touch b\u{378}");
    let alike = Stage {
        full: vec![bound.clone(), full("t2", "touch b")],
        open: vec![bound.clone(), full("t2", "touch b")],
        ..shows_other()
    };
    let row = asking(vec![request("t1", "touch b\u{378}")]);
    *alike.row.borrow_mut() = Some(row);
    alike.refuses(&bound, &Decision::Approve, "cannot be told apart");
    // What may be drawn as something else is named as nothing.
    let spelt = Stage {
        screen: Box::new(|_, _| asks(" touch c\u{378}")),
        full: vec![full("t1", "touch a"), full("t2", "touch c\u{378}")],
        open: vec![full("t1", "touch a"), full("t2", "touch c\u{378}")],
        ..stage().0
    };
    let words = "cannot be told apart";
    spelt.refuses(&full("t1", "touch a"), &Decision::Approve, words);
}

#[test]
fn a_new_dialog_and_one_beside_others_have_to_stand_for_a_while() {
    let pressed_at = |stage: &Stage| stage.pressed.borrow().first().map(|(_, at)| *at);
    let (stage, mut bound) = stage();
    bound.request.since = start();
    stage.row.borrow_mut().as_mut().unwrap().waiting[0].since = start();
    assert_eq!(stage.approve(&bound), Outcome::Done);
    assert!(pressed_at(&stage) >= Some(Duration::from_millis(300)));
    // A hook tells of it before the assistant says that it waits.
    let (early, mut bound) = self::stage();
    bound.request.since = start();
    early.row.borrow_mut().as_mut().unwrap().waiting[0].since = start();
    let early = Stage {
        waits_after: Duration::from_millis(400),
        ..early
    };
    assert_eq!(early.approve(&bound), Outcome::Done);
    let beside = Stage {
        company: true,
        ..self::stage().0
    };
    assert_eq!(beside.approve(&full("t1", "touch a")), Outcome::Done);
    assert!(pressed_at(&beside) >= Some(Duration::from_secs(1)));
    let moving = Stage {
        company: true,
        screen: Box::new(|look, _| "\n".repeat(look % 2) + &asks(" touch a")),
        ..self::stage().0
    };
    moving.refuses(&full("t1", "touch a"), &Decision::Approve, "keeps changing");
}

#[test]
fn the_dialog_of_a_new_request_is_waited_for_two_seconds_and_no_key_comes_before_it() {
    let late = |look: usize, keys: usize| match (look, keys) {
        (..36, _) => "● working\n".to_owned(),
        (_, 0) => asks(" touch a"),
        _ => "● done\n".to_owned(),
    };
    let (stage, mut bound) = stage();
    bound.request.since = start();
    stage.row.borrow_mut().as_mut().unwrap().waiting[0].since = start();
    let stage = Stage {
        screen: Box::new(late),
        ..stage
    };
    assert_eq!(stage.approve(&bound), Outcome::Done);
    let pressed = stage.pressed.borrow();
    assert!(
        pressed[0].1 >= Duration::from_millis(36 * 50),
        "{pressed:?}"
    );
    let never = Stage {
        screen: Box::new(|_, _| "● working\n".to_owned()),
        row: RefCell::new(stage.row.borrow().clone()),
        ..self::stage().0
    };
    never.refuses(&bound, &Decision::Approve, "no dialog");
    assert!(never.now.get().since(start()) >= Duration::from_secs(2));
    let old = Stage {
        screen: Box::new(late),
        ..self::stage().0
    };
    old.refuses(&full("t1", "touch a"), &Decision::Approve, "no dialog");
}

/// As 2.1.332 drew it, with the request that lacks `b` waiting, too.
#[test]
fn another_request_of_the_same_line_is_named_by_what_it_is_given() {
    let (rule, dots) = ("─".repeat(WIDTH), "╌".repeat(WIDTH));
    let screen = format!(
        "{rule}\n Tool use\n lab — Echo Tool: (MCP)\n{dots}\n k: \"v\"\n b: null\n{dots}\n About the lab — Echo Tool:\n │ echo\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. Yes, and don't ask again for lab — Echo commands in /home/user/proj\n   3. No\n\n Esc to cancel · Tab to amend\n"
    );
    let asks = |id: &str, input: serde_json::Value| {
        let mut bound = full(id, "");
        bound.request.tool = Some("mcp__lab__echo".to_owned());
        bound.request.message = Some("lab echo: k=v".to_owned());
        (bound.command, bound.input) = (None, Some(input));
        bound
    };
    let (own, other) = (
        asks("t1", json!({"k": "v"})),
        asks("t2", json!({"k": "v", "b": null})),
    );
    let stage = Stage {
        row: RefCell::new(Some(asking(vec![
            own.request.clone(),
            other.request.clone(),
        ]))),
        full: vec![own.clone(), other.clone()],
        open: vec![own.clone(), other],
        screen: Box::new(move |_, _| screen.clone()),
        ..stage().0
    };
    stage.refuses(&own, &Decision::Approve, r#""b":null"#);
    stage.refuses(&own, &Decision::Approve, "`--request t2`");
}

/// Nothing is written of what Claude 2.1.197 works at, and its dialog takes the key that comes meanwhile.
#[test]
fn a_key_is_pressed_only_when_the_assistant_would_take_it_at_once() {
    let works = |looks: usize| Stage {
        works: Cell::new(looks),
        ..stage().0
    };
    let (_, bound) = stage();
    for looks in [1, 5, 100] {
        let stage = works(looks);
        assert_eq!(stage.approve(&bound), Outcome::Done, "{looks}");
        assert_eq!((stage.keys(), stage.works.get()), (1, 0), "{looks}");
    }
    works(usize::MAX).refuses(&bound, &Decision::Approve, "works at something");
    // What it worked at is on its screen by then.
    let stage = Stage {
        works: Cell::new(100),
        screen: Box::new(|look, _| asks(if look < 2 { " touch a" } else { " touch b" })),
        ..stage().0
    };
    stage.refuses(&bound, &Decision::Approve, "its command is not");
}

#[test]
fn while_a_long_text_may_open_its_dialog_no_key_is_pressed() {
    let keys = |length: usize, age: u64| {
        let since = start().minus(Duration::from_secs(age));
        let mut other = full("t2", "f");
        other.request.tool = Some("Write".to_owned());
        other.request.since = since;
        other.command = None;
        other.input = Some(json!({"file_path": "/f", "content": "x".repeat(length)}));
        let row = asking(vec![request("t1", "touch a"), other.request.clone()]);
        let stage = Stage {
            row: RefCell::new(Some(row)),
            full: vec![full("t1", "touch a"), other.clone()],
            open: vec![full("t1", "touch a"), other],
            ..stage().0
        };
        let outcome = stage.approve(&full("t1", "touch a"));
        (stage.keys(), format!("{outcome:?}"))
    };
    let (pressed, outcome) = keys(18_000, 3);
    assert!(pressed == 0 && outcome.contains("may open"), "{outcome}");
    let (pressed, outcome) = keys(18_000, 10);
    assert_eq!(pressed, 1, "{outcome}");
}

/// Claude 2.1.197 works at a long command for seconds, and its dialog takes the key that was meant for the
/// one that stood there.
#[test]
fn while_a_long_command_may_open_its_dialog_no_key_is_pressed() {
    let approve = |length: usize, age: u64| {
        let asked = |id: &str, command: &str, tool: &str, age: u64| Request {
            tool: Some(tool.to_owned()),
            since: start().minus(Duration::from_secs(age)),
            ..request(id, command)
        };
        let long = "x".repeat(length);
        let (own, other) = (
            asked("t1", "touch a", "Bash", 60),
            asked("t2", &long, "Monitor", age),
        );
        let known = [
            full("t1", "touch a"),
            Bound {
                request: other.clone(),
                ..full("t2", &long)
            },
        ];
        let stage = Stage {
            row: RefCell::new(Some(asking(vec![own, other]))),
            full: known.to_vec(),
            open: known.to_vec(),
            ..stage().0
        };
        let outcome = stage.approve(&full("t1", "touch a"));
        (stage.keys(), format!("{outcome:?}"))
    };
    for (length, age) in [(2_900, 2), (2_900, 6), (9_000, 60), (1_400, 1)] {
        let (keys, outcome) = approve(length, age);
        assert!(
            keys == 0 && outcome.contains("may open"),
            "{length} {age} {outcome}"
        );
    }
    for (length, age) in [(2_900, 30), (1_400, 10), (900, 1), (9_000, 300)] {
        let (keys, outcome) = approve(length, age);
        assert_eq!(keys, 1, "{length} {age} {outcome}");
    }
}
