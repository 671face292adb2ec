//! Leaders and reviewers book what residents did: the form that the kind's rule declares, and the answer at once. What
//! it is worth is decided by the book; the same function as behind the API sends it there.

use std::collections::BTreeMap;
use std::ops::ControlFlow::{self, Break, Continue};

use axum::response::{IntoResponse, Response};
use rongyi_core::amount::Decimal;
use rongyi_core::book::{Book, FateState, Frame, Loaded, Receipt};
use rongyi_core::chain::hex;
use rongyi_core::command::{AmendRejection, Need, Rejection};
use rongyi_core::ids::{AssetNo, Code, ResidentNo};
use rongyi_core::record::{Event, Record};
use rongyi_core::rule::{Field, FieldKind, KindPlan, Refusal};
use rongyi_core::seal::SEALED_PREFIX;
use rongyi_core::typed;
use rongyi_pages::{
    FieldError, RecordDoneView, RecordField, RecordFormView, RecordInput, RecordKind,
    RecordOutcome, RecordTyped, RecordView,
};
use serde::Deserialize;

use crate::access::random;
use crate::door::asked::{No, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day};
use crate::door::{Act, Kind};
use crate::earning::api::{EventInput, Sender, submit};
use crate::earning::trial::kinds;
use crate::ledger::titles::{decode, event_title};
use crate::ledger::told::{breakdown, gains, shortfall};
use crate::ledger::{explain, past};
use crate::people::own::ERASED;

/// Which kind.
#[derive(Debug, Deserialize)]
pub(crate) struct KindQuery {
    #[serde(default)]
    kind: String,
    /// The reversed entry in whose place the event comes.
    replaces: Option<Seq>,
    /// For whom, where somebody comes from a resident's page.
    resident: Option<No>,
}

fn shown(visit: &Visit, kind: &KindPlan) -> RecordKind {
    RecordKind {
        code: kind.code.to_string(),
        title: visit.say(&kind.title),
        unit: visit.say(&kind.unit),
    }
}

async fn book(visit: &Visit) -> Result<Book, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    Ok(Book::new(frame.ok_or_else(Fault::not_found)?))
}

/// `GET /{community}/record`; with `?kind=` the form of that kind.
pub(crate) async fn show_record(
    duty: OnDuty,
    Typed(query): Typed<KindQuery>,
) -> Result<Response, Fault> {
    let whom = match query.resident {
        Some(No(no)) => whom(&duty, ResidentNo(no)).await?,
        None => None,
    };
    let visit = duty.visit;
    let book = book(&visit).await?;
    let kinds = kinds(&book, visit.today());
    let chosen = kinds.iter().find(|kind| kind.code.as_str() == query.kind);
    if let Some(kind) = chosen {
        let one = kind.quantity_min == kind.quantity_max;
        let sent = Sent {
            typed: RecordTyped {
                on: visit.today().to_string(),
                quantity: if one { least(kind) } else { String::new() },
                replaces: query
                    .replaces
                    .map_or_else(String::new, |Seq(entry)| entry.to_string()),
                resident: query
                    .resident
                    .map_or_else(String::new, |No(no)| no.to_string()),
                ..RecordTyped::default()
            },
            ..Sent::default()
        };
        let mut view = form(&visit, kind, sent, Vec::new());
        view.whom = whom;
        return Ok(Html(view).into_response());
    }
    Ok(Html(RecordView {
        whom,
        kinds: kinds.iter().map(|kind| shown(&visit, kind)).collect(),
        shell: visit.shell(),
    })
    .into_response())
}

fn written(units: i32, scale: u8) -> String {
    Decimal { units, scale }.to_string()
}

fn least(kind: &KindPlan) -> String {
    written(kind.quantity_min, kind.scale)
}

/// What a form sent.
#[derive(Debug, Default)]
struct Sent {
    kind: String,
    key: String,
    typed: RecordTyped,
    fields: BTreeMap<String, String>,
    /// The number whose name the form showed; pages send it, programs do not.
    shown: Option<String>,
}

