//! Results of stages kept for the next run, under keys that name everything they depend on.

use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;

/// Names a stage's result: SHA-256 over all it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// A key of raw bytes, for pixels.
    pub(super) fn of_bytes(bytes: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut hasher = Sha256::new();
        for part in bytes {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The key of what follows from this one under further settings, given as text.
    pub(super) fn then(&self, settings: impl std::fmt::Debug) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(format!("{settings:?}"));
        Self(hasher.finalize().into())
    }

    /// The key of what depends on this and on another result.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self::of_bytes([self.0, other.0])
    }
}

/// The newest results of one stage.
#[derive(Debug)]
pub(super) struct Slot<T> {
    entries: VecDeque<(Key, T)>,
    capacity: usize,
}

impl<T: Clone> Slot<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            capacity,
        }
    }

    pub(super) fn contains(&self, key: &Key) -> bool {
        self.entries.iter().any(|(have, _)| have == key)
    }

    /// The result under `key`, which becomes the newest.
    pub(super) fn get(&mut self, key: &Key) -> Option<T> {
        let at = self.entries.iter().position(|(have, _)| have == key)?;
        let entry = self.entries.remove(at)?;
        let value = entry.1.clone();
        self.entries.push_front(entry);
        Some(value)
    }

    /// Keeps a result; the one longest unused makes room for it.
    pub(super) fn put(&mut self, key: Key, value: T) {
        self.entries.retain(|(have, _)| *have != key);
        self.entries.truncate(self.capacity.saturating_sub(1));
        self.entries.push_front((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_forgets_the_oldest() {
        let keys: Vec<Key> = (0..3).map(|i| Key::of_bytes([[i]])).collect();
        let mut slot = Slot::new(2);
        for (value, key) in keys.iter().enumerate() {
            slot.put(*key, value);
        }
        assert_eq!(slot.get(&keys[0]), None);
        assert_eq!(slot.get(&keys[1]), Some(1));
        assert_eq!(slot.get(&keys[2]), Some(2));
    }

    #[test]
    fn what_was_used_again_stays() {
        let keys: Vec<Key> = (0..3).map(|i| Key::of_bytes([[i]])).collect();
        let mut slot = Slot::new(2);
        slot.put(keys[0], 0);
        slot.put(keys[1], 1);
        assert_eq!(slot.get(&keys[0]), Some(0));
        slot.put(keys[2], 2);
        assert!(slot.contains(&keys[0]) && !slot.contains(&keys[1]));
    }

    #[test]
    fn keys_differ_by_every_part() {
        let root = Key::of_bytes([[1_u8, 2]]);
        assert_ne!(root.then(3), root.then(4));
        assert_ne!(root.then("a").and(&root), root.and(&root.then("a")));
        assert_eq!(root.then(3), Key::of_bytes([[1_u8], [2]]).then(3));
    }
}
