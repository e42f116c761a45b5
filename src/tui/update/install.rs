//! Installing from an empty dashboard: shown first, done by the second press.

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;
use crate::tui::effect::Effect;
use crate::tui::message::{Hooks, InstallOffer, InstallOutcome};
use crate::tui::model::{Install, Model, Panel};
use crate::tui::undone::NoOffer;

/// Has the changes worked out that a second press would make.
pub(crate) fn begin(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if !model.offers_install() {
        let (why, next) = not_offered(model);
        model.advise(why, next, now);
        return Vec::new();
    }
    model.open(Panel::Install(Install::Planning));
    vec![Effect::PlanInstall]
}

/// Why nothing is installed from here.
fn not_offered(model: &Model) -> (&'static str, &'static str) {
    match model.hooks {
        _ if !model.rows.is_empty() => {
            let next = "`pane-patrol install` registers the hooks of others";
            ("somebody reports already", next)
        }
        Hooks::Installed => (
            "nothing to install: every assistant on PATH has its hooks",
            "start one in a pane",
        ),
        Hooks::Unknown | Hooks::Missing | Hooks::Partly => {
            let next = "`pane-patrol doctor` tells";
            ("which hooks are missing is not known yet", next)
        }
    }
}

pub(crate) fn planned(model: &mut Model, plan: Result<InstallOffer, NoOffer>) {
    if model.panel == Panel::Install(Install::Planning) {
        model.panel = Panel::Install(match plan {
            Ok(offer) => Install::Planned(offer),
            Err(why) => Install::Nothing(why.to_string()),
        });
        model.touch();
    }
}

/// Shown even if the person has closed the panel meanwhile: their files have changed.
pub(crate) fn over(model: &mut Model, outcome: InstallOutcome) -> Vec<Effect> {
    model.open(Panel::Install(Install::Over(outcome)));
    hear(model);
    model.touch();
    vec![Effect::CheckHooks]
}

/// Takes note of who has reported since the install, for as long as the person looks at it.
pub(crate) fn hear(model: &mut Model) {
    let Panel::Install(Install::Over(outcome)) = &mut model.panel else {
        return;
    };
    let at = outcome.at;
    for awaited in &mut outcome.awaited {
        let mut rows = model.rows.in_order().iter();
        awaited.reports |= rows.any(|known| {
            known.row.assistant.as_str() == awaited.name && has_reported(&known.row, at)
        });
    }
}

/// Whether a hook of the row's assistant was heard since.
fn has_reported(row: &Row, since: Timestamp) -> bool {
    let mut heard = row.evidence.iter();
    heard.any(|one| one.source == Source::Hook && one.at >= since)
}
