//! Whether the event log is on, and whether it can be written.

use pane_patrol_hooks::paths::Places;

use super::Finding;
use crate::log::condition::{Condition, condition};

/// How the event log is. To have none is nothing wrong.
pub(crate) fn event_log(places: &Places) -> Finding {
    const CHECK: &str = "event log";
    let Some(log) = places.event_log() else {
        return Finding::ok(CHECK, "off: without a home there is no place for it");
    };
    let name = log.display();
    match condition(&log) {
        Condition::Off => Finding::ok(CHECK, "off; `pane-patrol mirror on` switches it on"),
        Condition::On { files, bytes } => {
            let of_files = if files == 1 { "file" } else { "files" };
            Finding::ok(
                CHECK,
                format!("on, {files} {of_files} with {bytes} bytes: {name}"),
            )
        }
        Condition::Broken(trouble) => {
            Finding::warning(CHECK, format!("{name}: {}", trouble.why), trouble.fix)
        }
    }
}
