//! The file that `config init` writes, and the manual page: every key with what it is and its default.

use std::fmt::Write;

use super::known::{Group, Kind, Setting, Takes, Unset, groups, sentence};

/// Columns of a line of the file.
const WIDTH: usize = 100;

/// Before what is not set.
const MARK: char = '#';

const HEAD: &str = "\
# The settings of pane-patrol. Every key stands here with its default after a `#`: take the `#` away,
# also before the name of its table, and write another value. What has none has an example. `pane-patrol config check` says what is wrong with this
# file, `pane-patrol config show` what holds, and `man pane-patrol-settings` tells the same as this file.
# A dashboard that runs takes a changed file at once, but for what says that it holds at the next start.
";

/// A settings file that sets nothing.
pub(crate) fn commented() -> String {
    groups().iter().fold(HEAD.to_owned(), |text, group| {
        text + "\n" + &comment(&sentence(group.about)) + &body(group)
    })
}

fn body(group: &Group) -> String {
    // Whoever appends a table, as `setup` does, must not find it there already.
    let mut text = format!("{MARK}{}\n", group.title());
    for setting in &group.keys {
        text += &comment(&about(setting));
        let _ = writeln!(text, "{MARK}{} = {}", setting.key, written(setting));
    }
    text
}

/// The default, or else an example.
fn written(setting: &Setting) -> &str {
    setting.value().unwrap_or(&setting.example)
}

/// What is said of a key in plain text.
fn about(setting: &Setting) -> String {
    let mut text = sentence(&setting.about);
    match setting.kind {
        Kind::Word(_) | Kind::Words(_) => {
            let words = setting.kind.words().replace('`', "");
            let _ = write!(text, " {}.", capital(&words));
        }
        _ => {}
    }
    if setting.takes == Takes::AtStart {
        let _ = write!(text, " Holds {}.", setting.takes.words());
    }
    text += match setting.unset {
        Unset::Value(_) => "",
        Unset::Nothing => " Not set; for example:",
        Unset::Missing => " Has to be there; for example:",
    };
    text
}

fn capital(words: &str) -> String {
    match words.strip_prefix("list of ") {
        Some(words) => format!("A list of {words}"),
        None => format!("One of {words}"),
    }
}

/// Lines of comments that are no longer than a line.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = "#".to_owned();
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &line;
            lines.push('\n');
            "#".clone_into(&mut line);
        }
        line.push(' ');
        line += word;
    }
    lines + &line + "\n"
}

/// The manual page, for `man`.
pub(crate) fn manual(version: &str) -> String {
    let mut page = format!(
        ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n.TH pane-patrol-settings 5  \"pane-patrol {version}\" \n\
         .SH NAME\npane\\-patrol\\-settings \\- what can be set, and what holds without it\n\
         .SH DESCRIPTION\nThe settings are in ~/.config/pane\\-patrol/config.toml, or in pane\\-patrol/config.toml below \
         XDG_CONFIG_HOME. Every key is optional. A key that is not known is an error. A dashboard that runs takes a \
         changed file at once, but for what says that it holds at the next start. \
         \\fBpane\\-patrol config init\\fR writes a file with all of them as comments, \
         \\fBpane\\-patrol config check\\fR says what is wrong with one.\n"
    );
    for group in groups() {
        let _ = write!(
            page,
            ".SH {}\n{}\n",
            roff(&group.title()),
            roff(&sentence(group.about))
        );
        for setting in &group.keys {
            let _ = write!(
                page,
                ".TP\n\\fB{}\\fR = {}\n{}\n",
                roff(setting.key),
                roff(written(setting)),
                roff(&about(setting))
            );
        }
    }
    page + ".SH SEE ALSO\npane\\-patrol(1), pane\\-patrol\\-config(1)\n"
}

/// A text as it stands in a manual page; its first sign is never taken for an order.
fn roff(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq");
    match text.chars().next() {
        Some('.') => format!("\\&{text}"),
        _ => text,
    }
}
