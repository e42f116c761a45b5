//! Claude Code: how its version is read, and which of its settings it is strict about.

pub(crate) mod fields;

use pane_patrol_hooks::adapter::Version;

/// Reads what `claude --version` prints, for example `2.1.329 (Claude Code)`.
pub fn parse_version(output: &str) -> Option<Version> {
    let word = output.split_whitespace().next()?;
    let word = word.strip_prefix('v').unwrap_or(word);
    let numbers = word.split(['-', '+']).next()?;
    let mut numbers = numbers.split('.').map(str::parse::<u32>);
    let version = Version(
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
    );
    numbers.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_version_is_read() {
        assert_eq!(
            parse_version("2.1.329 (Claude Code)\n"),
            Some(Version(2, 1, 329))
        );
        assert_eq!(parse_version("2.0.60"), Some(Version(2, 0, 60)));
        assert_eq!(parse_version("2.2.0-beta.1 (x)"), Some(Version(2, 2, 0)));
        for output in ["", "claude", "2.1", "2.1.x", "2.1.3.4", "command not found"] {
            assert_eq!(parse_version(output), None, "{output}");
        }
    }
}
