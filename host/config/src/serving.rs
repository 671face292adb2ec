//! `[serving]`: what connections may take.

use std::time::Duration;

/// What connections may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections in all.
    pub connections_max: usize,
    /// Connections from one address.
    pub per_address_max: usize,
    /// For a head to arrive.
    pub header: Duration,
    /// For a body to arrive.
    pub body: Duration,
    /// For the other side to take some of an answer.
    pub send: Duration,
    /// For a connection on which nothing is asked.
    pub idle: Duration,
    /// For the requests in hand at a stop.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections_max: 4096,
            per_address_max: 512,
            header: Duration::from_secs(10),
            body: Duration::from_secs(20),
            send: Duration::from_secs(20),
            idle: Duration::from_secs(75),
            stop: Duration::from_secs(10),
        }
    }
}
