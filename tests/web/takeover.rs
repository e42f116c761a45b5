//! Whoever collects is killed, and another one takes over at the same port: the page goes on by itself, and nothing is
//! answered by what was shown before that.

use crate::acting::{outcomes, presses};
use crate::common::stage::{Stage, dialog};
use crate::common::{PROGRAM, Terminal, TestEnv, until};
use crate::page::Page;
use crate::scene::{asked, listed};
use rustix::process::{Pid, Signal, kill_process};

/// Says once more what was decided first, about what is asked now; what comes of it is in `window.heard`.
const STALE: &str = "(() => { const of = (act) => said.filter(([, text]) => JSON.parse(text).payload.act === act); \
    const [socket, reading] = of('read_request').at(-1); const message = JSON.parse(of('decide')[0][1]); \
    message.payload.act_id = message.request_id = '0123456789abcdef0123'; \
    message.payload.request = JSON.parse(reading).payload.request; \
    delete message.payload.expires; \
    socket.addEventListener('message', ({ data }) => { const { payload } = JSON.parse(data); \
    if (payload.act_id === message.payload.act_id) window.heard = payload; }); socket.send(JSON.stringify(message)); })()";

/// A dashboard that hears the page's collector, and listens at its port when that one goes.
fn stand_by<'env>(
    env: &'env TestEnv,
    stage: &Stage<'env>,
    page: &Page<'env>,
) -> Option<(Terminal<'env>, Pid)> {
    env.configure("[listen]\nalways = true\n");
    let (tmux, address) = (stage.server.variable(), &page.hub.address);
    let command = format!("env TMUX='{tmux}' AOC_HUB_ADDR={address} {PROGRAM}");
    let terminal = Terminal::start(env, "second.sock", &command)?;
    terminal.wait_for("work:0.0");
    let pid = terminal.ask("#{pane_pid}").parse().expect("a number");
    Some((terminal, Pid::from_raw(pid).expect("it runs")))
}

/// Kills the collector that the page hears, and does something before another one can know.
fn kill_first(page: &mut Page<'_>, second: Pid, meanwhile: impl FnOnce()) {
    kill_process(second, Signal::STOP).expect("it runs");
    page.hub.child.kill().expect("it runs");
    page.hub.child.wait().expect("it has ended");
    page.until_says("#link", "Not live: ");
    assert_eq!(
        page.browser
            .eval("document.querySelector('.approve').disabled"),
        true,
        "nothing would hear of it"
    );
    meanwhile();
    kill_process(second, Signal::CONT).expect("it stands still");
    page.until_live();
}

#[test]
fn a_page_goes_on_with_the_next_one_by_its_token_and_what_is_shown_there_is_answered_once() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    page.until_armed(".approve");
    let token = page.browser.eval("localStorage.getItem('token')");
    let Some((_terminal, second)) = stand_by(&env, &stage, &page) else {
        return;
    };
    page.browser
        .eval("window.stays = document.querySelector('.request')");
    kill_first(&mut page, second, || ());
    // It was read again, and is the same: it stands as it stood, and waits for its finger a moment anew.
    page.until_armed(".approve");
    assert_eq!(page.browser.eval("stays.isConnected"), true);
    assert_eq!(page.browser.eval("localStorage.getItem('token')"), token);
    assert_eq!(listed(&env), 1, "no second device");
    presses(&mut page, ".approve", 2, "Approved");
    let key = until("a key is pressed", || {
        stage.keys().filter(|keys| !keys.is_empty())
    });
    assert_eq!(key, "1");
    let told = until("it is written down", || {
        Some(outcomes(&env)).filter(|lines| lines.iter().any(|line| line["outcome"] == "done"))
    });
    let done = told.iter().filter(|line| line["outcome"] == "done");
    assert_eq!(done.count(), 1, "{told:#?}");
    page.browser.assert_content();
}

#[test]
fn what_asks_something_else_while_nobody_collects_is_not_approved_by_what_was_shown() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    page.until_armed(".approve");
    let Some((_terminal, second)) = stand_by(&env, &stage, &page) else {
        return;
    };
    page.browser.eval(crate::acting::LISTEN);
    kill_first(&mut page, second, || {
        stage.redraw(&dialog().replace("touch f1", "touch f2"));
    });
    presses(&mut page, ".approve", 1, "Nothing was done");
    assert_eq!(stage.keys(), None, "no key was pressed");
    assert!(stage.screen().contains("touch f2"));
    // Nor is what it asks now by the digest of what was shown before that.
    stage.asks_for("touch f2 && sleep 9");
    page.browser.until(
        "it is shown, too",
        "[...document.querySelectorAll('.request .lines')].some((it) => it.innerText.includes('touch f2'))",
    );
    page.browser.eval(STALE);
    page.browser.until("it is answered", "window.heard");
    let heard = page.browser.eval("heard");
    assert_eq!(heard["outcome"], "refused", "{heard}");
    assert_eq!(stage.keys(), None);
    let told = outcomes(&env);
    assert!(
        told.iter().all(|line| line["outcome"] != "done"),
        "{told:#?}"
    );
    page.browser.assert_content();
}
