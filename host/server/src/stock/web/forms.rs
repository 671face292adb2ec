//! What is booked at the stock: a new item, goods that come in, are lost or counted, the shelf. Every form that is refused
//! comes back with all that was typed and what is wrong beside its field.

use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, ItemNo};
use rongyi_core::record::Item;
use rongyi_core::rule::Text;
use rongyi_core::typed;
use rongyi_pages::{CountCheck, FieldError, NewItemTyped, StockForm, StockItemView, StockTyped};
use serde::Deserialize;

use super::{frame, item_of, listed, shown_item};
use crate::amend;
use crate::door::asked::{Path, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::earning::{self, InputError};
use crate::stock::{self, Booking, Delivery};

/// The most pieces of one form.
const PIECES_MAX: i64 = 1_000_000;
/// The longest title, donor or note, in characters.
const TEXT_MAX: usize = 200;
/// The dearest item, in fen.
const VALUE_MAX: i64 = 1_000_000_000;

/// What is wrong, with its field and the answer's status.
struct Refused {
    field: &'static str,
    fault: Fault,
}

fn wrong(field: &'static str) -> impl Fn(InputError) -> Refused {
    move |error| Refused {
        field,
        fault: error.into(),
    }
}

/// A rejection belongs to a field; what is not for people to mend goes its own way.
fn rejected(field: &'static str, error: ClerkError) -> Result<Refused, Fault> {
    let fault = Fault::from(error);
    if fault.status.is_client_error() && fault.detour.is_none() {
        return Ok(Refused { field, fault });
    }
    Err(fault)
}

fn errors(visit: &Visit, refused: &Refused) -> Vec<FieldError> {
    // Back from the answer and sent anew with other content: the form has a new key by now.
    let message = if refused.fault.code == "key.conflict" {
        visit.either(
            "刚才那一次已经记好了。这一页改过以后是另一次：确实要记，请再按一次。",
            "What was sent before is booked already. Changed, this is another one: press the button once more if it is meant.",
        )
    } else {
        visit.say(&refused.fault.text)
    };
    vec![FieldError {
        field: refused.field,
        message,
    }]
}

fn booking(duty: &OnDuty, key: String) -> Booking {
    let key = Some(key).filter(|key| (1..=128).contains(&key.len()));
    (duty.actor().code(), key)
}

fn input(zh: &str, en: &str) -> InputError {
    InputError {
        code: "input.invalid",
        text: Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        },
    }
}

/// A text of one line, not too long.
fn line(text: &str) -> Result<String, InputError> {
    let text = text.trim();
    let fits = text.chars().count() <= TEXT_MAX && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned()).ok_or_else(|| {
        input(
            &format!("最多写 {TEXT_MAX} 个字，不能换行。"),
            &format!("Write at most {TEXT_MAX} letters on one line."),
        )
    })
}

fn pieces(visit: &Visit, text: &str, min: i64) -> Result<i32, InputError> {
    let column = visit.either("件数", "pieces");
    let number = earning::whole(text, &column, (min, PIECES_MAX))?;
    Ok(i32::try_from(number).unwrap_or(i32::MAX))
}

/// What the forms of an item send; each uses what it needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    key: String,
    #[serde(default)]
    pieces: String,
    #[serde(default)]
    donor: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    found: String,
    #[serde(default)]
    by_book: String,
}

impl Sent {
    fn typed(self) -> StockTyped {
        StockTyped {
            pieces: self.pieces,
            donor: self.donor,
            on: self.on,
            reason: self.reason,
            found: self.found,
        }
    }
}

/// The item's page with the form as it was sent.
async fn again(
    duty: &OnDuty,
    item: &str,
    (form, sent, refused): (StockForm, Sent, Refused),
) -> Result<Response, Fault> {
    let view = StockItemView {
        open: Some(form),
        typed: sent.typed(),
        errors: errors(&duty.visit, &refused),
        ..shown_item(duty, item, None).await?
    };
    Ok((refused.fault.status, Html(view)).into_response())
}

fn booked(visit: &Visit, item: &Code, entry: u64) -> Response {
    go(&visit.path(&format!("/stock/{item}?done={entry}")))
}

