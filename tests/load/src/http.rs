//! A keep-alive HTTP/1.1 connection that costs little: the load generator shares the cores with the host it
//! loads. It knows bodies with a length and nothing else; it follows no redirect and keeps no cookie.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes of an answer at most.
const ANSWER_MAX: usize = 8 << 20;

/// A connection to one host.
#[derive(Debug)]
pub struct Connection {
    host: String,
    stream: TcpStream,
    read: Vec<u8>,
    sent: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects to `HOST:PORT`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)
            .await
            .with_context(|| format!("nobody listens at {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            host: host.to_owned(),
            stream,
            read: Vec::new(),
            sent: Vec::new(),
        })
    }

    /// Sends one request and reads its answer. `headers` are whole lines, each with its line end.
    ///
    /// # Errors
    /// When the connection breaks before the answer is whole, or the answer is no HTTP.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<Answered> {
        self.sent.clear();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.sent.extend_from_slice(head.as_bytes());
        self.sent.extend_from_slice(body);
        self.stream
            .write_all(&self.sent)
            .await
            .context("the host closed the connection")?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Answered> {
        self.read.clear();
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        let status = head
            .get(9..12)
            .and_then(|digits| digits.parse().ok())
            .context("the answer is no HTTP")?;
        let length = head
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            })
            .unwrap_or(0);
        if length > ANSWER_MAX {
            bail!("an answer of {length} bytes");
        }
        while self.read.len() < end + length {
            self.more().await?;
        }
        Ok(Answered {
            status,
            head,
            body: self.read[end..end + length].to_vec(),
        })
    }

    async fn more(&mut self) -> Result<()> {
        let read = self
            .stream
            .read_buf(&mut self.read)
            .await
            .context("the host closed the connection")?;
        if read == 0 {
            bail!("the host closed the connection before the answer was whole");
        }
        Ok(())
    }
}
