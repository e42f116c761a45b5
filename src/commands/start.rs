//! `start` and `stop`: assistants from launchers, and their polite end.

use std::collections::BTreeSet;
use std::path::PathBuf;

use pane_patrol_hooks::target::Target;
use serde::Serialize;
use thiserror::Error;

use super::acting::{NotActed, act, act_knowing};
use super::{Context, interrupted, rows};
use crate::cli::{StartArgs, StopArgs};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::hub::protocol::{ActOutcome, Located, Start, SystemText, What};
use crate::launch::{self, ENDED, Item, Launcher, NotListed, Panes, Stopped};
use crate::messages::{self, nearest};
use crate::mux;
use crate::state::Row;
use crate::sys::shell;

/// As many names are told where one has to be chosen.
const MOST_NAMED: usize = 20;

/// What to do where a launcher's program lists nothing.
const BY_HAND: &str = "run that program by hand to see why; nothing was started";

/// Starts an assistant, or lists what can be started.
pub(super) fn start(context: &Context, arguments: &StartArgs) -> CommandResult {
    let launchers = launchers(context)?;
    interrupted::ends_all()?;
    if arguments.list {
        return list(context, &launchers, arguments.json);
    }
    let launcher = choose(&launchers, arguments.launcher.as_deref())?;
    if arguments.item.is_none() {
        choose_item(context, launcher)?;
    }
    let folder = arguments
        .folder
        .as_deref()
        .map(std::path::absolute)
        .transpose();
    let folder =
        folder.map_err(|error| CommandError::new("that folder has no path").caused_by(&error))?;
    let name = match &arguments.item {
        Some(item) => format!("{} {item}", launcher.name),
        None => launcher.name.clone(),
    };
    let failed = |why: String| CommandError::new(format!("could not start `{name}`: {why}"));
    let here = std::env::current_dir().map_err(|error| failed(error.to_string()))?;
    let start = Start {
        folder: folder.as_deref().map(SystemText::from),
        cwd: Some(SystemText::from(&here)),
        in_front: context.around.server.is_some(),
        item: arguments.item.clone(),
        wrap: arguments.wrapping.said(),
        ..wanted(context, &launcher.name)
    };
    let started = start_it(context, "start", start);
    let (place, ended) = started.map_err(|why| failed(why.to_string()).hint(look()))?;
    messages::status(&format!("Started {name} in {}{ended}.", place.target));
    Ok(())
}

/// Prints what can be started. What one launcher lists may not be known: the others stand there as ever.
fn list(context: &Context, launchers: &[Launcher], json: bool) -> CommandResult {
    let startable = Startable::all(context, launchers);
    if json {
        messages::json(&startable)?;
    } else {
        let lines = startable.iter().filter_map(Startable::line);
        messages::raw_result(&lines.collect::<String>());
    }
    let unknown = startable.iter().filter_map(|one| one.error.as_ref());
    let unknown: Vec<&String> = unknown.collect();
    for error in &unknown {
        messages::warning(error);
    }
    if unknown.is_empty() {
        return Ok(());
    }
    Err(CommandError::new("not all that can be started is known").hint(BY_HAND))
}

