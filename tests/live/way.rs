//! How and where the assistants are started: by themselves or through something of ours that makes more of them known, in
//! a pane of tmux, of Zellij, or in a plain terminal.

use super::assistant::Manners;
use super::common::PROGRAM;
use super::situation::Situation as S;

/// The same situations hold in each, but for those that are named here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// By its own name.
    #[default]
    Plain,
    /// By `pane-patrol wrap`.
    Wrap,
    /// By its own name, and only those that are read by the pipes of their panes.
    Pipe,
    /// In a session of the real Zellij.
    Zellij,
    /// In a terminal with no multiplexer around, and installed for it.
    Terminal,
}

const NAMES: [(&str, Way); 5] = [
    ("plain", Way::Plain),
    ("wrap", Way::Wrap),
    ("pipe", Way::Pipe),
    ("zellij", Way::Zellij),
    ("terminal", Way::Terminal),
];

/// What a session in tmux alone is brought to: its panes are counted.
const OF_TMUX: &[S] = &[S::ResumedHere];

/// What wants keys of ours, or a dashboard beside it.
const BY_KEYS: &[S] = &[S::Dashboard, S::Sent, S::TwoSubAgents, S::ByCommand];

/// What only another place has.
const OF_ZELLIJ: &[S] = &[S::Jumped, S::Launched];
const OF_TERMINALS: &[S] = &[S::Unasked];

impl Way {
    /// By its name on the command line.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(own, _)| *own == name);
        let way = found.map(|(_, way)| *way).ok_or_else(|| {
            let names = NAMES.map(|(name, _)| name);
            format!("`{name}` is none of: {}", names.join(", "))
        })?;
        if way == Self::Zellij && std::env::var_os("PANE_PATROL_ZELLIJ").is_none() {
            return Err(
                "PANE_PATROL_ZELLIJ names no program of Zellij; `make zellij` builds one"
                    .to_owned(),
            );
        }
        Ok(way)
    }

    /// Whether `manners` is tried in it.
    pub(super) fn takes(self, manners: &Manners) -> bool {
        match self {
            Self::Pipe => manners.is_piped(),
            // A pane there has none.
            Self::Zellij => !manners.is_piped(),
            Self::Plain | Self::Wrap | Self::Terminal => true,
        }
    }

    /// Whether the situation is tried in it.
    pub(super) fn has(self, situation: S) -> bool {
        let among = |list: &[&[S]]| list.concat().contains(&situation);
        match self {
            // The commands that send a session there are programs below `wrap`, and rows, for as long as they run.
            Self::Wrap => situation != S::Background && !among(&[OF_ZELLIJ, OF_TERMINALS]),
            Self::Plain | Self::Pipe => !among(&[OF_ZELLIJ, OF_TERMINALS]),
            Self::Zellij => !among(&[OF_TMUX, OF_TERMINALS]),
            Self::Terminal => !among(&[OF_TMUX, OF_ZELLIJ, BY_KEYS]),
        }
    }

    /// What it wants of `install` besides.
    pub(super) fn install(self) -> &'static [&'static str] {
        if self == Self::Terminal {
            return &["--everywhere"];
        }
        &[]
    }

    /// What stands in the person's settings in it.
    pub(super) fn settings(self) -> &'static str {
        if self == Self::Zellij {
            return "[zellij]\nanswer_by_keys = true\n";
        }
        ""
    }

    /// Whether the private tmux is where the assistants are.
    pub(super) fn is_in_tmux(self) -> bool {
        !matches!(self, Self::Zellij | Self::Terminal)
    }

    /// The words of a shell by which a program is started with its arguments.
    pub(super) fn words(self, program: &str) -> String {
        match self {
            Self::Wrap => format!("'{PROGRAM}' wrap -- {program}"),
            _ => program.to_owned(),
        }
    }
}
