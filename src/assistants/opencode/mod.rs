//! OpenCode (1.18.33): its dialogs. Its todos are written down by our plugin in it.

pub(crate) mod dialog;
mod server;

use std::path::Path;

use pane_patrol_installer::{Assistant as Row, OPENCODE};

use super::facets::answers::Answers;
use super::facets::composer::{Barred, Composer};
use super::facets::prompts::Prompts;
use super::facets::request::{Full, Missing};
use super::facets::{Dialogs, Facets, Verdict};
use crate::state::{Bound, SessionId};

/// OpenCode.
#[derive(Debug)]
pub(crate) struct OpenCode;

/// Its prompt.
const PROMPT: Barred = Barred {
    foot: "╹▀",
    bar: '┃',
    hints: &["Ask anything"],
};

impl Facets for OpenCode {
    fn row(&self) -> &'static Row {
        &OPENCODE
    }

    fn request(&self, _bound: &Bound, _home: Option<&Path>) -> Result<Full, Missing> {
        Err(Missing::Never(
            "OpenCode keeps the rest in a database of its own",
        ))
    }

    fn prompts(&self) -> Option<&'static dyn Prompts> {
        Some(&server::Typed)
    }

    fn answers(&self) -> Option<&'static dyn Answers> {
        Some(&server::ById)
    }

    fn verdict(&self, bound: &Bound, _: Option<&Path>) -> Option<Verdict> {
        server::verdict(bound)
    }

    fn composer(&self) -> Option<&'static dyn Composer> {
        Some(&PROMPT)
    }

    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        Some(&dialog::Buttons)
    }

    fn resume(&self, session: &SessionId) -> Option<Vec<String>> {
        Some(["--session", session.as_str()].map(str::to_owned).to_vec())
    }
}