/// `POST /{community}/stock/{item}/receive`.
pub(crate) async fn receive_goods(
    duty: OnDuty,
    Path((_, item)): Path<(String, String)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let code = item_of(&*frame(visit).await?, &item)?.code;
    let delivery = match delivery(visit, &code, &sent) {
        Ok(delivery) => delivery,
        Err(refused) => return again(&duty, &item, (StockForm::Receive, sent, refused)).await,
    };
    let by = booking(&duty, sent.key.clone());
    match stock::deliver(&visit.app.house, &visit.code, &delivery, by).await {
        Ok(entry) => Ok(booked(visit, &code, entry)),
        Err(error) => {
            let refused = rejected("receive-pieces", error)?;
            again(&duty, &item, (StockForm::Receive, sent, refused)).await
        }
    }
}

fn delivery(visit: &Visit, item: &Code, sent: &Sent) -> Result<Delivery, Refused> {
    let quantity = pieces(visit, &sent.pieces, 1).map_err(wrong("receive-pieces"))?;
    let donor = line(&sent.donor).map_err(wrong("receive-donor"))?;
    let column = visit.either("哪天到的", "day");
    let on = earning::day(&sent.on, &column).map_err(wrong("receive-on"))?;
    let today = visit.today();
    if on > today {
        return Err(Refused {
            field: "receive-on",
            fault: Rejection::DateFuture { on, today }.into(),
        });
    }
    let reason = amend::reason(&sent.reason).map_err(wrong("receive-reason"))?;
    Ok(Delivery {
        item: item.clone(),
        quantity,
        donor,
        on,
        reason,
    })
}

/// `POST /{community}/stock/{item}/lose`.
pub(crate) async fn lose_goods(
    duty: OnDuty,
    Path((_, item)): Path<(String, String)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let code = item_of(&*frame(visit).await?, &item)?.code;
    let lost = pieces(visit, &sent.pieces, 1).map_err(wrong("lose-pieces"));
    let lost = lost.and_then(|lost| {
        let reason = amend::reason(&sent.reason).map_err(wrong("lose-reason"))?;
        Ok((lost, reason))
    });
    let (lost, reason) = match lost {
        Ok(lost) => lost,
        Err(refused) => return again(&duty, &item, (StockForm::Lose, sent, refused)).await,
    };
    let by = booking(&duty, sent.key.clone());
    let house = &visit.app.house;
    match stock::miss(house, &visit.code, (&code, lost), &reason, by).await {
        Ok(entry) => Ok(booked(visit, &code, entry)),
        Err(error) => {
            let refused = rejected("lose-pieces", error)?;
            again(&duty, &item, (StockForm::Lose, sent, refused)).await
        }
    }
}

/// `POST /{community}/stock/{item}/count`: the difference is shown; sent again with what the book had, it is booked. Where
/// the book has moved meanwhile, the new difference is shown.
pub(crate) async fn book_count(
    duty: OnDuty,
    Path((_, item)): Path<(String, String)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let house = &visit.app.house;
    let code = item_of(&*frame(visit).await?, &item)?.code;
    let found = pieces(visit, &sent.found, 0).map_err(wrong("count-found"));
    let found = found.and_then(|found| {
        let reason = amend::reason(&sent.reason).map_err(wrong("count-reason"))?;
        Ok((found, reason))
    });
    let (found, reason) = match found {
        Ok(found) => found,
        Err(refused) => return again(&duty, &item, (StockForm::Count, sent, refused)).await,
    };
    let by_book = stock::by_book(house, &visit.code, &code).await?;
    let seen = sent.by_book.parse::<i64>().ok();
    if seen != Some(by_book) || by_book == i64::from(found) {
        let view = StockItemView {
            count: Some(CountCheck {
                by_book,
                found: i64::from(found),
                reason,
            }),
            ..shown_item(&duty, &item, None).await?
        };
        return Ok(Html(view).into_response());
    }
    let by = booking(&duty, sent.key.clone());
    let told = format!("盘点 {by_book} → {found} · {reason}");
    match stock::count(house, &visit.code, (&code, found), &told, by).await {
        Ok(counted) => Ok(match counted.entry {
            Some(entry) => booked(visit, &code, entry),
            None => go(&visit.path(&format!("/stock/{code}"))),
        }),
        Err(error) => {
            let refused = rejected("count-found", error)?;
            again(&duty, &item, (StockForm::Count, sent, refused)).await
        }
    }
}

/// On the shelf, or off it.
#[derive(Debug, Deserialize)]
pub(crate) struct Shelving {
    #[serde(default)]
    key: String,
    #[serde(default)]
    on: String,
}

