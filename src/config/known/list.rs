//! The table.

use std::borrow::Cow;

use super::{Group, Kind, Setting, Takes, Unset};
use crate::assistants::witness::Witness;
use crate::config::{Column, Grouping, Role, SHOW, Sorting, Theme};
use crate::keymap::{self, Bindings, Bound};

const CHANNELS: &[&str] = &[
    "bell", "tmux", "osc9", "osc777", "osc99", "desktop", "command", "ntfy",
];

/// Everything that can be set, in the order of the file that `config init` writes.
#[rustfmt::skip]
pub(crate) fn groups() -> Vec<Group> {
    vec![
        table("dashboard", "how it looks", vec![
            key("theme", Kind::Word(&Theme::NAMES), r#""terminal""#, r#""dark""#, "which colours it uses; `--theme` comes before it"),
            Setting { takes: Takes::AtStart, ..key("sort", Kind::Word(&Sorting::NAMES), r#""attention""#, r#""name""#, "by what the rows are ordered; what you choose by its key is remembered, and comes before it") },
            Setting { takes: Takes::AtStart, ..key("group", Kind::Word(&Grouping::NAMES), r#""none""#, r#""project""#, "what the rows of one group have in common; likewise") },
        ]),
        table("icons", "how states and branches are marked", vec![
            key("plain", Kind::Switch, "false", "true", "letters and signs that every font has and every screen reader says; panes have them from the next start on"),
        ]),
        table("colours", "what the dashboard is drawn in, whichever theme it has but `none`: a name such as `red` or `bright-red`, `default`, `\"#rrggbb\"`, or a number to 255", colours()),
        table("columns", "what the list tells of each assistant. What it does or asks has at least half of the list: where others would leave it less, they shrink and go.", columns()),
        at_start(table("split", "the dashboard with an assistant's pane beside it", vec![
            key("always", Kind::Switch, "false", "true", "whether the place beside it is opened with the dashboard, wherever there is room"),
            key("direction", Kind::Word(&["right", "below"]), r#""right""#, r#""below""#, "where that place is, at the right of the dashboard or below it"),
            open("width", Kind::Number, "60", "columns of the dashboard; a third of the window when not set, and at least 40"),
            open("height", Kind::Number, "15", "lines of the dashboard with the place below it; a third of the window when not set, and at least 11"),
        ])),
        table("sidebar", "the dashboard at a side of a window", vec![
            waits(key("side", Kind::Word(&["left", "right"]), r#""left""#, r#""right""#, "at which side of a window it is")),
            waits(key("width", Kind::Number, "32", "40", "columns, 24 to 40; fewer where a window would have less than 40 left")),
            key("lines", Kind::Number, "2", "1", "how many lines a row has in it, 1 or 2"),
        ]),
        table("keys", "which key of the dashboard does what: the names of actions, each with a key, a list of some, or an empty text for none", actions()),
        at_start(table("pulse", "the dashboard that only follows", vec![
            open("overview", Kind::Switch, "false", "whether it shows assistants at all, and not only tasks, changes and health of the folder it runs in; without it `AOC_PULSE_OVERVIEW_ENABLED`, else `true`"),
        ])),
        at_start(table("table", "which rows there are, and for how long", vec![
            key("ttl_seconds", Kind::Number, "300", "600", "how long a row without any proof of life is kept"),
            key("silent", Kind::Switch, "true", "false", "whether assistants have a row that run in a pane and have not reported"),
            key("background", Kind::Switch, "true", "false", "whether sessions have a row that their assistant runs in the background and no pane shows"),
        ])),
        at_start(table("mirror", "the event log", vec![
            key("messages", Kind::Switch, "true", "false", "whether prompts, commands and last words are written into it; `pane-patrol mirror on` and each dashboard that starts tell it to the hooks"),
            key("max_bytes", Kind::Number, "8388608", "16777216", "a file that has as many is rotated; bytes"),
            key("max_files", Kind::Number, "4", "8", "how many files there are, the one that is written included"),
            key("rebuild_bytes", Kind::Number, "1572864", "3145728", "how much of its end is read when a dashboard starts; bytes"),
            key("rebuild_window", Kind::Text, r#""7d""#, r#""12h""#, "how old that may be, for example `12h` or `7d`"),
        ])),
        at_start(table("ended", "sessions that are over", vec![
            key("keep", Kind::Text, r#""30m""#, r#""8h""#, "how long they can be taken up again, for example `8h`; `0`: not at all"),
        ])),
        table("away", "what you are told of when you come back", vec![
            key("after", Kind::Text, r#""15m""#, r#""1h""#, "how long you have done nothing before the dashboard says at your next key what happened meanwhile, for example `1h`; `0`: it never does by itself"),
        ]),
        at_start(table("notice", "how you are told of what needs you", vec![
            key("waiting_approval", Kind::Words(CHANNELS), r#"["bell"]"#, r#"["bell", "desktop"]"#, "how an assistant that wants approval is told of; also `approval` or `approve`").also(&["wants approval", "approval", "approve"]),
            key("waiting_input", Kind::Words(CHANNELS), r#"["bell"]"#, r#"["desktop"]"#, "how a question is told of; also `asks` or `waits`").also(&["asks", "waits"]),
            key("error", Kind::Words(CHANNELS), "[]", r#"["bell"]"#, "how a failed turn is told of; also `failed`").also(&["failed"]),
            key("completed", Kind::Words(CHANNELS), "[]", r#"["tmux"]"#, "how a finished turn is told of; also `done`").also(&["done"]),
            key("delay_seconds", Kind::Number, "10", "30", "how long it has to last before, so that what you answer at once rings no bell"),
            open("quiet", Kind::Text, r#""22:00-07:00""#, "the hours in which notices wait, for example `22:00-07:00`; what is still open then is told of at their end"),
            key("command", Kind::Texts, "[]", r#"["notify-me", "--quiet"]"#, "your own program and its arguments, for the way `command`; it is given the notice as one line of JSON"),
            open("ntfy", Kind::Text, r#""https://ntfy.example.org/topic""#, r#"the topic of an ntfy server, your own or the public one, for the way `ntfy`: `"https://ntfy.example.org/topic"`. Whoever knows it reads along. Sent by the system's `curl`."#),
            open("link", Kind::Text, r#""https://patrol.example.org/""#, "where the page is found from the phone: what `ntfy` tells of opens its row there"),
            key("content", Kind::Switch, "false", "true", "whether `ntfy` also tells where it is and what is asked. Without it: which assistant, and that it asks."),
        ])),
        list("launcher", "one way to start an assistant, for `n` and `start`; without any, those on PATH", vec![
            must("name", Kind::Text, r#""review""#, "what it is called, here and as the name of its window"),
            must("command", Kind::Text, r#""my-assistant --continue""#, "a shell command; `{cwd}` and `{name}` stand for the folder and the name, quoted"),
            open("folder", Kind::Text, r#""~/src""#, "where it starts: a path from the root, or one below home with `~/`; otherwise where the selected assistant works, or where you are"),
            open("assistant", Kind::Text, r#""my-assistant""#, "the assistant that it starts, by its name in events; without this one of the launcher's own name"),
            open("resume", Kind::Text, r#""my-assistant --resume {session}""#, "a shell command that takes up an ended session of that assistant, in the folder where it worked; `{session}` stands for its id, quoted. Without it the assistant's own way is taken."),
            open("list", Kind::Program, r#""docker ps --format {{.Names}}""#, "a program that prints names, one a line, for example `docker ps --format {{.Names}}`: each of them can be started, and `{item}` in the command stands for its name. A text without quotes, or a list of words."),
            key("wrap", Kind::Switch, "false", "true", "whether it runs as by `pane-patrol wrap`, in a terminal of its own, where what it says of its state is heard at once"),
        ]),
        list("rules", "what is answered for you. Each condition is one text or a list of some.", vec![
            must("then", Kind::Word(&["deny", "ask", "allow"]), r#""ask""#, "what it decides: `deny`, `ask` or `allow`"),
            open("name", Kind::Text, r#""publishing""#, "its own name, by which it is spoken of"),
            open("message", Kind::Text, r#""ask me first""#, "what the assistant is told, of a deny"),
            open("assistant", Kind::Texts, r#"["my-assistant"]"#, "only of these assistants"),
            open("tool", Kind::Texts, r#"["mcp__server__*"]"#, "only about these tools; a `*` at the end stands for any end, of an allow only in `mcp__server__*`"),
            open("command", Kind::Texts, r#"["cargo publish *"]"#, "only about these commands of a shell; a `*` at the end stands for further words"),
            open("path", Kind::Texts, r#"["."]"#, "only about these files, or folders with everything in them; `.` is the whole project"),
            open("folder", Kind::Texts, r#"["~/src"]"#, "only where the assistant works below one of these"),
        ]),
        at_start(table("tmux", "servers that are believed although nothing proves that they are tmux, and signs for panes", vec![
            key("sockets", Kind::Texts, "[]", r#"["/srv/tmux/team.sock"]"#, r#"their paths from the root, for example `["/srv/tmux/team.sock"]`"#),
            key("signs", Kind::Switch, "false", "true", "whether the pane of each assistant has the sign of its state as `#{@pane_patrol}`, for your own borders and names of windows, as long as somebody collects"),
        ])),
        at_start(table("zellij", "what may be done there that cannot be done safely, and what it is told", vec![
            key("answer_by_keys", Kind::Switch, "false", "true", "whether keys are pressed for you in its panes. It cannot look at the screen and press in one step: what you press yourself between the two may be answered instead."),
            key("inbox", Kind::Switch, "false", "true", "whether Zellij, from 0.46 on, is told the state of each assistant that does not tell it by itself, for its own list of what waits (OSC 7501)"),
        ])),
        at_start(table("witness", "what assistants tell of themselves beside their hooks, where it has to be asked for", witnesses())),
        at_start(table("listen", "who may come over WebSocket", vec![
            key("always", Kind::Switch, "false", "true", "whether whoever collects listens, as with `--listen`: also a dashboard that takes over from one that was killed"),
            key("origins", Kind::Texts, "[]", r#"["http://localhost:3000"]"#, r#"pages that may connect, for example `["http://localhost:3000"]`; they need the token too"#),
            open("aoc_session", Kind::Text, r#""work""#, "by which name Mission Control's own programs may call the hub; without it `ZELLIJ_SESSION_NAME`, else `AOC_SESSION_ID`. Empty: by none."),
        ])),
    ]
}

/// Every action of the dashboard, with the keys of its table.
fn actions() -> Vec<Setting> {
    let bindings = Bindings::default();
    let of = |bound: &Bound| {
        let keys: Vec<String> = bound
            .keys
            .iter()
            .map(|key| format!("{:?}", key.written()))
            .collect();
        let keys = match keys.as_slice() {
            [] => r#""""#.to_owned(),
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        Setting {
            unset: Unset::Value(Cow::Owned(keys)),
            ..open(
                keymap::name(bound.action),
                Kind::Keys,
                r#""F9""#,
                keymap::help_of(bound.action),
            )
        }
    };
    bindings.all().iter().map(of).collect()
}

/// Every role of the dashboard's themes.
fn colours() -> Vec<Setting> {
    let of = |(_, name, about)| open(name, Kind::Colour, r##""#5fafff""##, about);
    Role::ALL.into_iter().map(of).collect()
}

/// Which columns there are, and how wide each may be.
fn columns() -> Vec<Setting> {
    let names: Vec<String> = Column::usual()
        .map(|column| format!("{:?}", column.name()))
        .collect();
    let show = Setting {
        unset: Unset::Value(Cow::Owned(format!("[{}]", names.join(", ")))),
        ..open(
            SHOW,
            Kind::Words(&Column::NAMES),
            r#"["state", "target", "message", "age"]"#,
            "which columns there are, from the left; `message`, what it does or asks, is always there, and what stands \
             after it stands at the right end",
        )
    };
    let caps = Column::ALL.into_iter();
    let caps = caps.filter(|(column, ..)| *column != Column::Message);
    let caps = caps.map(|(_, name, about)| open(name, Kind::Number, "4", about));
    std::iter::once(show).chain(caps).collect()
}

/// What each witness is asked for, as the assistants' own folders say.
fn witnesses() -> Vec<Setting> {
    let of = |(name, about)| key(name, Kind::Switch, "false", "true", about);
    Witness::KEYS.into_iter().map(of).collect()
}

fn table(name: &'static str, about: &'static str, keys: Vec<Setting>) -> Group {
    Group {
        name,
        is_list: false,
        about,
        keys,
    }
}

/// The same of which a running program takes nothing.
fn at_start(group: Group) -> Group {
    let keys = group.keys.into_iter();
    Group {
        keys: keys.map(waits).collect(),
        ..group
    }
}

fn list(name: &'static str, about: &'static str, keys: Vec<Setting>) -> Group {
    Group {
        is_list: true,
        ..table(name, about, keys)
    }
}

/// A setting of which a running program takes nothing.
fn waits(setting: Setting) -> Setting {
    Setting {
        takes: Takes::AtStart,
        ..setting
    }
}

/// A key, what it may be, what holds without it, another value, and what it is for.
fn key(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    example: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        unset: Unset::Value(Cow::Borrowed(default)),
        ..open(key, kind, example, about)
    }
}

/// The same without anything that holds without it.
fn open(key: &'static str, kind: Kind, example: &'static str, about: &'static str) -> Setting {
    Setting {
        key,
        also: &[],
        kind,
        unset: Unset::Nothing,
        takes: Takes::AtOnce,
        example: Cow::Borrowed(example),
        about: Cow::Borrowed(about),
    }
}

/// The same that has to be there.
fn must(key: &'static str, kind: Kind, example: &'static str, about: &'static str) -> Setting {
    Setting {
        unset: Unset::Missing,
        ..open(key, kind, example, about)
    }
}

impl Setting {
    fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}
