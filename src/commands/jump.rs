//! `jump`: to the pane of an assistant, from any shell or key.

use std::io::{self, IsTerminal};
use std::process::{Child, Command, Stdio};

use pane_patrol_hooks::target::{PaneId, Target};

use super::acting::act;
use super::{Context, rows};
use crate::cli::JumpArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub::protocol::What;
use crate::launch::Resumption;
use crate::messages;
use crate::mux::{self, Arrival, Gone, Kind, Multiplexer, PATIENCE, PATIENCE_FOR_SEVERAL, Undone};
use crate::state::{Attention, Row, urgency};
use crate::sys::shell;

/// What to do where its session cannot be shown.
fn attach_elsewhere(kind: Kind) -> String {
    format!(
        "nobody was moved; run it in a terminal, or say with `--client NAME` which {kind} client is to go there"
    )
}

/// What to do where a client that is named is not there, and else whether anybody was moved.
fn name_a_client(mux: &dyn Multiplexer, why: Option<&Undone>) -> String {
    mux.names_of_clients().map_or_else(
        || what_became_of_them(why).to_owned(),
        |words| format!("{words}; without `--client` it is the one that this runs on"),
    )
}

/// Whether anybody was moved.
fn what_became_of_them(why: Option<&Undone>) -> &'static str {
    match why {
        Some(Undone::Unknown(_)) => {
            "somebody may have been moved, or be on the way still: your terminal shows where you are"
        }
        Some(Undone::Gone(_) | Undone::Refused(_) | Undone::NotBelieved { .. }) | None => {
            "nobody was moved"
        }
    }
}

/// Goes there, or says why not.
pub(super) fn run(context: &Context, arguments: &JumpArgs) -> CommandResult {
    let known = rows::to_read(context, "jump")?;
    let client = arguments.client.as_deref();
    if let Some(name) = &arguments.target {
        return go(context, &known.row(name)?, client);
    }
    if let Some(row) = next(&known.rows) {
        return go(context, row, client);
    }
    if let Some(client) = client {
        check(context, &known.rows, client)?;
    }
    messages::status("Nobody needs you.");
    Ok(())
}

/// Whether the client is one of the own server, or of one that somebody runs on.
fn check(context: &Context, rows: &[Row], client: &str) -> CommandResult {
    let reach = context.reach();
    let own = reach.own();
    let pane = Target::Pane(PaneId(0));
    let mut servers: Vec<_> = rows.iter().filter_map(|row| row.server.clone()).collect();
    servers.sort_by_key(ToString::to_string);
    servers.dedup();
    let servers = std::iter::once(None).chain(servers.into_iter().map(Some));
    let mut why = None;
    for server in servers {
        let place = reach.place(server, pane.clone());
        let mux = mux::of(place.kind, &reach);
        match mux.has_client(&place, client, PATIENCE_FOR_SEVERAL) {
            Ok(()) => return Ok(()),
            // That of a server which answers says more than that of one which is gone.
            Err(refused @ Undone::Refused(_)) if !matches!(why, Some(Undone::Refused(_))) => {
                why = Some(refused);
            }
            Err(undone) => why = why.or(Some(undone)),
        }
    }
    let hint = name_a_client(&*own, None);
    let why = match why {
        Some(Undone::Gone(Gone::Server | Gone::Pane)) | None => {
            let kind = own.kind();
            format!("no {kind} server is there, and so no client `{client}`; nobody was moved")
        }
        Some(undone) => undone.to_string(),
    };
    let failed = CommandError::new(format!("could not go to anybody: {why}"));
    Err(failed.hint(hint))
}

/// The one that has waited for the person longest, whatever it asks: of those that one can go to, as long as
/// there are any.
fn next(rows: &[Row]) -> Option<&Row> {
    let waits = |row: &&Row| Attention::from(row.state) == Attention::NeedsYou;
    let longest = |a: &&Row, b: &&Row| {
        let behind = is_out_of_reach(a).cmp(&is_out_of_reach(b));
        let since = behind.then_with(|| a.since.cmp(&b.since));
        since.then_with(|| urgency(a, b))
    };
    rows.iter().filter(waits).min_by(longest)
}

/// Whether it is known that nobody can be taken there.
fn is_out_of_reach(row: &Row) -> bool {
    row.target.process().is_some() && !mux::terminal::may_go(&row.target)
}

fn go(context: &Context, row: &Row, client: Option<&str>) -> CommandResult {
    let failed = || CommandError::new(format!("could not go to `{}`", row.target.shown()));
    if Resumption::attaching(row, &context.homes()).is_ok() {
        let why = "it runs in the background, and no pane shows it; you are where you were";
        let name = shell::shown(&row.target.to_string());
        let remedy = format!("`pane-patrol resume {name}` shows it in one");
        return Err(failed().hint(why).hint(remedy));
    }
    let reach = context.reach();
    let (place, mux) = reach.place_of(row);
    let here = context.here(client.map(str::to_owned));
    let here = reach.seen_from(&here, &place, PATIENCE);
    match mux.go(&place, &here, PATIENCE_FOR_SEVERAL) {
        Ok(Arrival::There {
            by_program, remark, ..
        }) => {
            if by_program {
                looked_at(context, row);
            }
            if let Some(remark) = remark {
                messages::status(&format!("{remark}."));
            }
            Ok(())
        }
        Ok(Arrival::Elsewhere(there)) => {
            let command = mux.attach(&there);
            let mut command = command.map_err(|undone| failed().caused_by(&undone))?;
            attach(&mut command).map_err(|why| {
                let words = format!("could not go to `{}`: {why}", row.target.shown());
                CommandError::new(words).hint(attach_elsewhere(place.kind))
            })
        }
        Err(Undone::Gone(gone)) => {
            let why = match gone {
                Gone::OutOfReach(words) => words,
                Gone::Pane | Gone::Server => "its pane is gone".to_owned(),
            };
            Err(failed().hint(format!("{why}; you are where you were")))
        }
        Err(undone) => {
            let words = format!("could not go to `{}`: {undone}", row.target.shown());
            Err(CommandError::new(words).hint(name_a_client(&*mux, Some(&undone))))
        }
    }
}

/// Says that the person looks at the row now, where the multiplexer cannot tell.
pub(super) fn looked_at(context: &Context, row: &Row) {
    // Where nobody collects there is no row that could be seen.
    let _ = act(context, "jump", &row.id, What::Look {});
}

/// Shows the session on this terminal until the person detaches; says why it could not.
fn attach(command: &mut Command) -> Result<(), String> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err("this is no terminal, and no client shows its session".to_owned());
    }
    // What it says is part of what we say.
    let child = command.stderr(Stdio::piped()).spawn();
    let output = child.and_then(Child::wait_with_output);
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().map(str::to_owned);
    let program = command.get_program().to_string_lossy();
    Err(said.unwrap_or_else(|| format!("{program} ended badly")))
}
