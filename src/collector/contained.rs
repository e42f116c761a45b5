//! Containers with a socket of their own, `containers/NAME/events.sock` below the runtime folder: the
//! one thing of ours that such a container has to see. It takes events and nothing else, and of these
//! only what means the same inside and outside.

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::paths::{Places, is_folder_name};
use pane_patrol_hooks::target::Target;
use thiserror::Error;

/// It may not say that.
const NOT_ITS_TARGET: &str = "a container told of a pane that is not one of those it was given";

/// A container as the person has named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name, which is a folder's.
    pub name: String,
    /// Where its assistants run; empty: wherever no other one's assistant is.
    pub targets: Vec<Target>,
}

/// Text that names no container.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ContainerError {
    /// The name cannot be a folder's.
    #[error(
        "`{0}` cannot be a container's name: use at most 32 of a-z, A-Z, 0-9, `_`, `-` and `.`, \
         not starting with a dot"
    )]
    Name(String),
    /// The target is none.
    #[error("`{0}` is neither `session:window.pane` nor `%N`")]
    Target(String),
}

impl Container {
    /// Reads `NAME` or `NAME=TARGET`, as often as each was typed.
    ///
    /// # Errors
    /// A name or a target is none.
    pub fn all(typed: &[String]) -> Result<Vec<Self>, ContainerError> {
        let mut containers: Vec<Self> = Vec::new();
        for text in typed {
            let (name, target) = match text.split_once('=') {
                Some((name, target)) => (name, Some(target)),
                None => (text.as_str(), None),
            };
            if name.is_empty() || !is_folder_name(name) {
                return Err(ContainerError::Name(name.to_owned()));
            }
            let target = target.map(|text| {
                let target = text.parse();
                target.map_err(|_| ContainerError::Target(text.to_owned()))
            });
            let targets = target.transpose()?.into_iter();
            match containers.iter_mut().find(|known| known.name == name) {
                Some(known) => known.targets.extend(targets),
                None => containers.push(Self {
                    name: name.to_owned(),
                    targets: targets.collect(),
                }),
            }
        }
        Ok(containers)
    }

    /// Where its events are heard.
    pub fn socket(&self, places: &Places) -> std::path::PathBuf {
        places.containers().join(&self.name).join("events.sock")
    }

    /// Takes from an event what means something else in there, or would have us read or run something
    /// out here.
    pub(super) fn judge(&self, event: &mut Event) -> Result<(), &'static str> {
        (event.server, event.pane, event.pid) = (None, None, None);
        (event.home, event.cwd) = (None, None);
        if self.targets.is_empty() || self.targets.contains(&event.target) {
            Ok(())
        } else {
            Err(NOT_ITS_TARGET)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(typed: &[&str]) -> Result<Vec<Container>, ContainerError> {
        let typed: Vec<String> = typed.iter().map(|&text| text.to_owned()).collect();
        Container::all(&typed)
    }

    #[test]
    fn containers_are_named_with_or_without_their_targets() {
        let named = all(&["box", "cage=work:1.0", "cage=%3"]).unwrap();
        assert_eq!((&*named[0].name, named[0].targets.len()), ("box", 0));
        let targets: Vec<String> = named[1].targets.iter().map(Target::to_string).collect();
        assert_eq!(
            (&*named[1].name, targets),
            ("cage", vec!["work:1.0".into(), "%3".into()])
        );
        for wrong in ["", "../x", "a/b", ".x", "=%1"] {
            assert!(
                matches!(all(&[wrong]), Err(ContainerError::Name(_))),
                "{wrong}"
            );
        }
        assert_eq!(all(&["a=b"]), Err(ContainerError::Target("b".into())));
    }

    #[test]
    fn of_a_containers_event_only_what_means_the_same_out_here_is_kept() {
        let text =
            br#"{"assistant":"claude","state":"waiting_approval","target":"work:1.0","pane":"%9",
            "server":"/tmp/evil,7","pid":7,"home":"/evil","cwd":"/evil","tool":"Bash",
            "message":"ls","ts":"2026-02-27T10:00:00Z"}"#;
        let event = Event::parse(text).unwrap();
        let mut judged = event.clone();
        let container = &all(&["box"]).unwrap()[0];
        assert_eq!(container.judge(&mut judged), Ok(()));
        let expected = Event {
            pane: None,
            server: None,
            pid: None,
            home: None,
            cwd: None,
            ..event.clone()
        };
        assert_eq!(judged, expected);
        let given = &all(&["box=work:2.0"]).unwrap()[0];
        assert_eq!(given.judge(&mut event.clone()), Err(NOT_ITS_TARGET));
        let given = &all(&["box=work:2.0", "box=work:1.0"]).unwrap()[0];
        assert_eq!(given.judge(&mut event.clone()), Ok(()));
    }
}
