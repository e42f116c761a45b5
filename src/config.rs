//! The settings file: every key is optional, and a key that means nothing is an error that names it,
//! because a misspelt setting that is silently ignored is one the person believes in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::tui::Theme;

/// How long a row without any proof of life is kept, unless said otherwise.
const DEFAULT_TTL: Duration = Duration::from_secs(300);

/// What the person has set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[dashboard]`
    pub dashboard: Dashboard,
    /// `[table]`
    pub table: Table,
}

/// `[dashboard]`: how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dashboard {
    /// `theme`: `terminal`, `dark`, `light` or `none`.
    pub theme: Option<Theme>,
}

/// `[table]`: what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Table {
    /// `ttl_seconds`: how long a row without any proof of life is kept.
    ttl_seconds: Option<u32>,
}

impl Table {
    /// How long a row without any proof of life is kept.
    pub fn ttl(&self) -> Duration {
        self.ttl_seconds
            .map_or(DEFAULT_TTL, |seconds| Duration::from_secs(seconds.into()))
    }
}

/// Why the settings could not be taken.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is there but cannot be read.
    #[error("could not read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not TOML, or a key or value is not ours.
    #[error("{}, line {line}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl Config {
    /// Reads `path`; without a path or a file everything is as it is by default.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or holds a key or a value that means nothing.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads the text of a settings file; `path` only names it in errors.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            ConfigError::Invalid {
                path: path.to_owned(),
                line: text[..at].matches('\n').count() + 1,
                reason: error.message().trim().replace('\n', ": "),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_optional() {
        let nothing = parse("").unwrap();
        assert_eq!(nothing, Config::default());
        assert_eq!(nothing.table.ttl(), Duration::from_secs(300));
        let all = parse("[dashboard]\ntheme = 'light'\n[table]\nttl_seconds = 60\n").unwrap();
        assert_eq!(all.dashboard.theme, Some(Theme::Light));
        assert_eq!(all.table.ttl(), Duration::from_secs(60));
    }

    #[test]
    fn what_means_nothing_is_named_with_its_line() {
        let unknown = parse("[dashboard]\n\nthem = 'dark'\n").unwrap_err();
        assert_eq!(
            unknown,
            "config.toml, line 3: unknown field `them`, expected `theme`"
        );
        let value = parse("\n[dashboard]\ntheme = 'pink'").unwrap_err();
        assert!(
            value.starts_with("config.toml, line 3: unknown variant `pink`"),
            "{value}"
        );
        assert!(
            parse("[dashboard\n")
                .unwrap_err()
                .starts_with("config.toml, line 1: ")
        );
        assert!(
            parse("[table]\nttl_seconds = -1")
                .unwrap_err()
                .contains("line 2")
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_no_error_but_a_folder_is() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("config.toml");
        assert_eq!(Config::read(Some(&absent)).unwrap(), Config::default());
        let error = Config::read(Some(folder.path())).unwrap_err();
        assert!(error.to_string().starts_with("could not read "), "{error}");
    }
}
