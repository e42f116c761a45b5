//! What the dashboard has done outside itself: jumps through tmux, the install through the installer.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::process::folder;

use super::jump::looked_at;
use super::offer::{self, Part, told};
use super::snooze::snooze;
use super::start::{launchers, start_in, stop_politely};
use super::{Surroundings, decide, tasks, trust};
use crate::act::{Bound, Decision, Outcome, Shown};
use crate::assistants::request::{self as asked, Known};
use crate::git::Git;
use crate::git::{DiffSummary, Patch, PatchRequest};
use crate::launch::{self, Stopped};
use crate::mux::tmux::jump::{self, Arrival, Here, Refusal};
use crate::mux::tmux::split::{self, Owner, Place, Split};
use crate::mux::tmux::{Belief, Call, TmuxError, lost};
use crate::notice::Snoozes;
use crate::state::Row;
use crate::tasks::TaskSummary;
use crate::tui::{self, Attach, Hands, Hooks, Jumped, Offer};
use crate::witness;

/// How long tmux may take to close a pane whose process has ended.
const CLOSING: Duration = Duration::from_millis(200);

/// The hands of the real dashboard.
pub(super) struct RealHands {
    surroundings: Surroundings,
    /// Which tmux servers are talked to.
    belief: Belief,
    /// The tmux client that the person named.
    client: Option<String>,
    /// Where we are, with the client we were started on; looked up once.
    here: OnceLock<Here>,
    /// Columns of the dashboard beside an assistant's pane, when the person has set them.
    split_width: Option<u16>,
    /// The place beside the dashboard.
    split: Mutex<Beside>,
    /// The install that was shown last.
    shown: Mutex<Vec<Part>>,
}

/// What is known of the place beside the dashboard.
enum Beside {
    /// It was not needed yet.
    Unmade,
    /// How many answers were given about it, and what they were about.
    Made(u64, Split),
    /// The dashboard has ended: what was asked for before, and is done only now, must not open it again.
    Left,
}

impl RealHands {
    pub(super) fn new(
        surroundings: Surroundings,
        client: Option<String>,
        split_width: Option<u16>,
    ) -> Self {
        Self {
            belief: surroundings.belief(),
            surroundings,
            client,
            split_width,
            split: Mutex::new(Beside::Unmade),
            here: OnceLock::new(),
            shown: Mutex::new(Vec::new()),
        }
    }

    /// One bounded call of tmux.
    fn ask(&self) -> impl Fn(&Path, &Call) -> Result<Vec<u8>, Refusal> {
        asking(self.belief.clone())
    }

    fn here(&self) -> &Here {
        let look = || here(&self.surroundings, self.client.clone()).look_around(&self.ask());
        self.here.get_or_init(look)
    }

    /// Puts back what other dashboards left behind that were killed.
    fn heal(&self) {
        let is_alive = |owner: &Owner| witness::start_of(owner.pid) == Some(owner.start);
        let socket = self.surroundings.own_tmux_socket();
        if socket.exists() {
            // Without tmux nothing is there to be healed; what it refuses the next one tries again.
            let _ = split::heal(&socket, &is_alive, &self.ask());
        }
    }

    /// Puts back what is shown beside the dashboard, if anything.
    pub(super) fn leave_split(&self) {
        let mut beside = self.split.lock().unwrap_or_else(PoisonError::into_inner);
        if let Beside::Made(_, mut split) = std::mem::replace(&mut *beside, Beside::Left) {
            // The next dashboard heals what tmux refuses now.
            let _ = split.close(&self.ask());
        }
    }

