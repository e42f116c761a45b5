//! Files that belong to no assistant, edited under the same contract: a file of ours, written whole; one
//! line in a file of the person's; single settings of our own. Plans alone; [`crate::apply`] carries out.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;

use crate::edit::{Traces, is_blank};
use crate::error::PlanError;
use crate::line::{self, Line};
use crate::manifest::Action;
use crate::plan::{Keeper, Plan};
use crate::snapshot::{decode, edit_error};
use crate::standing::Standing;
use crate::store::{self, Original, Record};
use crate::target_file;
use crate::toml::{self, Setting};

/// Where a file is, and who keeps the record of what is done to it.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The file, by the path by which its program knows it.
    pub file: PathBuf,
    /// The home it was found below, which must be the user's own; `None` when the person named its folder.
    pub home: Option<PathBuf>,
    /// Folder of backups and manifests of these files.
    pub installs: PathBuf,
    /// The user.
    pub uid: u32,
    /// What the clock says.
    pub now: Timestamp,
}

/// What is ours in such a file.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// All of it. It is known again by its first line.
    Whole(&'a str),
    /// One line, without its end.
    Line {
        /// What it says.
        text: &'a str,
        /// The byte at which it is put in, the beginning of a line; `None`: at the end.
        at: Option<usize>,
    },
    /// Single settings of a TOML file.
    Settings(&'a [Setting]),
}

impl Spot {
    fn keeper(&self) -> Keeper<'_> {
        Keeper {
            name: "pane-patrol",
            installs: &self.installs,
            uid: self.uid,
            now: self.now,
        }
    }

    /// The bytes of the file; `None` when there is none.
    ///
    /// # Errors
    /// Something else than a file stands there, or it cannot be read.
    pub fn read(&self) -> Result<Option<Vec<u8>>, PlanError> {
        target_file::read_bytes(&self.file)
    }
}

/// Plans to put what is ours into the file at `spot`, or to bring it up to date.
pub fn plan_put(spot: &Spot, content: &Content) -> Result<Plan, PlanError> {
    let standing = Standing::of(&spot.file, &spot.installs)?;
    let bytes = standing.bytes().unwrap_or_default().to_vec();
    let has_ours = has_ours(&standing, &bytes, content);
    let continued = standing.record.as_ref().filter(|_| has_ours);
    let previous = continued.and_then(|record| record.manifest.created_inside.as_ref());
    let (after, traces) = put(&standing, bytes, content, previous)?;
    let is_continued = continued.is_some();
    if Some(&*after) != standing.bytes() {
        standing.check_rights(spot.home.as_deref(), spot.uid)?;
    }
    let mut write = standing.write(spot.now, Action::Install, Some(&after));
    write.only_ours = if is_continued {
        standing.is_untouched()
    } else {
        !has_ours
    };
    standing.install_plan(&spot.keeper(), has_ours, Some(after), Some(traces), write)
}

/// Plans to take what is ours out of the file at `spot`: by restoring the original where nothing else has
/// changed since, else by removing no more than that. `content` says what ours looks like where no record
/// does.
pub fn plan_take(spot: &Spot, content: &Content) -> Result<Plan, PlanError> {
    let standing = Standing::of(&spot.file, &spot.installs)?;
    let mut notes = Vec::new();
    let after = without_ours(&standing, content, &mut notes)?;
    if after.as_deref() != standing.bytes() {
        standing.check_rights(spot.home.as_deref(), spot.uid)?;
    }
    let write = standing.write(spot.now, Action::Uninstall, after.as_deref());
    standing.uninstall_plan(&spot.keeper(), after, write, notes)
}

/// The files for which a record stands in `installs`, those that were written last first: a folder that
/// was made for the first of them is empty when its turn comes.
pub fn standing_files(installs: &Path) -> Result<Vec<PathBuf>, PlanError> {
    let records = store::records(installs)?.into_iter().rev();
    let standing = records.filter(|record| record.manifest.ended.is_none());
    let mut files: Vec<PathBuf> = Vec::new();
    for record in standing {
        if !files.contains(&record.manifest.file) {
            files.push(record.manifest.file);
        }
    }
    Ok(files)
}

