//! What switches Claude's hooks off: in its own settings, in the project that a session was started in,
//! there for one person alone, for everybody by whoever manages the machine, or by how the session was
//! started. Of settings that say it differently the nearer ones count (tried on 2.1.197 and 2.1.332).

mod layers;
mod managed;
mod question;
#[cfg(test)]
mod tests;

use std::path::Path;

use pane_patrol_hooks::adapter::Version;

use crate::assistants::facets::doctor::{Found, Look, Obstacle, Overruled, Why};
use crate::assistants::facets::running::{Running, Session};
use layers::{Layer, Origin, Whose};
use question::{GIVEN, Question, SOURCES};

pub(crate) use question::HEEDED;

/// The files of whoever manages the machine.
const MANAGED: &str = if cfg!(target_os = "macos") {
    "/Library/Application Support/ClaudeCode"
} else {
    "/etc/claude-code"
};

/// One thing that keeps hooks from running.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Switch {
    place: Place,
    /// As it is called there.
    name: String,
    /// The panes of the sessions; empty: every session.
    panes: Vec<String>,
    /// Where a nearer file switches them on again.
    except: Vec<String>,
}

/// Where it is switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Settings(Origin, Whose),
    /// By how the sessions were started.
    Start,
}

/// What keeps its hooks from running.
pub(super) fn look(at: &Look<'_>) -> Found {
    look_in(at.running, at.settings, Path::new(MANAGED), at.version)
}

/// The same, with the files of whoever manages the machine in the folder `managed`. That its own
/// settings at `settings` have the field is not told of, but where it does not count.
fn look_in(running: &Running, settings: &Path, managed: &Path, version: Option<Version>) -> Found {
    let (layers, broken) = layers::managed(managed);
    let by_managers = managed::restrictions(&layers, version);
    let faults = broken.iter().map(|file| managed::fault(file, version));
    let looking = Looking {
        managed: layers,
        own: layers::own(settings, version),
        sessions: running
            .sessions
            .iter()
            .map(|session| (session, layers_of(session, settings, version)))
            .collect(),
        version,
    };
    let mut found = Found::default();
    let mut switches = by_managers;
    for question in Question::all(version) {
        let (asked, overruled) = looking.ask(question);
        switches.extend(asked);
        if question == Question::Field {
            found.overruled = overruled;
        }
    }
    found.obstacles = faults
        .chain(switches.iter().map(Switch::obstacle))
        .collect();
    found
}

/// What counts in a session but the person's own settings and those of managers, the nearest first.
fn layers_of(session: &Session, settings: &Path, version: Option<Version>) -> Vec<Layer> {
    let folder = session.folder.as_deref().map(Path::new);
    let argument = |name: &str| session.switches.get(name).map(String::as_str);
    let given = argument(GIVEN);
    let given = given.and_then(|given| layers::started_with(given, folder, version));
    let of = |folder| layers::of_project(folder, settings, argument(SOURCES), version);
    given
        .into_iter()
        .chain(folder.map(of).unwrap_or_default())
        .collect()
}

struct Looking<'a> {
    managed: Vec<Layer>,
    own: Option<Layer>,
    sessions: Vec<(&'a Session, Vec<Layer>)>,
    version: Option<Version>,
}

impl Looking<'_> {
    /// Where this is switched off, and where what its own settings say of it does not count.
    fn ask(&self, question: Question) -> (Vec<Switch>, Overruled) {
        let nearest = |layers: &[Layer]| {
            let mut said = layers.iter();
            said.find_map(|layer| Some((Place::of(layer), question.answer(layer, self.version)?)))
        };
        if let Some((place, is_off)) = nearest(&self.managed) {
            let switch = is_off.then(|| Switch::everywhere(place, question, Vec::new()));
            return (switch.into_iter().collect(), Overruled::Everywhere);
        }
        let own = self.own.as_ref().map(std::slice::from_ref);
        let own = own.and_then(nearest);
        let is_off_here = own.as_ref().is_some_and(|(_, is_off)| *is_off);
        let (mut switches, mut except) = (Vec::new(), Vec::new());
        for (session, layers) in &self.sessions {
            let mut started = session.switches.iter();
            let is_started_so = started.any(|(name, value)| question.is_asked_by(name, value));
            match nearest(layers) {
                Some((place, true)) => add(&mut switches, place, question, session),
                Some((Place::Settings(from, _), false)) if is_off_here => {
                    except.push(format!("{} by {from}", session.pane));
                }
                None if own.is_none() && is_started_so => {
                    add(&mut switches, Place::Start, question, session);
                }
                Some(_) | None => {}
            }
        }
        if let Some((place, true)) = own.filter(|_| question != Question::Field) {
            switches.insert(0, Switch::everywhere(place, question, except.clone()));
        }
        (switches, Overruled::In(except))
    }
}

/// Sessions that one thing is about are named together.
fn add(switches: &mut Vec<Switch>, place: Place, question: Question, session: &Session) {
    let pane = session.pane.to_string();
    let mut known = switches.iter_mut();
    if let Some(known) = known.find(|known| known.place == place) {
        known.panes.push(pane);
    } else {
        let switch = Switch::everywhere(place, question, Vec::new());
        let panes = vec![pane];
        switches.push(Switch { panes, ..switch });
    }
}

impl Place {
    fn of(layer: &Layer) -> Self {
        Self::Settings(layer.from.clone(), layer.whose)
    }
}

impl Switch {
    fn everywhere(place: Place, question: Question, except: Vec<String>) -> Self {
        let name = match place {
            Place::Settings(..) => question.in_settings(),
            Place::Start => question.to_string(),
        };
        let panes = Vec::new();
        Self {
            place,
            name,
            panes,
            except,
        }
    }

    fn obstacle(&self) -> Obstacle {
        let name = &self.name;
        let whom = if self.panes.is_empty() {
            "in every session".to_owned()
        } else {
            format!("in {}", self.panes.join(", "))
        };
        let (by, fix) = match &self.place {
            Place::Settings(from, whose) => {
                let then = match from {
                    Origin::File(_) => "",
                    Origin::Argument => ", and start it again",
                };
                let ask = if *whose == Whose::Managers {
                    "ask who manages this machine to "
                } else {
                    ""
                };
                (
                    format!("{whose}: `{name}` in {from}"),
                    format!("{ask}take `{name}` out of {from}{then}"),
                )
            }
            Place::Start => (
                format!("what it was started with: `{name}`"),
                format!("start it again without `{name}`"),
            ),
        };
        let except = Overruled::In(self.except.clone());
        Obstacle {
            check: "hooks",
            why: Why::SwitchedOff,
            seen: format!("switched off {whom} by {by}{except}"),
            fix,
            except,
        }
    }
}
