//! `rongyi person export` and `rongyi person erase`: what is somebody's own, by their card number. The work is in
//! [`crate::people::own`].

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use rongyi_core::book::{Order, OrderState};
use rongyi_core::ids::ResidentNo;
use rongyi_store::Session;

use crate::audit::proof::heads::stamp;
use crate::door::terminal::acting::{By, PasswordSource};
use crate::door::terminal::{
    Failure, InCommunity, Installation, Library, Reading, acting, known, say, say_json, tell,
    with_house,
};
use crate::door::{Act, Kind};
use crate::people::own::{self, Movement, Own, OwnError, Wish};

/// Whose data.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 居民号码 / the resident's number
    #[arg(long, short, value_name = "N", value_parser = resident)]
    resident: ResidentNo,
}

/// Whose data goes, and who answers for it.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi person erase -c nanmen --resident 1001 --consent li

删除：姓名、电话、密码、登录、关于本人的附言，在所有社区里。留下：按号码记的账，余额、凭证都不变。
要两个人：办理的和同意的，都记在账本里；同意的人要输入自己的密码。删除后不能恢复；旧备份里还有，请见 config/README.zh.md。
Erased: name, telephone, PIN, sessions and the texts about the person, in every community. What stays: the ledger by
number; balances and proofs are unchanged. It takes two people, and the ledger keeps both; who agrees gives their password. It can't be undone;
old backups still hold it, see config/README.md.")]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// 居民号码 / the resident's number
    #[arg(long, short, value_name = "N", value_parser = resident)]
    resident: ResidentNo,
    #[command(flatten)]
    by: By,
    /// 同意的另一个人：工作人员的登录名，要本人的密码 / who agrees: a member of staff, with their password
    #[arg(long, value_name = "LOGIN")]
    consent: String,
    /// 同意的人的密码在这个文件里 / the password of who agrees is in this file
    #[arg(long, value_name = "FILE")]
    consent_password_file: Option<PathBuf>,
    /// 随后重写整个数据库，旧版本留下的痕迹也一并清除；请在没有人用的时候做 / write the whole database anew afterwards, so
    /// that what older programs left goes too; do it when nobody works
    #[arg(long)]
    vacuum: bool,
    /// 不再询问 / do not ask again
    #[arg(long)]
    yes: bool,
}

fn resident(text: &str) -> Result<ResidentNo, String> {
    crate::earning::resident_no(text).map_err(|error| error.text.en)
}

fn failure(error: &OwnError) -> Failure {
    if let OwnError::Clerk(error) = error {
        let text = error.text();
        return Failure::new("person.erase", text.zh, text.en);
    }
    Failure::said("person", error)
}

/// Prints everything about a person as JSON.
pub(crate) async fn export(args: ExportArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let community = &args.place.community;
    library.known(community).await?;
    let person = library
        .store
        .resident_person(community, args.resident)
        .await?;
    let person = person.ok_or_else(|| failure(&OwnError::Nobody))?;
    library
        .reads(community, Kind::Person, &[args.resident])
        .await;
    let personal_data = own::collect_whole(&library.store, person.person_id).await;
    let personal_data = personal_data.map_err(|error| failure(&error))?;
    library.close().await;
    let text = serde_json::to_string_pretty(&as_json(&personal_data));
    say_json(&text.map_err(|error| Failure::said("person", &error))?);
    Ok(())
}

fn case_text((case_no, step, key, text): &(u64, u32, String, String)) -> serde_json::Value {
    serde_json::json!({ "case": case_no, "step": step, "question": key, "text": text })
}

fn case_photo((case_no, step, digest): &(u64, u32, String)) -> serde_json::Value {
    serde_json::json!({ "case": case_no, "step": step, "sha256": digest })
}

/// Everything about a person, for the person.
pub(crate) fn as_json(personal_data: &Own) -> serde_json::Value {
    let residencies: Vec<_> = personal_data
        .residencies
        .iter()
        .map(|row| {
            let texts: Vec<_> = row
                .texts
                .iter()
                .map(|(seq, text)| serde_json::json!({ "entry": seq, "text": text }))
                .collect();
            let references: Vec<_> = row
                .references
                .iter()
                .map(|(seq, text)| serde_json::json!({ "entry": seq, "text": text }))
                .collect();
            let household = row.household_text.as_ref();
            let traits: serde_json::Map<_, _> = row
                .traits
                .iter()
                .map(|(name, value)| (name.to_string(), value.into()))
                .collect();
            serde_json::json!({
                "community": row.community.to_string(),
                "resident": row.resident.0,
                "household": row.household.0,
                "household_name": household.map(|household| household.name.clone()),
                "address": household.map(|household| household.address.clone()),
                "traits": traits,
                "texts": texts,
                "references": references,
                "cases": row.case_texts.iter().map(case_text).collect::<Vec<_>>(),
                "photos": row.case_photos.iter().map(case_photo).collect::<Vec<_>>(),
                "movements": row.movements.iter().map(movement).collect::<Vec<_>>(),
                "orders": row.orders.iter().map(order).collect::<Vec<_>>(),
                "sessions": row.sessions.iter().map(session).collect::<Vec<_>>(),
            })
        })
        .collect();
    let reads: Vec<_> = personal_data
        .reads
        .iter()
        .map(|(community, line)| {
            serde_json::json!({
                "community": community.to_string(),
                "by": line.reader.to_string(),
                "read": line.kind,
                "through": line.door,
                "last": crate::audit::proof::heads::stamp(line.last_at),
                "times": line.reads,
            })
        })
        .collect();
    serde_json::json!({
        "name": personal_data.person.name,
        "phone": personal_data.person.phone,
        "entered": stamp(personal_data.person.created_at),
        "residencies": residencies,
        "read_by": reads,
    })
}

