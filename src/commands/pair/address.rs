//! Where the device finds the page: the listener's own address, or one that the settings name as its proxy's.

use crate::commands::Context;
use crate::error::{CommandError, EXIT_NOBODY, EXIT_USAGE};
use crate::hub::websocket;

/// The page's address, without a path: `given`, if whoever listens lets a page in that comes from there.
pub(super) fn of(context: &Context, given: Option<&str>) -> Result<String, CommandError> {
    let listeners = websocket::listeners(&context.places());
    let own = listeners.first().ok_or_else(nobody)?;
    let origins = context.config()?.listen.origins;
    let Some(given) = given else {
        let proxied = origins.into_iter().find(|it| it.starts_with("https://"));
        return Ok(proxied.unwrap_or_else(|| format!("http://{own}")));
    };
    let given = given.trim_end_matches('/');
    let port = |address: &str| address.rsplit_once(':')?.1.parse::<u16>().ok();
    let is_listener = |port| listeners.iter().any(|known| Some(known.port()) == port);
    let is_own = is_here_alone(given) && is_listener(port(given));
    if is_own || origins.iter().any(|known| known == given) {
        Ok(given.to_owned())
    } else {
        Err(not_let_in(given))
    }
}

/// Whether only this machine finds the page there, or whoever has its port forwarded.
pub(super) fn is_here_alone(address: &str) -> bool {
    let name = address
        .strip_prefix("http://")
        .and_then(|rest| rest.rsplit_once(':'));
    name.is_some_and(|(name, _)| ["127.0.0.1", "localhost", "[::1]"].contains(&name))
}

fn nobody() -> CommandError {
    CommandError::new("nobody serves the page, so nobody could be let in")
        .hint("start `pane-patrol --listen`, or `pane-patrol collect --listen` without a screen; `[listen] always = true` in the settings has whoever collects do it")
        .exit(EXIT_NOBODY)
}

fn not_let_in(given: &str) -> CommandError {
    CommandError::new(format!("a page from `{given}` would not be let in"))
        .hint(format!(
            "name it in the settings, `[listen] origins = [\"{given}\"]`, as a browser writes it (scheme and name, no path), and start the listener again"
        ))
        .exit(EXIT_USAGE)
}

#[cfg(test)]
mod tests {
    use super::is_here_alone;

    #[test]
    fn only_loopback_by_its_own_names_is_this_machines() {
        for (address, is_alone) in [
            ("http://127.0.0.1:42000", true),
            ("http://[::1]:42000", true),
            ("http://localhost:8000", true),
            ("https://box.example.ts.net", false),
            ("http://127.0.0.1.evil.example:42000", false),
            ("http://127.0.0.1", false),
        ] {
            assert_eq!(is_here_alone(address), is_alone, "{address}");
        }
    }
}
