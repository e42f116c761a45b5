//! Asking a server on loopback: one question a connection, an answer of a bounded length within a bounded time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// So long an answer may take, all of it.
const BUDGET: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 4 << 20;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Null where it is no JSON.
    pub(super) body: Value,
}

/// Asks the server on that port of `127.0.0.1`; `body`: what is posted, else it is only read.
///
/// # Errors
/// It could not be asked, or has not answered in time and in a way that can be read: then what was posted may
/// have come there.
pub(super) fn ask(port: u16, path: &str, body: Option<&Value>) -> io::Result<Answer> {
    let until = Instant::now() + BUDGET;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, BUDGET)?;
    stream.set_write_timeout(Some(BUDGET))?;
    stream.write_all(&question(port, path, body))?;
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = parse(&bytes, false)? {
            return Ok(answer);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let mut piece = [0; 16 * 1024];
        match stream.read(&mut piece)? {
            0 => return parse(&bytes, true)?.ok_or_else(|| ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&piece[..count]),
        }
        if bytes.len() > MAX_ANSWER {
            return Err(io::Error::other("its answer is too long"));
        }
    }
}

/// In the older way, in which nothing is answered in pieces.
fn question(port: u16, path: &str, body: Option<&Value>) -> Vec<u8> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The answer, once all of it is there.
fn parse(bytes: &[u8], is_all: bool) -> io::Result<Option<Answer>> {
    let unreadable = || io::Error::other("its answer cannot be read");
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| unreadable())?;
    let mut lines = head.split("\r\n");
    let first = lines.next().filter(|line| line.starts_with("HTTP/1."));
    let status = first.and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let status = status.ok_or_else(unreadable)?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.trim().parse::<usize>().ok())
    });
    let body = &bytes[end + 4..];
    let body = match length.flatten() {
        Some(length) if body.len() < length => return Ok(None),
        Some(length) => &body[..length],
        None if is_all => body,
        None => return Ok(None),
    };
    Ok(Some(Answer {
        status,
        body: serde_json::from_slice(body).unwrap_or_default(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_read_once_all_of_it_is_there() {
        let text =
            b"HTTP/1.1 404 Not Found\r\nVary: Origin\r\ncontent-length: 9\r\n\r\n{\"a\": 1}\n";
        for cut in 0..text.len() {
            assert!(parse(&text[..cut], false).unwrap().is_none(), "{cut}");
        }
        let answer = parse(text, false).unwrap().unwrap();
        assert_eq!((answer.status, answer.body), (404, json!({"a": 1})));
        let without = b"HTTP/1.0 204 No Content\r\n\r\n";
        assert!(parse(without, false).unwrap().is_none());
        assert_eq!(parse(without, true).unwrap().unwrap().status, 204);
        assert!(parse(b"SSH-2.0\r\n\r\n", true).is_err());
    }

    #[test]
    fn what_is_asked_is_one_question_whatever_is_in_it() {
        let asked = question(7, "/x", Some(&json!({"text": "a\r\n\r\nPOST /y HTTP/1.0"})));
        let asked = String::from_utf8(asked).unwrap();
        let (head, body) = asked.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /x HTTP/1.0\r\nHost: 127.0.0.1:7\r\n"));
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        assert!(!body.contains('\r'));
    }
}
