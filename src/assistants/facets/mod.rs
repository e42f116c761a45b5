//! what is known of an assistant in one respect.

pub mod colours;
pub mod dialog;
pub(crate) mod log_tail;
pub mod request;
pub(crate) mod todos;
