//! One connection: its socket, its requests and answers as they pass, and the clock that ends it when the other
//! side takes too long. What it may take stands in [`Limits`].

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rongyi_config::serving::Limits;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Service;

use super::seat::{Doing, Leave, Seat, TakenSeat};
use super::{Slow, refusal};

/// The most a head may take, and the most that is kept of an answer nobody reads.
const BUFFER_MAX_BYTES: usize = 64 * 1024;
/// An answer that is taken in crumbs is given up after this many times the wait for a crumb.
const CRUMBS_MAX: u32 = 6;
/// What a spare seat may take in all.
const SPARE_MAX: Duration = Duration::from_secs(3);

/// Serves a connection until one of the two sides has enough.
pub(super) async fn hold(stream: TcpStream, from: SocketAddr, app: Router, taken: TakenSeat) {
    // Answers are written whole; waiting for more of them helps nobody.
    let _ = stream.set_nodelay(true);
    let (seat, limits) = (Arc::clone(&taken.seat), taken.limits());
    let io = TokioIo::new(Wire {
        stream,
        seat: Arc::clone(&seat),
    });
    let service = {
        let seat = Arc::clone(&seat);
        service_fn(move |request| answer(request, from, app.clone(), Arc::clone(&seat), limits))
    };
    let mut builder = http1::Builder::new();
    builder
        .header_read_timeout(None)
        .max_buf_size(BUFFER_MAX_BYTES);
    let mut serving = pin!(builder.serve_connection(io, service));
    let mut told = pin!(seat.told.notified());
    let mut clock = pin!(sleep_until(due(&seat, &limits)));
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(ended) = serving.as_mut().poll(cx) {
                if let Err(error) = ended {
                    tracing::debug!(%from, %error, "a connection ended");
                }
                return Poll::Ready(());
            }
            if told.as_mut().poll(cx).is_ready() {
                told.set(seat.told.notified());
                match seat.leave() {
                    Leave::Stay => {}
                    Leave::Then => serving.as_mut().graceful_shutdown(),
                    Leave::Now => return Poll::Ready(()),
                }
                continue;
            }
            let due = due(&seat, &limits);
            // Later is found out when the clock rings.
            if due < clock.deadline() {
                clock.as_mut().reset(due);
            }
            ready!(clock.as_mut().poll(cx));
            if due <= Instant::now() {
                tracing::debug!(%from, doing = ?seat.doing().0, "a connection took too long");
                return Poll::Ready(());
            }
            clock.as_mut().reset(due);
        }
    })
    .await;
    drop(taken);
}

/// Until when it may go on with what it does.
fn due(seat: &Seat, limits: &Limits) -> Instant {
    let (doing, since) = seat.doing();
    let most = match doing {
        Doing::Waiting if !seat.is_known() => limits.header,
        Doing::Heading => limits.header,
        Doing::Waiting => limits.idle,
        // The body has a clock of its own, which ends it with an answer.
        Doing::Receiving => limits.body.saturating_mul(2),
        // How long an answer may take is known where it is made.
        Doing::Working => return Instant::now() + limits.idle,
        Doing::Sending => {
            let crumb = since.max(seat.taken_at()) + limits.send;
            return crumb.min(since + limits.send * CRUMBS_MAX);
        }
    };
    let most = if seat.spare {
        most.min(SPARE_MAX)
    } else {
        most
    };
    since + most
}

async fn answer(
    request: Request<Incoming>,
    from: SocketAddr,
    mut app: Router,
    seat: Arc<Seat>,
    limits: Limits,
) -> Result<Response<Leaving>, Infallible> {
    let whole = request.body().is_end_stream();
    seat.now_is(if whole {
        Doing::Working
    } else {
        Doing::Receiving
    });
    let response = match refusal::of(&request, seat.spare) {
        Some(refused) => refused,
        None => {
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(ConnectInfo(from));
            parts.extensions.insert(Slow(Arc::clone(&seat)));
            let body = Arriving {
                body,
                seat: Arc::clone(&seat),
                until: Instant::now() + limits.body,
                clock: None,
            };
            let request = Request::from_parts(parts, Body::new(body));
            // A router is always ready.
            match app.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    };
    seat.now_is(Doing::Sending);
    Ok(response.map(|body| Leaving { body, seat }))
}

/// The socket, as far as it tells what the other side is doing.
struct Wire {
    stream: TcpStream,
    seat: Arc<Seat>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before && self.seat.doing().0 == Doing::Waiting {
            self.seat.now_is(Doing::Heading);
        }
        read
    }
}

impl Wire {
    /// Notes whether the other side takes what is written.
    fn noted<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.seat.stalls(written.is_pending());
        if written.is_ready() {
            self.seat.takes();
        }
        written
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A TCP stream keeps nothing back.
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The body of a request, which has to come within its time.
struct Arriving {
    body: Incoming,
    seat: Arc<Seat>,
    until: Instant,
    clock: Option<Pin<Box<Sleep>>>,
}

/// A body did not come in its time.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long")]
struct TooSlow;

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let arriving = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut arriving.body).poll_frame(cx) {
            if frame.is_none() || arriving.body.is_end_stream() {
                arriving.seat.now_is(Doing::Working);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let until = arriving.until;
        let clock = arriving
            .clock
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        ready!(clock.as_mut().poll(cx));
        arriving.seat.was_slow();
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer; when it is gone, the connection waits again.
pub(super) struct Leaving {
    body: Body,
    seat: Arc<Seat>,
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.seat.now_is(Doing::Waiting);
    }
}