fn has_ours(standing: &Standing, bytes: &[u8], content: &Content) -> bool {
    match content {
        Content::Whole(text) => is_ours(bytes, text),
        Content::Line { text, .. } => {
            line::holds(bytes, text)
                || recorded_line(standing).is_some_and(|line| line::holds(bytes, &line.text))
        }
        // Nothing in the file says whose a setting is.
        Content::Settings(_) => standing.has_written(),
    }
}

fn put(
    standing: &Standing,
    bytes: Vec<u8>,
    content: &Content,
    previous: Option<&Traces>,
) -> Result<(Vec<u8>, Traces), PlanError> {
    let mut traces = previous.cloned().unwrap_or_default();
    let path = || standing.place.real.clone();
    let after = match content {
        Content::Whole(text) => {
            if !bytes.iter().all(u8::is_ascii_whitespace) && !is_ours(&bytes, text) {
                return Err(PlanError::Theirs { path: path() });
            }
            text.as_bytes().to_vec()
        }
        Content::Line { text, at } => {
            let previous = traces.line.take();
            let (after, line) = line::put(bytes, text, *at, previous)
                .map_err(|line| PlanError::Continues { path: path(), line })?;
            traces.line = Some(line);
            after
        }
        Content::Settings(settings) => {
            let text = decode(&standing.place.real, bytes)?;
            toml::install(&text, settings, &mut traces.settings)
                .map_err(|error| edit_error(&standing.place.real, &text, &error))?
                .into_bytes()
        }
    };
    Ok((after, traces))
}

fn without_ours(
    standing: &Standing,
    content: &Content,
    notes: &mut Vec<String>,
) -> Result<Option<Vec<u8>>, PlanError> {
    let Some(bytes) = standing.bytes() else {
        return Ok(None);
    };
    let original = standing.same_file().and_then(Record::original);
    if standing.is_untouched() {
        match original {
            Some(Original::NoFile) => return Ok(None),
            Some(Original::Bytes(bytes)) => return Ok(Some(bytes)),
            None => notes.push("the backup is damaged; only what is ours is removed".into()),
        }
    }
    let after = match content {
        Content::Whole(text) if !is_ours(bytes, text) => return Ok(Some(bytes.to_vec())),
        Content::Whole(_) => {
            if standing.has_written() && !standing.is_untouched() {
                notes.push(format!(
                    "{} is not as it was written; the backup keeps what it is",
                    standing.place.real.display()
                ));
            }
            return Ok(match original {
                Some(Original::Bytes(bytes)) => Some(bytes),
                Some(Original::NoFile) | None => None,
            });
        }
        Content::Line { text, .. } => {
            let known = recorded_line(standing).cloned();
            line::take(bytes, &known.unwrap_or_else(|| Line::alone(text)))
        }
        Content::Settings(_) => {
            let text = decode(&standing.place.real, bytes.to_vec())?;
            let traces = standing.same_file();
            let traces = traces.and_then(|record| record.manifest.created_inside.as_ref());
            let done = traces.map_or(&[][..], |traces| &traces.settings);
            toml::uninstall(&text, done)
                .map_err(|error| edit_error(&standing.place.real, &text, &error))?
                .into_bytes()
        }
    };
    let was_made = matches!(original, Some(Original::NoFile));
    let says_nothing = std::str::from_utf8(&after).is_ok_and(is_blank);
    Ok((!(was_made && says_nothing)).then_some(after))
}

fn recorded_line(standing: &Standing) -> Option<&Line> {
    let record = standing.record.as_ref()?;
    record.manifest.created_inside.as_ref()?.line.as_ref()
}

/// Whether a file of `bytes` is one that we write: it begins with the same line.
fn is_ours(bytes: &[u8], text: &str) -> bool {
    let first = |bytes: &[u8]| {
        bytes
            .split(|byte| *byte == b'\n')
            .next()
            .map(<[u8]>::to_vec)
    };
    first(bytes) == first(text.as_bytes())
}
