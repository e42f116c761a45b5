//! What the settings of whoever manages the machine do to the hooks of everybody else.

use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use serde_json::Value;

use super::layers::Layer;
use super::{Place, Switch};
use crate::assistants::facets::doctor::{Obstacle, Overruled, Why};

/// From this version on managed settings fail closed: a restriction that is none of the values it may
/// have counts as the strictest of them, and with a file that holds no object no session begins (tried;
/// 2.1.197 takes either for nothing).
const FAILS_CLOSED: Version = Version(2, 1, 332);

/// Fields that let managed hooks alone run.
const RESTRICTIONS: [&str; 2] = ["allowManagedHooksOnly", "strictPluginOnlyCustomization"];

/// What keeps the hooks of everybody else from running; of each field what the nearest file has counts.
pub(super) fn restrictions(layers: &[Layer], version: Option<Version>) -> Vec<Switch> {
    let restriction = |field: &&str| {
        let mut set = layers.iter().filter(|layer| !layer.value[*field].is_null());
        let layer = set.next()?;
        is_closed(field, &layer.value[*field], version).then(|| Switch {
            place: Place::of(layer),
            name: (*field).to_owned(),
            panes: Vec::new(),
            except: Vec::new(),
        })
    };
    RESTRICTIONS.iter().filter_map(restriction).collect()
}

fn is_closed(field: &str, value: &Value, version: Option<Version>) -> bool {
    let closed = version.is_some_and(|version| version >= FAILS_CLOSED);
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Array(surfaces) if field == RESTRICTIONS[1] => {
            surfaces.iter().any(|surface| surface == "hooks")
        }
        other => closed && *other != "false",
    }
}

/// A managed file that holds no object.
pub(super) fn fault(file: &Path, version: Option<Version>) -> Obstacle {
    let (file, closed) = (
        file.display(),
        version.map(|version| version >= FAILS_CLOSED),
    );
    let (why, then) = match closed {
        Some(true) => (Why::Unreadable, "no session begins"),
        Some(false) => (
            Why::LeftOut,
            "Claude Code goes on as if they were not there",
        ),
        None => (
            Why::LeftOut,
            "they count for nothing, and newer versions do not start at all",
        ),
    };
    Obstacle {
        check: "settings",
        why,
        seen: format!("the managed settings in {file} are no JSON object: {then}"),
        fix: format!("ask who manages this machine to correct or remove {file}"),
        except: Overruled::default(),
    }
}
