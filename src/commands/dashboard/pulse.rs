//! `pulse`: the dashboard that never collects. It follows whoever does, and shows what this machine alone
//! can tell while nobody does.

use std::env;
use std::path::PathBuf;

use pane_patrol_hooks::text::one_line;

use super::actions::RealActions;
use super::{as_it_was, needs_terminal, no_thread, setup, show, theme, with_launchers};
use crate::cli::PulseArgs;
use crate::collector::{self, Project};
use crate::commands::Context;
use crate::commands::variables::Aoc;
use crate::config::Config;
use crate::error::CommandResult;
use crate::tui::{self, PROJECT, Pulse, Theme};

/// The names that `AOC_PULSE_THEME` may have.
const AOC_THEMES: &str = "terminal, auto, dark, light";

/// Longest value of it that is told again, in characters.
const MAX_VALUE_CHARS: usize = 20;

/// Shows it until the person leaves it.
pub(in crate::commands) fn run(context: &Context, arguments: &PulseArgs) -> CommandResult {
    needs_terminal()?;
    let config = context.config()?;
    // One that is gone has no changes and no tasks, and the tabs say so.
    let folder = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let overview = has_overview(&config, &context.told.aoc);
    let make = {
        let (context, typed) = (context.clone(), arguments.theme.clone());
        let folder = folder.to_string_lossy().into_owned();
        move |config: &Config| {
            let own = theme(typed.as_deref(), config, context.no_color);
            let (theme, remark) = match own {
                Some(theme) => (theme, None),
                None => theme_of(&context.told.aoc),
            };
            let setup = setup(&context, context.offset, theme, config);
            Ok(tui::Setup {
                away_after: config.away.after(),
                pulse: Some(Pulse {
                    folder: folder.clone(),
                    overview,
                    remark,
                }),
                ..with_launchers(&context, config, setup)
            })
        }
    };
    let setup = as_it_was(context, make(&config)?);
    let project = Project {
        folder,
        id: PROJECT,
        with_rows: overview,
    };
    let following = collector::follow(context.collector(&[])?, project);
    let client = arguments.client.clone();
    let actions = RealActions::new(context.clone(), client, config.split.room());
    let actions = actions.following(make);
    show(setup, following.map_err(no_thread)?, actions)
}

/// The colours that Mission Control's variable asks for, and what is to be said of a word that means none.
fn theme_of(aoc: &Aoc) -> (Theme, Option<String>) {
    let Some(name) = aoc.pulse_theme.as_deref() else {
        return (Theme::default(), None);
    };
    match name {
        // The terminal's own colours are what goes with its background, whichever that is.
        "terminal" | "auto" => (Theme::Terminal, None),
        "dark" => (Theme::Dark, None),
        "light" => (Theme::Light, None),
        other => {
            let other = one_line(other, MAX_VALUE_CHARS);
            let words = format!("AOC_PULSE_THEME is none of {AOC_THEMES}: {other}");
            (Theme::default(), Some(words))
        }
    }
}

/// The person's settings, then Mission Control's variable.
pub(super) fn has_overview(config: &Config, aoc: &Aoc) -> bool {
    let is_off = matches!(aoc.pulse_overview.as_deref(), Some("0" | "false"));
    config.pulse.overview.unwrap_or(!is_off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_mission_control_is_one_of_our_themes_and_another_is_told() {
        let of = |name: Option<&str>| {
            theme_of(&Aoc {
                pulse_theme: name.map(str::to_owned),
                ..Aoc::default()
            })
        };
        for (name, theme) in [
            ("terminal", Theme::Terminal),
            ("auto", Theme::Terminal),
            ("dark", Theme::Dark),
            ("light", Theme::Light),
        ] {
            assert_eq!(of(Some(name)), (theme, None));
        }
        assert_eq!(of(None), (Theme::default(), None));
        let (theme, remark) = of(Some("purple\u{1b}[31m and more than anybody reads"));
        assert_eq!(theme, Theme::default());
        let remark = remark.unwrap();
        assert!(remark.contains("purple") && !remark.contains('\u{1b}'));
        assert!(!remark.contains("anybody"), "{remark}");
    }

    #[test]
    fn the_settings_come_before_the_variable() {
        let has = |set: Option<bool>, variable: Option<&str>| {
            let mut config = Config::default();
            config.pulse.overview = set;
            let aoc = Aoc {
                pulse_overview: variable.map(str::to_owned),
                ..Aoc::default()
            };
            has_overview(&config, &aoc)
        };
        assert!(has(None, None) && has(None, Some("1")));
        assert!(!has(None, Some("0")) && !has(None, Some("false")));
        assert!(has(Some(true), Some("0")) && !has(Some(false), Some("1")));
    }
}
