//! Proof on pages: published heads and the checking of a proof for everybody, the proof of an entry for those whose
//! it is. It reads and hashes; signing in is needed only for what an entry says.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::clock::local;
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::ids::AssetNo;
use rongyi_core::proof::Inclusion;
use rongyi_core::record::Record;
use rongyi_pages::{
    Checked, HeadsView, ProofCheckView, ProofView, PublishedHead, PublishedRow, Shell,
};
use serde::Deserialize;

use crate::audit::proof::heads::HeadLine;
use crate::audit::proof::wire::ProofFile;
use crate::audit::proof::{self, Proved, wire};
use crate::door::app::App;
use crate::door::asked::{Path, Seq};
use crate::door::fault::Fault;
use crate::door::visit::Anybody;
use crate::door::visit::{Html, Member, Visit, day, said};
use crate::ledger::why::own_entry;

/// The program that checks proofs without this one.
const CHECKER: &str = include_str!("../../../../../config/check-proof.py");

/// The newest published head of the community that is visited.
pub(crate) async fn published(visit: &Visit) -> Option<PublishedHead> {
    let line = visit.app.house.heads.newest(&visit.code).await?;
    Some(PublishedHead {
        short: line.short(),
        height: line.head.height,
        at: visit.moment(line.at),
    })
}

/// `GET /heads`: what this host has published.
pub(crate) async fn list_heads(
    State(app): State<Arc<App>>,
    Anybody(manner): Anybody,
) -> Result<Response, Fault> {
    let mut rows = Vec::new();
    for community in app.house.communities().values() {
        let code = &community.config.code;
        let line = app.house.heads.newest(code).await;
        rows.push(PublishedRow {
            title: said(manner.lang, &community.config.title).to_owned(),
            path: format!("/{code}"),
            published: line.map(|line| PublishedHead {
                short: line.short(),
                height: line.head.height,
                at: moment(&line, &community.zone),
            }),
        });
    }
    let mut files = app.house.heads.files();
    files.reverse();
    let shell = Shell {
        lang: manner.lang,
        size: manner.size,
        theme: manner.theme,
        site: app.site(),
        community_title: String::new(),
        community_path: String::new(),
        signed_in_name: None,
        reader: rongyi_pages::Reader::Nobody,
        demo: app.house.demo,
        phone: String::new(),
        request_id: manner.request_id,
        here: "/heads".to_owned(),
    };
    Ok(Html(HeadsView { shell, rows, files }).into_response())
}

fn moment(line: &HeadLine, zone: &jiff::tz::TimeZone) -> rongyi_pages::Moment {
    let (date, minute) = local(line.at, zone);
    let part = |number: u16| u8::try_from(number).unwrap_or(0);
    rongyi_pages::Moment {
        day: day(date),
        hour: part(minute / 60),
        minute: part(minute % 60),
    }
}

fn text(content: String) -> Response {
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        content,
    )
        .into_response()
}

/// `GET /heads/{file}`: the published heads of a month.
pub(crate) async fn get_heads_file(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
) -> Result<Response, Fault> {
    app.house
        .heads
        .file(&file)
        .map(text)
        .ok_or_else(Fault::not_found)
}

/// `GET /check-proof.py`.
pub(crate) async fn get_checker() -> Response {
    text(CHECKER.to_owned())
}

/// The proof of an entry of this resident. What was written about somebody is only for those it is about.
async fn proved(
    visit: &Visit,
    me: &crate::access::SignedResident,
    seq: u64,
) -> Result<Proved, Fault> {
    let entry = own_entry(visit, me, seq).await?;
    let house = &visit.app.house;
    let published = house.heads.newest(&visit.code).await;
    let trees = &house.heads.trees;
    let mut proved =
        proof::prove(&house.store, trees, &visit.code, seq, published.as_ref()).await?;
    if !entry.doer {
        proved.inclusion.texts.clear();
    }
    Ok(proved)
}

