//! Session files, the witness beside the hooks.

use std::path::Path;

use super::Finding;
use crate::assistants::facets::session_file::SessionFiles;

/// How many sessions live below a config folder by the session `files` in it, and how many of them have
/// no pane.
pub(crate) fn sessions(files: &dyn SessionFiles, config: &Path) -> Finding {
    const CHECK: &str = "session files";
    let folder = config.join(files.folder());
    let Some(census) = files.census(config) else {
        return Finding::ok(
            CHECK,
            format!("{} is not there yet: no session has run", folder.display()),
        );
    };
    let mut seen = format!("{} live in {}", census.attended, folder.display());
    if census.elsewhere > 0 {
        let many = census.elsewhere;
        seen = format!(
            "{seen}; {many} were moved to the background from their pane, and no file tells of what that pane \
             shows now, so it has no row"
        );
    }
    if census.background > 0 {
        let many = census.background;
        seen = format!(
            "{seen}; {many} in the background, each with the row of the pane that shows it or its own"
        );
    }
    match census.unattended {
        0 => Finding::ok(CHECK, seen),
        many => Finding::ok(
            CHECK,
            format!("{seen}; {many} headless have no pane, so no row"),
        ),
    }
}
