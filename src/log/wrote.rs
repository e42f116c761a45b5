//! Which files an assistant has written, by its own events.

use std::path::{Component, Path, PathBuf};

use pane_patrol_hooks::adapter::Writes;
use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::text::unmarked;

/// The files that a tool has written, by its own words, as paths that start at `/`.
pub(crate) fn written_by(event: &Event) -> Vec<PathBuf> {
    let (Some(message), Some(folder)) = (&event.message, &event.cwd) else {
        return Vec::new();
    };
    let tool = event.tool.as_deref();
    let writes = tool.and_then(|tool| event.assistant.writes_by(tool));
    // A name that was cut is none.
    if event.kind != Some(Kind::ToolFinished) || message.ends_with('…') {
        return Vec::new();
    }
    let message = unmarked(message);
    let names = match writes {
        None => return Vec::new(),
        Some(Writes::One) => vec![&*message],
        Some(Writes::Several) => message.split(", ").collect(),
    };
    let plain = |path: PathBuf| {
        let is_plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        path.components().all(is_plain).then_some(path)
    };
    let path = |name: &str| plain(Path::new(folder).join(name));
    names.into_iter().filter_map(path).collect()
}
