//! A dashboard that collects, with a filter typed, and two subscribers of its hub.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::sandbox::Sandbox;
use crate::screen::Screen;

/// What every row has, so that all of them are in the list.
const FILTER: &str = "/work\r";

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// See the module.
pub(crate) struct Watched {
    screen: Screen,
    subscribers: [Subscriber; 2],
}

impl Watched {
    pub(crate) fn start(program: &Path, world: &Sandbox) -> Measured<Self> {
        let mut screen = Screen::start(program, world)?;
        screen.until("pane-patrol")?;
        let subscribers = [
            Subscriber::start(world, "one")?,
            Subscriber::start(world, "two")?,
        ];
        screen.enter(FILTER)?;
        screen.until("filter")?;
        Ok(Self {
            screen,
            subscribers,
        })
    }

    /// The process that does all of it.
    pub(crate) fn pid(&self) -> u32 {
        self.screen.pid()
    }

    /// How many changes each subscriber was told of.
    pub(crate) fn heard(&self) -> Measured<[u32; 2]> {
        let heard = self.subscribers.each_ref();
        let heard = heard.map(|subscriber| subscriber.heard.load(Ordering::Relaxed));
        if heard.contains(&0) {
            return Err("a subscriber was told of nothing".into());
        }
        Ok(heard)
    }
}

/// A client that reads what it is told as fast as it comes.
struct Subscriber {
    /// How many messages told of a row.
    heard: Arc<AtomicU32>,
    _stream: UnixStream,
}

impl Subscriber {
    fn start(world: &Sandbox, name: &str) -> Measured<Self> {
        world.sender()?;
        let mut stream = connect(&world.path("run/pane-patrol/hub.sock"))?;
        let hello = format!(
            r#"{{"version":"1","type":"hello","session_id":"default","sender_id":"{name}","timestamp":"2026-11-21T14:02:15Z","payload":{{"client_id":"{name}","role":"subscriber","capabilities":[]}}}}"#
        );
        writeln!(stream, "{hello}")?;
        let heard = Arc::new(AtomicU32::new(0));
        let (lines, count) = (BufReader::new(stream.try_clone()?), Arc::clone(&heard));
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if line.contains("agent_status") {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Ok(Self {
            heard,
            _stream: stream,
        })
    }
}

fn connect(hub: &Path) -> Measured<UnixStream> {
    for _ in 0..1000 {
        if let Ok(stream) = UnixStream::connect(hub) {
            return Ok(stream);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(UnixStream::connect(hub)?)
}
