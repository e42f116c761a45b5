//! Telling the person, by the ways they chose. Everything is bounded; what fails is told, once, as a
//! line of the dashboard.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::one_line;
use serde_json::json;

use super::sequence;
use super::setting::{Channel, Settings};
use super::watch::Notice;
use crate::mux::tmux::split::shown_by;
use crate::mux::tmux::{Belief, Call, Format, Tmux};
use crate::sys::child::{self, feed, ours, persons};
use crate::sys::terminal;

/// How long a program that is told may take before it is ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest text of a notice, in characters.
const MAX_TEXT_CHARS: usize = 160;

/// Panes and the people who look at them, in one process.
fn list() -> Call {
    let pane = Format::own(
        "P\t#{pid}\t#{pane_id}\t#{session_id}\t#{window_active}\t#{pane_active}\t#{window_zoomed_flag}\t\
         #{pane_tty}\t#{session_name}:#{window_index}.#{pane_index}\t\
         #{s|[^!-~]+| |:@pane_patrol_split}",
    );
    let client = Format::own(
        "C\t#{client_control_mode}\t#{session_id}\t#{client_name}\t#{pane_tty}\t#{allow-passthrough}",
    );
    let panes = Call::new("list-panes").flag("-a").format("-F", &pane);
    panes.then(Call::new("list-clients").format("-F", &client))
}

/// What the row's tmux server looks like at the moment of the notice.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// Whom to ask; `None`: nobody that is believed.
    tmux: Option<Tmux>,
    /// The terminal of the row's pane.
    tty: Option<String>,
    /// Where that belongs now: a hook that was in a hurry has told nothing but its id.
    target: Option<Target>,
    in_view: bool,
    clients: Vec<Client>,
}

#[derive(Debug, PartialEq, Eq)]
struct Client {
    session: String,
    name: String,
    /// The terminal of the pane that has its keys: certainly a visible one.
    tty: String,
    passes_through: bool,
}

impl Scene {
    /// Asks tmux; without an answer nobody looks and there is nobody to tell by tmux.
    pub(super) fn of(notice: &Notice, own_socket: &Path, belief: &Belief) -> Self {
        let server = notice.row.server.as_ref();
        let socket = server.map_or(own_socket, |server| Path::new(&server.socket));
        let tmux = belief.tmux(socket).ok();
        let answer = tmux.as_ref().and_then(|tmux| tmux.run(&list()).ok());
        let answer = answer.unwrap_or_default();
        Self {
            tmux,
            ..Self::parse(&String::from_utf8_lossy(&answer), notice)
        }
    }

    fn parse(answer: &str, notice: &Notice) -> Self {
        let lines = || {
            answer
                .lines()
                .map(|line| line.split('\t').collect::<Vec<_>>())
        };
        let clients: Vec<Client> = lines()
            .filter_map(|fields| match fields[..] {
                // A client in control mode is a program: nobody looks at it.
                ["C", "0", session, name, tty, passes] => Some(Client {
                    session: session.to_owned(),
                    name: name.to_owned(),
                    tty: tty.to_owned(),
                    passes_through: !matches!(passes, "" | "0" | "off"),
                }),
                _ => None,
            })
            .collect();
        let mut scene = Self::default();
        let server = notice.row.server.as_ref();
        let server = server.map(|server| server.pid.to_string());
        let mut home = None;
        for fields in lines() {
            let [
                "P",
                pid,
                id,
                session,
                in_front,
                active,
                zoomed,
                tty,
                address,
                split,
            ] = fields[..]
            else {
                continue;
            };
            // After a restart of the server ids are given out again.
            if server.as_ref().is_some_and(|known| known != pid) {
                continue;
            }
            let is_it = match (&notice.row.pane, &notice.row.target) {
                (Some(pane), _) | (None, Target::Pane(pane)) => id == pane.to_string(),
                (None, target) => address == target.to_string(),
            };
            if notice.row.pane.is_some() && shown_by(split) == notice.row.pane {
                // A dashboard shows it beside itself, and this pane keeps its place.
                home = address.parse().ok();
            }
            if is_it {
                scene.tty = Some(tty.to_owned());
                scene.target = address.parse().ok();
                let is_drawn = in_front == "1" && (zoomed == "0" || active == "1");
                let is_watched = clients.iter().any(|client| client.session == session);
                scene.in_view |= is_drawn && is_watched;
            }
        }
        scene.target = home.or(scene.target);
        Self { clients, ..scene }
    }

    /// Where the row's pane is now.
    pub(super) fn target(&self) -> Option<Target> {
        self.target.clone()
    }

    /// Whether a person has the pane before them.
    pub(super) fn is_in_view(&self) -> bool {
        self.in_view
    }
}

/// Tells it by every way that was chosen; what failed, one sentence each.
pub(super) fn send(notice: &Notice, scene: &Scene, settings: &Settings) -> Vec<String> {
    let by = |channel: &Channel| match channel {
        Channel::Bell => ring(scene),
        Channel::Tmux => message(notice, scene),
        Channel::Osc9 => pass(scene, &sequence::osc9(&text(notice))),
        Channel::Osc777 => pass(scene, &sequence::osc777("pane-patrol", &text(notice))),
        Channel::Osc99 => pass(scene, &sequence::osc99(&text(notice))),
        Channel::Desktop => desktop(notice),
        Channel::Command => command(notice, &settings.command),
    };
    let mut channels = notice.channels.clone();
    // tmux draws nothing else while its message stands, and would swallow what is to pass through.
    channels.sort_by_key(|channel| *channel == Channel::Tmux);
    let failed = channels.iter().filter_map(|channel| by(channel).err());
    failed.collect()
}

