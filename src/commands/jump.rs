//! `jump`: to the pane of an assistant, from any shell or key.

use std::io::{self, IsTerminal};
use std::process::{Child, Command, Stdio};

use pane_patrol_hooks::target::{PaneId, Target};

use super::acting::act;
use super::{Context, came_from, rows};
use crate::cli::JumpArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub::protocol::What;
use crate::launch::Resumption;
use crate::messages;
use crate::mux::{
    self, Arrival, Gone, Multiplexer, PATIENCE, PATIENCE_FOR_SEVERAL, Place, Standing, Undone,
};
use crate::state::{Attention, Row, urgency};
use crate::sys::shell;

/// What to do where its session cannot be shown.
fn attach_elsewhere(mux: &dyn Multiplexer) -> String {
    let kind = mux.kind();
    let named = mux.names_of_clients().map_or_else(String::new, |_| {
        format!(", or say with `--client NAME` which {kind} client is to go there")
    });
    format!("nobody was moved; run it in a terminal{named}")
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

/// What goes back, instead of the name of an assistant.
const LAST: &str = "last";

/// Goes there, or says why not.
pub(super) fn run(context: &Context, arguments: &JumpArgs) -> CommandResult {
    let client = arguments.client.as_deref();
    if arguments.target.as_deref() == Some(LAST) {
        return go_back(context, client);
    }
    let known = rows::to_read(context, "jump")?;
    if let Some(name) = &arguments.target {
        return go(context, &known.row(name)?, client);
    }
    let round = if arguments.prev {
        Round::Back
    } else {
        Round::On
    };
    if let Some(row) = next(&known.rows, standing(context, client).as_ref(), round) {
        return go(context, row, client);
    }
    if let Some(client) = client {
        check(context, &known.rows, client)?;
    }
    messages::status("Nobody needs you.");
    Ok(())
}

/// Where the person is on her own server.
fn standing(context: &Context, client: Option<&str>) -> Option<Standing> {
    let reach = context.reach();
    let own = reach.place(None, Target::Pane(PaneId(0)));
    let here = context.here(client.map(str::to_owned));
    let standing = mux::of(own.kind, &reach).standing(&own, &here, PATIENCE_FOR_SEVERAL);
    standing.ok().flatten()
}

/// To where the person was before her last jump.
fn go_back(context: &Context, client: Option<&str>) -> CommandResult {
    let standing = standing(context, client);
    let from = standing.and_then(|standing| came_from::before(&context.places(), &standing.whose));
    let from = from.ok_or_else(|| {
        let failed = CommandError::new("could not go back: no jump of yours is known here");
        failed.hint("you are where you were; each client has its own last jump, and `--client NAME` says which is meant")
    })?;
    let reach = context.reach();
    let place = reach.place(Some(from.server), Target::Pane(from.pane));
    let mux = mux::of(place.kind, &reach);
    let name = place.pane.to_string();
    travel(context, &*mux, &place, client, &name).map(drop)
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

/// In which direction those that wait are gone round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    On,
    Back,
}

/// Of those that wait for the person the one that follows where she is, the longest wait first, whatever it asks; from
/// elsewhere the first one. Those that one can go to alone count, as long as there are any.
fn next<'a>(rows: &'a [Row], standing: Option<&Standing>, round: Round) -> Option<&'a Row> {
    let waits = |row: &&Row| Attention::from(row.state) == Attention::NeedsYou;
    let mut waiting: Vec<&Row> = rows.iter().filter(waits).collect();
    waiting.sort_by(|a, b| a.since.cmp(&b.since).then_with(|| urgency(a, b)));
    if waiting.iter().any(|row| !is_out_of_reach(row)) {
        waiting.retain(|row| !is_out_of_reach(row));
    }
    let own = standing.and_then(|standing| waiting.iter().position(|row| is_at(row, standing)));
    let count = waiting.len();
    let at = match (own, round) {
        (Some(own), Round::On) => own + 1,
        (Some(own), Round::Back) => own + count - 1,
        (None, Round::On) => 0,
        (None, Round::Back) => count.checked_sub(1)?,
    };
    waiting.get(at.checked_rem(count)?).copied()
}

