//! What is looked at before each key of several, and what a key is handed over with.

use super::*;

/// The screens of a message that is written, of which the one after `at` keys is another.
fn writing_but(at: usize, other: impl Fn(usize) -> String + 'static) -> Stage {
    let first = Cell::new(usize::MAX);
    Stage {
        screen: Box::new(move |look, keys| {
            if keys == at {
                first.set(first.get().min(look));
                return other(look - first.get());
            }
            match keys {
                0 => asks(" touch a"),
                1 => on_no(" · Tab to amend", "4. No"),
                2 => on_no("", "4. No, and tell Claude what to do"),
                3 => on_no("", "4. No, use make"),
                _ => "● done\n".to_owned(),
            }
        }),
        seen: None,
        ..stage().0
    }
}

fn on_no(foot: &str, no: &str) -> String {
    dialog_with(" touch a", no, foot, '4')
}

/// That so many keys were pressed for a message, and nobody knows what became of it.
fn stops_after(stage: &Stage, keys: usize, words: &str) {
    let outcome = carry_out(&full("t1", "touch a"), &deny("use make"), stage);
    assert_eq!(stage.keys(), keys, "{outcome:?}");
    assert!(
        matches!(&outcome, Outcome::Unknown(why) if why.contains(words)),
        "{outcome:?}"
    );
}

#[test]
fn a_cursor_that_somebody_moved_gets_neither_a_message_nor_its_end() {
    let moved = |_| dialog_with(" touch a", "4. No, and tell Claude what to do", "", '2');
    stops_after(&writing_but(2, moved), 2, "did not take a message");
    let moved = |_| dialog_with(" touch a", "4. No, use make", "", '2');
    stops_after(&writing_but(3, moved), 3, "did not appear");
}

#[test]
fn beside_others_each_key_of_a_message_waits_and_sees_that_nothing_has_changed() {
    let company = Stage {
        company: true,
        ..writing_but(usize::MAX, |_| String::new())
    };
    let outcome = carry_out(&full("t1", "touch a"), &deny("use make"), &company);
    assert_eq!(outcome, Outcome::Done);
    let at: Vec<Duration> = company.pressed.borrow().iter().map(|(_, at)| *at).collect();
    assert_eq!(at.len(), 4);
    for pair in at.windows(2) {
        assert!(pair[1] >= pair[0] + Duration::from_millis(1_200), "{at:?}");
    }
    let screens = |look| match look {
        0 => on_no(" · Tab to amend", "4. No"),
        _ => dialog_with(" touch a", "4. No", " · Tab to amend", '3'),
    };
    let moved = Stage {
        company: true,
        ..writing_but(1, screens)
    };
    stops_after(&moved, 1, "the cursor did not go to");
}

#[test]
fn a_message_goes_no_further_when_its_row_asks_something_else() {
    let taken = Stage {
        later: Some(asking(vec![request("t2", "touch b")])),
        ..writing_but(usize::MAX, |_| String::new())
    };
    stops_after(&taken, 1, "another request");
}

#[test]
fn a_key_is_handed_over_with_the_pane_as_it_was_and_where_the_dialog_stands() {
    let (stage, bound) = stage();
    let stage = Stage {
        screen: Box::new(|_, keys| match keys {
            0 => format!("● before  \n\n{}", asks(" touch a")),
            _ => String::new(),
        }),
        ..stage
    };
    assert_eq!(stage.approve(&bound), Outcome::Done);
    let guard = stage.guard.take().unwrap();
    assert_eq!(guard.screen[0], "● before");
    let rows = &guard.screen[guard.rows.clone()];
    assert_eq!(guard.rows.start, 2);
    assert_eq!(rows[0], "─".repeat(WIDTH));
    assert!(rows.last().unwrap().contains("Esc to cancel"), "{rows:?}");
    assert_eq!(guard.stamp, [("size", "80x24".to_owned())]);
}

#[test]
fn a_dialog_that_comes_late_is_waited_for() {
    let (stage, bound) = stage();
    let late = Stage {
        screen: Box::new(|look, keys| match (look, keys) {
            (0..4, _) => "● working\n".to_owned(),
            (_, 0) => asks(" touch a"),
            _ => "● done\n".to_owned(),
        }),
        ..stage
    };
    assert_eq!(late.approve(&bound), Outcome::Done);
}

#[test]
fn an_assistant_that_goes_on_writing_about_itself_is_not_answered_beside_others() {
    let (stage, bound) = stage();
    let restless = Stage {
        company: true,
        writes: true,
        ..stage
    };
    restless.refuses(&bound, &Decision::Approve, "keeps changing");
}

#[test]
fn what_does_not_name_its_session_is_believed_and_a_command_is_no_question() {
    let (stage, bound) = stage();
    let nameless = Stage {
        seen: stage.seen.clone().map(|seen| Seen {
            instance_id: None,
            ..seen
        }),
        ..stage
    };
    assert_eq!(nameless.approve(&bound), Outcome::Done);
    let words = "echo a (+1 more)";
    let bound = full("t1", words);
    let stage = Stage {
        row: RefCell::new(Some(asking(vec![request("t1", words)]))),
        full: vec![bound.clone()],
        open: vec![bound.clone()],
        screen: Box::new(|_, keys| match keys {
            0 => asks(" echo a (+1 more)"),
            _ => String::new(),
        }),
        ..self::stage().0
    };
    assert_eq!(stage.approve(&bound), Outcome::Done);
}

#[test]
fn another_request_of_which_all_is_known_is_told_apart_from_its_line() {
    let (own, other) = ("touch a b", "touch a  b");
    let row = asking(vec![request("t1", own), request("t2", other)]);
    let stage = Stage {
        row: RefCell::new(Some(row)),
        full: vec![full("t1", own), full("t2", other)],
        open: vec![full("t1", own), full("t2", other)],
        screen: Box::new(|_, keys| match keys {
            0 => asks(" touch a b"),
            _ => String::new(),
        }),
        ..stage().0
    };
    assert_eq!(stage.approve(&full("t1", own)), Outcome::Done);
}

/// The first key comes to nothing, and then the screen is another.
fn deaf(then: impl Fn() -> String + 'static) -> Stage {
    Stage {
        screen: Box::new(move |_, keys| match keys {
            0 => asks(" touch a"),
            1 => then(),
            _ => "● done\n".to_owned(),
        }),
        seen: None,
        ..stage().0
    }
}

#[test]
fn a_second_key_is_pressed_where_the_first_has_moved_the_cursor_and_nowhere_else() {
    let bound = full("t1", "touch a");
    let amends = " · Tab to amend";
    let moved = deaf(move || on_no(amends, "4. No"));
    let no = Decision::Deny { message: None };
    assert_eq!(carry_out(&bound, &no, &moved), Outcome::Done);
    assert_eq!(moved.keys(), 2);
    let elsewhere = deaf(move || dialog_with(" touch a", "4. No", amends, '2'));
    let outcome = carry_out(&bound, &no, &elsewhere);
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(elsewhere.keys(), 1);
}

#[test]
fn no_second_key_is_pressed_once_the_assistant_has_written_about_itself_since() {
    let (_, bound) = stage();
    let writes = Stage {
        seen: Some(seen(Level::WaitingApproval, "s")),
        writes: true,
        ..deaf(|| asks(" touch a"))
    };
    let outcome = writes.approve(&bound);
    assert_eq!(writes.keys(), 1, "{outcome:?}");
    assert!(
        matches!(&outcome, Outcome::Unknown(why) if why.contains("has changed since")),
        "{outcome:?}"
    );
}
