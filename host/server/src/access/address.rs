//! From where a request comes: the other side of the connection, or what a proxy says that the operator trusts. Knows no
//! budget; see [`super::Flood`].

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, header};
use ipnet::IpNet;

/// The proxies that are believed when they say for whom they ask.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

/// Addresses in one chain of proxies at most; whoever writes more is not followed further.
const HOPS_MAX: usize = 32;

impl Proxies {
    /// Those in these networks.
    pub fn new(networks: Vec<IpNet>) -> Proxies {
        Proxies(networks)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks: the right-most address that is not one of ours. A header is believed as far as trusted proxies wrote
    /// it; where they say nothing that can be read, or `Forwarded` and `X-Forwarded-For` disagree because a proxy hands
    /// one of them through from outside, it is the last of ours that is known.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.ip().to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let forwarded = lines(headers, header::FORWARDED.as_str());
        let others = lines(headers, "x-forwarded-for");
        match (forwarded.is_empty(), others.is_empty()) {
            (true, true) => peer,
            (false, true) => self.last(peer, &forwarded_hops(&forwarded)),
            (true, false) => self.last(peer, &plain_hops(&others)),
            (false, false) => {
                let one = self.last(peer, &forwarded_hops(&forwarded));
                let other = self.last(peer, &plain_hops(&others));
                if one == other { one } else { peer }
            }
        }
    }

    /// From the right, past our own, to the first that is not.
    fn last(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut last = peer;
        for hop in hops.iter().rev().take(HOPS_MAX) {
            let Some(address) = hop else {
                return last;
            };
            last = *address;
            if !self.trusts(last) {
                return last;
            }
        }
        last
    }
}

/// All lines of one header as one, in order.
fn lines(headers: &HeaderMap, name: &str) -> String {
    let all = headers.get_all(name).into_iter();
    let all: Vec<&str> = all.map(|value| value.to_str().unwrap_or("?")).collect();
    all.join(",")
}

/// `203.0.113.9, 10.0.0.2`; what is no address is `None`.
fn plain_hops(line: &str) -> Vec<Option<IpAddr>> {
    line.split(',').map(|hop| address(hop.trim())).collect()
}

/// `for=192.0.2.60;proto=http, for="[2001:db8::17]:4711"` (RFC 7239): the `for` of each hop. A quote that does not end
/// makes the whole line unreadable.
fn forwarded_hops(line: &str) -> Vec<Option<IpAddr>> {
    let (mut hops, mut hop, mut value) = (Vec::new(), None, String::new());
    let mut letters = line.chars();
    let mut quoted = false;
    let finish = |value: &mut String, hop: &mut Option<IpAddr>| {
        if let Some((name, node)) = value.split_once('=')
            && name.trim().eq_ignore_ascii_case("for")
        {
            *hop = address(node.trim());
        }
        value.clear();
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            '\\' if quoted => value.extend(letters.next()),
            ';' if !quoted => finish(&mut value, &mut hop),
            ',' if !quoted => {
                finish(&mut value, &mut hop);
                hops.push(hop.take());
            }
            other => value.push(other),
        }
    }
    if quoted {
        return vec![None];
    }
    finish(&mut value, &mut hop);
    hops.push(hop);
    hops
}

