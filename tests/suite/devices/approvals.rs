//! Ten thousand approvals by devices, of which a hundred are good.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use super::Page;
use crate::common::{Listening, PATIENCE, TestEnv, Tmux, finish, until};

/// As many wait for an answer, each in a pane of its own.
const REQUESTS: usize = 100;

/// So often each good one is said again, by its device and as something else and by another device; and so often
/// somebody wants each who may only read.
const AGAIN: usize = 30;
const REPLAYED: usize = 20;
const BY_ANOTHER: usize = 20;
const BY_READER: usize = 28;

/// A hook that waits for the decision about one request.
struct Waiting {
    stream: BufReader<UnixStream>,
    name: String,
}

impl Waiting {
    fn of(env: &TestEnv, event: &Value) -> Self {
        let name = format!("hook-{}", event["instance_id"].as_str().expect("a name"));
        let stream = env.connect_to_hub();
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut waiting = Self {
            stream: BufReader::new(stream),
            name,
        };
        let hello = json!({"client_id": waiting.name, "role": "publisher", "capabilities": []});
        waiting.say("hello", &hello);
        waiting.say("wait_decision", &json!({"event": event}));
        waiting
    }

    fn say(&mut self, kind: &str, payload: &Value) {
        let message = json!({"version": "1", "type": kind, "session_id": "default",
            "sender_id": self.name, "timestamp": "2026-11-30T02:50:00Z", "payload": payload});
        // It may have got what it wanted, and is not heard any more.
        let _ = self
            .stream
            .get_mut()
            .write_all(format!("{message}\n").as_bytes());
    }

    /// The decision that it waits for.
    fn decision(&mut self) -> Value {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("the hub goes on");
            let message: Value = serde_json::from_str(&line).expect("JSON");
            if message["type"] == "decision" {
                return message["payload"].clone();
            }
        }
    }

    /// The decisions that it was told until it is answered, or was let go.
    fn decisions(&mut self) -> Vec<Value> {
        self.say("ping", &json!({}));
        let mut told = Vec::new();
        loop {
            let mut line = String::new();
            if !matches!(self.stream.read_line(&mut line), Ok(1..)) {
                return told;
            }
            let message: Value = serde_json::from_str(&line).expect("JSON");
            match message["type"].as_str() {
                Some("pong") => return told,
                Some("decision") => told.push(message["payload"].clone()),
                Some("waiting") => {}
                _ => panic!("{message}"),
            }
        }
    }
}

/// What was said to an act, in one word: an outcome, or the code of an error. Why is never left out.
fn word(answer: &Value) -> String {
    let payload = &answer["payload"];
    let (word, why) = match answer["type"].as_str() {
        Some("act_result") => (&payload["outcome"], &payload["why"]),
        _ => (&payload["code"], &payload["message"]),
    };
    let word = word.as_str().expect("a word");
    assert!(word != "refused" || why.is_string(), "{answer}");
    word.to_owned()
}

fn approval(id: &str, row: &Value, digest: &Value) -> Value {
    json!({"act_id": id, "agent_id": row["agent_id"], "act": "decide", "decision": "approve",
        "digest": digest})
}

