//! Settings files as people write them, by the thousand: any nesting, any key order, any manner of
//! indenting, with hooks of the user's own on the same events. A file is generated as a tree of raw
//! tokens and printed in a generated manner, so that odd numbers and odd strings are just text.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// A value whose leaves are JSON text as it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Raw(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// How a file is written.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// One child a line, indented by this; `None`: everything on one line.
    pub(crate) unit: Option<&'static str>,
    pub(crate) newline: &'static str,
    pub(crate) colon: &'static str,
    pub(crate) comma: &'static str,
    /// Containers this deep and deeper stand on one line.
    pub(crate) inline_from: usize,
    /// What stands between the brackets of an empty container.
    pub(crate) empty: &'static str,
    pub(crate) bom: bool,
    /// What follows the last bracket.
    pub(crate) end: &'static str,
}

/// As Claude Code itself writes the file.
pub(crate) const REWRITTEN: Manner = Manner {
    unit: Some("  "),
    newline: "\n",
    colon: ": ",
    comma: ", ",
    inline_from: usize::MAX,
    empty: "",
    bom: false,
    end: "\n",
};

impl Tree {
    pub(crate) fn print(&self, manner: &Manner) -> String {
        let bom = if manner.bom { "\u{feff}" } else { "" };
        format!("{bom}{}{}", self.print_at(manner, 0), manner.end)
    }

    fn print_at(&self, manner: &Manner, depth: usize) -> String {
        let (open, items, close) = match self {
            Self::Raw(text) => return text.clone(),
            Self::Array(items) => {
                let items = items.iter().map(|item| item.print_at(manner, depth + 1));
                ('[', items.collect::<Vec<_>>(), ']')
            }
            Self::Object(members) => {
                let print = |(key, item): &(String, Self)| {
                    format!("{key}{}{}", manner.colon, item.print_at(manner, depth + 1))
                };
                ('{', members.iter().map(print).collect(), '}')
            }
        };
        if items.is_empty() {
            return format!("{open}{}{close}", manner.empty);
        }
        match manner.unit.filter(|_| depth < manner.inline_from) {
            None => format!("{open}{}{close}", items.join(manner.comma)),
            Some(unit) => {
                let line = |depth| manner.newline.to_owned() + &unit.repeat(depth);
                let items: Vec<_> = items.iter().map(|item| line(depth + 1) + item).collect();
                format!("{open}{}{}{close}", items.join(","), line(depth))
            }
        }
    }
}

pub(crate) fn raw(text: &str) -> Tree {
    Tree::Raw(text.to_owned())
}

pub(crate) fn manner() -> impl Strategy<Value = Manner> {
    (
        of(select(vec!["  ", "    ", "\t", " ", ""])),
        select(vec!["\n", "\r\n"]),
        select(vec![": ", ":", " : "]),
        select(vec![", ", ",", " , "]),
        select(vec![usize::MAX, usize::MAX, 6, 4, 3, 2, 1]),
        select(vec!["", "", " ", "\n", "\t \r\n "]),
        any::<bool>(),
        select(vec!["", "\n", "\r\n", "\n\n", " "]),
    )
        .prop_map(
            |(unit, newline, colon, comma, inline_from, empty, bom, end)| Manner {
                unit,
                newline,
                colon,
                comma,
                inline_from,
                empty,
                bom,
                end,
            },
        )
}

/// A whole settings file: an object with any members, among them perhaps `hooks`.
pub(crate) fn settings() -> impl Strategy<Value = Tree> {
    (
        vec(value(), 0..5),
        of(section()),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(values, section, place)| {
            let named = |(at, value)| (format!("\"key {at} \\u00e9\""), value);
            let mut members: Vec<_> = values.into_iter().enumerate().map(named).collect();
            if let Some(section) = section {
                let place = place.index(members.len() + 1);
                members.insert(place, ("\"hooks\"".to_owned(), section));
            }
            Tree::Object(members)
        })
}

fn leaf() -> impl Strategy<Value = Tree> {
    select(vec![
        "0",
        "-0",
        "1.0",
        "1e3",
        "1E-7",
        "1e999",
        "123456789012345678901234567890",
        "true",
        "null",
        r#""""#,
        r#""\u00e9\/\n""#,
        r#""\ud83d""#,
        r#""é 漢 🦀""#,
        r#""pane-patrol hook claude""#,
        r#""{[,:]}\"""#,
        r#""hooks""#,
    ])
    .prop_map(raw)
}

fn value() -> impl Strategy<Value = Tree> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let key = select(vec![
            r#""a""#,
            r#""hooks""#,
            r#""command""#,
            r#""é""#,
            r#""Stop""#,
        ]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Tree::Array),
            vec((key.prop_map(str::to_owned), inner), 0..4).prop_map(Tree::Object),
        ]
    })
}

fn section() -> impl Strategy<Value = Tree> {
    let events = [
        "Stop",
        "PreToolUse",
        "PostToolUse",
        "Notification",
        "SessionStart",
        "PermissionRequest",
        "ConfigChange",
        "SomethingNew",
    ];
    let event = (
        proptest::sample::subsequence(events.to_vec(), 0..6).prop_shuffle(),
        vec(groups(), 6),
    );
    event.prop_map(|(events, groups)| {
        let member = |(event, groups): (&str, Tree)| (format!("\"{event}\""), groups);
        Tree::Object(events.into_iter().zip(groups).map(member).collect())
    })
}

fn groups() -> impl Strategy<Value = Tree> {
    vec(prop_oneof![8 => group(), 1 => value()], 0..3).prop_map(Tree::Array)
}

fn group() -> impl Strategy<Value = Tree> {
    let handlers = vec(handler(), 0..3).prop_map(Tree::Array);
    (
        of(select(vec![r#""""#, r#""Bash|Edit""#])),
        handlers,
        of(leaf()),
        any::<bool>(),
    )
        .prop_map(|(matcher, handlers, extra, last)| {
            let mut members = vec![("\"hooks\"".to_owned(), handlers)];
            if let Some(matcher) = matcher {
                let place = usize::from(last);
                members.insert(place, ("\"matcher\"".to_owned(), raw(matcher)));
            }
            members.extend(extra.map(|extra| ("\"x-note\"".to_owned(), extra)));
            Tree::Object(members)
        })
}

fn handler() -> impl Strategy<Value = Tree> {
    let command = select(vec![
        r#""echo hi""#,
        r#""~/bin/pane-patrol hook claude""#,
        r#""[ -x '/opt/pane-patrol' ] && exec '/opt/pane-patrol' hook claude; exit 0""#,
        r#""printf '%s' \"$TMUX_PANE\"""#,
    ]);
    let extra = select(vec![
        r#""timeout""#,
        r#""async""#,
        r#""x-owner""#,
        r#""statusMessage""#,
    ]);
    (command, of((extra, leaf())), any::<bool>()).prop_map(|(command, extra, prompt)| {
        let kind = if prompt { "prompt" } else { "command" };
        let mut members = vec![
            ("\"type\"".to_owned(), Tree::Raw(format!("\"{kind}\""))),
            (format!("\"{kind}\""), raw(command)),
        ];
        members.extend(extra.map(|(key, value)| (key.to_owned(), value)));
        Tree::Object(members)
    })
}
