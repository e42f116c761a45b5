//! Who speaks for a row over the hub.

/// A client of the hub that speaks for a row.
#[derive(Clone, Debug)]
pub(super) struct Publisher {
    /// What it calls itself.
    pub(super) name: String,
    /// It is silent, or has gone in the middle of its work.
    pub(super) is_away: bool,
    /// The process that its word was about has ended since, and it has not said how.
    pub(super) outlived: bool,
}

impl Publisher {
    pub(super) fn here(name: String) -> Self {
        Self {
            name,
            is_away: false,
            outlived: false,
        }
    }

    /// One that has not been heard yet.
    pub(super) fn away(name: String) -> Self {
        Self {
            name,
            is_away: true,
            outlived: false,
        }
    }
}
