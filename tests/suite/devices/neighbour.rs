//! Another user of the machine, who reaches the port as everybody there does, and nothing else. Only root can become
//! somebody else; without that these tests say that they were left out.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::json;

use super::{Page, listed};
use crate::common::{Listening, TestEnv, finish, forbidden, is_alone, until};

/// Nobody's number, who owns nothing here.
const OTHER: u32 = 65_534;

/// As many connections, each of which says nothing, or a little of a request.
const SILENT: &str = "trap '' PIPE; for i in {1..200}; do exec {fd}<>/dev/tcp/127.0.0.1/PORT || exit 1; \
    (( i % 2 )) || printf 'GET / HTTP/1.1\\r\\nHost: ' >&$fd; done 2>/dev/null; echo there; read -r _";

/// Whether somebody else can be had here. Where so, the way to this world's folders is open to everybody, as a home
/// often is: what stays closed is closed by pane-patrol itself.
fn there_are_others(env: &TestEnv) -> bool {
    if !rustix::process::geteuid().is_root() || is_alone(&env.home()) {
        forbidden("another user: only root, where there are other users, can be one");
        return false;
    }
    for folder in ["", "home", "run", "state", "config", "data", "cache", "tmp"] {
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(env.path(folder), open).expect("it is ours");
    }
    true
}

/// A script of the other user's, in this world.
fn other(env: &TestEnv, script: &str) -> Command {
    let mut bash = env.command("bash");
    bash.args(["--norc", "--noprofile", "-c", script]);
    bash.uid(OTHER).gid(OTHER).current_dir("/");
    bash
}

/// What the other user is told who reads that file, and all of it if that goes.
fn reads(env: &TestEnv, path: &Path) -> Result<String, String> {
    let read = finish(other(env, "cat -- \"$0\"").arg(path));
    if read.status.success() {
        Ok(read.stdout)
    } else {
        Err(read.stderr)
    }
}

/// The other user, who has all these connections for as long as this lives.
struct Crowd {
    child: Child,
    _stdin: ChildStdin,
}

impl Crowd {
    fn come(env: &TestEnv, address: &str) -> Self {
        let (_, port) = address.rsplit_once(':').expect("a port");
        let mut crowd = other(env, &SILENT.replace("PORT", port));
        crowd.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = crowd.spawn().expect("bash is there");
        let stdin = child.stdin.take().expect("a pipe");
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut said).expect("it says that it came");
        assert_eq!(said, "there\n");
        Self {
            child,
            _stdin: stdin,
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn two_hundred_silent_connections_of_another_user_keep_nobody_out() {
    let env = TestEnv::new();
    if !there_are_others(&env) {
        return;
    }
    let listening = Listening::start(&env);
    let (mut phone, token) = Page::paired(&env, &listening, &[]);
    phone.greets();
    let _crowd = Crowd::come(&env, &listening.address);
    phone.is_there();
    let mut stream = listening.tcp();
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", listening.address);
    stream.write_all(request.as_bytes()).expect("it is read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    Page::with_token(&listening, &token)
        .expect("it is let in")
        .greets();
    let (mut tablet, _) = Page::paired(&env, &listening, &["--name", "tablet"]);
    tablet.greets();
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert_eq!(status.status.code(), Some(0), "{status:?}");
    phone.is_there();
}

#[test]
fn another_user_reads_neither_tokens_nor_devices_nor_the_code_that_is_shown() {
    let env = TestEnv::new();
    if !there_are_others(&env) {
        return;
    }
    let listening = Listening::start(&env);
    let (_page, token) = Page::paired(&env, &listening, &[]);
    // One who pairs now, and shows the code for as long as that takes.
    let mut pair = env.pane_patrol();
    pair.args(["pair", "--json", "--name", "tablet"]);
    let code = finish(&mut pair).stdout;
    let code: serde_json::Value = serde_json::from_str(&code).expect("JSON");
    let code = code["code"].as_str().expect("a code").to_owned();

    let state = env.places().devices().expect("a state folder");
    let tokens = ["read", "answer", "manage", "publish"].map(|right| listening.token_file(right));
    let closed = tokens.iter().map(PathBuf::from).chain([
        state.clone(),
        state.with_extension("lock"),
        env.places().decisions().expect("a state folder"),
    ]);
    for path in closed.filter(|path| path.exists()) {
        let told = reads(&env, &path).expect_err("it is not theirs");
        assert!(told.contains("ermission denied"), "{path:?}: {told}");
    }
    // That nobody can read it does not come of what nobody can reach: what is open there is read.
    let open = env.path("state/open");
    fs::write(&open, "open").expect("it is ours");
    assert_eq!(reads(&env, &open), Ok("open".to_owned()));
    // Nor by what the system tells of a process: of the one that listens.
    let about = format!("/proc/{}", listening.child.id());
    let seen = finish(&mut other(
        &env,
        &format!("cat {about}/cmdline {about}/environ {about}/fd/* 2>&1; ls -l {about}/fd 2>&1"),
    ));
    assert!(seen.stdout.contains("collect"), "{seen:?}");
    for secret in [&token, &code, &listening.token("manage")] {
        assert!(!seen.stdout.contains(secret.as_str()), "{}", seen.stdout);
    }
    // The sockets are closed to them, too.
    let hub = env.places().hub_socket;
    let knock = format!("exec 3<>{} 2>&1", hub.display());
    assert!(!finish(&mut other(&env, &knock)).status.success());
    // And what they say at the port they say without a right.
    let mut page = super::page(&listening);
    let refused = page.asks("authenticate", &json!({"token": "0".repeat(64)}));
    assert_eq!(refused["type"], "refused", "{refused}");
    assert_eq!(listed(&env).len(), 1);
    until("the code is still good for its own", || {
        let mut page = super::page(&listening);
        let paired = page.asks("pair", &json!({"code": code}));
        (paired["type"] == "paired").then_some(())
    });
}
