//! Samples of the pages on which people are entered. They are made up.

use rongyi_pages::*;

use super::{Pages, at, at_desks, day, l, shell};

const OPERATOR: [Desk; 9] = [
    Desk::Operator,
    Desk::Till,
    Desk::Record,
    Desk::Amend,
    Desk::People,
    Desk::Reset,
    Desk::Listing,
    Desk::Staff,
    Desk::Tokens,
];

fn office(lang: Lang, size: Size) -> Shell {
    at_desks(shell(lang, size, Some("黄主任")), &OPERATOR)
}

fn person(lang: Lang) -> PersonRow {
    PersonRow {
        no: 3,
        number: "0003".to_owned(),
        name: l(lang, "陈秀英", "Chen Xiuying"),
        household: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        phone_tail: "0003".to_owned(),
    }
}

fn wrong(field: &'static str, message: String) -> FieldError {
    FieldError { field, message }
}

#[expect(clippy::too_many_lines, reason = "sample pages, one after the other")]
pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let people = PeopleView {
        shell: office(lang, size),
        who: l(lang, "陈秀英", "Chen Xiuying"),
        errors: Vec::new(),
        found: vec![person(lang)],
        residents: 218,
        households: 96,
    };
    let mut nobody = people.clone();
    nobody.found.clear();
    nobody.errors = vec![wrong("who", l(lang, "没有找到。", "Nobody is found."))];
    let typed = EnrolTyped {
        name: l(lang, "何大伯", "He Dabo"),
        phone: "13900000021".to_owned(),
        resident: "219".to_owned(),
        household: "97".to_owned(),
        household_name: l(lang, "何家", "He"),
        address: l(lang, "榕树巷 21 号", "21 Banyan Lane"),
        child: "yes".to_owned(),
    };
    let enrol = EnrolView {
        shell: office(lang, size),
        typed: typed.clone(),
        errors: vec![wrong("phone", l(lang, "不像电话号码。", "No telephone."))],
        free_household: "97".to_owned(),
    };
    let check = EnrolCheckView {
        shell: office(lang, size),
        typed,
        new_household: true,
        household: l(lang, "何家 · 第 97 户", "He · household 97"),
        members: Vec::new(),
        alike: Vec::new(),
    };
    let mut alike = check.clone();
    alike.new_household = false;
    alike.members = vec![person(lang)];
    alike.alike = vec![person(lang)];
    let one = PersonView {
        shell: office(lang, size),
        row: person(lang),
        household: 3,
        typed: (l(lang, "陈秀英", "Chen Xiuying"), String::new()),
        errors: Vec::new(),
    };
    let mut of_person = one.clone();
    of_person.errors = vec![wrong(
        "name",
        l(lang, "名字不能空着。", "The name can't be empty."),
    )];
    let home = HouseholdView {
        shell: office(lang, size),
        no: 3,
        name: l(lang, "陈阿婆家", "Grandma Chen's"),
        address: l(lang, "榕树巷 12 号", "12 Banyan Lane"),
        typed: (l(lang, "陈阿婆家", "Grandma Chen's"), String::new()),
        errors: Vec::new(),
        done: true,
        moved: true,
        members: vec![person(lang)],
        points: Some(1286),
    };
    let mut empty = home.clone();
    empty.moved = false;
    (empty.name, empty.address, empty.points, empty.done) =
        (String::new(), String::new(), None, false);
    empty.members.clear();
    empty.errors = vec![wrong("name", l(lang, "不能空着。", "Write it."))];
    let colleague = StaffNewView {
        shell: office(lang, size),
        typed: [
            "xiaoyu".to_owned(),
            l(lang, "何小雨", "He Xiaoyu"),
            "shopkeeper".to_owned(),
            "0003".to_owned(),
        ],
        errors: vec![wrong("role", l(lang, "请选一个岗位。", "Choose a role."))],
    };
    let token = |id, ended| TokenRow {
        id,
        name: l(lang, "东门智能秤", "Scale at the east gate"),
        scope: "events".to_owned(),
        since: day(6, 1),
        ended,
    };
    let tokens = TokensView {
        shell: office(lang, size),
        rows: vec![token(2, None), token(1, Some(day(11, 20)))],
        typed: (String::new(), "till".to_owned()),
        errors: vec![wrong("scope", l(lang, "请选一样。", "Choose one."))],
        fresh: Some((
            l(lang, "东门智能秤", "Scale at the east gate"),
            "9f".repeat(32),
        )),
        ended: l(lang, "旧秤", "the old scale"),
    };
    let mut none = tokens.clone();
    (none.rows, none.errors, none.fresh, none.ended) =
        (Vec::new(), Vec::new(), None, String::new());
    vec![
        ("people", people.html()),
        ("people-nobody", nobody.html()),
        ("enrol", enrol.html()),
        ("enrol-check", check.html()),
        ("enrol-alike", alike.html()),
        ("person", one.html()),
        ("person-own-points", of_person.html()),
        ("household", home.html()),
        ("household-empty", empty.html()),
        ("staff-new", colleague.html()),
        ("tokens", tokens.html()),
        ("tokens-none", none.html()),
    ]
}

