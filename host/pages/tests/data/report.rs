//! Samples of reports, of lists for the wall, and of the page before a period is cut off.

use rongyi_pages::*;

use super::{Pages, at_desks, day, l, shell};

const DESKS: [Desk; 4] = [Desk::Operator, Desk::Reports, Desk::Wall, Desk::Till];

fn office(lang: Lang, size: Size) -> Shell {
    let staff = l(lang, "黄主任", "Huang");
    at_desks(shell(lang, size, Some(&staff)), &DESKS)
}

fn bars(title: String, values: &[i64]) -> ReportBars {
    ReportBars {
        title,
        values: values.to_vec(),
    }
}

/// The list, and reports with and without what they may have.
pub(super) fn report_pages(lang: Lang, size: Size) -> Pages {
    let list = ReportsView {
        shell: office(lang, size),
        reports: vec![ReportLink {
            code: "points".to_owned(),
            title: l(lang, "积分收支", "Points in and out"),
            about: l(
                lang,
                "发了多少、兑换多少。",
                "How many were issued and redeemed.",
            ),
        }],
    };
    let months: Vec<String> = (1..=11)
        .map(|month| l(lang, &format!("{month}月"), &format!("{month:02}")))
        .collect();
    let sum = |title, sign, value| ReportSum {
        title,
        sign,
        value,
        unit: ReportUnit::Whole,
    };
    let row = |month: &String| ReportRow {
        names: vec![month.clone()],
        values: vec![Some(12_840), Some(9_120), None, Some(735)],
    };
    let issued = [
        12_840, 14_260, 13_905, 15_120, 16_480, 15_730, 14_210, 13_660, 17_925, 21_380, 18_460,
    ];
    let spent = [
        9_120, 15_380, 8_760, 9_840, 10_215, 11_960, 10_480, 9_705, 12_340, 14_620, 9_215,
    ];
    let lapsed = [0, 0, 410, 180, 260, 2_140, 210, 150, 240, 310, 320];
    let full = ReportView {
        shell: office(lang, size),
        code: "points".to_owned(),
        title: l(lang, "积分收支", "Points in and out"),
        about: l(
            lang,
            "发了多少、兑换多少。",
            "How many were issued and redeemed.",
        ),
        months: Some(ReportMonths {
            from: "2026-01".to_owned(),
            to: "2026-11".to_owned(),
            choices: vec![
                ("2026-11".to_owned(), "2026-11".to_owned()),
                ("2026-01".to_owned(), "2026-01".to_owned()),
            ],
        }),
        span: "2026-01 – 2026-11".to_owned(),
        sums: vec![
            sum(l(lang, "期初在大家手里", "held before"), "", 21_400),
            sum(l(lang, "发出", "issued"), "+", 173_970),
            sum(l(lang, "兑换", "redeemed"), "−", 121_635),
            sum(l(lang, "作废", "lapsed"), "−", 4_285),
            sum(l(lang, "期末在大家手里", "held after"), "=", 69_450),
        ],
        agrees: Some(true),
        said: l(
            lang,
            "发得比换得多，大家手里攒了 48,050 分。",
            "More came in than went out.",
        ),
        chart: Some(ReportChart {
            labels: months.clone(),
            up: vec![bars(l(lang, "发出", "issued"), &issued)],
            down: vec![
                bars(l(lang, "兑换", "redeemed"), &spent),
                bars(l(lang, "作废", "lapsed"), &lapsed),
            ],
        }),
        heads: vec![l(lang, "月份", "month")],
        columns: vec![
            (l(lang, "发出", "issued"), ReportUnit::Whole),
            (l(lang, "兑换", "redeemed"), ReportUnit::Whole),
            (l(lang, "时长", "hours"), ReportUnit::Minutes),
            (l(lang, "占", "share"), ReportUnit::PerMille),
        ],
        rows: months.iter().map(row).collect(),
        total: Some(vec![Some(173_970), Some(121_635), None, Some(699)]),
        notes: vec![l(lang, "按记账的日子算。", "By the day of booking.")],
        entry: 41_286,
        query: "?from=2026-01&to=2026-11".to_owned(),
    };
    let mut differs = full.clone();
    differs.agrees = Some(false);
    let mut bare = full.clone();
    bare.months = None;
    bare.span = String::new();
    bare.sums = Vec::new();
    bare.agrees = None;
    bare.chart = None;
    bare.rows = Vec::new();
    bare.total = None;
    vec![
        ("reports", list.html()),
        ("report", full.html()),
        ("report-differs", differs.html()),
        ("report-bare", bare.html()),
    ]
}

