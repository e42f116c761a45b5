//! `[notice]` of the settings file, and the hours in which nobody is to be disturbed.

use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use time::UtcOffset;

use super::address::Address;

/// How long a request may be open before a notice, unless said otherwise: long enough for a person
/// who is about to answer it anyway.
const DEFAULT_DELAY: Duration = Duration::from_secs(10);

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A way to tell the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The bell of the pane: tmux marks its window and rings the terminal, as it is configured to.
    Bell,
    /// A message in the status line of every attached client, as long as tmux's `display-time` says.
    #[serde(rename = "tmux")]
    Message,
    /// The terminal's own notification by OSC 9, through tmux (`allow-passthrough`).
    Osc9,
    /// The same by OSC 777.
    Osc777,
    /// The same by OSC 99.
    Osc99,
    /// `notify-send`, else `osascript`.
    Desktop,
    /// The person's own `command`.
    Command,
    /// A phone, by the topic that `ntfy` names.
    Ntfy,
}

/// What the person has set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How an assistant that wants approval is told of; also `approval` or `approve`.
    #[serde(alias = "wants approval", alias = "approval", alias = "approve")]
    waiting_approval: Vec<Channel>,
    /// How a question is told of; also `asks` or `waits`.
    #[serde(alias = "asks", alias = "waits")]
    waiting_input: Vec<Channel>,
    /// How a failed turn is told of; also `failed`.
    #[serde(alias = "failed")]
    error: Vec<Channel>,
    /// How a finished turn is told of; also `done`.
    #[serde(alias = "done")]
    completed: Vec<Channel>,
    /// How long it has to last before, so that what you answer at once rings no bell.
    delay_seconds: Option<u32>,
    /// The hours in which notices wait, for example `22:00-07:00`; what is still open then is told of at
    /// their end.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    quiet: Option<Quiet>,
    /// Your own program and its arguments, for the way `command`; it is given the notice as one line of JSON.
    pub(super) command: Vec<String>,
    /// The topic of an ntfy server, your own or the public one, for the way `ntfy`: `"https://ntfy.example.org/topic"`.
    /// Whoever knows it reads along. Sent by the system's `curl`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) ntfy: Option<Address>,
    /// Where the page is found from the phone: what `ntfy` tells of opens its row there.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) link: Option<Address>,
    /// Whether `ntfy` also tells where it is and what is asked. Without it: which assistant, and that it asks.
    pub(super) content: bool,
}

impl Default for Settings {
    /// The bell for what nobody but the person can move on, nothing else.
    fn default() -> Self {
        Self {
            waiting_approval: vec![Channel::Bell],
            waiting_input: vec![Channel::Bell],
            error: Vec::new(),
            completed: Vec::new(),
            delay_seconds: None,
            quiet: None,
            command: Vec::new(),
            ntfy: None,
            link: None,
            content: false,
        }
    }
}

impl Settings {
    /// The ways to tell of a row in `state`; empty: it is not told of.
    pub fn channels(&self, state: State) -> &[Channel] {
        match state {
            State::WaitingApproval => &self.waiting_approval,
            State::WaitingInput => &self.waiting_input,
            State::Error => &self.error,
            State::Completed => &self.completed,
            State::Running | State::Idle => &[],
        }
    }

    /// How long it has to last before.
    pub fn delay(&self) -> Duration {
        self.delay_seconds
            .map_or(DEFAULT_DELAY, |seconds| Duration::from_secs(seconds.into()))
    }

    /// When the quiet hours end that it is now; `None` outside them.
    pub fn quiet_until(&self, now: Timestamp, offset: UtcOffset) -> Option<Timestamp> {
        self.quiet?.until(now, offset)
    }
}

/// Daily hours, in minutes of local time; they may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quiet {
    from: i64,
    to: i64,
}

impl Quiet {
    fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        Some(Self { from, to })
    }

    fn until(self, now: Timestamp, offset: UtcOffset) -> Option<Timestamp> {
        let utc = now.as_micros().div_euclid(1_000_000);
        let today = (utc + i64::from(offset.whole_seconds())).rem_euclid(DAY);
        let lasts = (self.to - self.from).rem_euclid(1440) * 60;
        let passed = (today - self.from * 60).rem_euclid(DAY);
        let left = u64::try_from(lasts - passed)
            .ok()
            .filter(|left| *left > 0)?;
        Some(Timestamp::from_micros(utc * 1_000_000).plus(Duration::from_secs(left)))
    }
}

fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then(|| i64::from(hours) * 60 + i64::from(minutes))
}

impl<'de> Deserialize<'de> for Quiet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("`{text}` is no span of hours like `22:00-07:30`"));
        Self::parse(&text).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::words;

    fn settings(text: &str) -> Result<Settings, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn without_a_word_only_requests_ring_the_bell() {
        let calm = settings("").unwrap();
        assert_eq!(calm, Settings::default());
        assert_eq!(calm.channels(State::WaitingApproval), [Channel::Bell]);
        assert_eq!(calm.channels(State::Completed), []);
        assert_eq!(calm.delay(), Duration::from_secs(10));
    }

    #[test]
    fn each_state_has_its_own_channels_and_nonsense_is_named() {
        let loud = settings(
            "waiting_approval = []\ncompleted = ['osc9', 'desktop', 'command']\n\
             delay_seconds = 0\nquiet = '22:00-7:30'\ncommand = ['say']",
        )
        .unwrap();
        assert_eq!(loud.channels(State::WaitingApproval), []);
        assert_eq!(
            loud.channels(State::Completed),
            [Channel::Osc9, Channel::Desktop, Channel::Command]
        );
        assert_eq!(loud.delay(), Duration::ZERO);
        assert!(settings("error = ['horn']").unwrap_err().contains("horn"));
        assert!(
            settings("quiet = '25:00-1:00'")
                .unwrap_err()
                .contains("25:00")
        );
    }

    #[test]
    fn a_state_may_be_called_as_it_is_on_the_screen() {
        for (word, state) in words::all() {
            let told_of = !matches!(state, State::Running | State::Idle);
            match settings(&format!("'{word}' = ['tmux']")) {
                Ok(settings) => assert_eq!(settings.channels(state), [Channel::Message], "{word}"),
                Err(error) => {
                    assert!(!told_of, "{error}");
                    let words = ["waiting_approval", "approve", "completed", "done"];
                    for known in words {
                        assert!(error.contains(&format!("`{known}`")), "{error}");
                    }
                }
            }
        }
        let twice = settings("done = []\ncompleted = []").unwrap_err();
        assert!(twice.contains("duplicate field `completed`"), "{twice}");
    }

    #[test]
    fn quiet_hours_pass_midnight_and_end_on_the_minute_of_local_time() {
        let offset = UtcOffset::from_hms(2, 0, 0).unwrap();
        let night = settings("quiet = '22:00-07:00'").unwrap();
        let until = |text: &str| {
            let end = night.quiet_until(Timestamp::parse(text).unwrap(), offset);
            end.map(|end| end.to_string())
        };
        assert_eq!(until("2026-11-21T19:59:59Z"), None);
        let end = "2026-11-22T05:00:00.000000Z".to_owned();
        assert_eq!(until("2026-11-21T20:00:00Z"), Some(end.clone()));
        assert_eq!(until("2026-11-22T04:59:59.5Z"), Some(end));
        assert_eq!(until("2026-11-22T05:00:00Z"), None);
    }
}
