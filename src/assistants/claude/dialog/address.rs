//! How Claude Code writes the address of a page: as it was given, and as browsers do, which is where it
//! fetches from.

use std::fmt::Write as _;

/// The address as it was given, and as browsers write it: without line breaks and tabs, its host in small
/// letters and `xn--` for other scripts, a path, and what is not plain in it as `%E6`.
pub(super) fn addresses(url: &str) -> Vec<String> {
    let mut all = vec![url.to_owned()];
    let joined: String = url
        .chars()
        .filter(|c| !matches!(c, '\n' | '\r' | '\t'))
        .collect();
    let Some((scheme, rest)) = joined.trim().split_once("://") else {
        return all;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let (user, host) = match host.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), host),
    };
    let scheme = scheme.to_ascii_lowercase();
    let mut host = as_ascii(host);
    for (own, port) in [("https", ":443"), ("http", ":80")] {
        if scheme == own
            && let Some(short) = host.strip_suffix(port)
        {
            host = short.to_owned();
        }
    }
    let shown = format!("{scheme}://{user}{host}{}", escaped(&without_dots(path)));
    // Older versions leave out the path that is none.
    if let Some(short) = shown.strip_suffix('/')
        && path.is_empty()
    {
        all.push(short.to_owned());
    }
    all.push(shown);
    all
}

/// The host of an address, without its port.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit_once('@')
        .map_or(host, |(_, host)| host)
        .split(':')
        .next()
        .unwrap_or_default()
}

/// A path with all that follows it, with what is not plain as `%E6`.
fn escaped(path: &str) -> String {
    let mut shown = String::with_capacity(path.len());
    let mut part = '/';
    for c in path.chars() {
        if matches!((part, c), ('/', '?' | '#') | ('?', '#')) {
            part = c;
        }
        let is_kept = match c {
            ' ' | '"' | '<' | '>' => false,
            '`' => part == '?',
            '{' | '}' => part != '/',
            '\'' => part != '?',
            c => c.is_ascii_graphic(),
        };
        if is_kept {
            shown.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a text cannot fail.
                let _ = write!(shown, "%{byte:02X}");
            }
        }
    }
    shown
}

/// A path without `.` and `..`, with all that follows it as it is.
fn without_dots(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let (path, rest) = path.split_at(end);
    let mut parts: Vec<&str> = Vec::new();
    let mut is_folder = true;
    for part in path.split('/').skip(1) {
        is_folder = matches!(part, "" | "." | "..");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if is_folder && parts.last().is_some_and(|last| !last.is_empty()) {
        parts.push("");
    }
    format!("/{}{rest}", parts.join("/"))
}

/// A host in small letters, its labels of other scripts as `xn--`. What has to be joined or parted before
/// that is not: then nothing on the screen is like it.
fn as_ascii(host: &str) -> String {
    let label = |label: &str| {
        let small = label.to_lowercase();
        match punycode(&small) {
            Some(code) if !small.is_ascii() => format!("xn--{code}"),
            _ => small,
        }
    };
    let labels: Vec<String> = host.split('.').map(label).collect();
    labels.join(".")
}

/// A label in Punycode (RFC 3492).
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    const FEWEST: u32 = 1;
    const MOST: u32 = 26;
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    let mut code: String = label.chars().filter(char::is_ascii).collect();
    let plain = u32::try_from(code.len()).ok()?;
    let mut handled = plain;
    if plain > 0 {
        code.push('-');
    }
    let (mut next, mut delta, mut bias) = (128_u32, 0_u32, 72_u32);
    while usize::try_from(handled).ok()? < points.len() {
        let least = points
            .iter()
            .copied()
            .filter(|point| *point >= next)
            .min()?;
        delta = delta.checked_add((least - next).checked_mul(handled + 1)?)?;
        next = least;
        for point in &points {
            if *point < next {
                delta = delta.checked_add(1)?;
            }
            if *point != next {
                continue;
            }
            let mut rest = delta;
            let mut at = BASE;
            loop {
                let limit = at.saturating_sub(bias).clamp(FEWEST, MOST);
                if rest < limit {
                    break;
                }
                code.push(digit(limit + (rest - limit) % (BASE - limit)));
                rest = (rest - limit) / (BASE - limit);
                at += BASE;
            }
            code.push(digit(rest));
            bias = adapted(delta, handled + 1, handled == plain);
            delta = 0;
            handled += 1;
        }
        delta = delta.checked_add(1)?;
        next = next.checked_add(1)?;
    }
    Some(code)
}

/// Punycode counts `a` to `z` before `0` to `9`.
fn digit(value: u32) -> char {
    let value = u8::try_from(value).unwrap_or_default();
    char::from(if value < 26 {
        b'a' + value
    } else {
        b'0' + value - 26
    })
}

/// How the next delta is biased.
fn adapted(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut bias = 0;
    while delta > 35 * 26 / 2 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_other_scripts_are_written_as_browsers_do() {
        for (host, ascii) in [
            ("Bücher.example", "xn--bcher-kva.example"),
            ("例え.jp", "xn--r8jz45g.jp"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("faß.de", "xn--fa-hia.de"),
            ("मराठी.example", "xn--d2b1ag0dl.example"),
            ("Example.COM:8080", "example.com:8080"),
        ] {
            assert_eq!(as_ascii(host), ascii);
        }
        // One of another script that reads alike is another one.
        assert_ne!(as_ascii("аpple.com"), as_ascii("apple.com"));
        assert_ne!(as_ascii("bücher.de"), as_ascii("bucher.de"));
    }
}
