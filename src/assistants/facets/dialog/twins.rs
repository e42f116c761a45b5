//! Requests of one assistant that cannot be told apart on the screen.
//!
//! Two texts may fill the same rows: what stands at the end of a row cannot be seen, and much that is no
//! plain letter is drawn as nothing, as a blank or as something else. While the assistant waits for an
//! answer to both, its dialog may be either's, and neither is answered by keys. That holds for one that no
//! hook has told of, too: the assistant's own record has its call.
//!
//! A request counts as another one only where that is certain: by the heading, where it is drawn;
//! by words that are drawn in no other way than they are written; by the rows, where all of both is so and
//! [plain](super::drawn). Of what may be drawn otherwise nobody knows how.

use super::drawn::Drawn;
use super::own::Certainty;
use super::{Dialog, Refusal, squeeze};
use crate::state::{Bound, Row, Written};
use pane_patrol_hooks::text::unmarked;

/// The other requests of the row: any of them may be what is on the screen, whatever it is about.
pub(crate) fn others(bound: &Bound, row: &Row) -> Vec<Bound> {
    let others = row.waiting.iter().map(|request| bound.sibling(request));
    let is_other = |other: &Bound| !bound.is_about(&other.request);
    others.filter(is_other).collect()
}

/// Those of the assistant's `open` calls that nobody has told of: neither `bound` nor one of `others`.
/// Their dialogs come all the same.
pub(crate) fn unheard(bound: &Bound, others: &[Bound], open: Vec<Bound>) -> Vec<Bound> {
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

/// Whether the dialog may as well be that of one of `others`, be it one that wants just the same.
pub(crate) fn has_lookalike(dialog: &Dialog, bound: &Bound, others: &[Bound]) -> bool {
    let may_be_its =
        |other: &Bound| may_be_its(dialog, bound, other) || may_look_like(bound, other);
    others.iter().any(may_be_its)
}

/// Refuses unless the dialog is for certain that of none of `others`.
pub(crate) fn tell_apart(dialog: &Dialog, bound: &Bound, others: &[Bound]) -> Result<(), Refusal> {
    let mut twins = others.iter().filter(|other| !is_same(bound, other));
    if twins.any(|other| may_be_its(dialog, bound, other)) {
        Err(Refusal::Twins)
    } else {
        Ok(())
    }
}

/// Whether `dialog`, which shows `bound`, may be that of `other`.
fn may_be_its(dialog: &Dialog, bound: &Bound, other: &Bound) -> bool {
    if !dialog.may_head(other) {
        return false;
    }
    let certainty = dialog.certainty(bound, other);
    let other = dialog.named_alike(bound, other);
    let said = dialog.shows(&other);
    if matches!(said, Ok(()) | Err(Refusal::CutOff(_) | Refusal::LeftOut(_))) {
        return true;
    }
    if certainty == Certainty::Another {
        return false;
    }
    if certainty == Certainty::None {
        return true;
    }
    if other.input.is_none() && may_look_like(bound, &other) {
        return true;
    }
    let (ours, theirs) = (dialog.drawn(bound), dialog.drawn(&other));
    let is_told = ours.is_certain() && theirs.is_certain();
    if is_told && matches!(said, Err(Refusal::Differs(_) | Refusal::OtherDialog)) {
        return false;
    }
    ours.may_be(&theirs)
}

/// What is drawn of a request of which no more may be known than its line.
pub(crate) fn of_line(message: &str) -> Drawn {
    let (message, is_cut) = super::cut(message);
    let drawn = Drawn::nothing().whole(&unspelt(&unmarked(message)));
    if is_cut { drawn.and_more() } else { drawn }
}

/// A line with the characters themselves whose names are spelt out in it.
fn unspelt(line: &str) -> String {
    let mut parts = line.split("<U+");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| {
        let named = part.split_once('>').and_then(|(name, rest)| {
            let number = u32::from_str_radix(name, 16).ok()?;
            Some((char::from_u32(number)?, rest))
        });
        match named {
            Some((c, rest)) => format!("{line}{c}{rest}"),
            None => line + "<U+" + part,
        }
    })
}

/// Whether both want just the same in the same folder: then it does not matter which of them is
/// answered first. What stands in the place of a sign for the unknown may not be the same. To a server the
/// order of an object's fields may mean something: where nobody tells it they may not be the same either.
pub(crate) fn is_same(bound: &Bound, other: &Bound) -> bool {
    let Some(input) = &bound.input else {
        return false;
    };
    let is_known = !input.to_string().contains('\u{fffd}');
    let has_its_order = || match (&bound.written, &other.written) {
        (Some(own), Some(others)) => own.is_same(others),
        _ => !bound.request.is_servers() || !Written::has_order(input),
    };
    is_known
        && bound.request.tool == other.request.tool
        && other.input.as_ref() == Some(input)
        && bound.folder == other.folder
        && has_its_order()
}

/// Whether their words are the same but for blanks and line breaks, as far as they are known.
fn may_look_like(bound: &Bound, other: &Bound) -> bool {
    if bound.request.state != other.request.state {
        return false;
    }
    let words = |bound: &Bound| {
        let message = bound.request.message.as_deref().unwrap_or_default();
        let (message, is_cut) = super::cut(message);
        (squeeze(&unmarked(message)), is_cut)
    };
    let ((ours, ours_cut), (theirs, theirs_cut)) = (words(bound), words(other));
    ours == theirs
        || ours_cut && theirs.starts_with(&ours)
        || theirs_cut && ours.starts_with(&theirs)
}