impl Sent {
    fn of(pairs: Vec<(String, String)>) -> Sent {
        let mut sent = Sent::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name.as_str() {
                "kind" => sent.kind = value,
                "key" => sent.key = value,
                "shown" => sent.shown = Some(value),
                "resident" => sent.typed.resident = value,
                "referrer" => sent.typed.referrer = value,
                "quantity" => sent.typed.quantity = value,
                "on" => sent.typed.on = value,
                "time" => sent.typed.time = value,
                "note" => sent.typed.note = value,
                "replaces" => sent.typed.replaces = value,
                other => {
                    let row = |prefix: &str| {
                        let no: usize = other.strip_prefix(prefix)?.parse().ok()?;
                        no.checked_sub(1)
                    };
                    if let Some(field) = other.strip_prefix("field.") {
                        sent.fields.insert(field.to_owned(), value);
                    } else if let Some(role) =
                        row("role.").and_then(|row| sent.typed.roles.get_mut(row))
                    {
                        role.0 = value;
                    } else if let Some(role) =
                        row("who.").and_then(|row| sent.typed.roles.get_mut(row))
                    {
                        role.1 = value;
                    }
                }
            }
        }
        sent
    }

    /// The event, as the API takes it; a number that is none is told here, by its field.
    fn event(&self) -> Result<EventInput, (Fault, &'static str)> {
        let number = |text: &str, field| {
            let number = crate::earning::resident_no(text);
            number.map(|no| no.0).map_err(|error| (error.into(), field))
        };
        let mut roles = BTreeMap::new();
        if !self.typed.referrer.is_empty() {
            roles.insert("referrer".to_owned(), number(&self.typed.referrer, "form")?);
        }
        for (role, who) in &self.typed.roles {
            match (role.is_empty(), who.is_empty()) {
                (true, true) => {}
                (false, false) => {
                    let role = typed::canonical(role);
                    roles.insert(role, number(who, "form")?);
                }
                _ => {
                    let fault = Fault::input(
                        "",
                        "角色和居民号码要成对填写：写了一个，另一个也要写。",
                        "A role and a resident number go together: where one is given, give the other.",
                    );
                    return Err((fault, "form"));
                }
            }
        }
        let fields = self.fields.iter().filter(|(_, value)| !value.is_empty());
        Ok(EventInput {
            kind: self.kind.clone(),
            resident: number(&self.typed.resident, "resident")?,
            roles,
            quantity: self.typed.quantity.clone(),
            occurred_at: match self.typed.time.as_str() {
                "" => self.typed.on.clone(),
                time => format!("{}T{time}", self.typed.on),
            },
            fields: fields
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            source: None,
            external_ref: None,
            note: Some(self.typed.note.clone()).filter(|note| !note.is_empty()),
            replaces: None,
        })
    }
}

/// The event in the place of a reversed one, under that one's source and reference.
async fn in_place(visit: &Visit, event: EventInput, typed: &str) -> Result<EventInput, Fault> {
    if typed.is_empty() {
        return Ok(event);
    }
    let entry = typed::digits(typed).and_then(|digits| digits.parse::<u64>().ok());
    let entry = entry.filter(|seq| *seq <= i64::MAX.unsigned_abs());
    let entry = entry.ok_or_else(|| {
        Fault::input(
            "",
            "这里写账本里第几笔的号码，例如 812。",
            "Write the number of an entry of the book here, 812 say.",
        )
    })?;
    let (source, external_ref) = reference_of(visit, entry).await?;
    Ok(EventInput {
        source: Some(source),
        external_ref: Some(external_ref),
        replaces: Some(entry),
        ..event
    })
}

