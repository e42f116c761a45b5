//! The first step: the hooks of every assistant on PATH, by the plans of `install`.

use pane_patrol_installer::Assistant;

use super::person::{Done, Halt, Person, Step};
use crate::commands::Context;
use crate::commands::install::{self, Asked, site};
use crate::messages;

/// Registers the hooks of those that are found and do not report yet.
pub(super) fn register(context: &Context, person: Person) -> Step<Done> {
    let all = Assistant::ALL.iter().copied();
    let found: Vec<_> = all.filter(|one| site::is_found(one)).collect();
    if found.is_empty() {
        messages::status(
            "No assistant was found on PATH; `pane-patrol install --assistant NAME` installs for one that is elsewhere.",
        );
        return Ok(Done::Same);
    }
    let job = |one: &&'static Assistant| install::job(context, one, asked_before(context, one));
    let jobs: Vec<_> = found.iter().map(job).collect();
    let is_there = |planned: &install::Planned| matches!(planned, Ok(job) if job.plan.is_empty());
    let those = found.iter().zip(&jobs).filter(|(_, job)| is_there(job));
    let reports: Vec<&str> = those.map(|(one, _)| one.title).collect();
    let reports = reports.join(", ");
    if !reports.is_empty() {
        messages::status(&format!("Registered already: {reports}."));
    }
    let mut others: Vec<_> = found.into_iter().zip(jobs).collect();
    others.retain(|(_, job)| !is_there(job));
    if person.can_be_asked() {
        return one_by_one(others, person);
    }
    let jobs: Vec<_> = others.into_iter().map(|(_, job)| job).collect();
    if jobs.is_empty() {
        return Ok(Done::Same);
    }
    install::show(&jobs);
    install::put_in(jobs, person.only_looks())?;
    Ok(Done::Changed)
}

/// Shows each one's change, and makes it where the person agrees to that, before the next one is shown.
fn one_by_one(others: Vec<(&'static Assistant, install::Planned)>, person: Person) -> Step<Done> {
    let (count, mut done) = (others.len(), Done::Same);
    let mut failures = Vec::new();
    for (one, job) in others {
        install::show(std::slice::from_ref(&job));
        let question = format!("Let {} report, with the change above?", one.title);
        let stopped = |halt| match halt {
            Halt::Stopped(_) => Halt::Stopped(done),
            failed @ Halt::Failed(_) => failed,
        };
        // What cannot be done is told without a question.
        if job.is_ok() && !person.agrees(&question).map_err(stopped)? {
            continue;
        }
        match install::put_in(vec![job], false) {
            Ok(()) => done = Done::Changed,
            Err(error) => failures.push(error),
        }
    }
    install::all_put_in(failures, count)?;
    Ok(done)
}

/// What the person has asked for before stays.
fn asked_before(context: &Context, assistant: &'static Assistant) -> Asked {
    match site::of(context, assistant) {
        Ok(Some(site)) => Asked::stands_at(&site),
        Ok(None) | Err(_) => Asked::default(),
    }
}
