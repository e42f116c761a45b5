//! Two sub-agents that ask at once; a collector that starts while something is asked; an answer from
//! the dashboard.

use std::time::Duration;

use serde_json::Value;

use super::super::super::drive::{Drive, Step};
use super::super::super::situation::Situation as S;

/// The first answered runs on while the second one is what waits, and nothing else is.
pub(super) fn two(drive: &mut Drive<'_>) -> Step {
    let part = |letter: &str| {
        format!(
            "agent SCRIPT {letter}{{n}} shell touch p{letter}{{n}}; sleep 5; touch q{letter}{{n}}"
        )
    };
    let number = drive.ask(&format!("both {} || {}", part("81"), part("82")));
    let commands = [format!("touch p81{number};"), format!("touch p82{number};")];
    drive.see(&[drive.manners.dialog])?;
    let both = commands.each_ref().map(String::as_str);
    let seen = drive.see(&both)?;
    drive.check(S::TwoSubAgents, "waiting_approval", seen);
    let screen = drive.pane().screen();
    // What is asked stands below what was said.
    let places = both.map(|command| screen.rfind(command));
    let (first, second) = if places[0] > places[1] {
        (0, 1)
    } else {
        (1, 0)
    };
    let id = request(&drive.row(), both[first]).ok_or("the request that is on the screen")?;
    let pane = drive.pane().id().to_owned();
    let approve = ["approve", &pane, "--yes", "--request", &id];
    let (done, said) = drive.stage.pane_patrol(&approve);
    drive.claim(S::TwoSubAgents, done, &format!("approve: {said}"));
    if !done {
        drive.pane().press(drive.manners.approve);
    }
    drive.see_file(&format!("proj/p{}{number}", ["81", "82"][first]))?;
    let seen = drive.see(&[both[second]])?;
    drive.check(S::TwoSubAgents, "waiting_approval", seen);
    let row = drive.row();
    let only = request(&row, both[second]).is_some() && request(&row, both[first]).is_none();
    drive.claim(
        S::TwoSubAgents,
        only,
        "it shows another request than the one that is asked",
    );
    drive.pane().press(drive.manners.approve);
    for part in ["81", "82"] {
        drive.see_file(&format!("proj/q{part}{number}"))?;
    }
    let seen = drive.see_answer(number)?;
    drive.check(S::TwoSubAgents, "completed", seen);
    Ok(())
}

/// The id of the row's request that is about `command`.
fn request(row: &Value, command: &str) -> Option<String> {
    let mut waiting = row["waiting"].as_array()?.iter();
    let found = waiting.find(|request| {
        request["message"]
            .as_str()
            .is_some_and(|it| it.contains(command))
    });
    Some(found?["request_id"].as_str()?.to_owned())
}

/// What is asked is shown at once, with its command.
pub(super) fn late_collector(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell touch l{n}; sleep 1; touch m{n}");
    drive.see(&[drive.manners.dialog])?;
    let listens = drive.collect_anew();
    drive.settle();
    drive.check(S::LateCollector, "waiting_approval", listens);
    let command = format!("touch l{number}");
    let knows = drive.row().to_string().contains(&command);
    drive.claim(
        S::LateCollector,
        knows,
        "the row does not say which command it asks about",
    );
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::LateCollector, "idle", seen);
    drive.clear();
    Ok(())
}

/// One key in the dashboard, where the whole request is on the screen.
pub(super) fn dashboard(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell touch n{n}; sleep 4; touch o{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Dashboard, "waiting_approval", seen);
    let program = drive.stage.env.pane_patrol().get_program().to_owned();
    let line = program.to_string_lossy();
    let dashboard = drive.stage.pane(&drive.stage.env.home(), &line);
    let shown = dashboard.wait_for(&[&format!("touch n{number}")], Duration::from_secs(10));
    let answered = shown
        .map_err(|screen| format!("the request in the dashboard: {screen}"))
        .and_then(|_| {
            dashboard.press(&["a"]);
            let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(5));
            seen.map_err(|what| format!("{what}; the dashboard: {}", dashboard.screen()))
        });
    dashboard.press(&["q"]);
    dashboard.close();
    drive.check(S::Dashboard, "running", answered?);
    let seen = drive.see_answer(number)?;
    drive.check(S::Dashboard, "completed", seen);
    Ok(())
}
