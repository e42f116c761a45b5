//! When a key is pressed again, and when never.

use super::*;

#[test]
fn what_tmux_has_not_pressed_is_tried_a_few_times_and_no_more() {
    let (stage, bound) = stage();
    let late = Stage {
        takes: Box::new(|tried| if tried < 3 { Pressed::No } else { Pressed::Yes }),
        ..stage
    };
    assert_eq!(late.approve(&bound), Outcome::Done);
    assert_eq!(late.keys(), 1);
    let never = Stage {
        takes: Box::new(|_| Pressed::No),
        ..self::stage().0
    };
    never.refuses(&bound, &Decision::Approve, "in the last moment");
    assert_eq!(never.tried.get(), 4);
}

/// A dialog that is as it was after the first key, and gone after the second.
fn deaf() -> Stage {
    Stage {
        screen: Box::new(|_, keys| {
            if keys < 2 {
                asks(" touch a")
            } else {
                "● done\n".to_owned()
            }
        }),
        seen: None,
        ..stage().0
    }
}

#[test]
fn a_second_key_is_pressed_only_on_what_is_surely_the_same_request() {
    let bound = full("t1", "touch a");
    let stays = deaf();
    assert_eq!(stays.approve(&bound), Outcome::Done);
    assert_eq!(stays.keys(), 2);
    let pressed_once = |stage: Stage, words: &str| {
        let outcome = stage.approve(&bound);
        assert_eq!(stage.keys(), 1, "{outcome:?}");
        let Outcome::Unknown(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.contains(words), "{why}");
    };
    let unsure = Stage {
        result: None,
        ..deaf()
    };
    pressed_once(unsure, "still there");
    let alike = Stage {
        open: vec![full("t1", "touch a"), full("t2", "touch a")],
        ..deaf()
    };
    pressed_once(alike, "another of two requests");
    let other = Stage {
        screen: Box::new(|_, keys| asks(if keys == 0 { " touch a" } else { " touch b" })),
        ..deaf()
    };
    pressed_once(other, "another dialog");
    let changed = Stage {
        screen: Box::new(|_, keys| {
            let no = if keys == 0 {
                "4. No"
            } else {
                "4. No, and tell Claude"
            };
            dialog_with(" touch a", no, " · Tab to amend", '1')
        }),
        ..deaf()
    };
    pressed_once(changed, "has changed since");
}

#[test]
fn assistants_that_drop_no_key_get_a_second_one_never() {
    let mut bound = full("t1", "touch a");
    bound.assistant = "codex".parse().unwrap();
    let stays = Stage {
        screen: Box::new(|_, _| {
            let (no, foot) = (
                "3. No, and tell Codex what to do differently (esc)",
                "Press enter to confirm or esc to cancel",
            );
            format!(
                "  Would you like to run the following command?\n\n  $ touch a\n\n › 1. Yes, proceed (y)\n   2. Yes, and always (p)\n   {no}\n\n  {foot}\n"
            )
        }),
        ..deaf()
    };
    stays.row.borrow_mut().as_mut().unwrap().assistant = bound.assistant.clone();
    let outcome = stays.approve(&bound);
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(stays.keys(), 1);
}

/// Its dialog opened in that moment, and the key was none for the one that was meant.
#[test]
fn what_became_of_another_one_that_may_have_taken_a_key_is_told() {
    let beside = |over: &[&'static str], answered: &[&'static str], last: &'static str| {
        let row = asking(vec![request("t1", "touch a"), request("t2", "touch b")]);
        Stage {
            row: RefCell::new(Some(row)),
            full: vec![full("t1", "touch a"), full("t2", "touch b")],
            results: Some(answered.to_vec()),
            over: over.to_vec(),
            screen: Box::new(move |_, keys| match keys {
                0 => asks(" touch a"),
                1 => last.to_owned(),
                _ => "● done\n".to_owned(),
            }),
            ..deaf()
        }
    };
    let bound = full("t1", "touch a");
    let stays = || asks(" touch a").leak();
    let told = "another dialog: Bash: touch b (`--request t2`) was answered meanwhile";
    let taken = beside(&[], &["t2"], stays());
    let outcome = taken.approve(&bound);
    assert_eq!(taken.keys(), 2);
    assert!(
        matches!(&outcome, Outcome::Beside(words) if words.contains(told)),
        "{outcome:?}"
    );
    // Another one has taken the screen since.
    let covered = beside(&[], &["t2"], asks(" touch c").leak());
    let outcome = covered.approve(&bound);
    assert_eq!(covered.keys(), 1);
    assert!(
        matches!(&outcome, Outcome::Unknown(why) if why.contains("another dialog is") && why.contains(told)),
        "{outcome:?}"
    );
    // What waits still, or had ended before, has taken none.
    assert_eq!(beside(&[], &[], stays()).approve(&bound), Outcome::Done);
    assert_eq!(
        beside(&["t2"], &["t2"], stays()).approve(&bound),
        Outcome::Done
    );
    let runs = Stage {
        runs: true,
        ..beside(&[], &[], asks(" touch c").leak())
    };
    assert_eq!(
        runs.approve(&bound),
        Outcome::Done,
        "it is its own that runs"
    );
}

/// A hand in the pane was faster, and the key went to the next dialog.
#[test]
fn what_somebody_has_answered_otherwise_is_not_said_to_be_done() {
    let stage = |own: Verdict, answered: &[&'static str]| {
        let row = asking(vec![request("t1", "touch a"), request("t2", "touch b")]);
        Stage {
            row: RefCell::new(Some(row)),
            full: vec![full("t1", "touch a"), full("t2", "touch b")],
            results: Some(answered.to_vec()),
            verdicts: vec![("t1", own)],
            screen: Box::new(move |_, keys| match keys {
                0 => asks(" touch a"),
                _ => "● done\n".to_owned(),
            }),
            ..deaf()
        }
    };
    let bound = full("t1", "touch a");
    let denial = Decision::Deny { message: None };
    for (own, decision, said) in [
        (Verdict::Denied, Decision::Approve, "it was denied before"),
        (Verdict::Approved, denial.clone(), "it was approved before"),
    ] {
        let told = "another dialog: Bash: touch b (`--request t2`) was answered meanwhile";
        for (answered, others) in [(&["t1"][..], ""), (&["t1", "t2"][..], told)] {
            let stage = stage(own.clone(), answered);
            let outcome = carry_out(&bound, &decision, &stage);
            assert_eq!(stage.keys(), 1);
            assert!(
                matches!(&outcome, Outcome::Unknown(why) if why.contains(said) && why.contains(others)),
                "{outcome:?}"
            );
        }
    }
    for (own, decision) in [
        (Verdict::Approved, Decision::Approve),
        (Verdict::Denied, denial),
    ] {
        let outcome = carry_out(&bound, &decision, &stage(own, &["t1"]));
        assert_eq!(outcome, Outcome::Done);
    }
}
