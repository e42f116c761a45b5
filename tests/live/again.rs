//! A session that has ended is taken up again from the dashboard, by Enter: it is that very conversation.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::common::Tmux;
use super::drive::{Drive, Step};
use super::pane::Pane;
use super::situation::Situation as S;

/// Enter starts nothing that the person has not seen ended for a second.
const SEEN: Duration = Duration::from_millis(1200);

/// How long the dashboard may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);

/// Says something, leaves, is resumed by Enter, pressed twice, and is asked what was said before.
pub(super) fn by_enter(drive: &mut Drive<'_>) -> Step {
    let said = drive.ask("say");
    let seen = drive.see_answer(said)?;
    drive.check(S::ResumedHere, "completed", seen);
    drive.pane().say(drive.manners.quit);
    let seen = drive.see(&["the assistant has ended"])?;
    drive.check(S::ResumedHere, "no row", seen);
    let tmux = drive.stage.tmux;
    let before = panes(tmux);
    let dashboard = open_dashboard(drive);
    let others = ended(drive).len().saturating_sub(1);
    let resumed = press_enter(&dashboard, others, tmux, &before);
    dashboard.press(&["q"]);
    dashboard.close();
    drive.take_over(resumed?)?;
    let left = ended(drive);
    let what = format!("ended sessions beside the living one: {left:?}");
    drive.claim(S::ResumedHere, left.len() == others, &what);
    drive.forget();
    let asked = drive.ask(&format!("recall {said}"));
    drive.see(&[&format!("recalled {said} in {asked}")])?;
    let seen = drive.see_rest(PATIENCE)?;
    drive.check(S::ResumedHere, "completed", seen);
    Ok(())
}

/// The sessions that are over and within reach; other situations have left some.
fn ended(drive: &Drive<'_>) -> Vec<Value> {
    let told = drive.stage.pane_patrol(&["status", "--ended", "--json"]).1;
    serde_json::from_str(&told).unwrap_or_default()
}

/// The dashboard, on a server whose environment has what the assistant was started with.
fn open_dashboard<'a>(drive: &Drive<'a>) -> Pane<'a> {
    let stage = drive.stage;
    for (name, value) in (drive.manners.variables)(stage.model) {
        stage.tmux.run(&["set-environment", "-g", name, &value]);
    }
    let program = stage.env.pane_patrol().get_program().to_owned();
    let line = drive.manners.line_of(stage, &program.to_string_lossy());
    stage.pane(&stage.env.home(), &line)
}

/// The one pane that comes of it; `others` ended before the session that is meant, and stand below it.
fn press_enter<'a>(
    dashboard: &Pane<'a>,
    others: usize,
    tmux: &'a Tmux<'a>,
    before: &[String],
) -> Result<Pane<'a>, String> {
    let shown = |text: &str| {
        let seen = dashboard.wait_for(&[text], PATIENCE);
        seen.map_err(|screen| {
            let new = new_panes(dashboard, tmux, before);
            let others: Vec<String> = new.iter().map(Pane::screen).collect();
            format!("`{text}` in the dashboard: {screen}\n{}", others.join("\n"))
        })
    };
    shown("ENDED")?;
    thread::sleep(SEEN);
    dashboard.press(&["G"]);
    dashboard.press(&vec!["k"; others]);
    // Twice at once, as by a key that bounces.
    tmux.run(&["send-keys", "-t", dashboard.id(), "Enter", "Enter"]);
    shown("resumed ")?;
    let mut new = new_panes(dashboard, tmux, before);
    let screens: Vec<String> = new.iter().map(Pane::screen).collect();
    let one = new.pop().filter(|_| new.is_empty());
    one.ok_or_else(|| format!("one new pane, not these: {}", screens.join("\n---\n")))
}

fn new_panes<'a>(dashboard: &Pane<'a>, tmux: &'a Tmux<'a>, before: &[String]) -> Vec<Pane<'a>> {
    let mut new = panes(tmux);
    new.retain(|pane| pane != dashboard.id() && !before.contains(pane));
    new.iter().map(|pane| Pane::of(tmux, pane)).collect()
}

fn panes(tmux: &Tmux<'_>) -> Vec<String> {
    let listed = tmux.run(&["list-panes", "-a", "-F", "#{pane_id}"]);
    listed.lines().map(str::to_owned).collect()
}
