//! Installing from an empty dashboard: shown first, done by the second press.

use crate::tui::effect::Effect;
use crate::tui::message::InstallOffer;
use crate::tui::model::{Install, Model, Panel};
use crate::tui::undone::NoOffer;

/// Has the changes worked out that a second press would make.
pub(crate) fn begin(model: &mut Model) -> Vec<Effect> {
    if !model.offers_install() {
        return Vec::new();
    }
    model.open(Panel::Install(Install::Planning));
    vec![Effect::PlanInstall]
}

pub(crate) fn planned(model: &mut Model, plan: Result<InstallOffer, NoOffer>) {
    if model.panel == Panel::Install(Install::Planning) {
        model.panel = Panel::Install(match plan {
            Ok(offer) => Install::Planned(offer),
            Err(why) => Install::Over(vec![why.to_string()]),
        });
        model.touch();
    }
}

/// Shown even if the person has closed the panel meanwhile: their files have changed.
pub(crate) fn over(model: &mut Model, said: Vec<String>) -> Vec<Effect> {
    model.open(Panel::Install(Install::Over(said)));
    model.touch();
    vec![Effect::CheckHooks]
}
