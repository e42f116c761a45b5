//! Taking up an ended session again, and showing one in a pane that runs in the background: what runs is said by the settings and by what is known of the assistant, and it is
//! started once, however often that is asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pane_patrol_hooks::target::PaneId;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Actor, NOTHING_YET, Refusal, came};
use crate::actor::audit::Line;
use crate::actor::manage::own_program;
use crate::actor::started::{self, Note, Seen};
use crate::config::Config;
use crate::hub::protocol::{Act, ActResult, Located, Resume, Right, SystemText};
use crate::hub::server::Who;
use crate::launch::{Resumption, Site};
use crate::mux::{Opened, Reach, Spot};
use crate::state::{EndedSession, Input, Row};

/// Said of a session that nobody knows, or nobody any more.
const NOT_WITHIN_REACH: &str =
    "no such session is within reach: it lives again, or it ended too long ago";

/// Said where somebody else was first.
pub(crate) const STARTED_ALREADY: &str = "it is started again already";

/// So many are remembered.
const REMEMBERED: usize = 64;

/// The sessions that were started again, each with the end after which that was.
#[derive(Debug, Default)]
pub(super) struct Begun(Mutex<Vec<(String, Timestamp)>>);

impl Begun {
    /// Whether it is the first to start the session after that end.
    fn is_first(&self, id: &str, ended: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = (id.to_owned(), ended);
        if all.contains(&own) {
            return false;
        }
        if all.len() == REMEMBERED {
            all.remove(0);
        }
        all.push(own);
        true
    }

    /// It was not started.
    fn take_back(&self, id: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, _)| known != id);
    }
}

impl Actor {
    /// Takes up the session that the act names.
    pub(super) fn resume(&self, act: &Act, resume: &Resume, who: &Who) -> ActResult {
        let (id, name) = (&act.act_id, &act.agent_id);
        let session = match self.executor.collector.ended(name) {
            Ok(Some(session)) => session,
            Ok(None) => return self.attach(act, resume, who),
            Err(error) => return ActResult::refused(id, error.to_string()),
        };
        let session = &session;
        let line = Line::resumed((session, name), None, who, NOTHING_YET, self.clock.now());
        let intent = self.executor.intend(line, who.right);
        let result = self.take_up(id, session, resume, who.right);
        let result = result.unwrap_or_else(|why| ActResult::refused(id, why));
        let place = result.place.as_ref().map(|place| &place.target);
        let line = Line::resumed((session, name), place, who, came(&result), self.clock.now());
        self.executor.record(&line.after(Some(&intent)), who.right);
        result
    }

    /// Shows the session of the row that the act names, which runs in the background.
    fn attach(&self, act: &Act, resume: &Resume, who: &Who) -> ActResult {
        let id = &act.act_id;
        let row = match self.executor.collector.row(&act.agent_id) {
            Ok(Some(row)) if row.is_in_background() => row,
            Ok(_) => return self.untried(act, who, NOT_WITHIN_REACH),
            Err(error) => return ActResult::refused(id, error.to_string()),
        };
        let intent = self.intend(&row, act, who);
        let shown = self.show(id, &row, resume, who.right);
        let result = shown.unwrap_or_else(|why| ActResult::refused(id, why));
        self.written(&row, act, who, Some(&intent), result)
    }

    fn show(
        &self,
        id: &str,
        row: &Row,
        resume: &Resume,
        right: Right,
    ) -> Result<ActResult, Refusal> {
        may_say_where(resume, right)?;
        let resumption = Resumption::attaching(row, &self.executor.homes);
        let resumption = resumption.map_err(|why| why.to_string())?;
        let reach = self.reach_for(resume);
        let (opened, seen) = self.open(&resumption, resume, (&reach, None), |_| ())?;
        Ok(placed(id, &opened, seen))
    }

    fn take_up(
        &self,
        id: &str,
        session: &EndedSession,
        resume: &Resume,
        right: Right,
    ) -> Result<ActResult, Refusal> {
        may_say_where(resume, right)?;
        let config = Config::read(self.executor.places.config.as_deref());
        let config = config.map_err(|error| format!("the settings cannot be used: {error}"))?;
        let resumption = Resumption::of(session, &config.launcher, &self.executor.homes);
        let resumption = resumption.map_err(|why| why.to_string())?;
        let name = session.id();
        if session.resuming || !self.begun.is_first(&name, session.ended) {
            return Err(STARTED_ALREADY.to_owned());
        }
        let started = self.start_again(session, &resumption, resume);
        let (opened, seen) = started.inspect_err(|_| self.begun.take_back(&name))?;
        if matches!(seen, Seen::Failed(_)) {
            self.begun.take_back(&name);
            self.tell_resumed(session, None);
        }
        Ok(placed(id, &opened, seen))
    }