/// The source and reference of an event that was booked, as they were sent.
async fn reference_of(visit: &Visit, entry: u64) -> Result<(String, String), Fault> {
    let store = &visit.app.house.store;
    let unknown = || Fault::from(Rejection::from(AmendRejection::EntryUnknown { entry }));
    let stored = store.entry(&visit.code, entry).await?;
    let stored = stored.filter(|stored| stored.first_seq == entry);
    let first = stored.as_ref().and_then(|stored| stored.records.first());
    let (seq, kind, body) = first.ok_or_else(unknown)?;
    let first = decode(*seq, *kind, body)?;
    let Some(event) = first.event() else {
        return Err(Fault::input(
            "",
            &format!("第 {entry} 笔不是登记的事项，不能这样代替。请核对号码。"),
            &format!(
                "Entry {entry} is no event and cannot be replaced like this. Check the number."
            ),
        ));
    };
    let source = event.source.clone().ok_or_else(|| {
        Fault::input(
            "",
            &format!("第 {entry} 笔没有编号。冲正它以后，直接再登记一件就行，这一格不用填。"),
            &format!("Entry {entry} has no reference. Once it is reversed, just record the event again and leave this empty."),
        )
    })?;
    let reference = if source.external_ref.starts_with(SEALED_PREFIX) {
        let found = store.references_at(&visit.code, &[entry]).await?;
        found
            .into_iter()
            .next()
            .map(|(_, reference)| reference.text)
    } else {
        Some(source.external_ref)
    };
    let reference = reference.ok_or_else(|| {
        Fault::input(
            "",
            &format!("第 {entry} 笔的编号已经随个人资料删除，不能再用。请不填这一格。"),
            &format!("The reference of entry {entry} was erased with personal data and cannot be used again. Leave this empty."),
        )
    })?;
    Ok((source.name.to_string(), reference))
}

fn own_field(visit: &Visit, field: &Field, sent: &Sent) -> RecordField {
    let yes_no = || {
        let answers = [
            ("yes", visit.either("是", "Yes")),
            ("no", visit.either("否", "No")),
        ];
        answers.map(|(code, text)| (code.to_owned(), text)).to_vec()
    };
    RecordField {
        name: field.name.to_string(),
        title: visit.say(&field.title),
        required: field.required,
        input: match &field.kind {
            FieldKind::Integer { min, max } => RecordInput::Integer(*min, *max),
            FieldKind::Decimal(scale) => RecordInput::Decimal(*scale),
            FieldKind::Choice(all) => {
                let each = |(code, text): &(Code, _)| (code.to_string(), visit.say(text));
                RecordInput::Choice(all.iter().map(each).collect())
            }
            FieldKind::YesNo => RecordInput::Choice(yes_no()),
            FieldKind::Day => RecordInput::Day,
        },
        value: sent
            .fields
            .get(field.name.as_str())
            .cloned()
            .unwrap_or_default(),
    }
}

fn form(visit: &Visit, kind: &KindPlan, sent: Sent, errors: Vec<FieldError>) -> RecordFormView {
    let fields = kind.fields.iter();
    RecordFormView {
        kind: shown(visit, kind),
        range: (least(kind), written(kind.quantity_max, kind.scale)),
        fields: fields.map(|field| own_field(visit, field, &sent)).collect(),
        typed: sent.typed,
        // A form that was wrong booked nothing; the next one is another try.
        key: hex(&random::<16>()),
        errors,
        whom: None,
        check: false,
        shell: visit.shell(),
    }
}

/// Who stands behind a number: the number and who it is, for whoever is about to book something for them.
async fn whom(duty: &OnDuty, resident: ResidentNo) -> Result<Option<(String, String)>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let person = store.resident_person(&visit.code, resident).await?;
    let Some(person) = person.filter(|person| person.name != ERASED) else {
        return Ok(None);
    };
    duty.reads(Kind::Identity, &[resident]).await?;
    let found = store.load(&visit.code, &[Need::Resident(resident)]).await?;
    let member = found.into_iter().find_map(|row| {
        if let Loaded::Resident(_, member) = row {
            member
        } else {
            None
        }
    });
    let home = match member {
        Some(member) => visit.household_title(member.household).await?,
        None => String::new(),
    };
    Ok(Some((
        resident.to_string(),
        format!("{} · {home}", person.name),
    )))
}

