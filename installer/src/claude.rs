//! Claude Code: where its settings are, and how its version is read.

use std::path::Path;

use pane_patrol_hooks::adapter::{self, Version};

use crate::assistant::{Assistant, Location};
use crate::error::PlanError;

/// Claude Code's table.
pub static CLAUDE: Assistant = Assistant {
    name: "claude",
    registrations: adapter::claude::REGISTRATIONS,
    asks_for_a_pane: true,
};

/// Where Claude Code's user settings are: in `config_dir` (`CLAUDE_CONFIG_DIR`), else below `home`
/// (`HOME`). An empty value counts as not set; a relative `config_dir` is refused, because it means
/// another folder in every project.
///
/// Whether anything exists there is not looked at.
pub fn locate(config_dir: Option<&Path>, home: Option<&Path>) -> Result<Location, PlanError> {
    let set = |path: &&Path| !path.as_os_str().is_empty();
    if let Some(config_dir) = config_dir.filter(set) {
        if !config_dir.is_absolute() {
            return Err(PlanError::RelativeFolder {
                path: config_dir.to_owned(),
            });
        }
        return Ok(Location {
            settings: config_dir.join("settings.json"),
            home: None,
        });
    }
    let home = home.filter(set).filter(|home| home.is_absolute());
    let home = home.ok_or(PlanError::NoHome)?;
    Ok(Location {
        settings: home.join(".claude/settings.json"),
        home: Some(home.to_owned()),
    })
}

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
    fn the_config_folder_wins_over_the_home() {
        let (config, home) = (Path::new("/c"), Path::new("/home/you"));
        let found = |config, home| locate(config, home).unwrap().settings;
        assert_eq!(
            found(Some(config), Some(home)),
            Path::new("/c/settings.json")
        );
        let below_home = Path::new("/home/you/.claude/settings.json");
        assert_eq!(found(None, Some(home)), below_home);
        assert_eq!(found(Some(Path::new("")), Some(home)), below_home);
        assert!(locate(Some(Path::new("x")), Some(home)).is_err());
        assert!(locate(None, None).is_err());
        assert!(locate(None, Some(Path::new("x"))).is_err());
    }

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
