//! The demo's page.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::Page;
use crate::common::{PATIENCE, TestEnv, Tmux, private_folder};

#[test]
fn the_demo_serves_its_page_with_its_rows_until_it_is_ended() {
    let env = TestEnv::new();
    if Tmux::start(&env, "work").is_none() {
        return;
    }
    let folder = env.path("scratch");
    private_folder(&folder);
    let mut demo = env.pane_patrol();
    demo.args(["demo", "--page"]).env("TMPDIR", &folder);
    let mut demo = demo.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut printed = String::new();
    let mut stdout = BufReader::new(demo.stdout.take().expect("it is a pipe"));
    stdout.read_line(&mut printed).expect("it says where");
    let (address, code) = printed
        .trim_end()
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once("/#pair="))
        .unwrap_or_else(|| panic!("{printed}"));

    let stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut page = Page::over(stream, address);
    let paired = page.asks("pair", &json!({"code": code}));
    assert_eq!(paired["payload"]["right"], "manage", "{paired}");
    let rows = page.greets();
    for name in ["shop", "api", "web", "docs", "cli", "ops"] {
        let is_it = |row: &serde_json::Value| row["target"] == format!("{name}:0.0");
        assert!(rows.iter().any(is_it), "{name}: {rows:?}");
    }
    let pid = Pid::from_child(&demo);
    kill_process(pid, Signal::TERM).expect("it runs");
    let status = demo.wait().expect("it is ours");
    assert!(status.success(), "{status:?}");
    assert_eq!(
        folder.read_dir().expect("it is there").count(),
        0,
        "nothing is left"
    );
}
