//! `resume --all`: brings back what ended with its server or with the machine, each session once, in the window and the
//! order it had; four at a time.

mod plan;

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use pane_patrol_hooks::target::{PaneId, Target};
use rustix::termios::{QueueSelector, tcflush};

use super::Context;
use super::acting::act;
use super::ended;
use crate::cli::ResumeArgs;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::hub::protocol::{ActOutcome, Located, Resume, SystemText, What};
use crate::messages;
use crate::mux::{PATIENCE_FOR_SEVERAL, Reach};
use crate::state::EndedSession;
pub(super) use plan::Plan;
use plan::Window;

/// So many are started at one time.
const AT_ONE_TIME: usize = 4;

/// Said where nothing is to be done.
const NOTHING: &str = "Nothing ended with its server that is not back: nothing was done.";

/// Brings them back, or says what would come.
pub(super) fn run(context: &Context, arguments: &ResumeArgs) -> CommandResult {
    let plan = Plan::of(context)?;
    if arguments.dry_run {
        let text = plan.text();
        messages::result(if text.is_empty() {
            "no session is over that could be brought back\n"
        } else {
            &text
        });
        return Ok(());
    }
    if plan.is_empty() {
        messages::result(&plan.text());
        messages::status(NOTHING);
        return Ok(());
    }
    if !arguments.yes {
        ask(&plan)?;
    }
    let shown: BTreeSet<String> = plan.back().map(EndedSession::id).collect();
    // Somebody else may have brought them back meanwhile.
    let _turn = ended::turn(context)?;
    let mut plan = Plan::of(context)?;
    plan.keep(&shown);
    if plan.is_empty() {
        messages::status(NOTHING);
        return Ok(());
    }
    let all = plan.back().count();
    let failed = carry_out(context, "resume", plan, &|words| messages::status(words));
    if failed.is_empty() {
        return Ok(());
    }
    let told = CommandError::new(format!(
        "{} of {all} sessions did not come back",
        failed.len()
    ));
    let told = failed.into_iter().fold(told, CommandError::hint);
    Err(told.hint("`pane-patrol resume --all --dry-run` says what can come back still"))
}

/// Shows the person what would come back, and asks once.
fn ask(plan: &Plan) -> CommandResult {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        let unasked = CommandError::new("nobody was asked whether they are to come back");
        return Err(unasked
            .hint("see what would: `pane-patrol resume --all --dry-run`")
            .hint("then give `--yes`")
            .exit(EXIT_USAGE));
    }
    messages::result(&plan.text());
    let count = plan.back().count();
    messages::result(&format!("\nBring {count} back? [y/N] "));
    // What was typed before the question stood there is no answer to it.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| CommandError::new("the answer could not be read").caused_by(&error))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(CommandError::new("you did not say yes").hint("nothing was done")),
    }
}

/// Brings all of the plan back; `door` is where the person is, `tell` is told what is done. What was not, and why.
pub(super) fn carry_out(
    context: &Context,
    door: &str,
    plan: Plan,
    tell: &(dyn Fn(&str) + Sync),
) -> Vec<String> {
    let chains = Mutex::new(VecDeque::from(plan.chains));
    let next = || {
        let mut chains = chains.lock().unwrap_or_else(PoisonError::into_inner);
        chains.pop_front()
    };
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONE_TIME {
            scope.spawn(|| {
                while let Some(chain) = next() {
                    for window in chain {
                        let restored = restore(context, door, &window, tell);
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.extend(restored);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Brings the panes of a window back, one beside the other, and lays it out as it was. What was not, and why.
fn restore(
    context: &Context,
    door: &str,
    window: &Window,
    tell: &(dyn Fn(&str) + Sync),
) -> Vec<String> {
    let mut failed = Vec::new();
    let mut there: Vec<(PaneId, String)> = Vec::new();
    for session in &window.panes {
        let name = format!("{} of {}", session.assistant, session.label());
        let beside = there.last().map(|(pane, _)| *pane);
        match bring_back(context, door, session, beside) {
            Ok((place, remark)) => {
                tell(&format!("Resumed {name} in {}{remark}.", place.target));
                let target = place.target.to_string();
                there.extend(place.pane.map(|pane| (pane, target)));
            }
            Err(why) => failed.push(format!("{name}: {why}")),
        }
    }
    let (Some((pane, target)), Some(had)) = (there.first(), window.had) else {
        return failed;
    };
    if had <= 1 {
        return failed;
    }
    let place = target
        .rsplit_once('.')
        .map_or(&**target, |(place, _)| place);
    let arranged = match &window.layout {
        Some(layout) if there.len() == had => arrange(context, &window.socket, *pane, layout),
        _ => Err(format!("{} of its {had} panes are back", there.len())),
    };
    if let Err(why) = arranged {
        tell(&format!("{place} is not laid out as it was: {why}."));
    }
    failed
}

/// Where it is and what is to be said of it, or why it is not there.
fn bring_back(
    context: &Context,
    door: &str,
    session: &EndedSession,
    beside: Option<PaneId>,
) -> Result<(Located, &'static str), String> {
    let server = context.around.server.as_ref();
    let resume = Resume {
        path: context.path.as_deref().map(SystemText::from),
        server: server.map(|_| SystemText::from(&context.own_socket())),
        session: None,
        in_front: false,
        at_its_place: true,
        beside,
    };
    let result = act(context, door, &session.id(), What::Resume(resume));
    let result = result.map_err(|error| error.to_string())?;
    match (result.outcome, result.place) {
        (ActOutcome::Done, Some(place)) if result.why.is_none() => Ok((place, "")),
        (ActOutcome::Unknown, Some(place)) => Ok((place, ", where nothing was seen to run so far")),
        (_, place) => {
            let gone = place.map(|place| format!("what was started in {} is gone", place.target));
            Err(result.why.or(gone).unwrap_or_default())
        }
    }
}

fn arrange(context: &Context, socket: &Path, pane: PaneId, layout: &str) -> Result<(), String> {
    let reach = Reach {
        own_socket: socket.to_owned(),
        ..context.reach()
    };
    let place = reach.place(None, Target::Pane(pane));
    let arranged = reach.own().arrange(&place, layout, PATIENCE_FOR_SEVERAL);
    arranged.map_err(|undone| undone.to_string())
}
