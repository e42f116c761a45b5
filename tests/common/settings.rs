//! What a person has set before anything starts.

use std::path::PathBuf;

use super::{TestEnv, finish, private_folder};

impl TestEnv {
    /// Writes pane-patrol's own settings.
    pub fn configure(&self, settings: &str) {
        let folder = self.path("config/pane-patrol");
        private_folder(&folder);
        std::fs::write(folder.join("config.toml"), settings).expect("it is our folder");
    }

    /// Switches the event log on, as a person does; where it is.
    pub fn mirror_on(&self) -> PathBuf {
        let finished = finish(self.pane_patrol().args(["mirror", "on"]));
        assert!(finished.status.success(), "{finished:?}");
        self.places().event_log().expect("there is a home")
    }
}