/// The list of lists, and sheets.
pub(super) fn wall_pages(lang: Lang, size: Size) -> Pages {
    let list = WallView {
        shell: office(lang, size),
        lists: vec![WallLink {
            code: "board".to_owned(),
            title: l(lang, "光荣榜", "Honour board"),
            about: l(lang, "得分最多的前十名", "The first ten places"),
        }],
    };
    let names = [
        (1, "演示·陈*", "Household of Chen", 300, false),
        (2, "演示·黄*", "Household of Huang", 287, false),
        (3, "演示·吴*", "Household of Wu", 264, true),
        (3, "演示·郑*", "Household of Zheng", 264, true),
        (5, "演示·罗*", "Household of Luo", 251, false),
    ];
    let line = |(place, zh, en, points, shared): &(usize, &str, &str, i64, bool)| WallLine {
        first: l(lang, &format!("第{place}"), &place.to_string()),
        name: l(lang, zh, en),
        mark: if *shared {
            l(lang, "并列", "shared")
        } else {
            String::new()
        },
        value: points.to_string(),
        unit: l(lang, "分", "points"),
        note: String::new(),
    };
    let board = WallSheetView {
        shell: office(lang, size),
        code: "board".to_owned(),
        title: l(lang, "光荣榜", "Honour board"),
        sub: l(
            lang,
            "南门社区 · 2026年10月 · 积分前十户",
            "Nanmen · 2026-10 · the first ten",
        ),
        says: Vec::new(),
        lines: names.iter().map(line).collect(),
        empty: l(lang, "还没有。", "Nobody yet."),
        foot: vec![
            l(
                lang,
                "同分并列；不愿上榜的不在榜上。",
                "Who has as much stands at the same place.",
            ),
            l(lang, "2026年11月30日撤下。", "Taken down on 2026-11-30."),
        ],
        paper: Paper::A4,
        choices: vec![("2026-10".to_owned(), "2026-10".to_owned())],
        chosen: "2026-10".to_owned(),
    };
    let mut notice = board.clone();
    notice.paper = Paper::A3;
    notice.choices = Vec::new();
    notice.chosen = String::new();
    for line in &mut notice.lines {
        line.first = String::new();
        line.note = l(
            lang,
            "公示到 2026年12月2日，还有 4 天",
            "until 2026-12-02, 4 days left",
        );
    }
    let mut days = notice.clone();
    days.lines = Vec::new();
    days.says = vec![l(
        lang,
        "周六、周日 9:00–11:30",
        "Saturday and Sunday 9:00–11:30",
    )];
    let mut none = days.clone();
    none.says = Vec::new();
    vec![
        ("wall", list.html()),
        ("wall-board", board.html()),
        ("wall-notice", notice.html()),
        ("wall-days", days.html()),
        ("wall-none", none.html()),
    ]
}

/// Before a cut-off.
pub(super) fn prepare_pages(lang: Lang, size: Size) -> Pages {
    let what = [
        StillOpen::Events,
        StillOpen::Cases,
        StillOpen::Notices,
        StillOpen::Orders,
    ];
    let open = what.map(|what| PeriodOpen {
        what,
        count: 3,
        path: "/nanmen/queue".to_owned(),
    });
    let blocked = PeriodPrepareView {
        shell: office(lang, size),
        period: "2026-10".to_owned(),
        about: l(lang, "按月，只封账", "by the month, only sealed"),
        first: day(10, 1),
        last: day(10, 31),
        open: open.to_vec(),
        blocked: true,
        alone: false,
        withdrawn: true,
        foreseen: None,
    };
    let mut free = blocked.clone();
    free.open = Vec::new();
    free.blocked = false;
    free.alone = true;
    free.withdrawn = false;
    free.foreseen = Some(PeriodForeseen {
        holders: (2_400, 2_000),
        given: 120,
        taken: -30,
        refused: 1,
        lines: vec![PeriodLine {
            holder: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
            points: 186,
            change: 30,
            reasons: vec![l(lang, "第一名，加 30 分。", "First: 30 points more.")],
            closed: false,
        }],
    });
    vec![
        ("period-prepare-blocked", blocked.html()),
        ("period-prepare", free.html()),
    ]
}
