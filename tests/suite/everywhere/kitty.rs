//! The real kitty, on a screen of nobody (Xvfb): an assistant in one of its tabs is gone to from a shell elsewhere.
//! `make kitty` installs both and runs this; without them it says that it was left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::tell;
use crate::common::{Collector, TestEnv, finish, forbidden, wait_until};

/// Set by `make kitty`: then nothing may be left out.
const WANTED: &str = "PANE_PATROL_KITTY";

/// A program that is killed with its handle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// kitty on a screen of its own; `settings` is its kitty.conf.
struct Kitty<'env> {
    env: &'env TestEnv,
    display: String,
    programs: Vec<Running>,
}

impl<'env> Kitty<'env> {
    /// `None` where it cannot be had, which is said.
    fn start(env: &'env TestEnv, settings: &str) -> Option<Self> {
        let missing = ["kitty", "Xvfb"]
            .into_iter()
            .find(|program| !is_there(program));
        if let Some(missing) = missing {
            assert!(std::env::var_os(WANTED).is_none(), "{missing} is missing");
            forbidden(&format!("{missing} is missing; `make kitty` installs it"));
            return None;
        }
        let number = env.path("display");
        let mut screen = env.command("Xvfb");
        screen.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "800x600x24",
            "-nolisten",
            "tcp",
        ]);
        screen
            .stdout(fs::File::create(&number).expect("it is ours"))
            .stderr(Stdio::null());
        let screen = Running(screen.spawn().expect("it starts"));
        let told = || fs::read_to_string(&number).unwrap_or_default();
        wait_until("there is a screen", || told().ends_with('\n'));
        let conf = env.path("kitty.conf");
        fs::write(&conf, settings).expect("it is ours");
        let mut kitty = Self {
            env,
            display: format!(":{}", told().trim()),
            programs: vec![screen],
        };
        let mut program = kitty.command("kitty");
        program
            .arg("--config")
            .arg(&conf)
            .args(["sh", "-c", &kitty.script("first")]);
        program.stdout(Stdio::null()).stderr(Stdio::null());
        kitty
            .programs
            .push(Running(program.spawn().expect("it starts")));
        Some(kitty)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.env.command(program);
        command
            .env("DISPLAY", &self.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1");
        command
    }

    fn note(&self, name: &str) -> PathBuf {
        self.env.path(format!("{name}.began"))
    }

    /// What stands for an assistant: it notes its process and where kitty listens, and stays.
    fn script(&self, name: &str) -> String {
        let note = self.note(name).display().to_string();
        format!(
            "echo \"$$ $KITTY_LISTEN_ON\" > '{note}.new'; mv '{note}.new' '{note}'; exec sleep 1000"
        )
    }

    /// The process of that one, and where its kitty listens.
    fn began(&self, name: &str) -> (u32, String) {
        let note = self.note(name);
        wait_until("it runs in kitty", || note.exists());
        let said = fs::read_to_string(note).expect("it is there");
        let (pid, address) = said.trim_end_matches('\n').split_once(' ').expect("both");
        (pid.parse().expect("a process"), address.to_owned())
    }

    fn told(&self, address: &str, words: &[&str]) -> String {
        let mut kitty = self.command("kitty");
        let told = finish(kitty.args(["@", "--to", address]).args(words));
        assert!(told.status.success(), "{told:?}");
        told.stdout
    }

    /// The process whose window has the keys.
    fn in_front(&self, address: &str) -> Option<u64> {
        let answer: Value = serde_json::from_str(&self.told(address, &["ls"])).expect("JSON");
        let all = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
        let is = |value: &Value, keys: [&str; 2]| keys.iter().any(|key| value[*key] == true);
        let outer = answer
            .as_array()?
            .iter()
            .find(|outer| outer["is_focused"] == true)?;
        let tabs = all(outer, "tabs");
        let tab = tabs
            .iter()
            .find(|tab| is(tab, ["is_active_tab", "is_active"]))?;
        let windows = all(tab, "windows");
        let window = windows
            .iter()
            .find(|window| is(window, ["is_active_window", "is_active"]))?;
        window["pid"].as_u64()
    }
}

fn listens(folder: &Path) -> String {
    format!(
        "allow_remote_control socket-only\nlisten_on unix:{}/kitty\n",
        folder.display()
    )
}

#[test]
fn the_real_kitty_is_gone_to_by_the_window_of_the_assistant() {
    let env = TestEnv::new();
    let Some(kitty) = Kitty::start(&env, &listens(&env.path("run"))) else {
        return;
    };
    let (first, address) = kitty.began("first");
    kitty.told(
        &address,
        &["launch", "--type=tab", "sh", "-c", &kitty.script("second")],
    );
    kitty.told(
        &address,
        &[
            "launch",
            "--type=os-window",
            "sh",
            "-c",
            &kitty.script("third"),
        ],
    );
    let (second, _) = kitty.began("second");
    let (third, _) = kitty.began("third");
    let collector = Collector::start(&env);
    for (pid, session) in [(first, "one"), (second, "two"), (third, "three")] {
        tell(&env, pid, session, "UserPromptSubmit");
    }
    let rows = collector.until("all are there", |rows| rows.len() == 3);
    assert!(
        rows.iter().all(|row| row["terminal"] == "kitty"),
        "{rows:?}"
    );
    for pid in [second, first, third, first, second] {
        let row = rows
            .iter()
            .find(|row| row["pid"] == pid)
            .expect("it is there");
        let target = row["target"].as_str().expect("a place");
        // On a machine that does not let kitty run it says so, and is asked again.
        wait_until("it is gone to", || {
            let went = finish(env.pane_patrol().args(["jump", target]));
            assert!(
                went.status.success() || went.stderr.contains("in time"),
                "{went:?}"
            );
            went.status.success()
        });
        assert_eq!(kitty.in_front(&address), Some(u64::from(pid)));
    }
}

#[test]
fn a_real_kitty_that_takes_no_orders_is_said_to() {
    let env = TestEnv::new();
    let Some(kitty) = Kitty::start(&env, "allow_remote_control no\n") else {
        return;
    };
    let (pid, _) = kitty.began("first");
    let collector = Collector::start(&env);
    tell(&env, pid, "one", "UserPromptSubmit");
    let rows = collector.until("it is there", |rows| rows.len() == 1);
    let target = rows[0]["target"].as_str().expect("a place");
    let went = finish(env.pane_patrol().args(["jump", target]));
    assert_eq!(went.status.code(), Some(1), "{went:?}");
    for words in [
        "outside of any multiplexer",
        "of kitty",
        "kitty takes no orders",
        "listen_on",
    ] {
        assert!(went.stderr.contains(words), "{went:?}");
    }
}
