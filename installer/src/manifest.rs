//! The record of one install: what was there before, what was written, by whom, and what was created
//! around it. Enough to undo without guessing, and plain enough for a person to undo by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::edit::{Origin, Traces};

/// The version of the manifest's own format.
const FORMAT: u32 = 1;

/// The manifest of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    /// The assistant's name.
    pub(crate) assistant: String,
    /// The settings file by the path the assistant uses.
    pub(crate) file: PathBuf,
    /// Where the bytes were, behind all links.
    pub(crate) real_file: PathBuf,
    /// The words of the link, if the settings file was one.
    pub(crate) link_target: Option<PathBuf>,
    /// Permission bits before the install, in octal; `None` when there was no file.
    pub(crate) mode: Option<String>,
    /// Extended attributes and ACL before the install, in hexadecimal, for a person who undoes by
    /// hand: every write of ours hands on those that the file has at that moment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
    /// Folders that were created, outermost first.
    pub(crate) created_folders: Vec<PathBuf>,
    /// Objects and lists that were created inside the file; `None` when nobody knows any more.
    pub(crate) created_inside: Option<Traces>,
    /// Every write, oldest first. The last one may not have happened: compare the file.
    pub(crate) writes: Vec<Write>,
    /// When the install was undone; `None` while it stands.
    pub(crate) ended: Option<Timestamp>,
}

/// One write to the settings file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Write {
    pub(crate) at: Timestamp,
    pub(crate) action: Action,
    /// The version of pane-patrol that wrote.
    pub(crate) pane_patrol: String,
    /// The exact bytes before this write, beside the manifest; `None` when there was no file.
    pub(crate) saved: Option<String>,
    /// SHA-256 of the file before; `None` when there was none.
    #[serde(rename = "sha256_before")]
    pub(crate) before: Option<String>,
    /// SHA-256 of the file after; `None` when it was removed.
    #[serde(rename = "sha256_after")]
    pub(crate) after: Option<String>,
    /// Whether the file after is the original and our entries, nothing else: then undoing means
    /// restoring the original.
    pub(crate) only_ours: bool,
    /// What was registered; nothing by an uninstall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) registered: Option<Registered>,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Put our entries in, or brought them up to date.
    Install,
    /// Took them out.
    Uninstall,
}

/// What was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registered {
    pub(crate) executable: PathBuf,
    /// The assistant's version, if it was known.
    pub(crate) assistant_version: Option<String>,
    pub(crate) approvals: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) everywhere: bool,
    pub(crate) events: Vec<String>,
}

impl Manifest {
    pub(crate) fn new(assistant: &str, file: PathBuf, real_file: PathBuf) -> Self {
        Self {
            format: FORMAT,
            assistant: assistant.to_owned(),
            file,
            real_file,
            link_target: None,
            mode: None,
            attributes: BTreeMap::new(),
            created_folders: Vec::new(),
            created_inside: None,
            writes: Vec::new(),
            ended: None,
        }
    }

    /// Reads a manifest; `None` when it is damaged or of a later format.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(bytes).ok()?;
        (manifest.format == FORMAT).then_some(manifest)
    }

    /// The manifest as it is stored; fails for a path that is not UTF-8.
    pub(crate) fn print(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Leaves out trailing writes that the file (its hash now, `None` without a file) shows never
    /// happened: the process was killed between the manifest and the change.
    pub(crate) fn forget_writes_that_never_happened(&mut self, now: Option<&str>) {
        while let Some(last) = self.writes.last()
            && last.before.as_deref() == now
            && last.after.as_deref() != now
        {
            self.writes.pop();
        }
    }

    /// Whether the file, by its hash, is the original and our entries, nothing else.
    pub(crate) fn is_untouched(&self, now: Option<&str>) -> bool {
        let installs = self
            .writes
            .iter()
            .filter(|write| write.action == Action::Install);
        now.is_some()
            && installs
                .into_iter()
                .any(|write| write.only_ours && write.after.as_deref() == now)
    }

    /// What is known about the containers around our entries.
    pub(crate) fn origin(&self) -> Origin<'_> {
        self.created_inside
            .as_ref()
            .map_or(Origin::Unknown, Origin::Recorded)
    }

    /// Takes over the folders that a killed run meant to create: they may exist by now.
    pub(crate) fn inherit_folders(&mut self, killed: &Self) {
        let missing = std::mem::take(&mut self.created_folders);
        let mut folders = killed.created_folders.clone();
        folders.retain(|folder| !missing.contains(folder));
        folders.extend(missing);
        self.created_folders = folders;
    }

    /// The names of saved files that are in use.
    pub(crate) fn saved(&self) -> BTreeSet<&str> {
        self.writes
            .iter()
            .filter_map(|write| write.saved.as_deref())
            .collect()
    }
}

/// SHA-256 in hexadecimal, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A version as people write it.
pub(crate) fn print_version(version: Version) -> String {
    let Version(major, minor, patch) = version;
    format!("{major}.{minor}.{patch}")
}
