//! `[webhook]`: where messages are sent on to, and the secret that signs them. Off where it is not written.

use std::path::{Path, PathBuf};

use super::reader::{Table, both};

/// Where messages are sent on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Host and port, as a connection is opened to them.
    pub host: String,
    /// What follows, with the slash.
    pub path: String,
    /// The file with the secret that signs.
    pub secret_file: PathBuf,
}

/// Reads the table.
pub(super) fn read(table: &Table<'_>, folder: &Path) -> Option<Webhook> {
    let rows = table.get("webhook")?.table()?;
    let url = rows.need("url").and_then(|field| {
        let text = field.string()?.to_owned();
        let found = parts(&text);
        if found.is_none() {
            field.refuse(
                both(
                    format!("“{text}”不能用来转发消息。"),
                    format!("“{text}” is no address to which messages can be sent on."),
                ),
                both(
                    "写成 \"http://127.0.0.1:9000/rongyi\" 的样子：同一台机器或内网里的转发程序，由它用 https 交给短信或微信服务。",
                    "Write it like \"http://127.0.0.1:9000/rongyi\": a program on this machine or in this network, which hands on to the service over https.",
                ),
            );
        }
        found
    });
    let secret = rows
        .need("secret_file")
        .and_then(|field| Some(folder.join(field.string()?)));
    rows.finish();
    let ((host, path), secret_file) = url.zip(secret)?;
    Some(Webhook {
        host,
        path,
        secret_file,
    })
}

/// Host with port, and path, of an address that begins with `http://`.
fn parts(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("http://")?;
    let plain = rest
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"@\\\"<>#".contains(&byte));
    let (host, path) = match rest.split_once('/') {
        Some((host, path)) => (host, format!("/{path}")),
        None => (rest, "/".to_owned()),
    };
    if !plain || host.is_empty() {
        return None;
    }
    let host = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    Some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let check = |url: &str, host: &str, path: &str| {
            let found = parts(url);
            assert_eq!(found, Some((host.to_owned(), path.to_owned())), "{url}");
        };
        check("http://127.0.0.1:9000/rongyi", "127.0.0.1:9000", "/rongyi");
        check("http://gate", "gate:80", "/");
        for wrong in [
            "https://x.example/",
            "http://",
            "ftp://x",
            "http://a b/",
            "http://u@h/",
        ] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
