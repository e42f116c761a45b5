//! What the dashboard has done outside itself: jumps through a multiplexer, the install through the installer.

mod folder;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod journey;
mod kept;
mod post;
mod remembered;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use thiserror::Error;

use self::folder::{folder_of, in_our_folder};
pub(in crate::commands) use self::kept::KeptFile;
use self::remembered::Remembered;
use super::install_offer::{self, Part, told};
use super::settings::Follower;
use crate::actor::{Bound, Decision, Outcome, Shown};
use crate::assistants::request::{self as asked, Known};
use crate::assistants::tasks::Owner as TaskOwner;
use crate::commands::acting::decide;
use crate::commands::away;
use crate::commands::jump::looked_at;
use crate::commands::resume::{attach_to, resume_it};
use crate::commands::snooze::snooze;
use crate::commands::start::{close_pane, launchers, start_it, stop_politely, wanted};
use crate::commands::{Context, came_from, change_task, trust, work};
use crate::config::Config;
use crate::doctor::{Finding, Verdict, multiplexers};
use crate::error::CommandError;
use crate::git::{DiffSummary, Git, Patch, PatchRequest};
use crate::hub::protocol::{Located, Start, SystemText};
use crate::launch::{self, Panes, Stopped};
use crate::log::away::Digest;
use crate::mux::{
    self, Arrival, Attach, Beside, Glimpse, Gone, Here, Home, Onlooker, Owner, PATIENCE,
    PATIENCE_FOR_SEVERAL, Place, Reach, Room, SplitView, Typed, Undone,
};
use crate::notify::Snoozes;
use crate::state::{EndedSession, Row};
use crate::sys::process;
use crate::tasks::{TaskChange, TaskSummary};
use crate::tui::{
    self, Actions, Change, Choice, Hooks, InstallOffer, InstallOutcome, Jumped, Kept, Letter,
    Listed, Need, NoOffer, NoPatch, NotStarted, Posted, Reread, Started, Unchanged, Whose,
};

/// How long a multiplexer may take to close a pane whose process has ended.
const CLOSING: Duration = Duration::from_millis(200);

/// The hands of the real dashboard.
pub(in crate::commands) struct RealActions {
    context: Context,
    /// Which multiplexers are asked, and with what.
    reach: Reach,
    /// The client that the person named.
    client: Option<String>,
    /// Where we are, with the client we were started on; looked up once.
    here: OnceLock<Here>,
    /// The pane that the dashboard is in, once that is known; `None`: in none, or in a popup, which is gone with whoever
    /// looks at it.
    own: OnceLock<Option<Place>>,
    /// Where the place beside the dashboard is to be.
    room: Room,
    /// What other dashboards have left behind was put back.
    healed: OnceLock<()>,
    /// The place beside the dashboard.
    split: Mutex<OwnSplit>,
    /// Who draws what a pane shows there, where it is not lent.
    onlooker: OnceLock<Onlooker>,
    /// The install that was shown last.
    shown: Mutex<Vec<Part>>,
    /// Who reads the settings again.
    settings: Mutex<Option<Follower>>,
}

/// Why nothing is beside the dashboard.
#[derive(Debug, Error)]
enum NoBeside {
    /// The place cannot be made.
    #[error(transparent)]
    Undone(#[from] Undone),
    /// Nobody would see it.
    #[error("the dashboard has ended")]
    Ended,
}

/// What is known of the place beside the dashboard.
enum OwnSplit {
    /// It was not needed yet.
    Unmade,
    /// How many answers were given about it, and what they were about.
    Made(u64, Box<dyn SplitView>),
    /// The dashboard has ended: what was asked for before, and is done only now, must not open it again.
    Left,
}

impl RealActions {
    pub(in crate::commands) fn new(context: Context, client: Option<String>, room: Room) -> Self {
        Self {
            reach: context.reach(),
            context,
            client,
            room,
            healed: OnceLock::new(),
            split: Mutex::new(OwnSplit::Unmade),
            onlooker: OnceLock::new(),
            here: OnceLock::new(),
            own: OnceLock::new(),
            shown: Mutex::new(Vec::new()),
            settings: Mutex::new(None),
        }
    }