    /// Opens it, tells the table where, and looks what became of it.
    fn start_again(
        &self,
        session: &EndedSession,
        resumption: &Resumption,
        resume: &Resume,
    ) -> Result<(Opened, Seen), Refusal> {
        let mut reach = self.reach_for(resume);
        let mut spot = None;
        if resume.at_its_place {
            // Not by the word of whoever wrote it down: it is believed or not as any other server.
            let socket = session.server.as_ref().map(|server| &server.socket);
            reach.own_socket = socket.map_or(reach.own_socket, PathBuf::from);
            spot = Spot::of(session, resume.beside);
        }
        self.open(resumption, resume, (&reach, spot), |place| {
            self.tell_resumed(session, Some(place));
        })
    }

    /// Opens it, says where, by the socket of its server, and looks what became of it.
    fn open(
        &self,
        resumption: &Resumption,
        resume: &Resume,
        (reach, spot): (&Reach, Option<Spot>),
        tell: impl FnOnce((String, PaneId)),
    ) -> Result<(Opened, Seen), Refusal> {
        let path = resume.path.as_ref().map(SystemText::to_os);
        let site = Site {
            session: resume.session.clone(),
            in_front: resume.in_front,
            spot,
            home: self.executor.home.clone().map(OsString::from),
            cwd: resumption.folder().as_os_str().to_owned(),
            path: path.or_else(|| reach.path.clone()),
            program: own_program(),
        };
        let note = Note::begin(&self.executor.places.runtime);
        let opened = resumption.start(&site, Note::path(note.as_ref()), &*reach.own());
        let opened = opened.map_err(|undone| undone.to_string())?;
        if let Ok(pane) = opened.pane.parse::<PaneId>() {
            let socket = reach.own_socket.to_string_lossy().into_owned();
            tell((socket, pane));
        }
        let seen = started::look_again(reach, &opened, note.as_ref());
        Ok((opened, seen))
    }

    fn tell_resumed(&self, session: &EndedSession, place: Option<(String, PaneId)>) {
        // Where nobody collects there is no table, and nothing to be told.
        let _ = self.tell(Input::Resumed {
            assistant: session.assistant.clone(),
            instance_id: session.instance_id.to_string(),
            place,
        });
    }

    fn reach_for(&self, resume: &Resume) -> Reach {
        let server = resume.server.as_ref();
        server.map_or_else(
            || self.executor.reach.clone(),
            |server| self.executor.reach_at(PathBuf::from(server.to_os())),
        )
    }
}

/// Whether somebody with that right may say what the act says of where it is started.
fn may_say_where(resume: &Resume, right: Right) -> Result<(), Refusal> {
    let says = [
        resume.path.is_some(),
        resume.server.is_some(),
        resume.at_its_place,
        resume.beside.is_some(),
    ];
    if right != Right::Own && says.contains(&true) {
        let why =
            "only the hub's owner says with which PATH, on which server and beside which pane";
        return Err(why.to_owned());
    }
    Ok(())
}

/// What came of it, and where it is.
fn placed(id: &str, opened: &Opened, seen: Seen) -> ActResult {
    let (outcome, why) = seen.told(&opened.target);
    let mut result = ActResult::of(id, outcome, why);
    result.place = opened.target.parse().ok().map(|target| Located {
        target,
        server: None,
        pane: opened.pane.parse().ok(),
    });
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_started_once_after_each_end() {
        let (begun, at) = (Begun::default(), Timestamp::from_millis);
        assert!(begun.is_first("a", at(1)));
        assert!(!begun.is_first("a", at(1)), "the second press");
        assert!(begun.is_first("b", at(1)));
        begun.take_back("a");
        assert!(begun.is_first("a", at(1)), "the first one was not started");
        assert!(begun.is_first("a", at(2)), "it has ended again");
        for number in 0..1000 {
            assert!(begun.is_first(&number.to_string(), at(1)));
        }
        assert!(begun.0.lock().unwrap().len() <= REMEMBERED);
    }
}
