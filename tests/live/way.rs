//! How the assistants are started: by themselves, or through something of ours that makes more of them known.

use super::common::PROGRAM;

/// The same situations hold in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// By its own name.
    #[default]
    Plain,
    /// By `pane-patrol wrap`.
    Wrap,
    /// By its own name, and only those that are read by the pipes of their panes.
    Pipe,
}

const NAMES: [(&str, Way); 3] = [
    ("plain", Way::Plain),
    ("wrap", Way::Wrap),
    ("pipe", Way::Pipe),
];

impl Way {
    /// By its name on the command line.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(own, _)| *own == name);
        found.map(|(_, way)| *way).ok_or_else(|| {
            let names = NAMES.map(|(name, _)| name);
            format!("`{name}` is none of: {}", names.join(", "))
        })
    }

    /// The words of a shell by which a program is started with its arguments.
    pub(super) fn words(self, program: &str) -> String {
        match self {
            Self::Plain | Self::Pipe => program.to_owned(),
            Self::Wrap => format!("'{PROGRAM}' wrap -- {program}"),
        }
    }
}
