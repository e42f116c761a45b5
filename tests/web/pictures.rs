//! The pictures of the page in the README and the book, from the demo's own rows: `make pictures-page`.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::browser::Browser;
use crate::common::{TestEnv, skip};
use crate::page::{DESK, PHONE};

/// A demo whose page is served; ended with its handle.
struct Demo {
    child: Child,
    /// By which a browser is let in.
    address: String,
}

impl Demo {
    fn start(env: &TestEnv) -> Self {
        let mut demo = env.pane_patrol();
        // Its folder is in the pictures: it has a short name there.
        demo.env("TMPDIR", "/tmp");
        demo.args(["demo", "--page"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = demo.spawn().expect("it can be started");
        let mut address = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        stdout.read_line(&mut address).expect("it says where");
        Self {
            child,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Waits until all of the demo is there, and opens what waits for approval of a command.
fn enter(browser: &mut Browser, demo: &Demo) {
    browser.go(&demo.address);
    browser.until(
        "the whole story is told",
        "document.querySelectorAll('#list li').length >= 6",
    );
    browser.until(
        "somebody is needed",
        "document.querySelector('#list .waiting_approval')",
    );
}

fn open_request(browser: &mut Browser) {
    browser.click("#list .waiting_approval a");
    browser.until(
        "it is read",
        "document.querySelector('.approve')?.disabled === false",
    );
}

#[test]
fn the_demo_is_shown_on_the_page() {
    let env = TestEnv::new();
    let Some(mut browser) = Browser::start(&env, PHONE) else {
        return;
    };
    let demo = Demo::start(&env);
    enter(&mut browser, &demo);
    open_request(&mut browser);
    browser.assert_content();
}

#[test]
#[ignore = "it draws; `make pictures-page` runs it"]
fn pictures_of_the_demo() {
    let env = TestEnv::new();
    let Some(mut browser) = Browser::start(&env, PHONE) else {
        return skip("no pictures");
    };
    let demo = Demo::start(&env);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    browser.prefer(true);
    enter(&mut browser, &demo);
    browser.picture_as(&folder.join("page-list.png"));
    open_request(&mut browser);
    browser.picture_as(&folder.join("page-request.png"));
    browser.resize(DESK);
    browser.until(
        "it is laid out",
        "document.querySelector('#list').offsetWidth > 300",
    );
    browser.picture_as(&folder.join("page-desk.png"));
}
