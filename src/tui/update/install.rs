//! Installing from an empty dashboard: shown first, done by the second press.

use crate::tui::effect::Effect;
use crate::tui::message::Offer;
use crate::tui::model::{Install, Model, Panel};
use crate::tui::update::touch;

/// The first press shows the changes, the second makes them.
pub(crate) fn install(model: &mut Model) -> Vec<Effect> {
    match &model.panel {
        Panel::Install(Install::Planned(offer)) if offer.is_ready() => {
            model.panel = Panel::Install(Install::Applying);
            vec![Effect::ApplyInstall]
        }
        Panel::Install(_) => Vec::new(),
        _ if model.offers_install() => {
            model.panel = Panel::Install(Install::Planning);
            model.scroll = 0;
            vec![Effect::PlanInstall]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn install_planned(model: &mut Model, plan: Result<Offer, String>) {
    if model.panel == Panel::Install(Install::Planning) {
        model.panel = Panel::Install(match plan {
            Ok(offer) => Install::Planned(offer),
            Err(why) => Install::Over(vec![why]),
        });
        touch(model);
    }
}

/// Shown even if the person has closed the panel meanwhile: their files have changed.
pub(crate) fn install_over(model: &mut Model, said: Vec<String>) -> Vec<Effect> {
    model.panel = Panel::Install(Install::Over(said));
    model.scroll = 0;
    touch(model);
    vec![Effect::CheckHooks]
}
