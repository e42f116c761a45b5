//! As much of HTTP as a model's server needs: one request a connection, answered until its end.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// One request.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// Its body; null when it is none or no JSON.
    pub(super) body: Value,
}

impl Request {
    /// Reads one, to the end of its body.
    pub(super) fn read(stream: &TcpStream) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split(' ').map(str::to_owned);
        let (method, path) = (words.next(), words.next());
        let (mut length, mut is_chunked, mut waits) = (0, false, false);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim().to_ascii_lowercase();
            let Some((name, value)) = header.split_once(':') else {
                break;
            };
            match name {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "transfer-encoding" => is_chunked = value.contains("chunked"),
                "expect" => waits = true,
                _ => {}
            }
        }
        if waits {
            (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = if is_chunked {
            read_chunks(&mut reader)?
        } else {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            body
        };
        Ok(Self {
            method: method.unwrap_or_default(),
            path: path.unwrap_or_default(),
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        })
    }
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..])?;
        let mut end = String::new();
        reader.read_line(&mut end)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// The answer to one request: whole, or as a stream of events that ends with the connection.
pub(super) struct Reply {
    stream: TcpStream,
}

impl Reply {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream }
    }

    /// Answers with one object.
    pub(super) fn json(&mut self, status: u16, value: &Value) -> io::Result<()> {
        let body = value.to_string();
        let head = format!(
            "HTTP/1.1 {status} scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             x-should-retry: false\r\nconnection: close\r\n\r\n",
            body.len()
        );
        self.stream.write_all(head.as_bytes())?;
        self.stream.write_all(body.as_bytes())
    }

    /// Begins a stream of events.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
                    connection: close\r\n\r\n";
        self.stream.write_all(head.as_bytes())
    }

    /// One event that is known by its data alone.
    pub(super) fn data(&mut self, value: &Value) -> io::Result<()> {
        write!(self.stream, "data: {value}\n\n")
    }

    /// One event, named by the `type` of its data.
    pub(super) fn event(&mut self, value: &Value) -> io::Result<()> {
        let name = value["type"].as_str().unwrap_or_default();
        write!(self.stream, "event: {name}\ndata: {value}\n\n")
    }

    /// A line that stands outside of JSON.
    pub(super) fn done(&mut self) -> io::Result<()> {
        self.stream.write_all(b"data: [DONE]\n\n")
    }
}
