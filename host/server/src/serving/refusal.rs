//! What is answered before any handler sees the request: a head that names no host or two, and the word that the
//! host is full.

use axum::body::Body;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Request, Response, Version, header};
use axum::response::IntoResponse;

use crate::door::fault::Fault;
use crate::door::json::Problem;

/// What is answered even when the host is full.
const ALWAYS: [&str; 2] = ["/healthz", "/readyz"];

/// The answer to a request that no handler will see.
pub(super) fn of<B>(request: &Request<B>, spare: bool) -> Option<Response<Body>> {
    let path = request.uri().path();
    let fault = if !names_one_host(request) {
        Fault::no_host()
    } else if spare && !ALWAYS.contains(&path) {
        Fault::host_full()
    } else {
        return None;
    };
    Some(told(&fault, path))
}

/// Exactly one host, the same one everywhere it is named. Two would be read as one by us and as the other by
/// whoever stands in front of us.
fn names_one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let inside = request.uri().authority();
    let Some(host) = hosts.next() else {
        // Before 1.1 nobody had to say it.
        return request.version() < Version::HTTP_11;
    };
    if hosts.next().is_some() {
        return false;
    }
    let Ok(named) = Authority::try_from(host.as_bytes()) else {
        return false;
    };
    if named.as_str().contains('@') {
        return false;
    }
    inside.is_none_or(|inside| inside.as_str().eq_ignore_ascii_case(named.as_str()))
}

/// A fault as a program or a browser reads it, without anything that another request would have to bring.
fn told(fault: &Fault, path: &str) -> Response<Body> {
    let mut response = if path.starts_with("/api/") {
        Problem::answer(fault, String::new())
    } else {
        let (zh, en) = (&fault.text.zh, &fault.text.en);
        let page = format!(
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>榕易</title>\
             <h1>{zh}</h1><p lang=\"en\">{en}</p></html>\n"
        );
        (fault.status, axum::response::Html(page)).into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONNECTION, "close"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(seconds) = fault.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(uri: &str, hosts: &[&'static str], spare: bool) -> Option<u16> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(header::HOST, HeaderValue::from_static(host));
        }
        of(&request.body(()).unwrap(), spare).map(|answer| answer.status().as_u16())
    }

    #[test]
    fn a_request_names_one_host() {
        for good in ["a.test", "a.test:8080", "[::1]:80", "127.0.0.1", "A.TEST"] {
            assert_eq!(refused("/", &[good], false), None, "{good}");
        }
        for bad in [
            &["a.test", "b.test"][..],
            &["a.test", "a.test"],
            &[],
            &[""],
            &["a.test, b.test"],
            &["a test"],
            &["u@a.test"],
            &["a.test/"],
        ] {
            assert_eq!(refused("/", bad, false), Some(400), "{bad:?}");
        }
        assert_eq!(refused("http://a.test/x", &["a.test"], false), None);
        assert_eq!(refused("http://b.test/x", &["a.test"], false), Some(400));
    }

    #[test]
    fn the_health_check_is_answered_from_a_spare_seat() {
        assert_eq!(refused("/healthz", &["a.test"], true), None);
        assert_eq!(refused("/readyz", &["a.test"], true), None);
        assert_eq!(refused("/nanmen", &["a.test"], true), Some(503));
        assert_eq!(refused("/api/v1/heads", &["a.test"], true), Some(503));
    }
}
