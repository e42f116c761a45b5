//! The patch of one file, made when somebody wants to read it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use super::parse::{Found, Status};
use super::summary::HARMLESS;
use super::types::{Change, FileStatus, MAX_PATCH_BYTES, Patch, PatchRequest};
use super::{Git, GitError, Repository, shown};

/// More unchanged lines than any file of readable length has.
const MAX_CONTEXT: u32 = 100_000;

impl Git {
    /// The patch of one changed file of the repository around `folder`.
    ///
    /// # Errors
    /// The repository cannot be asked, or the file is not among its changed ones: nothing else is
    /// ever read.
    pub(crate) fn patch(&self, folder: &Path, request: &PatchRequest) -> Result<Patch, GitError> {
        let repository = self.open(folder)?;
        let status = repository.status()?;
        let found =
            find(&status, request).ok_or_else(|| GitError::NotChanged(request.path.clone()))?;
        repository.patch(&status, found, request)
    }
}

/// The change that is meant; of several of one file the one that names where it came from.
fn find<'a>(status: &'a Status, request: &PatchRequest) -> Option<&'a Found> {
    let mut changes: Vec<&Found> = status
        .found
        .iter()
        .filter(|found| request.status.is_none_or(|status| status == found.status))
        .filter(|found| request.with_untracked || found.status != FileStatus::Untracked)
        .filter(|found| shown(&found.path) == request.path)
        .collect();
    changes.sort_by_key(|found| found.renamed_from.is_none());
    changes.first().copied()
}

impl Repository<'_> {
    fn patch(
        &self,
        status: &Status,
        found: &Found,
        request: &PatchRequest,
    ) -> Result<Patch, GitError> {
        let context = request.context.min(MAX_CONTEXT);
        let arguments = self.arguments(status, found, request.status, context)?;
        // Outside the index git compares two files, and says with 1 that they differ.
        let output = self.run(arguments, MAX_PATCH_BYTES, &[0, 1])?;
        let text = whole_lines(&output.stdout, output.is_cut);
        Ok(Patch {
            path: request.path.clone(),
            status: request.status,
            is: found.status,
            change: found.change,
            renamed_from: found.renamed_from.as_deref().map(shown),
            context,
            binary: text.lines().any(is_binary_mark),
            truncated: output.is_cut,
            text,
        })
    }

    fn arguments(
        &self,
        status: &Status,
        found: &Found,
        place: Option<FileStatus>,
        context: u32,
    ) -> Result<Vec<OsString>, GitError> {
        let mut arguments: Vec<OsString> = vec!["diff".into(), format!("-U{context}").into()];
        arguments.extend(HARMLESS.map(OsString::from));
        arguments.extend(["--src-prefix=a/", "--dst-prefix=b/"].map(OsString::from));
        if found.change == Change::Renamed || found.change == Change::Copied {
            arguments.push("--find-renames".into());
        }
        match (found.status, place) {
            (FileStatus::Untracked, _) => arguments.push("--no-index".into()),
            (_, Some(FileStatus::Staged)) => arguments.push("--cached".into()),
            // What a merge left is compared with our side of it; with no commit, with nothing.
            (_, None) => arguments.push(match &status.commit {
                Some(_) => "HEAD".into(),
                None => self.empty_tree()?,
            }),
            (_, Some(FileStatus::Unstaged | FileStatus::Untracked)) => {}
        }
        arguments.push("--".into());
        if found.status == FileStatus::Untracked {
            arguments.push("/dev/null".into());
        }
        arguments.extend(found.renamed_from.clone().map(OsString::from_vec));
        arguments.push(path_of(found));
        Ok(arguments)
    }

    /// The name of a tree without files, which depends on the repository's kind of hash.
    fn empty_tree(&self) -> Result<OsString, GitError> {
        let mut name = self.ask(["hash-object", "-t", "tree", "/dev/null"])?;
        name.truncate(name.trim_ascii_end().len());
        Ok(OsString::from_vec(name))
    }
}

fn path_of(found: &Found) -> OsString {
    let path = OsString::from_vec(found.path.clone());
    // Alone it would mean what comes from another program.
    if path == OsStr::new("-") {
        return "./-".into();
    }
    path
}

fn is_binary_mark(line: &str) -> bool {
    line.starts_with("Binary files ") && line.ends_with(" differ")
}

/// The text up to the last whole line when it was cut.
fn whole_lines(text: &[u8], is_cut: bool) -> String {
    let end = match memchr::memrchr(b'\n', text) {
        Some(last) if is_cut => last + 1,
        _ => text.len(),
    };
    String::from_utf8_lossy(&text[..end]).into_owned()
}
