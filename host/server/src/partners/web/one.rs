//! One merchant: what it offers and what of it is there, its months, who works there; and its end, said before it is done.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::record::Item;
use rongyi_core::time::LocalDate;
use rongyi_pages::{
    Audience, CaseFault, CaseTone, DossierForm, DossierLink, DossierList, DossierRow, DossierView,
};
use rongyi_sheets::Row;
use rongyi_store::StoredMerchant;
use serde::Deserialize;

use super::forms::{self, Sent};
use super::{At, at_field, blank, own, state, told};
use crate::door::Act;
use crate::door::asked::{Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day, go};
use crate::ledger::explain;
use crate::partners;
use crate::people::accounts::by;
use crate::people::add_staff_by;
use crate::people::slip::{Slip, not_finished, slip};
use crate::redemption::whose::belongs_to;
use crate::reports::months;
use crate::stock::goods::{self, Goods};
use crate::stock::prices::{self, Price};

/// Months that are listed at most.
const MONTHS_MAX: i32 = 24;

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    done: String,
}

/// `GET /{community}/merchants/{merchant}`.
pub(crate) async fn show_merchant(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let merchant = own(&duty, &code).await?;
    let visit = &duty.visit;
    let done = match query.done.as_str() {
        "new" => visit.either(
            "登记好了。现在给它上架优惠。",
            "Enrolled. Now put up what it offers.",
        ),
        "offer" => visit.either("上架了。", "It is up."),
        "restock" => visit.either("补好了。", "Restocked."),
        "off" => visit.either(
            "下架了；已经下单的照样可以来取。",
            "It is off; what is ordered is still picked up.",
        ),
        "on" => visit.either("重新上架了。", "It is back."),
        "staff" => visit.either("登记好了。", "Enrolled."),
        "end" => visit.either(
            "停用了。已经下单的，到期前照样来取。",
            "Ended. What is ordered is picked up until its last day, as always.",
        ),
        _ => String::new(),
    };
    let view = view(&duty, &merchant, (&Sent::default(), Vec::new())).await?;
    Ok(Html(DossierView { done, ..view }).into_response())
}

async fn view(
    duty: &OnDuty,
    merchant: &StoredMerchant,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let frame = house.store.frame(&visit.code).await?;
    let frame = Arc::new(frame.ok_or_else(Fault::not_found)?);
    let goods = goods::list(&house.store, &frame, &visit.shop).await?;
    let own_goods: Vec<Goods> = goods
        .into_iter()
        .filter(|one| belongs_to(&one.item.code, &merchant.code))
        .collect();
    let items: Vec<Item> = own_goods.iter().map(|one| one.item.clone()).collect();
    let mut lists = vec![
        offers(visit, &frame, own_goods).await?,
        statements(visit, merchant).await?,
    ];
    let operates = duty.may(Act::ManageMerchants);
    if operates {
        lists.push(staff(visit, merchant).await?);
    }
    let waiting = partners::waiting(house, &visit.code, &merchant.code).await?;
    let mut facts = vec![
        (visit.either("在哪里取", "Pick-up"), merchant.place.clone()),
        (visit.either("代号", "Code"), merchant.code.to_string()),
        (
            visit.either("等人来取", "Waiting to be collected"),
            visit.either(&format!("{} 单", waiting.len()), &waiting.len().to_string()),
        ),
    ];
    if !merchant.phone.is_empty() {
        facts.insert(
            1,
            (visit.either("电话", "Telephone"), merchant.phone.clone()),
        );
    }
    if let Some((at, by)) = &merchant.ended {
        facts.push((
            visit.either("停用", "Ended"),
            format!(
                "{} · {}",
                visit.moment(*at).day.short(visit.lang()),
                visit.actor(by).await
            ),
        ));
    }
    let mut links = Vec::new();
    if !operates {
        links.push(DossierLink {
            href: visit.path("/till"),
            title: visit.either("去核销", "To the till"),
            main: true,
        });
    } else if merchant.ended.is_none() {
        links.push(DossierLink {
            href: visit.path(&format!("/merchants/{}/end", merchant.code)),
            title: visit.either("停用这个商家", "End this merchant"),
            main: false,
        });
    }
    Ok(DossierView {
        back: operates.then(|| DossierLink {
            href: visit.path("/merchants"),
            title: visit.either("商家", "Merchants"),
            main: false,
        }),
        title: visit.say(&merchant.title),
        state: Some(state(visit, merchant)),
        facts,
        links,
        lists,
        forms: all_forms(visit, merchant, (&items, sent), operates),
        errors,
        ..blank(visit)
    })
}

