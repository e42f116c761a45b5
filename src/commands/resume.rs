//! `resume`: takes up a session that is over again, where it worked, or shows one in a pane that runs in the
//! background.

use pane_patrol_hooks::timestamp::Timestamp;

use super::Context;
use super::acting::{act, act_knowing};
use super::ended::{self, Ended};
use super::restore;
use super::start::NotStarted;
use crate::actor::STARTED_ALREADY;
use crate::cli::ResumeArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub::protocol::{ActOutcome, ActResult, Located, Resume, SystemText, What};
use crate::launch::{ENDED, Resumption};
use crate::messages;
use crate::state::{EndedSession, Row};
use crate::sys::shell;

/// What to do where nothing was started.
const STILL: &str =
    "once that is mended it can be resumed still; `pane-patrol status --ended` lists what can be";

/// The same where somebody else was first.
const RUNS: &str = "`pane-patrol status` has its row as soon as it reports";

/// Takes it up, or says how it would be.
pub(super) fn run(context: &Context, arguments: &ResumeArgs) -> CommandResult {
    if arguments.all {
        return restore::run(context, arguments);
    }
    // Nobody else starts it meanwhile.
    let _turn = if arguments.dry_run {
        None
    } else {
        Some(ended::turn(context)?)
    };
    let ended = Ended::of(context, "resume")?;
    let session = match ended.pick(arguments.target.as_deref(), Timestamp::now()) {
        Ok(session) => session,
        Err(error) => {
            let own = context.own_socket_text();
            let behind = ended.behind(arguments.target.as_deref(), &own);
            return behind.map_or(Err(error), |row| attach(context, arguments, row));
        }
    };
    let name = format!("{} of {}", session.assistant, session.label());
    let failed = |why: String| CommandError::new(format!("could not resume {name}: {why}"));
    if arguments.dry_run {
        let resumption = Resumption::of(session, &context.config()?.launcher, &context.homes());
        let resumption = resumption.map_err(|why| failed(why.to_string()).hint(STILL))?;
        let folder = shell::shown(&resumption.folder().to_string_lossy());
        messages::result(&format!("cd {folder} && {}\n", resumption.shown()));
        return Ok(());
    }
    let in_front = context.around.server.is_some();
    let resumed = resume_it(context, "resume", session, in_front);
    let (place, ended) = resumed.map_err(|why| {
        let why = why.to_string();
        let hint = if why == STARTED_ALREADY { RUNS } else { STILL };
        failed(why).hint(hint)
    })?;
    messages::status(&format!("Resumed {name} in {}{ended}.", place.target));
    Ok(())
}

/// Shows the session of a row that runs in the background, or says how it would be.
fn attach(context: &Context, arguments: &ResumeArgs, row: &Row) -> CommandResult {
    let name = format!("{} in {}", row.assistant, row.target);
    let failed = |why: String| {
        let failed = CommandError::new(format!("could not attach to {name}: {why}"));
        failed.hint("it runs as before; `pane-patrol status` says what it does")
    };
    if arguments.dry_run {
        let attaching = Resumption::attaching(row, &context.homes());
        let attaching = attaching.map_err(|why| failed(why.to_string()))?;
        messages::result(&format!("{}\n", attaching.shown()));
        return Ok(());
    }
    let in_front = context.around.server.is_some();
    let shown = attach_to(context, "resume", row, in_front);
    let (place, ended) = shown.map_err(|why| failed(why.to_string()))?;
    messages::status(&format!("Attached to {name} in {}{ended}.", place.target));
    Ok(())
}

/// Shows the session of a row that runs in the background, as [`resume_it`] takes up one that is over.
pub(super) fn attach_to(
    context: &Context,
    door: &str,
    row: &Row,
    in_front: bool,
) -> Result<(Located, &'static str), NotStarted> {
    let resume = wanted(context, in_front);
    told(act_knowing(
        context,
        door,
        &row.id,
        Some(row),
        What::Resume(resume),
    )?)
}

/// Takes it up on the server that the person is on, else on that of whoever collects; `door` is where she is. Where it
/// is, and what is to be said of it.
pub(super) fn resume_it(
    context: &Context,
    door: &str,
    session: &EndedSession,
    in_front: bool,
) -> Result<(Located, &'static str), NotStarted> {
    told(act(
        context,
        door,
        &session.id(),
        What::Resume(wanted(context, in_front)),
    )?)
}

/// Where it is to be, as far as the person's environment says it.
fn wanted(context: &Context, in_front: bool) -> Resume {
    Resume {
        path: context.path.as_deref().map(SystemText::from),
        server: context
            .around
            .server
            .as_ref()
            .map(|_| SystemText::from(&context.own_socket())),
        session: context.around.session.clone(),
        in_front,
        at_its_place: false,
        beside: None,
    }
}

/// Where it is, and what is to be said of it.
fn told(result: ActResult) -> Result<(Located, &'static str), NotStarted> {
    match (result.outcome, result.place) {
        (ActOutcome::Done, Some(place)) => {
            let ended = if result.why.is_some() { ENDED } else { "" };
            Ok((place, ended))
        }
        _ => Err(NotStarted::Refused(result.why.unwrap_or_default())),
    }
}
