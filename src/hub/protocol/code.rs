//! The codes of `error`.

/// Not a JSON object.
pub const BAD_JSON: &str = "bad_json";
/// Not an envelope, or a payload that does not belong to its type.
pub const BAD_SCHEMA: &str = "bad_schema";
/// An envelope of another version.
pub const BAD_VERSION: &str = "bad_version";
/// A message of another session.
pub const WRONG_SESSION: &str = "wrong_session";
/// Something else came before `hello`, or nothing did.
pub const HELLO_EXPECTED: &str = "hello_expected";
/// More than [`super::MAX_MESSAGE_BYTES`].
pub const TOO_LARGE: &str = "too_large";
/// A type that this version does not know.
pub const UNKNOWN_TYPE: &str = "unknown_type";
/// The client does not read.
pub const SLOW: &str = "slow";
/// There are too many clients.
pub const TOO_MANY: &str = "too_many_clients";
/// A message that only clients of the other role may send.
pub const WRONG_ROLE: &str = "wrong_role";
/// What the connection's right does not allow.
pub const NOT_ALLOWED: &str = "not_allowed";
/// The name of an agent that is another one's, or of a form that is ours.
pub const AGENT_TAKEN: &str = "agent_taken";
/// No row of that id, or not one that this publisher speaks for.
pub const UNKNOWN_AGENT: &str = "unknown_agent";
/// The table did not take an event; the message says why.
pub const NOT_TAKEN: &str = "not_taken";
/// Another publisher of that name is connected.
pub const DUPLICATE: &str = "duplicate_client";
/// The publisher has said nothing for so long that it was forgotten.
pub const SILENT: &str = "silent";
/// There is no such patch; the message says why.
pub const NO_PATCH: &str = "no_patch";
/// Too much is asked at once.
pub const BUSY: &str = "busy";
/// There is no hub to carry messages to.
pub const NOBODY: &str = "nobody_collects";
/// The device was revoked.
pub const REVOKED: &str = "revoked";
/// Another user.
pub const FOREIGN: &str = "foreign_user";
