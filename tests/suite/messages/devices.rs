//! What is said of phones and browsers that are to be paired or are.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::seen::Seen;
use crate::common::{Listening, TestEnv, finish};

pub(super) fn bring_about(seen: &mut Seen) {
    let env = TestEnv::new();
    seen.of(&env, "nobody listens", "pair");
    seen.of(&env, "no device is called so", "devices revoke phone");
    seen.of(&env, "none is paired", "devices list");
    let mut homeless = env.pane_patrol();
    homeless.args(["devices", "list"]);
    homeless.env_remove("HOME").env_remove("XDG_STATE_HOME");
    let when = "neither HOME nor XDG_STATE_HOME is set";
    seen.by(&env, when, &mut homeless);

    let _listening = Listening::start(&env);
    let other = "pair --address https://box.example";
    seen.of(&env, "the settings do not name that page", other);
    let mut named = env.pane_patrol();
    let when = "a name is more than a line";
    seen.by(&env, when, named.args(["pair", "--name", "a\nb"]));
    let words = ["pair", "--json", "--name", "phone"];
    finish(env.pane_patrol().args(words));
    let when = "a device is called so, or a code is open for one";
    seen.of(&env, when, "pair --name phone");
    full(seen, &env);
    let file = env.places().devices().expect("a state folder");
    fs::write(&file, "no book").expect("it is ours");
    let when = "the file of the devices is not what it was";
    seen.of(&env, when, "devices list");
    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("it is ours");
    let when = "others may read the file of the devices";
    seen.of(&env, when, "devices list");
    fs::remove_file(&file).expect("it is ours");
    let mut full = env.command("sh");
    let program = env.pane_patrol().get_program().to_owned();
    full.args(["-c", "exec \"$0\" pair > /dev/full"])
        .arg(program);
    let finished = finish(&mut full);
    seen.take("pair", &env, "the disk is full", &finished);
}

fn full(seen: &mut Seen, env: &TestEnv) {
    let device = |number| {
        format!(
            r#"{{"name":"d{number}","right":"read","made":"2026-11-30T12:00:00Z","mark":"{number}"}}"#
        )
    };
    let devices: Vec<String> = (0..32).map(device).collect();
    let file = env.places().devices().expect("a state folder");
    let book = format!(r#"{{"devices":[{}]}}"#, devices.join(","));
    fs::write(&file, book).expect("it is ours");
    seen.of(env, "there are as many as may be", "pair");
}
