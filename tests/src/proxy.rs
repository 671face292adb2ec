//! A wire between a host and its database that a test can cut: it forwards bytes both ways, and on a signal swallows
//! the answer to the message that writes a certain text, or stops altogether. Of what it forwards it understands one
//! letter.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Values for a prepared statement (`B`) of this many bytes are a batch that is being written; a host binds nothing
/// else that is so long.
const LARGE: usize = 1000;

/// The wire.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
    stopped: mpsc::Receiver<()>,
}

#[derive(Debug)]
struct State {
    to: String,
    /// Swallow the answer to the next large message that holds this text, and cut that connection.
    cut: Mutex<Option<&'static str>>,
    cuts: AtomicUsize,
    /// Bytes towards the database after which nothing more is forwarded.
    stop_after: AtomicUsize,
    tell: mpsc::Sender<()>,
}

impl Proxy {
    /// Forwards to `to`, `HOST:PORT`; stops after so many bytes towards it.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start(to: &str, stop_after: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a port").port();
        let (tell, stopped) = mpsc::channel();
        let state = Arc::new(State {
            to: to.to_owned(),
            cut: Mutex::new(None),
            cuts: AtomicUsize::new(0),
            stop_after: AtomicUsize::new(stop_after),
            tell,
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || wire(client, &shared));
            }
        });
        Proxy {
            port,
            state,
            stopped,
        }
    }

    /// Where to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The answer to the next large message that holds `text` is swallowed, after the database has given it. The text
    /// tells the caller's batch from what the host's own jobs write in the same second.
    pub fn cut_next(&self, text: &'static str) {
        *self.state.cut() = Some(text);
    }

    /// How many answers were swallowed.
    pub fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// Waits until nothing more is forwarded.
    ///
    /// # Panics
    /// When that never comes.
    pub fn wait_until_stopped(&self) {
        self.stopped
            .recv_timeout(std::time::Duration::from_secs(120))
            .expect("so many bytes come");
    }
}

impl State {
    fn cut(&self) -> MutexGuard<'_, Option<&'static str>> {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the answer to `message` is to be swallowed; true once.
    fn cuts(&self, message: &[u8]) -> bool {
        let holds = |text: &str| {
            let text = text.as_bytes();
            message.windows(text.len()).any(|part| part == text)
        };
        message.len() >= LARGE
            && message[0] == b'B'
            && self.cut().take_if(|text| holds(text)).is_some()
    }
}

/// One connection: a thread for each direction.
fn wire(mut client: TcpStream, state: &Arc<State>) {
    let Ok(mut server) = TcpStream::connect(&state.to) else {
        return;
    };
    let (Ok(mut back), Ok(mut from)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let swallow = Arc::new(AtomicBool::new(false));
    let (swallowing, shared) = (Arc::clone(&swallow), Arc::clone(state));
    let answers = std::thread::spawn(move || {
        let mut bytes = vec![0; 65_536];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if swallowing.load(Ordering::SeqCst) {
                shared.cuts.fetch_add(1, Ordering::SeqCst);
                break;
            }
            if back.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = back.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
    let mut bytes = vec![0; 65_536];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        if state.cuts(&bytes[..count]) {
            swallow.store(true, Ordering::SeqCst);
        }
        let left = state.stop_after.load(Ordering::SeqCst);
        if left < count {
            let _ = state.tell.send(());
            // Holds the line, saying nothing, until the other side gives up.
            while matches!(client.read(&mut bytes), Ok(1..)) {}
            break;
        }
        state.stop_after.fetch_sub(count, Ordering::SeqCst);
        if server.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = answers.join();
}
