//! A merchant's month as a table with its sums: page, paper, CSV and sheet are made from it. Nothing is read here.

use rongyi_core::ids::AssetNo;
use rongyi_core::record::Item;
use rongyi_core::rule::Text;

use super::{Passed, Statement};
use crate::reports::{Column, Row, Shown, Sum, Table, Unit};

fn both(zh: String, en: String) -> Text {
    Text { zh, en }
}

const fn column(code: &'static str, title: (&'static str, &'static str), unit: Unit) -> Column {
    Column { code, title, unit }
}

/// The place of the column for what was paid beside points.
const BESIDE: usize = 2;

/// The month as a table: page, paper, CSV and sheet are made from it.
pub fn table(statement: &Statement) -> Shown {
    let numbers = &statement.numbers;
    let of = |asset: &str| numbers.spent.iter().find(|one| one.asset == asset);
    // A column that says nothing is left out.
    let beside = numbers.spent.len() > 1;
    let cells = |values: [i64; 4]| -> Vec<Option<i64>> {
        let kept = values.into_iter().enumerate();
        let kept = kept.filter(|(place, _)| beside || *place != BESIDE);
        kept.map(|(_, value)| Some(value)).collect()
    };
    let mut columns = vec![
        column("pieces", ("件", "pieces"), Unit::Count),
        column("points", ("积分", "points"), Unit::Points),
        column("beside", ("搭用的分", "paid beside"), Unit::Points),
        column("value", ("折合（元）", "value (yuan)"), Unit::Fen),
    ];
    if !beside {
        columns.remove(BESIDE);
    }
    let rows: Vec<Row> = statement
        .passed
        .iter()
        .map(|one| {
            let points = one.spent.get(&AssetNo::POINTS).copied().unwrap_or(0);
            let other: i64 = one.spent.values().sum::<i64>().saturating_sub(points);
            let (_, month, day) = one.on.parts();
            let goods = goods(&statement.items, one);
            let goods = if one.back {
                both(
                    format!("退回：{}", goods.zh),
                    format!("came back: {}", goods.en),
                )
            } else {
                goods
            };
            Row {
                names: vec![
                    both(format!("{month}月{day}日"), format!("{month:02}-{day:02}")),
                    both(format!("#{}", one.order), format!("#{}", one.order)),
                    goods,
                ],
                values: cells([one.pieces.values().sum(), points, other, one.value_fen]),
            }
        })
        .collect();
    let points = of("points").map_or(0, |one| one.points);
    let all: i64 = numbers.spent.iter().map(|one| one.points).sum();
    let total = [
        numbers.pieces,
        points,
        all.saturating_sub(points),
        numbers.value_fen,
    ];
    let (orders, pieces, returns) = (numbers.orders, numbers.pieces, numbers.returns);
    Shown {
        months: None,
        entry: statement.entry,
        table: Table {
            heads: vec![("日期", "day"), ("兑换单", "order"), ("东西", "goods")],
            columns,
            rows,
            total: Some(cells(total)),
            sums: vec![
                sum(("折合（元）", "value (yuan)"), "", numbers.value_fen),
                sum(("返还基金", "back to the fund"), "−", numbers.return_fen),
                sum(("应付商家", "owed to the merchant"), "=", numbers.owed_fen),
            ],
            agrees: Some(statement.agrees),
            said: both(
                format!(
                    "{orders} 单，交出 {pieces} 件（已减去退回的 {returns} 次），共 {all} 分。"
                ),
                format!(
                    "{orders} orders, {pieces} pieces ({returns} returns taken off), {all} points."
                ),
            ),
            chart: None,
            notes: Vec::new(),
        },
    }
}

fn sum(title: (&'static str, &'static str), sign: &'static str, value: i64) -> Sum {
    Sum {
        title,
        sign,
        value,
        unit: Unit::Fen,
    }
}

fn goods(items: &[Item], passed: &Passed) -> Text {
    let named = |pick: fn(&Text) -> &String, between: &str| {
        let each = passed.pieces.iter().map(|(no, pieces)| {
            let item = items.iter().find(|item| item.no == *no);
            let title = item.map_or_else(|| no.to_string(), |item| pick(&item.title).clone());
            format!("{title} × {}", pieces.saturating_abs())
        });
        each.collect::<Vec<_>>().join(between)
    };
    both(named(|text| &text.zh, "、"), named(|text| &text.en, ", "))
}
