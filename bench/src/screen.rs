//! The dashboard in a terminal of its own, 200 x 50 cells.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::sandbox::Sandbox;

/// How long anything may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(20);

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// The dashboard in a pseudo-terminal.
pub(crate) struct Screen {
    child: Child,
    keys: File,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Screen {
    pub(crate) fn start(program: &Path, world: &Sandbox) -> Measured<Self> {
        Self::of(world.command(program).arg("supervisor"))
    }

    /// That program in a terminal of its own.
    pub(crate) fn of(command: &mut Command) -> Measured<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let slave = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str()?)?;
        tcsetwinsize(
            &slave,
            Winsize {
                ws_row: 50,
                ws_col: 200,
                ws_xpixel: 0,
                ws_ypixel: 0,
            },
        )?;
        let child = command
            .stdin(Stdio::from(slave.try_clone()?))
            .stdout(Stdio::from(slave))
            .stderr(Stdio::null())
            .spawn()?;
        let keys = File::from(master.try_clone()?);
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut master = File::from(master);
            let mut bytes = vec![0; 1 << 16];
            while let Ok(length @ 1..) = master.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            keys,
            output,
            seen: Vec::new(),
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Types into it.
    pub(crate) fn enter(&mut self, keys: &str) -> Measured {
        Ok(self.keys.write_all(keys.as_bytes())?)
    }

    /// Waits until the dashboard has drawn `text`.
    pub(crate) fn until(&mut self, text: &str) -> Measured {
        let start = Instant::now();
        while !self
            .seen
            .windows(text.len())
            .any(|window| window == text.as_bytes())
        {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let bytes = self
                .output
                .recv_timeout(left)
                .map_err(|_| format!("`{text}` is not drawn"))?;
            self.seen.extend(bytes);
        }
        Ok(())
    }

    /// What was drawn so far does not count any more.
    pub(crate) fn forget(&mut self) {
        while self.output.try_recv().is_ok() {}
        self.seen.clear();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
        }
        self.child.wait().ok();
    }
}
