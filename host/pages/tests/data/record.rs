//! Samples of the pages where staff book what residents did.

use rongyi_pages::*;

use super::{Pages, at_desks, day, l, shell};

fn field(name: &str, title: String, input: RecordInput) -> RecordField {
    RecordField {
        name: name.to_owned(),
        title,
        required: name == "part",
        input,
        value: String::new(),
    }
}

fn fields(lang: Lang) -> Vec<RecordField> {
    let whole = ("full".to_owned(), l(lang, "全程", "All of it"));
    let half = ("half".to_owned(), l(lang, "一半", "Half of it"));
    vec![
        field(
            "part",
            l(lang, "参加了多少", "Took part"),
            RecordInput::Choice(vec![whole, half]),
        ),
        field(
            "trees",
            l(lang, "几棵树", "Trees"),
            RecordInput::Integer(1, 50),
        ),
        field("kg", l(lang, "重量", "Weight"), RecordInput::Decimal(1)),
        field("born", l(lang, "哪天出生", "Born"), RecordInput::Day),
    ]
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let leader = l(lang, "赵队长", "Zhao, leader");
    let around = at_desks(shell(lang, size, Some(&leader)), &[Desk::Record]);
    let council = RecordKind {
        code: "council.attend".to_owned(),
        title: l(lang, "参加居民议事会", "Residents' council"),
        unit: l(lang, "次", "times"),
    };
    let list = RecordView {
        shell: around.clone(),
        whom: Some((
            "3".to_owned(),
            l(lang, "陈阿婆 · 第 3 户", "Grandma Chen · household 3"),
        )),
        kinds: vec![council.clone()],
    };
    let none = RecordView {
        kinds: Vec::new(),
        ..list.clone()
    };
    let form = RecordFormView {
        shell: around.clone(),
        kind: council,
        range: ("1".to_owned(), "100".to_owned()),
        typed: RecordTyped {
            on: "2026-11-23".to_owned(),
            ..RecordTyped::default()
        },
        fields: fields(lang),
        whom: Some((
            "3".to_owned(),
            l(lang, "陈阿婆 · 第 3 户", "Grandma Chen · household 3"),
        )),
        check: true,
        key: "0191f3a2".to_owned(),
        errors: Vec::new(),
    };
    let error = |field| FieldError {
        field,
        message: l(lang, "请再核对一遍", "Please check it") + field,
    };
    let mut wrong = form.clone();
    wrong.typed.note = "<b>".to_owned();
    wrong.errors = ["resident", "quantity", "on", "form"].map(error).to_vec();
    let done = |outcome: RecordOutcome| RecordDoneView {
        shell: around.clone(),
        kind: "council.attend".to_owned(),
        title: l(lang, "参加居民议事会 1 次", "Residents' council, 1 time"),
        masked_name: l(lang, "陈*芳", "Chen *"),
        entry: 812,
        gains: vec![RecordGain {
            who: l(lang, "第 3 户", "household 3"),
            change: l(lang, "+5 分", "+5 points"),
        }],
        rows: vec![ReasonRow {
            text: l(lang, "每次 5 分", "5 points each"),
            amount: Some(5),
        }],
        outcome,
        may_reverse: true,
    };
    let mut short = done(RecordOutcome::Short {
        told: vec![l(
            lang,
            "应扣 5 分，积分不够，实扣 0 分，扣后还有 0 分。",
            "5 points were to be taken; 0 were taken; 0 are left.",
        )],
    });
    short.gains.clear();
    short.rows.clear();
    let (until, booked) = (day(11, 26), day(11, 27));
    let mut refused = done(RecordOutcome::Refused {
        sentence: l(lang, "本月已满 4 次。", "4 times this month already."),
        opens: Some(day(12, 1)),
    });
    refused.gains.clear();
    refused.rows.clear();
    let mut all = rosters(lang, &around);
    all.extend([
        ("record", list.html()),
        ("record-none", none.html()),
        ("record-form", form.html()),
        ("record-wrong", wrong.html()),
        ("record-booked", done(RecordOutcome::Booked).html()),
        (
            "record-notice",
            done(RecordOutcome::Notice { until, booked }).html(),
        ),
        ("record-short", short.html()),
        ("record-refused", refused.html()),
        ("record-waiting", done(RecordOutcome::Waiting).html()),
    ]);
    all
}

fn rosters(lang: Lang, around: &Shell) -> Pages {
    let roster = RosterView {
        shell: around.clone(),
        kinds: vec![RosterKind {
            code: "tree.plant".to_owned(),
            title: l(lang, "植树（棵）", "Tree planted (trees)"),
        }],
        typed: RosterTyped {
            kind: "tree.plant".to_owned(),
            on: "2026-11-22".to_owned(),
            quantity: "1".to_owned(),
            people: "1001\n9999".to_owned(),
        },
        errors: vec![FieldError {
            field: "people",
            message: l(lang, "没有 9999 号居民。", "There is no resident 9999."),
        }],
    };
    let row = |resident, refused: bool| RosterRow {
        resident,
        name: l(lang, "陈阿婆", "Granny Chen"),
        told: if refused {
            l(lang, "本周已经记过了。", "It was counted this week.")
        } else {
            "+20".to_owned()
        },
        refused,
        ticked: !refused,
        entry: (!refused).then_some(812),
    };
    let roster_plan = RosterPlanView {
        shell: around.clone(),
        title: l(lang, "植树 1 棵", "Tree planted 1"),
        typed: roster.typed.clone(),
        key: "k".to_owned(),
        rows: vec![row(1001, false), row(1002, true)],
        state: RosterState::Fell(l(lang, "什么也没有记账。", "Nothing was booked.")),
    };
    let roster_done = RosterPlanView {
        state: RosterState::Booked,
        ..roster_plan.clone()
    };
    vec![
        ("roster", roster.html()),
        ("roster-plan", roster_plan.html()),
        ("roster-done", roster_done.html()),
    ]
}
