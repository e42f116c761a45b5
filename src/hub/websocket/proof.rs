//! What a page says first: whose token it has, or the code by which its device gets one. It is judged here, by
//! whoever listens, since the hub may be another process's; what that is told is who it was and what it may do.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::PollFlags;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tungstenite::{Error, Message, WebSocket};

use super::farewell::Farewell;
use super::request::wait;
use super::tries::{LATE, Source, Tries};
use super::visits::Visit;
use crate::diagnostics::{self, Part};
use crate::hub::devices::{Device, Devices, DevicesError, NotEntered, Shown};
use crate::hub::protocol::{
    Authenticate, Authenticated, Envelope, NoEntry, NotLetIn, Pair, Paired, Voice, parse,
};

/// A page says who it is within this time.
const PROOF_LIMIT: Duration = Duration::from_secs(5);

/// Digits of a token and of a code; nothing longer is looked at.
const MAX_SECRET: usize = 64;

/// By what it is judged.
pub(super) struct Judge<'a> {
    /// `None` where there is no folder to keep any in.
    pub(super) devices: Option<&'a Devices>,
    pub(super) tries: &'a Tries,
    pub(super) source: Source,
    pub(super) voice: &'a Voice,
    pub(super) clock: fn() -> Timestamp,
}

/// Why it is not let in, and whether it is to wait for the answer.
struct No {
    code: NoEntry,
    words: &'static str,
    is_wrong: bool,
}

/// What was shown is no good.
const fn wrong(code: NoEntry, words: &'static str) -> No {
    let is_wrong = true;
    No {
        code,
        words,
        is_wrong,
    }
}

/// Nothing is known of what was shown.
const fn not_now(code: NoEntry, words: &'static str) -> No {
    let is_wrong = false;
    No {
        code,
        words,
        is_wrong,
    }
}

const LOCKED: No = not_now(
    NoEntry::TooMany,
    "too many wrong codes and tokens came: wait a minute, then try again",
);

const UNKNOWN_CODE: No = wrong(
    NoEntry::UnknownCode,
    "this code was used, or is older than two minutes, or was never given: `pane-patrol pair` gives another one",
);

/// The device that it is, with a place taken for it. `None`: it was told why not, or has gone.
pub(super) fn judged(
    mut socket: WebSocket<TcpStream>,
    judge: &Judge<'_>,
    place: &Visit,
) -> Option<(WebSocket<TcpStream>, Device)> {
    let deadline = Instant::now() + PROOF_LIMIT;
    let said = hear(&mut socket, deadline).and_then(|said| match said {
        Some(said) => judge.hear(&said, place).map(Some),
        None => Ok(None),
    });
    match said {
        Ok(None) => None,
        Ok(Some((device, answer))) => {
            let is_told = socket.write(answer).is_ok() && flush(&mut socket, deadline);
            is_told.then_some((socket, device))
        }
        Err(no) => {
            diagnostics::warn(Part::WebSocket, || {
                format!("a page was refused: {}", no.words)
            });
            if no.is_wrong {
                judge.tries.note_wrong(judge.source, Instant::now());
                // Over as soon as it goes, or has to for others.
                wait(socket.get_ref(), PollFlags::empty(), Instant::now() + LATE);
            }
            let refused = NotLetIn {
                code: no.code,
                message: no.words.to_owned(),
            };
            place.leaves(socket.get_ref());
            Farewell::refused(refused).say(socket, judge.voice, (judge.clock)());
            None
        }
    }
}

