//! Whoever else is at the port.

use std::io::Write;
use std::net::TcpStream;

use serde_json::json;

use super::{Page, page};
use crate::common::{Listening, TestEnv, finish};

#[test]
fn two_hundred_silent_connections_keep_neither_page_nor_device_nor_status_out() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let (_page, token) = Page::paired(&env, &listening, &[]);
    let silent: Vec<TcpStream> = (0..200)
        .map(|number| {
            let mut stream = TcpStream::connect(&listening.address).expect("it listens");
            // Some say nothing, some a little of a request.
            if number % 2 == 0 {
                let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: ");
            }
            stream
        })
        .collect();
    // And some have a WebSocket, and do not say who they are.
    let mute: Vec<Page> = (0..40).map(|_| page(&listening)).collect();
    let mut stream = listening.tcp();
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", listening.address);
    stream.write_all(request.as_bytes()).expect("it is read");
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let mut device = Page::with_token(&listening, &token).expect("it is let in");
    device.greets();
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert_eq!(status.status.code(), Some(0), "{status:?}");
    drop((silent, mute));
}

#[test]
fn a_device_that_comes_often_takes_no_other_ones_place() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let (mut phone, _) = Page::paired(&env, &listening, &["--name", "phone"]);
    phone.greets_for(&["pong"]);
    let (_, token) = Page::paired(&env, &listening, &["--name", "tablet"]);
    let mut tablets: Vec<Page> = (0..20)
        .map(|_| {
            let mut page = Page::with_token(&listening, &token).expect("it is let in");
            page.greets_for(&["pong"]);
            page
        })
        .collect();
    let told: Vec<_> = tablets
        .iter_mut()
        .map(|page| {
            page.say("ping", &json!({}));
            page.hear().map(|message| message["type"].clone())
        })
        .collect();
    let stays = told
        .iter()
        .filter(|told| **told == Ok(json!("pong")))
        .count();
    assert_eq!(stays, 6, "{told:?}");
    phone.is_there();
}