    /// The same, which follows the settings: a dashboard with them is told what `make` makes of them.
    pub(in crate::commands) fn following(
        self,
        make: impl Fn(&Config) -> Result<tui::Setup, CommandError> + Send + 'static,
    ) -> Self {
        let file = self.context.places().config;
        let follower = file.map(|file| Follower::new(&file, make));
        Self {
            settings: Mutex::new(follower),
            ..self
        }
    }

    fn here(&self) -> &Here {
        let here = || self.context.here(self.client.clone());
        let look = || self.reach.own().look_around(here(), PATIENCE);
        self.here.get_or_init(look)
    }

    fn own_place(&self) -> mux::Outcome<Option<&Place>> {
        if self.own.get().is_none() {
            let own = self.reach.own().own_place(self.here(), PATIENCE)?;
            let _ = self.own.set(own);
        }
        Ok(self.own.get().and_then(Option::as_ref))
    }

    /// Puts back what other dashboards left behind that were killed, once.
    fn heal(&self) {
        self.healed.get_or_init(|| self.heal_now());
    }

    fn heal_now(&self) {
        let is_alive = |owner: &Owner| process::start_of(owner.pid) == Some(owner.start);
        if self.reach.own_socket.exists() {
            // Without a server nothing is there to be healed; what it refuses the next one tries again.
            let _ = self.reach.own().heal(&is_alive, PATIENCE_FOR_SEVERAL);
        }
    }

    /// Puts back what is shown beside the dashboard, if anything.
    pub(in crate::commands) fn leave_split(&self) {
        let mut beside = self.split.lock().unwrap_or_else(PoisonError::into_inner);
        let left = std::mem::replace(&mut *beside, OwnSplit::Left);
        if let OwnSplit::Made(_, mut split) = left {
            // The next dashboard heals what is refused now.
            let _ = split.close(PATIENCE_FOR_SEVERAL);
        }
    }

    /// Does something with the split, which is made when it is needed first. What is refused is told
    /// together with what is there all the same; the error says why there is none.
    fn with_split(
        &self,
        work: impl FnOnce(&mut dyn SplitView) -> mux::Outcome<Beside>,
    ) -> Result<Beside, NoBeside> {
        let mut beside = self.split.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*beside, OwnSplit::Unmade) {
            let split = self.make_split()?;
            *beside = OwnSplit::Made(0, split);
        }
        let OwnSplit::Made(turn, split) = &mut *beside else {
            return Err(NoBeside::Ended);
        };
        *turn += 1;
        let now = work(&mut **split).unwrap_or_else(|undone| {
            // Somebody may have closed the place meanwhile. Where nobody answers, it is still there.
            let there = split.refresh(&[], PATIENCE);
            let there = there.unwrap_or(Beside {
                is_open: true,
                ..Beside::default()
            });
            Beside {
                note: there.note.or(Some(undone.to_string())),
                ..there
            }
        });
        Ok(Beside { turn: *turn, ..now })
    }

    fn make_split(&self) -> mux::Outcome<Box<dyn SplitView>> {
        let mux = self.reach.own();
        // One of them may have left its place in our own window.
        self.heal();
        let place = mux.own_place(self.here(), PATIENCE);
        let place = place.map_err(|undone| match undone {
            Undone::Gone(Gone::Server) => format!("no {} server runs", mux.kind()).into(),
            other => other,
        })?;
        let outside = || format!("the split needs a dashboard in a pane of {}", mux.kind());
        let place = place.ok_or_else(outside)?;
        let (Some(server), Target::Pane(pane)) = (place.server, place.pane) else {
            return Err(outside().into());
        };
        let pid = std::process::id();
        let start = process::start_of(pid).unwrap_or(0);
        let home = Home {
            server,
            pane,
            owner: Owner { pid, start },
            room: self.room,
        };
        let onlooker = self.onlooker.get().map(Arc::clone);
        mux.split(home, onlooker.unwrap_or_else(|| Arc::new(|_| {})))
    }