/// The form once more with the name of whose number was typed, where it was not shown before; nothing is booked.
async fn name_first(
    duty: &OnDuty,
    kind: &KindPlan,
    sent: Sent,
) -> Result<ControlFlow<Response, Sent>, Fault> {
    let number = typed::number(&sent.typed.resident);
    let is_known = sent
        .shown
        .as_deref()
        .is_none_or(|shown| typed::number(shown) == number);
    let (Some(number), false) = (number, is_known) else {
        return Ok(Continue(sent));
    };
    let Some(whom) = whom(duty, ResidentNo(number)).await? else {
        return Ok(Continue(sent));
    };
    let mut view = form(&duty.visit, kind, sent, Vec::new());
    view.whom = Some(whom);
    view.check = true;
    Ok(Break(Html(view).into_response()))
}

/// Which field a fault is about.
fn field_of(code: &str) -> &'static str {
    match code {
        "resident.unknown" | "number.form" => "resident",
        code if code.starts_with("quantity.") => "quantity",
        code if code.starts_with("date.") => "on",
        code if code.starts_with("replaces.") => "replaces",
        _ => "form",
    }
}

/// `POST /{community}/record`: booked, or the form again with what is wrong.
pub(crate) async fn record_event(
    duty: OnDuty,
    pairs: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = duty.actor();
    let may_reverse = duty.may(Act::Reverse);
    let sent = Sent::of(pairs.form().await?);
    let book = book(&duty.visit).await?;
    let kinds = kinds(&book, duty.visit.today());
    let kind = kinds.iter().find(|kind| kind.code.as_str() == sent.kind);
    let kind = kind.ok_or_else(Fault::not_found)?;
    let sent = match name_first(&duty, kind, sent).await? {
        Break(page) => return Ok(page),
        Continue(sent) => sent,
    };
    let visit = duty.visit.clone();
    let by = Sender {
        house: &visit.app.house,
        code: &visit.code,
        actor: actor.code(),
    };
    let key = Some(sent.key.clone()).filter(|key| (1..=128).contains(&key.len()));
    let event = match sent.event() {
        Ok(event) => in_place(&visit, event, &sent.typed.replaces)
            .await
            .map_err(|fault| (fault, "replaces")),
        Err(wrong) => Err(wrong),
    };
    let asked = match event {
        Ok(event) => submit(&by, &event, key.as_ref()).await.map_err(|fault| {
            let field = field_of(&fault.code);
            (fault, field)
        }),
        Err(wrong) => Err(wrong),
    };
    match asked {
        Ok((frame, answer)) => {
            let may_reverse = may_reverse && answer.receipt.waiting().is_none();
            done(&visit, &frame, kind, (&answer.receipt, may_reverse)).await
        }
        Err((fault, field)) if fault.status.is_client_error() && fault.detour.is_none() => {
            // Back from the answer and sent anew with other content: the form has a new key by now.
            let message = if fault.code == "key.conflict" {
                visit.either(
                    "刚才那一件已经记好了。这一页改过以后是另一件事：确实要记，请再按一次“记账”。",
                    "What was sent before is booked already. Changed, this is another event: press the button once more if it is meant.",
                )
            } else {
                visit.say(&fault.text)
            };
            let errors = vec![FieldError { field, message }];
            let named = match typed::number(&sent.typed.resident) {
                Some(number) => whom(&duty, ResidentNo(number)).await?,
                None => None,
            };
            let mut view = form(&visit, kind, sent, errors);
            view.whom = named;
            Ok((fault.status, Html(view)).into_response())
        }
        Err((fault, _)) => Err(fault),
    }
}

