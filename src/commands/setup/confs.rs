//! The files that tmux reads, as they are, and what it makes of them.

use std::path::PathBuf;

use super::spots::Spots;
use crate::mux::tmux::conf::{Command, ConfError, Reader, Sourced, sourced};

/// How many files are read of those that read each other.
const MAX_FILES: usize = 40;

/// A file that tmux reads.
pub(super) struct Conf {
    pub(super) file: PathBuf,
    /// `None`: there is none, or it cannot be read.
    pub(super) bytes: Option<Vec<u8>>,
    /// What tmux makes of it.
    pub(super) commands: Result<Vec<Command>, ConfError>,
}

impl Conf {
    /// Every file that tmux reads, also those that others of them read, as far as they can be read. Ours
    /// is none of them.
    pub(super) fn all(spots: &Spots, reader: &Reader) -> Vec<Self> {
        let mut files = spots.files.all();
        let mut confs: Vec<Self> = Vec::new();
        let mut next = 0;
        while next < files.len().min(MAX_FILES) {
            let conf = Self::read(spots, reader, files[next].clone());
            for file in conf.sources(spots).files {
                if file != spots.for_tmux && !files.contains(&file) {
                    files.push(file);
                }
            }
            confs.push(conf);
            next += 1;
        }
        confs
    }

    /// One file.
    pub(super) fn read(spots: &Spots, reader: &Reader, file: PathBuf) -> Self {
        // What stands there instead of a file is told where it is to be changed.
        let bytes = spots.spot(&file).read().ok().flatten();
        Self {
            commands: reader.parse(bytes.as_deref().unwrap_or_default()),
            file,
            bytes,
        }
    }

    /// What it reads in turn.
    pub(super) fn sources(&self, spots: &Spots) -> Sourced {
        sourced(self.commands.as_deref().unwrap_or_default(), spots.home())
    }

    /// Whether it has this line.
    pub(super) fn holds(&self, line: &str) -> bool {
        let bytes = self.bytes.as_deref().unwrap_or_default();
        let mut lines = bytes.split(|byte| *byte == b'\n');
        lines.any(|one| one.strip_suffix(b"\r").unwrap_or(one) == line.as_bytes())
    }
}
