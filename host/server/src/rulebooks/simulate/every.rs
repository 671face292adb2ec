//! Every community's rule book on what happened there, as many at a time as there are processors: for a district that changes
//! a rule everywhere, and for knowing that today's program makes of every ledger what stands in it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use comfy_table::{Table, presets};
use rongyi_config::{Config, Parted};
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::shown;
use rongyi_pages::format;
use rongyi_rules::Engine;
use rongyi_store::Store;
use serde_json::{Value, json};
use tokio::task::{JoinError, JoinSet};

use super::{Candidate, Outcome, SimulateError, Window, run as simulate, told};
use crate::door::terminal::{Failure, Installation, foreign, say, say_json, tell};
use crate::house;

/// What is to be tried.
pub(super) struct Wanted<'w> {
    pub(super) installation: &'w Installation,
    /// A folder of candidates; what is in force without it.
    pub(super) rules: Option<&'w Path>,
    pub(super) window: Window,
    pub(super) json: bool,
}

/// What all of them share.
struct Ground {
    store: Store,
    engine: Engine,
    config: Config,
    window: Window,
}

/// What came of one community.
type Found = (Code, Result<Outcome, SimulateError>);

/// Tries all that are wanted, and tells of each.
///
/// # Errors
/// That the installation cannot be read, or [`Failure::Told`] when one of them could not be tried.
pub(super) async fn run(args: &Wanted<'_>) -> Result<(), Failure> {
    let parted = args.installation.load()?;
    tell_left_out(&parted, args.rules);
    let whole = parted.wrong.is_empty();
    let config = parted.config;
    let store = Store::open_read_only(&config.database_url).await?;
    let mut waiting = VecDeque::new();
    let mut most = 0;
    for community in &config.communities {
        let rules = match args.rules {
            None => None,
            Some(folder) => match file(folder, &community.code) {
                None => continue,
                found => found,
            },
        };
        let frame = store.frame(&community.code).await?;
        most = frame.map_or(most, |frame| frame.head.next_seq.max(most));
        waiting.push_back((community.code.clone(), rules));
    }
    if waiting.is_empty() {
        return Err(nothing(args.rules));
    }
    let engine = house::engine_for(&config, house::known_cache(&config), most)?;
    let ground = Arc::new(Ground {
        store,
        engine,
        config,
        window: args.window,
    });
    let order: Vec<Code> = waiting.iter().map(|(code, _)| code.clone()).collect();
    let mut all = through(&ground, waiting).await?;
    all.sort_by_key(|(code, _)| order.iter().position(|one| one == code));
    if args.json {
        say_json(&Value::Array(all.iter().map(as_json).collect()));
    } else {
        show(&all);
    }
    match whole && all.iter().all(|(_, found)| found.is_ok()) {
        true => Ok(()),
        false => Err(Failure::Told),
    }
}

/// Nothing is left out in silence: communities whose own file is wrong, and candidates that are no community's.
fn tell_left_out(parted: &Parted, folder: Option<&Path>) {
    for (file, _) in &parted.wrong {
        let file = foreign(&file.display().to_string());
        tell(&format!(
            "没有试 not tried: {file} 有错；详情请运行 rongyi check。\n  {file} is wrong; see rongyi check."
        ));
    }
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    for found in files.into_iter().flatten().flatten() {
        let path = found.path();
        let own = path.extension().is_some_and(|end| end == "toml");
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let mut all = parted.config.communities.iter();
        let known = all.any(|community| Some(community.code.as_str()) == stem);
        let wrong = parted
            .wrong
            .iter()
            .any(|(file, _)| file.ends_with(found.file_name()));
        if own && !known && !wrong {
            let file = foreign(&path.display().to_string());
            tell(&format!(
                "没有试 not tried: {file} 不是哪个社区的；候选的文件名是社区代号，例如 nanmen.toml。\n  {file} is no community's; a candidate is named by its community's code, such as nanmen.toml."
            ));
        }
    }
}

