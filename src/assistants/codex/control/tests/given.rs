//! Answers that reach the request they are meant for, and what is told of them.

use std::thread;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::server::Twist;
use super::*;

#[test]
fn an_answer_takes_effect_and_nothing_of_us_stays_there() {
    for (decision, word) in [(Decision::Approve, "accept"), (DENY, "cancel")] {
        let stage = Stage::asking();
        let open = stage.reach(&decision).unwrap();
        assert_eq!(Box::new(open).answer(), Given::Done);
        assert_eq!(stage.server.taken(), [(CALL.to_owned(), decided(word))]);
        assert_eq!(stage.server.subscribers(), 0, "nobody is left there");
    }
}

#[test]
fn we_greet_the_server_as_the_sessions_own_screen_has() {
    let stage = Stage::asking();
    assert_eq!(stage.approve(), Given::Done);
    let greeting = &stage.server.heard(Some("initialize"))[0]["params"]["clientInfo"];
    assert_eq!(greeting["name"], "codex-tui");
    assert_eq!(greeting["version"], "0.171.0");
    assert_eq!(greeting["title"], "pane-patrol");
}

#[test]
fn a_command_that_runs_on_was_approved() {
    let stage = Stage::asking();
    stage.server.run_long();
    assert_eq!(stage.approve(), Given::Done);
}

#[test]
fn whether_something_ran_whose_turn_was_ended_at_once_is_not_known() {
    let stage = Stage::asking();
    stage.server.end_at_once();
    let Given::Unknown(why) = stage.approve() else {
        panic!("nothing tells that it ran");
    };
    assert!(why.contains("its turn was ended"), "{why}");
}

#[test]
fn to_look_for_it_answers_nothing() {
    let stage = Stage::asking();
    drop(stage.reach(&Decision::Approve).unwrap());
    assert_eq!(stage.server.taken(), []);
    assert_eq!(stage.server.heard(None), [json!(null); 0]);
    assert_eq!(stage.server.subscribers(), 0);
}

#[test]
fn what_somebody_has_answered_meanwhile_is_told_as_late_and_nothing_is_sent() {
    let stage = Stage::asking();
    let open = stage.reach(&Decision::Approve).unwrap();
    assert!(stage.server.press(CALL, &decided("cancel")));
    assert_eq!(Box::new(open).answer(), Given::Late(None));
    assert_eq!(
        stage.server.heard(None),
        [json!(null); 0],
        "nothing is sent"
    );
}

#[test]
fn of_several_that_wait_only_the_one_that_was_shown_is_answered() {
    let stage = Stage::with(&command_call(CALL, COMMAND));
    stage.server.ask_to_run("call_0", COMMAND);
    stage.server.ask_to_run(CALL, COMMAND);
    stage.server.ask_to_run("call_2", "touch g");
    assert_eq!(stage.approve(), Given::Done);
    assert_eq!(stage.server.taken(), [(CALL.to_owned(), decided("accept"))]);
}

#[test]
fn a_request_that_says_more_or_something_else_than_was_shown_is_none() {
    type Change = fn(&mut Value);
    let changes: [Change; 8] = [
        |params| params["command"] = json!("/bin/bash -lc 'touch  f'"),
        |params| params["command"] = json!("/bin/bash -lc 'touch f' x"),
        |params| params["command"] = json!("touch f"),
        |params| params["command"] = json!("/bin/bash -lc 'touch f"),
        |params| params["kind"] = json!("writeStdin"),
        |params| params["approvalId"] = json!("part"),
        |params| params["networkApprovalContext"] = json!({"host": "h", "protocol": "https"}),
        |params| params["availableDecisions"] = json!(["cancel"]),
    ];
    for change in changes {
        let stage = Stage::with(&command_call(CALL, COMMAND));
        let mut params = json!({"command": "/bin/bash -lc 'touch f'"});
        change(&mut params);
        stage
            .server
            .ask("item/commandExecution/requestApproval", CALL, &params);
        stage.assert_keys_are_left(&params.to_string());
    }
}

#[test]
fn what_was_not_shown_is_not_answered() {
    let stage = Stage::asking();
    let other = Bound {
        input: Some(json!({"command": "touch g"})),
        ..stage.bound("Bash", COMMAND)
    };
    let unread = Bound {
        input: None,
        ..stage.bound("Bash", COMMAND)
    };
    let mut part = stage.bound("Bash", COMMAND);
    part.request.agent_id = Some("agent".to_owned());
    let mut session = stage.bound("Bash", COMMAND);
    session.instance_id = Some("01a229aa-0000".to_owned());
    for bound in [other, unread, part, session] {
        assert!(
            stage.open(&bound, &Decision::Approve).is_none(),
            "{bound:?}"
        );
    }
    assert!(stage.server.heard(None).is_empty());
}

