//! Who answers what it was not shown keeps nobody from answering.

use std::fs::File;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde_json::json;

use super::{ActsByHand, row};
use crate::common::{Collector, TestEnv};
use crate::foreground::Stage;

#[test]
fn an_answer_waits_for_another_one_and_one_that_was_not_shown_for_none() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start_listening_in(&env, &stage.server);
    stage.asks("", &collector);
    stage.until_shown();
    let row = row(&collector);
    let mut phone = ActsByHand::with_token(&collector, "answer", "phone");
    let read = phone.act(&row, &json!({"act": "read_request"}));
    let digest = read["request"]["digest"].as_str().expect("a digest");
    let approve = |digest: &str| json!({"act": "decide", "decision": "approve", "digest": digest});
    let lock = File::create(env.places().runtime.join("act.lock")).expect("the lock");
    flock(&lock, FlockOperation::LockExclusive).expect("it is free");
    let other: String = digest.chars().rev().collect();
    let refused = phone.act(&row, &approve(&other));
    assert_eq!(refused["outcome"], "refused", "{refused}");
    let why = refused["why"].as_str().expect("a reason");
    assert!(!why.contains("another answer"), "{why}");
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        drop(lock);
    });
    let done = phone.act(&row, &approve(digest));
    assert_ne!(done["outcome"], "refused", "{done}");
}
