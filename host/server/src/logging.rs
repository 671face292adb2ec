//! The log: what an operator wants to read, on the error stream. Every field of every line goes through the one filter
//! for foreign text, whoever writes it, so that nobody can invent a line, move the cursor or hide something.

use rongyi_core::shown;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format;
use tracing_subscriber::fmt::writer::MakeWriter;

/// The longest field of a line, in characters.
const FIELD_MAX: usize = 4_000;

/// Starts it; the level comes from RUST_LOG.
pub fn start(ansi: bool) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    // Started twice in one process, the first stays: harmless.
    let _ = tracing::subscriber::set_global_default(subscriber(std::io::stderr, filter, ansi));
}

/// What writes the lines, to `writer`.
pub fn subscriber<W>(
    writer: W,
    filter: EnvFilter,
    ansi: bool,
) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let fields = format::debug_fn(|writer, field, value| {
        let said = format!("{value:?}");
        let said = shown::short(&said, FIELD_MAX);
        match field.name() {
            "message" => write!(writer, "{said}"),
            name => write!(writer, "{name}={said}"),
        }
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .fmt_fields(fields.delimited(" "))
        .with_writer(writer)
        .with_ansi(ansi)
        // Telling on the error stream that the error stream takes nothing ends whoever tells it: a log on a full disk
        // must stop no desk.
        .log_internal_errors(false)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("alone").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Every way in which a call may hand over a text.
    #[test]
    fn no_call_writes_a_line_of_somebody_elses() {
        let nasty = "x\r\n2026-11-28T00:00:00Z ERROR all lost \u{1b}[2J\u{7}\u{9b}31m\u{202e}\u{2028}\u{200b}";
        let kept = Kept::default();
        let to = kept.clone();
        let subscriber = subscriber(move || to.clone(), EnvFilter::new("trace"), false);
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", path = %nasty, header = ?nasty);
            let _in = span.enter();
            tracing::error!("{nasty}");
            tracing::warn!(error = %nasty, nasty, "said");
            tracing::info!(?nasty, "{}", nasty);
            let error = std::io::Error::other(nasty);
            tracing::debug!(error = &error as &dyn std::error::Error, "failed");
        });
        let text = String::from_utf8(kept.0.lock().expect("alone").clone()).expect("UTF-8");
        assert_eq!(text.lines().count(), 4, "{text}");
        assert_eq!(shown::lines(&text), text);
        assert!(text.contains("all lost"));
        assert!(text.len() < 10_000);
    }
}
