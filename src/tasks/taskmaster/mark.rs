//! How far a task is, in Taskmaster's own words.

use serde::{Deserialize, Serialize};

use crate::tasks::TaskStatus;

/// One of the words that Taskmaster takes, as it writes them: `in-progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Mark {
    /// Not begun.
    Pending,
    /// Worked on.
    InProgress,
    /// Done.
    Done,
    /// Done, and looked at.
    Review,
    /// Put off.
    Deferred,
    /// Given up.
    Cancelled,
    /// Cannot go on.
    Blocked,
}

impl Mark {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::InProgress,
        Self::Done,
        Self::Blocked,
        Self::Deferred,
        Self::Review,
        Self::Cancelled,
    ];

    /// As Taskmaster writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in-progress",
            Self::Done => "done",
            Self::Review => "review",
            Self::Deferred => "deferred",
            Self::Cancelled => "cancelled",
            Self::Blocked => "blocked",
        }
    }

    /// The one that is meant, also as others write it: `in progress`, `in_progress`, `completed`.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.replace([' ', '_'], "-");
        let word = match word.as_str() {
            "completed" => "done",
            "canceled" => "cancelled",
            word => word,
        };
        Self::ALL.into_iter().find(|mark| mark.word() == word)
    }

    /// Where it is counted.
    pub(crate) fn counts_as(self) -> TaskStatus {
        match self {
            Self::Pending | Self::Deferred => TaskStatus::Pending,
            Self::InProgress | Self::Review => TaskStatus::InProgress,
            Self::Done => TaskStatus::Done,
            Self::Cancelled => TaskStatus::Cancelled,
            Self::Blocked => TaskStatus::Blocked,
        }
    }

    /// Whether it says more than where it is counted.
    pub(super) fn says_more(self) -> bool {
        matches!(self, Self::Review | Self::Deferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_written_as_taskmaster_does_and_read_as_anybody_does() {
        for mark in Mark::ALL {
            let written = serde_json::to_string(&mark).unwrap();
            assert_eq!(written, format!("\"{}\"", mark.word()));
            assert_eq!(Mark::parse(mark.word()), Some(mark));
        }
        for (word, mark) in [
            ("in progress", Some(Mark::InProgress)),
            ("in_progress", Some(Mark::InProgress)),
            ("completed", Some(Mark::Done)),
            ("canceled", Some(Mark::Cancelled)),
            ("finished", None),
            ("", None),
        ] {
            assert_eq!(Mark::parse(word), mark, "{word}");
        }
    }
}
