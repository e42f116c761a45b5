//! The settings file changes while the dashboard runs.

use std::path::Path;

use super::*;
use crate::config::{Config, Signs, Theme};
use crate::tui::message::Reread;
use crate::tui::model::Launch;
use crate::tui::theme::Palette;

/// What a dashboard is told of such a file.
fn reread(model: &Model, text: &str) -> Message {
    let config = Config::parse(text, Path::new("config.toml")).unwrap();
    let mut setup = model.setup.clone();
    setup.theme = Palette::new(config.dashboard.theme.unwrap_or_default(), config.colours);
    setup.columns = config.columns.clone();
    setup.signs = config.icons.signs();
    setup.keys = config.keys.bindings().unwrap();
    setup.away_after = config.away.after();
    // What is not the settings' is not taken from them.
    (setup.size, setup.in_multiplexer) = ((1, 1), false);
    let later = Vec::new();
    Message::Settings(Ok(Box::new(Reread { setup, later })))
}

#[test]
fn keys_columns_signs_and_colours_hold_at_once() {
    let mut model = model_with(day(), 100, 30);
    let before = screen(&model);
    assert!(
        before.contains("? help") && before.contains("opencode"),
        "{before}"
    );
    let text = "[keys]\nhelp = 'F1'\n[columns]\nshow = ['target']\n[icons]\nplain = true\n\
                [dashboard]\ntheme = 'light'\n[away]\nafter = '1h'\n";
    let message = reread(&model, text);
    assert!(tell(&mut model, message).is_empty());
    assert!(screen(&model).contains("the settings file has changed"));
    model.notice = None;
    let after = screen(&model);
    assert!(
        after.contains("F1 help") && !after.contains("opencode"),
        "{after}"
    );
    assert_eq!(model.setup.signs, Signs::Plain);
    assert_eq!(model.setup.theme, Palette::from(Theme::Light));
    assert_eq!(model.setup.away_after, Duration::from_secs(3600));
    assert_eq!(
        (model.setup.size, model.setup.in_multiplexer),
        ((100, 30), true)
    );
    tell(&mut model, press_of(KeyCode::F(1)));
    assert_eq!(model.panel, Panel::Help);
    let message = reread(&model, "");
    tell(&mut model, message);
    tell(&mut model, press_of(KeyCode::Esc));
    model.notice = None;
    assert_eq!(screen(&model), before);
}

fn press_of(code: KeyCode) -> Message {
    Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn a_wrong_file_changes_nothing_and_is_told_of_until_it_is_right_again() {
    let mut model = model_with(day(), 100, 30);
    let setup = model.setup.clone();
    let why = "line 1: unknown key `them` in `[dashboard]`: is `theme` meant?";
    tell(&mut model, Message::Settings(Err(why.to_owned())));
    assert_eq!(model.setup, setup);
    let told = "× the settings are as before, the file is wrong: line 1: unknown key `them`";
    assert!(screen(&model).contains(told), "{}", screen(&model));
    let message = reread(&model, "");
    tell(&mut model, message);
    assert!(!screen(&model).contains("the file is wrong"));
    assert!(screen(&model).contains("holds from now on"));
}

#[test]
fn what_holds_at_the_next_start_is_named_and_nothing_is_said_of_what_changes_nothing() {
    let mut model = model_with(day(), 100, 30);
    let read = |model: &Model, later: &[&str]| {
        let later = later.iter().map(|key| (*key).to_owned()).collect();
        let setup = model.setup.clone();
        Message::Settings(Ok(Box::new(Reread { setup, later })))
    };
    let message = read(&model, &["[table] silent", "[split] width"]);
    tell(&mut model, message);
    let shown = screen(&model);
    assert!(
        shown.contains("holds at the next start: [table] silent, [split] width"),
        "{shown}"
    );
    assert_eq!(model.notice, None);
    let message = read(&model, &[]);
    tell(&mut model, message);
    assert!(!screen(&model).contains("at the next start"));
}

#[test]
fn other_launchers_are_asked_anew_and_none_is_started_by_its_old_place() {
    let mut model = model_with(day(), 100, 30);
    model.panel = Panel::Launch(Launch::of(&model.setup.launchers, &[]));
    let mut setup = model.setup.clone();
    (setup.launchers, setup.listing) = (vec!["boxes".to_owned()], vec![0]);
    let later = Vec::new();
    let read = Message::Settings(Ok(Box::new(Reread { setup, later })));
    assert_eq!(tell(&mut model, read), [Effect::ListItems]);
    assert_eq!(model.panel, Panel::default());
    tell(&mut model, press_of(KeyCode::Char('n')));
    assert!(screen(&model).contains("boxes"), "{}", screen(&model));
}