/// What can be started, as programs get it.
#[derive(Serialize)]
struct Startable {
    launcher: String,
    /// Of one that lists names: which of them.
    item: Option<String>,
    /// Where that was started already and runs; `None` where it does not.
    target: Option<Target>,
    /// Why it is not known whether it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Why it is not known what its launcher lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Startable {
    /// The launchers; of one that lists names, each of them.
    fn all(context: &Context, launchers: &[Launcher]) -> Vec<Self> {
        let path = context.path.clone().unwrap_or_default();
        let lists = launchers.iter().any(|launcher| launcher.list.is_some());
        let panes = lists.then(|| Panes::of(&context.reach(), collected(context)));
        let panes = panes.unwrap_or_default();
        let why = (lists && !panes.is_any)
            .then(|| format!("{} runs nowhere that can be seen from here", mux::offered()));
        let mut all = Vec::new();
        let listed = launch::listed(launchers, &path, &panes);
        for (launcher, items) in launchers.iter().zip(listed) {
            let of = |item: Option<String>, target| Self {
                launcher: launcher.name.clone(),
                why: why.clone().filter(|_| item.is_some()),
                item,
                target,
                error: None,
            };
            match items {
                None => all.push(of(None, None)),
                Some(Err(why)) => all.push(Self {
                    error: Some(not_listed(launcher, &why)),
                    ..of(None, None)
                }),
                Some(Ok(items)) => {
                    let target = |item: &Item| item.runs.as_ref().map(|it| it.target.clone());
                    all.extend(
                        items
                            .iter()
                            .map(|item| of(Some(item.name.clone()), target(item))),
                    );
                }
            }
        }
        all
    }

    /// Its line for a person; none where it is not known.
    fn line(&self) -> Option<String> {
        if self.error.is_some() {
            return None;
        }
        let item = self.item.iter().map(|item| format!(" {item}"));
        Some(format!("{}{}\n", self.launcher, item.collect::<String>()))
    }
}

/// The servers that whoever collects knows of: of those this may be one that nothing around us names.
fn collected(context: &Context) -> BTreeSet<PathBuf> {
    let rows = context
        .hub()
        .subscribe("start")
        .and_then(|mut client| client.rows());
    let servers = rows.unwrap_or_default().into_iter();
    let servers = servers.filter_map(|row| Some(row.server?.socket.into()));
    servers.collect()
}

fn not_listed(launcher: &Launcher, why: &NotListed) -> String {
    format!("could not list what `{}` starts: {why}", launcher.name)
}

/// Says which names there are, where one of them has to be named.
fn choose_item(context: &Context, launcher: &Launcher) -> CommandResult {
    let path = context.path.clone().unwrap_or_default();
    let Some(names) = launcher.names(&path) else {
        return Ok(());
    };
    let (names, name) = (
        names.map_err(|why| CommandError::new(not_listed(launcher, &why)).hint(BY_HAND))?,
        &launcher.name,
    );
    let hint = match &names[..] {
        [] => "it lists none at the moment; nothing was started".to_owned(),
        names => {
            let some = names.iter().take(MOST_NAMED).map(String::as_str);
            let some = some.collect::<Vec<_>>().join(", ");
            let more = match names.len().saturating_sub(MOST_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more, which `pane-patrol start --list` prints"),
            };
            format!("there are: {some}{more}; nothing was started")
        }
    };
    let which = format!("which of what `{name}` lists is to be started?");
    Err(CommandError::new(which).hint(hint).exit(EXIT_USAGE))
}

/// What to do where nothing was started.
fn look() -> String {
    let tells = mux::offered();
    format!(
        "`pane-patrol doctor` says how {tells} is, `pane-patrol status` what runs; then try again"
    )
}

fn choose<'a>(launchers: &'a [Launcher], name: Option<&str>) -> Result<&'a Launcher, CommandError> {
    let names: Vec<&str> = launchers
        .iter()
        .map(|launcher| launcher.name.as_str())
        .collect();
    let wrong = match (name, launchers) {
        (Some(name), _) => match launchers.iter().find(|launcher| launcher.name == name) {
            Some(found) => return Ok(found),
            None => format!("there is no launcher `{name}`"),
        },
        (None, [only]) => return Ok(only),
        (None, _) => "which one is to be started?".to_owned(),
    };
    let hint = if names.is_empty() {
        "no assistant is on PATH: name one in `[[launcher]]` of the settings".to_owned()
    } else {
        let near = name.and_then(|name| nearest(name, names.iter().copied()));
        let near = near.map_or_else(String::new, |near| format!("is `{near}` meant? "));
        format!("{near}there are: {}; nothing was started", names.join(", "))
    };
    Err(CommandError::new(wrong).hint(hint).exit(EXIT_USAGE))
}

