//! Who is let in: only a request that names this very address (no name that somebody's DNS points
//! here) or one that the person has named, and that no foreign page makes. The page's own files are given to
//! whoever asks so; the hub to whoever shows a token, and to the page once it has shown its own.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use tungstenite::WebSocket;
use tungstenite::handshake::server::{Request, create_response, write_response};
use tungstenite::http::header::{AUTHORIZATION, HOST, ORIGIN, UPGRADE};
use tungstenite::http::{Method, StatusCode};
use tungstenite::protocol::{Role, WebSocketConfig};

use super::request::{self, Asked, Refusal, only};
use super::token::Tokens;
use crate::diagnostics::{self, Part};
use crate::hub::protocol::{MAX_MESSAGE_BYTES, MAX_PROOF_BYTES, Right};
use crate::page::{self, Asset};

/// A request must have come within this time, however slowly its bytes drop in, and what it gets have gone.
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

/// Where the hub is. At `/` a browser that asks for no WebSocket finds the page.
const HUB: [&str; 3] = ["/", "/ws", "/hub"];

/// The names of this machine that nobody else's DNS gives.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// There are as many as may be.
const FULL: Refusal = Refusal(StatusCode::SERVICE_UNAVAILABLE, "too many connections");

/// See the module.
#[derive(Debug)]
pub(super) struct Door {
    tokens: Tokens,
    origins: Vec<String>,
    port: u16,
}

/// Whoever is let in.
#[derive(Debug)]
pub(super) enum Guest {
    /// A program that has shown the token of that right.
    Program(Right),
    /// A page of ours, or one that the person has named, that has shown nothing so far.
    Page,
}

/// What a request comes to.
#[derive(Debug, PartialEq, Eq)]
enum Errand {
    /// One of the page's files, or only what is to be said of it.
    File(Asset, bool),
    /// The hub, with that right.
    Hub(Right),
    /// The hub, once it has shown who it is.
    Proof,
}

impl Door {
    pub(super) fn new(tokens: Tokens, origins: Vec<String>, port: u16) -> Self {
        Self {
            tokens,
            origins,
            port,
        }
    }

    /// Waits for the request and answers it; `None` when it wanted a file, was refused, or none came. With a token
    /// shown `take_place` says whether there is room.
    pub(super) fn let_in(
        &self,
        stream: TcpStream,
        take_place: impl Fn() -> bool,
    ) -> Option<(WebSocket<TcpStream>, Guest)> {
        stream.set_nonblocking(true).ok()?;
        // Each message goes at once.
        stream.set_nodelay(true).ok()?;
        let deadline = Instant::now() + REQUEST_LIMIT;
        let opened = self.answer(&stream, take_place, deadline);
        let (guest, rest) = opened.unwrap_or_else(|refusal| {
            let Refusal(status, why) = refusal;
            diagnostics::warn(Part::WebSocket, || {
                format!("a request was refused with {}: {why}", status.as_u16())
            });
            request::refuse(&stream, &refusal, deadline);
            None
        })?;
        let most = match guest {
            Guest::Program(_) => MAX_MESSAGE_BYTES,
            Guest::Page => MAX_PROOF_BYTES,
        };
        let limits = limits(WebSocketConfig::default(), most);
        let socket = WebSocket::from_partially_read(stream, rest, Role::Server, Some(limits));
        Some((socket, guest))
    }

    /// Answers the request. Whoever is let in, with what has come behind it.
    fn answer(
        &self,
        stream: &TcpStream,
        take_place: impl Fn() -> bool,
        deadline: Instant,
    ) -> Result<Option<(Guest, Vec<u8>)>, Refusal> {
        let Some(Asked { request, rest }) = request::read(stream, deadline)? else {
            return Ok(None);
        };
        let guest = match self.judge(&request)? {
            Errand::File(asset, only_head) => {
                request::send(stream, &asset, only_head, deadline);
                return Ok(None);
            }
            Errand::Hub(right) => Guest::Program(right),
            Errand::Proof => Guest::Page,
        };
        let words = "this is no request for a WebSocket";
        let response = create_response(&request);
        let response = response.map_err(|_| Refusal(StatusCode::BAD_REQUEST, words))?;
        if matches!(guest, Guest::Program(_)) && !take_place() {
            return Err(FULL);
        }
        let mut head = Vec::new();
        let is_sent = write_response(&mut head, &response).is_ok()
            && request::write_all(stream, &head, deadline).is_ok();
        Ok(is_sent.then_some((guest, rest)))
    }

