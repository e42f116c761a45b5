//! Following, and never collecting: a subscriber of whoever collects, and while nobody does this process looks at
//! the machine alone. The changes and tasks of the folder it runs in are known in either case, because
//! no row may stand for it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;

use super::handover::Handover;
use super::membership::{Membership, Seat, begin};
use super::sources::changes::{self, Order, Report};
use super::{Running, Setup, alone};
use crate::assistants::tasks::Owner;
use crate::git::Git;
use crate::hub::client::{HubClient, HubError};
use crate::state::update::{Role, Update};

/// How long to wait before the next try to reach a hub that was there a moment ago: another dashboard
/// may be about to take over.
const RETRY: Duration = Duration::from_millis(100);

/// How many such tries there are.
const QUICK_TRIES: u32 = 5;

/// How often it is looked whether somebody collects again, or has said something again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The same after one who is there, but has not answered within its time.
const LOOK_AGAIN_AT_SILENT: Duration = Duration::from_secs(5);

/// So long it may say nothing before it is asked whether it lives: one that hangs ends no connection.
const QUIET: Duration = Duration::from_secs(2);

/// One that has just begun finds what runs within this time: until then we know better.
const SETTLES_WITHIN: Duration = Duration::from_secs(1);

/// Whose tasks those of a folder are: no assistant's.
const NOBODY: Assistant = Assistant::known("nobody");

/// The folder that is followed beside the rows.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// Which.
    pub(crate) folder: PathBuf,
    /// By which id its changes and tasks are told: one that no row has.
    pub(crate) id: &'static str,
    /// Whether rows are wanted at all; without them nobody is looked for while nobody collects.
    pub(crate) with_rows: bool,
}

/// Follows whoever collects, or looks alone, until the membership ends. Each change is told with
/// [`Update::Role`], with a [`Update::Snapshot`] before or after it.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn follow(setup: Setup, project: Project) -> io::Result<(Receiver<Update>, Membership)> {
    begin(move |seat| {
        // Without a thread for it the tabs say that nobody has looked.
        let work = follow_project(&setup, &project, seat.update.clone());
        Follower {
            setup,
            with_rows: project.with_rows,
            seat,
            handover: Handover::default(),
            alone: Alone::default(),
        }
        .run();
        drop(work);
    })
}

fn follow_project(
    setup: &Setup,
    project: &Project,
    output: Sender<Update>,
) -> io::Result<changes::Handle> {
    let id = project.id;
    let report = move |report| {
        let update = match report {
            Report::Same(_) => return true,
            Report::Diff(_, diff) => Update::Diff(id.to_owned(), diff),
            Report::Tasks(_, tasks) => Update::Tasks(id.to_owned(), tasks),
        };
        output.send(update).is_ok()
    };
    let handle = changes::start_keeper(
        Git::default(),
        setup.sources.homes.clone(),
        changes::Pace::SHOWN,
        report,
    )?;
    let owner = Owner {
        assistant: NOBODY,
        home: None,
        instance_id: None,
        folder: Arc::from(project.folder.as_path()),
    };
    handle.order(Order::Follow(id.to_owned(), owner));
    Ok(handle)
}

struct Follower {
    setup: Setup,
    with_rows: bool,
    seat: Seat,
    /// What the collector that we listened to said last.
    handover: Handover,
    alone: Alone,
}

/// Whether we look by ourselves.
#[derive(Default)]
enum Alone {
    /// Somebody is followed, or is about to be.
    #[default]
    No,
    /// Nobody is, and nobody has to be looked for.
    Idle,
    /// Nobody is.
    Looking(Running),
}

impl Follower {
    fn run(mut self) {
        // At the start nobody has gone a moment ago.
        let mut tries = QUICK_TRIES;
        loop {
            let pause = match self.reach() {
                Ok((first, client)) => {
                    self.listen(first, client);
                    tries = 0;
                    Duration::ZERO
                }
                Err(_) if tries < QUICK_TRIES => {
                    tries += 1;
                    RETRY
                }
                Err(error) => {
                    self.look_alone();
                    pause_after(&error)
                }
            };
            if self.seat.has_left_after(pause) {
                return;
            }
        }
    }

    /// Connects, and waits until the hub has told of everything there is: until then we look on ourselves.
    fn reach(&self) -> Result<(Update, HubClient), HubError> {
        let mut client = self.seat.subscribe(&self.setup)?;
        let first = client.next_update()?.ok_or(HubError::Gone)?;
        Ok((first, client))
    }

    fn listen(&mut self, first: Update, mut client: HubClient) {
        let until_settled = match self.alone {
            Alone::Looking(_) => SETTLES_WITHIN,
            Alone::No | Alone::Idle => Duration::ZERO,
        };
        if self.seat.has_left_after(until_settled) {
            return;
        }
        // It stops, and is told no more, before the hub's word is passed on.
        self.alone = Alone::No;
        self.seat.tell(Update::Role(Role::Follower));
        self.handover = Handover::default();
        self.handover.hear(&first);
        self.seat.tell(first);
        loop {
            match client.next_update_of_one_who_lives(QUIET) {
                Ok(Some(update)) => {
                    self.handover.hear(&update);
                    self.seat.tell(update);
                }
                Err(HubError::Silent { .. }) => {
                    self.wait_for(&mut client);
                    break;
                }
                Ok(None) | Err(_) => break,
            }
        }
        self.seat.let_go();
    }

    /// Looks alone until a collector that hangs says something again, or is gone. It is not asked anew meanwhile: each
    /// connection would wait there until it goes on.
    fn wait_for(&mut self, client: &mut HubClient) {
        self.look_alone();
        while !client.speaks_within(LOOK_AGAIN) {
            if self.seat.has_left_after(Duration::ZERO) {
                return;
            }
        }
    }

    fn look_alone(&mut self) {
        match &self.alone {
            Alone::Looking(running) if running.has_ended() => {}
            Alone::Looking(_) | Alone::Idle => return,
            Alone::No if self.with_rows => {}
            Alone::No => {
                self.alone = Alone::Idle;
                self.seat.tell(Update::Role(Role::Alone(alone::BY_FILES)));
                return;
            }
        }
        match alone::look(&self.setup, &self.handover, self.seat.update.clone()) {
            Ok(running) => self.alone = Alone::Looking(running),
            Err(error) => {
                let why = format!("could not look without a collector: {error}");
                self.seat.tell(Update::Role(Role::Nobody(why)));
            }
        }
    }
}

/// How long after that another try is made.
fn pause_after(error: &HubError) -> Duration {
    match error {
        HubError::Silent { .. } | HubError::Io { .. } => LOOK_AGAIN_AT_SILENT,
        _ => LOOK_AGAIN,
    }
}