/// `POST /{community}/stock/{item}/shelf`. What is so already is what was wanted.
pub(crate) async fn put_on_shelf(
    duty: OnDuty,
    Path((_, item)): Path<(String, String)>,
    sent: Unread<Shelving>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let code = item_of(&*frame(visit).await?, &item)?.code;
    let active = match sent.on.as_str() {
        "yes" => true,
        "no" => false,
        _ => {
            return Err(Fault::input(
                "",
                "请按“下架”或“重新上架”。",
                "Press one of the two buttons.",
            ));
        }
    };
    let by = booking(&duty, sent.key);
    match stock::offer(&visit.app.house, &visit.code, (&code, active), by).await {
        Ok(entry) => Ok(booked(visit, &code, entry)),
        Err(ClerkError::Rejected(Rejection::NothingToDo)) => {
            Ok(go(&visit.path(&format!("/stock/{code}"))))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is typed for a new item.
#[derive(Debug, Deserialize)]
pub(crate) struct NewItem {
    #[serde(default)]
    key: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    title_zh: String,
    #[serde(default)]
    title_en: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    value: String,
}

/// `POST /{community}/stock`: a new item.
pub(crate) async fn add_item(duty: OnDuty, sent: Unread<NewItem>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let refused = match new_item(visit, &sent) {
        Ok(item) => {
            let by = booking(&duty, sent.key.clone());
            let code = item.code.clone();
            let house = &visit.app.house;
            match stock::define_new(house, &visit.code, item, by).await {
                Ok(entry) => return Ok(booked(visit, &code, entry)),
                Err(ClerkError::Rejected(Rejection::NothingToDo)) => Refused {
                    field: "item",
                    fault: input(
                        "已经有这个代号的物品了。请换一个代号，或直接打开那一样进货。",
                        "An item with this code is there already. Choose another code, or open that item.",
                    )
                    .into(),
                },
                Err(error) => rejected("item", error)?,
            }
        }
        Err(refused) => refused,
    };
    let typed = NewItemTyped {
        item: sent.item,
        title_zh: sent.title_zh,
        title_en: sent.title_en,
        category: sent.category,
        value: sent.value,
    };
    let errors = errors(visit, &refused);
    let view = listed(visit, false, (typed, errors)).await?;
    Ok((refused.fault.status, Html(view)).into_response())
}

fn new_item(visit: &Visit, sent: &NewItem) -> Result<Item, Refused> {
    let zh = line(&sent.title_zh).map_err(wrong("title_zh"))?;
    if zh.is_empty() {
        let error = input("请写物品的名称。", "Write what it is called.");
        return Err(wrong("title_zh")(error));
    }
    let en = line(&sent.title_en).map_err(wrong("title_en"))?;
    let column = visit.either("代号", "code");
    let code = earning::code(&sent.item, &column);
    let code = code.map_err(wrong("item"))?;
    if code.as_str().contains('/') {
        let error = input(
            "物品的代号里不能有斜杠，例如写 rice-5kg。",
            "The code of an item has no slash; write rice-5kg, say.",
        );
        return Err(wrong("item")(error));
    }
    let category = sent.category.parse().map_err(|_| {
        let error = input("请选它放在哪一类。", "Choose its shelf.");
        wrong("category")(error)
    })?;
    let value_fen = fen(&sent.value).ok_or_else(|| {
        let error = input(
            "价值写元，最多两位小数，例如 39.8；不知道写 0。",
            "Write its value in yuan with two decimals at most, 39.8 say; 0 where it is not known.",
        );
        wrong("value")(error)
    })?;
    Ok(Item {
        no: ItemNo(0),
        icon: code.clone(),
        code,
        category,
        value_fen,
        title: Text {
            en: if en.is_empty() { zh.clone() } else { en },
            zh,
        },
        active: true,
    })
}

/// Yuan as people write them, in fen.
fn fen(text: &str) -> Option<i32> {
    let written = typed::canonical(text);
    let (yuan, rest) = written.split_once('.').unwrap_or((&written, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 9 || rest.len() > 2 || !digits(yuan) || !digits(rest) {
        return None;
    }
    let whole = yuan.parse::<i64>().ok()?.checked_mul(100)?;
    let part: i64 = format!("{rest:0<2}").parse().ok()?;
    let all = whole.checked_add(part)?;
    i32::try_from(all).ok().filter(|_| all <= VALUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_exactly() {
        for (text, fens) in [
            ("39.8", Some(3980)),
            (" ３９．80 ", Some(3980)),
            ("0", Some(0)),
            ("0.05", Some(5)),
            ("7", Some(700)),
            ("", None),
            (".5", None),
            ("-3", None),
            ("3.999", None),
            ("10000001", None),
            ("1e3", None),
        ] {
            assert_eq!(fen(text), fens, "{text:?}");
        }
    }
}
