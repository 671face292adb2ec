//! A merchant's month on its page, on paper and as files, and the signatures below it.

use axum::response::{IntoResponse, Response};
use rongyi_pages::format;
use rongyi_pages::{ReportRow, ReportSum, StatementSigned, StatementStage, StatementView};
use serde::Deserialize;

use super::own;
use crate::door::asked::{Path, Unread};
use crate::door::fault::Fault;
use crate::door::sheet::saved;
use crate::door::visit::{Html, OnDuty, go};
use crate::ledger::explain;
use crate::partners::statement::{self, Signer, Stage, Statement};
use crate::reports::web::unit;
use crate::reports::{months, sheet, titled};

type At = Path<(String, String, String)>;

async fn read(duty: &OnDuty, (code, month): (&str, &str)) -> Result<Statement, Fault> {
    let merchant = own(duty, code).await?;
    let visit = &duty.visit;
    let (house, community) = (&visit.app.house, &visit.code);
    Ok(statement::read(house, community, &merchant.code, month).await?)
}

/// `GET /{community}/merchants/{merchant}/statements/{month}`.
pub(crate) async fn show_statement(
    duty: OnDuty,
    Path((_, code, month)): At,
) -> Result<Response, Fault> {
    let statement = read(&duty, (&code, &month)).await?;
    Ok(Html(view(&duty, &statement, String::new()).await?).into_response())
}

async fn view(duty: &OnDuty, statement: &Statement, error: String) -> Result<StatementView, Fault> {
    let visit = &duty.visit;
    let actor = duty.actor().code();
    let signer = Signer {
        code: &actor,
        role: duty.staff.role,
    };
    let house = &visit.app.house;
    let not_now = statement::not_now(house, &visit.code, statement, &signer).await?;
    let shown = statement::table(statement);
    let table = &shown.table;
    let half = |title| visit.say(&titled(title));
    let mut signed = Vec::new();
    let mut may_unsign = false;
    let stage = match &statement.stage {
        Stage::Running => StatementStage::Running,
        Stage::Unsigned => StatementStage::Unsigned,
        Stage::Signed(stored) => {
            for (at, by) in [Some(&stored.first), stored.second.as_ref()]
                .into_iter()
                .flatten()
            {
                signed.push(StatementSigned {
                    who: visit.actor(by).await,
                    at: visit.moment(*at),
                });
            }
            may_unsign = stored.second.is_none();
            match stored.second {
                Some(_) => StatementStage::Frozen,
                None => StatementStage::One,
            }
        }
    };
    let told = not_now.map(|why| Fault::from(why).text);
    Ok(StatementView {
        merchant: statement.merchant.code.to_string(),
        title: visit.say(&statement.merchant.title),
        month: months::code(statement.first),
        span: visit.say(&months::title(statement.first)),
        sums: table
            .sums
            .iter()
            .map(|sum| ReportSum {
                title: half(sum.title),
                sign: sum.sign,
                value: sum.value,
                unit: unit(sum.unit),
            })
            .collect(),
        said: visit.say(&table.said),
        agrees: statement.agrees,
        facts: facts(duty, statement),
        heads: table.heads.iter().map(|title| half(*title)).collect(),
        columns: table
            .columns
            .iter()
            .map(|column| (half(column.title), unit(column.unit)))
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| ReportRow {
                names: row.names.iter().map(|name| visit.say(name)).collect(),
                values: row.values.clone(),
            })
            .collect(),
        total: table.total.clone(),
        signed,
        may_sign: told.is_none(),
        not_now: match stage {
            StatementStage::Frozen => String::new(),
            StatementStage::Running | StatementStage::Unsigned | StatementStage::One => {
                told.map_or_else(String::new, |text| visit.say(&text))
            }
        },
        stage,
        may_unsign,
        seen: statement.seen(),
        error,
        entry: shown.entry,
        shell: visit.shell(),
    })
}

