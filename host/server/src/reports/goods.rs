//! What the shop had, what came in and what went out, item by item: read from each item's own accounts.

use rongyi_core::account::{Account, Purpose};
use rongyi_core::ids::AssetNo;

use super::{Asked, Chart, Report, ReportError, Row, Series, Table, Unit};
use super::{both, column, num, titled, totals};

pub(super) const REPORT: Report = Report {
    code: "goods",
    title: ("物品进出", "Goods in and out"),
    about: (
        "每样物品原来有多少，进了多少，交出去多少，现在有多少。",
        "What there was of each item, what came in, what was handed over, and what there is.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let (store, community) = (asked.store, &asked.frame.community);
    let from = store.place_of_day(community, asked.months.first).await?;
    let end = asked.months.last.plus_days(1);
    let to = store.place_of_day(community, end).await?;
    let mut rows = Vec::new();
    let mut agrees = true;
    for item in &asked.frame.items {
        let Some(asset) = AssetNo::of_item(item.no) else {
            continue;
        };
        let held = async |purpose, place| {
            let account = Account::of_community(asset, purpose);
            store.held_before(community, account, place).await
        };
        let there = async |place| {
            let shelf = held(Purpose::Shelf, place).await?;
            Ok::<i64, rongyi_store::StoreError>(
                shelf.saturating_add(held(Purpose::Reserved, place).await?),
            )
        };
        let before = there(from).await?;
        let after = there(to).await?;
        let supplied = held(Purpose::Supplied, from)
            .await?
            .saturating_sub(held(Purpose::Supplied, to).await?);
        let handed = held(Purpose::Handed, to)
            .await?
            .saturating_sub(held(Purpose::Handed, from).await?);
        let kept = held(Purpose::Reserved, to).await?;
        agrees &= before.saturating_add(supplied).saturating_sub(handed) == after;
        rows.push(Row {
            names: vec![item.title.clone()],
            values: [before, supplied, handed, after, kept].map(Some).to_vec(),
        });
    }
    let total = totals(&rows, &[true; 5]);
    let of = |place: usize| total.get(place).copied().flatten().unwrap_or_default();
    let value = |row: &Row, place: usize| {
        let value = row.values.get(place).copied().flatten();
        value.unwrap_or_default().max(0)
    };
    Ok(Table {
        heads: vec![("物品", "item")],
        columns: vec![
            column("before", ("原来有", "before"), Unit::Count),
            column(
                "received",
                ("进货（减去损耗）", "came in, less losses"),
                Unit::Count,
            ),
            column("handed", ("交出去", "handed over"), Unit::Count),
            column("after", ("期末有", "after"), Unit::Count),
            column(
                "kept",
                ("其中有人订了", "of these kept for orders"),
                Unit::Count,
            ),
        ],
        said: both(
            format!(
                "进货 {} 件，交出去 {} 件，期末有 {} 件。",
                num(of(1)),
                num(of(2)),
                num(of(3))
            ),
            format!(
                "{} pieces came in, {} were handed over, {} are there.",
                num(of(1)),
                num(of(2)),
                num(of(3))
            ),
        ),
        chart: (!rows.is_empty()).then(|| Chart {
            labels: asked
                .frame
                .items
                .iter()
                .map(|item| item.title.clone())
                .collect(),
            up: vec![Series {
                title: titled(("期末有", "after")),
                values: rows.iter().map(|row| value(row, 3)).collect(),
            }],
            down: vec![Series {
                title: titled(("交出去", "handed over")),
                values: rows.iter().map(|row| value(row, 2)).collect(),
            }],
        }),
        rows,
        total: Some(total),
        sums: Vec::new(),
        agrees: Some(agrees),
        notes: vec![(
            "原来有 + 进货 − 交出去 = 期末有。每样物品一笔一笔的账在“库存”里。",
            "Before + came in − handed over = after. Every line of an item stands in its book, in the stock.",
        )],
    })
}
