//! Everything that a plan is made from: the file, its place and its record, read once, and the
//! conclusions about what they mean together.

use std::path::Path;

use crate::assistant::{Assistant, Format};
use crate::edit::error::{EditError, Unfit};
use crate::edit::{self, Origin, Traces};
use crate::entry;
use crate::error::PlanError;
use crate::json::document::{BOM, Document, position};
use crate::manifest::{Action, Write};
use crate::plan::{Plan, Site};
use crate::plugin;
use crate::schema::Schema;
use crate::standing::Standing;
use crate::store::{Original, Record};
use crate::tables;
use crate::target_file;
use crate::toml;

/// Everything that was read.
pub(crate) struct View {
    /// The file as it is, and its record.
    standing: Standing,
    pub(crate) text: String,
    pub(crate) has_ours: bool,
}

impl View {
    pub(crate) fn of(site: &Site) -> Result<Self, PlanError> {
        let standing = Standing::of(&site.location.settings, &site.installs)?;
        let bytes = standing.bytes().unwrap_or_default().to_vec();
        let text = decode(&standing.place.real, bytes)?;
        let has_ours = match site.assistant.format {
            // Nothing in the file says whose a setting is.
            Format::Toml => standing.has_written(),
            Format::Json(_) | Format::Plugin | Format::Tables(_) => has_ours(&text, site.assistant),
        };
        Ok(Self {
            standing,
            text,
            has_ours,
        })
    }

    pub(crate) fn check_rights(&self, site: &Site) -> Result<(), PlanError> {
        let home = site.location.home.as_deref();
        self.standing.check_rights(home, site.uid)
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.standing.bytes()
    }

    pub(crate) fn error(&self, error: &EditError) -> PlanError {
        edit_error(&self.standing.place.real, &self.text, error)
    }

    /// The standing record, less the writes that never happened.
    pub(crate) fn record(&self) -> Option<&Record> {
        self.standing.record.as_ref()
    }

    pub(crate) fn is_untouched(&self) -> bool {
        self.standing.is_untouched()
    }

    pub(crate) fn without_ours(
        &self,
        site: &Site,
        notes: &mut Vec<String>,
    ) -> Result<Option<Vec<u8>>, PlanError> {
        if self.bytes().is_none() {
            return Ok(None);
        }
        if let Some(record) = self.standing.same_file().filter(|_| self.is_untouched()) {
            match record.original() {
                Some(Original::NoFile) => return Ok(None),
                Some(Original::Bytes(bytes)) => return Ok(Some(bytes)),
                None => {}
            }
            notes.push("the backup is damaged; only our entries are removed".into());
        }
        let schema = match &site.assistant.format {
            Format::Json(schema) => schema,
            Format::Plugin => return Ok(self.without_plugin(notes)),
            Format::Toml => return self.without_settings(),
            Format::Tables(_) => return self.without_tables(site.assistant, notes),
        };
        notes.extend(self.lost_record());
        let origin = match self.record() {
            Some(record) if !record.manifest.writes.is_empty() => record.manifest.origin(),
            _ => Origin::Unknown,
        };
        let text = edit::uninstall(&self.text, site.assistant, schema, origin)
            .map_err(|error| self.error(&error))?;
        Ok(self.unless_created(text, schema))
    }

    fn lost_record(&self) -> Option<String> {
        let is_lost = self.has_ours && self.record().is_none();
        is_lost.then(|| {
            "no record of the install was found; our entries are known by their command".into()
        })
    }

    /// The file without our tables.
    fn without_tables(
        &self,
        assistant: &Assistant,
        notes: &mut Vec<String>,
    ) -> Result<Option<Vec<u8>>, PlanError> {
        notes.extend(self.lost_record());
        let record = self.standing.same_file();
        let traces = record.and_then(|record| record.manifest.created_inside.as_ref());
        let open_end = traces.is_some_and(|traces| traces.open_end);
        let text = tables::uninstall(&self.text, assistant, open_end)
            .map_err(|error| self.error(&error))?;
        let says_nothing = self.has_ours && edit::is_blank(&text);
        let original = record.filter(|_| says_nothing).and_then(Record::original);
        Ok(match original {
            Some(Original::NoFile) => None,
            Some(Original::Bytes(bytes)) if is_blank(&bytes) => Some(bytes),
            _ => Some(text.into_bytes()),
        })
    }

    /// The file without the settings that the record says were ours.
    fn without_settings(&self) -> Result<Option<Vec<u8>>, PlanError> {
        let record = self.standing.same_file();
        let traces = record.and_then(|record| record.manifest.created_inside.as_ref());
        let done = traces.map_or(&[][..], |traces| &traces.settings);
        let text = toml::uninstall(&self.text, done).map_err(|error| self.error(&error))?;
        let was_made = matches!(record.and_then(Record::original), Some(Original::NoFile));
        Ok((!(was_made && edit::is_blank(&text))).then(|| text.into_bytes()))
    }

