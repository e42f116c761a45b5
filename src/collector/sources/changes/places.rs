//! Which rows are in which folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The rows of each folder, by their ids.
#[derive(Debug, Default)]
pub(super) struct Residents(BTreeMap<Arc<Path>, BTreeSet<Arc<str>>>);

impl Residents {
    /// The folder's name, once for all that keep it.
    pub(super) fn name(&self, folder: &Path) -> Arc<Path> {
        let known = self.0.get_key_value(folder);
        known.map_or_else(|| folder.into(), |(folder, _)| Arc::clone(folder))
    }

    /// A row comes; whether it is the first one there.
    pub(super) fn enter(&mut self, folder: &Arc<Path>, id: &Arc<str>) -> bool {
        let here = self.0.entry(Arc::clone(folder)).or_default();
        here.insert(Arc::clone(id));
        here.len() == 1
    }

    /// A row goes; whether nobody is there any more.
    pub(super) fn leave(&mut self, folder: &Path, id: &str) -> bool {
        let Some(left) = self.0.get_mut(folder) else {
            return false;
        };
        left.remove(id);
        left.is_empty() && self.0.remove(folder).is_some()
    }

    /// Those that are there.
    pub(super) fn at(&self, folder: &Path) -> impl Iterator<Item = &Arc<str>> {
        self.0.get(folder).into_iter().flatten()
    }
}
