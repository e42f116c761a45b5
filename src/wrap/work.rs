//! What is changed in the program's folder and how far its tasks are, found out here for a hub that does not see
//! them: by the same watches that a collector has, at the pace that the hub's protocol asks for.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;

use super::order::{Order, Setup};
use crate::assistants::tasks::Owner;
use crate::collector::sources::changes::{self, Handle, Order as Follow, Pace};
use crate::git::Git;
use crate::hub::protocol::{AgentPatch, RequestPatch};
use crate::sys::wake_channel::Orders;

/// As many patches may be waited for as the hub asks for at once.
const QUEUE: usize = 16;

/// The hub waits five seconds for a patch; one that is not there by then is nobody's.
const PATCH_BUDGET: Duration = Duration::from_secs(4);

/// What the one folder that is followed is called there.
const FOLDER: &str = "folder";

/// Whose tasks are meant: Taskmaster's of the folder. An assistant's own list goes by a session of which only
/// its hooks know.
const NOBODY: Assistant = Assistant::known("wrap");

/// The threads that find it out; they end with this.
#[derive(Debug)]
pub(super) struct Work {
    follow: Handle,
    patches: SyncSender<RequestPatch>,
}

impl Work {
    /// Begins to follow the folder, and tells what it comes to.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(setup: &Setup, orders: &Arc<Orders<Order>>) -> io::Result<Self> {
        let told = Arc::clone(orders);
        let follow = changes::start_keeper(
            Git::default(),
            setup.homes.clone(),
            Pace::TOLD,
            move |report| {
                told.send(Order::Work(report));
                true
            },
        )?;
        let folder = setup.folder.to_string_lossy();
        let owner = Owner::new(&NOBODY, None, None, &folder);
        follow.order(Follow::Follow(FOLDER.to_owned(), owner));
        let (patches, wanted) = sync_channel(QUEUE);
        let (folder, told) = (setup.folder.clone(), Arc::clone(orders));
        std::thread::Builder::new()
            .name("patches".into())
            .spawn(move || make_patches(&folder, &wanted, &told))?;
        Ok(Self { follow, patches })
    }

    /// The program has done something: what is not watched is looked at, too.
    pub(super) fn look_again(&self) {
        self.follow.order(Follow::Ended(FOLDER.to_owned()));
    }

    /// Has a patch made. Of too many at once the hub hears nothing, and says so to who asked.
    pub(super) fn make_patch(&self, wanted: RequestPatch) {
        let _ = self.patches.try_send(wanted);
    }
}

fn make_patches(folder: &Path, wanted: &Receiver<RequestPatch>, orders: &Orders<Order>) {
    let git = Git::default().budget(PATCH_BUDGET);
    for wanted in wanted {
        let patch = match git.patch(folder, &wanted.of_git()) {
            Ok(patch) => AgentPatch::of(&wanted.agent_id, &patch, wanted.request_id.as_deref()),
            Err(error) => AgentPatch::unavailable(&wanted, &error.to_string()),
        };
        orders.send(Order::Patch(Box::new(patch)));
    }
}