    /// A plugin of ours goes whole; what a person has written into it stays in the backup.
    fn without_plugin(&self, notes: &mut Vec<String>) -> Option<Vec<u8>> {
        if !self.has_ours {
            return self.bytes().map(<[u8]>::to_vec);
        }
        if !self.is_untouched() {
            notes.push("the plugin is not as it was written; the backup keeps what it is".into());
        }
        match self.standing.same_file().and_then(Record::original) {
            Some(Original::Bytes(bytes)) => Some(bytes),
            Some(Original::NoFile) | None => None,
        }
    }

    /// A file that says nothing without ours becomes what it was before: no file, or a blank one.
    fn unless_created(&self, text: String, schema: &Schema) -> Option<Vec<u8>> {
        let original = self
            .standing
            .same_file()
            .filter(|_| self.has_ours && says_nothing(&text, schema))
            .and_then(Record::original);
        match original {
            Some(Original::NoFile) => None,
            Some(Original::Bytes(bytes)) if is_blank(&bytes) => Some(bytes),
            _ => Some(text.into_bytes()),
        }
    }

    pub(crate) fn write(&self, site: &Site, action: Action, after: Option<&[u8]>) -> Write {
        self.standing.write(site.now, action, after)
    }

    pub(crate) fn install_plan(
        self,
        site: &Site,
        after: Option<Vec<u8>>,
        traces: Option<Traces>,
        write: Write,
    ) -> Result<Plan, PlanError> {
        let has_ours = self.has_ours;
        let keeper = site.keeper();
        self.standing
            .install_plan(&keeper, has_ours, after, traces, write)
    }

    pub(crate) fn uninstall_plan(
        self,
        site: &Site,
        after: Option<Vec<u8>>,
        write: Write,
        notes: Vec<String>,
    ) -> Result<Plan, PlanError> {
        self.standing
            .uninstall_plan(&site.keeper(), after, write, notes)
    }

    /// Entries in the file that the settings were a link to at the install and are no longer.
    pub(crate) fn left_behind(&self, site: &Site) -> Option<String> {
        let record = self.record()?;
        let real = &record.manifest.real_file;
        let bytes = target_file::read_bytes(real).ok().flatten();
        let text = String::from_utf8(bytes.filter(|_| *real != self.standing.place.real)?).ok()?;
        let has_ours = has_ours(&text, site.assistant);
        has_ours.then(|| {
            format!(
                "{}, to which the settings were a link, still holds our entries",
                real.display()
            )
        })
    }
}

pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, PlanError> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let error = EditError {
            offset: good,
            reason: "bytes that are not UTF-8".into(),
            field: None,
        };
        syntax_error(path, &text, &error)
    })
}

/// What is wrong with the text of the file at `path`, in words for its owner.
pub(crate) fn edit_error(path: &Path, text: &str, error: &EditError) -> PlanError {
    let (line, column) = position(text, error.offset);
    let path = path.to_owned();
    match error.field.clone() {
        Some(Unfit::Dropped(wrong)) => PlanError::Dropped {
            path,
            line,
            column,
            field: wrong.field,
            expected: wrong.expected,
            title: wrong.title,
            left_out: wrong.left_out,
        },
        Some(Unfit::NoRoom { field, expected }) => PlanError::NoRoom {
            path,
            line,
            column,
            field,
            expected,
        },
        None => syntax_error(&path, text, error),
    }
}

pub(crate) fn syntax_error(path: &Path, text: &str, error: &EditError) -> PlanError {
    let (line, column) = position(text, error.offset);
    PlanError::Syntax {
        path: path.to_owned(),
        line,
        column,
        reason: error.reason.clone(),
    }
}

fn has_ours(text: &str, assistant: &Assistant) -> bool {
    let schema = match &assistant.format {
        Format::Json(schema) => schema,
        Format::Plugin => return plugin::is_ours(text, assistant),
        Format::Toml => return false,
        Format::Tables(_) => {
            return tables::find(text, assistant).is_ok_and(|entries| !entries.is_empty());
        }
    };
    Document::parse_as(text, schema.dialect)
        .is_ok_and(|document| !entry::find(&document, assistant, schema).is_empty())
}

fn is_blank(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(edit::is_blank)
}

/// Whether `text` says no more than a file that we make.
fn says_nothing(text: &str, schema: &Schema) -> bool {
    let squeezed = |text: &str| -> String {
        let text = text.trim_start_matches(BOM).chars();
        text.filter(|c| !c.is_ascii_whitespace()).collect()
    };
    edit::is_blank(text) || squeezed(text) == squeezed(schema.blank)
}