#[test]
fn words_of_a_denial_are_the_next_prompt_once_it_took_effect() {
    let words = Decision::Deny {
        message: Some("write it down".to_owned()),
    };
    let stage = Stage::asking();
    let open = stage.reach(&words).unwrap();
    assert_eq!(Box::new(open).answer(), Given::Done);
    assert_eq!(stage.server.taken(), [(CALL.to_owned(), decided("cancel"))]);
    let begun = stage.server.heard(Some("turn/start"));
    assert_eq!(begun[0]["params"]["input"][0]["text"], "write it down");

    let stage = Stage::asking();
    let open = stage.reach(&words).unwrap();
    stage.server.twist(|said| {
        let is_answer = said.get("method").is_none();
        is_answer.then(|| Twist::Press(CALL.to_owned(), decided("accept")))
    });
    assert!(matches!(Box::new(open).answer(), Given::Late(_)));
    assert!(
        stage.server.heard(Some("turn/start")).is_empty(),
        "it was approved"
    );
}

#[test]
fn a_request_that_the_server_is_about_to_ask_is_waited_for() {
    let stage = Stage::with(&command_call(CALL, COMMAND));
    let mut bound = stage.bound("Bash", COMMAND);
    bound.request.since = Timestamp::now();
    let server = stage.server.clone();
    let asks = thread::spawn(move || {
        thread::sleep(Duration::from_millis(150));
        server.ask_to_run(CALL, COMMAND);
    });
    let open = stage
        .open(&bound, &Decision::Approve)
        .expect("it asks by then");
    asks.join().unwrap();
    assert_eq!(Box::new(open).answer(), Given::Done);
}

#[test]
fn what_a_sub_agent_asks_is_answered_in_its_own_thread() {
    const AGENT: &str = "01a229aa-bbbb-7ac0-86dd-b4f9963473a7";
    let stage = Stage::with(&command_call("call_0", "true"));
    write_record(&stage.home(), AGENT, &[command_call(CALL, COMMAND)]);
    stage.server.say_session(AGENT);
    stage.server.ask_to_run(CALL, COMMAND);
    let bound = stage.bound_of(Some(AGENT), "Bash", COMMAND);
    let open = stage.open(&bound, &Decision::Approve).expect("it waits");
    assert_eq!(Box::new(open).answer(), Given::Done);
    let resumed = stage.server.heard(Some("thread/resume"));
    assert_eq!(resumed[0]["params"]["threadId"], AGENT);
}

#[test]
fn a_patch_of_a_tool_of_its_own_is_answered_by_its_call() {
    let patch = "*** Begin Patch\n*** Add File: /t/a\n+x\n*** End Patch\n";
    let call =
        json!({"type": "custom_tool_call", "name": "apply_patch", "call_id": CALL, "input": patch});
    let stage = Stage::with(&call);
    stage.server.ask(
        "item/fileChange/requestApproval",
        CALL,
        &json!({"grantRoot": null}),
    );
    let bound = stage.bound("apply_patch", "/t/a");
    assert_eq!(bound.command.as_deref(), Some(patch));
    let open = stage.open(&bound, &Decision::Approve).expect("it waits");
    assert_eq!(Box::new(open).answer(), Given::Done);
}

/// What lies before the last answer of the model is not looked at: nothing of it is open, whatever it says.
#[test]
fn only_what_the_model_asked_last_is_open() {
    let stage = Stage::with(&command_call("call_0", COMMAND));
    let count = json!({"type": "token_count"});
    write_record(
        &stage.home(),
        SESSION,
        &[
            command_call("call_0", COMMAND),
            count,
            command_call(CALL, COMMAND),
        ],
    );
    stage.server.ask_to_run(CALL, COMMAND);
    let mut bound = stage.bound("Bash", COMMAND);
    bound.request.request_id = None;
    assert!(stage.open(&bound, &Decision::Approve).is_some());
}

#[test]
fn a_patch_is_answered_by_its_call_unless_it_wants_a_folder_for_good() {
    let patch = "apply_patch <<'EOP'\n*** Begin Patch\n*** Add File: /t/a\n+x\n*** End Patch\nEOP";
    let call = json!({"type": "function_call", "name": "exec_command", "call_id": CALL,
        "arguments": json!({"cmd": patch}).to_string()});
    for (root, answered) in [(json!(null), true), (json!("/t"), false)] {
        let stage = Stage::with(&call);
        let params = json!({ "grantRoot": root });
        stage
            .server
            .ask("item/fileChange/requestApproval", CALL, &params);
        let bound = stage.bound("apply_patch", "/t/a");
        let open = stage.open(&bound, &Decision::Approve);
        assert_eq!(open.is_some(), answered);
        if let Some(open) = open {
            assert_eq!(Box::new(open).answer(), Given::Done);
        }
    }
}

/// The session asks which colour; the record is written on by whoever answers.
fn asking_a_question() -> (Stage, Bound) {
    let question = json!({"id": "colour", "header": "Colour", "question": "Which colour?",
        "options": [{"label": "Red", "description": ""}, {"label": "Blue", "description": ""}]});
    let call = json!({"type": "function_call", "name": "request_user_input", "call_id": CALL,
        "arguments": json!({"questions": [question]}).to_string()});
    let stage = Stage::with(&call);
    let params = json!({"questions": [question], "isBlocking": true});
    stage
        .server
        .ask("item/tool/requestUserInput", CALL, &params);
    let bound = stage.bound("request_user_input", "Which colour?");
    (stage, bound)
}

