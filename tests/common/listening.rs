//! A real `pane-patrol collect --listen`, and how clients of its WebSocket come in.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};

use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::{Error, HandshakeError, Message, WebSocket};

use super::{PATIENCE, TestEnv};

/// A running collector that listens on loopback; killed with its handle.
#[derive(Debug)]
pub struct Listening {
    /// The process.
    pub child: Child,
    /// Where it listens.
    pub address: String,
    /// Where the tokens are, up to the word for the right.
    tokens: String,
    /// Held, so that it may go on talking.
    _stderr: BufReader<ChildStderr>,
}

impl Listening {
    /// Starts one on any free port.
    pub fn start(env: &TestEnv) -> Self {
        Self::start_with(
            env.pane_patrol()
                .args(["collect", "--listen", "127.0.0.1:0"]),
        )
    }

    /// Starts `command`, and waits until it listens and collects.
    pub fn start_with(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the executable can be started");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let mut said = String::new();
        stderr.read_line(&mut said).expect("it says where");
        let (address, token) = said
            .strip_prefix("Listening on ws://")
            .and_then(|rest| rest.trim_end().split_once("/ws; a token to read is in "))
            .and_then(|(address, rest)| Some((address, rest.split_once(", those")?.0)))
            .unwrap_or_else(|| panic!("{said}"));
        let (address, tokens) = (
            address.to_owned(),
            token.trim_end_matches("read").to_owned(),
        );
        said.clear();
        stderr.read_line(&mut said).expect("it collects");
        assert!(said.starts_with("Collecting on "), "{said}");
        Self {
            child,
            address,
            tokens,
            _stderr: stderr,
        }
    }

    /// Where the token of that right is.
    pub fn token_file(&self, right: &str) -> String {
        format!("{}{right}", self.tokens)
    }

    /// The token of that right.
    pub fn token(&self, right: &str) -> String {
        let token = std::fs::read_to_string(self.token_file(right));
        token.expect("there is one").trim().to_owned()
    }

    /// A connection that has said nothing yet.
    pub fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// A client with the token of that right, which has said nothing yet.
    pub fn client(&self, right: &str) -> WebSocket<TcpStream> {
        let bearer = format!("Bearer {}", self.token(right));
        let client = self.knock("/ws", &[("Authorization", &bearer)]);
        client.expect("it is let in")
    }

    /// A client whose request has these headers besides the usual ones; else the status and words of
    /// the refusal.
    pub fn knock(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<WebSocket<TcpStream>, (u16, String)> {
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .expect("an address");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header");
            request.headers_mut().insert(*name, value);
        }
        match tungstenite::client::client(request, self.tcp()) {
            Ok((socket, _)) => Ok(socket),
            Err(HandshakeError::Failure(Error::Http(response))) => {
                let body = response.body().clone().unwrap_or_default();
                let words = String::from_utf8_lossy(&body).into_owned();
                Err((response.status().as_u16(), words))
            }
            Err(error) => panic!("{error}"),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next frame; panics when there is none in good time. A child that ends interrupts whoever reads.
pub fn hear(socket: &mut WebSocket<TcpStream>) -> Message {
    loop {
        match socket.read() {
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::Interrupted => {}
            heard => return heard.expect("the hub goes on"),
        }
    }
}
