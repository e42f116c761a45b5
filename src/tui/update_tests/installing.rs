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

/// Of an install a minute ago, after which these have not reported yet.
fn outcome(names: &[&'static str]) -> InstallOutcome {
    let awaited = names.iter().map(|name| Awaited {
        name,
        title: name,
        until: "restart it",
        reports: false,
    });
    InstallOutcome {
        said: vec!["done".to_owned()],
        at: now().minus(Duration::from_secs(60)),
        awaited: awaited.collect(),
    }
}

#[test]
fn each_reports_from_its_first_report_on_until_the_person_closes_it() {
    let mut model = model_with(Vec::new(), 80, 24);
    tell(
        &mut model,
        Message::Installed(outcome(&["claude", "gemini"])),
    );
    let shown = |model: &Model, line: &str| {
        let screen = screen(model);
        assert!(screen.contains(line), "{line}: {screen}");
    };
    shown(&model, "○ claude  restart it");
    shown(&model, "○ gemini  restart it");
    let heard = |number, name, seconds, source| {
        let mut row = row(number, name, State::Running, "shop:1.1", 1);
        row.evidence = vec![Arc::new(Evidence {
            at: now().minus(Duration::from_secs(seconds)),
            source,
            what: "said".to_owned(),
            before: None,
            after: State::Running,
            reason: None,
        })];
        Message::Update(Update::Row(Arc::new(row)))
    };
    // Seen and not heard, and heard before the install.
    tell(&mut model, heard(1, "gemini", 5, Source::Witness));
    tell(&mut model, heard(2, "gemini", 100, Source::Hook));
    shown(&model, "○ gemini  restart it");
    tell(&mut model, heard(3, "gemini", 5, Source::Hook));
    shown(&model, "✓ gemini  reports");
    shown(&model, "○ claude  restart it");
    tell(&mut model, Message::Update(Update::Snapshot(Vec::new())));
    shown(&model, "✓ gemini  reports");
    tell(&mut model, heard(4, "claude", 1, Source::Hook));
    shown(&model, "All of them report.");
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.panel, Panel::Detail);
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
    let over = Message::Installed(outcome(&[]));
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
    tell(&mut model, Message::Installed(outcome(&[])));
    assert_eq!(model.panel, Panel::Install(Install::Over(outcome(&[]))));
}

#[test]
fn the_key_says_why_nothing_is_installed() {
    let said = |mut model: Model| {
        assert_eq!(press(&mut model, KeyCode::Char('i')), []);
        model
            .notice
            .take()
            .map(|notice| notice.text)
            .unwrap_or_default()
    };
    assert!(said(usual()).starts_with("somebody reports already"));
    let mut model = model_with(Vec::new(), 80, 24);
    assert!(said(model).contains("not known yet"));
    model = model_with(Vec::new(), 80, 24);
    model.hooks = Hooks::Installed;
    assert!(said(model).starts_with("nothing to install"));
}
