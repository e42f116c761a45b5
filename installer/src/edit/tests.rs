//! Properties of the two edits over generated settings files.

use pane_patrol_hooks::adapter::Version;
use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;
use crate::assistant::{CLAUDE, Format, GEMINI};
use crate::command::{Guard, HookCommand};
use crate::schema::GROUPS;

#[path = "../../tests/support/settings.rs"]
mod generated;

use generated::{Manner, REWRITTEN, Tree, manner, raw, settings};

impl Tree {
    fn members(&mut self) -> &mut Vec<(String, Self)> {
        match self {
            Self::Object(members) => members,
            other => panic!("no object: {other:?}"),
        }
    }
}

const PROGRAM: &str = "/opt/pane-patrol/bin/pane-patrol";
const MOVED: &str = "/usr/local/bin/pane-patrol";
const NEW: Option<Version> = Some(Version(2, 1, 329));
const OLD: Option<Version> = Some(Version(2, 0, 60));

/// Claude's, for files that it would leave out, too: what is edited comes out again whatever it is.
fn schema() -> &'static Schema {
    static CLAUDES: Schema = Schema {
        null_is_nothing: true,
        ..GROUPS
    };
    &CLAUDES
}

fn in_panes(executable: &str) -> Program<'_> {
    Program {
        executable,
        everywhere: false,
    }
}

fn put(text: &str, program: &str, version: Option<Version>, approvals: bool) -> Installed {
    put_again(text, program, version, approvals, None)
}

fn put_again(
    text: &str,
    program: &str,
    version: Option<Version>,
    approvals: bool,
    previous: Option<&Traces>,
) -> Installed {
    let events: Vec<_> = CLAUDE.events(version, approvals).collect();
    install(
        text,
        &CLAUDE,
        schema(),
        &events,
        in_panes(program),
        None,
        previous,
    )
    .unwrap()
}

fn take(installed: &Installed) -> String {
    take_from(&installed.text, installed)
}

fn take_from(text: &str, installed: &Installed) -> String {
    let traces = installed.traces.as_ref();
    uninstall(
        text,
        &CLAUDE,
        schema(),
        traces.map_or(Origin::Unknown, Origin::Recorded),
    )
    .unwrap()
}

/// The values of a text, without its layout.
fn tree(text: &str) -> Tree {
    fn node(document: &Document, id: NodeId) -> Tree {
        let children = document.children(id).iter().copied();
        match document.kind(id) {
            Kind::Object => Tree::Object(
                children
                    .map(|child| {
                        let key = document.text()[document.key_span(child).unwrap()].to_owned();
                        (key, node(document, child))
                    })
                    .collect(),
            ),
            Kind::Array => Tree::Array(children.map(|child| node(document, child)).collect()),
            _ => raw(document.raw(id)),
        }
    }
    node(&Document::parse(text).unwrap(), Document::ROOT)
}