/// What each asset comes to, and the share: how the sums on top were worked out.
fn facts(duty: &OnDuty, statement: &Statement) -> Vec<(String, String)> {
    let visit = &duty.visit;
    let numbers = &statement.numbers;
    let own = visit.app.house.community(&visit.code);
    let named = |asset: &str| match asset {
        "points" => visit.either("积分", "Points"),
        other => {
            let declared = own.as_ref().and_then(|own| {
                let mut all = own.config.assets.iter();
                all.find(|(code, _)| code.as_str() == other)
                    .map(|(_, title)| title.clone())
            });
            declared.map_or_else(|| other.to_owned(), |title| visit.say(&title))
        }
    };
    let mut facts: Vec<(String, String)> = numbers
        .spent
        .iter()
        .map(|one| {
            let (points, all) = (format::number(one.points), format::yuan(one.fen));
            let each = format::yuan(one.fen_per);
            (
                named(&one.asset),
                visit.either(
                    &format!("{points} 分，1 分值 {each} 元，共 {all} 元"),
                    &format!("{points}, each worth {each} yuan: {all} yuan"),
                ),
            )
        })
        .collect();
    let fund = own.and_then(|own| own.config.merchants.clone().map(|settling| settling.fund));
    let fund = fund.map_or_else(|| visit.either("基金", "the fund"), |fund| visit.say(&fund));
    facts.push((
        visit.either("返还", "Goes back"),
        visit.either(
            &format!(
                "{}% 给{fund}，{} 元",
                numbers.return_percent,
                format::yuan(numbers.return_fen)
            ),
            &format!(
                "{}% to {fund}: {} yuan",
                numbers.return_percent,
                format::yuan(numbers.return_fen)
            ),
        ),
    ));
    facts
}

/// What the buttons below a statement send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SignInput {
    act: String,
    seen: String,
}

/// `POST /{community}/merchants/{merchant}/statements/{month}`.
pub(crate) async fn sign_statement(
    duty: OnDuty,
    Path((_, code, month)): At,
    sent: Unread<SignInput>,
) -> Result<Response, Fault> {
    let merchant = own(&duty, &code).await?;
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let (house, community) = (&visit.app.house, &visit.code);
    let actor = duty.actor().code();
    let signer = Signer {
        code: &actor,
        role: duty.staff.role,
    };
    let of = (&merchant.code, month.as_str());
    let done = match sent.act.as_str() {
        "sign" => statement::sign(house, community, of, &sent.seen, &signer).await,
        "unsign" => statement::unsign(house, community, of).await,
        _ => return Err(Fault::not_found()),
    };
    let fault = match done {
        Ok(()) => {
            return Ok(go(
                &visit.path(&format!("/merchants/{code}/statements/{month}"))
            ));
        }
        Err(error) => Fault::from(error),
    };
    if !fault.status.is_client_error() || fault.code == "not-found" {
        return Err(fault);
    }
    let statement = read(&duty, (&code, &month)).await?;
    let view = view(&duty, &statement, visit.say(&fault.text)).await?;
    Ok((fault.status, Html(view)).into_response())
}

fn name(statement: &Statement) -> String {
    format!(
        "{}-{}",
        statement.merchant.code,
        months::code(statement.first)
    )
}

/// `GET /{community}/merchants/{merchant}/statements/{month}/table.csv`.
pub(crate) async fn get_statement_csv(
    duty: OnDuty,
    Path((_, code, month)): At,
) -> Result<Response, Fault> {
    let statement = read(&duty, (&code, &month)).await?;
    let csv = sheet::csv(&statement::table(&statement), duty.visit.tongue());
    Ok(csv.answer(&format!("{}.csv", name(&statement))))
}

/// `GET /{community}/merchants/{merchant}/statements/{month}/table.xlsx`.
pub(crate) async fn get_statement_sheet(
    duty: OnDuty,
    Path((_, code, month)): At,
) -> Result<Response, Fault> {
    let statement = read(&duty, (&code, &month)).await?;
    let name = name(&statement);
    let lang: explain::Lang = duty.visit.tongue();
    let shown = statement::table(&statement);
    let bytes = sheet::xlsx((&name, &statement.merchant.title), &shown, lang)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(saved(kind, &format!("{name}.xlsx"), bytes))
}
