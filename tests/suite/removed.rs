//! The executable deleted by hand after an install: what every assistant runs then, from the files as
//! they were written, says nothing, succeeds, and waits for nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::common::{TestEnv, copy_program, finish_with_stdin, skip};
use crate::install::{PROGRAMS, read, with_programs};

/// Installs for everyone by a copy of the executable; its path.
fn install_by_a_copy(env: &TestEnv) -> PathBuf {
    with_programs(env, PROGRAMS);
    let copy = env.path("bin/pane patrol");
    copy_program(env!("CARGO_BIN_EXE_pane-patrol").as_ref(), &copy);
    let mut command = env.command(&copy);
    command.args(["install", "--all", "--approvals"]);
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    let done = command.env("PATH", path).output().expect("it runs");
    assert!(done.status.success(), "{done:?}");
    copy
}

/// Every command that stands in a file, whatever its key is called.
fn commands(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text)
                        if ["command", "bash"].contains(&key.as_str()) && text != "command" =>
                    {
                        found.push(text.to_owned());
                    }
                    _ => commands(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| commands(value, found)),
        _ => {}
    }
}

/// The commands of each assistant that has commands.
fn registered(env: &TestEnv) -> Vec<String> {
    let mut all = Vec::new();
    for (file, least) in [
        (".claude/settings.json", 9),
        (".codex/hooks.json", 14),
        (".gemini/settings.json", 7),
        (".copilot/hooks/pane-patrol.json", 8),
        (".qwen/settings.json", 12),
    ] {
        let text = read(env, file).expect("it is there");
        let mut found = Vec::new();
        commands(
            &serde_json::from_str(&text).expect("it is JSON"),
            &mut found,
        );
        assert!(found.len() >= least, "{file}: {found:?}");
        all.extend(found);
    }
    all
}

fn run(env: &TestEnv, shell: &str, command: &str) {
    let mut process: Command = env.command(shell);
    process.args(["-c", command]).env("TMUX_PANE", "%1");
    process.env("TMUX", env.path("tmux.sock").display().to_string() + ",1,0");
    let payload = r#"{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Bash"}"#;
    let finished = finish_with_stdin(&mut process, payload.as_bytes());
    assert_eq!(
        finished.status.code(),
        Some(0),
        "{shell} {command}: {finished:?}"
    );
    assert_eq!(
        (&*finished.stdout, &*finished.stderr),
        ("", ""),
        "{shell} {command}"
    );
}

#[test]
fn what_is_left_in_every_assistants_settings_is_silent_and_succeeds() {
    let env = TestEnv::new();
    let copy = install_by_a_copy(&env);
    let mut commands = registered(&env);
    commands.sort();
    commands.dedup();
    let run_all = || {
        for command in &commands {
            for shell in ["sh", "bash"] {
                run(&env, shell, command);
            }
        }
    };
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).expect("it is ours");
    run_all();
    fs::remove_file(&copy).expect("it is there");
    run_all();
}

/// Does with the plugin what OpenCode does, and fails where it waits for something or is in the way.
const DRIVER: &str = r#"
import { PanePatrol } from "./plugin.mjs"
const hooks = await PanePatrol({ directory: "/src" })
const names = Object.keys(hooks).sort().join()
if (names !== "dispose,event") throw new Error(names)
const waits = () => globalThis[Symbol.for("pane-patrol")].waiting.length
const say = (type, properties) => hooks.event({ event: { id: type, type, properties } })
await say("session.status", { sessionID: "s", status: { type: "busy" } })
if (waits() > 0) throw new Error("something waits")
await say("permission.asked", { id: "p", sessionID: "s", permission: "bash", patterns: ["x"] })
await say("session.idle", { sessionID: "s" })
if (waits() > 0) throw new Error("something waits")
await hooks.dispose()
"#;

#[test]
fn the_plugin_that_is_left_waits_for_nothing_and_says_nothing() {
    let env = TestEnv::new();
    let copy = install_by_a_copy(&env);
    fs::remove_file(copy).expect("it is there");
    let plugin = env.path("config/opencode/plugin/pane-patrol.js");
    fs::copy(plugin, env.path("plugin.mjs")).expect("it was written");
    fs::write(env.path("driver.mjs"), DRIVER).expect("it can be written");
    for engine in ["node", "bun"] {
        let mut command = env.command(engine);
        command
            .arg("driver.mjs")
            .current_dir(env.path(""))
            .env("TMUX_PANE", "%1");
        match command.output() {
            Ok(output) => {
                assert!(output.status.success(), "{output:?}");
                let silent = output.stdout.is_empty() && output.stderr.is_empty();
                assert!(silent, "{output:?}");
            }
            Err(_) if engine == "node" => skip("node is not installed"),
            Err(_) => {}
        }
    }
}
