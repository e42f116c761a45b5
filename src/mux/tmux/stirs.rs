//! A tmux server says by itself when its panes are moved, renamed or looked at: hooks of its own let go a
//! waiting tmux.
//!
//! The hooks have an index of their own beside the person's and only end the wait for a channel: where
//! nobody waits any more they do nothing.

use std::path::Path;

use super::Call;

/// What changes where a pane is, or which one is in front. All of them together tell of nearly
/// everything; of what none tells, the next listing does.
const HOOKS: [&str; 8] = [
    "session-renamed",
    "client-session-changed",
    "client-attached",
    "session-window-changed",
    "window-linked",
    "window-unlinked",
    "window-pane-changed",
    "window-layout-changed",
];

/// What tells the hooks of one collector from those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(u32);

impl Mark {
    /// The one of this folder.
    pub(super) fn of(folder: &Path) -> Self {
        let bytes = folder.as_os_str().as_encoded_bytes();
        let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        // Far behind every index that a person would use.
        Self(1_000_000 + hash % 1_000_000_000)
    }

    fn channel(self) -> String {
        format!("pane-patrol-{}", self.0)
    }

    /// Waits until something moves.
    pub(super) fn wait(self) -> Call {
        Call::new("wait-for").operand(self.channel())
    }

    /// All in one call: who listens on a socket is looked at before each.
    pub(super) fn hooks(self) -> Option<Call> {
        let command = format!("wait-for -S {}", self.channel());
        let set = move |hook: &str| {
            let set = Call::new("set-hook").flag("-g");
            let set = set.operand(format!("{hook}[{}]", self.0));
            set.operand(&command)
        };
        HOOKS.into_iter().map(set).reduce(Call::then)
    }

    /// Takes them away.
    pub(super) fn farewell(self) -> Option<Call> {
        let forget = move |hook: &str| {
            let forget = Call::new("set-hook").flag("-g").flag("-u");
            forget.operand(format!("{hook}[{}]", self.0))
        };
        HOOKS.into_iter().map(forget).reduce(Call::then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runtime_folder_has_hooks_of_its_own() {
        let one = Mark::of(Path::new("/run/user/1000/pane-patrol"));
        let other = Mark::of(Path::new("/tmp/pane-patrol-1000"));
        assert_ne!(one, other);
        let told = one.hooks().unwrap().to_string();
        let (index, channel) = (one.0, one.channel());
        let first = format!("set-hook -g -- session-renamed[{index}] wait-for -S {channel} ; ");
        assert!(told.starts_with(&first), "{told}");
        assert_eq!(told.matches(" ; ").count() + 1, HOOKS.len());
        let farewell = one.farewell().unwrap().to_string();
        let first = format!("set-hook -g -u -- session-renamed[{index}] ; ");
        assert!(farewell.starts_with(&first), "{farewell}");
    }
}
