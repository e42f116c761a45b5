//! Each act with each right that a device can have: one test a cell, so that one that fails says which.

use serde_json::json;

use super::Page;
use crate::common::{Listening, TestEnv};
use crate::either::act_of;

/// Whether a device paired so is told `not_allowed` when it wants that done.
fn is_kept_from(arguments: &[&str], act: &str) -> bool {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let (mut page, _) = Page::paired(&env, &listening, arguments);
    page.greets();
    let mut wanted = act_of(act);
    wanted["act_id"] = json!("cell");
    let answer = page.act(&wanted);
    match (answer["type"].as_str(), answer["payload"]["code"].as_str()) {
        (Some("error"), Some("not_allowed")) => true,
        // There is no such agent: what the right allows is carried out, and refused in its own words.
        (Some("act_result"), _) => {
            assert_eq!(answer["payload"]["outcome"], "refused", "{answer}");
            false
        }
        _ => panic!("{answer}"),
    }
}

macro_rules! cells {
    ($($right:ident $arguments:expr => { $($act:ident: $is_kept:expr,)* })*) => {$(
        mod $right {
            $(#[test]
            fn $act() {
                assert_eq!(super::is_kept_from(&$arguments, stringify!($act)), $is_kept);
            })*
        }
    )*};
}

cells! {
    may_read ["--read-only"] => {
        read_request: false,
        locate: false,
        look: true,
        decide: true,
        snooze: true,
        send: true,
        stop: true,
        resume: true,
        task: true,
        trust: true,
        start: true,
    }
    may_answer [""; 0] => {
        read_request: false,
        locate: false,
        look: false,
        decide: false,
        snooze: false,
        send: true,
        stop: true,
        resume: true,
        task: true,
        trust: true,
        start: true,
    }
    may_manage ["--manage"] => {
        read_request: false,
        locate: false,
        look: false,
        decide: false,
        snooze: false,
        send: false,
        stop: false,
        resume: false,
        task: false,
        trust: true,
        start: true,
    }
}

#[test]
fn no_act_is_left_out_of_the_table() {
    use pane_patrol::hub::protocol::right::ACTS;
    let source = include_str!("cells.rs");
    for (act, _) in ACTS {
        let cells = source.matches(&format!("        {act}: ")).count();
        assert_eq!(cells, 3, "{act}");
    }
}
