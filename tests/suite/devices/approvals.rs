//! Ten thousand approvals by devices, of which a hundred are good.

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

/// Which page says something: one may answer, one manage, one only read.
const PHONE: usize = 0;
const LAPTOP: usize = 1;
const READER: usize = 2;

/// What waits for an answer, and the devices that may give one.
struct Scene<'env> {
    env: &'env TestEnv,
    events: Vec<Value>,
    waiting: Vec<Waiting>,
    pages: [Page; 3],
    rows: Vec<Value>,
    digests: Vec<Value>,
    /// So many acts were said.
    said: usize,
}

impl<'env> Scene<'env> {
    fn set(env: &'env TestEnv, tmux: &Tmux<'_>, listening: &Listening) -> Self {
        let variable = tmux.variable();
        let server: Vec<&str> = variable.split(',').take(2).collect();
        let asks = |number| {
            let pane = tmux.window("work", "cat");
            let command = format!("touch f{number}");
            json!({"assistant": "qwen", "state": "waiting_approval", "kind": "approval_requested",
                "tool": "run_shell_command", "message": command, "target": pane, "pane": pane,
                "server": server.join(","), "instance_id": format!("s{number}"),
                "request_id": format!("toolu_{number}"), "ts": "2026-02-27T10:00:00Z"})
        };
        let events: Vec<Value> = (0..REQUESTS).map(asks).collect();
        let begin = |event: &Value| {
            env.send(event.to_string().as_bytes());
            Waiting::of(env, event)
        };
        let waiting = events.iter().map(begin).collect();
        let paired = |arguments: &[&str]| Page::paired(env, listening, arguments);
        let (phone, _) = paired(&["--name", "phone"]);
        let (laptop, _) = paired(&["--name", "laptop", "--manage"]);
        let (reader, token) = paired(&["--name", "reader", "--read-only"]);
        let rows = until("all are known", || {
            let mut page = Page::with_token(listening, &token).expect("it is let in");
            let mut rows = page.greets();
            rows.retain(|row| row["state"] == "waiting_approval");
            rows.sort_by_key(|row| row["instance_id"].to_string());
            (rows.len() == REQUESTS).then_some(rows)
        });
        let mut pages = [phone, laptop, reader];
        for page in &mut pages {
            page.greets_for(&["act_result"]);
        }
        let digest = |(number, row): (usize, &Value)| {
            let read = json!({"act_id": format!("read-{number}"), "agent_id": row["agent_id"],
                "act": "read_request"});
            let read = pages[READER].act(&read);
            assert_eq!(read["payload"]["request"]["whole"], true, "{read}");
            read["payload"]["request"]["digest"].clone()
        };
        let digests = rows.iter().enumerate().map(digest).collect();
        Self {
            env,
            events,
            waiting,
            pages,
            rows,
            digests,
            said: 0,
        }
    }

    /// Has that page say it; what came of it is this.
    fn is(&mut self, by: usize, act: &Value, expected: &str) -> Value {
        self.said += 1;
        let answer = self.pages[by].act(act);
        assert_eq!(word(&answer), expected, "{act}: {answer}");
        answer["payload"].clone()
    }

    /// What is no good while the request with that number waits.
    fn bad_ones(&mut self, number: usize) {
        let (row, digest) = (self.rows[number].clone(), self.digests[number].clone());
        let id = format!("stale-{number}");
        let stale = match number % 4 {
            // What another one asks, what nobody was shown, and what is over.
            0 | 1 => approval(&id, &row, &self.digests[(number + 1) % REQUESTS]),
            2 => approval(&id, &row, &Value::Null),
            _ => {
                let mut late = approval(&id, &row, &digest);
                late["expires"] = json!("2026-01-01T00:00:00Z");
                late
            }
        };
        self.is(number % 2, &stale, "refused");
        for time in 0..BY_READER {
            let id = format!("read-only-{number}-{time}");
            self.is(READER, &approval(&id, &row, &digest), "not_allowed");
        }
    }

    /// The good one, and what comes after it under its id.
    fn good_one(&mut self, number: usize) {
        let (by, another) = [(PHONE, LAPTOP), (LAPTOP, PHONE)][number % 2];
        let row = self.rows[number].clone();
        let good = approval(&format!("good-{number}"), &row, &self.digests[number]);
        self.said += 1;
        self.pages[by].say("act", &good);
        self.goes_on(row["instance_id"].as_str().expect("a name"));
        let first = self.pages[by].result();
        assert_eq!(word(&first), "done", "{first}");
        for _ in 0..AGAIN {
            assert_eq!(self.is(by, &good, "done"), first["payload"]);
        }
        for time in 0..REPLAYED {
            let mut other = good.clone();
            match time % 2 {
                0 => other["agent_id"] = self.rows[(number + 1) % REQUESTS]["agent_id"].clone(),
                _ => other["decision"] = json!("deny"),
            }
            self.is(by, &other, "refused");
        }
        for _ in 0..BY_ANOTHER {
            self.is(another, &good, "refused");
        }
    }

    /// The assistant does, when its hook has told it that it may.
    fn goes_on(&mut self, session: &str) {
        let number: usize = session[1..].parse().expect("a number");
        let allowed = self.waiting[number].decision();
        assert_eq!(allowed, json!({"behavior": "allow"}));
        let mut event = self.events[number].clone();
        (event["state"], event["kind"]) = (json!("running"), json!("tool_finished"));
        event["ts"] = json!("2026-02-27T10:00:05Z");
        self.env.send(event.to_string().as_bytes());
    }

    /// No hook was told anything since it was last looked at.
    fn nothing_took_effect(&mut self) {
        for waiting in &mut self.waiting {
            assert_eq!(waiting.decisions(), [Value::Null; 0]);
        }
    }
}

#[test]
fn ten_thousand_bad_approvals_take_no_effect_and_a_hundred_good_ones_one_each() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let mut collect = env.pane_patrol();
    collect.env("TMUX", tmux.variable());
    collect.args(["collect", "--listen", "127.0.0.1:0"]);
    let listening = Listening::start_with(&mut collect);
    let mut scene = Scene::set(&env, &tmux, &listening);
    // While all of them wait.
    (0..REQUESTS).for_each(|number| scene.bad_ones(number));
    scene.nothing_took_effect();
    (0..REQUESTS).for_each(|number| scene.good_one(number));
    assert_eq!(scene.said, 10_000);
    scene.nothing_took_effect();
    let mut log = env.pane_patrol();
    let logged = finish(log.args(["log", "--only", "decisions", "--json"])).stdout;
    let approved = |door: &str| {
        let door = format!("\"door\":\"device {door}\"");
        let lines = logged.lines().filter(|line| line.contains(&door));
        let is_good = |line: &&str| line.contains("\"act_id\":\"good-");
        lines.filter(is_good).count()
    };
    assert!(approved("phone") >= REQUESTS / 2, "{logged}");
    assert!(approved("laptop") >= REQUESTS / 2);
    assert_eq!(approved("reader"), 0);
}
