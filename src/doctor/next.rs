//! The one thing to do next, of all that was found.

use pane_patrol_installer::Assistant;

use super::{Finding, Verdict};
use crate::mux;

/// What begins a command that a person can type as it is.
const PROGRAMS: &[&str] = &["pane-patrol", "chmod", "chattr", "kill"];

/// What to do next: the command of the first link of the chain that is broken, else of the first that is
/// worse than it could be; where that is no command, its words. `rows` is how many assistants are shown.
pub(crate) fn next_step(findings: &[Finding], rows: Option<usize>) -> String {
    let of = |verdict: Verdict| {
        let those = findings.iter().filter(move |one| one.verdict == verdict);
        those.filter_map(|finding| Some((finding, finding.fix.as_deref()?)))
    };
    let is_step = |(_, fix): &(&Finding, &str)| !fix.starts_with("nothing");
    let broken = of(Verdict::Failure)
        .chain(of(Verdict::Warning))
        .find(is_step);
    if let Some((finding, fix)) = broken {
        let words = || format!("{fix} ({}), then `pane-patrol doctor` again", finding.check);
        return command_in(fix).map_or_else(words, str::to_owned);
    }
    match rows {
        Some(0) => {
            let mux = mux::offered();
            format!("start an assistant in a {mux} pane: it shows up by itself")
        }
        Some(_) => "nothing: all is in order".to_owned(),
        None => "pane-patrol".to_owned(),
    }
}

/// The first command that the words name.
fn command_in(fix: &str) -> Option<&str> {
    let quoted = fix.split('`').skip(1).step_by(2);
    let mut commands = quoted.filter(|text| is_command(text));
    commands.next()
}

fn is_command(text: &str) -> bool {
    let is_set = |word: &&str| word.contains('=');
    let program = text.split(' ').find(|word| !is_set(word));
    program.is_some_and(|program| {
        let assistants = Assistant::ALL.iter().map(|row| row.program);
        let muxes = mux::kinds().map(mux::Kind::name);
        PROGRAMS
            .iter()
            .copied()
            .chain(assistants)
            .chain(muxes)
            .any(|known| known == program)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_link_is_the_next_step_and_as_a_command() {
        let ok = Finding::ok("a", "is fine");
        let vague = Finding::warning("b", "is odd", "look at `x.json`");
        let warning = Finding::warning(
            "c",
            "is not heard",
            "run `X='/a' pane-patrol install`, once",
        );
        let failure = Finding::failure("d", "is broken", "put it right, else `chmod u+w /x`");
        let meant = Finding::warning(
            "e",
            "is another",
            "nothing, if that is meant; else `pane-patrol x`",
        );
        let step = |findings: &[&Finding], rows| {
            let findings: Vec<Finding> = findings.iter().map(|one| (*one).clone()).collect();
            next_step(&findings, rows)
        };
        assert_eq!(step(&[&ok, &warning, &failure], None), "chmod u+w /x");
        assert_eq!(
            step(&[&ok, &meant, &warning], None),
            "X='/a' pane-patrol install"
        );
        assert_eq!(
            step(&[&vague, &warning], None),
            "look at `x.json` (b), then `pane-patrol doctor` again"
        );
        assert_eq!(step(&[&ok, &meant], None), "pane-patrol");
        assert!(step(&[&ok], Some(0)).starts_with("start an assistant"));
        assert!(step(&[&ok], Some(2)).starts_with("nothing"));
    }
}
