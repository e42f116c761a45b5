//! `request`: what an assistant asks, in full, for whoever never opens the dashboard.

use pane_patrol_hooks::text::visible;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::{Context, rows};
use crate::actor::{Bound, Digest};
use crate::assistants::homes::Homes;
use crate::assistants::request::{self as asked, Known};
use crate::cli::RequestArgs;
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::state::{Row, Unasked};

/// Letters of a digest by which a request without an id is known.
const SHORT: usize = 12;

/// Fewer would be a guess.
const SHORTEST: usize = 8;

/// Prints it, or all of them where several wait.
pub(super) fn run(context: &Context, arguments: &RequestArgs) -> CommandResult {
    let row = rows::to_read(context, "request")?.row(&arguments.target)?;
    let homes = context.homes();
    let none = |why: &str| {
        let none = CommandError::new(format!("there is no request in `{}`: {why}", row.target));
        none.hint("`pane-patrol status` says who asks something; nothing was changed")
    };
    let all = open(&row).map_err(|why| none(&why.to_string()))?;
    let meant = match &arguments.request {
        Some(id) => with_id(&homes, all, id),
        None => all,
    };
    let known: Vec<Known> = meant.iter().map(|bound| look(&homes, bound)).collect();
    let shown: Vec<(&Bound, &Known)> = meant.iter().zip(&known).collect();
    let Some(((first, known), others)) = shown.split_first() else {
        return Err(none("it does not ask that, or not any more"));
    };
    if arguments.json {
        let mut json = as_json(first, known);
        if !others.is_empty() {
            let others = others.iter().map(|(bound, known)| as_json(bound, known));
            json["others"] = others.collect();
        }
        return messages::json_line(&json);
    }
    let texts = shown.iter().enumerate().map(|(index, (bound, known))| {
        let text = as_text(&row, bound, known);
        if others.is_empty() {
            return text;
        }
        let id = id_of(bound, &Digest::of(bound, known));
        let (place, count) = (index + 1, shown.len());
        format!("request {place} of {count}, by `--request {id}`:\n{text}")
    });
    messages::result(&texts.collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// Everything that waits in `row`, the most urgent first. The error says why nothing does.
pub(super) fn open(row: &Row) -> Result<Vec<Bound>, Unasked> {
    // Says why when there is none.
    Bound::to(row)?;
    let bound = |request| Bound::to_request(row, request);
    row.waiting.iter().map(bound).collect()
}

/// Those that have this id; at most one, unless they cannot be told apart.
pub(super) fn with_id(homes: &Homes, open: Vec<Bound>, id: &str) -> Vec<Bound> {
    let is_meant = |bound: &Bound| match bound.request.request_id.as_deref() {
        Some(own) if own == id => true,
        _ => id.len() >= SHORTEST && digest(homes, bound).as_str().starts_with(id),
    };
    open.into_iter().filter(is_meant).collect()
}

/// By what a request is named: its own id; else the beginning of its digest, which stays the same
/// however many others come and go.
pub(super) fn id(homes: &Homes, bound: &Bound) -> String {
    id_of(bound, &digest(homes, bound))
}

fn id_of(bound: &Bound, digest: &Digest) -> String {
    let own = bound.request.request_id.clone();
    own.unwrap_or_else(|| digest.as_str().chars().take(SHORT).collect())
}

fn digest(homes: &Homes, bound: &Bound) -> Digest {
    Digest::of(bound, &look(homes, bound))
}

/// All of the request, as far as it is known.
pub(super) fn look(homes: &Homes, bound: &Bound) -> Known {
    let age = bound.age(Timestamp::now());
    // A digest that is printed should not be out of date as soon as a description is written down.
    asked::look_longer(bound, homes, age, &std::thread::sleep)
}

fn as_json(bound: &Bound, known: &Known) -> Value {
    let full = known.full();
    let digest = Digest::of(bound, known);
    // What stands beside a command is written down with it.
    let is_missing = full.is_none() && asked::is_recorded(bound);
    let mut request = json!({
        "target": bound.target,
        "assistant": bound.assistant,
        "state": bound.request.state,
        "since": bound.request.since,
        "request": id_of(bound, &digest),
        "agent_id": bound.request.agent_id,
        "tool": bound.request.tool,
        "message": bound.request.message,
        "whole": known.is_whole() && !is_missing,
        "input": full.map(|full| &full.input),
        "mode": full.and_then(|full| full.mode.as_deref()),
        "digest": digest.as_str(),
    });
    match known {
        Known::Beginning(why) => request["reason"] = json!(why),
        Known::Said if is_missing => {
            request["reason"] = json!("what stands beside its command was not found");
        }
        Known::Whole(_) | Known::Said => {}
    }
    request
}

/// All of it for a person: whose, where, every line, and the digest of just that.
pub(super) fn as_text(row: &Row, bound: &Bound, known: &Known) -> String {
    let request = &bound.request;
    let mut head = vec![bound.target.to_string(), bound.assistant.to_string()];
    head.extend(request.tool.clone());
    head.extend(row.cwd.clone());
    head.extend(row.branch.as_ref().map(|branch| format!("branch {branch}")));
    let mode = known.full().and_then(|full| full.mode.as_deref());
    head.extend(mode.map(|mode| format!("mode {mode}")));
    head.extend(
        request
            .agent_id
            .as_ref()
            .map(|_| "asked by a sub-agent".to_owned()),
    );
    head.push(format!("asked {}", request.since));
    // Names are of others, too: none of them may bring a line of its own.
    let head = visible(&head.join(" · ")).replace('\n', " ");
    let body = asked::text(request, known);
    let limit = match known {
        Known::Beginning(why) => format!("\nOnly this is known of it: {why}.\n"),
        Known::Whole(_) | Known::Said => String::new(),
    };
    let digest = Digest::of(bound, known);
    format!("{head}\n\n{body}{limit}\ndigest {digest}\n")
}