fn records(stage: &Stage, label: &str) {
    let output = json!({"answers": {"colour": {"answers": [label]}}}).to_string();
    let mut calls =
        vec![json!({"type": "function_call_output", "call_id": CALL, "output": output})];
    calls.insert(0, command_call("call_0", "true"));
    write_record(&stage.home(), SESSION, &calls);
}

#[test]
fn a_question_is_answered_with_one_of_the_options_that_were_shown() {
    for (wanted, label) in [("2", "Blue"), ("red", "Red")] {
        let (stage, bound) = asking_a_question();
        let open = stage.open(&bound, &picks(wanted)).unwrap();
        records(&stage, label);
        assert_eq!(Box::new(open).answer(), Given::Done);
        let answer = json!({"answers": {"colour": {"answers": [label]}}});
        assert_eq!(stage.server.taken(), [(CALL.to_owned(), answer)]);
    }
    let (stage, bound) = asking_a_question();
    for wanted in [
        picks("3"),
        picks("0"),
        picks("Green"),
        Decision::Approve,
        DENY,
    ] {
        assert!(stage.open(&bound, &wanted).is_none(), "{wanted:?}");
    }
}

#[test]
fn of_several_questions_each_gets_the_option_that_was_named_for_it_or_none_does() {
    let ask = |id: &str, labels: [&str; 2]| {
        let options = labels.map(|label| json!({"label": label, "description": ""}));
        json!({"id": id, "header": id, "question": format!("Which {id}?"), "options": options})
    };
    let questions = json!([
        ask("colour", ["Red", "Blue"]),
        ask("size", ["Big", "Small"])
    ]);
    let call = json!({"type": "function_call", "name": "request_user_input", "call_id": CALL,
        "arguments": json!({"questions": questions}).to_string()});
    let asking = |asked: &Value| {
        let stage = Stage::with(&call);
        let params = json!({"questions": asked, "isBlocking": true});
        stage
            .server
            .ask("item/tool/requestUserInput", CALL, &params);
        let bound = stage.bound("request_user_input", "Which colour? (+1 more)");
        (stage, bound)
    };
    let named = |words: &[&str]| Decision::Answer(Pick::parse_all(words).unwrap());
    let (stage, bound) = asking(&questions);
    let open = stage.open(&bound, &named(&["2", "big"])).unwrap();
    let answer =
        json!({"answers": {"colour": {"answers": ["Blue"]}, "size": {"answers": ["Big"]}}});
    let output =
        json!({"type": "function_call_output", "call_id": CALL, "output": answer.to_string()});
    write_record(
        &stage.home(),
        SESSION,
        &[command_call("call_0", "true"), output],
    );
    assert_eq!(Box::new(open).answer(), Given::Done);
    assert_eq!(stage.server.taken(), [(CALL.to_owned(), answer)]);
    let (stage, bound) = asking(&questions);
    for words in [&["2"][..], &["2", "3"], &["2", "1", "1"], &["Big", "Red"]] {
        assert!(stage.open(&bound, &named(words)).is_none(), "{words:?}");
    }
    assert!(stage.server.heard(None).is_empty());
    // As they were shown, and in that order.
    let mut other = questions.clone();
    other[1]["question"] = json!("Which size, again?");
    let turned = json!([questions[1], questions[0]]);
    for asked in [other, turned, json!([questions[0]])] {
        let (stage, bound) = asking(&asked);
        assert!(stage.open(&bound, &named(&["2", "1"])).is_none(), "{asked}");
    }
}

#[test]
fn a_question_that_was_answered_otherwise_in_the_same_moment_is_told_as_late() {
    let (stage, bound) = asking_a_question();
    let open = stage.open(&bound, &picks("Blue")).unwrap();
    let red = json!({"answers": {"colour": {"answers": ["Red"]}}});
    stage.server.twist(move |said| {
        let is_answer = said.get("method").is_none();
        is_answer.then(|| Twist::Press(CALL.to_owned(), red.clone()))
    });
    records(&stage, "Red");
    let late = Given::Late(Some("it was answered with \"Red\" before".to_owned()));
    assert_eq!(Box::new(open).answer(), late);
}

#[test]
fn an_answer_that_comes_second_in_the_last_moment_is_told_as_late() {
    for (decision, key, words) in [
        (Decision::Approve, "cancel", "it was denied before"),
        (DENY, "accept", "it was approved before"),
    ] {
        let stage = Stage::asking();
        let open = stage.reach(&decision).unwrap();
        stage.server.twist(move |said| {
            let is_answer = said.get("method").is_none();
            is_answer.then(|| Twist::Press(CALL.to_owned(), decided(key)))
        });
        let Given::Late(Some(how)) = Box::new(open).answer() else {
            panic!("{key}");
        };
        assert!(how.contains(words), "{how}");
        assert_eq!(stage.server.taken(), [(CALL.to_owned(), decided(key))]);
    }
}
