//! The forms about a merchant: what they ask, and what was typed.

use rongyi_core::ids::Code;
use rongyi_core::record::Item;
use rongyi_core::rule::Text;
use rongyi_core::shown;
use rongyi_pages::{CaseField, CaseInput, DossierForm};
use serde::Deserialize;

use super::At;
use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::earning;
use crate::partners::NewOffer;

/// The most letters of a line.
const LINE_MAX: u16 = 80;
/// The most pieces that come in at once.
const PIECES_MAX: i64 = 100_000;
/// The most that a piece is worth, in 1/100 yuan.
const VALUE_MAX: i64 = 10_000_000;

/// What a form about a merchant sends; each uses what it needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(super) key: String,
    pub(super) act: String,
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) place: String,
    pub(super) phone: String,
    pub(super) value: String,
    pub(super) pieces: String,
    pub(super) item: String,
    pub(super) login: String,
    pub(super) name: String,
}

fn field(name: &str, title: String, value: &str) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title,
        hint: String::new(),
        required: true,
        input: CaseInput::Short(LINE_MAX),
        value: shown::short(value, 200).into_owned(),
    }
}

fn hinted(field: CaseField, hint: String) -> CaseField {
    CaseField { hint, ..field }
}

fn optional_field(field: CaseField) -> CaseField {
    CaseField {
        required: false,
        ..field
    }
}

fn folded(
    (act, action): (&'static str, String),
    (title, about, button): (String, String, String),
    fields: Vec<CaseField>,
) -> DossierForm {
    DossierForm {
        act,
        action,
        title,
        about,
        fields,
        button,
        get: false,
        folded: true,
        main: true,
    }
}

pub(super) fn enrol_form(visit: &Visit, sent: &Sent) -> DossierForm {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let fields = vec![
        field("zh", t("叫什么", "Name in Chinese"), &sent.zh),
        optional_field(field("en", t("英文名", "Name in English"), &sent.en)),
        hinted(
            field("code", t("代号", "Code"), &sent.code),
            t(
                "小写字母、数字和“-”，例如 lin-noodles。以后不能改。",
                "Small letters, digits and “-”, such as lin-noodles. It cannot be changed later.",
            ),
        ),
        hinted(
            field(
                "place",
                t("在哪里取、什么时候开门", "Where to pick up, and when"),
                &sent.place,
            ),
            t("居民的兑换单上会写。", "It stands on residents’ slips."),
        ),
        optional_field(field("phone", t("电话", "Telephone"), &sent.phone)),
    ];
    let form = folded(
        ("new", visit.path("/merchants/new")),
        (String::new(), String::new(), t("登记", "Enrol")),
        fields,
    );
    DossierForm {
        folded: false,
        ..form
    }
}

pub(super) fn offer_form(visit: &Visit, merchant: &Code, sent: &Sent) -> DossierForm {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let number = |name, title, value: &str| CaseField {
        input: CaseInput::Number,
        ..field(name, title, value)
    };
    folded(
        ("offer", visit.path(&format!("/merchants/{merchant}"))),
        (
            t("上架一样新的", "Put something new up"),
            t(
                "几分一件由社区的定价规则定；没有定价的，居民看得到，还换不了。",
                "What it costs in points is the community’s pricing rule; without a price residents see it and cannot order it yet.",
            ),
            t("上架", "Put it up"),
        ),
        vec![
            field("zh", t("叫什么", "Name in Chinese"), &sent.zh),
            optional_field(field("en", t("英文名", "Name in English"), &sent.en)),
            hinted(
                field("code", t("代号", "Code"), &sent.code),
                t(
                    "小写字母和数字，例如 noodles。",
                    "Small letters and digits, such as noodles.",
                ),
            ),
            hinted(
                number(
                    "value",
                    t("一件值多少分钱", "What a piece is worth, in fen"),
                    &sent.value,
                ),
                t("100 是 1 元。", "100 is one yuan."),
            ),
            number(
                "pieces",
                t("先放几件", "Pieces to begin with"),
                &sent.pieces,
            ),
        ],
    )
}

pub(super) fn restock_form(
    visit: &Visit,
    merchant: &Code,
    items: &[Item],
    sent: &Sent,
) -> DossierForm {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    folded(
        ("restock", visit.path(&format!("/merchants/{merchant}"))),
        (t("补货", "Restock"), String::new(), t("补货", "Restock")),
        vec![
            choice(visit, items.iter(), &sent.item),
            CaseField {
                input: CaseInput::Number,
                ..field("pieces", t("补几件", "Pieces more"), &sent.pieces)
            },
        ],
    )
}

fn choice<'i>(visit: &Visit, items: impl Iterator<Item = &'i Item>, chosen: &str) -> CaseField {
    let all = items.map(|item| (item.code.to_string(), visit.say(&item.title)));
    CaseField {
        input: CaseInput::Choice(all.collect()),
        ..field("item", visit.either("哪一样", "Which"), chosen)
    }
}