/// One line for a person: `claude in shop:1.1 asks for permission: Bash: cargo publish`.
fn text(notice: &Notice) -> String {
    let row = &notice.row;
    let does = match notice.state {
        State::WaitingApproval => "asks for permission",
        State::WaitingInput => "asks",
        State::Error => "failed",
        State::Completed => "is done",
        State::Running | State::Idle => "is there",
    };
    let (tool, message) = match &notice.request {
        Some(request) => (&request.tool, &request.message),
        None => (&None, &row.message),
    };
    let parts: Vec<&str> = [tool, message]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    let what = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(": "))
    };
    one_line(
        &format!("{} in {} {does}{what}", row.assistant, row.target),
        MAX_TEXT_CHARS,
    )
}

fn ring(scene: &Scene) -> Result<(), String> {
    scene
        .tty
        .as_deref()
        .map_or(Ok(()), |tty| write_to(tty, "\x07"))
}

fn message(notice: &Notice, scene: &Scene) -> Result<(), String> {
    let Some(tmux) = &scene.tmux else {
        return Ok(());
    };
    let text = Format::message(&text(notice));
    for client in &scene.clients {
        let call = Call::new("display-message").option("-c", &client.name);
        tmux.run(&call.format_operand(&text))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Sends a sequence to the terminal of every client, through tmux.
fn pass(scene: &Scene, sequence: &str) -> Result<(), String> {
    let wrapped = sequence::through_tmux(sequence);
    let mut ttys: Vec<&str> = Vec::new();
    for client in &scene.clients {
        if !client.passes_through {
            return Err(
                "tmux keeps it from the terminal; `set -g allow-passthrough on` lets it pass"
                    .to_owned(),
            );
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

enum Failure {
    /// There is no such program.
    Missing,
    Other(String),
}

impl Failure {
    fn told(self, program: &str) -> String {
        match self {
            Self::Missing => format!("`{program}` is not installed"),
            Self::Other(why) => format!("`{program}`: {why}"),
        }
    }
}

/// Runs a program with `input` on its stdin; one that takes too long is ended.
fn run(command: &mut Command, input: &str) -> Result<(), Failure> {
    match feed(command, input.as_bytes(), Instant::now() + PATIENCE) {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(Failure::Other(status.to_string())),
        Ok(None) => Err(Failure::Other(format!("it took longer than {PATIENCE:?}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::Missing),
        Err(error) => Err(Failure::Other(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
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
    fn a_pane_is_in_view_only_where_a_person_sees_it_drawn() {
        let seen = |line: &str, client: &str| {
            Scene::parse(&format!("{line}\n{client}\n"), &notice(1)).in_view
        };
        let person = "C\t0\t$0\t/dev/pts/9\t/dev/pts/2\ton";
        assert!(seen(
            "P\t77\t%1\t$0\t1\t0\t0\t/dev/pts/1\tshop:1.1\t",
            person
        ));
        assert!(
            !seen("P\t77\t%1\t$0\t0\t1\t0\t/dev/pts/1\tshop:1.1\t", person),
            "another window is in front"
        );
        assert!(
            !seen("P\t77\t%1\t$0\t1\t0\t1\t/dev/pts/1\tshop:1.1\t", person),
            "a zoomed pane hides it"
        );
        assert!(
            !seen("P\t77\t%1\t$1\t1\t1\t0\t/dev/pts/1\tshop:1.1\t", person),
            "nobody is attached there"
        );
        assert!(
            !seen("P\t77\t%2\t$0\t1\t1\t0\t/dev/pts/1\tshop:1.2\t", person),
            "another pane"
        );
        assert!(
            !seen("P\t78\t%1\t$0\t1\t0\t0\t/dev/pts/1\tshop:1.1\t", person),
            "the server was restarted"
        );
        assert!(!seen(
            "P\t77\t%1\t$0\t1\t1\t0\t/dev/pts/1\tshop:1.1\t",
            "C\t1\t$0\tx\t/dev/pts/2\ton"
        ));
    }

    #[test]
    fn a_pane_that_a_dashboard_shows_is_told_by_the_place_where_it_belongs() {
        let shown = "P\t77\t%1\t$9\t1\t0\t0\t/dev/pts/1\tdash:0.1\t";
        let place = "P\t77\t%7\t$0\t0\t0\t0\t/dev/pts/2\tshop:4.2\t1 7 9 %6 @1 0 %1 x";
        let other = "P\t77\t%8\t$0\t0\t0\t0\t/dev/pts/3\tshop:5.0\t1 7 9 %6 @1 0 %2 x";
        for lines in [[shown, place, other], [other, place, shown]] {
            let scene = Scene::parse(&lines.join("\n"), &notice(1));
            assert_eq!(scene.target(), "shop:4.2".parse().ok());
            assert_eq!(scene.tty.as_deref(), Some("/dev/pts/1"));
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
