//! `send`: a person's text as the next prompt of an assistant.

use std::io::Read;

use super::acting::{NotActed, act_knowing};
use super::{Context, rows};
use crate::actor::TOO_LONG;
use crate::cli::SendArgs;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::hub::protocol::{ActOutcome, MAX_PROMPT_BYTES, SendPrompt, SentPrompt, What};
use crate::messages;
use crate::sys::shell;

/// Sends it, and says how it came there.
pub(super) fn run(context: &Context, arguments: &SendArgs) -> CommandResult {
    let row = rows::to_read(context, "send")?.row(&arguments.target)?;
    let name = format!("{} in {}", row.assistant, row.target);
    let failed = |why: &str| CommandError::new(format!("could not send to {name}: {why}"));
    let jump = format!(
        "`pane-patrol jump {}` goes there",
        shell::shown(&row.target.to_string())
    );
    let text = text(&arguments.text).map_err(|why| {
        let error = failed(&why).exit(EXIT_USAGE);
        error.hint("nothing was sent")
    })?;
    let wanted = What::Send(SendPrompt {
        text,
        instance_id: row.instance_id.clone(),
    });
    let result = match act_knowing(context, "send", &row.id, Some(&row), wanted) {
        Ok(result) => result,
        Err(error) => return Err(unheard(failed(&error.to_string()), &error, &jump)),
    };
    let why = result.why.as_deref().unwrap_or_default();
    match result.outcome {
        ActOutcome::Done if arguments.json => messages::json(&result),
        ActOutcome::Done => {
            let waits = result.sent.as_ref().and_then(SentPrompt::waits);
            let waits = waits.map(|waits| format!(", {waits}")).unwrap_or_default();
            let note = if why.is_empty() { "" } else { "; " };
            messages::status(&format!("Sent to {name}{waits}{note}{why}."));
            Ok(())
        }
        ActOutcome::Refused => Err(failed(why).hint("nothing was sent").hint(jump)),
        ActOutcome::Unknown => {
            let hint = "look there before you send it again: it may have come";
            Err(failed(why).hint(hint).hint(jump))
        }
    }
}

/// What is said where nobody has told what came of it.
fn unheard(failed: CommandError, error: &NotActed, jump: &str) -> CommandError {
    if error.is_unsure() {
        failed.hint("it may have been sent").hint(jump)
    } else {
        failed.hint("nothing was sent")
    }
}

/// The words as one text, or all of stdin.
fn text(words: &[String]) -> Result<String, String> {
    if words != ["-"] {
        return Ok(words.join(" "));
    }
    let mut bytes = Vec::new();
    // One byte more than may be sent tells that there is more.
    let most = u64::try_from(MAX_PROMPT_BYTES + 1).unwrap_or(u64::MAX);
    let read = std::io::stdin().take(most).read_to_end(&mut bytes);
    read.map_err(|error| format!("stdin could not be read: {error}"))?;
    if bytes.len() > MAX_PROMPT_BYTES {
        return Err(TOO_LONG.to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "stdin is no text in UTF-8".to_owned())
}