pub(super) fn sheet_pages(lang: Lang, size: Size) -> Pages {
    let text = l(
        lang,
        "姓名\t户名\n何大伯\t何家\n",
        "name\thousehold_name\nHe\tHe\n",
    );
    let sheet = SheetView {
        shell: office(lang, size),
        text: text.clone(),
        errors: vec![wrong("text", l(lang, "没有这一列。", "No such column."))],
        rows_max: 200,
    };
    let row = |line, outcome| SheetRow {
        line,
        outcome,
        who: l(lang, "何大伯 13900000021", "He Dabo 13900000021"),
        number: "0219".to_owned(),
        proposed: true,
        household: l(lang, "何家 · 第 97 户", "He · household 97"),
        new_household: true,
        child: line == 2,
        why: String::new(),
        alike: Vec::new(),
    };
    let mut alike = row(3, RowOutcome::New);
    alike.alike = vec![person(lang)];
    let mut conflict = row(5, RowOutcome::Conflict);
    conflict.why = l(lang, "已经登记为别的。", "It is registered as another.");
    let mut bad = row(6, RowOutcome::Bad);
    (bad.who, bad.why) = (String::new(), l(lang, "是空的。", "It is empty."));
    let plan = SheetPlanView {
        shell: office(lang, size),
        understood: l(lang, "读作 UTF-8，5 行", "read as UTF-8, 5 rows"),
        rows: vec![
            row(2, RowOutcome::New),
            alike,
            row(4, RowOutcome::Known),
            conflict,
            bad,
        ],
        sheet: text.clone(),
        digest: "ab".repeat(32),
        text: text.clone(),
        changed: true,
    };
    let mut known = plan.clone();
    known.rows.retain(|row| row.outcome == RowOutcome::Known);
    known.changed = false;
    let slip = |no: u32| SheetSlip {
        name: l(lang, "何大伯", "He Dabo"),
        number: format!("{no:04}"),
        secret: format!("{}", 402_700 + no),
    };
    let done = SheetDoneView {
        shell: office(lang, size),
        slips: (219..229).map(slip).collect(),
        known: 1,
        bad: vec![(5, l(lang, "已经登记为别的。", "Another."))],
        left_out: vec![3, 7],
        stopped: l(lang, "账本打不开。", "The books are shut."),
        text,
        site: "https://rongyi.example.cn/nanmen".to_owned(),
        at: at(day(11, 22), 9, 5),
    };
    vec![
        ("sheet", sheet.html()),
        ("sheet-plan", plan.html()),
        ("sheet-known", known.html()),
        ("sheet-done", done.html()),
    ]
}