/// What became of it.
async fn done(
    visit: &Visit,
    frame: &Frame,
    kind: &KindPlan,
    (receipt, may_reverse): (&Receipt, bool),
) -> Result<Response, Fault> {
    let event = receipt.records.iter().find_map(Record::event);
    let event = event.ok_or_else(Fault::not_found)?;
    let doer = event.roles.first().map(|(_, who)| *who);
    let (gains, asset) = gains(visit, receipt).await?;
    let (_, rows) = breakdown(visit, frame, receipt, asset);
    let outcome = outcome(visit, frame, receipt).await?;
    let outcome = match short(visit, frame, (event, receipt)).await? {
        told if !told.is_empty() => RecordOutcome::Short { told },
        _ => outcome,
    };
    let rows = if outcome == RecordOutcome::Waiting {
        Vec::new()
    } else {
        rows
    };
    Ok(Html(RecordDoneView {
        kind: kind.code.to_string(),
        title: event_title(visit, frame, event, receipt.set()),
        masked_name: match doer {
            Some(doer) => visit.masked(doer).await?,
            None => String::new(),
        },
        entry: receipt.entry,
        outcome,
        gains,
        rows,
        may_reverse,
        shell: visit.shell(),
    })
    .into_response())
}

/// What was asked, taken and left, for every account on which a deduction found too little.
async fn short(
    visit: &Visit,
    frame: &Frame,
    (event, receipt): (&Event, &Receipt),
) -> Result<Vec<String>, Fault> {
    let (Some(Record::Decided(_, _, decision)), Some(settings)) =
        (receipt.records.get(1), &frame.settings)
    else {
        return Ok(Vec::new());
    };
    let mut told = Vec::new();
    let store = &visit.app.house.store;
    for (_, resident) in &event.roles {
        let found = store
            .load(&visit.code, &[Need::Resident(*resident)])
            .await?;
        let Some(Loaded::Resident(_, Some(member))) = found.into_iter().next() else {
            continue;
        };
        for asset in [AssetNo::POINTS, AssetNo::MINUTES] {
            let holder = past::holder_of(settings, asset, *resident, member.household);
            let account = past::available(holder, asset);
            let change = receipt.records.iter().map(|record| {
                let Record::Moved(_, moved) = record else {
                    return 0;
                };
                let amount = moved.amount.get();
                if moved.debit == account {
                    amount.saturating_neg()
                } else if moved.credit == account {
                    amount
                } else {
                    0
                }
            });
            let change = change.fold(0, i64::saturating_add);
            let lack = shortfall(visit, frame, (event, decision), (account, change)).await?;
            let Some(lack) = lack else {
                continue;
            };
            let after = store.balances(&visit.code, &[account]).await?;
            let after = after
                .first()
                .map(|(_, state)| state.spendable(visit.today()));
            let sentence = lack.told(visit, after);
            if !told.contains(&sentence) {
                told.push(sentence);
            }
        }
    }
    Ok(told)
}

async fn outcome(visit: &Visit, frame: &Frame, receipt: &Receipt) -> Result<RecordOutcome, Fault> {
    let refused = receipt.records.iter().find_map(|record| {
        if let Record::Refused(set, _, refusal) = record {
            Some((explain::plan_of(frame, *set), refusal))
        } else {
            None
        }
    });
    if let Some((plan, refusal)) = refused {
        let plain = Refusal {
            opens: None,
            ..explain::without_balance(refusal)
        };
        return Ok(RecordOutcome::Refused {
            sentence: explain::refusal(&plan, Some(frame), &plain, visit.tongue()),
            opens: refusal.opens.map(day),
        });
    }
    if receipt.waiting().is_some() {
        return Ok(RecordOutcome::Waiting);
    }
    let fate = visit
        .app
        .house
        .store
        .fate(&visit.code, receipt.entry)
        .await?;
    let until = fate.filter(|fate| fate.state == FateState::Pending);
    Ok(match until.and_then(|fate| fate.until) {
        Some(until) => RecordOutcome::Notice {
            until: day(until),
            booked: day(until.plus_days(1)),
        },
        None => RecordOutcome::Booked,
    })
}
