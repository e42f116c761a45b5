//! What is asked for: the head of one HTTP request, read within a time and up to a length, and its answer.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tungstenite::handshake::server::Request;
use tungstenite::http::{HeaderMap, HeaderName, StatusCode};

use crate::page::Asset;

/// Longest head of a request, in bytes. A browser sends what all other programs on 127.0.0.1 had it keep.
const MAX_HEAD: usize = 32 * 1024;

/// More header lines than this are too many.
const MAX_HEADERS: usize = 100;

/// What a browser is told of everything that comes from here: that it loads and runs what comes from here and
/// nothing else, shows it in no other page, guesses no type, keeps no copy, and tells nobody where it was.
const STRICT: &str = "\
    Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'\r\n\
    X-Content-Type-Options: nosniff\r\n\
    X-Frame-Options: DENY\r\n\
    Referrer-Policy: no-referrer\r\n\
    Cache-Control: no-store\r\n\
    Cross-Origin-Opener-Policy: same-origin\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()\r\n\
    Connection: close\r\n";

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) StatusCode, pub(super) &'static str);

/// A request, and what has come behind its head.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) rest: Vec<u8>,
}

/// Reads the head of a request; `None`: the other end has gone.
///
/// # Errors
/// It is none, is too long, or has not come in time.
pub(super) fn read(stream: &TcpStream, deadline: Instant) -> Result<Option<Asked>, Refusal> {
    let mut head = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        match (&*stream).read(&mut bytes) {
            Ok(0) => return Ok(None),
            Ok(count) => {
                head.extend_from_slice(&bytes[..count]);
                // Only a line end can be the last of it.
                if bytes[..count].contains(&b'\n')
                    && let Some(asked) = parse(&head)?
                {
                    return Ok(Some(asked));
                }
                if head.len() > MAX_HEAD {
                    let words = "the request is too long";
                    return Err(Refusal(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, words));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if !wait(stream, PollFlags::IN, deadline) {
                    let words = "the request took too long";
                    return Err(Refusal(StatusCode::REQUEST_TIMEOUT, words));
                }
            }
            Err(_) => return Ok(None),
        }
    }
}

/// What `head` asks for, if it is whole.
fn parse(head: &[u8]) -> Result<Option<Asked>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut read = httparse::Request::new(&mut headers);
    let none = Refusal(StatusCode::BAD_REQUEST, "this is no HTTP request");
    let Ok(status) = read.parse(head) else {
        return Err(none);
    };
    let httparse::Status::Complete(length) = status else {
        return Ok(None);
    };
    let (Some(method), Some(path)) = (read.method, read.path) else {
        return Err(none);
    };
    // The version is 1.0 or 1.1: nothing else is read.
    let version = match read.version {
        Some(0) => tungstenite::http::Version::HTTP_10,
        _ => tungstenite::http::Version::HTTP_11,
    };
    let mut request = Request::builder().method(method).uri(path).version(version);
    for header in read.headers {
        request = request.header(header.name, header.value);
    }
    let Ok(request) = request.body(()) else {
        return Err(none);
    };
    let rest = head[length..].to_vec();
    Ok(Some(Asked { request, rest }))
}

/// The value of a header that stands there just once.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Sends a file of the page; only what is said of it, where only that was asked for.
pub(super) fn send(stream: &TcpStream, asset: &Asset, only_head: bool, deadline: Instant) {
    let body = if only_head { b"" } else { asset.bytes };
    let length = asset.bytes.len();
    answer(
        stream,
        StatusCode::OK,
        (asset.content_type, length),
        body,
        deadline,
    );
}

/// Says why not.
pub(super) fn refuse(stream: &TcpStream, refusal: &Refusal, deadline: Instant) {
    let Refusal(status, why) = refusal;
    let words = format!("{why}\n");
    let about = ("text/plain; charset=utf-8", words.len());
    answer(stream, *status, about, words.as_bytes(), deadline);
}

fn answer(
    stream: &TcpStream,
    status: StatusCode,
    (content_type, length): (&str, usize),
    body: &[u8],
    deadline: Instant,
) {
    let head = format!(
        "HTTP/1.1 {status}\r\n{STRICT}Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    // Whoever does not take it has gone or will go.
    let _ = write_all(stream, &[head.as_bytes(), body].concat(), deadline);
}

/// Writes all of it to a connection that is not to be waited for without an end.
///
/// # Errors
/// The other end has gone, or has not taken it in time.
pub(super) fn write_all(
    mut stream: &TcpStream,
    mut bytes: &[u8],
    deadline: Instant,
) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if !wait(stream, PollFlags::OUT, deadline) {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Waits until that can go on; false when there is no time left.
pub(super) fn wait(stream: &TcpStream, what: PollFlags, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    let Ok(timeout) = Timespec::try_from(left) else {
        return false;
    };
    let mut waiting = [PollFd::new(stream, what)];
    !left.is_zero() && poll(&mut waiting, Some(&timeout)) != Ok(0)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    /// What comes of a client that says this and nothing more.
    fn asked(said: &[u8]) -> Result<Option<Asked>, Refusal> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut outer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (inner, _) = listener.accept().unwrap();
        inner.set_nonblocking(true).unwrap();
        let _ = outer.write_all(said);
        read(&inner, Instant::now() + Duration::from_millis(300))
    }

    fn status(said: &[u8]) -> u16 {
        let Refusal(status, _) = asked(said).unwrap_err();
        status.as_u16()
    }

    #[test]
    fn a_request_is_read_to_its_end_and_what_comes_behind_it_is_kept() {
        let got =
            asked(b"HEAD /app.js?x=1 HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n\x81\x05").unwrap();
        let got = got.unwrap();
        assert_eq!(got.request.method(), "HEAD");
        assert_eq!(got.request.uri().path(), "/app.js");
        assert_eq!(got.rest, b"\x81\x05");
        let twice = asked(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            .unwrap()
            .unwrap();
        let host = tungstenite::http::header::HOST;
        assert_eq!(only(twice.request.headers(), &host), None);
    }

    #[test]
    fn what_is_none_too_long_or_too_slow_is_refused() {
        assert_eq!(status(b"\x16\x03\x01\x02\x00\n"), 400, "TLS");
        assert_eq!(status(b"GET / HTTP/2.0\r\n\r\n"), 400);
        assert_eq!(status(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n"), 400);
        assert_eq!(status(b"GET / HTTP/1.1\r\nHost: a\r\n"), 408);
        let many = [
            b"GET / HTTP/1.1\r\n".to_vec(),
            b"A: b\r\n".repeat(MAX_HEADERS + 1),
        ]
        .concat();
        assert_eq!(status(&many), 400);
        let long = [b"GET /".to_vec(), b"x".repeat(2 * MAX_HEAD)].concat();
        assert_eq!(status(&long), 431);
    }
}
