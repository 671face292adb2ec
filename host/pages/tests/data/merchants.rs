//! Samples of a merchant's till, and of its month: running, half signed with something wrong, and signed by two.

use rongyi_pages::*;

use super::staff::till_day;
use super::{Pages, at, at_desks, day, l, shell};

fn month(lang: Lang, size: Size, staff: &str) -> StatementView {
    let around = at_desks(
        shell(lang, size, Some(staff)),
        &[Desk::Operator, Desk::Merchants, Desk::Till],
    );
    let sum = |title, sign, value| ReportSum {
        title,
        sign,
        value,
        unit: ReportUnit::Fen,
    };
    let row = |order: &str, goods: String, values: [i64; 4]| ReportRow {
        names: vec!["2026-10-12".to_owned(), order.to_owned(), goods],
        values: values.map(Some).to_vec(),
    };
    StatementView {
        shell: around,
        merchant: "lin-noodles".to_owned(),
        title: l(lang, "演示·林记面馆", "Demo: Lin’s noodles"),
        month: "2026-10".to_owned(),
        span: l(lang, "2026年10月", "2026-10"),
        stage: StatementStage::Running,
        sums: vec![
            sum(l(lang, "折合（元）", "value (yuan)"), "", 2_160),
            sum(l(lang, "返还基金", "back to the fund"), "−", 108),
            sum(l(lang, "应付商家", "owed to the merchant"), "=", 2_052),
        ],
        said: l(
            lang,
            "9 单，交出 18 件，共 216 分。",
            "9 orders, 18 pieces, 216 points.",
        ),
        agrees: true,
        facts: vec![(
            l(lang, "积分", "Points"),
            l(
                lang,
                "216 分，1 分值 0.10 元，共 21.60 元",
                "216, each worth 0.10 yuan: 21.60 yuan",
            ),
        )],
        heads: vec![
            l(lang, "日期", "day"),
            l(lang, "兑换单", "order"),
            l(lang, "东西", "goods"),
        ],
        columns: vec![
            (l(lang, "件", "pieces"), ReportUnit::Whole),
            (l(lang, "积分", "points"), ReportUnit::Whole),
            (l(lang, "搭用的分", "paid beside"), ReportUnit::Whole),
            (l(lang, "折合（元）", "value (yuan)"), ReportUnit::Fen),
        ],
        rows: vec![
            row("#7", l(lang, "牛肉面 × 2", "Noodles × 2"), [2, 24, 0, 240]),
            row(
                "#9",
                l(lang, "退回：牛肉面 × 1", "came back: Noodles × 1"),
                [-1, -12, 0, -120],
            ),
        ],
        total: Some(vec![Some(18), Some(216), Some(0), Some(2_160)]),
        signed: Vec::new(),
        not_now: l(
            lang,
            "这个月过完了才能签。",
            "It can be signed when the month is over.",
        ),
        may_sign: false,
        may_unsign: false,
        seen: "7f3k".to_owned(),
        error: String::new(),
        entry: 318,
    }
}

/// Its till, a code of another place, and its month at each step.
pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let staff = l(lang, "黄主任", "Huang");
    let running = month(lang, size, &staff);
    let mut one = running.clone();
    one.stage = StatementStage::One;
    one.agrees = false;
    one.may_sign = true;
    one.may_unsign = true;
    one.not_now = String::new();
    one.error = l(
        lang,
        "请重新核对一遍再签。",
        "Look at it again before you sign.",
    );
    one.rows = Vec::new();
    one.signed = vec![StatementSigned {
        who: staff,
        at: at(day(11, 2), 9, 5),
    }];
    let mut frozen = one.clone();
    frozen.stage = StatementStage::Frozen;
    frozen.agrees = true;
    frozen.may_sign = false;
    frozen.may_unsign = false;
    frozen.error = String::new();
    let mut unsigned = running.clone();
    unsigned.stage = StatementStage::Unsigned;
    unsigned.may_sign = true;
    unsigned.not_now = String::new();
    let elsewhere = TillResultView {
        shell: running.shell.clone(),
        outcome: TillOutcome::Elsewhere {
            title: running.title.clone(),
            place: l(lang, "榕树巷 3 号", "3 Banyan Lane"),
        },
        item: None,
    };
    let till = TillView {
        shell: running.shell.clone(),
        code: String::new(),
        merchant: running.title.clone(),
        errors: Vec::new(),
        day: till_day(lang, ReturnWay::Own),
    };
    vec![
        ("till-elsewhere", elsewhere.html()),
        ("till-merchant", till.html()),
        ("statement-running", running.html()),
        ("statement-unsigned", unsigned.html()),
        ("statement-one", one.html()),
        ("statement-frozen", frozen.html()),
    ]
}