    /// Does something with the split, which is made when it is needed first. What tmux refuses is told
    /// together with what is there all the same; the error says why there is none.
    fn with_split(
        &self,
        work: impl FnOnce(&mut Split) -> Result<Place, String>,
    ) -> Result<Place, String> {
        let mut beside = self.split.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*beside, Beside::Unmade) {
            *beside = Beside::Made(0, self.make_split()?);
        }
        let Beside::Made(turn, split) = &mut *beside else {
            return Err("the dashboard has ended".to_owned());
        };
        *turn += 1;
        let place = work(split).unwrap_or_else(|why| split.after_failure(why, &self.ask()));
        Ok(Place {
            turn: *turn,
            ..place
        })
    }

    fn make_split(&self) -> Result<Split, String> {
        let place = self.here().own_place(&self.ask()).map_err(split::explain)?;
        let (server, home) = place.ok_or("the split needs a dashboard in a pane of tmux")?;
        let pid = std::process::id();
        let start = witness::start_of(pid).unwrap_or(0);
        Ok(Split::new(
            server,
            home,
            Owner { pid, start },
            self.split_width,
        ))
    }

    fn shown(&self) -> MutexGuard<'_, Vec<Part>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where this process runs, with the client as the person named it.
pub(super) fn here(surroundings: &Surroundings, named: Option<String>) -> Here {
    let tty = rustix::termios::ttyname(std::io::stdin(), Vec::new()).ok();
    Here {
        server: surroundings.tmux.clone(),
        session: surroundings.tmux_session.clone(),
        pane: surroundings.tmux_pane,
        tty: tty.map(|name| name.to_string_lossy().into_owned()),
        named,
        client: None,
    }
}

/// One bounded call of a server that is believed, its failure in a person's words.
pub(super) fn asking(belief: Belief) -> impl Fn(&Path, &Call) -> Result<Vec<u8>, Refusal> {
    move |socket, call| {
        let tmux = belief.tmux(socket);
        tmux.and_then(|tmux| tmux.run(call))
            .map_err(|error| match error {
                TmuxError::NoServer { .. } => Refusal::NoServer,
                TmuxError::TimedOut { .. } => Refusal::Other("tmux does not answer".to_owned()),
                TmuxError::Failed { stderr, .. } => Refusal::Other(format!("tmux: {stderr}")),
                other => Refusal::Other(other.to_string()),
            })
    }
}

impl Hands for RealHands {
    fn ready(&self) {
        self.here();
        self.heal();
    }

    fn jump(&self, row: &Row) -> Jumped {
        let socket = self.surroundings.own_tmux_socket();
        match jump::to(row, self.here(), &socket, &self.ask()) {
            Arrival::There {
                covered,
                by_program,
            } => {
                if by_program {
                    looked_at(&self.surroundings, row);
                }
                Jumped::There { covered }
            }
            Arrival::Gone => {
                let lost = row.server.as_ref().and_then(lost::words);
                lost.map_or(Jumped::Gone, Jumped::Failed)
            }
            Arrival::Elsewhere { socket, target } => Jumped::Attach(Attach { socket, target }),
            Arrival::Refused(why) => Jumped::Failed(why),
        }
    }