/// Whether the person stands before it.
fn is_at(row: &Row, standing: &Standing) -> bool {
    let place = &standing.place;
    row.pane.map(Target::Pane).as_ref() == Some(&place.pane) && row.server == place.server
}

/// Whether it is known that nobody can be taken there.
fn is_out_of_reach(row: &Row) -> bool {
    let is_outside = row.target.process().is_some() && !mux::terminal::may_go(&row.target);
    is_outside || row.is_in_background()
}

fn go(context: &Context, row: &Row, client: Option<&str>) -> CommandResult {
    let failed = || CommandError::new(format!("could not go to `{}`", row.target.shown()));
    if Resumption::attaching(row, &context.homes()).is_ok() {
        let why = "it runs in the background, and no pane shows it; you are where you were";
        let name = shell::shown(&row.target.to_string());
        let remedy = format!("`pane-patrol resume {name}` shows it in one");
        return Err(failed().hint(why).hint(remedy));
    }
    let (place, mux) = context.reach().place_of(row);
    if travel(context, &*mux, &place, client, &row.target.shown())? {
        looked_at(context, row);
    }
    Ok(())
}

/// Takes the person to the place, which she calls `name`; whether only we know that she looks at it now.
fn travel(
    context: &Context,
    mux: &dyn Multiplexer,
    place: &Place,
    client: Option<&str>,
    name: &str,
) -> Result<bool, CommandError> {
    let failed = || CommandError::new(format!("could not go to `{name}`"));
    let here = context.here(client.map(str::to_owned));
    let here = context.reach().seen_from(&here, place, PATIENCE);
    match came_from::go(&context.places(), mux, place, &here) {
        Ok(Arrival::There {
            by_program, remark, ..
        }) => {
            if let Some(remark) = remark {
                messages::status(&format!("{remark}."));
            }
            Ok(by_program)
        }
        Ok(Arrival::Elsewhere(there)) => {
            let command = mux.attach(&there);
            let mut command = command.map_err(|undone| failed().caused_by(&undone))?;
            let attached = attach(&mut command).map_err(|why| {
                let words = format!("could not go to `{name}`: {why}");
                CommandError::new(words).hint(attach_elsewhere(mux))
            });
            attached.map(|()| false)
        }
        Err(Undone::Gone(gone)) => {
            let why = match gone {
                Gone::OutOfReach(words) => words,
                Gone::Pane | Gone::Server => "its pane is gone".to_owned(),
            };
            Err(failed().hint(format!("{why}; you are where you were")))
        }
        Err(undone) => {
            let words = format!("could not go to `{name}`: {undone}");
            Err(CommandError::new(words).hint(name_a_client(mux, Some(&undone))))
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

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::mux::fake::KIND;
    use crate::state::fixture::row;

    #[test]
    fn those_that_wait_are_gone_round_by_age_from_where_one_is() {
        let rows = [
            row(1, "claude", State::WaitingApproval, "work:1.0", 10),
            row(2, "codex", State::WaitingInput, "work:2.0", 30),
            row(3, "gemini", State::Running, "work:3.0", 90),
            row(4, "qwen", State::WaitingApproval, "work:4.0", 20),
        ];
        let from = |pane: Option<u32>, round| {
            let standing = pane.map(|pane| Standing {
                whose: "me".to_owned(),
                place: Place {
                    kind: KIND,
                    server: rows[0].server.clone(),
                    pane: Target::Pane(PaneId(pane)),
                },
            });
            next(&rows, standing.as_ref(), round).and_then(|row| row.pane)
        };
        for (pane, on, back) in [(2, 4, 1), (4, 1, 2), (1, 2, 4), (3, 2, 1), (9, 2, 1)] {
            assert_eq!(from(Some(pane), Round::On), Some(PaneId(on)), "{pane}");
            assert_eq!(from(Some(pane), Round::Back), Some(PaneId(back)), "{pane}");
        }
        assert_eq!(from(None, Round::On), Some(PaneId(2)));
        assert_eq!(next(&rows[2..3], None, Round::On), None);
        assert_eq!(next(&rows[2..3], None, Round::Back), None);
    }
}
