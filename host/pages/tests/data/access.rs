//! Samples of the pages about the way in: devices, a PIN set anew, its slip, the staff.

use rongyi_pages::*;

use super::{Pages, at, at_desks, day, l, shell};

const REVIEWER: [Desk; 4] = [Desk::Amend, Desk::Record, Desk::Reset, Desk::Listing];
const OPERATOR: [Desk; 2] = [Desk::Operator, Desk::Staff];

/// What the office did, as the person reads it.
pub(super) fn told(lang: Lang) -> String {
    l(
        lang,
        "您的密码由 黄主任 在 11月20日 重设。",
        "Your PIN was set anew by 黄主任 on 2026-11-20.",
    )
}

#[expect(clippy::too_many_lines, reason = "sample pages, one after the other")]
pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let row = |id, label: &str, here, signed_in| DeviceRow {
        id,
        label: label.to_owned(),
        first: at(day(6, 1), 8, 30),
        last: at(day(11, 22), 9, 5),
        here,
        signed_in,
    };
    let devices = DevicesView {
        shell: shell(lang, size, Some("陈阿婆")),
        rows: vec![
            row(3, "Chrome · Android", true, true),
            row(2, "Edge · Windows", false, true),
            row(1, "Safari · iPhone", false, false),
        ],
        records: vec![told(lang)],
        done: true,
    };
    let office = || at_desks(shell(lang, size, Some("黄主任")), &REVIEWER);
    let reset = ResetView {
        shell: office(),
        number: "9999".to_owned(),
        errors: vec![FieldError {
            field: "number",
            message: l(lang, "没有 9999 号居民。", "There is no resident 9999."),
        }],
        found: None,
        several: Vec::new(),
        unlocked: false,
    };
    let mut check = reset.clone();
    check.errors.clear();
    check.found = Some(Helped {
        number: "0003".to_owned(),
        name: l(lang, "陈秀英", "Chen Xiuying"),
        household: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        phone_tail: "0003".to_owned(),
        locked: true,
    });
    let mut several = check.clone();
    several.found = None;
    several.number = l(lang, "陈秀英", "Chen Xiuying");
    for number in ["0003", "0017"] {
        several.several.push(Helped {
            number: number.to_owned(),
            name: l(lang, "陈秀英", "Chen Xiuying"),
            household: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
            phone_tail: String::new(),
            locked: false,
        });
    }
    let mut unlocked = check.clone();
    unlocked.unlocked = true;
    let slip = SlipView {
        shell: office(),
        audience: Audience::Resident,
        name: l(lang, "陈秀英", "Chen Xiuying"),
        number: "0003".to_owned(),
        secret: "402716".to_owned(),
        site: "https://rongyi.example.cn/nanmen".to_owned(),
        at: at(day(11, 22), 9, 5),
        back: "/reset",
    };
    let lead = || at_desks(shell(lang, size, Some("黄主任")), &OPERATOR);
    let mut staff_slip = slip.clone();
    staff_slip.shell = lead();
    staff_slip.audience = Audience::Staff;
    staff_slip.back = "/operator/staff";
    staff_slip.number = "shop".to_owned();
    staff_slip.secret = "hadet-gubis-lomur".to_owned();
    let person = |id, name: String, role: &str, active, is_reader| StaffRow {
        id,
        name,
        login: format!("login{id}"),
        role: role.to_owned(),
        active,
        own: is_reader,
    };
    let one = person(2, l(lang, "李店员", "Li"), "shopkeeper", true, false);
    let list = StaffListView {
        shell: lead(),
        rows: vec![
            person(1, l(lang, "黄主任", "Huang"), "operator", true, true),
            one.clone(),
            person(3, l(lang, "王老师", "Wang"), "reviewer", false, false),
            person(4, l(lang, "赵强", "Zhao"), "leader", true, false),
        ],
        records: vec![l(
            lang,
            "李店员的密码由 黄主任 在 11月20日 重设。",
            "Li: password set anew.",
        )],
    };
    let staff = StaffOneView {
        shell: lead(),
        row: one,
        resident: "0017".to_owned(),
        errors: vec![FieldError {
            field: "act",
            message: l(lang, "已经是这样了。", "It is so already."),
        }],
        done: false,
    };
    let mut of_reader = staff.clone();
    of_reader.errors.clear();
    of_reader.row.own = true;
    let mut disabled = staff.clone();
    disabled.errors.clear();
    disabled.row.active = false;
    disabled.done = true;
    vec![
        ("devices", devices.html()),
        ("reset", reset.html()),
        ("reset-check", check.html()),
        ("reset-several", several.html()),
        ("reset-unlocked", unlocked.html()),
        ("slip", slip.html()),
        ("slip-staff", staff_slip.html()),
        ("staff-list", list.html()),
        ("staff-one", staff.html()),
        ("staff-own", of_reader.html()),
        ("staff-disabled", disabled.html()),
    ]
}
