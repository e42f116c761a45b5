//! How Claude Code writes the address of a page: as it was given, and as browsers do, which is where it
//! fetches from.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

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
    let (name, port) = with_port(host);
    let host = named(name) + &shown_port(&scheme, port);
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
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    with_port(host).0
}

/// A host, and the port behind it with its colon: `[::1]` and `:8080`.
pub(super) fn with_port(host: &str) -> (&str, &str) {
    let name = host.rfind(']').map_or(0, |end| end + 1);
    let end = host[name..].find(':').map_or(host.len(), |at| name + at);
    host.split_at(end)
}

/// The port as browsers write it: none where it is meant anyway.
fn shown_port(scheme: &str, port: &str) -> String {
    let is_meant = |number: u16| matches!((scheme, number), ("https", 443) | ("http", 80));
    match port.trim_start_matches(':').parse() {
        Ok(number) if is_meant(number) => String::new(),
        Ok(number) => format!(":{number}"),
        Err(_) if port == ":" => String::new(),
        Err(_) => port.to_owned(),
    }
}

/// The name of a host as browsers write it.
pub(super) fn named(name: &str) -> String {
    let inner = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    if let Some(address) = inner.and_then(|inner| inner.parse().ok()) {
        return format!("[{}]", shortened(address));
    }
    number(name).map_or_else(|| as_ascii(name), |address| address.to_string())
}

/// As browsers write it: never with the number of an older address at its end.
fn shortened(address: Ipv6Addr) -> String {
    let text = address.to_string();
    if !text.contains('.') {
        return text;
    }
    let [.., high, low] = address.segments();
    let end = text.rfind(':').map_or(0, |at| at + 1);
    format!("{}{high:x}:{low:x}", &text[..end])
}

/// `127.0.0.1` of `0x7f.1`: browsers read parts with `0x` and with `0` otherwise, and the last one as all that
/// is left.
fn number(name: &str) -> Option<Ipv4Addr> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let parts: Vec<u64> = name.split('.').map(part).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let left = 4_u32.checked_sub(u32::try_from(first.len()).ok()?)?;
    let is_last = left > 0 && *last < 1 << (8 * left);
    let bytes = first
        .iter()
        .map(|part| u32::from(u8::try_from(*part).unwrap_or_default()));
    let high = bytes.fold(0_u32, |all, byte| all << 8 | byte);
    let high = high.checked_shl(8 * left).unwrap_or_default();
    let fits = is_last && first.iter().all(|part| *part < 256);
    fits.then(|| Ipv4Addr::from(high | u32::try_from(*last).unwrap_or_default()))
}

/// A part of such a number.
fn part(text: &str) -> Option<u64> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, base) = match (hexadecimal, text.strip_prefix('0')) {
        (Some(""), _) | (None, Some("")) => return Some(0),
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 8),
        (None, None) => (text, 10),
    };
    let is_plain = digits.chars().all(|c| c.is_digit(base));
    u64::from_str_radix(digits, base).ok().filter(|_| is_plain)
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
    fn the_port_of_a_host_stands_behind_its_brackets() {
        for (url, name, shown) in [
            ("http://[::1]:8080/x", "[::1]", "http://[::1]:8080/x"),
            ("http://[0:0::1]:80/x", "[0:0::1]", "http://[::1]/x"),
            (
                "https://u:p@host.org:0443/",
                "host.org",
                "https://u:p@host.org/",
            ),
            ("http://host.org:/", "host.org", "http://host.org/"),
            (
                "http://host.org:08/?a:b",
                "host.org",
                "http://host.org:8/?a:b",
            ),
        ] {
            assert_eq!(host(url), name);
            assert_eq!(addresses(url).pop().unwrap(), shown);
        }
    }

    #[test]
    fn hosts_of_other_scripts_are_written_as_browsers_do() {
        for (host, ascii) in [
            ("Bücher.example", "xn--bcher-kva.example"),
            ("例え.jp", "xn--r8jz45g.jp"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("faß.de", "xn--fa-hia.de"),
            ("मराठी.example", "xn--d2b1ag0dl.example"),
            ("Example.COM", "example.com"),
            ("[::1]", "[::1]"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"),
            ("[2001:DB8:0:0:1::1]", "[2001:db8::1:0:0:1]"),
            ("[::ffff:1.2.3.4]", "[::ffff:102:304]"),
            ("[::]", "[::]"),
            ("0x7f.1", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("1.2.3.4.", "1.2.3.4"),
            ("0", "0.0.0.0"),
            // No number.
            ("1.2.3.256", "1.2.3.256"),
            ("256.1", "256.1"),
            ("1.2.3.4.5", "1.2.3.4.5"),
            ("09.1", "09.1"),
            ("0x7g.1", "0x7g.1"),
            ("[::1%eth0]", "[::1%eth0]"),
        ] {
            assert_eq!(named(host), ascii);
        }
        // One of another script that reads alike is another one.
        assert_ne!(as_ascii("аpple.com"), as_ascii("apple.com"));
        assert_ne!(as_ascii("bücher.de"), as_ascii("bucher.de"));
    }
}
