//! Text of others on its way into other programs: the real tmux gets it as what it is, wherever it
//! goes, and no program of ours gets more of the environment than it needs.

mod environment;
mod errors;
mod files;
mod named_client;
mod names;
mod spawns;
mod tmux;
mod zellij;

use std::path::Path;

use pane_patrol::mux::tmux::{Belief, Call, Format, Tmux};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::common::{self, Terminal, TestEnv};

/// What means something to tmux, somewhere.
const HOSTILE: &[&str] = &[
    "x#(touch P)",
    "##(touch P)",
    "###(touch P)",
    "a#{pid}b",
    "a##{pid}b",
    "#{?1,b,c}",
    "#{l:x}",
    "#S",
    "##S",
    "#",
    "##",
    "###",
    "a#",
    "#[fg=red]x",
    "##[fg=red]x",
    "###[fg=red]x",
    "#[",
    "##[",
    "a#,b#}c",
    "#,##,",
    "#(",
    "semi;",
    ";",
    ";;",
    r"semi\;",
    r"a\\;",
    "a;b",
    " ; kill-server",
    "-dash",
    "--help",
    "--",
    "-",
    "-t",
    "%Y",
    "100%",
    "%%",
    "%if 1",
    "$(touch P)",
    "`touch P`",
    "$HOME",
    "${HOME}",
    "~",
    "~root",
    "'",
    "\"",
    r"\",
    r"\n",
    r"\'",
    "{",
    "}",
    "{ kill-server }",
    "a b  c",
    " lead",
    "é日本",
    "=x",
    "@1",
    "!",
    "*",
    "+1",
    "",
    "# x",
];

/// Text of which each character may mean something.
fn text() -> impl Strategy<Value = String> {
    let special = "##########{}[](),;;%\\'\"$`~-=:!*?<> aSYé\u{65e5}"
        .chars()
        .collect::<Vec<_>>();
    let special = prop::collection::vec(prop::sample::select(special), 0..24);
    let special = special.prop_map(|chars| chars.into_iter().collect::<String>());
    let mixed =
        prop::collection::vec(prop::sample::select(HOSTILE), 1..4).prop_map(|parts| parts.concat());
    prop_oneof![special, mixed]
}