fn all_forms(
    visit: &Visit,
    merchant: &StoredMerchant,
    (items, sent): (&[Item], &Sent),
    operates: bool,
) -> Vec<DossierForm> {
    let none = Sent::default();
    // What was typed into one form does not stand in the others.
    let of = |acts: &[&str]| {
        if acts.contains(&sent.act.as_str()) {
            sent
        } else {
            &none
        }
    };
    let mut forms = Vec::new();
    if merchant.ended.is_none() {
        forms.push(forms::offer_form(visit, &merchant.code, of(&["offer"])));
        if !items.is_empty() {
            forms.push(forms::restock_form(
                visit,
                &merchant.code,
                items,
                of(&["restock"]),
            ));
            forms.extend(forms::shelf_forms(
                visit,
                &merchant.code,
                items,
                of(&["off", "on"]),
            ));
        }
    }
    if operates {
        forms.push(forms::staff_form(visit, &merchant.code, of(&["staff"])));
    }
    forms
}

/// What it offers, with what one costs somebody about whom nothing is known, or why they can't have it.
async fn offers(
    visit: &Visit,
    frame: &Arc<Frame>,
    goods: Vec<Goods>,
) -> Result<DossierList, Fault> {
    let items: Vec<Item> = goods.iter().map(|one| one.item.clone()).collect();
    let tags = prices::ask(&visit.app.house, frame, items, visit.today()).await?;
    let rows = goods.into_iter().zip(tags).map(|(one, tag)| {
        let price = match tag.price {
            Price::Points(points, _) => {
                visit.either(&format!("{points} 分"), &format!("{points} points"))
            }
            Price::Refused(no) => {
                let why = explain::refusal(&tag.plan, Some(frame), &no, visit.tongue());
                tag.to_some.map_or(why.clone(), |points| {
                    visit.either(
                        &format!("{points} 分，{why}"),
                        &format!("{points} points: {why}"),
                    )
                })
            }
            Price::Unknown => visit.either("还没有定价", "no price yet"),
        };
        let there = visit.either(
            &format!("还有 {} 件，有人订了 {} 件", one.shelf, one.reserved),
            &format!("{} there, {} ordered", one.shelf, one.reserved),
        );
        DossierRow {
            title: visit.say(&one.item.title),
            note: format!("{price} · {there} · {}", one.item.code),
            state: Some(match one.item.active {
                true => (visit.either("在架", "offered"), CaseTone::Done),
                false => (visit.either("下架", "off the shelf"), CaseTone::Ended),
            }),
            ..DossierRow::default()
        }
    });
    Ok(DossierList {
        title: visit.either("优惠", "Offers"),
        empty: visit.either("还没有上架。", "Nothing is offered yet."),
        rows: rows.collect(),
    })
}

/// Its months, the newest first.
async fn statements(visit: &Visit, merchant: &StoredMerchant) -> Result<DossierList, Fault> {
    let store = &visit.app.house.store;
    let signed = store.statements_of(&visit.code, &merchant.code).await?;
    let began = visit.app.house.day_of(&visit.code, merchant.began.0);
    let this = visit.today().month_index();
    let first = began.month_index().max(this.saturating_sub(MONTHS_MAX - 1));
    let rows = (first..=this).rev().filter_map(|index| {
        let day = LocalDate::of_month_index(index, 1)?;
        let known = signed.iter().find(|one| one.month == index);
        let state = match known.map(|one| one.second.is_some()) {
            Some(true) => (visit.either("已签", "signed"), CaseTone::Done),
            Some(false) => (
                visit.either("等第二个人签", "one more must sign"),
                CaseTone::Waiting,
            ),
            None if index == this => (visit.either("本月", "this month"), CaseTone::Open),
            None => (visit.either("还没有签", "not signed"), CaseTone::Waiting),
        };
        let month = months::code(day);
        Some(DossierRow {
            href: Some(visit.path(&format!("/merchants/{}/statements/{month}", merchant.code))),
            title: visit.say(&months::title(day)),
            state: Some(state),
            ..DossierRow::default()
        })
    });
    Ok(DossierList {
        title: visit.either("结算单", "Statements"),
        empty: String::new(),
        rows: rows.collect(),
    })
}

