//! Who is let in: only a request that names this very address (no name that somebody's DNS points
//! here), that no foreign page makes, and that shows the token.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::server::{ErrorResponse, Request, Response, ServerHandshake};
use tungstenite::http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, ORIGIN};
use tungstenite::http::{HeaderMap, HeaderName, StatusCode};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, WebSocket};

use super::token;
use crate::protocol::MAX_MESSAGE_BYTES;

/// A request must have come within this time, however slowly its bytes drop in. The library bounds
/// their number.
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub(super) struct Door {
    token: String,
    origins: Vec<String>,
    port: u16,
}

/// There are as many as may be.
const FULL: Refusal = Refusal(StatusCode::SERVICE_UNAVAILABLE, "too many connections");

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
struct Refusal(StatusCode, &'static str);

impl Door {
    pub(super) fn new(token: String, origins: Vec<String>, port: u16) -> Self {
        Self {
            token,
            origins,
            port,
        }
    }

    /// Waits for the request and answers it; `None` when it was refused or none came. With the token
    /// shown `take_seat` says whether there is room.
    pub(super) fn let_in(
        &self,
        stream: TcpStream,
        take_seat: impl Fn() -> bool,
    ) -> Option<WebSocket<TcpStream>> {
        stream.set_nonblocking(true).ok()?;
        // Each message goes at once.
        stream.set_nodelay(true).ok()?;
        let for_refusal = stream.try_clone().ok()?;
        let deadline = Instant::now() + REQUEST_LIMIT;
        #[allow(clippy::result_large_err, reason = "the library wants it so")]
        let callback = |request: &Request, response: Response| match self.judge(request) {
            Ok(()) if take_seat() => Ok(response),
            Ok(()) => Err(FULL.response()),
            Err(refusal) => Err(refusal.response()),
        };
        let mut state = ServerHandshake::start(stream, callback, Some(limits())).handshake();
        loop {
            match state {
                Ok(socket) => return Some(socket),
                Err(HandshakeError::Interrupted(middle)) => {
                    if !wait(&for_refusal, deadline) {
                        turn_away(
                            &for_refusal,
                            "408 Request Timeout",
                            "the request took too long",
                        );
                        return None;
                    }
                    state = middle.handshake();
                }
                // It was answered.
                Err(HandshakeError::Failure(Error::Http(_) | Error::Io(_))) => return None,
                Err(HandshakeError::Failure(error)) => {
                    turn_away(&for_refusal, "400 Bad Request", &error.to_string());
                    return None;
                }
            }
        }
    }

    fn judge(&self, request: &Request) -> Result<(), Refusal> {
        let headers = request.headers();
        let is_here = only(headers, &HOST).is_some_and(|host| self.is_our_name(host));
        if !is_here {
            return Err(Refusal(StatusCode::FORBIDDEN, "the `Host` is not this one"));
        }
        let from_page = headers.contains_key(ORIGIN);
        let may_come = only(headers, &ORIGIN)
            .is_some_and(|origin| self.origins.iter().any(|known| known == origin));
        if from_page && !may_come {
            let words = "this `Origin` may not connect; name it in `[listen] origins`";
            return Err(Refusal(StatusCode::FORBIDDEN, words));
        }
        if request.uri().path() != "/" {
            return Err(Refusal(StatusCode::NOT_FOUND, "the hub is at `/`"));
        }
        match shown_token(request) {
            Some(shown) if token::is_same(&self.token, shown) => Ok(()),
            Some(_) => Err(Refusal(StatusCode::UNAUTHORIZED, "this is not the token")),
            None => {
                let words = "show the token: `Authorization: Bearer TOKEN`, or `/?token=TOKEN`";
                Err(Refusal(StatusCode::UNAUTHORIZED, words))
            }
        }
    }

    fn is_our_name(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else {
            return false;
        };
        let names = ["127.0.0.1", "localhost", "[::1]"];
        port.parse() == Ok(self.port) && names.iter().any(|own| name.eq_ignore_ascii_case(own))
    }
}

impl Refusal {
    fn response(&self) -> ErrorResponse {
        let mut response = ErrorResponse::new(Some(format!("{}\n", self.1)));
        *response.status_mut() = self.0;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, "close".parse().expect("a word is a value"));
        headers.insert(
            CONTENT_TYPE,
            "text/plain".parse().expect("a word is a value"),
        );
        response
    }
}