fn is_ours(handler: &Tree) -> bool {
    matches!(handler, Tree::Object(members) if members.iter().any(|(key, value)| {
        let Tree::Raw(command) = value else { return false };
        key == "\"command\"" && command.starts_with(r#""[ -n \"${TMUX_PANE"#)
    }))
}

/// An independent, obvious way to take ours out: over values, knowing what was there originally.
fn without_ours(mut tree: Tree, original: &Tree) -> Tree {
    let Tree::Object(before) = original else {
        panic!("no object")
    };
    let section_before = before.iter().find(|(key, _)| key == "\"hooks\"");
    for (key, section) in tree.members() {
        if key == "\"hooks\"" {
            for (_, groups) in section.members() {
                if let Tree::Array(groups) = groups {
                    groups.retain(|group| {
                        !matches!(group, Tree::Object(members)
                        if matches!(&members[..], [(key, Tree::Array(handlers))]
                            if key == "\"hooks\"" && handlers.len() == 1 && is_ours(&handlers[0])))
                    });
                }
            }
            let before = section_before.map(|(_, section)| section.clone());
            let known = before.map_or(Vec::new(), |mut before| before.members().clone());
            section.members().retain(|(event, groups)| {
                *groups != Tree::Array(vec![]) || known.iter().any(|(key, _)| key == event)
            });
        }
    }
    if section_before.is_none() {
        tree.members()
            .retain(|(key, section)| !(key == "\"hooks\"" && *section == Tree::Object(vec![])));
    }
    tree
}

/// Whether `long` is `short` with a few pieces of text put in.
fn only_adds(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().all(|wanted| rest.any(|c| c == wanted))
}

fn count_ours(text: &str) -> usize {
    let document = Document::parse(text).unwrap();
    entry::find(&document, &CLAUDE, schema()).len()
}

fn file() -> impl Strategy<Value = (Tree, Manner, String)> {
    (settings(), manner()).prop_map(|(tree, manner)| {
        let text = tree.print(&manner);
        (tree, manner, text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn taking_out_what_was_put_in_gives_back_every_byte((_, _, text) in file(), approvals: bool) {
        let installed = put(&text, PROGRAM, NEW, approvals);
        prop_assert_eq!(take(&installed), text);
    }

    #[test]
    fn putting_in_adds_each_event_once_and_changes_nothing_else((before, _, text) in file(), approvals: bool) {
        let installed = put(&text, PROGRAM, NEW, approvals);
        prop_assert!(serde_json::from_str::<IgnoredAny>(installed.text.trim_start_matches(BOM)).is_ok());
        prop_assert!(only_adds(&text, &installed.text));
        prop_assert_eq!(count_ours(&installed.text), CLAUDE.events(NEW, approvals).count());
        prop_assert_eq!(without_ours(tree(&installed.text), &before), before);
    }

    #[test]
    fn putting_in_twice_is_putting_in_once((_, _, text) in file()) {
        let once = put(&text, PROGRAM, NEW, false);
        let twice = put_again(&once.text, PROGRAM, NEW, false, once.traces.as_ref());
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert_eq!(&twice.traces, &once.traces);
    }

    #[test]
    fn an_update_of_anything_comes_out_again_byte_for_byte((_, _, text) in file(), new_first: bool, approvals: bool) {
        let (first, second) = if new_first { (NEW, OLD) } else { (OLD, NEW) };
        let installed = put(&text, PROGRAM, first, approvals);
        let updated = put_again(&installed.text, MOVED, second, !approvals, installed.traces.as_ref());
        prop_assert_eq!(count_ours(&updated.text), CLAUDE.events(second, !approvals).count());
        prop_assert!(!updated.text.contains(PROGRAM));
        prop_assert_eq!(take(&updated), text);
    }

    #[test]
    fn an_edit_elsewhere_stays_byte_for_byte((mut before, manner, text) in file()) {
        let installed = put(&text, PROGRAM, NEW, false);
        let empty = before.members().is_empty();
        let added = if empty { r#""mine": [1e3 ]"# } else { r#""mine": [1e3 ] ,"# };
        let insert = |text: &str, added: &str| {
            let at = text.find('{').unwrap() + 1;
            format!("{}{added}{}", &text[..at], &text[at..])
        };
        // In a file that was empty ours was the only member; the comma is then ours to remove.
        let edited = insert(&installed.text, &format!("{}{}", added, if empty { "," } else { "" }));
        let kept = take_from(&edited, &installed);
        if empty {
            prop_assert_eq!(tree(&kept), Tree::Object(vec![("\"mine\"".into(), Tree::Array(vec![raw("1e3")]))]));
        } else {
            prop_assert_eq!(kept, insert(&text, added));
        }
        let _ = manner;
    }

    #[test]
    fn a_file_that_the_assistant_rewrote_loses_only_ours((before, _, text) in file()) {
        let installed = put(&text, PROGRAM, NEW, true);
        let rewritten = tree(&installed.text).print(&REWRITTEN);
        let kept = take_from(&rewritten, &installed);
        prop_assert_eq!(count_ours(&kept), 0);
        prop_assert_eq!(tree(&kept), before);
    }

    #[test]
    fn hooks_that_the_user_adds_later_stay((before, manner, text) in file(), beside: bool) {
        let installed = put(&text, PROGRAM, NEW, false);
        let mine = Tree::Object(vec![("\"command\"".into(), raw("\"mine\""))]);
        let mut edited = tree(&installed.text);
        for (key, section) in edited.members() {
            for (_, groups) in if key == "\"hooks\"" { section.members() } else { continue } {
                let Tree::Array(groups) = groups else { continue };
                if beside {
                    if let Some(Tree::Object(members)) = groups.last_mut()
                        && let [(_, Tree::Array(handlers))] = &mut members[..]
                        && handlers.len() == 1 && is_ours(&handlers[0]) {
                        handlers.insert(0, mine.clone());
                    }
                } else {
                    groups.push(Tree::Object(vec![("\"hooks\"".into(), Tree::Array(vec![mine.clone()]))]));
                }
            }
        }
        let mine_before = count(&edited, &mine);
        let kept = take_from(&edited.print(&manner), &installed);
        prop_assert_eq!(count_ours(&kept), 0);
        prop_assert_eq!(count(&tree(&kept), &mine), mine_before);
        prop_assert!(mine_before > 0);
        let _ = before;
    }

    #[test]
    fn without_a_record_every_entry_is_found_and_no_value_of_the_user_is_lost((before, _, text) in file()) {
        let installed = put(&text, PROGRAM, NEW, true);
        let kept = uninstall(&installed.text, &CLAUDE, schema(), Origin::Unknown).unwrap();
        prop_assert_eq!(count_ours(&kept), 0);
        // Only lists that are empty may be missing.
        prop_assert_eq!(without_empty(tree(&kept)), without_empty(before));
    }

    #[test]
    fn nothing_makes_the_edits_panic(text in "\\PC{0,60}") {
        let events: Vec<_> = CLAUDE.events(NEW, true).collect();
        if let Ok(installed) = install(&text, &CLAUDE, schema(), &events, in_panes(PROGRAM), None, None) {
            let _ = uninstall(&installed.text, &CLAUDE, schema(), Origin::Unknown).unwrap();
        }
    }
}

fn count(tree: &Tree, wanted: &Tree) -> usize {
    let children: usize = match tree {
        Tree::Raw(_) => 0,
        Tree::Array(items) => items.iter().map(|item| count(item, wanted)).sum(),
        Tree::Object(members) => members.iter().map(|(_, item)| count(item, wanted)).sum(),
    };
    children + usize::from(tree == wanted)
}

/// The settings less empty events and an empty section.
fn without_empty(mut tree: Tree) -> Tree {
    for (key, section) in tree.members() {
        if key == "\"hooks\"" {
            section
                .members()
                .retain(|(_, groups)| *groups != Tree::Array(vec![]));
        }
    }
    let empty =
        |(key, value): &(String, Tree)| key == "\"hooks\"" && *value == Tree::Object(vec![]);
    tree.members().retain(|member| !empty(member));
    tree
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    let refused = |text: &str| {
        let events: Vec<_> = CLAUDE.events(None, false).collect();
        let error = install(
            text,
            &CLAUDE,
            schema(),
            &events,
            in_panes(PROGRAM),
            None,
            None,
        )
        .unwrap_err();
        (error.offset, error.reason)
    };
    assert_eq!(refused("[]"), (0, "expected an object".into()));
    assert_eq!(
        refused(r#"{"hooks": []}"#),
        (1, "expected `hooks` to be an object".into())
    );
    assert_eq!(
        refused(r#"{"hooks": {"Stop": {}}}"#),
        (11, "expected `hooks.Stop` to be a list".into())
    );
    assert_eq!(
        refused(r#"{"hooks": {}, "hook\u0073": {}}"#),
        (14, "the key `hooks` is there twice".into())
    );
    assert_eq!(
        refused(r#"{"hooks": {"Stop": [], "Stop": []}}"#),
        (23, "the key `Stop` is there twice".into())
    );
}

/// What the assistants accept in the place of the section or beside the events.
#[test]
fn what_is_accepted_beside_ours_stays_byte_for_byte() {
    for text in [
        r#"{"hooks":null}"#,
        "{\n  \"model\": \"x\",\n  \"hooks\" : null ,\n  \"z\": 1\n}\n",
        r#"{"hooks":{"_comment":"x"}}"#,
        r#"{"hooks":{"_comment":"x","_comment":["y"],"enabled":true}}"#,
        r#"{"hooks":{"Stop":null}}"#,
        "{\n\t\"hooks\": {\n\t\t\"Stop\": null,\n\t\t\"PreToolUse\": [ ],\n\t\t\"note\": 1\n\t}\n}",
        r#"{"hooks":{"Stop":null,"SessionStart":null,"WorktreeCreate":"x","disabled":["a"]}}"#,
    ] {
        for version in [None, OLD, NEW] {
            let installed = put(text, PROGRAM, version, false);
            let traces = installed.traces.as_ref();
            let again = put_again(&installed.text, PROGRAM, version, false, traces);
            assert_eq!(again.text, installed.text, "{text}");
            assert_eq!(take(&again), text);
            assert_eq!(take(&installed), text);
        }
    }
}

#[test]
fn a_null_stays_what_only_one_assistant_takes_for_nothing() {
    let Format::Json(gemini) = &GEMINI.format else {
        panic!("it is JSON");
    };
    let events: Vec<_> = GEMINI.events(None, false).collect();
    let put = |text: &str| {
        install(
            text,
            &GEMINI,
            gemini,
            &events,
            in_panes(PROGRAM),
            None,
            None,
        )
    };
    assert!(put(r#"{"hooks":{"enabled":true}}"#).is_ok());
    assert!(put(r#"{"hooks":{"disabled":["a"],"notes":{}}}"#).is_ok());
    assert!(put(r#"{"hooks":{"BeforeAgent":true}}"#).is_err());
}

#[test]
fn deep_nesting_is_edited_like_anything_else() {
    let deep = format!(
        "{{\"deep\": {}{}}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let installed = put(&deep, PROGRAM, NEW, false);
    assert_eq!(take(&installed), deep);
}

#[test]
fn a_blank_file_counts_as_an_empty_object_and_keeps_its_blanks() {
    let bom = put("\u{feff}\r\n\r\n", PROGRAM, OLD, false).text;
    assert!(bom.starts_with("\u{feff}{\r\n  \"hooks\": {\r\n"), "{bom}");
    assert!(bom.ends_with("\r\n}\r\n\r\n"), "{bom}");
    assert!(put("", PROGRAM, OLD, false).text.ends_with("\n}\n"));
}

#[test]
fn an_entry_of_ours_that_somebody_changed_is_brought_up_to_date_in_place() {
    let ours = |path: &str| {
        let command = HookCommand {
            executable: path.into(),
            event: None,
            decide: false,
            everywhere: false,
            guard: Guard::Current,
        };
        serde_json::to_string(&command.print(&CLAUDE)).unwrap()
    };
    let file = |path: &str, rest: &str| {
        format!(
            r#"{{"hooks":{{"Stop":[{{"hooks":[{{"x":1,"type":"command","command":{}{rest}}}]}},{{}}]}}}}"#,
            ours(path)
        )
    };
    let stop: Vec<_> = CLAUDE
        .events(OLD, false)
        .filter(|event| event.event == "Stop")
        .collect();
    let renew = |text: &str| {
        install(text, &CLAUDE, schema(), &stop, in_panes(MOVED), None, None)
            .unwrap()
            .text
    };
    // Keys that were added stay; a timeout that was changed is set again.
    assert_eq!(
        renew(&file(PROGRAM, r#","timeout":5,"y":[]"#)),
        file(MOVED, r#","timeout":5,"y":[]"#)
    );
    assert_eq!(
        renew(&file(MOVED, r#","timeout":60"#)),
        file(MOVED, r#","timeout":5"#)
    );
    // Without the parts that make it work it is written anew.
    let anew = file(MOVED, r#","timeout":5"#).replace("\"x\":1,", "");
    assert_eq!(renew(&file(PROGRAM, "")), anew);
}

#[test]
fn of_two_entries_on_one_event_the_first_stays() {
    let once = put("{}", PROGRAM, OLD, false);
    let mut doubled = tree(&once.text);
    let section = &mut doubled.members()[0].1;
    for (_, groups) in section.members() {
        if let Tree::Array(groups) = groups {
            groups.push(groups[0].clone());
        }
    }
    let doubled = doubled.print(&REWRITTEN);
    assert_eq!(count_ours(&doubled), 18);
    let repaired = put_again(&doubled, PROGRAM, OLD, false, once.traces.as_ref());
    assert_eq!(repaired.text, tree(&once.text).print(&REWRITTEN));
}