async fn staff(visit: &Visit, merchant: &StoredMerchant) -> Result<DossierList, Fault> {
    let store = &visit.app.house.store;
    let here = store.merchant_staff(&visit.code).await?;
    let all = store.all_staff(&visit.code).await?;
    let works = |id: i64| {
        here.iter()
            .any(|(staff, of)| *staff == id && *of == merchant.code)
    };
    let rows = all
        .into_iter()
        .filter(|one| works(one.staff_id))
        .map(|one| DossierRow {
            href: Some(visit.path(&format!("/operator/staff/{}", one.staff_id))),
            title: one.name,
            note: one.login,
            state: (!one.active).then(|| (visit.either("已停用", "suspended"), CaseTone::Ended)),
            bar: None,
        });
    Ok(DossierList {
        title: visit.either("商家的人", "Who works there"),
        empty: visit.either("还没有登记。", "Nobody is enrolled yet."),
        rows: rows.collect(),
    })
}

/// One of a merchant's items, by what was chosen.
async fn item_of(visit: &Visit, merchant: &Code, chosen: &str) -> Result<Code, At> {
    let house = &visit.app.house;
    let items = partners::items_of(house, &visit.code, merchant).await;
    let items = items.map_err(|error| ("", error.into()))?;
    let found = items.into_iter().find(|item| item.code.as_str() == chosen);
    found
        .map(|item| item.code)
        .ok_or_else(|| ("item", Fault::input("", "请选一样。", "Choose one.")))
}

async fn changed(duty: &OnDuty, merchant: &Code, sent: &Sent) -> Result<&'static str, At> {
    let visit = &duty.visit;
    let (house, actor) = (&visit.app.house, duty.actor().code());
    let key: String = sent.key.chars().take(64).collect();
    match sent.act.as_str() {
        "offer" => {
            let offer = forms::offer(visit, sent)?;
            let by = (&actor, key.as_str());
            let added = partners::add_offer(house, &visit.code, merchant, &offer, by).await;
            added.map_err(at_field)?;
            Ok("offer")
        }
        "restock" => {
            let item = item_of(visit, merchant, &sent.item).await?;
            let pieces = forms::pieces(visit, &sent.pieces)?;
            let by = (&actor, key.as_str());
            let done = partners::restock(house, &visit.code, (&item, pieces), by).await;
            done.map_err(at_field)?;
            Ok("restock")
        }
        act @ ("off" | "on") => {
            let item = item_of(visit, merchant, &sent.item).await?;
            let on = act == "on";
            if on {
                let stored = partners::find(house, &visit.code, merchant).await;
                if stored.map_err(at_field)?.ended.is_some() {
                    return Err(("", Fault::not_found()));
                }
            }
            let booking = (actor, Some(format!("{key}-{act}")));
            let done = partners::set_offered(house, &visit.code, (&item, on), booking).await;
            done.map_err(at_field)?;
            Ok(if on { "on" } else { "off" })
        }
        _ => Err(("", Fault::not_found())),
    }
}

/// `POST /{community}/merchants/{merchant}`.
pub(crate) async fn change(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let merchant = own(&duty, &code).await?;
    let sent = sent.form().await?;
    let done = changed(&duty, &merchant.code, &sent).await;
    answer(&duty, &merchant, &sent, done).await
}

