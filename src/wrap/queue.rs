//! Bytes on their way to a terminal that may not take them yet.

use std::os::fd::AsFd;

use rustix::io::{Errno, write};

/// What is still to be written, in order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    bytes: Vec<u8>,
    /// So many of them are written.
    written: usize,
}

impl Queue {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What is left.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.written = 0;
    }

    /// Writes what `file` takes without waiting.
    ///
    /// # Errors
    /// It takes nothing any more.
    pub(super) fn write_to(&mut self, file: impl AsFd) -> rustix::io::Result<()> {
        while let Some(rest) = self
            .bytes
            .get(self.written..)
            .filter(|rest| !rest.is_empty())
        {
            match write(&file, rest) {
                Ok(count) => self.written += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.clear();
        Ok(())
    }
}
