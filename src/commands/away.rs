//! `away`: what happened while the person was away, by the event log, else by what is known without one.

use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;

use super::ended::{self, Ended};
use super::log::query::{local_clock, moment};
use super::status::aligned;
use super::{Context, rows};
use crate::assistants;
use crate::cli::AwayArgs;
use crate::collector::liveness::has_ended;
use crate::config::DEFAULT_AWAY;
use crate::error::{CommandError, CommandResult, EXIT_NOBODY};
use crate::log::away::{self, Counter, Digest, Told};
use crate::log::condition::trouble;
use crate::log::notes::Notes;
use crate::log::unseen;
use crate::log::when::{Ahead, Grain, LocalClock, age};
use crate::messages;
use crate::state::Row;
use crate::state::words::word;

/// What is told where nobody knows when the person left.
const USUALLY: Duration = Duration::from_secs(8 * 60 * 60);

/// Prints it.
pub(super) fn run(context: &Context, arguments: &AwayArgs) -> CommandResult {
    let clock = local_clock();
    let since = arguments.since.as_deref();
    let since = since.map(|text| moment(&clock, text, Ahead::IsYesterday));
    let digest = digest(context, since.transpose()?, clock.now)?;
    if arguments.json {
        return messages::json(&digest);
    }
    messages::result(&text(&digest, &clock));
    for unknown in &digest.unknown {
        messages::warning(unknown);
    }
    Ok(())
}

/// What happened since then, else since the person left, as far as anybody can tell.
///
/// # Errors
/// There is no event log, and nobody who could be asked.
pub(super) fn digest(
    context: &Context,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Digest, CommandError> {
    let log = context.event_log()?;
    let mut digest = if trouble(&log).is_ok() {
        let records = away::read(&log, Instant::now());
        let after = context.config()?.away.after();
        let after = if after.is_zero() { DEFAULT_AWAY } else { after };
        let since = since.or_else(|| away::left(&records, after, now));
        let since = since.unwrap_or_else(|| now.minus(USUALLY));
        let mut counter = Counter::new(records.iter().collect::<Notes>(), since, now);
        for record in records {
            counter.take(record);
        }
        counter.finish()
    } else {
        let since = since.unwrap_or_else(|| now.minus(USUALLY));
        let ended = Ended::of(context, "away")
            .map_or_else(|_| ended::written_down(context), |ended| Ok(ended.sessions))?;
        Digest::without_log(&known(context)?, &ended, (since, now))
    };
    for told in &mut digest.assistants {
        if let Some((words, at)) = recap(context, told) {
            told.hear(words, at);
        }
    }
    Ok(digest)
}

/// The rows of whoever collects, else those that rested unseen when somebody did last.
fn known(context: &Context) -> Result<Vec<Row>, CommandError> {
    match rows::live(context, "away") {
        Ok(known) => Ok(known.rows),
        Err(error) if error.exit_status() == EXIT_NOBODY => {
            let file = context.places().unseen();
            let kept = file.as_deref().map(unseen::read).unwrap_or_default();
            Ok(kept.into_iter().filter(|row| !has_ended(row)).collect())
        }
        Err(error) => Err(error),
    }
}

/// What the assistant has written down itself for a person who was away.
fn recap(context: &Context, told: &Told) -> Option<(String, Timestamp)> {
    let known = assistants::named(&told.assistant)?;
    let assistant = &known.row().adapter.assistant;
    let home = context.homes().of(assistant, told.home.as_deref())?;
    recap_in(&home, told, known)
}

fn recap_in(
    home: &Path,
    told: &Told,
    known: &dyn assistants::Facets,
) -> Option<(String, Timestamp)> {
    known.recap(home, told.instance_id.as_deref()?)
}

/// One line per assistant, below one that says since when.
fn text(digest: &Digest, clock: &LocalClock) -> String {
    let begin = clock.local(digest.since);
    let (hour, minute, _) = begin.to_hms();
    let ago = age(digest.until.since(digest.since), Grain::Fine);
    let since = if begin.date() == clock.local(digest.until).date() {
        format!("since {hour:02}:{minute:02}, {ago} ago")
    } else {
        format!("since {} {hour:02}:{minute:02}, {ago} ago", begin.date())
    };
    if digest.is_empty() {
        return format!("{since}: nothing has happened\n");
    }
    let lines: Vec<[String; 5]> = digest.assistants.iter().map(line).collect();
    format!("{since}:\n{}", aligned(&lines))
}

fn line(told: &Told) -> [String; 5] {
    [
        told.target.clone(),
        told.assistant.clone(),
        told.state.map_or("gone", word).to_owned(),
        told.counts.as_ref().map(away::counts).unwrap_or_default(),
        away::words(told).unwrap_or_default(),
    ]
}
