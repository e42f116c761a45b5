//! Signs of panes: options of the panes themselves, which the person's own formats show as `#{@pane_patrol}`,
//! without a process for each time that is drawn.
//!
//! What stands in an option is drawn with the styles that it holds, so that nothing but words of ours are
//! ever put there.

use std::path::Path;

use pane_patrol_hooks::target::PaneId;

use super::{Ask, Call, Format};
use crate::mux::{Gone, Outcome, Sign, Undone};

/// The option that holds the sign.
const DRAWN: &str = "@pane_patrol";

/// The option that holds the name of the state.
const STATE: &str = "@pane_patrol_state";

/// The id of a pane that has a sign, else an empty line.
const SIGNED: &str = "#{?#{@pane_patrol},#{pane_id},}";

/// How many panes one message is about.
const AT_ONCE: usize = 50;

/// See [`crate::mux::Multiplexer::put_signs`].
pub(super) fn put(signs: &[(PaneId, Option<Sign>)], socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    for some in signs.chunks(AT_ONCE) {
        let all = some.iter().map(call).reduce(Call::then);
        let Some(all) = all else { continue };
        if is_refused(ask(socket, &all).map(drop))? {
            // tmux leaves off at the first pane that is gone.
            for one in some {
                is_refused(ask(socket, &call(one)).map(drop))?;
            }
        }
    }
    Ok(())
}

/// Whether tmux has refused, as it does of panes that are gone; what else goes wrong is an error.
fn is_refused(done: Outcome<()>) -> Outcome<bool> {
    match done {
        Ok(()) => Ok(false),
        Err(Undone::Refused(_) | Undone::Gone(Gone::Pane)) => Ok(true),
        Err(other) => Err(other),
    }
}

fn call((pane, sign): &(PaneId, Option<Sign>)) -> Call {
    let option = || Call::new("set-option").flag("-p").flag("-q");
    if let Some(sign) = sign {
        let set = |name, value: &str| option().target(pane).operand(name).operand(value);
        set(DRAWN, sign.drawn).then(set(STATE, sign.state))
    } else {
        let unset = |name| option().flag("-u").target(pane).operand(name);
        unset(DRAWN).then(unset(STATE))
    }
}

/// See [`crate::mux::Multiplexer::signed`].
pub(super) fn signed(socket: &Path, ask: Ask<'_>) -> Outcome<Vec<PaneId>> {
    let list = Call::new("list-panes").flag("-a");
    let printed = ask(socket, &list.format("-F", &Format::own(SIGNED)))?;
    let printed = String::from_utf8_lossy(&printed);
    Ok(printed
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const WAITS: Sign = Sign {
        drawn: "?",
        state: "waiting_input",
        of: None,
    };

    fn asked(answer: impl Fn(&Call) -> Outcome<Vec<u8>>) -> (Outcome<()>, Vec<String>) {
        let calls = RefCell::new(Vec::new());
        let ask = |_: &Path, call: &Call| {
            calls.borrow_mut().push(call.to_string());
            answer(call)
        };
        let signs = [(PaneId(1), Some(WAITS)), (PaneId(2), None)];
        let done = put(&signs, Path::new("/s"), &ask);
        (done, calls.into_inner())
    }

    #[test]
    fn all_are_told_at_once_and_each_by_itself_where_one_is_gone() {
        let one = "set-option -p -q -t %1 -- @pane_patrol ? ; \
                   set-option -p -q -t %1 -- @pane_patrol_state waiting_input";
        let two = "set-option -p -q -u -t %2 -- @pane_patrol ; \
                   set-option -p -q -u -t %2 -- @pane_patrol_state";
        let both = format!("{one} ; {two}");
        let (done, calls) = asked(|_| Ok(Vec::new()));
        assert!(done.is_ok());
        assert_eq!(calls, [both.as_str()]);
        let gone = |_: &Call| Err(Undone::Refused("tmux: no such pane: %1".to_owned()));
        let (done, calls) = asked(gone);
        assert!(done.is_ok());
        assert_eq!(calls, [both.as_str(), one, two]);
        let (done, calls) = asked(|_| Err(Undone::Gone(Gone::Server)));
        assert!(matches!(done, Err(Undone::Gone(Gone::Server))));
        assert_eq!(calls.len(), 1);
    }
}