/// `GET /{community}/passbook/{seq}/proof`.
pub(crate) async fn show_proof(
    Member { visit, me }: Member,
    Path((_, Seq(seq))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    let proved = proved(&visit, &me, seq).await?;
    let inclusion = &proved.inclusion;
    let longest = inclusion
        .records
        .iter()
        .map(|record| record.path.len())
        .max();
    let line = line(inclusion, proved.records, proved.head_at);
    Ok(Html(ProofView {
        seq: inclusion.entry,
        height: inclusion.block.height,
        steps: longest.unwrap_or(0).saturating_add(inclusion.history.len()),
        head_height: inclusion.head.height,
        head_at: visit.moment(proved.head_at),
        fingerprint: line.fingerprint(),
        published: proved.published,
        shell: visit.shell(),
    })
    .into_response())
}

fn line(inclusion: &Inclusion, records: u64, at: rongyi_core::time::Instant) -> HeadLine {
    HeadLine {
        community: inclusion.community.clone(),
        head: inclusion.head,
        records,
        at,
    }
}

/// `GET /{community}/passbook/{seq}/proof.json`.
pub(crate) async fn get_proof_file(
    Member { visit, me }: Member,
    Path((_, Seq(seq))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    let proved = proved(&visit, &me, seq).await?;
    let name = format!(
        "attachment; filename=\"proof-{}.json\"",
        proved.inclusion.entry
    );
    let json = serde_json::to_string_pretty(&ProofFile::from(&proved)).unwrap_or_default();
    let kind = "application/json".to_owned();
    Ok((
        [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_DISPOSITION, name),
        ],
        json + "\n",
    )
        .into_response())
}

fn check_view(visit: &Visit, checked: Option<Checked>) -> ProofCheckView {
    ProofCheckView {
        shell: visit.shell(),
        checked,
        says: Vec::new(),
        leads_to: String::new(),
    }
}

/// `GET /{community}/proof`.
pub(crate) async fn show_check(visit: Visit) -> Response {
    Html(check_view(&visit, None)).into_response()
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct CheckForm {
    #[serde(default)]
    proof: String,
}

/// `POST /{community}/proof`: whoever holds a proof, of whichever community of this host, may have it checked.
pub(crate) async fn check_proof(
    visit: Visit,
    Form(form): Form<CheckForm>,
) -> Result<Response, Fault> {
    let inclusion = match wire::read(&form.proof) {
        Ok((inclusion, _)) => inclusion,
        Err(_) => {
            let why = visit.either(
                "这不是一份完整的凭证。请把下载的文件打开，从第一个大括号到最后一个大括号全部复制。",
                "This is no whole proof. Open the downloaded file and copy everything from the first brace to the last.",
            );
            return Ok(Html(check_view(&visit, Some(Checked::Broken(why)))).into_response());
        }
    };
    if let Err(error) = inclusion.check() {
        let why = visit.either(
            "其中有一步对不上：凭证里的内容被改过。",
            &format!("{error}."),
        );
        return Ok(Html(check_view(&visit, Some(Checked::Broken(why)))).into_response());
    }
    let house = &visit.app.house;
    let leads_to = line(&inclusion, 0, inclusion.block.at).short();
    let checked = if house
        .heads
        .was_published(&inclusion.community, &inclusion.head)
    {
        Checked::Holds
    } else {
        Checked::Unpublished
    };
    let mut view = check_view(&visit, Some(checked));
    view.says = says(&visit, &inclusion);
    view.leads_to = leads_to;
    Ok(Html(view).into_response())
}

/// What the proved records say, in the reader's language.
fn says(visit: &Visit, inclusion: &Inclusion) -> Vec<String> {
    let (community, entry) = (&inclusion.community, inclusion.entry);
    let mut lines = vec![visit.either(
        &format!(
            "社区 {community} 的账本第 {entry} 笔，收在第 {} 页",
            inclusion.block.height
        ),
        &format!(
            "Entry {entry} of the ledger of {community}, on page {}",
            inclusion.block.height
        ),
    )];
    for record in &inclusion.records {
        let Ok(Record::Moved(_, moved)) = Record::decode(record.kind, &record.bytes) else {
            continue;
        };
        let (seq, amount) = (record.seq, moved.amount.get());
        let what = match moved.debit.asset {
            AssetNo::POINTS => visit.either(&format!("{amount} 分"), &format!("{amount} points")),
            AssetNo::MINUTES => {
                visit.either(&format!("{amount} 分钟"), &format!("{amount} minutes"))
            }
            _ => visit.either(&format!("{amount} 件"), &format!("{amount} pieces")),
        };
        let (from, to) = (account(visit, &moved.debit), account(visit, &moved.credit));
        lines.push(visit.either(
            &format!("第 {seq} 号：{what}，从“{from}”到“{to}”"),
            &format!("Record {seq}: {what}, from “{from}” to “{to}”"),
        ));
    }
    let texts = inclusion
        .texts
        .iter()
        .map(|(_, text)| format!("“{}”", text.text));
    lines.extend(texts);
    lines
}

fn account(visit: &Visit, account: &Account) -> String {
    let holder = match account.holder {
        Holder::Community => String::new(),
        Holder::Resident(no) => visit.either(&format!("{no} 号居民 "), &format!("resident {no} ")),
        Holder::Household(no) => visit.either(&format!("第 {no} 户 "), &format!("household {no} ")),
        Holder::Fund(no) => visit.either(&format!("基金 {no} "), &format!("fund {no} ")),
    };
    let (zh, en) = match account.purpose {
        Purpose::Available => ("可用", "available"),
        Purpose::Notice => ("公示中", "under notice"),
        Purpose::Held => ("待领取", "set aside"),
        Purpose::Issuance => ("发放", "issued"),
        Purpose::Redeemed => ("已兑换", "redeemed"),
        Purpose::Expired => ("已过期", "lapsed"),
        Purpose::Adjustment => ("更正", "corrections"),
        Purpose::Donated => ("已捐出", "donated"),
        Purpose::Shelf => ("货架", "shelf"),
        Purpose::Reserved => ("留货", "reserved"),
        Purpose::Handed => ("已发出", "handed over"),
        Purpose::Supplied => ("进货", "supplied"),
    };
    format!("{holder}{}", visit.either(zh, en))
}