/// The person's launchers, else the assistants that are found.
pub(super) fn launchers(context: &Context) -> Result<Vec<Launcher>, CommandError> {
    let path = context.path.clone().unwrap_or_default();
    Ok(launch::launchers(&context.config()?.launcher, &path))
}

/// What is started, as far as the person's environment says it.
pub(super) fn wanted(context: &Context, launcher: &str) -> Start {
    Start {
        launcher: launcher.to_owned(),
        path: context.path.as_deref().map(SystemText::from),
        server: Some(SystemText::from(&context.own_socket())),
        session: context.around.session.clone(),
        ..Start::default()
    }
}

/// Starts it; `door` is where the person is. Where it is, and what is to be said of it.
pub(super) fn start_it(
    context: &Context,
    door: &str,
    start: Start,
) -> Result<(Located, &'static str), NotStarted> {
    let result = act(context, door, "", What::Start(start))?;
    match (result.outcome, result.place) {
        (ActOutcome::Done, Some(place)) => {
            let ended = if result.why.is_some() { ENDED } else { "" };
            Ok((place, ended))
        }
        _ => Err(NotStarted::Refused(result.why.unwrap_or_default())),
    }
}

/// Why nothing was started.
#[derive(Debug, Error)]
pub(super) enum NotStarted {
    /// Whoever starts it could not be asked, or what it answered was not heard.
    #[error(transparent)]
    NotActed(#[from] NotActed),
    /// Nothing was done, or it is not known; says why.
    #[error("{0}")]
    Refused(String),
}

/// Stops an assistant.
pub(super) fn stop(context: &Context, arguments: &StopArgs) -> CommandResult {
    let row = rows::to_read(context, "stop")?.row(&arguments.target)?;
    let name = format!("{} in {}", row.assistant, row.target.shown());
    let failed = |why: &str| CommandError::new(format!("could not stop {name}: {why}"));
    let stopped = if arguments.close_pane {
        close_pane(context, "stop", &row)
    } else {
        stop_politely(context, "stop", &row)
    };
    match stopped {
        Stopped::Ended if arguments.close_pane => {
            messages::status(&format!("The pane of {name} is closed."));
        }
        Stopped::Ended if row.is_left_behind() => {
            messages::status(&format!(
                "Took {name} out of the list; it had ended before."
            ));
        }
        Stopped::Ended => messages::status(&format!("Stopped {name}.")),
        Stopped::Failed(why) => {
            let hint = "it is as it was; end it in its own pane, or see what `pane-patrol explain` says of it";
            return Err(failed(&why).hint(hint));
        }
        Stopped::OnlyByPane { why, .. } => {
            return Err(failed(&why).hint(format!(
                "`pane-patrol stop --close-pane {}` closes its pane with everything in it",
                shell::shown(&arguments.target)
            )));
        }
    }
    Ok(())
}

/// Asks its process to end and waits for that; `door` is where the person is.
pub(super) fn stop_politely(context: &Context, door: &str, row: &Row) -> Stopped {
    stop_it(context, door, row, false)
}

/// Closes the row's pane with everything in it.
pub(super) fn close_pane(context: &Context, door: &str, row: &Row) -> Stopped {
    stop_it(context, door, row, true)
}

fn stop_it(context: &Context, door: &str, row: &Row, close_pane: bool) -> Stopped {
    let stop = What::Stop {
        instance_id: row.instance_id.clone(),
        pid: row.pid,
        close_pane,
    };
    let result = match act_knowing(context, door, &row.id, Some(row), stop) {
        Ok(result) => result,
        Err(error) => return Stopped::Failed(error.to_string()),
    };
    let why = result.why.unwrap_or_default();
    match result.outcome {
        ActOutcome::Done => Stopped::Ended,
        outcome if result.only_by_pane => Stopped::OnlyByPane {
            why,
            asked: outcome == ActOutcome::Unknown,
        },
        ActOutcome::Refused | ActOutcome::Unknown => Stopped::Failed(why),
    }
}