/// The value of a header that stands there just once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Pages cannot set headers, so the token may stand in the address too.
fn shown_token(request: &Request) -> Option<&str> {
    let bearer = only(request.headers(), &AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    bearer.or_else(|| {
        let mut fields = request.uri().query()?.split('&');
        fields.find_map(|field| field.strip_prefix("token="))
    })
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        // What is written is flushed by us, when the client takes it.
        .write_buffer_size(4 * MAX_MESSAGE_BYTES)
        .max_message_size(Some(MAX_MESSAGE_BYTES - 1))
        .max_frame_size(Some(MAX_MESSAGE_BYTES - 1))
}

/// Waits for more of the request; false when there is no time left.
fn wait(stream: &TcpStream, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    let Ok(timeout) = Timespec::try_from(left) else {
        return false;
    };
    let mut waiting = [PollFd::new(stream, PollFlags::IN)];
    !left.is_zero() && poll(&mut waiting, Some(&timeout)) != Ok(0)
}

/// Answers a request that is none, as far as that can be done without waiting.
pub(super) fn turn_away(mut stream: &TcpStream, status: &str, words: &str) {
    let answer = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{words}\n",
        words.len() + 1
    );
    let _: io::Result<()> = stream
        .set_nonblocking(true)
        .and_then(|()| stream.write_all(answer.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(path: &str, headers: &[(&str, &str)]) -> Result<(), u16> {
        let origins = vec!["http://localhost:3000".to_owned()];
        let door = Door::new("secret".into(), origins, 42000);
        let mut request = tungstenite::http::Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        door.judge(&request)
            .map_err(|Refusal(status, _)| status.as_u16())
    }

    const HERE: (&str, &str) = ("Host", "127.0.0.1:42000");
    const TOKEN: (&str, &str) = ("Authorization", "Bearer secret");

    #[test]
    fn who_shows_the_token_at_the_right_address_is_let_in() {
        assert_eq!(judged("/", &[HERE, TOKEN]), Ok(()));
        assert_eq!(judged("/?token=secret", &[HERE]), Ok(()));
        assert_eq!(
            judged("/?a=b&token=secret", &[("Host", "localhost:42000")]),
            Ok(())
        );
        assert_eq!(judged("/", &[("Host", "[::1]:42000"), TOKEN]), Ok(()));
        let page = ("Origin", "http://localhost:3000");
        assert_eq!(judged("/", &[HERE, TOKEN, page]), Ok(()));
    }

    #[test]
    fn without_the_token_nobody_is() {
        assert_eq!(judged("/", &[HERE]), Err(401));
        assert_eq!(judged("/?token=", &[HERE]), Err(401));
        assert_eq!(judged("/?token=secretx", &[HERE]), Err(401));
        assert_eq!(
            judged("/", &[HERE, ("Authorization", "Basic secret")]),
            Err(401)
        );
        assert_eq!(judged("/", &[HERE, TOKEN, TOKEN]), Err(401), "twice");
        assert_eq!(judged("/other", &[HERE, TOKEN]), Err(404));
    }

    #[test]
    fn foreign_pages_and_foreign_names_are_not_even_with_the_token() {
        for origin in [
            "http://evil.example",
            "null",
            "http://localhost:3001",
            "http://localhost:3000.evil.example",
        ] {
            assert_eq!(
                judged("/", &[HERE, TOKEN, ("Origin", origin)]),
                Err(403),
                "{origin}"
            );
        }
        let twice = [
            HERE,
            TOKEN,
            ("Origin", "http://localhost:3000"),
            ("Origin", "null"),
        ];
        assert_eq!(judged("/", &twice), Err(403));
        for host in [
            "evil.example:42000",
            "127.0.0.1:42001",
            "127.0.0.1",
            "127.0.0.1.evil.example:42000",
            "",
        ] {
            assert_eq!(judged("/", &[("Host", host), TOKEN]), Err(403), "{host}");
        }
        assert_eq!(judged("/", &[TOKEN]), Err(403), "no host at all");
    }
}