async fn answer(
    duty: &OnDuty,
    merchant: &StoredMerchant,
    sent: &Sent,
    done: Result<&'static str, At>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    match done {
        Ok(done) => Ok(go(
            &visit.path(&format!("/merchants/{}?done={done}", merchant.code))
        )),
        Err(wrong) => {
            let (fault, errors) = told(visit, &sent.act, wrong)?;
            let view = view(duty, merchant, (sent, errors)).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

/// Enrols somebody who works for a merchant; the first password is shown once.
async fn take_on(duty: &OnDuty, merchant: &Code, sent: &Sent) -> Result<Option<Slip>, At> {
    let visit = &duty.visit;
    let app = &visit.app;
    let store = &app.house.store;
    let row = Row::typed(&[
        ("login", Some(&sent.login)),
        ("name", Some(&sent.name)),
        ("role", Some("merchant")),
    ]);
    let at = (&*app.house, &visit.code);
    let added = add_staff_by(at, app.vault.secret(), row.alone(), &by(&duty.staff)).await;
    if let Some(stopped) = added.stopped {
        return Err(("", not_finished(stopped)));
    }
    if let Some(bad) = added.bad.first() {
        let field = match bad.code.as_str() {
            "code.form" | "login.taken" => "login",
            _ if sent.name.trim().is_empty() => "name",
            _ => "login",
        };
        return Err((field, Fault::input("", &bad.text.zh, &bad.text.en)));
    }
    let login: String = sent.login.trim().to_owned();
    let staff = store.staff_by_login(&visit.code, &login).await;
    let staff = staff.map_err(|error| ("", Fault::from(error)))?;
    let staff = staff.ok_or_else(|| ("", Fault::not_found()))?;
    let (actor, now) = (duty.actor().code(), app.house.clock.now());
    let of = (merchant, staff.staff_id);
    let put = store
        .put_merchant_staff(&visit.code, of, (&actor, now))
        .await;
    put.map_err(|error| ("", Fault::from(error)))?;
    let works = store.merchant_of(&visit.code, staff.staff_id).await;
    if works.map_err(|error| ("", Fault::from(error)))?.as_ref() != Some(merchant) {
        let taken = Fault::input(
            "",
            "这个登录名是另一个商家的人，换一个。",
            "This sign-in name belongs to somebody of another merchant; choose another.",
        );
        return Err(("login", taken));
    }
    let first = added.secrets.into_iter().next();
    Ok(first.map(|first| Slip::of(Audience::Staff, first.name, first.who, first.secret)))
}

/// `POST /{community}/merchants/{merchant}/manage`.
pub(crate) async fn manage(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
    headers: HeaderMap,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let merchant = own(&duty, &code).await?;
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let done = match sent.act.as_str() {
        "staff" => match take_on(&duty, &merchant.code, &sent).await {
            Ok(Some(first)) => return Ok(slip(visit, &headers, first, "/merchants")),
            Ok(None) => Ok("staff"),
            Err(wrong) => Err(wrong),
        },
        "end" => {
            let by = duty.actor().code();
            let ended = partners::end(&visit.app.house, &visit.code, &merchant.code, &by).await;
            ended.map(|()| "end").map_err(at_field)
        }
        _ => Err(("", Fault::not_found())),
    };
    answer(&duty, &merchant, &sent, done).await
}

/// `GET /{community}/merchants/{merchant}/end`: what becomes of what, before it is done.
pub(crate) async fn show_end(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let merchant = own(&duty, &code).await?;
    let visit = &duty.visit;
    let house = &visit.app.house;
    let waiting = partners::waiting(house, &visit.code, &merchant.code).await?;
    let offered = partners::items_of(house, &visit.code, &merchant.code).await?;
    let offered = offered.iter().filter(|item| item.active).count();
    let last = waiting.iter().map(|order| order.deadline).max();
    let last = last.map_or_else(String::new, |last| {
        let day = day(last).short(visit.lang());
        visit.either(
            &format!("最晚的到 {day}。"),
            &format!(" The last of them runs until {day}."),
        )
    });
    let title = visit.say(&merchant.title);
    let told = vec![
        visit.either(
            &format!("现在在架的 {offered} 样马上下架，居民不能再下单。"),
            &format!("The {offered} things that are offered go off the shelf at once; nobody orders them any more."),
        ),
        visit.either(
            &format!("已经下单的 {} 单照样有效：居民到期前凭取货码去取，商家的柜台照样能核销；没有去取的，到期退回积分。{last}", waiting.len()),
            &format!("The {} orders that wait stay good: residents pick them up until their last day, at the merchant’s own till; what nobody picks up gives its points back.{last}", waiting.len()),
        ),
        visit.either(
            "以前的结算单和还没有签的月份都留着，照样可以签、打印。商家的人要停用，请到“工作人员”里停。",
            "All months stay, and those that are not signed can be signed and printed. Suspend who works there under “Staff”.",
        ),
    ];
    let form = DossierForm {
        act: "end",
        action: visit.path(&format!("/merchants/{}/manage", merchant.code)),
        title: String::new(),
        about: String::new(),
        fields: Vec::new(),
        button: visit.either("停用", "End it"),
        get: false,
        folded: false,
        main: true,
    };
    Ok(Html(DossierView {
        back: Some(DossierLink {
            href: visit.path(&format!("/merchants/{}", merchant.code)),
            title: title.clone(),
            main: false,
        }),
        title: visit.either(&format!("停用“{title}”？"), &format!("End “{title}”?")),
        told,
        forms: if merchant.ended.is_none() {
            vec![form]
        } else {
            Vec::new()
        },
        ..blank(visit)
    })
    .into_response())
}
