//! Every dialog of the story is the request's, for those who compare the two before a key is pressed, in
//! panes of all sizes.

use pane_patrol_hooks::event::{Source, State};
use serde_json::json;

use super::*;
use crate::assistants::dialogs::{self, Pane, Press};
use crate::demo::project;
use crate::demo::story::{self, Step};
use crate::state::fixture::row;
use crate::state::{Bound, Request, Row};

/// A place in a scratch folder, with the files of a script in it.
fn place(script: &story::Script, scratch: &std::path::Path) -> Place {
    let cwd = scratch.join("src").join(script.name);
    std::fs::create_dir_all(&cwd).unwrap();
    project::lay_out(script, &cwd).unwrap();
    Place {
        executable: "pane-patrol".into(),
        home: scratch.to_owned(),
        cwd,
    }
}

/// What a script asks for, with whether a sub-agent does.
fn asked(script: &story::Script) -> Vec<(Tool, bool)> {
    let steps = script.acts.iter().flat_map(|act| act.steps);
    let asks = |step: &Step| match *step {
        Step::Asks(tool, _) => Some((tool, false)),
        Step::Sends(errand) => Some((errand.asks, true)),
        _ => None,
    };
    steps.filter_map(asks).collect()
}

/// The request as its row has it.
fn bound(script: &story::Script, call: &Call, cwd: &std::path::Path) -> Bound {
    let (tool, message, command, input) = match call.tool {
        Tool::Command(command, why) => (
            "Bash",
            command,
            Some(command),
            json!({"command": command, "description": why}),
        ),
        Tool::Edit(file, old, new) => {
            let input = json!({"file_path": cwd.join(file), "old_string": old, "new_string": new});
            ("Edit", file, None, input)
        }
        Tool::Question(_, asks, options) => {
            let option =
                |(label, means): &(&str, &str)| json!({"label": label, "description": means});
            let options: Vec<_> = options.iter().map(option).collect();
            let input = json!({"questions": [{"question": asks, "options": options}]});
            ("AskUserQuestion", asks, None, input)
        }
        Tool::Plan(plan) => ("ExitPlanMode", "plan", Some(plan), json!({"plan": plan})),
        other => panic!("{other:?} is not asked"),
    };
    let state = if call.is_question() {
        State::WaitingInput
    } else {
        State::WaitingApproval
    };
    let row = row(1, script.plays, state, "a:0.0", 5);
    let request = Request {
        state,
        request_id: None,
        agent_id: call.agent.clone(),
        tool: Some(tool.to_owned()),
        message: Some(message.to_owned()),
        since: row.since,
        source: Source::Hook,
    };
    let row = Row {
        waiting: vec![request],
        cwd: Some(cwd.to_string_lossy().into_owned()),
        ..row
    };
    Bound {
        command: command.map(str::to_owned),
        input: Some(input),
        ..Bound::to(&row).unwrap()
    }
}

#[test]
fn every_dialog_is_its_requests_in_panes_of_all_sizes() {
    let scratch = tempfile::tempdir().unwrap();
    let guests = story::played().into_iter().filter_map(story::guest);
    let mut seen = 0;
    for script in story::ALL.iter().copied().chain(guests) {
        let place = place(&script, scratch.path());
        let puppet = puppet(script.plays, place.clone()).unwrap();
        for (tool, is_agents) in asked(&script) {
            let call = Call {
                id: "call".to_owned(),
                agent: is_agents.then(|| "agent".to_owned()),
                tool,
            };
            // Where its question needs two rows Codex's dialog is not known, neither the real one's.
            let narrowest = if script.plays == "codex" { 48 } else { 40 };
            for width in narrowest..=200 {
                let view = View {
                    width,
                    at: 0,
                    words: None,
                };
                let rows = puppet.dialog(&call, view);
                assert!(rows.len() <= 22, "{width} {rows:#?}");
                let wide = rows
                    .iter()
                    .find(|row| unicode_width::UnicodeWidthStr::width(&***row) > width);
                assert_eq!(wide, None, "{width}");
                let pane = Pane {
                    screen: format!("● before\n\n{}\n\n", rows.join("\n")),
                    width,
                    ..Pane::default()
                };
                let bound = bound(&script, &call, &place.cwd);
                let shown = dialogs::shown(&bound, &pane);
                let dialog = shown.unwrap_or_else(|why| panic!("{why:?} {width}\n{}", pane.screen));
                assert_eq!(dialog.selected, Some(1));
                if !call.is_question() {
                    assert!(dialog.yes().is_some() && dialog.no().is_some());
                }
                for option in &dialog.options {
                    let is_pressed = matches!(option.press, Some(Press::Text(_) | Press::Key(_)));
                    assert!(is_pressed, "{option:?}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}