    fn judge(&self, request: &Request) -> Result<Errand, Refusal> {
        let headers = request.headers();
        let host = only(headers, &HOST).filter(|host| self.is_own(host) || self.is_named(host));
        let host = host.ok_or(Refusal(StatusCode::FORBIDDEN, "the `Host` is not this one"))?;
        let from_page = headers.contains_key(ORIGIN);
        let may_come = only(headers, &ORIGIN).is_some_and(|origin| self.may_come(origin, host));
        if from_page && !may_come {
            let words = "this `Origin` may not connect; name it in `[listen] origins`";
            return Err(Refusal(StatusCode::FORBIDDEN, words));
        }
        let path = request.uri().path();
        if !headers.contains_key(UPGRADE) {
            return file(request.method(), path);
        }
        if !HUB.contains(&path) {
            let words = "the hub is at `/`, `/ws` and `/hub`";
            return Err(Refusal(StatusCode::NOT_FOUND, words));
        }
        let refused = |words| Err(Refusal(StatusCode::UNAUTHORIZED, words));
        let Some((shown, way)) = shown_token(request) else {
            if from_page {
                return Ok(Errand::Proof);
            }
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
            (Some(right), _) => Ok(Errand::Hub(right)),
        }
    }

    /// Whether a request for `host` means this very address.
    fn is_own(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else {
            return false;
        };
        port.parse() == Ok(self.port) && OWN_NAMES.iter().any(|own| name.eq_ignore_ascii_case(own))
    }

    /// Whether it is that of a page which the person has named: whoever stands before us, as a proxy, may have left
    /// it as it was.
    fn is_named(&self, host: &str) -> bool {
        self.origins.iter().any(|origin| {
            let (name, usual) = match origin.split_once("://") {
                Some(("https", name)) => (name, ":443"),
                Some((_, name)) => (name, ":80"),
                None => return false,
            };
            let bare = host.strip_suffix(usual).unwrap_or(host);
            host.eq_ignore_ascii_case(name) || bare.eq_ignore_ascii_case(name)
        })
    }

    /// Whether a page from there may come that asks for `host`: our own, or one that the person has named.
    fn may_come(&self, origin: &str, host: &str) -> bool {
        let is_ours = origin.strip_prefix("http://") == Some(host) && self.is_own(host);
        is_ours || self.origins.iter().any(|known| known == origin)
    }
}

/// The file that is asked for without a WebSocket.
fn file(method: &Method, path: &str) -> Result<Errand, Refusal> {
    let only_head = match *method {
        Method::GET => false,
        Method::HEAD => true,
        _ => {
            let words = "here is something to get, and nothing else";
            return Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, words));
        }
    };
    let found = page::asset(path);
    let found = found.map(|asset| Errand::File(asset, only_head));
    found.ok_or(Refusal(StatusCode::NOT_FOUND, "there is no such file"))
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

