//! Which devices are paired and which codes are open, as it is kept: pure, with the time as an argument.
//!
//! Of a token and of a code only the SHA-256 is kept. That is enough: both are random, of 256 and of 128 bits, so
//! that nobody finds them by trying what hashes to it, as quickly as that can be tried. A slow hash and a salt are
//! for what people choose.

use std::time::Duration;

use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::sha256;
use serde::{Deserialize, Serialize};

use crate::hub::protocol::Right;

/// A code is good for so long.
const OFFER_TIME: Duration = Duration::from_secs(120);

/// As many may be paired at once, and as many codes open.
pub const MAX_DEVICES: usize = 32;

/// Of as many that were revoked it is known that they were.
const MAX_REVOKED: usize = 64;

/// Longest name of a device, in characters.
const MAX_NAME: usize = 40;

/// That a device was there is written down at most so often.
const USED_EVERY: Duration = Duration::from_secs(60);

/// What can be given to a device.
pub const GIVEN: [Right; 3] = [Right::Read, Right::Answer, Right::Manage];

/// A device of the person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// How it is called, one line; no two are called the same.
    pub name: String,
    /// What it may do.
    pub right: Right,
    /// When it was paired.
    pub made: Timestamp,
    /// When it last came, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Timestamp>,
    /// Of its token.
    pub(super) mark: String,
    /// Of the code by which it came.
    #[serde(default)]
    pub(super) code: String,
}

/// A code that was shown and not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Offer {
    mark: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    right: Right,
    until: Timestamp,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Book {
    #[serde(default)]
    pub(super) devices: Vec<Device>,
    #[serde(default)]
    offers: Vec<Offer>,
    /// Of the tokens of those that were revoked, the last one last.
    #[serde(default)]
    revoked: Vec<String>,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// That device's.
    Known(Device),
    /// One's that was revoked.
    Revoked,
    /// Nobody's here.
    Unknown,
}

/// Why nothing was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEntered {
    /// A device is called so.
    Taken,
    /// There are as many as may be.
    Full,
    /// No such code is open.
    NoOffer,
}

impl Book {
    /// Notes that whoever shows `code` becomes a device with that right.
    pub(super) fn offer(
        &mut self,
        code: &str,
        (name, right): (Option<&str>, Right),
        now: Timestamp,
    ) -> Result<Timestamp, NotEntered> {
        self.forget_old(now);
        if self.devices.len() >= MAX_DEVICES || self.offers.len() >= MAX_DEVICES {
            return Err(NotEntered::Full);
        }
        if name.is_some_and(|name| self.is_called(name)) {
            return Err(NotEntered::Taken);
        }
        let until = now.plus(OFFER_TIME);
        self.offers.push(Offer {
            mark: mark(code),
            name: name.map(str::to_owned),
            right,
            until,
        });
        Ok(until)
    }

    /// Takes back what was offered under `code`; whether nobody had used it.
    pub(super) fn withdraw(&mut self, code: &str) -> bool {
        let before = self.offers.len();
        let mark = mark(code);
        self.offers.retain(|offer| offer.mark != mark);
        self.offers.len() < before
    }

    /// Enters whoever shows `code` as a device with that `token`. The name is that of the offer, else the one that
    /// the device says, with a number behind it where another one is called so.
    pub(super) fn pair(
        &mut self,
        code: &str,
        token: &str,
        said_name: Option<&str>,
        now: Timestamp,
    ) -> Result<Device, NotEntered> {
        self.forget_old(now);
        let mark_of_code = mark(code);
        let at = self.offered(&mark_of_code).ok_or(NotEntered::NoOffer)?;
        if self.devices.len() >= MAX_DEVICES {
            return Err(NotEntered::Full);
        }
        let offer = self.offers.remove(at);
        let wanted = offer.name.or(said_name.map(name_of)).unwrap_or_default();
        let device = Device {
            name: self.free_name(if wanted.is_empty() { "device" } else { &wanted }),
            right: offer.right,
            made: now,
            used: Some(now),
            mark: mark(token),
            code: mark_of_code,
        };
        self.devices.push(device.clone());
        Ok(device)
    }

