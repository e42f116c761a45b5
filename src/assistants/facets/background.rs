//! What can be done with a session that an assistant runs in the background, where no pane shows it.

/// The arguments for the assistant's own program, of its own files as they are now: nothing of them was told
/// by an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Background {
    /// They show the session in the terminal that they are run in.
    pub(crate) attach: Vec<String>,
    /// They end it, where its process must not be asked: it would be started again.
    pub(crate) stop: Option<Vec<String>>,
}
