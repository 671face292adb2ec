//! Samples of the pages of activities.

use rongyi_pages::*;

use super::{Pages, at_desks, l, shell};

fn row(lang: Lang, tone: CaseTone) -> ActivityRow {
    ActivityRow {
        href: "/nanmen/activities/7".to_owned(),
        title: l(lang, "清洁日", "Clean-up day"),
        when: l(lang, "08:30–10:30 · 榕树巷口", "08:30–10:30 · Banyan Lane"),
        note: l(lang, "还有 4 位，共 12 位", "4 of 12 seats left"),
        state: l(lang, "招募中", "open"),
        tone,
    }
}

fn card(lang: Lang, no: u32, office: bool) -> ShiftCard {
    ShiftCard {
        no,
        when: l(lang, "12月5日 星期六 08:30–10:30", "Sat 5 Dec 08:30–10:30"),
        role: l(lang, "扫地", "Sweeping"),
        seats: (8, if no == 1 { 12 } else { 40 }),
        told: l(lang, "还有 4 位，共 12 位", "4 of 12 seats left"),
        mine: if no == 2 {
            l(lang, "您报了这一班。", "You are signed up.")
        } else {
            String::new()
        },
        join: (no == 1 && !office).then(|| l(lang, "报名", "Join")),
        leave: no == 2,
        day: office.then(|| "/nanmen/volunteering/7/1".to_owned()),
        here: (no == 2 && !office).then(|| "/nanmen/activities/7/here?shift=2".to_owned()),
    }
}

fn activity(lang: Lang, around: Shell, desk: Option<ActivityDesk>) -> ActivityView {
    let office = desk.is_some();
    ActivityView {
        href: "/nanmen/activities/7".to_owned(),
        back: "/nanmen/activities".to_owned(),
        title: l(lang, "清洁日", "Clean-up day"),
        state: l(lang, "招募中", "open"),
        tone: CaseTone::Open,
        about: l(lang, "一起扫地。", "We sweep."),
        facts: vec![(
            l(lang, "在哪里", "Where"),
            l(lang, "榕树巷口", "Banyan Lane"),
        )],
        shifts: vec![card(lang, 1, office), card(lang, 2, office)],
        teams: vec![
            ("1".to_owned(), l(lang, "榕树巷志愿队", "Banyan Lane team")),
            ("2".to_owned(), l(lang, "学生队", "Students")),
        ],
        desk,
        key: "k".to_owned(),
        done: l(lang, "报上了。", "You have a seat."),
        errors: vec![CaseFault {
            field: "form".to_owned(),
            message: l(lang, "时间撞了。", "It overlaps."),
        }],
        shell: around,
    }
}

fn attendee(lang: Lang, resident: u32, phone: &str) -> Attendee {
    Attendee {
        resident,
        name: l(lang, "陈阿婆", "Chen"),
        note: l(lang, "8:24 签到码", "8:24 by code"),
        phone: phone.to_owned(),
    }
}

fn day(lang: Lang, around: Shell, over: bool) -> ActivityDayView {
    let hours = HoursRow {
        name: l(lang, "陈阿婆", "Chen"),
        minutes: l(lang, "115 分钟", "115 min"),
        note: l(lang, "签到码", "by code"),
        state: l(lang, "记了 115 分钟", "115 min booked"),
        bad: false,
    };
    ActivityDayView {
        href: "/nanmen/volunteering/7/1".to_owned(),
        back: "/nanmen/volunteering/7".to_owned(),
        title: l(lang, "清洁日", "Clean-up day"),
        when: l(lang, "12月5日 08:30–10:30", "5 Dec 08:30–10:30"),
        missing: vec![
            attendee(lang, 1001, "138 0000 0001"),
            attendee(lang, 1002, ""),
        ],
        here: vec![attendee(lang, 1003, "")],
        gone: vec![attendee(lang, 1004, "")],
        waiting: vec![l(lang, "陈*婆", "C*")],
        open: !over,
        paper: !over,
        may_end: !over,
        hours: if over {
            vec![hours.clone(), HoursRow { bad: true, ..hours }]
        } else {
            Vec::new()
        },
        may_confirm: over,
        confirm_told: if over {
            l(lang, "请对一对。", "Check them.")
        } else {
            String::new()
        },
        key: "k".to_owned(),
        done: String::new(),
        errors: Vec::new(),
        shell: around,
    }
}

fn gates(lang: Lang, desk: Shell) -> (ActivityGateView, ActivityGateView) {
    let gate = ActivityGateView {
        href: "/nanmen/volunteering/7/1".to_owned(),
        title: l(lang, "清洁日", "Clean-up day"),
        when: "08:30–10:30".to_owned(),
        inside: 12,
        told: Some((l(lang, "陈*婆", "C*"), l(lang, "签到了", "signed in"))),
        key: "k".to_owned(),
        errors: Vec::new(),
        shell: desk,
    };
    let wrong = ActivityGateView {
        told: None,
        errors: vec![CaseFault {
            field: "card".to_owned(),
            message: l(lang, "这张卡认不出来。", "This card is not known."),
        }],
        ..gate.clone()
    };
    (gate, wrong)
}

