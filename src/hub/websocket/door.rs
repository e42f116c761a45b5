//! Who is let in: only a request that names this very address (no name that somebody's DNS points
//! here), that no foreign page makes, and that shows the token.

use std::cell::Cell;
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

use super::token::Tokens;
use crate::diagnostics::{self, Part};
use crate::hub::protocol::{MAX_MESSAGE_BYTES, Right};

/// A request must have come within this time, however slowly its bytes drop in. The library bounds
/// their number.
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub(super) struct Door {
    tokens: Tokens,
    origins: Vec<String>,
    port: u16,
}

/// There are as many as may be.
const FULL: Refusal = Refusal(StatusCode::SERVICE_UNAVAILABLE, "too many connections");

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
struct Refusal(StatusCode, &'static str);

impl Door {
    pub(super) fn new(tokens: Tokens, origins: Vec<String>, port: u16) -> Self {
        Self {
            tokens,
            origins,
            port,
        }
    }

    /// Waits for the request and answers it, and says what the token gives; `None` when it was refused or
    /// none came. With a token shown `take_place` says whether there is room.
    pub(super) fn let_in(
        &self,
        stream: TcpStream,
        take_place: impl Fn() -> bool,
    ) -> Option<(WebSocket<TcpStream>, Right)> {
        stream.set_nonblocking(true).ok()?;
        // Each message goes at once.
        stream.set_nodelay(true).ok()?;
        let for_refusal = stream.try_clone().ok()?;
        let deadline = Instant::now() + REQUEST_LIMIT;
        let given = Cell::new(None);
        #[allow(clippy::result_large_err, reason = "the library wants it so")]
        let callback = |request: &Request, response: Response| match self.judge(request) {
            Ok(right) if take_place() => {
                given.set(Some(right));
                Ok(response)
            }
            Ok(_) => Err(FULL.response()),
            Err(refusal) => {
                let Refusal(status, why) = refusal;
                diagnostics::warn(Part::WebSocket, || {
                    format!("a request was refused with {}: {why}", status.as_u16())
                });
                Err(refusal.response())
            }
        };
        let mut state = ServerHandshake::start(stream, callback, Some(limits())).handshake();
        loop {
            match state {
                Ok(socket) => return given.get().map(|right| (socket, right)),
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

    fn judge(&self, request: &Request) -> Result<Right, Refusal> {
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
        if !["/", "/ws"].contains(&request.uri().path()) {
            let words = "the hub is at `/` and `/ws`";
            return Err(Refusal(StatusCode::NOT_FOUND, words));
        }
        let refused = |words| Err(Refusal(StatusCode::UNAUTHORIZED, words));
        let Some((shown, way)) = shown_token(request) else {
            return refused(
                "show a token: `Authorization: Bearer TOKEN`, or `/?token=TOKEN` outside of pages",
            );
        };
        match (self.tokens.right_of(shown), way) {
            (None, _) => refused("this is not a token"),
            // An address is kept by browsers and logs, and written by pages.
            (Some(_), Way::Address) if from_page => refused("a page shows its token in a header"),
            (Some(Right::Manage), Way::Address) => {
                refused("this token is shown in the header `Authorization` alone")
            }
            (Some(right), _) => Ok(right),
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

/// Where a token was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Header,
    Address,
}

/// The token: in the header, else in the address, for programs that cannot set headers.
fn shown_token(request: &Request) -> Option<(&str, Way)> {
    let bearer = only(request.headers(), &AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let in_address = || {
        let mut fields = request.uri().query()?.split('&');
        fields.find_map(|field| field.strip_prefix("token="))
    };
    let bearer = bearer.map(|token| (token, Way::Header));
    bearer.or_else(|| in_address().map(|token| (token, Way::Address)))
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        // What is written is flushed by us, when the client takes it.
        .write_buffer_size(4 * MAX_MESSAGE_BYTES)
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES))
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

    fn judged(path: &str, headers: &[(&str, &str)]) -> Result<Right, u16> {
        let origins = vec!["http://localhost:3000".to_owned()];
        let tokens = [
            (Right::Publish, "public"),
            (Right::Read, "secret"),
            (Right::Answer, "answer"),
            (Right::Manage, "manage"),
        ];
        let door = Door::new(Tokens::of(&tokens), origins, 42000);
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
        assert_eq!(judged("/", &[HERE, TOKEN]), Ok(Right::Read));
        assert_eq!(judged("/ws", &[HERE, TOKEN]), Ok(Right::Read));
        assert_eq!(judged("/ws?token=secret", &[HERE]), Ok(Right::Read));
        assert_eq!(judged("/?token=answer", &[HERE]), Ok(Right::Answer));
        assert_eq!(
            judged("/?a=b&token=secret", &[("Host", "localhost:42000")]),
            Ok(Right::Read)
        );
        let other = [("Host", "[::1]:42000"), TOKEN];
        assert_eq!(judged("/", &other), Ok(Right::Read));
        let page = ("Origin", "http://localhost:3000");
        assert_eq!(judged("/", &[HERE, TOKEN, page]), Ok(Right::Read));
    }

    #[test]
    fn each_token_gives_its_right_and_what_matters_most_is_shown_in_no_address() {
        for (token, right) in [
            ("public", Right::Publish),
            ("answer", Right::Answer),
            ("manage", Right::Manage),
        ] {
            let bearer = format!("Bearer {token}");
            let shown = [HERE, ("Authorization", bearer.as_str())];
            assert_eq!(judged("/ws", &shown), Ok(right));
        }
        assert_eq!(judged("/ws?token=manage", &[HERE]), Err(401));
        let page = ("Origin", "http://localhost:3000");
        assert_eq!(judged("/ws?token=secret", &[HERE, page]), Err(401));
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
