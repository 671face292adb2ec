//! A device that posts events with its token, one request a connection. It decides nothing about what it hears.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// Sends JSON with a token; answers status and body, `None` when the connection broke.
pub fn post(address: &str, token: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    Sent::to(address, token, path, body)?.answer()
}

/// A request whose answer is not read yet.
#[derive(Debug)]
pub struct Sent(TcpStream);

impl Sent {
    /// Sends JSON with a token; `None` when nobody listens.
    pub fn to(address: &str, token: &str, path: &str, body: &Value) -> Option<Self> {
        let host = address.strip_prefix("http://").unwrap_or(address);
        let body = body.to_string();
        let mut stream = TcpStream::connect(host).ok()?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        Some(Sent(stream))
    }

    /// Waits for status and body; `None` when the connection broke.
    pub fn answer(mut self) -> Option<(u16, Value)> {
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split_whitespace().nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).ok()?))
    }
}
