//! Pairing, coming again, and being put out.

use std::process::Stdio;

use serde_json::json;

use super::{Page, listed, offer, page, revoke};
use crate::common::{Listening, PROGRAM, TestEnv, Tmux, finish, until};

#[test]
fn a_code_pairs_one_device_that_comes_again_by_its_token_and_is_listed() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    env.send(
        br#"{"assistant":"a","state":"running","target":"a:0.0","ts":"2026-02-27T10:00:00Z"}"#,
    );
    let offered = offer(&env, &["--name", "phone"]);
    let address = format!("http://{}/#pair=", listening.address);
    let code = offered["code"].as_str().expect("a code");
    assert_eq!(offered["address"], format!("{address}{code}"));
    assert_eq!((code.len(), &offered["right"]), (32, &json!("answer")));

    let mut first = page(&listening);
    // The name that the person has given stands before the page's.
    let paired = first.asks("pair", &json!({"code": code, "name": "evil"}));
    assert_eq!(paired["payload"]["device"], "phone", "{paired}");
    assert_eq!(paired["payload"]["right"], "answer");
    let token = paired["payload"]["token"].as_str().expect("a token");
    until("the row is told of", || {
        let mut page = Page::with_token(&listening, token).expect("it is known");
        page.greets()
            .iter()
            .any(|row| row["state"] == "running")
            .then_some(())
    });
    assert!(!first.greets().is_empty(), "it goes on where it was paired");

    let mut again = page(&listening);
    let refused = again.asks("pair", &json!({"code": code}));
    assert_eq!(refused["type"], "refused");
    assert_eq!(refused["payload"]["code"], "unknown_code", "it was used");
    let listed = listed(&env);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["name"], &listed[0]["right"]),
        (&json!("phone"), &json!("answer"))
    );
    assert!(listed[0]["used"].is_string() && listed[0]["made"].is_string());
    let printed = finish(env.pane_patrol().args(["devices", "list"])).stdout;
    assert!(printed.starts_with("phone  answer  paired "), "{printed}");
    let file = env.places().devices().expect("a state folder");
    let kept = std::fs::read_to_string(file).expect("it is there");
    assert!(!kept.contains(token) && !kept.contains(code) && !printed.contains(token));
}

#[test]
fn whoever_is_revoked_is_cut_off_by_every_listener_and_stays_out() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let (mut phone, token) = Page::paired(&env, &listening, &["--name", "phone"]);
    let (mut tablet, other) = Page::paired(&env, &listening, &["--name", "tablet", "--read-only"]);
    phone.greets();
    tablet.greets();
    revoke(&env, "phone");
    let error = loop {
        let message = phone.hear().expect("it is told why");
        if message["type"] == "error" {
            break message;
        }
    };
    assert_eq!(error["payload"]["code"], "revoked");
    assert_eq!(error["payload"]["fatal"], true);
    assert!(
        phone
            .hear()
            .expect_err("it is closed")
            .starts_with("revoked")
    );
    assert_eq!(
        Page::with_token(&listening, &token).err().as_deref(),
        Some("revoked")
    );
    // The other one goes on where it is, and comes again.
    tablet.is_there();
    assert!(Page::with_token(&listening, &other).is_ok());
    let missing = finish(env.pane_patrol().args(["devices", "revoke", "phone"]));
    assert_eq!(missing.status.code(), Some(1));
    assert!(missing.stderr.contains("`tablet`"), "{missing:?}");
}

#[test]
fn devices_stay_when_another_one_collects() {
    let env = TestEnv::new();
    let mut listening = Listening::start(&env);
    let (_page, token) = Page::paired(&env, &listening, &[]);
    listening.child.kill().expect("it can be killed");
    let _ = listening.child.wait();
    let next = Listening::start(&env);
    assert!(Page::with_token(&next, &token).is_ok());
    revoke(&env, "device");
    assert_eq!(
        Page::with_token(&next, &token).err().as_deref(),
        Some("revoked")
    );
}

#[test]
fn who_says_neither_a_token_nor_a_code_is_refused_in_words() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    for (kind, payload, code) in [
        (
            "hello",
            json!({"client_id": "page-1", "role": "subscriber", "capabilities": []}),
            "failed",
        ),
        ("authenticate", json!({}), "failed"),
        (
            "authenticate",
            json!({"token": listening.token("manage")}),
            "unknown_token",
        ),
        ("authenticate", json!({"token": "x".repeat(5000)}), "failed"),
        ("pair", json!({"code": ""}), "unknown_code"),
        ("pair", json!({"code": "0".repeat(32)}), "unknown_code"),
    ] {
        let mut page = page(&listening);
        let refused = page.asks(kind, &payload);
        assert_eq!(refused["type"], "refused", "{refused}");
        assert_eq!(refused["payload"]["code"], code, "{kind} {payload}");
        assert!(page.hear().is_err(), "it is closed");
    }
}

