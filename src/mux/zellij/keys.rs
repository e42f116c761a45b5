//! Keys for a pane. Zellij cannot compare its screen and press in one step: between the look and the key others
//! may press, too. So it is for the person to allow it, and what is certainly otherwise is refused.

use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant};

use super::call::{act, pane_word, words};
use super::panes::{left, process, read};
use super::socket::Answering;
use crate::mux::{Guard, Outcome, Press, Pressed, Screen, Undone};

/// Looks, presses if all is as it was, and looks again.
pub(super) fn press(
    server: &Answering,
    number: u32,
    press: &Press,
    guard: &Guard,
    within: Duration,
) -> Outcome<Pressed> {
    let deadline = Instant::now() + within;
    let before = read(server, number, false, within)?;
    if let Some(why) = before.unfit {
        return Err(why.into());
    }
    if !holds(guard, &before) {
        return Ok(Pressed::No);
    }
    let typed = typed(press, number)?;
    let typed: Vec<&OsStr> = typed.iter().map(OsString::as_os_str).collect();
    act(server, &typed, left(deadline)).map_err(|undone| match undone {
        Undone::Refused(why) => Undone::Unknown(why),
        other => other,
    })?;
    // It takes keys for a pane that is gone, and says nothing.
    match process(&server.session, number) {
        Ok(pid) if Some(pid) == before.pid => Ok(Pressed::Yes),
        _ => Err(Undone::Unknown(
            "its pane was gone just after the key was sent".to_owned(),
        )),
    }
}

/// Whether the pane is as it was seen.
fn holds(guard: &Guard, screen: &Screen) -> bool {
    let lines: Vec<&str> = screen
        .text
        .lines()
        .map(|line| line.trim_end_matches(' '))
        .collect();
    let is_as_seen = |at: usize| {
        let seen = guard.screen.get(at).map_or("", String::as_str);
        lines.get(at).copied().unwrap_or_default() == seen
    };
    guard.stamp == screen.stamp && guard.rows.clone().all(is_as_seen)
}

/// What Zellij is told. Text comes after `--`: it may begin with anything.
fn typed(press: &Press, number: u32) -> Outcome<Vec<OsString>> {
    let action = match press {
        Press::Text(_) => "write-chars",
        Press::Paste(_) => "paste",
        Press::Key(_) => "send-keys",
    };
    let text = match press {
        Press::Text(text) | Press::Paste(text) => text.as_str(),
        Press::Key(key) => name_of(key)?,
    };
    let mut typed: Vec<OsString> = words([action, "--pane-id"])
        .into_iter()
        .map(Into::into)
        .collect();
    typed.extend([pane_word(number), "--".into(), text.into()]);
    Ok(typed)
}

/// As Zellij calls the key.
fn name_of(key: &str) -> Outcome<&'static str> {
    match key {
        "Enter" => Ok("Enter"),
        "Escape" => Ok("Esc"),
        "Tab" => Ok("Tab"),
        "Up" => Ok("Up"),
        "Down" => Ok("Down"),
        _ => Err("Zellij has no such key".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(text: &str) -> Screen {
        Screen {
            text: text.to_owned(),
            stamp: vec![("process", "7".to_owned())],
            ..Screen::default()
        }
    }

    #[test]
    fn a_key_is_pressed_only_where_the_dialog_and_the_process_are_as_they_were_seen() {
        let guard = Guard {
            screen: ["a clock", "Run it?", "1. Yes"].map(str::to_owned).to_vec(),
            rows: 1..3,
            stamp: vec![("process", "7".to_owned())],
        };
        assert!(holds(&guard, &screen("another time\nRun it?  \n1. Yes\n")));
        assert!(!holds(&guard, &screen("a clock\nRun that?\n1. Yes\n")));
        assert!(!holds(&guard, &screen("a clock\nRun it?")));
        let other = Screen {
            stamp: vec![("process", "8".to_owned())],
            ..screen("a clock\nRun it?\n1. Yes")
        };
        assert!(!holds(&guard, &other));
    }

    #[test]
    fn text_is_never_taken_for_an_option_and_keys_have_zellijs_names() {
        let words = |press| typed(&press, 3).unwrap().join(OsStr::new(" "));
        assert_eq!(
            words(Press::Text("-x".to_owned())),
            "write-chars --pane-id terminal_3 -- -x"
        );
        assert_eq!(
            words(Press::Key("Escape")),
            "send-keys --pane-id terminal_3 -- Esc"
        );
        assert!(typed(&Press::Key("F13"), 3).is_err());
    }
}
