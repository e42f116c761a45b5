//! Whether the settings can be read, and whether anything waits for the rules in them.

use super::Finding;
use crate::assistants;
use crate::config::{Config, ConfigError};

/// The person's rules; `waits`: whether a hook waits for an answer. `None` without any.
pub(crate) fn rules(config: &Result<Config, ConfigError>, waits: bool) -> Option<Finding> {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            let fix = "correct the file; until then no rule allows anything";
            return Some(Finding::failure("settings", error.to_string(), fix));
        }
    };
    let seen = match config.rules.iter().count() {
        0 => return None,
        1 => "1 rule".to_owned(),
        many => format!("{many} rules"),
    };
    if waits {
        return Some(Finding::ok("rules", seen));
    }
    let seen = format!("{seen}, and nothing waits for what they say");
    let installs: Vec<String> = assistants::answerable()
        .map(|row| assistants::asking_install(row, None, false))
        .collect();
    let fix = format!("run {}", installs.join(" or "));
    Some(Finding::warning("rules", seen, fix))
}
