//! Notices by ntfy: what a server of that kind is told, and what is said where it is not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread::JoinHandle;

use serde_json::json;

use super::Desk;
use crate::common::{TestEnv, finish_with_stdin, private_folder, skip, until, write_program};

/// What one request has told the server.
#[derive(Debug)]
struct Told {
    first: String,
    headers: Vec<String>,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A server that is told one thing, and answers so.
fn server(status: &'static str) -> (String, JoinHandle<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let serve = move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a request");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let length = lines
            .iter()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.and_then(|it| it.parse().ok()).unwrap_or(0)];
        reader.read_exact(&mut body).expect("a body");
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        reader
            .get_mut()
            .write_all(answer.as_bytes())
            .expect("it is heard");
        Told {
            first: lines.remove(0),
            headers: lines,
            body: String::from_utf8(body).expect("words"),
        }
    };
    (address.to_string(), std::thread::spawn(serve))
}

/// Whether there is a `curl` here.
fn has_curl() -> bool {
    let is_there = Command::new("curl").arg("--version").output().is_ok();
    if !is_there {
        skip("there is no curl");
    }
    is_there
}

/// What the server is told of a request with those settings.
fn told(settings: &str, request: &str) -> Option<Told> {
    let env = TestEnv::new();
    let (address, told) = server("200 OK");
    let settings =
        format!("waiting_approval = ['ntfy']\nntfy = 'http://{address}/a-topic'\n{settings}");
    let desk = Desk::new(&env, &settings)?;
    desk.asks(&desk.window(), request);
    Some(told.join().expect("it was told"))
}

#[test]
fn a_phone_is_told_by_ntfy_with_a_link_and_without_what_is_asked() {
    if !has_curl() {
        return;
    }
    let Some(told) = told("link = 'https://box.example.ts.net/'", "cargo publish") else {
        return;
    };
    assert_eq!(told.first, "POST /a-topic HTTP/1.1");
    assert_eq!(told.header("Title"), Some("claude wants approval"));
    let link = "https://box.example.ts.net/#row=work%3A1.0";
    assert_eq!(told.header("Click"), Some(link));
    assert_eq!(told.body, "pane-patrol");
    assert!(!format!("{told:?}").contains("cargo"), "{told:?}");
}

#[test]
fn what_is_asked_is_told_where_that_is_wanted_and_is_nothing_but_text() {
    if !has_curl() {
        return;
    }
    let request = "echo \"$(id)\" \\ @/etc/hostname";
    let Some(told) = told("content = true", request) else {
        return;
    };
    assert_eq!(told.header("Click"), None);
    assert_eq!(told.body, format!("work:1.0: Bash: {request}"));
}

#[test]
fn a_server_that_refuses_is_told_of_without_its_secret_topic() {
    if !has_curl() {
        return;
    }
    let env = TestEnv::new();
    let (address, refused) = server("403 Forbidden");
    let settings = format!("waiting_approval = ['ntfy']\nntfy = 'http://{address}/a-topic'\n");
    let Some(desk) = Desk::new(&env, &settings) else {
        return;
    };
    desk.asks(&desk.window(), "cargo publish");
    refused.join().expect("it was told");
    let doctor = until("doctor says so", || {
        let doctor = crate::common::finish(env.pane_patrol().arg("doctor"));
        doctor.stdout.contains("ntfy").then_some(doctor)
    });
    assert!(
        doctor.stdout.contains("the server refuses it"),
        "{doctor:?}"
    );
    assert!(!doctor.stdout.contains("a-topic"), "{doctor:?}");
}

/// The programs of the book's recipes for other services, each as the settings would name it.
fn recipes() -> Vec<Vec<String>> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/notices.md");
    let page = std::fs::read_to_string(page).expect("it is there");
    let (_, recipes) = page
        .split_once("### Pushover and Telegram")
        .expect("they are there");
    let blocks = recipes.split("```toml\n").skip(1);
    blocks
        .map(|block| {
            let block = block.split("```").next().expect("it ends");
            let settings: toml::Table = block.parse().expect("TOML");
            let words = settings["notice"]["command"].clone();
            words.try_into().expect("a list of words")
        })
        .collect()
}

#[test]
fn the_recipes_of_the_book_hand_on_a_text_and_nothing_that_is_run() {
    if Command::new("jq").arg("--version").output().is_err() {
        return skip("there is no jq");
    }
    let env = TestEnv::new();
    let programs = env.path("bin");
    private_folder(&programs);
    let said = env.path("said");
    // What it is told, and what it reads where it is told to read.
    let curl = format!(
        "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done > '{0}'\n\
         case \"$*\" in *@-*) cat >> '{0}';; esac\n",
        said.display()
    );
    write_program(&programs.join("curl"), &curl);
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", programs.display());
    let notice =
        json!({"assistant": "claude", "text": "claude in shop:1.1 wants: $(touch ran) 'x' \"y\""});
    let recipes = recipes();
    assert_eq!(recipes.len(), 2);
    for words in recipes {
        let mut recipe = env.command(&words[0]);
        recipe.args(&words[1..]).env("PATH", &path);
        let told = finish_with_stdin(&mut recipe, format!("{notice}\n").as_bytes());
        assert!(told.status.success(), "{told:?}");
        let said = std::fs::read_to_string(&said).expect("curl was told");
        assert!(said.contains("claude"), "{said}");
        assert!(said.contains("https://api."), "{said}");
        let is_whole = said.contains("$(touch ran) 'x' \"y\"") || said.contains("claude needs you");
        assert!(is_whole, "{said}");
    }
}
