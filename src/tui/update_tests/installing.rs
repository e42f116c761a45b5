//! The offer to install the hooks.

use super::*;

fn offer(is_ready: bool) -> InstallOffer {
    InstallOffer {
        assistants: vec![OfferedInstall {
            title: "Codex".to_owned(),
            file: "~/.codex/hooks.json".to_owned(),
            what: "3 lines more".to_owned(),
            is_ready,
        }],
        changes: vec!["+x".to_owned()],
    }
}

#[test]
fn an_offer_with_nothing_to_be_done_is_not_carried_out() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(&mut model, Message::Hooks(Hooks::Partly));
    assert_eq!(press(&mut model, KeyCode::Char('i')), [Effect::PlanInstall]);
    tell(&mut model, Message::InstallPlanned(Ok(offer(false))));
    assert_eq!(press(&mut model, KeyCode::Char('i')), []);
}

#[test]
fn the_install_is_shown_first_and_done_on_the_second_press() {
    let mut model = model_with(Vec::new(), 80, 24);
    assert_eq!(press(&mut model, KeyCode::Char('i')), [], "not offered yet");
    tell(&mut model, Message::Hooks(Hooks::Missing));
    assert_eq!(press(&mut model, KeyCode::Char('i')), [Effect::PlanInstall]);
    assert_eq!(
        press(&mut model, KeyCode::Char('i')),
        [],
        "nothing is shown yet"
    );
    tell(&mut model, Message::InstallPlanned(Ok(offer(true))));
    assert_eq!(
        press(&mut model, KeyCode::Char('i')),
        [Effect::ApplyInstall]
    );
    assert_eq!(
        press(&mut model, KeyCode::Char('i')),
        [],
        "it is being done"
    );
    let over = Message::Installed(vec!["done".to_owned()]);
    assert_eq!(tell(&mut model, over), [Effect::CheckHooks]);
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.panel, Panel::Detail);
}

#[test]
fn rows_arrive_while_the_install_is_shown_and_the_offer_is_gone_with_the_first() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(&mut model, Message::Hooks(Hooks::Missing));
    press(&mut model, KeyCode::Char('i'));
    tell(&mut model, Message::InstallPlanned(Ok(offer(true))));
    tell(&mut model, Message::Update(Update::Snapshot(day())));
    assert!(screen(&model).contains("shop:1.1") && screen(&model).contains("+x"));
    press(&mut model, KeyCode::Esc);
    assert_eq!(press(&mut model, KeyCode::Char('i')), []);
}

#[test]
fn a_plan_that_comes_after_escape_opens_nothing() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(&mut model, Message::Hooks(Hooks::Missing));
    press(&mut model, KeyCode::Char('i'));
    press(&mut model, KeyCode::Esc);
    tell(&mut model, Message::InstallPlanned(Ok(offer(true))));
    assert_eq!(model.panel, Panel::Detail);
    tell(&mut model, Message::Installed(vec!["done".to_owned()]));
    assert_eq!(
        model.panel,
        Panel::Install(Install::Over(vec!["done".to_owned()]))
    );
}