/// `192.0.2.60`, `192.0.2.60:80`, `2001:db8::17`, `[2001:db8::17]:4711`.
fn address(node: &str) -> Option<IpAddr> {
    let inside = node.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let parsed = match inside {
        Some((inside, port)) => {
            let good = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            inside
                .parse()
                .ok()
                .filter(|_: &Ipv6Addr| good)
                .map(IpAddr::V6)
        }
        None => node.parse().ok().or_else(|| {
            let (host, port) = node.split_once(':')?;
            host.parse().ok().filter(|_| is_port(port)).map(IpAddr::V4)
        }),
    };
    parsed.map(|address| address.to_canonical())
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// One household's or company's line: an IPv4 address, or the /64 that an IPv6 customer has.
pub(super) fn line_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => IpAddr::V4(four),
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let networks = ["127.0.0.1/32", "10.0.0.0/8", "::1/128", "fd00::/8"];
        let proxies = Proxies::new(networks.iter().map(|net| net.parse().unwrap()).collect());
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(*name, value.parse().unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
        proxies.client(peer, &all).to_string()
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table of headers")]
    fn a_header_counts_as_far_as_our_own_proxies_wrote_it() {
        let xff = "x-forwarded-for";
        for (peer, headers, wanted) in [
            // Nobody in between; whoever writes the header themselves gains nothing.
            ("203.0.113.9", vec![], "203.0.113.9"),
            ("203.0.113.9", vec![(xff, "1.1.1.1")], "203.0.113.9"),
            (
                "203.0.113.9",
                vec![("forwarded", "for=1.1.1.1")],
                "203.0.113.9",
            ),
            ("::ffff:203.0.113.9", vec![(xff, "1.1.1.1")], "203.0.113.9"),
            // Our own proxy, also by its mapped address.
            ("127.0.0.1", vec![], "127.0.0.1"),
            ("127.0.0.1", vec![(xff, "203.0.113.9")], "203.0.113.9"),
            (
                "::ffff:127.0.0.1",
                vec![(xff, "203.0.113.9:4711")],
                "203.0.113.9",
            ),
            ("::1", vec![(xff, "::ffff:203.0.113.9")], "203.0.113.9"),
            // What a client wrote before stands on the left and is passed over.
            (
                "10.0.0.2",
                vec![(xff, "1.1.1.1, 203.0.113.9")],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![(xff, "1.1.1.1, 203.0.113.9, 10.0.0.7")],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![(xff, "1.1.1.1"), (xff, "203.0.113.9")],
                "203.0.113.9",
            ),
            ("10.0.0.2", vec![(xff, "10.0.0.9, 10.0.0.8")], "10.0.0.9"),
            // What cannot be read is nobody else's address.
            ("10.0.0.2", vec![(xff, "203.0.113.9, nonsense")], "10.0.0.2"),
            (
                "10.0.0.2",
                vec![(xff, "203.0.113.9, unknown, 10.0.0.7")],
                "10.0.0.7",
            ),
            ("10.0.0.2", vec![(xff, "")], "10.0.0.2"),
            // RFC 7239, with its quotes, letter cases and ports.
            (
                "10.0.0.2",
                vec![("forwarded", "for=203.0.113.9")],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![(
                    "forwarded",
                    "proto=https;FOR=\"203.0.113.9:80\" ;by=10.0.0.2",
                )],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![("forwarded", "for=\"[2001:db8::17]:4711\"")],
                "2001:db8::17",
            ),
            (
                "10.0.0.2",
                vec![("forwarded", "for=\"\\2\\0\\3.0.113.9\"")],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![(
                    "forwarded",
                    "for=1.1.1.1, for=203.0.113.9;proto=http, for=10.0.0.7",
                )],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![("forwarded", "for=\"a,b;for=9.9.9.9\", for=203.0.113.9")],
                "203.0.113.9",
            ),
            (
                "10.0.0.2",
                vec![("forwarded", "for=_hidden"), ("forwarded", "for=10.0.0.7")],
                "10.0.0.7",
            ),
            ("10.0.0.2", vec![("forwarded", "for=unknown")], "10.0.0.2"),
            // A quote that a client left open swallows what the proxy added: then only the proxy is known.
            (
                "10.0.0.2",
                vec![("forwarded", "for=\"1.1.1.1, for=203.0.113.9")],
                "10.0.0.2",
            ),
            ("10.0.0.2", vec![("forwarded", "by=10.0.0.2")], "10.0.0.2"),
            // Both, and one of them is the client's own: neither is believed.
            (
                "10.0.0.2",
                vec![("forwarded", "for=1.1.1.1"), (xff, "203.0.113.9")],
                "10.0.0.2",
            ),
            (
                "10.0.0.2",
                vec![("forwarded", "for=203.0.113.9"), (xff, "203.0.113.9")],
                "203.0.113.9",
            ),
            ("fd00::5", vec![(xff, "2001:db8::17")], "2001:db8::17"),
        ] {
            assert_eq!(client(peer, &headers), wanted, "{peer} {headers:?}");
        }
        let long = vec!["10.0.0.7"; 10_000].join(",");
        assert_eq!(
            client("10.0.0.2", &[(xff, &format!("203.0.113.9,{long}"))]),
            "10.0.0.7"
        );
    }

    #[test]
    fn an_ipv6_customer_is_one_line() {
        let line = |text: &str| line_of(text.parse().unwrap()).to_string();
        assert_eq!(line("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(line("2001:db8:1:2:ffff::"), "2001:db8:1:2::");
        assert_eq!(line("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(line("203.0.113.9"), "203.0.113.9");
    }
}