    /// Whether whoever shows `code` is entered now.
    pub(super) fn is_open(&mut self, code: &str, now: Timestamp) -> bool {
        self.forget_old(now);
        self.offered(&mark(code)).is_some()
    }

    /// Where the offer of that mark is. It takes as long whatever is shown: all are compared, to the last character.
    fn offered(&self, mark: &str) -> Option<usize> {
        let mut found = None;
        for (at, offer) in self.offers.iter().enumerate() {
            if is_same(&offer.mark, mark) {
                found = Some(at);
            }
        }
        found
    }

    /// The device that has come by `code`.
    pub(super) fn came_by(&self, code: &str) -> Option<Device> {
        let mark = mark(code);
        let mut devices = self.devices.iter();
        devices.find(|device| device.code == mark).cloned()
    }

    /// Whose token that is.
    pub(super) fn whose(&self, token: &str) -> Shown {
        let mark = mark(token);
        let mut devices = self.devices.iter();
        match devices.find(|device| device.mark == mark) {
            Some(device) => Shown::Known(device.clone()),
            None if self.revoked.contains(&mark) => Shown::Revoked,
            None => Shown::Unknown,
        }
    }

    /// Notes that the device was there; whether that is worth writing down.
    pub(super) fn note_use(&mut self, device: &Device, now: Timestamp) -> bool {
        let mut devices = self.devices.iter_mut();
        let Some(known) = devices.find(|known| known.mark == device.mark) else {
            return false;
        };
        let is_news = known.used.is_none_or(|used| now.since(used) >= USED_EVERY);
        if is_news {
            known.used = Some(now);
        }
        is_news
    }

    /// Takes out the device of that name; `None`: there is none.
    pub(super) fn revoke(&mut self, name: &str) -> Option<Device> {
        let at = self.devices.iter().position(|known| known.name == name)?;
        let device = self.devices.remove(at);
        self.revoked.push(device.mark.clone());
        let old = self.revoked.len().saturating_sub(MAX_REVOKED);
        self.revoked.drain(..old);
        Some(device)
    }

    /// Whether the device is still one, with the same right.
    pub(super) fn has(&self, device: &Device) -> bool {
        let is_it = |known: &Device| known.mark == device.mark && known.right == device.right;
        self.devices.iter().any(is_it)
    }

    fn forget_old(&mut self, now: Timestamp) {
        // One from a time that has not come yet was made before the clock was set back.
        let is_open = |offer: &Offer| offer.until > now && offer.until <= now.plus(OFFER_TIME);
        self.offers.retain(is_open);
    }

    fn is_called(&self, name: &str) -> bool {
        let is_promised = |offer: &Offer| offer.name.as_deref() == Some(name);
        self.devices.iter().any(|device| device.name == name) || self.offers.iter().any(is_promised)
    }

