//! How a page says who it is: a browser sets no header, and an address is kept by histories and logs. So it says
//! it as its first message, and whoever carries its messages to the hub answers.

use serde::{Deserialize, Serialize};

use super::Right;

/// Longest first message of a page, in bytes.
pub const MAX_PROOF_BYTES: usize = 1024;

/// Payload of `authenticate`: the first message of a page on a device that was paired.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Authenticate {
    /// The device's own token.
    pub token: String,
}

/// Payload of `pair`: the first message of a page on a device that is to be paired.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pair {
    /// The code that `pane-patrol pair` has shown.
    pub code: String,
    /// How the device would be called, where the person has not said it beside the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Payload of `authenticated`: the device is known, and may say `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Authenticated {
    /// What it may do.
    pub right: Right,
    /// How it is called here.
    pub device: String,
}

/// Payload of `paired`: the device is known from now on, and may say `hello`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Paired {
    /// What it shows from now on. It is told this once and stands nowhere else.
    pub token: String,
    /// What it may do.
    pub right: Right,
    /// How it is called here.
    pub device: String,
}

/// Payload of `refused`: nobody was let in, and the connection ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NotLetIn {
    /// Why, for programs.
    pub code: NoEntry,
    /// Why, in one line for people.
    pub message: String,
}

/// Why a page is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum NoEntry {
    /// The token is of no device here.
    UnknownToken,
    /// The device was revoked.
    Revoked,
    /// The code was never given, was used, or is too old.
    UnknownCode,
    /// Too many wrong ones came, and this one is no good token.
    TooMany,
    /// There is no room, or the devices cannot be read or written at the moment.
    Busy,
    /// The first message was none of the two, too long or too late.
    Failed,
}