/// Taking offers off the shelf and putting them back, where there are some of either.
pub(super) fn shelf_forms(
    visit: &Visit,
    merchant: &Code,
    items: &[Item],
    sent: &Sent,
) -> Vec<DossierForm> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let mut forms = Vec::new();
    for (act, active, title, about, button) in [
        (
            "off",
            true,
            t("下架一样", "Take something off"),
            t(
                "已经下单的照样可以来取。",
                "What is ordered already is still picked up.",
            ),
            t("下架", "Take it off"),
        ),
        (
            "on",
            false,
            t("重新上架", "Put something back"),
            String::new(),
            t("上架", "Put it back"),
        ),
    ] {
        let of = items.iter().filter(|item| item.active == active);
        if of.clone().next().is_some() {
            forms.push(folded(
                (act, visit.path(&format!("/merchants/{merchant}"))),
                (title, about, button),
                vec![choice(visit, of, &sent.item)],
            ));
        }
    }
    forms
}

pub(super) fn staff_form(visit: &Visit, merchant: &Code, sent: &Sent) -> DossierForm {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    folded(
        (
            "staff",
            visit.path(&format!("/merchants/{merchant}/manage")),
        ),
        (
            t("登记一个人", "Enrol somebody who works there"),
            t(
                "只看得到这个商家自己的柜台、优惠和结算单。要停用，在“工作人员”里停。",
                "They see this merchant’s own till, offers and statements, and nothing else. They are suspended under “Staff”.",
            ),
            t("登记，并显示初始密码", "Enrol, and show the first password"),
        ),
        vec![
            field("name", t("姓名", "Name"), &sent.name),
            hinted(
                field("login", t("登录名", "Sign-in name"), &sent.login),
                t(
                    "小写字母和数字，例如 lin-wu。",
                    "Small letters and digits, such as lin-wu.",
                ),
            ),
        ],
    )
}

fn input(field: &'static str, zh: &str, en: &str) -> At {
    (field, Fault::input("", zh, en))
}

/// A line that may be empty.
pub(super) fn optional(field: &'static str, typed: &str) -> Result<String, At> {
    let text = typed.trim();
    if text.chars().count() > usize::from(LINE_MAX) || text.chars().any(char::is_control) {
        let (zh, en) = (
            format!("最多写 {LINE_MAX} 个字。"),
            format!("Write at most {LINE_MAX} letters."),
        );
        return Err(input(field, &zh, &en));
    }
    Ok(text.to_owned())
}

/// A line that says something.
pub(super) fn line(field: &'static str, typed: &str) -> Result<String, At> {
    let text = optional(field, typed)?;
    if text.is_empty() {
        return Err(input(field, "这一格要写。", "This must be filled in."));
    }
    Ok(text)
}

/// The English half, or the Chinese where there is none.
pub(super) fn or_same(zh: &str, en: String) -> String {
    if en.is_empty() { zh.to_owned() } else { en }
}

fn number(visit: &Visit, field: &'static str, typed: &str, bounds: (i64, i64)) -> Result<i32, At> {
    let column = match field {
        "value" => visit.either("值多少", "worth"),
        _ => visit.either("件数", "pieces"),
    };
    let number =
        earning::whole(typed.trim(), &column, bounds).map_err(|error| (field, error.into()))?;
    Ok(i32::try_from(number).unwrap_or(i32::MAX))
}

/// What was typed as an offer.
pub(super) fn offer(visit: &Visit, sent: &Sent) -> Result<NewOffer, At> {
    let zh = line("zh", &sent.zh)?;
    let en = or_same(&zh, optional("en", &sent.en)?);
    Ok(NewOffer {
        code: sent.code.clone(),
        title: Text { zh, en },
        value_fen: number(visit, "value", &sent.value, (0, VALUE_MAX))?,
        pieces: pieces(visit, &sent.pieces)?,
    })
}

pub(super) fn pieces(visit: &Visit, typed: &str) -> Result<i32, At> {
    number(visit, "pieces", typed, (1, PIECES_MAX))
}
