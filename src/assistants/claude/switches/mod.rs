//! What switches Claude's hooks off: in its own settings, in the project that a session was started in,
//! there for one person alone, for everybody by whoever manages the machine, or by how the session was
//! started. Of settings that say it differently the nearer ones count (tried on 2.1.197 and 2.1.332).

mod layers;
mod managed;
mod question;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;

use crate::assistants::facets::doctor::{Found, Look, Obstacle, Overruled, Why};
use crate::assistants::facets::running::{Running, Session};
use layers::{Layer, Whose};
use question::Question;

pub(crate) use question::HEEDED;

/// The files of whoever manages the machine.
const MANAGED: &str = "/etc/claude-code";

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
    File(PathBuf, Whose),
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
            .map(|session| {
                let folder = session.folder.as_deref().map(Path::new);
                let of = |folder| layers::of_project(folder, settings, version);
                (session, folder.map(of).unwrap_or_default())
            })
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
                Some((Place::File(file, _), false)) if is_off_here => {
                    except.push(format!("{} by {}", session.pane, file.display()));
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
        Self::File(layer.file.clone(), layer.whose)
    }
}

impl Switch {
    fn everywhere(place: Place, question: Question, except: Vec<String>) -> Self {
        let name = match place {
            Place::File(..) => question.in_settings(),
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
            Place::File(file, whose) => {
                let file = file.display();
                let ask = if *whose == Whose::Managers {
                    "ask who manages this machine to "
                } else {
                    ""
                };
                (
                    format!("{whose}: `{name}` in {file}"),
                    format!("{ask}take `{name}` out of {file}"),
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
        }
    }
}
