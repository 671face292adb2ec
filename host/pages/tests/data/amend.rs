//! Samples of the notice page and the reviewers' desk.

use rongyi_pages::*;

use super::{Pages, at_desks, day, l, shell};

fn row(lang: Lang, entry: u64, state: NoticeState) -> NoticeRow {
    NoticeRow {
        entry,
        title: l(lang, "居民议事 1 次", "Residents' council 1 time"),
        masked_name: l(lang, "林*国", "Lin *"),
        on: day(11, 20),
        points: 20,
        minutes: 90,
        until: day(11, 27),
        days_left: 4,
        state,
        own: state == NoticeState::Open,
    }
}

fn mark(lang: Lang, entry: u64, by_reader: bool) -> MarkRow {
    MarkRow {
        entry,
        title: l(lang, "巡逻 9 小时", "Patrol 9 hours"),
        masked_name: l(lang, "陈**", "Chen"),
        on: Day::of(2026, 11, 20),
        gains: vec![RecordGain {
            who: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
            change: l(lang, "+18 分", "+18 points"),
        }],
        says: vec![l(lang, "一次超过 8 小时", "More than 8 hours at once")],
        by: l(lang, "工作人员 李明", "staff Li"),
        own: by_reader,
    }
}

fn proposal(lang: Lang, entry: u64, by_reader: bool) -> ProposalRow {
    ProposalRow {
        entry,
        what: l(lang, "1001 号居民：积分 -20", "Resident 1001: -20 points"),
        by: l(lang, "工作人员 周一", "staff Zhou"),
        reason: l(lang, "同一天登记了两次", "Booked twice on one day"),
        own: by_reader,
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let notice = NoticeView {
        shell: shell(lang, size, Some(&l(lang, "陈阿婆", "Granny Chen"))),
        rows: vec![
            row(lang, 812, NoticeState::Open),
            row(lang, 815, NoticeState::Objected),
            row(lang, 818, NoticeState::Upheld),
        ],
        may_object: true,
        key: "0191f3a2".to_owned(),
        done: Some(821),
    };
    let wall = NoticeListView {
        shell: shell(lang, size, None),
        today: day(11, 23),
        rows: notice.rows.clone(),
    };
    let nothing = NoticeView {
        shell: shell(lang, size, None),
        rows: Vec::new(),
        may_object: false,
        done: None,
        ..notice.clone()
    };
    let of_staff = NoticeView {
        shell: at_desks(nothing.shell.clone(), &[Desk::Till]),
        ..notice.clone()
    };
    let desk = AmendView {
        shell: at_desks(
            shell(lang, size, Some(&l(lang, "周一", "Zhou"))),
            &[Desk::Amend, Desk::Record],
        ),
        proposals: vec![proposal(lang, 830, false), proposal(lang, 831, true)],
        objections: vec![ObjectionRow {
            notice: row(lang, 815, NoticeState::Objected),
            by: l(lang, "1002 号居民", "resident 1002"),
            reason: l(lang, "他那天不在村里", "He was not in the village"),
        }],
        marks: vec![mark(lang, 812, false), mark(lang, 820, true)],
        typed: String::new(),
        whom: Some(("3".to_owned(), l(lang, "陈阿婆", "Grandma Chen"))),
        found: None,
        errors: Vec::new(),
        key: "0191f3a3".to_owned(),
        done: Some(832),
    };
    let looked_up = AmendView {
        typed: "812".to_owned(),
        found: Some(FoundEntry {
            entry: 812,
            title: l(lang, "厨余垃圾分类 7.6 公斤", "Food waste sorted 7.6 kg"),
            on: Day::of(2026, 11, 20),
            gains: vec![RecordGain {
                who: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
                change: l(lang, "+76 分", "+76 points"),
            }],
            by: l(lang, "工作人员 周一", "staff Zhou"),
            at: Moment {
                day: Day::of(2026, 11, 20),
                hour: 9,
                minute: 5,
            },
            notes: Vec::new(),
            open: true,
        }),
        ..desk.clone()
    };
    let mut gone = looked_up.clone();
    if let Some(found) = &mut gone.found {
        found.notes = vec![l(
            lang,
            "这一笔已经冲正过了（第 813 笔）。",
            "It was reversed already, by entry 813.",
        )];
        found.open = false;
    }
    let unknown = AmendView {
        typed: "99".to_owned(),
        errors: vec![FieldError {
            field: "entry",
            message: l(lang, "账本里没有第 99 笔。", "There is no entry 99."),
        }],
        ..desk.clone()
    };
    vec![
        ("notice-list", wall.html()),
        ("notice", notice.html()),
        ("notice-staff", of_staff.html()),
        ("notice-empty", nothing.html()),
        ("amend", desk.html()),
        ("amend-found", looked_up.html()),
        ("amend-gone", gone.html()),
        ("amend-unknown", unknown.html()),
    ]
}