/// Tries the hostile texts, then `cases` random ones.
fn with_texts(cases: u32, check: impl Fn(&str) -> Result<(), TestCaseError>) {
    for text in HOSTILE {
        check(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
    TestRunner::new(ProptestConfig::with_cases(cases))
        .run(&text(), |text| check(&text))
        .unwrap_or_else(|error| panic!("{error}"));
}

/// What tmux prints, without its last line end.
fn ask(tmux: &Tmux, call: &Call) -> String {
    let printed = tmux.run(call).unwrap_or_else(|error| panic!("{error}"));
    let printed = String::from_utf8(printed).expect("tmux prints UTF-8");
    printed.strip_suffix('\n').unwrap_or(&printed).to_owned()
}

fn set(text: &str) -> Call {
    let set = Call::new("set-option").flag("-g");
    set.operand("@text").operand(text)
}

/// The server that a test has started is as believed as one of the settings.
fn believed(socket: &Path) -> Tmux {
    let belief = Belief {
        uid: rustix::process::geteuid().as_raw(),
        sockets: vec![socket.to_owned()],
        ..Belief::default()
    };
    belief.tmux(socket).expect("a server of ours")
}

fn shown() -> Call {
    let show = Call::new("show-options").flag("-gv");
    show.operand("@text")
}

#[test]
fn a_text_stays_one_word_of_a_command() {
    let env = TestEnv::new();
    let Some(server) = common::Tmux::start(&env, "work") else {
        return;
    };
    let tmux = believed(server.socket());
    with_texts(150, |text| {
        let call = set(text).then(shown());
        prop_assert_eq!(ask(&tmux, &call), text);
        let session = Call::new("rename-window").target("$0:");
        // Nothing of it is an option, nor ends the command.
        let call = session.operand("x").then(set(text)).then(shown());
        prop_assert_eq!(ask(&tmux, &call), text);
        Ok(())
    });
    assert_eq!(server.ask("#{session_windows}"), "1");
}

#[test]
fn a_text_stays_one_word_where_tmux_parses_it_once_more() {
    let env = TestEnv::new();
    let Some(server) = common::Tmux::start(&env, "work") else {
        return;
    };
    let tmux = believed(server.socket());
    let check = |text: &str| {
        let inside = set(text).then(shown());
        let outer = Call::new("if-shell").flag("-F").operand("1");
        prop_assert_eq!(ask(&tmux, &outer.script(&inside)), text);
        Ok(())
    };
    with_texts(150, check);
    // As keys, where control characters have a meaning of their own, they come to a program.
    let out = env.path("keys");
    let script = format!(
        "stty raw -echo; touch '{0}'; exec cat > '{0}'",
        out.display()
    );
    server.run(&["respawn-pane", "-k", "-t", "%0", &script]);
    common::wait_until("it reads", || out.exists());
    let typed = "a\n   # no remark\n\t b\n#{pid}\n'\"\\;\n";
    let keys = Call::new("send-keys")
        .target("%0")
        .flag("-l")
        .operand(typed);
    let outer = Call::new("if-shell").flag("-F").operand("1");
    tmux.run(&outer.script(&keys)).expect("tmux takes it");
    common::wait_until("it is typed", || {
        std::fs::read_to_string(&out).is_ok_and(|read| read == typed)
    });
}

#[test]
fn a_format_of_a_text_expands_to_the_text() {
    let env = TestEnv::new();
    let Some(server) = common::Tmux::start(&env, "work") else {
        return;
    };
    let tmux = believed(server.socket());
    let window = Call::new("new-window")
        .flag("-d")
        .flag("-k")
        .target("work:1");
    let pane = Call::new("split-window").flag("-d").target("%0");
    let session = Call::new("new-session").flag("-d");
    with_texts(60, |text| {
        let format = Format::text(text);
        let set = Call::new("set-option").flag("-gF").operand("@text");
        prop_assert_eq!(ask(&tmux, &set.format_operand(&format).then(shown())), text);
        let folder = format!("/{text}");
        let told = |call: &Call, what| {
            let call = call.clone().flag("-P").format("-F", &Format::own(what));
            let call = call.format("-c", &Format::text(&folder));
            ask(&tmux, &call.operand("cat"))
        };
        let named = |call: &Call| call.clone().format("-n", &Format::text(text));
        prop_assert_eq!(told(&named(&window), "#{window_name}"), text);
        prop_assert_eq!(told(&named(&session), "#{window_name}"), text);
        prop_assert_eq!(told(&session, "#{session_path}"), folder.as_str());
        prop_assert_eq!(told(&window, "#{pane_start_path}"), folder.as_str());
        prop_assert_eq!(told(&pane, "#{pane_start_path}"), folder.as_str());
        let clear = Call::new("kill-pane").flag("-a").target("%0");
        tmux.run(&clear.then(Call::new("kill-session").flag("-a").target("work")))
            .expect("there are others");
        Ok(())
    });
    assert!(!env.home().join("P").exists());
}

#[test]
fn a_message_shows_the_text() {
    let env = TestEnv::new();
    let Some(server) = common::Tmux::start(&env, "work") else {
        return;
    };
    let Some(client) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    server.run(&["set-option", "-g", "display-time", "0"]);
    let tmux = believed(server.socket());
    let name = server.run(&["list-clients", "-F", "#{client_name}"]);
    let count = std::cell::Cell::new(0);
    with_texts(60, |text| {
        count.set(count.get() + 1);
        let text = format!("{text}|{}|", count.get());
        let call = Call::new("display-message").option("-c", &name);
        tmux.run(&call.format_operand(&Format::message(&text)))
            .expect("tmux shows it");
        let end = format!("|{}|", count.get());
        let screen = client.wait_for(&end);
        let shown = screen.lines().find(|line| line.contains(&end));
        prop_assert_eq!(shown.unwrap_or_default(), text);
        Ok(())
    });
    assert!(!env.home().join("P").exists());
}