/// The same with messages of at most so many bytes.
pub(super) fn limits(config: WebSocketConfig, most: usize) -> WebSocketConfig {
    config
        .read_buffer_size(16 * 1024)
        // What is written is flushed by us, when the client takes it.
        .write_buffer_size(4 * MAX_MESSAGE_BYTES)
        .max_message_size(Some(most))
        .max_frame_size(Some(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door() -> Door {
        let origins = ["http://localhost:3000", "https://box.example.ts.net"];
        let tokens = [
            (Right::Publish, "public"),
            (Right::Read, "secret"),
            (Right::Answer, "answer"),
            (Right::Manage, "manage"),
        ];
        Door::new(
            Tokens::of(&tokens),
            origins.map(str::to_owned).into(),
            42000,
        )
    }

    fn asked(path: &str, headers: &[(&str, &str)]) -> Result<Errand, u16> {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        door()
            .judge(&request)
            .map_err(|Refusal(status, _)| status.as_u16())
    }

    /// What comes of a request for a WebSocket: the right that it has by a token.
    fn judged(path: &str, headers: &[(&str, &str)]) -> Result<Right, u16> {
        let headers = [headers, &[("Upgrade", "websocket")]].concat();
        asked(path, &headers).map(|errand| match errand {
            Errand::Hub(right) => right,
            other => panic!("{other:?}"),
        })
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

    #[test]
    fn the_page_is_given_to_who_asks_by_a_known_name_and_to_no_foreign_page() {
        let is_file = |path, headers: &[_]| match asked(path, headers) {
            Ok(Errand::File(_, false)) => Ok(true),
            Ok(_) => Ok(false),
            Err(status) => Err(status),
        };
        for host in [
            "127.0.0.1:42000",
            "localhost:42000",
            "box.example.ts.net",
            "BOX.example.ts.net:443",
        ] {
            assert_eq!(is_file("/", &[("Host", host)]), Ok(true), "{host}");
        }
        for host in [
            "box.example.ts.net:80",
            "example.ts.net",
            "127.0.0.1",
            "evil.example",
        ] {
            assert_eq!(is_file("/", &[("Host", host)]), Err(403), "{host}");
        }
        assert_eq!(is_file("/app.js?v=1", &[HERE]), Ok(true));
        let own = ("Origin", "http://127.0.0.1:42000");
        assert_eq!(is_file("/app.js", &[HERE, own]), Ok(true));
        let foreign = ("Origin", "http://evil.example");
        assert_eq!(is_file("/app.js", &[HERE, foreign]), Err(403));
        for path in ["/ws", "/hub", "/token", "/../token.read", "//"] {
            assert_eq!(is_file(path, &[HERE]), Err(404), "{path}");
        }
        let head = Request::head("/")
            .header("Host", "localhost:42000")
            .body(());
        let head = door().judge(&head.unwrap());
        assert!(matches!(head, Ok(Errand::File(_, true))));
        let post = Request::post("/")
            .header("Host", "localhost:42000")
            .body(());
        let Err(Refusal(status, _)) = door().judge(&post.unwrap()) else {
            panic!("nothing is posted");
        };
        assert_eq!(status, 405);
    }

    #[test]
    fn a_page_of_ours_may_come_to_show_who_it_is_and_no_program_without_a_token() {
        let upgrade = ("Upgrade", "websocket");
        let at = |host, origin| {
            let headers = [("Host", host), ("Origin", origin), upgrade];
            ["/", "/ws", "/hub"].map(|path| asked(path, &headers) == Ok(Errand::Proof))
        };
        assert_eq!(at("127.0.0.1:42000", "http://127.0.0.1:42000"), [true; 3]);
        assert_eq!(
            at("box.example.ts.net", "https://box.example.ts.net"),
            [true; 3]
        );
        assert_eq!(
            at("127.0.0.1:42000", "https://box.example.ts.net"),
            [true; 3]
        );
        // Another port of this machine is another program's page, whatever its name.
        for origin in [
            "http://127.0.0.1:42001",
            "http://127.0.0.1",
            "http://localhost:42000",
        ] {
            assert_eq!(at("127.0.0.1:42000", origin), [false; 3], "{origin}");
        }
        // The name of a proxy gives its own page no other scheme.
        assert_eq!(
            at("box.example.ts.net", "http://box.example.ts.net"),
            [false; 3]
        );
        assert_eq!(asked("/hub", &[HERE, upgrade]), Err(401));
    }
}
