//! The messages that were printed last, for the next client that is to be told the same: what changes is told
//! to all subscribers at about the same time. Only so much is kept; what a single one is told first,
//! which may be a hundred thousand agents, is not worth keeping for nobody.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outbox::Item;

/// So many bytes make a generation; there are two.
const GENERATION: usize = 1 << 20;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Texts {
    young: BTreeMap<Item, Arc<[u8]>>,
    old: BTreeMap<Item, Arc<[u8]>>,
    /// The bytes of the young ones.
    bytes: usize,
}

impl Texts {
    /// The message about `item`, if it is still there.
    pub(super) fn get(&self, item: &Item) -> Option<Arc<[u8]>> {
        let found = self.young.get(item).or_else(|| self.old.get(item));
        found.cloned()
    }

    /// Keeps it for a while; the oldest go.
    pub(super) fn keep(&mut self, item: &Item, text: &Arc<[u8]>) {
        self.bytes += text.len();
        self.young.insert(item.clone(), Arc::clone(text));
        if self.bytes > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }

    /// It is not true any more.
    pub(super) fn forget(&mut self, item: &Item) {
        self.young.remove(item);
        self.old.remove(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_generations_are_kept_however_much_is_told() {
        let mut texts = Texts::default();
        let text: Arc<[u8]> = vec![b'x'; GENERATION / 8].into();
        let item = |number: u32| Item::Row(number.to_string());
        for number in 0..1000 {
            texts.keep(&item(number), &text);
            assert!(texts.get(&item(number)).is_some());
            assert!(texts.young.len() + texts.old.len() <= 18);
        }
        assert!(texts.get(&item(0)).is_none());
        texts.forget(&item(999));
        assert!(texts.get(&item(999)).is_none());
    }
}