    /// Shows what was started beside the dashboard, if it is wanted there, by the name it is called there.
    fn show_started(
        &self,
        started: &Located,
        called: &str,
        beside: bool,
    ) -> Result<(), NotStarted> {
        let Some(pane) = started.pane.filter(|_| beside) else {
            return Ok(());
        };
        let place = self.reach.place(None, Target::Pane(pane));
        // The second time moves into it: whoever starts an assistant has something to tell it.
        let shown = self.with_split(|split| {
            split.show(&place, called, PATIENCE_FOR_SEVERAL)?;
            split.show(&place, called, PATIENCE_FOR_SEVERAL)
        });
        let note = shown.map_or_else(|why| Some(why.to_string()), |beside| beside.note);
        note.map_or(Ok(()), |why| Err(NotStarted::NotBeside(why)))
    }

    /// What was started at this place, and how it is said.
    fn started(&self, said: String, place: &Located) -> Started {
        let socket = self.reach.own_socket.to_string_lossy().into_owned();
        Started {
            said,
            pane: place.pane.map(|pane| (socket, pane)),
        }
    }

    fn shown(&self) -> MutexGuard<'_, Vec<Part>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Actions for RealActions {
    fn draws(&self, onlooker: Onlooker) {
        // There is one dashboard to it.
        let _ = self.onlooker.set(onlooker);
    }

    fn ready(&self) {
        self.here();
        self.heal();
    }

    fn settings(&self) -> Option<Result<Box<Reread>, String>> {
        let mut settings = self.settings.lock();
        let settings = settings.as_mut().ok()?;
        Some(settings.as_mut()?.next())
    }

    fn jump(&self, row: &Row) -> Jumped {
        let (place, mux) = self.reach.place_of(row);
        let here = self.reach.seen_from(self.here(), &place, PATIENCE);
        match came_from::go(&self.context.places(), &*mux, &place, &here) {
            Ok(Arrival::There {
                covered,
                by_program,
                remark,
            }) => {
                if by_program {
                    looked_at(&self.context, row);
                }
                Jumped::There { covered, remark }
            }
            Ok(Arrival::Elsewhere(attach)) => Jumped::Attach(attach),
            Err(Undone::Gone(Gone::Pane | Gone::Server)) => Jumped::Gone,
            Err(undone) => Jumped::Failed(undone.to_string()),
        }
    }

    fn glance(&self, row: &Row, above: u16) -> mux::Outcome<Glimpse> {
        let (place, mux) = self.reach.place_of(row);
        let Some(own) = self.own_place()? else {
            return mux.glance(&place, above, None, PATIENCE);
        };
        let socket = |place: &Place| {
            let server = place.server.as_ref();
            server.map_or_else(
                || self.reach.own_socket.clone(),
                |it| it.socket.clone().into(),
            )
        };
        if (own.kind, socket(own)) == (place.kind, socket(&place)) {
            return mux.glance(&place, above, Some(own), PATIENCE);
        }
        if !self.reach.own().audience(own, PATIENCE)?.in_view {
            return Ok(Glimpse::Unseen);
        }
        mux.glance(&place, above, None, PATIENCE)
    }

