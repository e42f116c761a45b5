//! The thread that looks where a session is by its assistant's own record, while a status record waits for that. Each
//! order is one look; who wants another one asks again.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender, SyncSender};
use std::thread;
use std::time::Duration;

use crate::assistants::facets::turns::Turns;
use crate::collector::Message;
use crate::state::RowKey;
use crate::sys::monotone_clock::Clock;

/// How long between two looks, however many ask.
const PAUSE: Duration = Duration::from_millis(40);

/// Where to look for the session of a row.
pub(in crate::collector) struct Look {
    pub(in crate::collector) row: RowKey,
    pub(in crate::collector) by: &'static dyn Turns,
    pub(in crate::collector) home: PathBuf,
    pub(in crate::collector) session: String,
}

/// Starts the thread. It ends when the sender it gives is dropped.
pub(in crate::collector) fn start_reader(
    clock: Arc<Clock>,
    output: SyncSender<Message>,
) -> io::Result<Sender<Look>> {
    let (orders, inbox) = mpsc::channel::<Look>();
    let run = move || {
        for first in &inbox {
            let looks = std::iter::once(first).chain(inbox.try_iter());
            let looks: BTreeMap<RowKey, Look> =
                looks.map(|look| (look.row.clone(), look)).collect();
            for (row, look) in looks {
                let asked = clock.now();
                let turn = look.by.turn(&look.home, &look.session);
                if output.send(Message::Turn { row, asked, turn }).is_err() {
                    return;
                }
            }
            thread::sleep(PAUSE);
        }
    };
    thread::Builder::new().name("turns".into()).spawn(run)?;
    Ok(orders)
}