#[test]
fn whoever_guesses_codes_is_locked_out_and_a_good_code_or_token_never_is() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let (_page, token) = Page::paired(&env, &listening, &["--name", "phone"]);
    // As many at once as may be there before they have said who they are, and more than may be wrong.
    let guesses: Vec<_> = (0..12)
        .map(|number| {
            let mut page = page(&listening);
            page.say("pair", &json!({"code": format!("{number:032x}")}));
            page
        })
        .collect();
    let codes: Vec<String> = guesses
        .into_iter()
        .map(|mut page| page.hear().expect("it is answered"))
        .map(|refused| {
            refused["payload"]["code"]
                .as_str()
                .expect("a code")
                .to_owned()
        })
        .collect();
    assert!(
        codes
            .iter()
            .all(|code| code == "unknown_code" || code == "too_many"),
        "{codes:?}"
    );
    let locked_out = until("it is locked out", || {
        let mut page = page(&listening);
        let refused = page.asks("pair", &json!({"code": "f".repeat(32)}));
        (refused["payload"]["code"] == "too_many").then_some(refused)
    });
    assert!(
        locked_out["payload"]["message"]
            .as_str()
            .expect("words")
            .contains("wait")
    );
    // Whatever others guess, a good code and a good token are good.
    let offered = offer(&env, &[]);
    let mut late = page(&listening);
    let paired = late.asks("pair", &json!({"code": offered["code"]}));
    assert_eq!(paired["type"], "paired", "{paired}");
    // It is no good twice.
    let refused = page(&listening).asks("pair", &json!({"code": offered["code"]}));
    assert_eq!(refused["payload"]["code"], "too_many");
    let wrong = Page::with_token(&listening, &"0".repeat(64));
    assert_eq!(wrong.err().as_deref(), Some("too_many"));
    assert!(Page::with_token(&listening, &token).is_ok());
    assert_eq!(listed(&env).len(), 2);
}

#[test]
fn a_code_that_is_taken_back_is_good_for_nothing() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let listening = Listening::start(&env);
    let pane = tmux.window("work", "sh");
    let typed = format!("clear; {PROGRAM} pair --name phone; echo ended $?");
    tmux.run(&["send-keys", "-t", &pane, &typed, "Enter"]);
    let screen = || tmux.run(&["capture-pane", "-p", "-J", "-t", &pane]);
    let code = until("the code is shown", || {
        let screen = screen();
        let (_, rest) = screen.split_once("#pair=")?;
        screen
            .contains("Waiting for it")
            .then(|| rest.chars().take(32).collect::<String>())
    });
    tmux.run(&["send-keys", "-t", &pane, "C-c"]);
    until("it has ended", || {
        screen().contains("ended 4").then_some(())
    });
    let refused = page(&listening).asks("pair", &json!({"code": code}));
    assert_eq!(refused["payload"]["code"], "unknown_code");
    assert!(listed(&env).is_empty());
}

#[test]
fn all_of_the_code_stands_on_a_usual_and_on_a_narrow_terminal_and_what_does_not_fit_is_not_torn() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let own = format!("http://{}", listening.address);
    for (size, is_drawn) in [
        ((80, 24), true),
        ((40, 24), true),
        ((30, 24), false),
        ((80, 12), false),
    ] {
        let socket = format!("tmux-{}-{}.sock", size.0, size.1);
        let Some(tmux) = Tmux::start_on(&env, &socket, "work", size, "sh") else {
            return;
        };
        let typed = format!("clear; NO_COLOR=1 {PROGRAM} pair --address {own}");
        tmux.run(&["send-keys", "-t", "%0", &typed, "Enter"]);
        let blocks = |line: &&str| line.contains('█');
        let screen = until("it waits", || {
            let screen = tmux.run(&["capture-pane", "-p", "-t", "%0"]);
            let lines = screen.lines().filter(blocks).count();
            // A line of the terminal may end in the address.
            let has_address = screen.replace('\n', "").contains("#pair=");
            let is_there = has_address && (lines >= 19 || !is_drawn);
            (screen.contains("Waiting for it") && is_there).then_some(screen)
        });
        let lines: Vec<&str> = screen.lines().filter(blocks).collect();
        if !is_drawn {
            assert!(lines.is_empty(), "{screen}");
            let words = screen.replace('\n', " ");
            assert!(words.contains("needs 37 columns and"), "{screen}");
            continue;
        }
        // 33 modules, and two light ones on each side of them.
        assert_eq!(lines.len(), 19, "{screen}");
        assert!(lines.iter().all(|it| it.chars().count() == 37), "{screen}");
        for line in [0, 18] {
            assert!(lines[line].chars().all(|it| it == '█'), "{screen}");
        }
        for (line, from) in [(1, 2), (1, 28), (14, 2)] {
            let corner: String = lines[line].chars().skip(from).take(7).collect();
            assert_eq!(corner, " ▄▄▄▄▄ ", "{line} {from}: {screen}");
        }
    }
}

#[test]
fn where_nobody_serves_the_page_and_for_an_address_that_is_not_let_in_no_code_is_given() {
    let env = TestEnv::new();
    let mut nobody = env.pane_patrol();
    let refused = finish(nobody.args(["pair", "--json"]).stdin(Stdio::null()));
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(refused.stderr.contains("collect --listen"), "{refused:?}");
    env.configure("[listen]\norigins = ['http://localhost:3000', 'https://box.example.ts.net']\n");
    let listening = Listening::start(&env);
    let address = |arguments: &[&str]| {
        let address = offer(&env, arguments)["address"].clone();
        let address = address.as_str().expect("a text").to_owned();
        address.split_once("/#pair=").expect("a code").0.to_owned()
    };
    assert_eq!(address(&[]), "https://box.example.ts.net");
    let own = format!("http://{}", listening.address);
    assert_eq!(address(&["--address", &own]), own);
    assert_eq!(
        address(&["--address", "http://localhost:3000/"]),
        "http://localhost:3000"
    );
    for other in [
        "https://other.example",
        "http://127.0.0.1:1",
        "box.example.ts.net",
    ] {
        let refused = finish(
            env.pane_patrol()
                .args(["pair", "--json", "--address", other]),
        );
        assert_eq!(refused.status.code(), Some(2), "{other}: {refused:?}");
        assert!(refused.stderr.contains("[listen] origins"), "{refused:?}");
    }
}
