//! `demo`: the real dashboard with scripted assistants on a private tmux server, or in a private session of Zellij.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::thread;

use pane_patrol_hooks::send::Listener;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Context;
use crate::cli::DemoArgs;
use crate::demo::{self, Hall, OnStage, Place, Player, Stage};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;

/// Shows the demo on this terminal, or as a page; without a terminal, or when asked to, prints its first screen.
pub(super) fn run(context: &Context, arguments: &DemoArgs) -> CommandResult {
    if let Some(name) = &arguments.play {
        return play(context, name);
    }
    let show = io::stdout().is_terminal() && io::stdin().is_terminal() && !arguments.print;
    if arguments.zellij && !show {
        return Err(CommandError::new("`demo --zellij` needs a terminal")
            .hint("nothing was changed; `pane-patrol demo --print` prints the first screen of the demo on tmux")
            .exit(EXIT_USAGE));
    }
    let executable = std::env::current_exe()
        .map_err(|error| CommandError::new("could not find this program").caused_by(&error))?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let asked = (arguments.columns, arguments.rows);
    let own = crossterm::terminal::size().ok().filter(|_| show);
    let size = own.unwrap_or(asked);
    let (hall, needs) = if arguments.zellij {
        (Hall::Zellij, "Zellij 0.44.1 or newer")
    } else {
        let page = arguments.page;
        (Hall::Tmux { size, page }, "tmux")
    };
    let stage = Stage::set(&executable, &path, hall).map_err(|error| {
        CommandError::new("could not set the demo up")
            .caused_by(&error)
            .hint(format!(
                "it needs {needs} on PATH and a TMPDIR that can be written to; nothing of yours was changed"
            ))
    })?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| CommandError::new("could not wait for signals").caused_by(&error))?;
    let handle = signals.handle();
    let ended = thread::scope(|scope| {
        let waits = scope.spawn(|| {
            if signals.forever().next().is_some() {
                stage.end();
            }
        });
        let ended = if arguments.page {
            let address = stage.page(&executable);
            address.map(|address| {
                messages::result(&format!("{address}\n"));
                messages::status(
                    "Open it in a browser on this machine: it is good once, for two minutes. Ctrl-C ends the demo.",
                );
                // By a signal.
                let _ = waits.join();
            })
        } else if show {
            stage.attach()
        } else {
            stage.screen().map(|screen| messages::result(&screen))
        };
        handle.close();
        ended
    });
    ended.map_err(|error| {
        let broke_off = CommandError::new("the demo broke off").caused_by(&error);
        if show {
            broke_off.hint("`pane-patrol demo --print` prints its first screen on any terminal")
        } else {
            broke_off
        }
    })
}

/// One scripted assistant, in a pane of the stage.
fn play(context: &Context, name: &str) -> CommandResult {
    let failed =
        |error: &io::Error| CommandError::new("the scripted assistant broke off").caused_by(error);
    let script = demo::story::find(name).ok_or_else(|| {
        CommandError::new(format!("there is no script `{name}`")).exit(EXIT_USAGE)
    })?;
    let executable = std::env::current_exe().map_err(|error| failed(&error))?;
    let cwd = std::env::current_dir().map_err(|error| failed(&error))?;
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let stage = OnStage::with_home(&home).map_err(|error| failed(&error))?;
    let place = Place {
        executable,
        home,
        cwd,
    };
    let player = Player::new(script, io::stdout(), place);
    let mut player = player.ok_or_else(|| CommandError::new("no assistant can be played"))?;
    demo::wait_for_audience(|| {
        Listener::find(&context.places(), context.environment.uid).is_some()
    });
    let outcome = player.play();
    stage.clear_if_left_over();
    outcome.map_err(|error| failed(&error))
}
