//! `request`: what an assistant asks, in full, for whoever never opens the dashboard.

use pane_patrol_hooks::text::printable_json;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::json;

use super::{Surroundings, decide, jump};
use crate::act::Bound;
use crate::asked::{self, Full, Known, parts};
use crate::cli::RequestArgs;
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::state::Row;

/// Prints it.
pub(super) fn run(surroundings: &Surroundings, arguments: &RequestArgs) -> CommandResult {
    let row = jump::row_at(surroundings, &arguments.target, "request")?;
    let bound = Bound::to(&row).map_err(|why| {
        CommandError::new(format!("there is no request in `{}`: {why}", row.target))
    })?;
    let known = look(surroundings, &bound);
    messages::result(&if arguments.json {
        as_json(&bound, &known)
    } else {
        as_text(&row, &bound, &known)
    });
    Ok(())
}

/// All of the request, as far as it is known.
pub(super) fn look(surroundings: &Surroundings, bound: &Bound) -> Known {
    let age = bound.age(Timestamp::now());
    let sources = decide::sources(surroundings);
    asked::look(bound, &sources, age, &std::thread::sleep)
}

fn as_json(bound: &Bound, known: &Known) -> String {
    let full = known.full();
    let mut request = json!({
        "target": bound.target,
        "assistant": bound.assistant,
        "state": bound.request.state,
        "since": bound.request.since,
        "tool": bound.request.tool,
        "message": bound.request.message,
        "whole": known.is_whole(),
        "input": full.map(|full| &full.input),
        "mode": full.and_then(|full| full.mode.as_deref()),
    });
    if let Known::Beginning(why) = known {
        request["reason"] = json!(why);
    }
    printable_json(&request.to_string()).into_owned() + "\n"
}

fn as_text(row: &Row, bound: &Bound, known: &Known) -> String {
    let request = &bound.request;
    let mut head = vec![bound.target.to_string(), bound.assistant.to_string()];
    head.extend(request.tool.clone());
    head.extend(row.cwd.clone());
    head.extend(row.branch.as_ref().map(|branch| format!("branch {branch}")));
    let mode = known.full().and_then(|full| full.mode.as_deref());
    head.extend(mode.map(|mode| format!("mode {mode}")));
    head.push(format!("asked {}", request.since));
    let said = request.message.clone().unwrap_or_default();
    let body = match known {
        Known::Whole(full) => whole(full),
        Known::Said => format!("{said}\n"),
        Known::Beginning(why) => format!("{said}\n\nOnly this is known of it: {why}.\n"),
    };
    format!("{}\n\n{body}", head.join(" · "))
}

fn whole(full: &Full) -> String {
    if full.parts.is_empty() {
        return "(nothing more)\n".to_owned();
    }
    parts::text(&full.parts)
}
