//! Whether the event log is on, what it holds, and whether it can be written.

use pane_patrol_hooks::event_log::Limits;
use pane_patrol_hooks::event_log::rotate::read_limits;
use pane_patrol_hooks::paths::Places;

use super::Finding;
use crate::log::condition::{Condition, condition};

/// How the event log is; `wanted`: by the settings, where these can be read. To
/// have none is nothing wrong.
pub(crate) fn event_log(places: &Places, wanted: Option<Limits>) -> Finding {
    const CHECK: &str = "event log";
    let Some(log) = places.event_log() else {
        return Finding::ok(CHECK, "off: without a home there is no place for it");
    };
    let name = log.display();
    match condition(&log) {
        Condition::Off => Finding::ok(CHECK, "off; `pane-patrol mirror on` switches it on"),
        Condition::On { files, bytes } => {
            let of_files = if files == 1 { "file" } else { "files" };
            let seen = format!("on, {files} {of_files} with {bytes} bytes: {name}");
            let kept = read_limits(&log).messages;
            match (wanted.map_or(kept, |wanted| wanted.messages), kept) {
                (true, true) => Finding::ok(CHECK, seen),
                (false, false) => Finding::ok(
                    CHECK,
                    format!("{seen}; without prompts, commands and last words"),
                ),
                (wanted, _) => Finding::warning(
                    CHECK,
                    format!("{seen}; hooks do not know yet that `[mirror] messages` is {wanted}"),
                    "run `pane-patrol mirror on`",
                ),
            }
        }
        Condition::Broken(trouble) => {
            Finding::warning(CHECK, format!("{name}: {}", trouble.why), trouble.fix)
        }
    }
}
