//! What a launcher makes of a start, for the test that walks all settings.

use super::{Launcher, Resumption, Site};
use crate::assistants::homes::Homes;
use crate::state::fixture::ended;

/// What is opened, what it lists, and how a session is taken up again; no program is started that is not on `path`.
pub(crate) fn told(launchers: &[Launcher], site: &Site, homes: &Homes) -> Vec<String> {
    let path = site.path.clone().unwrap_or_default();
    let mut told = Vec::new();
    for launcher in launchers {
        told.push(format!("{:?}", launcher.opening(None, site, None)));
        told.push(format!("{:?}", launcher.names(&path)));
        for assistant in ["my-assistant", "review"] {
            let resumed = Resumption::of(&ended(assistant, "s1"), launchers, homes);
            let shown = resumed.map(|resumed| resumed.shown().to_owned());
            told.push(format!("{shown:?}"));
        }
    }
    told
}