impl Judge<'_> {
    /// What `said` proves: the device, and what it is told.
    fn hear(&self, said: &Envelope, place: &Visit) -> Result<(Device, Message), No> {
        let devices = self.devices.ok_or(not_now(
            NoEntry::Busy,
            "no device is known here: there is no folder to keep them in",
        ))?;
        let now = (self.clock)();
        let (device, answer) = match said.kind.as_str() {
            "authenticate" => {
                let shown: Authenticate = payload_of(said)?;
                let device = self.look_up(devices, &shown.token, now)?;
                let authenticated = Authenticated {
                    right: device.right,
                    device: device.name.clone(),
                };
                (device, self.print("authenticated", &authenticated, said))
            }
            "pair" => {
                let shown: Pair = payload_of(said)?;
                let (token, device) = self.pair(devices, &shown, now)?;
                let paired = Paired {
                    token,
                    right: device.right,
                    device: device.name.clone(),
                };
                (device, self.print("paired", &paired, said))
            }
            _ => {
                let words = "a page says `authenticate` or `pair` first";
                return Err(not_now(NoEntry::Failed, words));
            }
        };
        if !place.take_place_of(&device) {
            return Err(not_now(NoEntry::Busy, "there are too many connections"));
        }
        // Who is revoked from here on is found among those that have a place.
        if !devices.gone(std::slice::from_ref(&device)).is_empty() {
            return Err(not_now(NoEntry::Revoked, REVOKED));
        }
        Ok((device, answer))
    }

    fn look_up(&self, devices: &Devices, token: &str, now: Timestamp) -> Result<Device, No> {
        // Before anything is asked of who was wrong: a good one is good at every moment.
        let shown = match token.len() {
            MAX_SECRET => devices
                .whose(token, now)
                .map_err(|error| unreadable(&error))?,
            _ => Shown::Unknown,
        };
        match shown {
            Shown::Known(device) => Ok(device),
            Shown::Revoked => Err(wrong(NoEntry::Revoked, REVOKED)),
            Shown::Unknown if self.tries.is_locked(self.source, Instant::now()) => Err(LOCKED),
            Shown::Unknown => Err(wrong(
                NoEntry::UnknownToken,
                "this device is not paired here: `pane-patrol pair` shows how",
            )),
        }
    }

    fn pair(
        &self,
        devices: &Devices,
        shown: &Pair,
        now: Timestamp,
    ) -> Result<(String, Device), No> {
        let code = shown.code.trim();
        // Before anything is asked of who was wrong: nobody guesses one, so that a good one is good whatever others
        // guess. And before the file is locked, which whoever guesses would hold all the time.
        let is_open = devices.is_open(code, now);
        if !is_open.map_err(|error| unreadable(&error))? {
            let is_locked = self.tries.is_locked(self.source, Instant::now());
            return Err(if is_locked { LOCKED } else { UNKNOWN_CODE });
        }
        let paired = devices.pair(code, shown.name.as_deref(), now);
        paired.map_err(|error| match error {
            DevicesError::NotEntered(NotEntered::Full) => not_now(
                NoEntry::Busy,
                "there are too many devices: revoke one first",
            ),
            // Somebody else was quicker.
            DevicesError::NotEntered(_) => UNKNOWN_CODE,
            error => unreadable(&error),
        })
    }

    fn print(&self, kind: &str, payload: &impl Serialize, said: &Envelope) -> Message {
        let request_id = said.request_id.as_deref();
        let line = self.voice.say(kind, payload, request_id, (self.clock)());
        Message::text(String::from_utf8_lossy(&line).trim_end())
    }
}

/// Why somebody is nobody any more.
pub(super) const REVOKED: &str = "this device was revoked";

fn unreadable(error: &DevicesError) -> No {
    diagnostics::error(Part::WebSocket, || error.to_string());
    not_now(
        NoEntry::Busy,
        "the devices cannot be read or written: `pane-patrol devices list` says why",
    )
}

fn payload_of<T: DeserializeOwned>(said: &Envelope) -> Result<T, No> {
    serde_json::from_value(said.payload.clone())
        .map_err(|_| not_now(NoEntry::Failed, "this says neither a token nor a code"))
}

/// The first message; `None`: it has gone.
fn hear(socket: &mut WebSocket<TcpStream>, deadline: Instant) -> Result<Option<Envelope>, No> {
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => {
                return parse(text.as_bytes())
                    .map(Some)
                    .map_err(|_| not_now(NoEntry::Failed, "this is no message of the hub's"));
            }
            Ok(Message::Binary(_)) => {
                return Err(not_now(NoEntry::Failed, "a message is a text frame"));
            }
            // Pings, and the end.
            Ok(_) => {}
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(Error::Capacity(_)) => {
                return Err(not_now(NoEntry::Failed, "the first message is too long"));
            }
            Err(_) => return Ok(None),
        }
        if !wait(socket.get_ref(), PollFlags::IN, deadline) {
            return Err(not_now(NoEntry::Failed, "nothing was said in time"));
        }
    }
}

/// Whether it has taken what was written to it.
fn flush(socket: &mut WebSocket<TcpStream>, deadline: Instant) -> bool {
    loop {
        match socket.flush() {
            Ok(()) => return true,
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return false,
        }
        if !wait(socket.get_ref(), PollFlags::OUT, deadline) {
            return false;
        }
    }
}
