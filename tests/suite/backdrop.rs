//! `theme = "auto"`: the terminal is asked what stands behind its text, and nothing that it answers is ever a key.

use std::time::Duration;

use crate::common::{PROGRAM, Pty, TestEnv};

const QUESTION: &[u8] = b"\x1b]11;?\x07";

const WHITE: &str = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";

/// How the theme for a light background draws what is faint, and that for a dark one.
const LIGHT: &[u8] = b"38;5;242";
const DARK: &[u8] = b"38;5;245";

/// In the list of keys, and nowhere else.
const HELP: &[u8] = b"signs";

fn holds(seen: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(seen, part).is_some()
}

fn world() -> TestEnv {
    let env = TestEnv::new();
    env.configure("[dashboard]\ntheme = 'auto'\n");
    env
}

/// Keys do what they do alone: one opens the help, the other ends the dashboard.
fn ends(mut pty: Pty) -> Vec<u8> {
    pty.send(b"?");
    let mut seen = pty.until(HELP);
    pty.send(b"q");
    // The help is closed by it.
    pty.send(b"q");
    seen.extend(pty.end());
    seen
}

#[test]
fn it_is_drawn_for_the_background_that_the_terminal_tells_of() {
    let env = world();
    for (answer, wanted, other) in [
        (WHITE, LIGHT, DARK),
        ("\x1b]11;rgb:1e1e/1e1e/2e2e\x07", DARK, LIGHT),
    ] {
        let mut pty = Pty::start(&env, &[PROGRAM]);
        let before = pty.until(QUESTION);
        assert!(
            holds(&before, b"pane-patrol"),
            "the first frame does not wait"
        );
        pty.send(answer.as_bytes());
        let mut seen = pty.until(wanted);
        seen.extend(ends(pty));
        assert!(!holds(&seen, other));
    }
}

#[test]
fn an_answer_in_pieces_is_no_key() {
    let env = world();
    for cut in [1, 2, 3, 5, 9, WHITE.len() - 1] {
        let mut pty = Pty::start(&env, &[PROGRAM]);
        pty.until(QUESTION);
        let (first, second) = WHITE.as_bytes().split_at(cut);
        pty.send(first);
        pty.read(Duration::from_millis(20));
        pty.send(second);
        pty.until(LIGHT);
        ends(pty);
    }
}

#[test]
fn a_late_answer_is_no_key_and_changes_no_colour() {
    let env = world();
    let mut pty = Pty::start(&env, &[PROGRAM]);
    pty.until(QUESTION);
    std::thread::sleep(Duration::from_millis(2200));
    pty.send(WHITE.as_bytes());
    let seen = ends(pty);
    assert!(!holds(&seen, LIGHT));
}

#[test]
fn an_answer_after_the_end_is_not_typed_into_what_comes_next() {
    let env = world();
    let script = format!("{PROGRAM}; printf 'shell '; IFS= read -r line; printf '<%s>' \"$line\"");
    let mut pty = Pty::start(&env, &["sh", "-c", &script]);
    pty.until(QUESTION);
    pty.send(b"q");
    pty.read(Duration::from_millis(100));
    pty.send(WHITE.as_bytes());
    pty.until(b"shell ");
    pty.send(b"mine\n");
    let seen = pty.end();
    assert!(
        holds(&seen, b"<mine>"),
        "{}",
        String::from_utf8_lossy(&seen)
    );
}

#[test]
fn a_terminal_that_never_answers_is_not_asked_and_a_variable_says_it_there() {
    let env = world();
    let of = |variables: &[&str]| {
        let words = [&["env"], variables, &[PROGRAM]].concat();
        let mut pty = Pty::start(&env, &words);
        let mut seen = pty.until(b"help");
        seen.extend(ends(pty));
        seen
    };
    let silent = of(&["TERM=linux"]);
    assert!(!holds(&silent, b"]11;") && !holds(&silent, LIGHT) && !holds(&silent, DARK));
    assert!(holds(&of(&["TERM=linux", "COLORFGBG=0;15"]), LIGHT));
    assert!(holds(&of(&["TERM=linux", "COLORFGBG=15;default;0"]), DARK));
    env.configure("[dashboard]\ntheme = 'terminal'\n");
    let unasked = of(&["TERM=xterm", "COLORFGBG=0;15"]);
    assert!(!holds(&unasked, b"]11;") && !holds(&unasked, LIGHT));
}
