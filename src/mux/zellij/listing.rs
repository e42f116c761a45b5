//! The panes and clients of a session, from what Zellij prints. Titles and folders in it are other people's text.

use std::collections::{BTreeMap, BTreeSet};

use pane_patrol_hooks::mux::zellij::pane;
use pane_patrol_hooks::target::{PaneId, Target};
use pane_patrol_hooks::text::one_line;
use serde::Deserialize;

use crate::mux::Undone;
use crate::state::ListedPane;

/// As many panes of a session are taken up.
const MOST: usize = 4096;

/// Longest title that is kept, in characters.
const MAX_TITLE: usize = 400;

/// A pane as `list-panes --json` has it.
#[allow(clippy::struct_excessive_bools, reason = "each is a field of Zellij's")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct PaneLine {
    pub(super) id: u32,
    /// Zellij's own bars, numbered by themselves.
    pub(super) is_plugin: bool,
    #[serde(default)]
    pub(super) is_floating: bool,
    /// Another one is in its place.
    #[serde(default)]
    pub(super) is_suppressed: bool,
    #[serde(default)]
    pub(super) title: String,
    /// Its command has ended, and the pane stays.
    #[serde(default)]
    pub(super) exited: bool,
    /// It waits for Enter before it runs its command.
    #[serde(default)]
    pub(super) is_held: bool,
    #[serde(default)]
    pub(super) pane_content_columns: usize,
    #[serde(default)]
    pub(super) pane_content_rows: usize,
    #[serde(default)]
    pub(super) tab_id: u32,
    pub(super) tab_position: u32,
}

/// A tab as `list-tabs --json` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct TabLine {
    pub(super) tab_id: u32,
    /// What is typed goes into all of its panes.
    #[serde(default)]
    pub(super) is_sync_panes_active: bool,
}

/// The panes of terminals in the answer.
pub(super) fn panes(answer: &[u8]) -> Result<Vec<PaneLine>, Undone> {
    let all: Vec<PaneLine> = read(answer, "list-panes")?;
    let terminals = all.into_iter().filter(|line| !line.is_plugin);
    Ok(terminals.take(MOST).collect())
}

/// The tabs in the answer.
pub(super) fn tabs(answer: &[u8]) -> Result<Vec<TabLine>, Undone> {
    read(answer, "list-tabs")
}

/// An empty answer says nothing of what there is.
fn read<T: for<'de> Deserialize<'de>>(answer: &[u8], what: &str) -> Result<Vec<T>, Undone> {
    serde_json::from_slice(answer).map_err(|error| {
        Undone::Unknown(format!(
            "cannot make sense of `zellij action {what}`: {error}"
        ))
    })
}

/// The panes that clients are on: each client, and its pane where that is a terminal.
pub(super) fn clients(answer: &[u8]) -> Vec<(String, Option<u32>)> {
    let text = String::from_utf8_lossy(answer);
    let client = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let (name, at) = (words.next()?, words.next()?);
        let is_client = name.bytes().all(|byte| byte.is_ascii_digit());
        let number = at.strip_prefix("terminal_").and_then(|it| it.parse().ok());
        is_client.then(|| (name.to_owned(), number))
    };
    text.lines().filter_map(client).take(MOST).collect()
}

/// Where it is, for people: its tab, and the pane itself, which has no number of its own there.
pub(super) fn address(session: &str, line: &PaneLine) -> Option<Target> {
    let address = Target::Address {
        session: session.to_owned(),
        window: line.tab_position.checked_add(1)?,
        pane: pane(line.id)?.0,
    };
    // A name with control characters in it is none that anybody can write.
    address.to_string().parse().ok()
}

/// As everybody else knows panes. `processes`: which process each was started with.
pub(super) fn listed(
    session: &str,
    lines: &[PaneLine],
    clients: &[(String, Option<u32>)],
    processes: &BTreeMap<u32, u32>,
) -> Vec<ListedPane> {
    let watched: BTreeSet<u32> = clients.iter().filter_map(|(_, pane)| *pane).collect();
    let listed = |line: &PaneLine| {
        let id: PaneId = pane(line.id)?;
        Some(ListedPane {
            pane: id,
            target: address(session, line).unwrap_or(Target::Pane(id)),
            shown_at: None,
            pid: processes.get(&line.id).copied().unwrap_or(0),
            in_view: watched.contains(&line.id),
            dead: line.exited,
            title: one_line(&line.title, MAX_TITLE),
            window: None,
        })
    };
    lines.iter().filter_map(listed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANES: &str = r#"[
 {"id":0,"is_plugin":true,"is_focused":false,"title":"tab-bar","tab_position":0,"tab_id":0},
 {"id":1,"is_plugin":false,"is_focused":true,"is_fullscreen":false,"is_floating":true,"is_suppressed":false,
  "title":"⠏ proj\u001b]0;x\u0007","exited":false,"exit_status":null,"is_held":false,"pane_content_rows":36,
  "pane_content_columns":68,"cursor_coordinates_in_pane":[2,0],"terminal_command":"bash -c …","plugin_url":null,
  "index_in_pane_group":{},"tab_id":4,"tab_position":1,"tab_name":"Tab \"2\"","pane_cwd":"/home/u"},
 {"id":3,"is_plugin":false,"title":"","exited":true,"exit_status":3,"is_held":true,"tab_id":0,"tab_position":0}
]"#;

    #[test]
    fn terminals_are_listed_with_where_they_are_whose_they_are_and_who_is_on_them() {
        let lines = panes(PANES.as_bytes()).unwrap();
        let clients = clients(
            b"CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n1         terminal_1     N/A\n2 plugin_3 x\n",
        );
        assert_eq!(clients.len(), 2);
        let listed = listed("my work", &lines, &clients, &BTreeMap::from([(1, 77)]));
        let told: Vec<_> = listed
            .iter()
            .map(|pane| (pane.target.to_string(), pane.pid, pane.in_view, pane.dead))
            .collect();
        let expected = [
            ("my work:2.t1".to_owned(), 77, true, false),
            ("my work:1.t3".to_owned(), 0, false, true),
        ];
        assert_eq!(told, expected);
        let has_control = |pane: &ListedPane| pane.title.contains(char::is_control);
        assert!(listed[0].title.starts_with("⠏ proj") && !listed.iter().any(has_control));
    }

    #[test]
    fn nothing_and_nonsense_are_no_list() {
        for answer in [
            "",
            "[",
            "{}",
            "[{\"id\":-1}]",
            "[{\"id\":1}]",
            "null",
            "\u{1b}[31m[]",
        ] {
            assert!(panes(answer.as_bytes()).is_err(), "{answer}");
        }
        assert_eq!(panes(b"[]"), Ok(Vec::new()));
        for answer in [
            "",
            "CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n",
            "1\n",
            "x terminal_1 y",
        ] {
            assert_eq!(clients(answer.as_bytes()), [], "{answer}");
        }
    }

    #[test]
    fn a_session_whose_name_nobody_can_write_gives_the_panes_number_alone() {
        let line = PaneLine {
            id: 7,
            ..PaneLine::default()
        };
        let listed = listed("a\u{7}b", &[line], &[], &BTreeMap::new());
        assert_eq!(listed[0].target.to_string(), "zellij:7");
    }

    proptest::proptest! {
        #[test]
        fn no_output_makes_it_panic(output: Vec<u8>) {
            let _ = panes(&output);
            let _ = tabs(&output);
            let _ = clients(&output);
        }
    }
}
