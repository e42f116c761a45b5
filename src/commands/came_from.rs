//! Where each of the person's clients was before its last jump: one small file in the runtime folder, because every jump
//! is a process of its own.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_sys::open::read_text;
use pane_patrol_sys::replace::replace;
use serde::{Deserialize, Serialize};

use crate::mux::{Arrival, Here, Multiplexer, Outcome, PATIENCE_FOR_SEVERAL, Place, Standing};

/// The file is no longer, in bytes.
const MAX_BYTES: u64 = 1 << 18;

/// So many clients are known, the last ones that were moved.
const MOST: usize = 64;

/// A client, and the pane that it showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CameFrom {
    whose: String,
    pub(super) server: Server,
    pub(super) pane: PaneId,
}

fn file(places: &Places) -> PathBuf {
    places.runtime.join("came-from")
}

/// Takes the person to the place, and remembers where she was.
pub(super) fn go(
    places: &Places,
    mux: &dyn Multiplexer,
    place: &Place,
    here: &Here,
) -> Outcome<Arrival> {
    let standing = mux.standing(place, here, PATIENCE_FOR_SEVERAL);
    let arrival = mux.go(place, here, PATIENCE_FOR_SEVERAL)?;
    let moved = matches!(arrival, Arrival::There { .. });
    if let (true, Ok(Some(standing))) = (moved, standing) {
        keep(&file(places), standing, place);
    }
    Ok(arrival)
}

/// Where that client was before its last jump.
pub(super) fn before(places: &Places, whose: &str) -> Option<CameFrom> {
    let mut known = read(&file(places)).into_iter();
    known.find(|known| known.whose == whose)
}

/// A client has been moved from there to `to`. Where it was there already it came from where it came from.
fn keep(file: &Path, from: Standing, to: &Place) {
    let (Some(server), Target::Pane(pane)) = (from.place.server, from.place.pane) else {
        return;
    };
    if to.pane == Target::Pane(pane) && to.server.as_ref() == Some(&server) {
        return;
    }
    let whose = from.whose;
    let mut known = read(file);
    known.retain(|known| known.whose != whose);
    known.push(CameFrom {
        whose,
        server,
        pane,
    });
    let last = &known[known.len().saturating_sub(MOST)..];
    let lines = last.iter().filter_map(|it| serde_json::to_string(it).ok());
    let text: String = lines.map(|line| line + "\n").collect();
    let beside = file.with_extension(std::process::id().to_string());
    // Without it nobody goes back: the jump itself is done.
    let _ = replace(file, &beside, text.as_bytes());
}

/// One that is not there or makes no sense holds none.
fn read(file: &Path) -> Vec<CameFrom> {
    let text = read_text(file, MAX_BYTES).unwrap_or_default();
    let lines = text.lines();
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::mux::fake::KIND;

    fn place(pane: u32) -> Place {
        Place {
            kind: KIND,
            server: "/tmp/a b,7".parse().ok(),
            pane: Target::Pane(PaneId(pane)),
        }
    }

    #[test]
    fn each_client_has_one_place_and_a_jump_to_where_it_is_changes_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("came-from");
        let moved = |whose: &str, from: u32, to: u32| {
            let whose = whose.to_owned();
            let place_of = place(from);
            let standing = Standing {
                whose,
                place: place_of,
            };
            keep(&file, standing, &place(to));
        };
        let of = |whose: &str| {
            let mut known = read(&file).into_iter();
            known.find(|it| it.whose == whose).map(|it| it.pane.0)
        };
        assert_eq!(of("a"), None);
        moved("a", 1, 2);
        moved("b", 5, 6);
        moved("a", 2, 2);
        assert_eq!((of("a"), of("b")), (Some(1), Some(5)));
        moved("a", 2, 1);
        assert_eq!(of("a"), Some(2));
        let rights = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
        for number in 0..200 {
            moved(&format!("client {number}"), 1, 2);
        }
        assert_eq!((read(&file).len(), of("a")), (MOST, None));
        std::fs::write(&file, "nonsense\n{}\n").unwrap();
        assert_eq!(of("a"), None);
    }
}
