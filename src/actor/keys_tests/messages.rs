//! Answers of more than one key: messages behind a no, and options of questions.

use super::*;

/// What is on the screen while a message is written, and stays there from the so-many-th key on.
fn writing(stuck: usize) -> Stage {
    Stage {
        screen: Box::new(move |_, keys| match keys.min(stuck) {
            0 => asks(" touch a"),
            1 => dialog_with(" touch a", "4. No", " · Tab to amend", '4'),
            2 => dialog_with(" touch a", "4. No, and tell Claude what to do", "", '4'),
            3 => dialog_with(" touch a", "4. No, use make", "", '4'),
            _ => "● done\n".to_owned(),
        }),
        seen: None,
        ..stage().0
    }
}

#[test]
fn each_step_of_a_message_waits_for_what_the_one_before_has_done() {
    let bound = full("t1", "touch a");
    let whole = writing(usize::MAX);
    assert_eq!(carry_out(&bound, &deny("use make"), &whole), Outcome::Done);
    let keys: Vec<Press> = whole
        .pressed
        .borrow()
        .iter()
        .map(|(key, _)| key.clone())
        .collect();
    let text = Press::Text("use make".to_owned());
    assert_eq!(
        keys,
        [
            Press::Key("Up"),
            Press::Key("Tab"),
            text,
            Press::Key("Enter")
        ]
    );
    for (stuck, words) in [
        (0, "cursor did not go"),
        (1, "did not take a message"),
        (2, "did not appear"),
    ] {
        let stage = writing(stuck);
        let outcome = carry_out(&bound, &deny("use make"), &stage);
        let Outcome::Unknown(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.contains(words), "{why}");
        assert_eq!(stage.keys(), stuck + 1, "{why}");
    }
}

#[test]
fn what_cannot_be_typed_or_seen_or_comes_too_late_presses_no_key() {
    let bound = full("t1", "touch a");
    for (message, words) in [
        ("", "can be seen"),
        ("\u{200b}", "can be seen"),
        ("abc\u{202e}def", "can be seen"),
        ("one\ntwo", "can be seen"),
        ("one\u{85}two", "can be seen"),
        ("one\u{2028}two", "can be seen"),
        (&"q".repeat(8_000), "at most"),
        (&"word ".repeat(110), "at most"),
    ] {
        writing(usize::MAX).refuses(&bound, &deny(message), words);
    }
    let use_make = deny("use make");
    for (expires, keys) in [(start(), 0), (start().plus(Duration::from_secs(60)), 4)] {
        let stage = writing(usize::MAX);
        let outcome = carry_out_until(Some(expires), &bound, &use_make, &stage);
        assert_eq!(stage.keys(), keys, "{outcome:?}");
        let asks = super::stage().0;
        let outcome = carry_out_until(Some(expires), &bound, &Decision::Approve, &asks);
        assert_eq!(asks.keys() > 0, keys > 0, "{outcome:?}");
    }
}

#[test]
fn a_message_goes_no_further_once_another_request_may_have_taken_the_screen() {
    let bound = full("t1", "touch a");
    let beside = Stage {
        company: true,
        open_from: 1,
        open: vec![full("t1", "touch a"), full("t2", "touch a ")],
        ..writing(usize::MAX)
    };
    let outcome = carry_out(&bound, &deny("use make"), &beside);
    assert_eq!(beside.keys(), 1, "{outcome:?}");
    assert!(matches!(outcome, Outcome::Unknown(why) if why.contains("cannot be told apart")));
    let answered = Stage {
        answered_from: 1,
        ..writing(usize::MAX)
    };
    let outcome = carry_out(&bound, &deny("use make"), &answered);
    assert_eq!(answered.keys(), 1, "{outcome:?}");
}

