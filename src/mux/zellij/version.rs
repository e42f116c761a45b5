//! Which version the person's Zellij is, asked once of each file that is it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::call::{numbers, version};
use crate::mux::proof::File;
use crate::mux::{Outcome, Undone};

/// The first one with a list of its own of what waits.
pub(super) const LISTS: [u32; 2] = [0, 46];

/// The first one that tells by itself what happens in a session.
pub(super) const TELLS: [u32; 3] = [0, 46, 1];

/// A program's file, and when it was last written.
type Stamp = (File, (i64, i64));

static KNOWN: Mutex<Option<(Stamp, Vec<u32>)>> = Mutex::new(None);

/// Whether the program in that file is of the version `first`, or a later one.
///
/// # Errors
/// It does not say.
pub(super) fn is_from(first: &[u32], program: &Metadata, within: Duration) -> Outcome<bool> {
    let stamp = (
        (program.dev(), program.ino()),
        (program.mtime(), program.mtime_nsec()),
    );
    let is_from = |numbers: &[u32]| numbers >= first;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, numbers)) = known.as_ref().filter(|(its, _)| *its == stamp) {
        return Ok(is_from(numbers));
    }
    let silent = || Undone::Unknown("`zellij --version` gives no answer".to_owned());
    let numbers = version(within).and_then(|said| numbers(&said));
    let numbers = numbers.ok_or_else(silent)?;
    let answer = is_from(&numbers);
    *known = Some((stamp, numbers));
    Ok(answer)
}
