//! Takes connections and serves them within limits: how many in all and from one address, how long a head, a body
//! and an idle connection may take, and how long a stop waits for what is in hand.
//!
//! Which address a request is for, and what is answered, is the router's business.

pub(crate) mod cli;
mod held;
mod refusal;
mod seat;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Extensions;
use rongyi_config::serving::Limits;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use seat::{Doing, Gate, Leave, Seat};

/// A pause after the system could not give a socket.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Between two lines about the same trouble.
const TROUBLE_PAUSE: Duration = Duration::from_secs(60);
/// At a stop, a request whose body has not come by then is not waited for.
const STOP_BODY: Duration = Duration::from_secs(1);
/// Files kept for the database, rules and the log: a quarter of what is allowed, between these two.
const FILES_KEPT: (u64, u64) = (64, 1024);

/// As much of these as the system's limit for open files has room for, after raising it as far as it goes.
pub(crate) fn within_files(mut limits: Limits) -> Limits {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit for open files cannot be read; 1024 is assumed");
        1024
    });
    let kept = (files / 4).clamp(FILES_KEPT.0, FILES_KEPT.1);
    let room = usize::try_from(files.saturating_sub(kept)).unwrap_or(usize::MAX);
    let room = room.saturating_sub(2 * seat::SPARE_SEATS).max(1);
    if room < limits.connections_max {
        tracing::warn!(
            files,
            connections = room,
            "the system allows fewer open files than [serving] connections_max needs; raise the limit (LimitNOFILE= or ulimit -n)"
        );
        limits.connections_max = room;
    }
    // One address never has everything.
    let half = (limits.connections_max / 2).max(1);
    limits.per_address_max = limits.per_address_max.min(half);
    limits
}

/// Whether the body of a request took too long to arrive.
#[derive(Debug, Clone)]
pub(crate) struct Slow(Arc<Seat>);

impl Slow {
    /// Of a request, before it is consumed.
    pub(crate) fn of(extensions: &Extensions) -> Option<Slow> {
        extensions.get().cloned()
    }

    /// Whether it was so.
    pub(crate) fn is_so(&self) -> bool {
        self.0.is_slow()
    }
}

/// Serves `app` on `listener` until `stop`, then lets what is in hand finish, within `limits.stop`. Addresses for
/// which `exempt` holds stand for many people.
pub async fn run(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    exempt: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    stop: CancellationToken,
) {
    let gate = Gate::new(limits, Box::new(exempt));
    // Once, instead of at each request.
    let app: Router = app.with_state(());
    let mut full = Trouble::default();
    let mut files = Trouble::default();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                if let Some(taken) = gate.admit(from.ip()) {
                    tokio::spawn(held::hold(stream, from, app.clone(), taken));
                }
                if full.is_due() {
                    tell_pressure(&gate, &mut full);
                }
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = gate.settled() => {}
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if files.is_due() {
                    files.told();
                    tracing::error!(%error, open = gate.open(), "no connection can be taken; idle ones are closed to make room");
                }
                gate.make_room();
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = sleep(ACCEPT_PAUSE) => {}
                }
            }
        }
    }
    drop(listener);
    finish(&gate).await;
}

fn tell_pressure(gate: &Gate, full: &mut Trouble) {
    let (made_room, turned_away) = gate.pressure();
    if made_room > 0 || turned_away > 0 {
        full.told();
        tracing::warn!(
            made_room,
            turned_away,
            open = gate.open(),
            "every connection is taken: idle ones were closed to make room, and others were told to come back"
        );
    }
}

/// The other side went away before it was taken.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// Lets what is in hand finish: whoever waits leaves at once, whoever is not heard to the end soon, the others when
/// they are answered.
async fn finish(gate: &Gate) {
    let began = Instant::now();
    gate.ask_all(|_| Leave::Then);
    for (until, leave) in [
        (
            began + STOP_BODY.min(gate.limits.stop),
            unheard as fn(&Seat) -> Leave,
        ),
        (began + gate.limits.stop, |_| Leave::Now),
        (began + gate.limits.stop + STOP_BODY, |_| Leave::Now),
    ] {
        loop {
            let freed = gate.freed.notified();
            if gate.open() == 0 {
                return;
            }
            if timeout_at(until, freed).await.is_err() {
                break;
            }
        }
        gate.ask_all(leave);
    }
    tracing::warn!(open = gate.open(), "connections were left behind");
}

/// Whose request has not come whole, or who has stopped reading.
fn unheard(seat: &Seat) -> Leave {
    match seat.doing().0 {
        Doing::Working => Leave::Stay,
        Doing::Sending if !seat.is_stalled() => Leave::Stay,
        Doing::Waiting | Doing::Heading | Doing::Receiving | Doing::Sending => Leave::Now,
    }
}

/// Something that is told at most once a minute.
#[derive(Debug, Default)]
struct Trouble {
    last: Option<Instant>,
}

impl Trouble {
    fn is_due(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() > TROUBLE_PAUSE)
    }

    fn told(&mut self) {
        self.last = Some(Instant::now());
    }
}
