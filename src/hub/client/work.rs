//! What the hub knows of an agent's changes and tasks, and the patches that it has made or asks of a publisher:
//! of agents whose folder is not to be seen from here.

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::subscription::read;
use super::{Hub, HubClient, HubError, random_id};
use crate::git::{DiffSummary, Patch, PatchRequest};
use crate::hub::protocol::{AgentPatch, RequestPatch, code};
use crate::state::update::Update;
use crate::tasks::TaskSummary;

/// A publisher has five seconds for a patch.
const PATCH_BUDGET: Duration = Duration::from_secs(10);

/// What is told of an agent's work, in full.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// What is changed in its folder, if that is known.
    pub(crate) diff: Option<Arc<DiffSummary>>,
    /// How far its tasks are, if that is known.
    pub(crate) tasks: Option<Arc<TaskSummary>>,
}

impl Hub {
    /// All changes and tasks of that agent as the hub has them; `name` says what for.
    ///
    /// # Errors
    /// Nobody collects there, it does not answer, or it is not to be trusted.
    pub(crate) fn work(&self, name: &str, agent: &str) -> Result<Work, HubError> {
        let wants = ["diff_summary", "task_summary", "snapshot"].map(str::to_owned);
        let mut client = self.greet(name, wants.into())?;
        let mut work = Work::default();
        // The snapshot comes first, and after it what was told of all agents before.
        client.rows()?;
        while let Some(update) = client.told_before() {
            match update {
                Update::Diff(id, diff) if id == agent => work.diff = Some(diff),
                Update::Tasks(id, tasks) if id == agent => work.tasks = Some(tasks),
                _ => {}
            }
        }
        Ok(work)
    }

    /// The patch of one of its files.
    ///
    /// # Errors
    /// The same, or there is none.
    pub(crate) fn patch(
        &self,
        name: &str,
        agent: &str,
        request: &PatchRequest,
    ) -> Result<Patch, HubError> {
        let wants = ["diff_patch_response", "parts"].map(str::to_owned);
        let mut client = self.greet(name, wants.into())?;
        let id = random_id();
        let wanted = RequestPatch::of(agent, request, &id);
        let mut text = String::new();
        client.ask(
            ("diff_patch_request", &wanted, &id),
            PATCH_BUDGET,
            |message| {
                let is_it = message.kind == "diff_patch_response";
                let part: AgentPatch = match read(is_it.then_some(message.payload)?) {
                    Ok(part) => part,
                    Err(error) => return Some(Err(error)),
                };
                text.push_str(part.patch.as_deref().unwrap_or_default());
                let is_last = part.part == part.parts;
                is_last.then(|| {
                    let patch = part.into_patch(request, std::mem::take(&mut text));
                    patch.map_err(|message| HubError::Refused {
                        code: code::NO_PATCH.to_owned(),
                        message,
                    })
                })
            },
        )
    }

    fn greet(&self, name: &str, wants: Vec<String>) -> Result<HubClient, HubError> {
        HubClient::greet(&self.places, self.uid, name, wants, Timestamp::now)
    }
}
