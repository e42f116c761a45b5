//! A row while it is changed.

use std::ops::{Deref, DerefMut};

use super::marks::Marks;
use super::{Expiry, Indexes, Slot};
use crate::state::entry::Entry;

/// A row that may be changed. Dropped, it sees to it that the indexes are right again.
#[derive(Debug)]
pub(in crate::state) struct Changing<'rows> {
    slot: &'rows mut Slot,
    indexes: &'rows mut Indexes,
    expiry: Expiry,
}

impl<'rows> Changing<'rows> {
    pub(super) fn new(slot: &'rows mut Slot, indexes: &'rows mut Indexes, expiry: Expiry) -> Self {
        Self {
            slot,
            indexes,
            expiry,
        }
    }
}

impl Deref for Changing<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.slot.entry
    }
}

impl DerefMut for Changing<'_> {
    fn deref_mut(&mut self) -> &mut Entry {
        &mut self.slot.entry
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let now = Marks::of(&self.slot.entry, self.expiry);
        let before = std::mem::replace(&mut self.slot.marks, now);
        self.indexes.change(&self.slot.entry.key, &before, &now);
    }
}
