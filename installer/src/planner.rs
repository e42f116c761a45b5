//! Makes the plans: the bytes that an assistant's settings would have, from those that they have.
//!
//! Reads alone; [`crate::apply`] carries out.

use pane_patrol_hooks::adapter::Registration;

use crate::assistant::Format;
use crate::command::Program;
use crate::edit::{self, Installed};
use crate::error::PlanError;
use crate::manifest::{Action, Registered, print_version};
use crate::plan::{Plan, Site, Wanted};
use crate::snapshot::View;
use crate::{command, plugin, tables, toml};

/// Plans to put our entries into the assistant's settings, or to bring them up to date.
pub fn plan_install(site: &Site, wanted: &Wanted) -> Result<Plan, PlanError> {
    let program = Program {
        executable: &command::check_executable(&wanted.executable)?,
        everywhere: wanted.everywhere,
    };
    let view = View::of(site)?;
    let events: Vec<_> = site
        .assistant
        .events(wanted.version, wanted.approvals)
        .collect();
    let continued = view.record().filter(|_| view.has_ours);
    let previous = continued.and_then(|record| record.manifest.created_inside.as_ref());
    let (assistant, text) = (site.assistant, &view.text);
    let installed = match &assistant.format {
        Format::Json(schema) => {
            let version = wanted.version;
            edit::install(text, assistant, schema, &events, program, version, previous)
        }
        Format::Plugin => plugin::install(text, assistant, program),
        Format::Tables(tables) => {
            let checked = tables::check(text, tables, wanted.version);
            checked.and_then(|()| tables::install(text, assistant, &events, program, previous))
        }
        Format::Toml => {
            let mut traces = previous.cloned().unwrap_or_default();
            toml::install(text, &wanted.settings, &mut traces.settings).map(|text| Installed {
                text,
                traces: Some(traces),
            })
        }
    }
    .map_err(|error| view.error(&error))?;
    let after = Some(installed.text.into_bytes());
    if after.as_deref() != view.bytes() {
        view.check_rights(site)?;
    }
    let mut write = view.write(site, Action::Install, after.as_deref());
    write.only_ours = match continued {
        Some(_) => view.is_untouched(),
        None => !view.has_ours,
    };
    write.registered = Some(registered(wanted, &events));
    view.install_plan(site, after, installed.traces, write)
}

/// Plans to take our entries out: by restoring the original where nothing else has changed since,
/// else by removing what is ours.
pub fn plan_uninstall(site: &Site) -> Result<Plan, PlanError> {
    let view = View::of(site)?;
    let mut notes = Vec::new();
    let after = view.without_ours(site, &mut notes)?;
    notes.extend(view.left_behind(site));
    if after.as_deref() != view.bytes() {
        view.check_rights(site)?;
    }
    let write = view.write(site, Action::Uninstall, after.as_deref());
    view.uninstall_plan(site, after, write, notes)
}

fn registered(wanted: &Wanted, events: &[&Registration]) -> Registered {
    Registered {
        executable: wanted.executable.clone(),
        assistant_version: wanted.version.map(print_version),
        approvals: wanted.approvals,
        everywhere: wanted.everywhere,
        events: events.iter().map(|event| event.event.to_owned()).collect(),
    }
}