    fn free_name(&self, wanted: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{wanted} {number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        // There are more numbers than devices.
        names
            .find(|name| !self.is_called(name))
            .unwrap_or_else(|| wanted.to_owned())
    }
}

/// A text as a device may be called: one line of what can be seen.
pub fn name_of(text: &str) -> String {
    one_line(text, MAX_NAME).trim().to_owned()
}

/// Whether two marks are the same, told in the same time wherever they differ.
fn is_same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn mark(secret: &str) -> String {
    sha256(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::parse("2026-11-30T12:00:00Z")
            .unwrap()
            .plus(Duration::from_secs(seconds))
    }

    /// A book in which `code` is open at first.
    fn offered(right: Right) -> Book {
        let mut book = Book::default();
        book.offer("code", (None, right), at(0)).unwrap();
        book
    }

    #[test]
    fn a_code_makes_one_device_and_none_when_it_is_used_again_late_or_another_one() {
        let mut book = offered(Right::Answer);
        let other = book.pair("edoc", "token", None, at(1));
        assert_eq!(other, Err(NotEntered::NoOffer));
        let device = book
            .pair("code", "token", Some("my phone"), at(119))
            .unwrap();
        assert_eq!((&*device.name, device.right), ("my phone", Right::Answer));
        assert_eq!(book.whose("token"), Shown::Known(device));
        let again = book.pair("code", "other", None, at(119));
        assert_eq!(again, Err(NotEntered::NoOffer), "it was used");
        let late = offered(Right::Read).pair("code", "token", None, at(120));
        assert_eq!(late, Err(NotEntered::NoOffer), "it is too old");
        let mut set_back = offered(Right::Read);
        let clock = at(0).minus(Duration::from_secs(3600));
        let early = set_back.pair("code", "token", None, clock);
        assert_eq!(
            early,
            Err(NotEntered::NoOffer),
            "it would be good for hours"
        );
    }

    #[test]
    fn neither_a_token_nor_a_code_stands_in_the_book() {
        let mut book = offered(Right::Read);
        let text = serde_json::to_string(&book).unwrap();
        assert!(!text.contains("code\""), "{text}");
        book.pair("code", "token", None, at(1)).unwrap();
        let text = serde_json::to_string(&book).unwrap();
        assert!(!text.contains("token"), "{text}");
        let mark = book.devices[0].mark.clone();
        assert_eq!(
            book.whose(&mark),
            Shown::Unknown,
            "what stands there opens nothing"
        );
    }

    #[test]
    fn who_was_revoked_is_told_so_and_is_nobody() {
        let mut book = offered(Right::Manage);
        let device = book.pair("code", "token", Some("phone"), at(1)).unwrap();
        assert!(book.has(&device));
        assert_eq!(book.revoke("tablet"), None);
        assert_eq!(book.revoke("phone"), Some(device.clone()));
        assert!(!book.has(&device));
        assert_eq!(book.whose("token"), Shown::Revoked);
        assert_eq!(book.revoke("phone"), None);
    }

    #[test]
    fn no_two_are_called_the_same_and_a_name_is_one_line() {
        let mut book = Book::default();
        for (code, said) in [
            ("a", Some("phone")),
            ("b", Some("phone")),
            ("c", Some(" \u{202e}\n")),
            ("d", None),
        ] {
            book.offer(code, (None, Right::Read), at(0)).unwrap();
            book.pair(code, &code.repeat(2), said, at(0)).unwrap();
        }
        let names: Vec<&str> = book.devices.iter().map(|device| &*device.name).collect();
        assert_eq!(names, ["phone", "phone 2", "device", "device 2"]);
        let taken = book.offer("e", (Some("phone"), Right::Read), at(0));
        assert_eq!(taken, Err(NotEntered::Taken));
        assert_eq!(name_of("a\u{1b}[31m\nb").lines().count(), 1);
        assert!(name_of(&"x".repeat(500)).chars().count() <= MAX_NAME);
    }

    #[test]
    fn there_are_only_so_many_devices_and_open_codes() {
        let mut book = Book::default();
        for number in 0..MAX_DEVICES {
            let code = number.to_string();
            book.offer(&code, (None, Right::Read), at(0)).unwrap();
        }
        let full = Err(NotEntered::Full);
        assert_eq!(book.offer("more", (None, Right::Read), at(0)), full);
        for number in 0..MAX_DEVICES {
            let code = number.to_string();
            book.pair(&code, &format!("token {code}"), None, at(0))
                .unwrap();
        }
        assert_eq!(book.offer("more", (None, Right::Read), at(200)), full);
        book.revoke("device").unwrap();
        assert!(book.offer("more", (None, Right::Read), at(200)).is_ok());
        assert!(book.withdraw("more") && !book.withdraw("more"));
    }

    #[test]
    fn that_a_device_was_there_is_news_once_a_minute() {
        let mut book = offered(Right::Read);
        let device = book.pair("code", "token", None, at(0)).unwrap();
        let news = [1, 59, 60, 61].map(|second| book.note_use(&device, at(second)));
        assert_eq!(news, [false, false, true, false]);
    }
}
