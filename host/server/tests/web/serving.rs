//! Connections over real sockets: who takes too long, who takes too many, and how a stop ends. Bounds are far from
//! what is meant, so that a busy machine changes nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use rongyi_config::serving::Limits;
use rongyi_server::{routes, serving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);

/// Short times and few seats.
fn limits() -> Limits {
    Limits {
        connections_max: 8,
        per_address_max: 8,
        header: SHORT,
        body: SHORT,
        send: SHORT,
        idle: SHORT,
        stop: LONG,
    }
}

struct Host {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl Host {
    async fn serve(app: Router, limits: Limits) -> Host {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let ended = tokio::spawn(serving::run(listener, app, limits, |_| false, stop.clone()));
        Host {
            address,
            stop,
            ended,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// What came until the connection was closed.
    async fn ask(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        let _ = stream.write_all(text.as_bytes()).await;
        rest(&mut stream).await
    }

    async fn end(self) {
        self.stop.cancel();
        timeout(LONG, self.ended)
            .await
            .expect("it stops")
            .expect("and does not panic");
    }
}

/// Everything until the other side closes; a reset counts as that.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut text))
        .await
        .expect("the connection is closed");
    String::from_utf8_lossy(&text).into_owned()
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
const BODY: &str = "POST /nanmen/sign-in HTTP/1.1\r\nHost: a.test\r\nOrigin: http://a.test\r\n\
    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nnumber=1001&pin=1";

#[tokio::test]
async fn whoever_takes_too_long_is_not_waited_for() {
    let app = TestApp::new().await;
    let host = Host::serve(routes::router(Arc::clone(&app.house)), limits()).await;
    // Nothing at all, half a head, a head in crumbs.
    assert_eq!(host.ask("").await, "");
    assert_eq!(host.ask("GET / HTTP/1.1\r\nHost: a.te").await, "");
    let mut crumbs = host.connect().await;
    crumbs
        .write_all(b"GET / HTTP/1.1\r\nHost: a.test\r\nX-Crumbs: ")
        .await
        .unwrap();
    let crumbling = async {
        while crumbs.write_all(b"a").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    timeout(LONG, crumbling)
        .await
        .expect("crumbs of a head are not a head");
    // A body that does not come, or comes in crumbs, gets an answer.
    let slow = host.ask(BODY).await;
    assert!(
        slow.starts_with("HTTP/1.1 408 ") && slow.contains("body.slow"),
        "{slow}"
    );
    let mut crumbs = host.connect().await;
    crumbs.write_all(BODY.as_bytes()).await.unwrap();
    let (mut read, mut write) = crumbs.split();
    let mut answer = [0_u8; 12];
    let crumbling = async {
        loop {
            tokio::time::sleep(SHORT / 10).await;
            if write.write_all(b"1").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        read = timeout(LONG, read.read_exact(&mut answer)) => { read.expect("an answer in time").expect("an answer"); }
        () = crumbling => {}
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
    // The same for programs.
    let program = "POST /api/v1/communities/nanmen/events HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer x\r\n\
        Content-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}       ";
    assert!(host.ask(program).await.starts_with("HTTP/1.1 401 "));
    // A connection that is kept and not used.
    let mut kept = host.connect().await;
    kept.write_all(HEALTH.replace("Connection: close\r\n", "").as_bytes())
        .await
        .unwrap();
    assert!(rest(&mut kept).await.ends_with("ok\n"));
    host.end().await;
    app.end().await;
}

#[tokio::test]
async fn answers_that_nobody_reads_are_given_up() {
    let big = Router::new().route("/", get(async || vec![b'x'; 64 << 20]));
    let host = Host::serve(
        big,
        Limits {
            header: LONG,
            idle: LONG,
            ..limits()
        },
    )
    .await;
    let mut readers = Vec::new();
    for _ in 0..8 {
        let mut reader = host.connect().await;
        reader
            .write_all(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            .await
            .unwrap();
        readers.push(reader);
    }
    for mut reader in readers {
        // What lies in the buffers of the system still comes; the whole does not.
        let mut came = 0;
        let mut chunk = vec![0; 1 << 20];
        tokio::time::sleep(SHORT * 3).await;
        while let Ok(n) = timeout(LONG, reader.read(&mut chunk))
            .await
            .expect("an end")
        {
            if n == 0 {
                break;
            }
            came += n;
        }
        assert!(came < 64 << 20, "{came}");
    }
    host.end().await;
}

#[tokio::test]
async fn idle_connections_make_room_the_oldest_first() {
    let app = TestApp::new().await;
    let patient = Limits {
        header: LONG,
        body: LONG * 10,
        idle: LONG,
        ..limits()
    };
    let host = Host::serve(routes::router(Arc::clone(&app.house)), patient).await;
    // Idle ones make room, the oldest first, whether they ever said something or not.
    let mut idle = Vec::new();
    for at in 0..64 {
        let mut stream = host.connect().await;
        if at % 2 == 0 {
            stream
                .write_all(HEALTH.replace("Connection: close\r\n", "").as_bytes())
                .await
                .unwrap();
            let mut head = [0; 15];
            timeout(LONG, stream.read_exact(&mut head))
                .await
                .expect("in time")
                .expect("an answer");
        }
        idle.push(stream);
    }
    assert!(
        rest(&mut idle[0]).await.ends_with("ok\n"),
        "the oldest was closed after its answer"
    );
    host.end().await;
    app.end().await;
}

impl Host {
    /// A request whose body does not come. The host has read its head and waits for the body when this returns: it
    /// says that the body may come.
    async fn busy(&self) -> TcpStream {
        let mut stream = self.connect().await;
        let asks = BODY.replace("Content-Length", "Expect: 100-continue\r\nContent-Length");
        stream.write_all(asks.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        timeout(LONG, stream.read_exact(&mut go_on))
            .await
            .expect("in time")
            .expect("an answer");
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream
    }

    async fn get(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        self.ask(&head).await
    }
}

#[tokio::test]
async fn a_host_full_of_bodies_tells_the_others_and_says_that_it_is_well() {
    let app = TestApp::new().await;
    let patient = Limits {
        header: LONG,
        body: LONG * 10,
        idle: LONG,
        ..limits()
    };
    let host = Host::serve(routes::router(Arc::clone(&app.house)), patient).await;
    let mut busy = Vec::new();
    for _ in 0..8 {
        busy.push(host.busy().await);
    }
    // Bodies on their way are not closed: whoever comes is told to come back, people and programs in their words.
    for _ in 0..20 {
        let full = host.get("/").await;
        assert!(full.starts_with("HTTP/1.1 503 "), "{full}");
        assert!(
            full.contains("retry-after: 5") && full.contains("人太多"),
            "{full}"
        );
        let program = host.get("/api/v1/heads").await;
        assert!(program.starts_with("HTTP/1.1 503 "), "{program}");
        assert!(
            program.contains("application/problem+json") && program.contains("host.full"),
            "{program}"
        );
        for path in ["/healthz", "/readyz"] {
            let well = host.get(path).await;
            assert!(well.starts_with("HTTP/1.1 200 "), "{path}: {well}");
        }
    }
    // Whoever was first is still heard to the end.
    for stream in &mut busy {
        stream.write_all(&[b'1'; 983]).await.unwrap();
        let mut answer = [0; 13];
        timeout(LONG * 4, stream.read_exact(&mut answer))
            .await
            .expect("in time")
            .expect("an answer");
        assert_ne!(&answer, b"HTTP/1.1 503 ", "its body had come");
    }
    drop(busy);
    host.end().await;
    app.end().await;
}

#[tokio::test]
async fn slow_bodies_give_way_to_whoever_comes() {
    let app = TestApp::new().await;
    // A quarter of the body's time is unhurried; the whole of it is far away.
    let body = Duration::from_secs(8);
    let patient = Limits {
        header: LONG,
        body: LONG * 4,
        idle: LONG,
        ..limits()
    };
    for (most, gives_way) in [(body, true), (patient.body, false)] {
        let host = Host::serve(
            routes::router(Arc::clone(&app.house)),
            Limits {
                body: most,
                ..patient
            },
        )
        .await;
        let mut busy = Vec::new();
        for _ in 0..8 {
            busy.push(host.busy().await);
        }
        tokio::time::sleep(body / 3).await;
        let came = host.get("/").await;
        assert_eq!(!came.starts_with("HTTP/1.1 503 "), gives_way, "{came}");
        // The slowest was shown out for it, and nobody else.
        assert_eq!(rest_now(&mut busy[0]).await, gives_way);
        assert!(!rest_now(&mut busy[7]).await);
        drop(busy);
        host.end().await;
    }
    app.end().await;
}

/// Whether the other side has closed.
async fn rest_now(stream: &mut TcpStream) -> bool {
    timeout(SHORT, stream.read(&mut [0]))
        .await
        .is_ok_and(|read| !matches!(read, Ok(1)))
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_hand_and_waits_for_nobody_else() {
    let (began, mut begun) = mpsc::channel(1);
    let go_on = Arc::new(Notify::new());
    let handler = {
        let go_on = Arc::clone(&go_on);
        async move || {
            began.send(()).await.expect("somebody listens");
            go_on.notified().await;
            "done"
        }
    };
    let app = Router::new()
        .route("/", get(handler).post(async |body: String| body))
        .route("/healthz", get(async || "ok\n"));
    let patient = Limits {
        header: LONG * 4,
        body: LONG * 4,
        idle: LONG * 4,
        stop: LONG * 4,
        ..limits()
    };
    let host = Host::serve(app, patient).await;
    let mut in_hand = host.connect().await;
    in_hand
        .write_all(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        .await
        .unwrap();
    begun.recv().await.expect("it began");
    // In its body, in its head, silent, and idle after an answer.
    let mut stuck = Vec::new();
    for text in [
        "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc",
        "GET / HT",
        "",
    ] {
        let mut stream = host.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stuck.push(stream);
    }
    let mut idle = host.connect().await;
    idle.write_all(HEALTH.replace("Connection: close\r\n", "").as_bytes())
        .await
        .unwrap();
    let mut head = [0; 15];
    timeout(LONG, idle.read_exact(&mut head))
        .await
        .expect("in time")
        .expect("an answer");
    stuck.push(idle);
    host.stop.cancel();
    for mut stream in stuck {
        rest(&mut stream).await;
    }
    assert!(
        TcpStream::connect(host.address).await.is_err(),
        "nobody is let in any more"
    );
    assert!(!host.ended.is_finished(), "one is still in hand");
    go_on.notify_one();
    let answer = rest(&mut in_hand).await;
    assert!(answer.ends_with("done"), "{answer}");
    timeout(LONG, host.ended)
        .await
        .expect("it stops")
        .expect("and does not panic");
}

#[tokio::test]
async fn a_stop_has_an_end_whatever_is_in_hand() {
    let (began, mut begun) = mpsc::channel(1);
    let app = Router::new().route(
        "/",
        get(async move || {
            began.send(()).await.expect("somebody listens");
            std::future::pending::<()>().await;
        }),
    );
    let host = Host::serve(
        app,
        Limits {
            stop: SHORT,
            ..limits()
        },
    )
    .await;
    let mut endless = host.connect().await;
    endless
        .write_all(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        .await
        .unwrap();
    begun.recv().await.expect("it began");
    host.end().await;
    assert_eq!(rest(&mut endless).await, "");
}

/// Heads that this host and whoever stands in front of it could read differently.
#[tokio::test]
async fn a_head_has_one_meaning() {
    let app = TestApp::new().await;
    let host = Host::serve(
        routes::router(Arc::clone(&app.house)),
        Limits {
            header: LONG,
            ..limits()
        },
    )
    .await;
    let end = "Connection: close\r\n\r\n";
    let long = "a".repeat(300_000);
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\n", "400"),
        (
            "GET /healthz HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n",
            "400",
        ),
        (
            "GET /healthz HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n",
            "400",
        ),
        ("GET /healthz HTTP/1.1\r\nHost:\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nHost: a.test/x\r\n", "400"),
        (
            "GET http://b.test/healthz HTTP/1.1\r\nHost: a.test\r\n",
            "400",
        ),
        (
            "GET http://a.test/healthz HTTP/1.1\r\nHost: a.test\r\n",
            "200",
        ),
        ("GET /healthz HTTP/1.0\r\n", "200"),
        ("GET /healthz HTTP/1.1\r\nhOsT: a.test:8080\r\n", "200"),
        ("GET /healthz HTTP/1.1\r\nHost : a.test\r\n", "400"),
        (
            "GET /healthz HTTP/1.1\r\nHost: a.test\r\n folded: 1\r\n",
            "400",
        ),
        ("GET /healthz HTTP/9.9\r\nHost: a.test\r\n", "400"),
        (
            "GET /healthz HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
            "400",
        ),
        (
            "GET /healthz HTTP/1.1\r\nHost: a.test\r\nContent-Length: -1\r\n",
            "400",
        ),
        (
            "GET /healthz HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: gzip\r\n",
            "400",
        ),
        ("CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n", "404"),
        ("OPTIONS * HTTP/1.1\r\nHost: a.test\r\n", "404"),
        ("TRACE /healthz HTTP/1.1\r\nHost: a.test\r\n", "405"),
        (
            &*format!("GET /healthz HTTP/1.1\r\nHost: a.test\r\nX: {long}\r\n"),
            "431",
        ),
        (
            &*format!("GET /healthz?{long} HTTP/1.1\r\nHost: a.test\r\n"),
            "431",
        ),
        (
            &*format!("GET /healthz HTTP/1.1\r\nHost: a.test\r\n{many}"),
            "431",
        ),
    ] {
        let answer = host.ask(&format!("{head}{end}")).await;
        let got = answer.split(' ').nth(1).unwrap_or("nothing");
        assert_eq!(
            got,
            status,
            "{}: {answer}",
            head.chars().take(80).collect::<String>()
        );
    }
    // Two lengths: the chunks count, and nothing after them is read as a second request.
    let both = "POST /settings HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/x-www-form-urlencoded\r\n\
        Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let answer = host.ask(both).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    // One after the other on one connection, without waiting for the answers.
    let three = HEALTH.replace("Connection: close\r\n", "").repeat(2) + HEALTH;
    assert_eq!(host.ask(&three).await.matches("ok\n").count(), 3);
    host.end().await;
    app.end().await;
}
