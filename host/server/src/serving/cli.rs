//! `rongyi serve`: opens the house, runs its jobs, and answers requests until SIGTERM or SIGINT; then it lets
//! the requests in hand finish.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use rongyi_clerk::clock::{Clock, SystemClock};
use rongyi_core::time::Instant;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::audit::nightly;
use crate::door::terminal::{Failure, Installation, on_terminal, say, tell};
use crate::house::{House, published};
use crate::{logging, messages, rounds, routes, serving, watch};

/// What to serve.
#[derive(Debug, Args)]
#[command(after_help = "\
打开之前先和公示过的指纹（数据文件夹里的 heads）对照：账本缺了、旧了、被换过，就不打开，并说明怎么办。
Before a door opens the ledgers are compared with their published heads (`heads` in the data folder): one that is missing,
older or another is refused, with a way out.

例 / examples:
  rongyi serve
  rongyi serve --config /etc/rongyi/rongyi.toml
  rongyi serve --accept-heads \"11 月 3 日磁盘坏了，用前一天的备份\"   特意从旧备份接着记 / going on from an older backup on purpose")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    installation: Installation,
    /// 账本比公示的旧也打开；原因会写进公示的指纹 / open although a ledger is behind its published head; the reason is published
    #[arg(long, value_name = "REASON", value_parser = reason)]
    accept_heads: Option<String>,
}

fn reason(text: &str) -> Result<String, String> {
    let text = rongyi_core::typed::name(text);
    if text.trim().is_empty() {
        return Err("write why / 请写明原因".to_owned());
    }
    Ok(text)
}

pub(crate) async fn run(args: &ServeArgs) -> Result<(), Failure> {
    let began = SystemClock.now();
    let parted = args.installation.load()?;
    // Reading only; a ledger that is not the published one keeps every door shut.
    if let Some(reason) = &args.accept_heads {
        let accepted = published::accept(&parted.config, reason, began).await?;
        for apart in accepted {
            tell(&format!(
                "按要求接受，已写进公示的指纹 / accepted as asked, and written into the list of heads: {apart}"
            ));
        }
    } else {
        published::compare(&parted.config).await?;
    }
    // The port next: a second start by mistake must not touch the ledgers.
    let listener = listen(parted.config.listen).await?;
    let house = House::open_parted(parted, Arc::new(SystemClock)).await?;
    serve(house, began, listener, "").await
}

/// Takes the port.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(
            "listen",
            format!("不能在 {address} 上接受访问：{error}。请换一个端口，或关掉占用它的程序。"),
            format!("Cannot listen on {address}: {error}. Choose another port, or stop the program that holds it."),
        )
    })
}

/// Stands for the address in what is printed.
pub(crate) const ADDRESS: &str = "{address}";

/// Serves a house whose files were read after `began`; `note` is printed under its address.
pub(crate) async fn serve(
    house: House,
    began: Instant,
    listener: TcpListener,
    note: &str,
) -> Result<(), Failure> {
    logging::start(on_terminal());
    for path in &house.tightened {
        tracing::warn!(path = %path.display(), "other users of this machine could read this; now only this one can");
    }
    let standing = house.news.standing();
    if !standing.is_whole() {
        match standing.keeps_out() {
            true => tracing::error!(
                "these communities are NOT served until their files are mended; the others are"
            ),
            false => tracing::warn!(
                "these files have mistakes; what was applied before them is in force"
            ),
        }
        standing
            .told()
            .lines()
            .for_each(|line| tracing::error!("{line}"));
    }
    let address = listener.local_addr().unwrap_or(house.config.listen);
    let house = Arc::new(house);
    let asked = stop_signal();
    let stop = CancellationToken::new();
    let jobs = tokio::spawn(rounds::run(Arc::clone(&house), stop.clone()));
    let nights = tokio::spawn(nightly::run(Arc::clone(&house), stop.clone()));
    let hook = tokio::spawn(messages::hook::run(Arc::clone(&house), stop.clone()));
    let watch = tokio::spawn(watch::run(Arc::clone(&house), began, stop.clone()));
    say(&format!(
        "榕易在 http://{address} ，按 Ctrl+C 停止。 Rongyi serves http://{address} ; Ctrl+C stops it."
    ));
    if !note.is_empty() {
        say(&note.replace(ADDRESS, &format!("http://{address}")));
    }
    let told = stop.clone();
    let asking = tokio::spawn(async move {
        asked.await;
        tracing::info!("stopping: requests in hand are finished");
        told.cancel();
    });
    let limits = serving::within_files(house.config.serving);
    let app = routes::router(Arc::clone(&house));
    // A proxy stands for everybody behind it.
    let proxies = house.config.trusted_proxies.clone();
    let exempt = move |from: std::net::IpAddr| {
        let from = from.to_canonical();
        proxies.iter().any(|proxy| proxy.contains(&from))
    };
    serving::run(listener, app, limits, exempt, stop.clone()).await;
    asking.abort();
    stop.cancel();
    let _ = jobs.await;
    let _ = watch.await;
    let _ = nights.await;
    let _ = hook.await;
    // Somebody may keep the house a moment longer than this program lives; the log must not be left over for that.
    if let Err(error) = house.store.rest().await {
        tracing::warn!(%error, "the write-ahead log was not emptied; the next start reads it");
    }
    if let Ok(house) = Arc::try_unwrap(house) {
        house.close().await;
    }
    Ok(())
}

/// SIGTERM or SIGINT; SIGHUP is the watch's. The handlers stand from this call on, so that
/// nobody who has read the address can still kill the program by asking it to stop.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};
    let handlers = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = handlers else {
            tracing::warn!("signals cannot be received; only a kill will stop this program");
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Ctrl+C.
#[cfg(not(unix))]
fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