    fn decide(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> Outcome {
        decide(&self.context, "dashboard", bound, decision, shown)
    }

    fn read_request(&self, bound: &Bound) -> Known {
        asked::look(
            bound,
            &self.context.homes(),
            bound.age(Timestamp::now()),
            &std::thread::sleep,
        )
    }

    fn read_rest(&self, bound: &Bound) -> Known {
        asked::look_longer(
            bound,
            &self.context.homes(),
            bound.age(Timestamp::now()),
            &std::thread::sleep,
        )
    }

    fn read_work(&self, row: &Row) -> (DiffSummary, TaskSummary) {
        let Some(owner) = TaskOwner::of_row(row) else {
            return (
                DiffSummary::error("the folder is not known"),
                TaskSummary::default(),
            );
        };
        let diff = work::diff(&self.context, row, &owner.folder);
        let tasks = work::tasks(&self.context, row, &owner);
        (
            diff.unwrap_or_else(|error| DiffSummary::error(error.to_string())),
            tasks.unwrap_or_default(),
        )
    }

    fn away(&self, since: Option<Timestamp>) -> Result<Box<Digest>, String> {
        let digest = away::digest(&self.context, since, Timestamp::now());
        digest.map(Box::new).map_err(|error| error.to_string())
    }

    fn last_key(&self) -> Option<Timestamp> {
        // Who cannot be asked tells of nobody.
        let last = self.reach.own().last_key(self.here(), PATIENCE);
        last.ok().flatten()
    }

    fn read_patch(&self, of: &Whose, request: &PatchRequest) -> Result<Patch, NoPatch> {
        match of {
            Whose::Row(row) => {
                let folder = row.cwd.as_deref().ok_or(NoPatch::NoFolder)?;
                work::patch(&self.context, row, Path::new(folder), request)
            }
            Whose::Project(folder) => Ok(Git::default().patch(Path::new(folder), request)?),
        }
    }

    fn attach(&self, attach: &Attach) -> mux::Outcome<Command> {
        self.reach.at(Path::new(&attach.socket)).attach(attach)
    }

    fn hooks(&self) -> Hooks {
        install_offer::hooks(&self.context)
    }

    fn needs(&self) -> Vec<Need> {
        let found = multiplexers(&self.reach, self.context.around.server.as_ref());
        found.into_iter().map(need).collect()
    }

    fn split(&self, step: &tui::Split) -> Beside {
        if matches!(step, tui::Split::RefreshLater(_)) {
            std::thread::sleep(CLOSING);
        }
        let answer = self.with_split(|split| match step {
            tui::Split::Toggle => split.toggle(PATIENCE_FOR_SEVERAL),
            tui::Split::Show(row) => {
                let name = format!("{} in {}", row.assistant, row.target);
                split.show(&self.reach.place_of(row).0, &name, PATIENCE_FOR_SEVERAL)
            }
            tui::Split::Refresh(stopping) | tui::Split::RefreshLater(stopping) => {
                split.refresh(stopping, PATIENCE_FOR_SEVERAL)
            }
            tui::Split::Empty(server, pane) => {
                split.empty(&(server.clone(), *pane), PATIENCE_FOR_SEVERAL)
            }
        });
        answer.unwrap_or_else(|why| Beside {
            note: Some(why.to_string()),
            ..Beside::default()
        })
    }

    fn type_into(&self, pane: &(Server, PaneId), typed: &Typed) -> mux::Outcome<()> {
        let mut beside = self.split.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *beside {
            OwnSplit::Made(_, split) => split.type_into(pane, typed, PATIENCE_FOR_SEVERAL),
            OwnSplit::Unmade | OwnSplit::Left => Err("nothing is drawn there any more".into()),
        }
    }

    fn items(&self) -> Listed {
        let path = self.context.path.clone().unwrap_or_default();
        let panes = Panes::of(&self.reach, []);
        // What is wrong with the settings is told when something is started.
        let launchers = launchers(&self.context).unwrap_or_default();
        let listed = launch::listed(&launchers, &path, &panes)
            .into_iter()
            .zip(0..);
        let listed = listed.filter_map(|(items, place)| Some((place, items?)));
        listed
            .map(|(place, items)| (place, items.map_err(|why| why.to_string())))
            .collect()
    }

    fn start(
        &self,
        choice: &Choice,
        row: Option<&Row>,
        beside: bool,
    ) -> Result<Started, NotStarted> {
        let launchers = launchers(&self.context);
        let unusable = |error: CommandError| told(&error, error.hints().to_vec());
        let launchers = launchers.map_err(|error| NotStarted::Settings(unusable(error)))?;
        let launcher = launchers.get(choice.launcher);
        let launcher = launcher.ok_or(NotStarted::OtherList)?;
        let folder = row.and_then(folder_of);
        let elsewhere = match (row, &folder, &launcher.folder) {
            (Some(_), None, None) => in_our_folder(),
            _ => String::new(),
        };
        let cwd = folder.map_or_else(|| std::env::current_dir().map(OsString::from), Ok);
        let cwd = cwd.map_err(|error| NotStarted::NoFolder(error.to_string()))?;
        let start = Start {
            cwd: Some(SystemText::from(&cwd)),
            item: choice.item.clone(),
            wrap: choice.wrap,
            in_front: self.context.around.server.is_some() && !beside,
            ..wanted(&self.context, &launcher.name)
        };
        let started = start_it(&self.context, "dashboard", start);
        let (started, ended) = started.map_err(|why| NotStarted::Refused(why.to_string()))?;
        let name = choice.item.as_ref().unwrap_or(&launcher.name);
        let called = format!("{name} in {}", started.target);
        self.show_started(&started, &called, beside && ended.is_empty())?;
        Ok(self.started(format!("started {called}{ended}{elsewhere}"), &started))
    }

    fn resume(&self, session: &EndedSession, beside: bool) -> Result<Started, NotStarted> {
        let in_front = self.context.around.server.is_some() && !beside;
        let resumed = resume_it(&self.context, "dashboard", session, in_front);
        let (place, ended) = resumed.map_err(|why| NotStarted::Refused(why.to_string()))?;
        let name = format!("{} of {}", session.assistant, session.label());
        let called = format!("{name} in {}", place.target);
        self.show_started(&place, &called, beside && ended.is_empty())?;
        Ok(self.started(format!("resumed {called}{ended}"), &place))
    }

    fn bring(&self, row: &Row, beside: bool) -> Result<Started, NotStarted> {
        let in_front = self.context.around.server.is_some() && !beside;
        let brought = attach_to(&self.context, "dashboard", row, in_front);
        let (place, ended) = brought.map_err(|why| NotStarted::Refused(why.to_string()))?;
        let called = format!("{} in {}", row.assistant, place.target);
        self.show_started(&place, &called, beside && ended.is_empty())?;
        Ok(self.started(format!("attached {called}{ended}"), &place))
    }

    fn stop(&self, row: &Row) -> Stopped {
        stop_politely(&self.context, "dashboard", row)
    }

    fn close_pane(&self, row: &Row) -> Stopped {
        close_pane(&self.context, "dashboard", row)
    }

    fn snoozes(&self) -> Snoozes {
        Snoozes::read(&Snoozes::place(&self.context.places()))
    }

    fn snooze(&self, id: &str, until: Option<Timestamp>) -> Result<Snoozes, Unchanged> {
        let left = until.map(|until| until.since(Timestamp::now()));
        snooze(&self.context, "dashboard", id, left.unwrap_or_default())
            .map_err(|error| Unchanged::Refused(told(&error, error.hints().to_vec())))?;
        Ok(self.snoozes())
    }

    fn trust(&self, row: &Row, minutes: u64) -> Result<String, Unchanged> {
        let span = Duration::from_secs(minutes * 60);
        let trusted = trust::trust(&self.context, "dashboard", row, span);
        trusted.map_err(|why| Unchanged::Refused(why.to_string()))?;
        let told = trust::told(row, span);
        if span.is_zero() || !trust::is_asking(row) {
            return Ok(told);
        }
        Ok(format!("{told} What it asks now still waits for you."))
    }

    fn send(&self, letter: &Letter) -> Posted {
        post::send(&self.context, letter)
    }

    fn recall(&self) -> Vec<String> {
        Remembered::of(&self.context).read()
    }

    fn remember(&self, text: &str) -> Vec<String> {
        Remembered::of(&self.context).with(text)
    }

    fn kept(&self) -> Kept {
        KeptFile::of(&self.context).read().unwrap_or_default()
    }

    fn keep(&self, changes: &[Change]) -> Result<(), Unchanged> {
        KeptFile::of(&self.context).keep(changes)
    }

    fn change_task(&self, row: &Row, wanted: &TaskChange) -> Result<String, Unchanged> {
        let changed = change_task::change(&self.context, "dashboard", row, wanted);
        let changed = changed.map_err(|why| Unchanged::Refused(why.to_string()))?;
        Ok(change_task::told(wanted, &changed))
    }

    fn plan_install(&self) -> Result<InstallOffer, NoOffer> {
        let (parts, offer) = install_offer::plan(&self.context)?;
        *self.shown() = parts;
        Ok(offer)
    }

    fn apply_install(&self) -> InstallOutcome {
        install_offer::carry_out(&std::mem::take(&mut *self.shown()))
    }
}

/// What doctor found of something that is needed.
fn need(found: Finding) -> Need {
    let fix = found.fix.into_iter();
    let words: Vec<String> = std::iter::once(found.seen).chain(fix).collect();
    Need {
        what: found.check.into_owned(),
        words: words.join("; "),
        is_well: found.verdict == Verdict::Ok,
    }
}
