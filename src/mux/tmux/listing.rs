//! All panes of a server from the output of one tmux process.
//!
//! A pane that a dashboard shows beside itself stands elsewhere than where it belongs. The placeholder
//! that keeps its place says so, and the pane is listed with the placeholder's address as its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use pane_patrol_hooks::target::{PaneId, Target};
use pane_patrol_hooks::text::one_line;

use super::lines::{Line, Query};
use super::opening::MAX_NAME_CHARS;
use super::split::{PLACEHOLDER, shown_by};
use crate::mux::PaneList;
use crate::state::{ListedPane, WindowPlace};

/// Longest title that is kept, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// Longest layout that is kept, in bytes: a window with a hundred panes has less.
const MAX_LAYOUT: usize = 4096;

/// A window's layout; with a sidebar in it, that of the rest, in which nothing can be taken for a tab.
const LAYOUT: &str = "#{?@pane_patrol_before,#{s|[^!-~]+| |:@pane_patrol_before},#{window_layout}}";

/// What the parser below is the answer to.
pub(super) const QUERY: Query = Query {
    pane: &[
        "#{pid}",
        "#{pane_id}",
        "#{pane_pid}",
        "#{pane_dead}",
        "#{pane_active}#{window_active}",
        "#{window_index}",
        "#{pane_index}",
        "#{session_id}",
        "#{session_name}",
        "#{automatic-rename}",
        "#{window_name}",
        LAYOUT,
        PLACEHOLDER,
        "#{pane_title}",
    ],
    client: &["#{client_control_mode}", "#{session_id}"],
};

/// A line of `list-panes`: a window linked into several sessions shows its panes once for each.
struct PaneLine<'a> {
    server_pid: u32,
    session_id: Cow<'a, str>,
    in_front: bool,
    /// Its window's number and its own there.
    numbers: (u32, u32),
    /// The pane in whose place this one stands.
    stands_in: Option<PaneId>,
    pane: ListedPane,
}

/// Parses the output; `None` when no pane is listed. The error is the line that makes no sense.
pub(super) fn parse(output: &[u8]) -> Result<Option<PaneList>, String> {
    let text = String::from_utf8_lossy(output);
    let mut lines = Vec::new();
    let mut watched = HashSet::new();
    for line in QUERY.lines(&text) {
        match line {
            Line::Pane(fields) => {
                let pane = parse_pane(&fields).ok_or_else(|| one_line(&fields.join(" "), 200))?;
                lines.push(pane);
            }
            // A client in control mode is a program: nobody looks at it.
            Line::Client(fields) if fields[0] == "1" => {}
            Line::Client(fields) => {
                watched.insert(fields[1].to_string());
            }
            Line::Other(line) => return Err(one_line(line, 200)),
        }
    }
    let server_pid = lines.first().map(|line: &PaneLine<'_>| line.server_pid);
    Ok(server_pid.map(|server_pid| PaneList {
        server_pid,
        panes: merge(lines, &watched),
    }))
}

/// One entry a pane, with the address where a person sees it if there are several.
fn merge(lines: Vec<PaneLine<'_>>, watched: &HashSet<String>) -> Vec<ListedPane> {
    let mut panes: BTreeMap<PaneId, ListedPane> = BTreeMap::new();
    let stand_ins: BTreeMap<PaneId, PaneId> = lines
        .iter()
        .filter_map(|line| Some((line.stands_in?, line.pane.pane)))
        .collect();
    let mut windows: BTreeMap<(String, u32), Vec<u32>> = BTreeMap::new();
    for line in &lines {
        let window = (line.session_id.to_string(), line.numbers.0);
        windows.entry(window).or_default().push(line.numbers.1);
    }
    for mut line in lines {
        let window = (line.session_id.to_string(), line.numbers.0);
        let numbers = windows.get(&window).map_or(&[][..], Vec::as_slice);
        if let Some(place) = &mut line.pane.window {
            let before = numbers.iter().filter(|number| **number < line.numbers.1);
            place.before = count(before.count());
            place.panes = count(numbers.len());
        }
        let in_view = line.in_front && watched.contains(line.session_id.as_ref());
        let pane = ListedPane {
            in_view,
            ..line.pane
        };
        match panes.get(&pane.pane) {
            Some(known) if known.in_view || !in_view => {}
            _ => {
                panes.insert(pane.pane, pane);
            }
        }
    }
    send_home(&mut panes, &stand_ins);
    panes.into_values().collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Gives each shown pane the address of its placeholder, which has none of its own meanwhile.
fn send_home(panes: &mut BTreeMap<PaneId, ListedPane>, stand_ins: &BTreeMap<PaneId, PaneId>) {
    for (shown, stand_in) in stand_ins {
        if shown == stand_in || !panes.contains_key(shown) {
            continue;
        }
        let no_address = Target::Pane(*stand_in);
        let Some(stand_in) = panes.get_mut(stand_in) else {
            continue;
        };
        let home = std::mem::replace(&mut stand_in.target, no_address);
        let window = stand_in.window.take();
        if let Some(pane) = panes.get_mut(shown) {
            pane.shown_at = Some(std::mem::replace(&mut pane.target, home));
            pane.window = window;
        }
    }
}

fn parse_pane<'a>(fields: &[Cow<'a, str>]) -> Option<PaneLine<'a>> {
    let [
        server_pid,
        pane,
        pid,
        dead,
        front,
        window,
        index,
        session_id,
        session,
        names_itself,
        name,
        layout,
        split,
        title,
    ] = fields
    else {
        return None;
    };
    let pane: PaneId = pane.parse().ok()?;
    // An address that we cannot take must not make the pane look gone.
    let target: Target = format!("{session}:{window}.{index}")
        .parse()
        .unwrap_or(Target::Pane(pane));
    Some(PaneLine {
        server_pid: server_pid.parse().ok()?,
        session_id: session_id.clone(),
        in_front: front == "11",
        numbers: (window.parse().ok()?, index.parse().ok()?),
        stands_in: shown_by(split),
        pane: ListedPane {
            pane,
            target,
            shown_at: None,
            pid: pid.parse().ok()?,
            in_view: false,
            dead: dead == "1",
            title: one_line(title, MAX_TITLE_CHARS),
            window: window_of((names_itself, name), layout),
        },
    })
}

