//! Which paths and addresses Claude Code draws as they are written: it follows links and `~` in a path, and
//! writes an address as browsers do.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::address::{named, with_port};
use crate::assistants::facets::dialog::signs::is_certain;

/// An absolute path that leads nowhere else than it reads.
pub(super) fn is_tame_path(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    let mut parts = path.split('/').skip(1);
    path.starts_with('/')
        && path.chars().all(is_plain)
        && parts.all(|part| !matches!(part, "" | "." | ".."))
}

/// A path of which the rows tell whether it is this one. No two blanks stand side by side in it.
pub(super) fn is_shown_path(path: &str) -> bool {
    let is_plain = |c: char| is_letter(c) || "/._-+@ ()[]{},=%#$!&;'".contains(c);
    let mut parts = path.split('/').skip(1);
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..") && part.trim() == part && !part.contains("  ")
    };
    path.starts_with('/') && path.chars().all(is_plain) && parts.all(is_part)
}

/// Whether it is a letter or a digit that is one character however it is put together.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric() && is_certain(c)
}

/// An address of which the rows tell whether it is this one: with a port, a number for a host, or more signs
/// that browsers leave as they are.
pub(super) fn is_shown_address(address: &str) -> bool {
    let rest = address.strip_prefix("https://");
    let rest = rest.or_else(|| address.strip_prefix("http://"));
    let Some((host, path)) = rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) else {
        return false;
    };
    let (name, port) = with_port(host);
    let port = port.strip_prefix(':').unwrap_or("1");
    // Browsers leave out the port that is meant anyway.
    let is_port =
        !port.starts_with('0') && !matches!(port, "80" | "443") && port.parse::<u16>().is_ok();
    let inner = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let is_address = match inner {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None => name.parse::<Ipv4Addr>().is_ok(),
    };
    let is_number = is_address && named(name) == name;
    let is_kept = |c: char| c.is_ascii_alphanumeric() || "/._-?=&~,:@+;!*()$#%".contains(c);
    let mut parts = path.split(['/', '?', '#']);
    is_port
        && (is_number || is_tame_address(&format!("http://{name}")))
        && path.chars().all(is_kept)
        && parts.all(|part| !matches!(part, "." | ".."))
        && !path.contains("//")
        && !path.to_ascii_lowercase().contains("%2e")
}

/// An address that is fetched as it is written: a name and not a number for a host, nothing quoted.
pub(super) fn is_tame_address(address: &str) -> bool {
    let rest = address.strip_prefix("https://");
    let rest = rest.or_else(|| address.strip_prefix("http://"));
    let Some((host, path)) = rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) else {
        return false;
    };
    let is_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let is_path = |c: char| c.is_ascii_alphanumeric() || "/._-?=&".contains(c);
    let top = host.rsplit('.').next().unwrap_or_default();
    let is_name = !top.is_empty() && top.chars().all(|c| c.is_ascii_lowercase());
    let mut parts = path.split('/');
    host.chars().all(is_host)
        && is_name
        && path.chars().all(is_path)
        && parts.all(|part| !matches!(part, "." | ".."))
        && !path.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_by_number_is_shown_as_it_is_only_as_browsers_write_it() {
        for address in [
            "http://[::1]:8080/x",
            "https://[2001:db8::1]/a?b=1",
            "http://127.0.0.1:3000/",
            "http://localhost:8080/x",
        ] {
            assert!(is_shown_address(address), "{address}");
        }
        for address in [
            "http://[0:0:0:0:0:0:0:1]:8080/x",
            "http://[::ffff:1.2.3.4]/",
            "http://[::1]:80/",
            "http://[::1%1]/",
            "http://[1.2.3.4]/",
            "http://[host]/",
            "http://0x7f.1/",
            "http://2130706433/",
        ] {
            assert!(!is_shown_address(address), "{address}");
        }
    }
}
