//! Requests of one assistant that look the same on the screen.
//!
//! Two texts may fill the same rows: what stands at the end of a row cannot be seen. While the assistant
//! waits for an answer to both, its dialog may be either's, and neither is answered by keys. That holds
//! for one that no hook has told of, too: the assistant's own record has its call.

use pane_patrol_hooks::text::unmarked;
use pane_patrol_hooks::unseen::is_unseen;
use serde_json::Value;

use super::{Dialog, Refusal, squeeze};
use crate::state::Bound;
use crate::state::Row;

/// The other requests of the row: any of them may be what is on the screen, whatever it is about.
pub fn others(bound: &Bound, row: &Row) -> Vec<Bound> {
    let others = row.waiting.iter().map(|request| bound.sibling(request));
    let is_other = |other: &Bound| !bound.is_about(&other.request);
    others.filter(is_other).collect()
}

/// Those of the assistant's `open` calls that nobody has told of: neither `bound` nor one of `others`.
/// Their dialogs come all the same.
pub fn unheard(bound: &Bound, others: &[Bound], open: Vec<Bound>) -> Vec<Bound> {
    let own: Vec<usize> = (0..open.len())
        .filter(|at| bound.is_call(&open[*at]))
        .collect();
    // Of several that could be it nobody knows which one is.
    let is_own = |at: usize| own == [at];
    let is_heard = |call: &Bound| others.iter().any(|other| other.is_call(call));
    let unheard = open.into_iter().enumerate();
    unheard
        .filter(|(at, call)| !is_own(*at) && !is_heard(call))
        .map(|(_, call)| call)
        .collect()
}

/// Whether one of them reads like `bound`.
pub fn has_lookalike(bound: &Bound, others: &[Bound]) -> bool {
    others.iter().any(|other| may_look_like(bound, other))
}

/// Refuses when the dialog may as well be that of one of `others`, in full as far as they are known.
pub fn tell_apart(dialog: &Dialog, bound: &Bound, others: &[Bound]) -> Result<(), Refusal> {
    let may_show = |other: &Bound| matches!(dialog.shows(other), Ok(()) | Err(Refusal::CutOff(_)));
    let may_be_its = |other: &Bound| {
        may_show(other)
            || may_show(&as_drawn(other))
            || !is_known(other) && may_look_like(bound, other)
    };
    let mut twins = others.iter().filter(|other| !is_same(bound, other));
    if twins.any(may_be_its) {
        Err(Refusal::Twins)
    } else {
        Ok(())
    }
}

/// As it looks where what cannot be seen is left out, as older versions of Claude do: one that hides
/// something there is answered by nobody, but its dialog may be on the screen.
fn as_drawn(other: &Bound) -> Bound {
    let mut drawn = other.clone();
    let texts = [&mut drawn.command, &mut drawn.request.message];
    for text in texts.into_iter().flatten() {
        *text = seen(text);
    }
    if let Some(input) = &mut drawn.input {
        leave_out_unseen(input);
    }
    drawn
}

fn leave_out_unseen(value: &mut Value) {
    match value {
        Value::String(text) => *text = seen(text),
        Value::Array(values) => values.iter_mut().for_each(leave_out_unseen),
        Value::Object(fields) => fields.values_mut().for_each(leave_out_unseen),
        _ => {}
    }
}

/// What is drawn of a text, and its lines.
fn seen(text: &str) -> String {
    let stays = |c: &char| !is_unseen(*c) || matches!(c, '\n' | '\t');
    text.chars().filter(stays).collect()
}

/// A line without the names of characters that are spelt out in it.
fn unspelt(line: &str) -> String {
    let mut parts = line.split("<U+");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| {
        let rest = part.split_once('>').filter(|(name, _)| {
            (4..=6).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        match rest {
            Some((_, rest)) => line + rest,
            None => line + "<U+" + part,
        }
    })
}

/// Whether all of what it asks is known.
fn is_known(bound: &Bound) -> bool {
    bound.input.is_some()
}

/// Whether both want just the same in the same folder: then it does not matter which of them is
/// answered first.
fn is_same(bound: &Bound, other: &Bound) -> bool {
    bound.request.tool == other.request.tool
        && bound.input.is_some()
        && bound.input == other.input
        && bound.folder == other.folder
}

/// Whether their words are the same but for blanks and line breaks, as far as they are known.
fn may_look_like(bound: &Bound, other: &Bound) -> bool {
    if bound.request.state != other.request.state {
        return false;
    }
    let words = |bound: &Bound| {
        let message = bound.request.message.as_deref().unwrap_or_default();
        let (message, is_cut) = super::cut(message);
        (squeeze(&unspelt(&seen(&unmarked(message)))), is_cut)
    };
    let ((ours, ours_cut), (theirs, theirs_cut)) = (words(bound), words(other));
    ours == theirs
        || ours_cut && theirs.starts_with(&ours)
        || theirs_cut && ours.starts_with(&theirs)
}