#[test]
fn only_a_plain_option_of_a_question_is_picked() {
    let bound = {
        let mut bound = full("t1", "x");
        bound.request.state = State::WaitingInput;
        bound.request.tool = Some("AskUserQuestion".to_owned());
        bound.request.message = Some("Which colour?".to_owned());
        bound.command = None;
        bound.input = None;
        bound
    };
    let question = |options: &'static str| {
        let stage = Stage {
            screen: Box::new(move |_, keys| {
                let rule = "─".repeat(WIDTH);
                let foot = "Enter to select · Esc to cancel";
                if keys == 0 {
                    format!("{rule}\n ☐ Colour\n\nWhich colour?\n\n{options}\n{foot}\n")
                } else {
                    String::new()
                }
            }),
            open: Vec::new(),
            ..stage().0
        };
        *stage.row.borrow_mut() = Some(asking(vec![bound.request.clone()]));
        stage
    };
    let pick = |text: &str| Decision::Answer(Pick::parse(text));
    assert_eq!(
        carry_out(&bound, &pick("blue"), &question(PLAIN)),
        Outcome::Done
    );
    question(PLAIN).refuses(&bound, &pick("3"), "wants a text");
    question(PLAIN).refuses(&bound, &pick("4"), "there is no such option");
    question(SEVERAL).refuses(&bound, &pick("1"), "several may be chosen");
    question(PLAIN).refuses(&bound, &Decision::Approve, "use answer");
}

#[test]
fn a_message_is_written_only_into_a_no_that_takes_one() {
    let bound = full("t1", "touch a");
    let says = |message: &str, words: &str| stage().0.refuses(&bound, &deny(message), words);
    says("a\nb", "one line");
    says("  ", "one line");
    let bare = Stage {
        screen: Box::new(|_, _| {
            let (rule, dots) = ("─".repeat(WIDTH), "╌".repeat(WIDTH));
            format!(
                "{rule}\n Fetch\n Claude wants to fetch content from a.org\n{dots}\n url: https://a.org/\n prompt: b\n{dots}\n Do you want to allow Claude to fetch this content?\n ❯ 1. Yes\n   2. Yes, and don't ask again for a.org\n   3. No, and tell Claude what to do differently (esc)\n"
            )
        }),
        ..stage().0
    };
    let mut fetch = request("t1", "https://a.org/");
    fetch.tool = Some("WebFetch".to_owned());
    *bare.row.borrow_mut() = Some(asking(vec![fetch.clone()]));
    let mut bound = bound.clone();
    bound.request = fetch;
    bound.command = None;
    bound.input = Some(json!({"url": "https://a.org/", "prompt": "b"}));
    bare.refuses(&bound, &deny("use make"), "go there");
    // Without one it is denied by the key that its last option names.
    let denied = carry_out(&bound, &Decision::Deny { message: None }, &bare);
    assert!(
        matches!(denied, Outcome::Unknown(_)),
        "its screen stays: {denied:?}"
    );
    assert_eq!(bare.pressed.borrow()[0].0, Press::Key("Escape"));
}

/// The assistant still draws when a key comes.
#[test]
fn a_key_of_a_message_that_tmux_has_not_pressed_is_tried_again() {
    for late in 1..=8 {
        let stage = Stage {
            takes: Box::new(move |tried| match tried {
                tried if tried == late || tried == late + 1 => Pressed::No,
                _ => Pressed::Yes,
            }),
            ..writing(usize::MAX)
        };
        let outcome = carry_out(&full("t1", "touch a"), &deny("use make"), &stage);
        assert_eq!(outcome, Outcome::Done, "{late}");
        assert_eq!(stage.keys(), 4, "{late}");
    }
    let never = Stage {
        takes: Box::new(|tried| if tried < 4 { Pressed::Yes } else { Pressed::No }),
        ..writing(usize::MAX)
    };
    let outcome = carry_out(&full("t1", "touch a"), &deny("use make"), &never);
    assert!(matches!(&outcome, Outcome::Unknown(why) if why.contains("last moment")));
    assert_eq!(never.keys(), 3);
}
