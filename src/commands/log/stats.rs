//! `log stats`: what the day was made of.

use std::ops::ControlFlow;

use super::query::{Query, read_records};
use crate::error::{CommandError, CommandResult};
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
    read_records(&query.from, &mut |record| {
        let is_wanted = query.filter.accepts(&record.event);
        counter.take(record, is_wanted);
        ControlFlow::Continue(())
    })?;
    let now = query.filter.until.unwrap_or(query.clock.now);
    let stats = counter.finish(now.min(query.clock.now));
    let text = if json {
        let json = serde_json::to_string_pretty(&stats);
        json.map_err(|error| CommandError::new("could not print JSON").caused_by(&error))? + "\n"
    } else {
        stats.to_text()
    };
    messages::result(&text);
    Ok(())
}
