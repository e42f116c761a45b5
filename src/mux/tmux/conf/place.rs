//! Where in a file of commands a line of ours goes: before the plugin manager's, which wants to be the
//! last one, else at the end. And whether tmux then reads it as a command of its own, always carried out,
//! with everything else as before.

use super::words::words;
use super::{Command, ConfError, Reader};

/// How many lines above the plugin manager's a command or condition may begin that it stands in.
const LOOK_BACK: usize = 40;

/// Where a line may be put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The byte, the beginning of a line; `None`: at the end.
    pub(crate) at: Option<usize>,
    /// How many commands stand before it.
    after: usize,
}

/// The places that may do in a file of these bytes and commands, the best one first.
pub(crate) fn places(bytes: &[u8], commands: &[Command]) -> Vec<Place> {
    let of_manager = commands.iter().rev().take_while(|one| is_of_manager(one));
    let after = commands.len() - of_manager.count();
    let mut places = Vec::new();
    if let Some(manager) = commands.get(after) {
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1));
        // tmux names the last line of a command, or the one after a remark that follows it.
        let starts: Vec<usize> = starts.take(manager.line).collect();
        let above = starts.iter().rev().take(LOOK_BACK);
        places.extend(above.map(|at| Place {
            at: Some(*at),
            after,
        }));
    }
    places.push(Place {
        at: None,
        after: commands.len(),
    });
    places
}

/// Whether a command starts the plugin manager: `run '~/.tmux/plugins/tpm/tpm'` in any of its forms.
fn is_of_manager(command: &Command) -> bool {
    let words = words(&command.text);
    let runs = words
        .first()
        .is_some_and(|name| matches!(name.as_str(), "run-shell" | "run" | "if-shell" | "if"));
    let is_manager = |word: &str| word.trim_end_matches(['\'', '"', ')']).ends_with("/tpm");
    let parts = words.iter().skip(1).flat_map(|word| word.split([' ', ';']));
    runs && parts.into_iter().any(is_manager)
}

/// Whether tmux reads `after` as it reads `before`, and one more command, which nothing else stands
/// around: `place` is where it was put in.
///
/// # Errors
/// tmux cannot be asked.
pub(crate) fn is_only_addition(
    reader: &Reader,
    before: (&[u8], &[Command]),
    after: &[u8],
    place: Place,
) -> Result<bool, ConfError> {
    let (bytes, commands) = before;
    // Inside a condition or a block what stands before would have no end.
    let head = place.at.map_or(bytes, |at| &bytes[..at]);
    let (head, now) = match (reader.parse(head), reader.parse(after)) {
        (Ok(head), Ok(now)) => (head, now),
        (Err(ConfError::Refused { .. }), _) | (_, Err(ConfError::Refused { .. })) => {
            return Ok(false);
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let is_reading = |command: &Command| command.text.starts_with("source-file -q ");
    let is_same = |(then, now): &(&Command, &Command)| then.text == now.text;
    if now.len() == commands.len() {
        // An earlier line of ours that has become another one.
        let pairs = commands.iter().zip(&now).filter(|pair| !is_same(pair));
        let changed: Vec<_> = pairs.collect();
        return Ok(matches!(changed[..], [(then, now)] if is_reading(then) && is_reading(now)));
    }
    if !now.get(place.after).is_some_and(is_reading) || head.len() != place.after {
        return Ok(false);
    }
    let mut rest = now;
    rest.remove(place.after);
    let is_whole = rest.len() == commands.len();
    Ok(is_whole && commands.iter().zip(&rest).all(|pair| is_same(&pair)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_manager_is_known_in_its_forms() {
        let is = |text: &str| {
            is_of_manager(&Command {
                line: 1,
                text: text.to_owned(),
            })
        };
        for text in [
            "run-shell /home/you/.tmux/plugins/tpm/tpm",
            "run-shell -b \"/home/you/.tmux/plugins/tpm/tpm\"",
            "run-shell \"'/home/you x/.tmux/plugins/tpm/tpm'\"",
            "if-shell \"test -d /x/tpm\" \"run '/x/tpm/tpm'\"",
            "run-shell /usr/share/tmux-plugin-manager/tpm",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "run-shell /x/tpm/notes.sh",
            "set-option -g @plugin tmux-plugins/tpm",
            "display-message /x/tpm",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
