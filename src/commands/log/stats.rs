//! `log stats`: what the day was made of.

use std::ops::ControlFlow;

use super::query::{Query, read_records};
use crate::error::CommandResult;
use crate::log::stats::Counter;
use crate::messages;
use crate::state::Settings;

/// Prints the figures.
pub(super) fn run(query: &Query, json: bool) -> CommandResult {
    let settings = Settings {
        ttl: std::time::Duration::MAX,
        own_server: None,
    };
    let mut counter = Counter::new(settings, query.clock);
    read_records(&query.from, &query.filter.targets, &mut |record| {
        let is_wanted = query.filter.accepts(&record.event);
        counter.take(record, is_wanted);
        ControlFlow::Continue(())
    })?;
    let now = query.filter.until.unwrap_or(query.clock.now);
    let stats = counter.finish(now.min(query.clock.now));
    if json {
        return messages::json(&stats);
    }
    messages::result(&stats.to_text());
    Ok(())
}
