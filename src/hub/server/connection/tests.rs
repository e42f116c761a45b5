//! What a client is told costs what it asks for, and no more however often it asks.

use serde_json::json;

use super::scene::Scene;
use crate::sys::namespaces::Standing;

const ROWS: u32 = 500;

#[test]
fn however_often_it_asks_for_all_rows_a_client_is_told_once_of_what_it_has_not_been_told() {
    let mut scene = Scene::new(ROWS);
    let (mut client, end) = scene.client(Standing::Home, None);
    let hello = json!({"client_id": "x", "role": "subscriber", "capabilities": []});
    scene.says(&mut client, &end, "x", "hello", &hello);
    let counts = |told: &str| {
        ["agent_status", "snapshot"]
            .map(|kind| told.matches(&format!("\"type\":\"{kind}\"")).count())
    };
    let rows = ROWS as usize;
    assert_eq!(counts(&scene.told(&mut client, &end)), [rows, 1]);
    let asks = |scene: &Scene, client: &mut super::Client, times| {
        for _ in 0..times {
            scene.says(client, &end, "x", "snapshot_request", &json!({}));
        }
    };
    asks(&scene, &mut client, 1);
    assert_eq!(counts(&scene.told(&mut client, &end)), [rows, 1]);
    asks(&scene, &mut client, 300);
    assert_eq!(counts(&scene.told(&mut client, &end)), [rows, 1]);
}

#[test]
fn the_end_of_the_first_telling_counts_all_rows_whatever_a_client_wants_to_hear() {
    let mut scene = Scene::new(ROWS);
    for capabilities in [
        json!([]),
        json!(["snapshot"]),
        json!(["agent_status", "snapshot"]),
    ] {
        let (mut client, end) = scene.client(Standing::Home, None);
        let hello = json!({"client_id": "x", "role": "subscriber", "capabilities": capabilities});
        scene.says(&mut client, &end, "x", "hello", &hello);
        let told = scene.told(&mut client, &end);
        assert!(
            told.contains(&format!("\"count\":{ROWS}")),
            "{capabilities}"
        );
    }
}

#[test]
fn an_act_is_named_by_a_word_alone() {
    let mut scene = Scene::new(1);
    let (mut client, end) = scene.client(Standing::Home, None);
    let hello = json!({"client_id": "x", "role": "subscriber", "capabilities": ["error"]});
    scene.says(&mut client, &end, "x", "hello", &hello);
    let act = json!({"act_id": "a", "agent_id": "b", "act": 2, "seconds": 1});
    scene.says(&mut client, &end, "x", "act", &act);
    let told = scene.told(&mut client, &end);
    assert!(
        told.contains("bad_schema") && told.contains("`act` is a word"),
        "{told}"
    );
    assert!(client.first_command().is_none());
}

#[test]
fn what_is_made_ready_for_who_does_not_read_is_bounded_whatever_it_asks() {
    let mut scene = Scene::new(ROWS);
    let (mut client, end) = scene.client(Standing::Home, None);
    let hello = json!({"client_id": "x", "role": "subscriber", "capabilities": []});
    scene.says(&mut client, &end, "x", "hello", &hello);
    for _ in 0..2000 {
        for kind in ["snapshot_request", "ping", "nonsense"] {
            scene.says(&mut client, &end, "x", kind, &json!({}));
            client.send(&scene.cache);
        }
    }
    // With the end of the last message it may be a little more.
    assert!(
        client.output.len() < 2 * super::OUTPUT_BYTES,
        "{}",
        client.output.len()
    );
}
