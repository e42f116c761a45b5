//! What Copilot CLI asks, in its session log: `<config>/session-state/<session>/events.jsonl`. A
//! permission is written there with all it is about when its dialog opens (1.0.102). A private format:
//! what is not found, or found twice, is not known.

use std::path::Path;

use pane_patrol_hooks::adapter::summary_of;
use serde_json::{Value, json};

use super::Copilot;
use crate::assistants::facets::Facets as _;
use crate::assistants::facets::log_tail as tail;
use crate::assistants::facets::request::{Full, Missing, parts, plain};
use crate::state::{Bound, Request};

/// Said when the permission is not in the log.
const NOT_THERE: Missing = Missing::NotYet("its session log does not hold it");

/// The request as the log has it.
pub(crate) fn find(bound: &Bound, config: Option<&Path>) -> Result<Full, Missing> {
    let config = bound.home.as_deref().map(Path::new).or(config);
    let config = config.ok_or(Missing::Never("Copilot's folder is not known"))?;
    let session = plain(bound.instance_id.as_deref()).ok_or(NOT_THERE)?;
    let log = config
        .join("session-state")
        .join(session)
        .join("events.jsonl");
    let words = [
        "\"permission.requested\"",
        "\"permission.completed\"",
        "\"abort\"",
    ];
    let lines = tail::lines(&log, &words).ok_or(NOT_THERE)?;
    let is_over = |id: &Value| {
        lines
            .iter()
            .any(|line| line["type"] == "permission.completed" && line["data"]["requestId"] == *id)
    };
    // Lines of one moment come in any order: what counts is when they were written.
    let was_interrupted = |asked: &Value| {
        let aborts = lines.iter().filter(|line| line["type"] == "abort");
        aborts
            .filter_map(|line| line["timestamp"].as_str())
            .any(|at| asked["timestamp"].as_str().is_some_and(|asked| asked <= at))
    };
    let mut open = lines
        .iter()
        .filter(|line| line["type"] == "permission.requested" && !was_interrupted(line))
        .map(|line| &line["data"])
        .filter(|data| !is_over(&data["requestId"]))
        .filter_map(|data| asked(data, bound));
    let (tool, input, mode) = open.next().ok_or(NOT_THERE)?;
    if open.next().is_some() {
        return Err(NOT_THERE);
    }
    let diff = input["diff"].as_str();
    let diff = diff.map(|diff| parts::of_diff(&input, diff));
    let full = Full::of(tool.as_str(), Copilot.given(&tool), input);
    Ok(match diff {
        Some(parts) => Full {
            parts,
            mode,
            ..full
        },
        None => Full { mode, ..full },
    })
}

/// Its tool, its input and the mode, if it is what the row asks.
fn asked(data: &Value, bound: &Bound) -> Option<(String, Value, Option<String>)> {
    let permission = &data["permissionRequest"];
    let request: &Request = &bound.request;
    let input = match permission["kind"].as_str()? {
        "shell" => json!({
            "command": permission["fullCommandText"],
            "description": permission["intention"],
        }),
        "write" => json!({"path": permission["fileName"], "diff": permission["diff"]}),
        _ => return None,
    };
    let cwd = bound.cwd.as_deref().unwrap_or_default();
    let tool = request.tool.clone()?;
    let mode = data["permissionMode"].as_str().map(str::to_owned);
    (summary_of(&tool, &input, cwd) == request.message).then_some((tool, input, mode))
}