    fn decide(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> Outcome {
        match decide::world(&self.surroundings) {
            Ok(world) => world.answer(bound, decision, shown),
            Err(error) => Outcome::Nothing(error.to_string()),
        }
    }

    fn read_request(&self, bound: &Bound) -> Known {
        asked::look(
            bound,
            &self.surroundings.homes(),
            bound.age(Timestamp::now()),
            &std::thread::sleep,
        )
    }

    fn read_rest(&self, bound: &Bound) -> Known {
        asked::look_longer(
            bound,
            &self.surroundings.homes(),
            bound.age(Timestamp::now()),
            &std::thread::sleep,
        )
    }

    fn read_work(&self, row: &Row) -> (DiffSummary, TaskSummary) {
        let Some(folder) = row.cwd.as_deref() else {
            return (
                DiffSummary::error("the folder is not known"),
                TaskSummary::default(),
            );
        };
        let diff = Git::default().summarize(Path::new(folder));
        (diff, tasks::owner(&self.surroundings, row, folder).tasks())
    }

    fn read_patch(&self, row: &Row, request: &PatchRequest) -> Result<Patch, String> {
        let folder = row.cwd.as_deref().ok_or("the folder is not known")?;
        let patch = Git::default().patch(Path::new(folder), request);
        patch.map_err(|error| error.to_string())
    }

    fn attach(&self, attach: &Attach) -> Result<Command, String> {
        let tmux = self.belief.tmux(Path::new(&attach.socket));
        let tmux = tmux.map_err(|why| why.to_string())?;
        Ok(tmux.attach(&attach.target))
    }

    fn hooks(&self) -> Hooks {
        offer::hooks(&self.surroundings)
    }

    fn split(&self, step: &tui::Split) -> Place {
        if *step == tui::Split::RefreshLater {
            std::thread::sleep(CLOSING);
        }
        let answer = self.with_split(|split| match step {
            tui::Split::Toggle => split.toggle(&self.ask()),
            tui::Split::Show(row) => split.show(row, &self.ask()),
            tui::Split::Refresh | tui::Split::RefreshLater => split.refresh(&self.ask()),
        });
        answer.unwrap_or_else(|why| Place {
            note: Some(why),
            ..Place::default()
        })
    }

    fn start(&self, launcher: usize, row: Option<&Row>, beside: bool) -> Result<String, String> {
        let launchers = launchers(&self.surroundings);
        let launchers = launchers.map_err(|error| told(&error, error.hints().to_vec()))?;
        let launcher = launchers.get(launcher).ok_or("the settings have changed")?;
        let in_front = self.surroundings.tmux.is_some() && !beside;
        let started = start_in(
            &self.surroundings,
            launcher,
            row.and_then(folder_of),
            in_front,
        )?;
        if beside && let Ok(pane) = started.pane.parse() {
            // The second time moves into it: whoever starts an assistant has something to tell it.
            self.with_split(|split| {
                split.show_pane(pane, &self.ask())?;
                split.show_pane(pane, &self.ask())
            })?;
        }
        Ok(format!("started {} in {}", launcher.name, started.target))
    }

    fn stop(&self, row: &Row) -> Stopped {
        stop_politely(&self.surroundings, row)
    }

    fn close_pane(&self, row: &Row) -> Stopped {
        let socket = self.surroundings.own_tmux_socket();
        match launch::close_pane(row, &socket, &self.ask()) {
            Ok(()) => Stopped::Ended,
            Err(why) => Stopped::Failed(why),
        }
    }

    fn snoozes(&self) -> Snoozes {
        let places = self.surroundings.places();
        places.map_or_else(
            |_| Snoozes::default(),
            |places| Snoozes::read(&Snoozes::place(&places)),
        )
    }

    fn snooze(&self, id: &str, until: Option<Timestamp>) -> Result<Snoozes, String> {
        snooze(&self.surroundings, id, until).map_err(|error| told(&error, error.hints().to_vec()))
    }

    fn trust(&self, row: &Row, minutes: u64) -> Result<String, String> {
        let span = Duration::from_secs(minutes * 60);
        trust::trust(&self.surroundings, row, span)?;
        Ok(trust::told(row, span))
    }

    fn plan_install(&self) -> Result<Offer, String> {
        let (parts, offer) = offer::plan(&self.surroundings)?;
        *self.shown() = parts;
        Ok(offer)
    }

    fn apply_install(&self) -> Vec<String> {
        offer::carry_out(&std::mem::take(&mut *self.shown()))
    }
}

/// Where the row's assistant works. An event tells no folder whose name holds a control character; its
/// process shows it all the same.
fn folder_of(row: &Row) -> Option<OsString> {
    let told = row.cwd.clone().map(OsString::from);
    told.or_else(|| folder(row.pid?).map(OsString::from))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::row;

    #[test]
    fn a_folder_that_no_event_can_name_is_the_processes() {
        let root = tempfile::tempdir().unwrap();
        let mut row = row(1, "claude", State::Running, "a:0.0", 5);
        assert_eq!(folder_of(&row), None);
        for name in ["line\nbreak", "tab\t", "esc\u{1b}[31m", "ends\n"] {
            let folder = root.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            let mut process = Command::new("sleep");
            let mut process = process.arg("60").current_dir(&folder).spawn().unwrap();
            row.pid = Some(process.id());
            assert_eq!(folder_of(&row), Some(folder.into_os_string()), "{name:?}");
            process.kill().unwrap();
            process.wait().unwrap();
        }
        row.cwd = Some("/told".to_owned());
        assert_eq!(folder_of(&row), Some("/told".into()));
    }
}
