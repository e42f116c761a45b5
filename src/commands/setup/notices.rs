//! The last step: how the person is told of what waits, in our own settings.

use std::ffi::OsStr;
use std::path::Path;

use pane_patrol_installer::{Content, Setting, plan_put};

use super::files::{carry_out, refused, show};
use super::person::{Done, Person, Step};
use super::spots::Spots;
use super::tmux::no_place;
use crate::commands::Context;
use crate::config::Config;
use crate::error::CommandError;
use crate::messages;
use crate::notify;

/// In tmux alone.
const IN_TMUX: &[Setting] = &settings(r#"["bell", "tmux"]"#);
/// On the desktop, too.
const ON_DESKTOP: &[Setting] = &settings(r#"["bell", "tmux", "desktop"]"#);

const fn settings(value: &'static str) -> [Setting; 2] {
    [
        Setting {
            table: "notice",
            key: "waiting_approval",
            value,
        },
        Setting {
            table: "notice",
            key: "waiting_input",
            value,
        },
    ]
}

/// Asks for notices beyond the bell, unless the person has chosen already.
pub(super) fn choose(context: &Context, person: Person) -> Step<Done> {
    let config = context.config()?;
    let spots = Spots::of(context).ok_or_else(no_place)?;
    if config.notice != notify::Settings::default() {
        messages::status(&format!(
            "You have chosen your notices in {}; they are left as they are.",
            spots.settings.display()
        ));
        return Ok(Done::Same);
    }
    let on_desktop = has_desktop(context.path.as_deref());
    let (chosen, ways) = if on_desktop {
        (ON_DESKTOP, "on tmux's status line and on the desktop")
    } else {
        (IN_TMUX, "on tmux's status line")
    };
    let plan = plan_put(&spots.spot(&spots.settings), &Content::Settings(chosen));
    let plan = plan.map_err(|error| refused(&spots.settings, &error))?;
    let after = plan.edits().first().and_then(|edit| edit.after());
    let text = String::from_utf8_lossy(after.unwrap_or_default());
    Config::parse(&text, Path::new("config.toml")).map_err(|error| {
        let failed = CommandError::new("the settings would not be understood");
        failed.caused_by(&error).hint("nothing was changed")
    })?;
    messages::status("The bell rings already for what has waited ten seconds for you.");
    show(&plan);
    let question = format!("Tell it {ways}, too?");
    if !person.agrees(&question)? {
        return Ok(Done::Same);
    }
    carry_out(&plan)?;
    Ok(Done::Changed)
}

/// Whether something is there that shows notices on the desktop.
fn has_desktop(path: Option<&OsStr>) -> bool {
    let folders = std::env::split_paths(path.unwrap_or_default());
    let mut folders: Vec<_> = folders.collect();
    folders.retain(|folder| folder.is_absolute());
    let programs = ["notify-send", "osascript"];
    folders
        .iter()
        .any(|folder| programs.iter().any(|name| folder.join(name).is_file()))
}
