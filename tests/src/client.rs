//! A small HTTP client for forms: one request a connection, cookies kept, as a browser without scripts sends
//! them. It follows no redirect.

use std::io::{Read, Write};
use std::net::TcpStream;

/// Somebody with a browser.
#[derive(Debug)]
pub struct Client {
    host: String,
    cookies: Vec<String>,
}

impl Client {
    /// `address` is `http://HOST:PORT`.
    ///
    /// # Panics
    /// When it is not.
    pub fn of(address: &str) -> Self {
        let host = address
            .strip_prefix("http://")
            .expect("an address of this machine");
        Client {
            host: host.to_owned(),
            cookies: Vec::new(),
        }
    }

    /// The same browser at another host, with its cookies.
    ///
    /// # Panics
    /// When the address is none of this machine.
    pub fn at(&self, address: &str) -> Self {
        Client {
            cookies: self.cookies.clone(),
            ..Client::of(address)
        }
    }

    /// Reads a page: head and body as they came.
    pub fn get(&mut self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    /// Sends a form.
    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> String {
        let body: Vec<_> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        self.ask("POST", path, &body.join("&"))
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).expect("the host listens");
        let (host, cookies, length) = (&self.host, self.cookies.join("; "), body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookies}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .expect("the host reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the host answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        for line in answer.lines().take_while(|line| !line.is_empty()) {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                let cookie = value.split(';').next().unwrap_or_default().to_owned();
                // A newer one takes the place of the one before, as in a browser.
                let of = |one: &str| one.split('=').next().map(str::to_owned);
                self.cookies.retain(|kept| of(kept) != of(&cookie));
                self.cookies.push(cookie);
            }
        }
        answer
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
