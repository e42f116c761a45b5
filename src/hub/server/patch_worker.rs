//! Patches on demand: git may take its time, so a thread of its own asks it, one patch at a time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::order::{Done, Order};
use crate::git::{Patch, PatchRequest};
use crate::hub::protocol::AgentPatch;
use crate::sys::wake_channel::Orders;

/// How many patches may be waited for.
const QUEUE: usize = 64;

/// Makes the patch of one file in a folder; the error says in one line why there is none.
pub(crate) type Patcher = Box<dyn Fn(&Path, &PatchRequest) -> Result<Patch, String> + Send>;

/// One patch that a client wants.
#[derive(Debug)]
pub(super) struct Job {
    /// The serial number of the client's connection.
    pub(super) client: u64,
    /// Given back with the answer.
    pub(super) request_id: Option<String>,
    pub(super) agent: String,
    pub(super) folder: PathBuf,
    pub(super) request: PatchRequest,
}

/// The thread; it ends with this, after the patch it is at.
#[derive(Debug)]
pub(super) struct Patches {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Patches {
    pub(super) fn start(patcher: Patcher, orders: Arc<Orders<Order>>) -> std::io::Result<Self> {
        let (jobs, inbox) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("patches".into())
            .spawn(move || work(&inbox, &patcher, &orders))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Whether the job was taken; not when there are too many.
    pub(super) fn order(&self, job: Job) -> bool {
        let jobs = self.jobs.as_ref();
        jobs.is_some_and(|jobs| jobs.try_send(job).is_ok())
    }
}

impl Drop for Patches {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

fn work(inbox: &Receiver<Job>, patcher: &Patcher, orders: &Orders<Order>) {
    for job in inbox {
        let patch = patcher(&job.folder, &job.request);
        let request = job.request_id.as_deref();
        let result = patch.map(|patch| AgentPatch::of(&job.agent, &patch, request));
        orders.send(Order::Patch(Box::new(Done {
            client: job.client,
            request_id: job.request_id,
            result,
        })));
    }
}