fn movement(movement: &Movement) -> serde_json::Value {
    let why: Vec<_> = movement
        .why
        .iter()
        .map(|text| serde_json::json!({ "zh": text.zh, "en": text.en }))
        .collect();
    serde_json::json!({
        "entry": movement.entry,
        "at": movement.at.map(stamp),
        "by": movement.actor.as_ref().map(ToString::to_string),
        "kind": movement.event.as_ref().map(|(kind, _)| kind.to_string()),
        "on": movement.event.as_ref().map(|(_, on)| on.to_string()),
        "account": movement.account,
        "change": movement.change,
        "after": movement.after,
        "why": why,
    })
}

fn order(order: &Order) -> serde_json::Value {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|(line, points)| {
            serde_json::json!({
                "item": line.item.0,
                "quantity": line.quantity,
                "points": points.get(),
            })
        })
        .collect();
    let (state, at) = match &order.state {
        OrderState::Reserved => ("reserved", None),
        OrderState::Settled { at, .. } => ("settled", Some(*at)),
        OrderState::Released { at, .. } => ("released", Some(*at)),
    };
    serde_json::json!({
        "order": order.no.0,
        "placed_on": order.placed_on.to_string(),
        "collect_until": order.deadline.to_string(),
        "lines": lines,
        "total": order.total.get(),
        "state": state,
        "closed": at.map(stamp),
    })
}

fn session(session: &Session) -> serde_json::Value {
    serde_json::json!({
        "signed_in": stamp(session.created_at),
        "last_seen": stamp(session.last_seen_at),
        "until": stamp(session.expires_at),
    })
}

/// Erases a person's data after asking.
pub(crate) async fn erase(args: EraseArgs) -> Result<(), Failure> {
    let asked = args.yes || std::io::stdin().is_terminal();
    if !asked {
        return Err(Failure::new(
            "person.confirm",
            "这里不能询问。确定要删除，请加 --yes。",
            "Nobody can be asked here. If you are sure, add --yes.",
        ));
    }
    with_house(&args.installation, async |house| {
        let community = known(house, &args.place.community)?;
        let by = args.by.actor(house, community, Act::ErasePerson).await?.code();
        let given = PasswordSource {
            variable: acting::CONSENT,
            file: args.consent_password_file.as_deref(),
        };
        let asked = (args.consent.as_str(), Act::ErasePerson);
        let consent = acting::staff(house, community, asked, given).await?.code();
        let person = house.store.resident_person(community, args.resident).await?;
        let person = person.ok_or_else(|| failure(&OwnError::Nobody))?;
        if !args.yes && !agreed(args.resident) {
            tell("没有删除。 Nothing was erased.");
            return Ok(());
        }
        let wish = Wish::Office { by, consent };
        let erased = own::erase(house, person.person_id, &wish, args.vacuum).await;
        let erased = erased.map_err(|error| failure(&error))?;
        let (places, texts) = (erased.residencies, erased.texts);
        if !erased.scrubbed {
            tell("数据库正忙，写前日志里还留着旧内容；下一次删除或主机停止时清掉，也可以稍后再运行一次别的删除。 The database was busy and its log still holds old content; it goes with the next erasure or when the host stops.");
        }
        say(&format!("已删除：{places} 个社区里的身份、{texts} 段文字。账和凭证不变；旧备份请按规定期限销毁。 Erased: the identity in {places} communities and {texts} texts. Ledger and proofs are unchanged; destroy old backups when their time is up."));
        Ok(())
    })
    .await
}

fn agreed(resident: ResidentNo) -> bool {
    tell(&format!(
        "要永久删除 {resident} 号居民的个人资料吗？输入号码确认： Type the number to erase this resident's data for ever: "
    ));
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).is_ok() && line.trim() == resident.to_string()
}