fn hours(lang: Lang, own: Shell) -> ActivityHoursView {
    ActivityHoursView {
        name: l(lang, "陈阿婆", "Chen"),
        minutes: 460,
        year: 400,
        shifts: vec![row(lang, CaseTone::Open)],
        kinds: vec![
            (l(lang, "清洁护绿", "Cleaning"), 300),
            (l(lang, "四点半课堂", "Class"), 100),
        ],
        other: 60,
        lines: vec![AttendedRow {
            href: "/nanmen/passbook/12".to_owned(),
            title: l(lang, "清洁日", "Clean-up day"),
            note: l(lang, "12月5日 · 签到码", "5 Dec · by code"),
            minutes: 120,
        }],
        proofs: l(lang, "凭证：签到码 81%。", "Proved: by code 81%."),
        stars: Some(StarsCard {
            stars: (1, 3),
            title: l(lang, "一星志愿者", "One-star volunteer"),
            review: l(
                lang,
                "今年再服务 5 小时，就保住这一星。",
                "5 h more this year keep it.",
            ),
            next: l(lang, "二星志愿者还差：", "For two stars:"),
            asked: vec![(l(lang, "时长 7.6 / 50 小时", "7.6 of 50 h"), 15)],
        }),
        feed: "/nanmen/calendar/1001-0f/shifts.ics".to_owned(),
        shell: own,
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let own = shell(lang, size, Some(&l(lang, "陈阿婆", "Chen")));
    let desk = at_desks(own.clone(), &[Desk::Record, Desk::Activities]);
    let span = |here| WorkFilter {
        href: "/nanmen/activities?span=week".to_owned(),
        title: l(lang, "这七天", "These seven days"),
        here,
    };
    let list = ActivitiesView {
        spans: vec![span(true), span(false)],
        days: vec![ActivityDay {
            day: l(lang, "今天 12月5日", "Today, 5 Dec"),
            rows: vec![row(lang, CaseTone::Open), row(lang, CaseTone::Waiting)],
        }],
        mine: Some("/nanmen/me/hours".to_owned()),
        make: None,
        more: Vec::new(),
        proofs: l(lang, "今年活动里记了 40 小时。", "40 h this year."),
        shell: own.clone(),
    };
    let work = ActivitiesView {
        days: Vec::new(),
        mine: None,
        make: Some("/nanmen/volunteering/new".to_owned()),
        more: vec![DossierLink {
            href: "/nanmen/volunteering/teams".to_owned(),
            title: l(lang, "志愿队", "Teams"),
            main: false,
        }],
        shell: desk.clone(),
        ..list.clone()
    };
    let office = ActivityDesk {
        moves: vec![
            ActivityMove {
                code: "publish",
                title: l(lang, "发布", "Publish"),
                words: false,
                main: true,
            },
            ActivityMove {
                code: "cancel",
                title: l(lang, "取消活动", "Cancel it"),
                words: true,
                main: false,
            },
        ],
        add_shift: true,
        clearances: vec![("consent".to_owned(), l(lang, "家长同意", "Consent"))],
    };
    let (gate, gate_wrong) = gates(lang, desk.clone());
    let door = ActivityDoorView {
        title: l(lang, "清洁日", "Clean-up day"),
        when: "08:30–10:30".to_owned(),
        address: "http://localhost/nanmen/activities/7/here?shift=1&code=482719".to_owned(),
        code: "482719".to_owned(),
        seconds: 28,
        back: "/nanmen/volunteering/7/1".to_owned(),
        shell: desk.clone(),
    };
    let here = ActivityHereView {
        action: "/nanmen/activities/7/here".to_owned(),
        back: "/nanmen/activities/7".to_owned(),
        title: l(lang, "清洁日", "Clean-up day"),
        when: "08:30–10:30".to_owned(),
        shift: 1,
        code: "482719".to_owned(),
        inside: false,
        done: String::new(),
        key: "k".to_owned(),
        errors: vec![CaseFault {
            field: "code".to_owned(),
            message: l(lang, "这六个数不对。", "These digits are wrong."),
        }],
        shell: own.clone(),
    };
    vec![
        ("activities", list.html()),
        ("activities-office", work.html()),
        ("activity-hours", hours(lang, own.clone()).html()),
        ("activity", activity(lang, own, None).html()),
        (
            "activity-office",
            activity(lang, desk.clone(), Some(office)).html(),
        ),
        ("activity-day", day(lang, desk.clone(), false).html()),
        ("activity-day-over", day(lang, desk, true).html()),
        ("activity-door", door.html()),
        ("activity-gate", gate.html()),
        ("activity-gate-wrong", gate_wrong.html()),
        (
            "activity-here",
            ActivityHereView {
                inside: true,
                errors: Vec::new(),
                ..here.clone()
            }
            .html(),
        ),
        ("activity-here-wrong", here.html()),
    ]
}