#[test]
fn ten_thousand_bad_approvals_take_no_effect_and_a_hundred_good_ones_one_each() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let variable = tmux.variable();
    let server: Vec<&str> = variable.split(',').take(2).collect();
    let listening = Listening::start_with(env.pane_patrol().env("TMUX", &variable).args([
        "collect",
        "--listen",
        "127.0.0.1:0",
    ]));
    let events: Vec<Value> = (0..REQUESTS)
        .map(|number| {
            let pane = tmux.window("work", "cat");
            json!({"assistant": "qwen", "state": "waiting_approval",
                "kind": "approval_requested", "tool": "run_shell_command", "message": format!("touch f{number}"),
                "target": pane, "pane": pane, "server": server.join(","),
                "instance_id": format!("s{number}"), "request_id": format!("toolu_{number}"),
                "ts": "2026-02-27T10:00:00Z"})
        })
        .collect();
    let begin = |event: &Value| {
        env.send(event.to_string().as_bytes());
        Waiting::of(&env, event)
    };
    let mut waiting: Vec<Waiting> = events.iter().map(begin).collect();
    let (mut phone, _) = Page::paired(&env, &listening, &["--name", "phone"]);
    let (mut laptop, _) = Page::paired(&env, &listening, &["--name", "laptop", "--manage"]);
    let (mut reader, token) = Page::paired(&env, &listening, &["--name", "reader", "--read-only"]);
    let rows = until("all are known", || {
        let mut page = Page::with_token(&listening, &token).expect("it is let in");
        let mut rows = page.greets();
        rows.retain(|row| row["state"] == "waiting_approval");
        rows.sort_by_key(|row| row["instance_id"].to_string());
        (rows.len() == REQUESTS).then_some(rows)
    });
    for page in [&mut phone, &mut laptop, &mut reader] {
        page.greets_for(&["act_result"]);
    }
    let digests: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            let read = json!({"act_id": format!("read-{number}"), "agent_id": row["agent_id"],
                "act": "read_request"});
            let read = reader.act(&read);
            assert_eq!(read["payload"]["request"]["whole"], true, "{read}");
            read["payload"]["request"]["digest"].clone()
        })
        .collect();

    let said = Cell::new(0);
    let is = |page: &mut Page, act: &Value, expected: &[&str]| {
        said.set(said.get() + 1);
        let answer = page.act(act);
        let word = word(&answer);
        assert!(expected.contains(&word.as_str()), "{act}: {answer}");
        answer["payload"].clone()
    };
    // While all of them wait.
    for (number, row) in rows.iter().enumerate() {
        let page = match number % 2 {
            0 => &mut phone,
            _ => &mut laptop,
        };
        let stale = match number % 4 {
            // What another one asks, what nobody was shown, what is over, and what has changed since.
            0 | 1 => approval(
                &format!("stale-{number}"),
                row,
                &digests[(number + 1) % REQUESTS],
            ),
            2 => approval(&format!("stale-{number}"), row, &Value::Null),
            _ => {
                let mut late = approval(&format!("stale-{number}"), row, &digests[number]);
                late["expires"] = json!("2026-01-01T00:00:00Z");
                late
            }
        };
        is(page, &stale, &["refused"]);
        for time in 0..BY_READER {
            let id = format!("read-only-{number}-{time}");
            is(
                &mut reader,
                &approval(&id, row, &digests[number]),
                &["not_allowed"],
            );
        }
    }
    for waiting in &mut waiting {
        assert_eq!(waiting.decisions(), [Value::Null; 0], "nothing took effect");
    }
    for (number, row) in rows.iter().enumerate() {
        let (page, another) = match number % 2 {
            0 => (&mut phone, &mut laptop),
            _ => (&mut laptop, &mut phone),
        };
        let id = format!("good-{number}");
        let good = approval(&id, row, &digests[number]);
        let number_of = row["instance_id"]
            .as_str()
            .and_then(|id| id[1..].parse().ok());
        let hook: usize = number_of.expect("a number");
        // The assistant goes on when its hook has told it.
        page.say("act", &good);
        assert_eq!(waiting[hook].decision(), json!({"behavior": "allow"}));
        let mut goes_on = events[hook].clone();
        (goes_on["state"], goes_on["kind"]) = (json!("running"), json!("tool_finished"));
        goes_on["ts"] = json!("2026-02-27T10:00:05Z");
        env.send(goes_on.to_string().as_bytes());
        let first = page.result();
        assert_eq!(word(&first), "done", "{first}");
        said.set(said.get() + 1);
        for _ in 0..AGAIN {
            assert_eq!(is(page, &good, &["done"]), first["payload"]);
        }
        for time in 0..REPLAYED {
            let mut other = good.clone();
            match time % 2 {
                0 => other["agent_id"] = rows[(number + 1) % REQUESTS]["agent_id"].clone(),
                _ => other["decision"] = json!("deny"),
            }
            is(page, &other, &["refused"]);
        }
        for _ in 0..BY_ANOTHER {
            is(another, &good, &["refused"]);
        }
    }
    assert_eq!(said.get(), 10_000);
    for waiting in &mut waiting {
        assert_eq!(
            waiting.decisions(),
            [Value::Null; 0],
            "each was decided once"
        );
    }
    let logged = finish(
        env.pane_patrol()
            .args(["log", "--only", "decisions", "--json"]),
    )
    .stdout;
    let approved = |door: &str| {
        let is_its = |line: &&str| line.contains(&format!("\"door\":\"device {door}\""));
        let lines = logged.lines().filter(is_its);
        lines
            .filter(|line| line.contains("\"act_id\":\"good-"))
            .count()
    };
    assert!(approved("phone") >= REQUESTS / 2, "{logged}");
    assert!(approved("laptop") >= REQUESTS / 2);
    assert_eq!(approved("reader"), 0);
}