/// The candidate of one community in a folder of candidates.
fn file(folder: &Path, code: &Code) -> Option<PathBuf> {
    let path = folder.join(format!("{code}.toml"));
    path.is_file().then_some(path)
}

fn nothing(folder: Option<&Path>) -> Failure {
    match folder {
        None => Failure::new(
            "simulate.none",
            "配置里一个社区也没有，没有什么可试算的。",
            "The configuration names no community, so there is nothing to try.",
        ),
        Some(folder) => Failure::new(
            "simulate.none",
            format!(
                "“{}”里没有一份候选：每个社区的候选是那里的“代号.toml”，例如 nanmen.toml。",
                folder.display()
            ),
            format!(
                "“{}” holds no candidate: that of a community is CODE.toml there, such as nanmen.toml.",
                folder.display()
            ),
        ),
    }
}

/// As many at a time as there are processors; each is a task of its own.
async fn through(
    ground: &Arc<Ground>,
    mut waiting: VecDeque<(Code, Option<PathBuf>)>,
) -> Result<Vec<Found>, Failure> {
    let lanes = std::thread::available_parallelism().map_or(1, usize::from);
    let mut running: JoinSet<Found> = JoinSet::new();
    let mut all = Vec::new();
    loop {
        while running.len() < lanes
            && let Some((code, rules)) = waiting.pop_front()
        {
            let ground = Arc::clone(ground);
            running.spawn(async move {
                let found = one(&ground, &code, rules.as_deref()).await;
                (code, found)
            });
        }
        let Some(found) = running.join_next().await else {
            return Ok(all);
        };
        let ended = |error: JoinError| Failure::said("simulate", &error);
        all.push(found.map_err(ended)?);
    }
}

async fn one(ground: &Ground, code: &Code, rules: Option<&Path>) -> Result<Outcome, SimulateError> {
    let rules = (&ground.config, rules);
    let candidate = Candidate::wanted(&ground.store, &ground.engine, code, rules).await?;
    simulate(
        &ground.store,
        code,
        candidate,
        ground.window,
        &mut |_, _| (),
    )
    .await
}

/// What could not be tried, in one sentence; of a wrong file the first mistake.
fn why(error: &SimulateError) -> Text {
    let first = if let SimulateError::Wrong(found) = error {
        found.first()
    } else {
        None
    };
    first.map_or_else(|| error.text(), |first| first.message.clone())
}

fn as_json((code, found): &Found) -> Value {
    match found {
        Ok(outcome) => told::as_json(outcome),
        Err(error) => {
            let text = why(error);
            json!({
                "community": code.as_str(),
                "error": { "code": error.code(), "zh": text.zh, "en": text.en },
            })
        }
    }
}

fn show(all: &[Found]) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "社区\ncommunity",
        "笔\nentries",
        "发出：账上\nissued: ledger",
        "候选\ncandidate",
        "相差\nmore",
        "多得户\ngain",
        "少得户\nlose",
        "结果不同的笔\nentries that differ",
    ]);
    for (code, found) in all {
        let Ok(outcome) = found else {
            continue;
        };
        let tally = &outcome.tally;
        let issued = tally.flows.issued;
        let (gain, lose, _) = tally.winners();
        table.add_row([
            code.to_string(),
            format::number(tally.entries),
            format::number(issued.ledger),
            format::number(issued.candidate),
            told::signed(issued.more()),
            gain.to_string(),
            lose.to_string(),
            format::number(tally.differing),
        ]);
    }
    if !table.is_empty() {
        say(&table.to_string());
    }
    for (code, found) in all {
        if let Err(error) = found {
            let text = why(error);
            let (zh, en) = (shown::line(&text.zh), shown::line(&text.en));
            say(&format!(
                "{code} 没有试成 / not tried [{}]: {zh}\n  {en}",
                error.code()
            ));
        }
    }
    let tried = all.iter().filter_map(|(_, found)| found.as_ref().ok());
    if tried.clone().count() > 0 && tried.clone().all(Outcome::is_ledger) {
        say("试过的社区，算出来的和账上一模一样。 What was tried gives exactly the ledgers.");
    }
}
