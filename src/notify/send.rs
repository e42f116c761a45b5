//! Telling the person, by the ways they chose. Everything is bounded; what fails is told, once, as a
//! line of the dashboard.

use std::path::Path;

use pane_patrol_hooks::target::Target;
use serde_json::json;

use super::program::{Failure, run};
use super::setting::{Channel, Settings};
use super::watch::Notice;
use super::words::text;
use super::{push, sequence};
use crate::mux::{self, Audience, Multiplexer, Place, Reach};
use crate::sys::child::{self, ours, persons};
use crate::sys::terminal;

/// What the row's server looks like at the moment of the notice.
pub(super) struct Scene {
    mux: Box<dyn Multiplexer>,
    place: Place,
    audience: Audience,
}

impl Scene {
    /// Asks the multiplexer; without an answer nobody looks and there is nobody to tell by it.
    pub(super) fn of(notice: &Notice, reach: &Reach) -> Self {
        let (place, mux) = reach.place_of(&notice.row);
        let audience = mux.audience(&place, mux::PATIENCE).unwrap_or_default();
        Self {
            mux,
            place,
            audience,
        }
    }

    /// Where the row's pane is now.
    pub(super) fn target(&self) -> Option<Target> {
        self.audience.target.clone()
    }

    /// Whether a person has the pane before them.
    pub(super) fn is_in_view(&self) -> bool {
        self.audience.in_view
    }
}

/// Tells it by every way that was chosen; what failed, one sentence each.
pub(super) fn send(notice: &Notice, scene: &Scene, settings: &Settings) -> Vec<String> {
    let by = |channel: &Channel| match channel {
        Channel::Bell => ring(scene),
        Channel::Message => message(notice, scene),
        Channel::Osc9 => pass(scene, &sequence::osc9(&text(notice))),
        Channel::Osc777 => pass(scene, &sequence::osc777("pane-patrol", &text(notice))),
        Channel::Osc99 => pass(scene, &sequence::osc99(&text(notice))),
        Channel::Desktop => desktop(notice),
        Channel::Command => command(notice, &settings.command),
        Channel::Ntfy => push::send(
            notice,
            settings.ntfy.as_ref(),
            settings.link.as_ref(),
            settings.content,
        ),
    };
    let mut channels = notice.channels.clone();
    // A multiplexer may draw nothing else while its message stands, and would swallow what is to pass through.
    channels.sort_by_key(|channel| *channel == Channel::Message);
    let failed = channels.iter().filter_map(|channel| by(channel).err());
    failed.collect()
}

fn ring(scene: &Scene) -> Result<(), String> {
    let tty = scene.audience.tty.as_deref();
    tty.map_or(Ok(()), |tty| write_to(tty, "\x07"))
}

fn message(notice: &Notice, scene: &Scene) -> Result<(), String> {
    let text = text(notice);
    for client in &scene.audience.clients {
        let told = scene
            .mux
            .tell(&scene.place, &client.name, &text, mux::PATIENCE);
        told.map_err(|undone| undone.to_string())?;
    }
    Ok(())
}

/// Sends a sequence to the terminal of every client, through the multiplexer.
fn pass(scene: &Scene, sequence: &str) -> Result<(), String> {
    let wrapped = scene.mux.through(sequence);
    let mut ttys: Vec<&str> = Vec::new();
    for client in &scene.audience.clients {
        if let Some(obstacle) = client.obstacle {
            return Err(obstacle.to_owned());
        }
        // Two clients that show one pane are both reached through it.
        if !ttys.contains(&client.tty.as_str()) {
            ttys.push(&client.tty);
            write_to(&client.tty, &wrapped)?;
        }
    }
    Ok(())
}

fn write_to(tty: &str, bytes: &str) -> Result<(), String> {
    terminal::write_to(Path::new(tty), bytes.as_bytes()).map_err(|error| format!("{tty}: {error}"))
}

fn desktop(notice: &Notice) -> Result<(), String> {
    let text = text(notice);
    let mut linux = ours("notify-send", child::DESKTOP);
    linux.args(["--app-name=pane-patrol", "--", "pane-patrol", &text]);
    let mut mac = ours("osascript", child::DESKTOP);
    let script =
        "on run argv\ndisplay notification (item 1 of argv) with title \"pane-patrol\"\nend run";
    mac.args(["-e", script, &text]);
    match run(&mut linux, "") {
        Err(Failure::Missing) => match run(&mut mac, "") {
            Err(Failure::Missing) => {
                Err("neither `notify-send` nor `osascript` is installed".to_owned())
            }
            other => other.map_err(|failure| failure.told("osascript")),
        },
        other => other.map_err(|failure| failure.told("notify-send")),
    }
}

fn command(notice: &Notice, words: &[String]) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("the settings name no `command` in `[notice]`".to_owned());
    };
    let (row, request) = (&notice.row, notice.request.as_ref());
    let told = json!({
        "id": row.id, "assistant": row.assistant, "state": notice.state, "target": row.target,
        "pane": row.pane, "server": row.server, "instance_id": row.instance_id,
        "agent_id": request.and_then(|request| request.agent_id.as_ref()),
        "request_id": request.and_then(|request| request.request_id.as_ref()),
        "since": request.map_or(row.since, |request| request.since),
        "tool": request.map_or(&row.tool, |request| &request.tool),
        "message": request.map_or(&row.message, |request| &request.message), "cwd": row.cwd, "branch": row.branch, "text": text(notice),
    });
    let mut command = persons(program);
    command.args(arguments);
    run(&mut command, &format!("{told}\n")).map_err(|failure| failure.told(program))
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::row;

    fn notice(pane: u32) -> Notice {
        let mut row = row(pane, "claude", State::WaitingInput, "shop:1.1", 1);
        row.message = Some("Which\u{1b} port?".to_owned());
        Notice {
            row,
            state: State::WaitingInput,
            request: None,
            channels: Vec::new(),
        }
    }

    #[test]
    fn no_text_of_an_assistant_can_end_or_begin_a_sequence() {
        assert_eq!(text(&notice(1)), "claude in shop:1.1 asks: Which port?");
    }

    #[test]
    fn the_command_gets_the_notice_as_json_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out");
        let words = |script: String| ["sh".to_owned(), "-c".to_owned(), script];
        command(&notice(3), &words(format!("cat > {}", file.display()))).unwrap();
        let told: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(told["state"], "waiting_input");
        assert_eq!(told["target"], "shop:1.1");
        assert_eq!(told["text"], "claude in shop:1.1 asks: Which port?");
        let failed = command(&notice(3), &words("exit 3".to_owned())).unwrap_err();
        assert!(failed.contains("`sh`: exit status: 3"), "{failed}");
        let missing = command(&notice(3), &["/nowhere/no-such-program".to_owned()]).unwrap_err();
        assert!(missing.contains("is not installed"), "{missing}");
    }
}
