//! Telling a phone by ntfy: a title, and a link that opens the row. What an assistant asks goes to that server only
//! where the person wants it to.
//!
//! The system's `curl` sends it: whatever speaks TLS would make this executable larger by more than all of the page,
//! and would trust other certificates than the person's other programs do. All that it is told goes through its
//! stdin, so that no list of processes shows the topic, which is a secret.

use std::fmt::Write as _;

use pane_patrol_hooks::text::one_line;

use super::address::Address;
use super::program::{Failure, run};
use super::watch::Notice;
use super::words::{MAX_TEXT_CHARS, asked, does};
use crate::sys::child::{self, ours};

/// Sends it; the error says why not, and nothing of the address.
pub(super) fn send(
    notice: &Notice,
    to: Option<&Address>,
    link: Option<&Address>,
    with_content: bool,
) -> Result<(), String> {
    let Some(to) = to else {
        return Err("the settings name no `ntfy` in `[notice]`".to_owned());
    };
    let mut curl = ours("curl", child::WEB);
    // The first of these: nobody's `.curlrc` is read.
    curl.args(["--disable", "--config", "-"]);
    run(&mut curl, &told(notice, to, link, with_content)).map_err(|failure| match failure {
        Failure::Status(status) => format!("ntfy: {}", why(status.code())),
        other => other.told("curl"),
    })
}

/// All that `curl` is told, in its own words.
pub(super) fn told(
    notice: &Notice,
    to: &Address,
    link: Option<&Address>,
    with_content: bool,
) -> String {
    let title = format!("{} {}", notice.row.assistant, does(notice));
    let body = if with_content {
        format!("{}{}", notice.row.target.shown(), asked(notice))
    } else {
        "pane-patrol".to_owned()
    };
    let mut told =
        "silent\nfail\nmax-time = 10\nproto = \"=http,https\"\noutput = \"/dev/null\"\n".to_owned();
    let mut say = |name: &str, value: &str| {
        // A text takes whatever is written to it.
        let _ = writeln!(told, "{name} = {}", quoted(value));
    };
    say("url", to.as_str());
    say(
        "header",
        &format!("Title: {}", one_line(&title, MAX_TEXT_CHARS)),
    );
    if let Some(link) = link {
        let row = escaped(&notice.row.target.to_string());
        say("header", &format!("Click: {}#row={row}", link.as_str()));
    }
    // Never `data`, which reads a file where it begins with `@`.
    say("data-raw", &one_line(&body, MAX_TEXT_CHARS));
    told
}

/// A value of curl's settings: one line in quotes.
fn quoted(value: &str) -> String {
    let plain = value.chars().filter(|c| !c.is_control());
    let escape = |c: char| matches!(c, '"' | '\\').then_some('\\');
    let quoted: String = plain
        .flat_map(|c| escape(c).into_iter().chain([c]))
        .collect();
    format!("\"{quoted}\"")
}

/// A text as it stands in an address.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            // The same.
            _ => drop(write!(escaped, "%{byte:02X}")),
        }
    }
    escaped
}

/// What curl's exit status means.
fn why(code: Option<i32>) -> String {
    match code {
        Some(5 | 6) => "the name of the server is not known".to_owned(),
        Some(7) => "nobody answers at the server's port".to_owned(),
        Some(22) => "the server refuses it".to_owned(),
        Some(28) => "the server takes too long".to_owned(),
        Some(35 | 51 | 58 | 60 | 77) => "the server's certificate is not trusted".to_owned(),
        Some(code) => format!("`curl` ended with status {code}"),
        None => "`curl` was ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::row;

    fn address(text: &str) -> Address {
        toml::Value::from(text).try_into().unwrap()
    }

    fn notice() -> Notice {
        let mut row = row(1, "claude", State::WaitingInput, "my shop:1.1", 1);
        row.message = Some("\"$(id)\" \\ @/etc/passwd\nurl = \"http://evil\"".to_owned());
        Notice {
            row,
            state: State::WaitingInput,
            request: None,
            channels: Vec::new(),
        }
    }

    #[test]
    fn a_title_and_a_link_are_all_that_is_told_unless_more_is_wanted() {
        let (to, link) = (
            address("https://ntfy.sh/topic"),
            address("https://box.ts.net/"),
        );
        let bare = told(&notice(), &to, Some(&link), false);
        assert!(bare.contains("header = \"Title: claude asks\"\n"), "{bare}");
        assert!(
            bare.contains("header = \"Click: https://box.ts.net/#row=my%20shop%3A1.1\"\n"),
            "{bare}"
        );
        for asked in ["$(id)", "passwd", "evil"] {
            assert!(!bare.contains(asked), "{bare}");
        }
        assert!(bare.ends_with("data-raw = \"pane-patrol\"\n"), "{bare}");
        let whole = told(&notice(), &to, None, true);
        assert!(!whole.contains("Click"));
        let last = whole.lines().last().unwrap();
        assert!(
            last.starts_with("data-raw = \"my shop:1.1: \\\"$(id)\\\" \\\\ @/etc/passwd"),
            "{last}"
        );
        assert_eq!(whole.matches("\nurl = ").count(), 1, "{whole}");
    }
}