/// What is known of the window by one of its panes alone.
fn window_of((names_itself, name): (&str, &str), layout: &str) -> Option<Box<WindowPlace>> {
    let is_usual = !layout.is_empty() && layout.len() <= MAX_LAYOUT;
    let is_named = names_itself != "1" && !name.is_empty();
    is_usual.then(|| {
        Box::new(WindowPlace {
            name: is_named.then(|| one_line(name, MAX_NAME_CHARS)),
            before: 0,
            panes: 0,
            layout: one_line(layout, MAX_LAYOUT),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(output: &str) -> Vec<ListedPane> {
        super::parse(output.as_bytes()).unwrap().unwrap().panes
    }

    #[test]
    fn names_may_hold_anything_but_control_characters() {
        let panes = parse(
            "P\t9\t%3\t77\t0\t11\t2\t1\t$1\tmy [work] 日本 %1\t0\tthe #(name)\tb25d,80x24,0,0,3\t\ta\ttitle ✳\n",
        );
        let expected = ListedPane {
            pane: PaneId(3),
            target: "my [work] 日本 %1:2.1".parse().unwrap(),
            shown_at: None,
            pid: 77,
            in_view: false,
            dead: false,
            title: "a title ✳".into(),
            window: Some(Box::new(WindowPlace {
                name: Some("the #(name)".to_owned()),
                before: 0,
                panes: 1,
                layout: "b25d,80x24,0,0,3".to_owned(),
            })),
        };
        assert_eq!(panes, [expected]);
    }

    #[test]
    fn each_pane_is_told_where_it_stands_among_those_of_its_window() {
        let line = |pane: &str, place: &str| {
            format!("P\t9\t{pane}\t77\t0\t11\t{place}\t$1\tmain\t1\tvim\tl,1x1\t\t\n")
        };
        let all = [
            line("%3", "2\t1"),
            line("%9", "2\t2"),
            line("%1", "2\t3"),
            line("%2", "3\t1"),
        ];
        let panes = parse(&all.concat());
        let told = panes.iter().map(|pane| {
            let window = pane.window.as_ref().unwrap();
            (
                pane.pane.0,
                window.before,
                window.panes,
                window.name.clone(),
            )
        });
        let told: Vec<_> = told.collect();
        // Its name is not the person's: tmux gives it anew.
        let expected = [(1, 2, 3), (2, 0, 1), (3, 0, 3), (9, 1, 3)];
        assert_eq!(
            told,
            expected.map(|(pane, before, all)| (pane, before, all, None))
        );
    }

    #[test]
    fn a_pane_is_in_view_in_front_of_a_client_that_draws() {
        let line = |front: &str| format!("P\t9\t%3\t77\t0\t{front}\t0\t0\t$1\tmain\t\t\t\t\t\n");
        let in_view = |output: String| parse(&output)[0].in_view;
        assert!(in_view(line("11") + "C\t0\t$1\n"));
        assert!(!in_view(line("11") + "C\t1\t$1\n"), "control mode");
        assert!(!in_view(line("11") + "C\t0\t$2\n"), "another session");
        assert!(!in_view(line("10") + "C\t0\t$1\n"), "another window");
        assert!(!in_view(line("01") + "C\t0\t$1\n"), "another pane");
    }

    #[test]
    fn a_pane_of_two_sessions_is_one_pane_where_it_is_seen() {
        let panes = parse(
            "P\t9\t%3\t77\t0\t11\t0\t0\t$1\ta\t\t\t\t\t\nP\t9\t%3\t77\t0\t11\t5\t0\t$2\tb\t\t\t\t\t\nC\t0\t$2\n",
        );
        assert_eq!(panes.len(), 1);
        assert_eq!(panes[0].target, "b:5.0".parse().unwrap());
        assert!(panes[0].in_view);
    }

    #[test]
    fn a_pane_that_is_shown_elsewhere_belongs_where_its_placeholder_stands() {
        let journal = |shows: &str| format!("1 7 9 %1 @1 0 {shows} aaaa,100x30,0,0,1");
        let line = |pane: &str, place: &str, journal: &str| {
            format!("P\t9\t{pane}\t77\t0\t11\t{place}\t$1\tmain\t\t\t\t{journal}\t\n")
        };
        let there = |output: String| -> Vec<(String, Option<String>)> {
            let at = |pane: &ListedPane| {
                let shown_at = pane.shown_at.as_ref().map(ToString::to_string);
                (pane.target.to_string(), shown_at)
            };
            parse(&output).iter().map(at).collect()
        };
        let plain = |target: &str| (target.to_owned(), None);
        let shown = ("main:2.0".to_owned(), Some("main:0.1".to_owned()));
        let [one, two] = [line("%3", "0\t1", ""), line("%9", "2\t0", &journal("%3"))];
        for output in [format!("{one}{two}"), format!("{two}{one}")] {
            assert_eq!(there(output), [shown.clone(), plain("%9")]);
        }
        // Nothing is shown, or what was has ended, or somebody has written nonsense there.
        for journal in [&journal("-"), &journal("%4"), &journal("%9"), "2 %3", "%3"] {
            let output = format!("{one}{}", line("%9", "2\t0", journal));
            assert_eq!(
                there(output),
                [plain("main:0.1"), plain("main:2.0")],
                "{journal}"
            );
        }
    }

    #[test]
    fn escaped_tabs_are_read_like_tabs() {
        let panes =
            parse(r"P\0119\011%3\01177\0111\01111\0112\0111\011$1\011main\011\011\011\011\011t");
        assert_eq!(panes[0].target, "main:2.1".parse().unwrap());
        assert!(panes[0].dead);
    }

    #[test]
    fn a_pane_with_an_impossible_address_is_still_there() {
        let panes = parse("P\t9\t%3\t77\t0\t11\t2\t1\t$1\t\t\t\t\t\t\n");
        assert_eq!(panes[0].target, Target::Pane(PaneId(3)));
    }

    #[test]
    fn no_pane_is_no_list_and_nonsense_is_an_error() {
        assert_eq!(super::parse(b""), Ok(None));
        assert_eq!(super::parse(b"C\t0\t$1\n"), Ok(None));
        for output in [
            "lost server",
            "P\t9",
            "P\tx\t%3\t77\t0\t11\t2\t1\t$1\tmain\t\t\t\t\tt",
            "P\t9\t3\t77\t0\t11\t2\t1\t$1\tmain\t\t\t\t\tt",
            "C\t0",
            "\u{fffd}",
        ] {
            assert!(super::parse(output.as_bytes()).is_err(), "{output}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_output_makes_it_panic(output: Vec<u8>) {
            let _ = super::parse(&output);
        }
    }
}
