//! The pages on which the office enters that somebody left or goes to another household: filled in, shown what would become of
//! points, hours and orders, and only then booked.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use rongyi_core::account::Holder;
use rongyi_core::chain::hex;
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use rongyi_core::member::Departure;
use rongyi_core::typed;
use rongyi_pages::{CaseFault, CaseField, CaseInput, DossierForm, DossierLink, DossierView};

use super::{Where, Wish, book, goes, member, preview};
use crate::access::random;
use crate::amend;
use crate::door::asked::{No, Path, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::door::{Actor, Kind};
use crate::ledger::titles::asset_title;
use crate::people::own::ERASED;

/// What the forms send, each field by its name.
#[derive(Debug, Default)]
pub(crate) struct Sent(BTreeMap<String, String>);

impl Sent {
    async fn of(sent: Unread<Vec<(String, String)>>) -> Result<Sent, Fault> {
        Ok(Sent(sent.form().await?.into_iter().collect()))
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

/// What is wrong, and in which field.
struct Wrong {
    field: &'static str,
    message: String,
}

fn wrong(field: &'static str, message: String) -> Wrong {
    Wrong { field, message }
}

fn title_of(duty: &OnDuty, resident: ResidentNo, name: &str) -> String {
    let number = format!("{:04}", resident.0);
    duty.visit.either(
        &format!("{name}（{number}）"),
        &format!("{name} ({number})"),
    )
}

/// The name behind a number, once it is on record that it was read.
async fn named(duty: &OnDuty, resident: ResidentNo) -> Result<Option<String>, Fault> {
    let store = &duty.visit.app.house.store;
    let person = store.resident_person(&duty.visit.code, resident).await?;
    let Some(person) = person.filter(|person| person.name != ERASED) else {
        return Ok(None);
    };
    duty.reads(Kind::Identity, &[resident]).await?;
    Ok(Some(title_of(duty, resident, &person.name)))
}

async fn holder_title(duty: &OnDuty, holder: Holder) -> Result<String, Fault> {
    match holder {
        Holder::Resident(no) => Ok(named(duty, no).await?.unwrap_or_else(|| no.to_string())),
        Holder::Household(no) => duty.visit.household_title(no).await,
        Holder::Community | Holder::Fund(_) => Ok(duty.visit.either("社区", "the community")),
    }
}

fn amount(visit: &Visit, asset: AssetNo, amount: i64) -> String {
    let shell = visit.shell();
    match asset {
        AssetNo::POINTS => shell.points(amount),
        AssetNo::MINUTES => shell.hours(amount),
        _ => format!("{} {}", shell.num(amount), asset_title(visit, asset)),
    }
}

/// What would become of everything, sentence by sentence.
async fn told(
    duty: &OnDuty,
    wish: &Wish,
    receipt: &rongyi_core::book::Receipt,
) -> Result<Vec<String>, Fault> {
    let visit = &duty.visit;
    let mut all = Vec::new();
    for one in goes(receipt) {
        let (whose, much) = (
            holder_title(duty, one.from).await?,
            amount(visit, one.asset, one.amount),
        );
        all.push(match one.to {
            Where::Holder(to) => {
                let to = holder_title(duty, to).await?;
                visit.either(
                    &format!("{whose}的 {much} 转到{to}名下，有效期不变。"),
                    &format!(
                        "{much} of {whose} go to {to} and keep the days on which they run out."
                    ),
                )
            }
            Where::Lapses => visit.either(
                &format!("{whose}的 {much} 作废。"),
                &format!("{much} of {whose} lapse."),
            ),
            Where::Community => visit.either(
                &format!("{whose}的 {much} 捐给社区。"),
                &format!("{much} of {whose} are given to the community."),
            ),
        });
    }
    if all.is_empty() {
        all.push(visit.either("积分留在原处，不转。", "Points stay where they are."));
    }
    all.push(match wish {
        Wish::Leave { how, .. } => match how {
            Departure::MovedAway => visit.either(
                "志愿时长留在本人名下，证明照样能开；本人还能登录看账，不能再兑换。",
                "Hours stay with the person, who can still get certificates and look at the passbook, but order nothing.",
            ),
            Departure::Died => visit.either(
                "志愿时长和以前的账都留着；这个号码不能再登录。",
                "Hours and everything booked stay on record; nobody can sign in with this number any more.",
            ),
            Departure::Same(_) => visit.either(
                "以后只用留下的那个号码；这个号码不能再登录。以前的账留在原来的号码下，可以查。各项上限按留下的号码算，这个号码以前用掉的不并过去。",
                "From now on only the other number is used; nobody can sign in with this one. What was booked stays below it and can be looked up. Caps count for the number that goes on; what this one used up is not added.",
            ),
        },
        Wish::Move { .. } => visit.either(
            "志愿时长跟着本人走；没领的订单仍归原来那一户，凭取货码照样领；以前挣的，统计里仍算在原来那一户。",
            "Hours go with each person. Open orders stay with the former household and are handed over for their code. What was earned before counts for the former household.",
        ),
    });
    all.push(visit.either(
        "登记错了，冲正这一笔就都回来。",
        "If it was a mistake, taking the entry back brings all of it back.",
    ));
    Ok(all)
}

/// A refusal as the page shows it; what no page can say is handed on.
fn refusal(visit: &Visit, fault: Fault) -> Result<Wrong, Fault> {
    if !fault.status.is_client_error() || fault.code == "not-found" {
        return Err(fault);
    }
    let field = match &*fault.code {
        "leaving.heir" | "resident.unknown" => "to",
        "household.share" => "points",
        "household.same" | "number.too-large" => "to",
        "reason.form" => "reason",
        _ => "",
    };
    Ok(wrong(field, visit.say(&fault.text)))
}

fn by(duty: &OnDuty) -> (Actor, Option<i64>) {
    (duty.actor(), duty.staff.person_id)
}

/// Reads a form into what is wished.
type Read = Result<(Wish, String), Wrong>;

/// What one of these forms came to.
enum Came {
    /// It was booked.
    Booked,
    /// What would happen.
    Shown(Vec<String>),
    Wrong(Wrong),
}

async fn turn(duty: &OnDuty, sent: &Sent, read: Read) -> Result<Came, Fault> {
    let visit = &duty.visit;
    let (wish, reason) = match read {
        Ok(read) => read,
        Err(wrong) => return Ok(Came::Wrong(wrong)),
    };
    let (actor, person) = by(duty);
    let by = (&actor, person);
    let house = &visit.app.house;
    if sent.get("act") == "book" {
        let key = Some(sent.get("key").to_owned()).filter(|key| (1..=128).contains(&key.len()));
        let done = book(house, &visit.code, by, (&wish, reason, key)).await;
        return match done {
            Ok(_) => Ok(Came::Booked),
            Err(error) => Ok(Came::Wrong(refusal(visit, error.into())?)),
        };
    }
    match preview(house, &visit.code, by, &wish).await {
        Ok(receipt) => Ok(Came::Shown(told(duty, &wish, &receipt).await?)),
        Err(error) => Ok(Came::Wrong(refusal(visit, error.into())?)),
    }
}

fn field(name: &str, title: String, input: CaseInput, sent: &Sent) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title,
        hint: String::new(),
        required: true,
        input,
        value: sent.get(name).to_owned(),
    }
}

/// The page of a form that was filled in: what was wrong, or what would happen with the button that books it.
fn page(
    visit: &Visit,
    (title, back, action): (String, DossierLink, String),
    (about, fields): (String, Vec<CaseField>),
    (sent, came): (&Sent, Option<Came>),
) -> DossierView {
    let mut view = DossierView::blank(visit.shell(), hex(&random::<16>()));
    view.home = "residents";
    view.back = Some(back);
    view.title = title;
    match came {
        Some(Came::Shown(told)) => {
            let hidden = |(name, value): (&String, &String)| CaseField {
                name: name.clone(),
                title: String::new(),
                hint: String::new(),
                required: false,
                input: CaseInput::Hidden,
                value: value.clone(),
            };
            let kept = sent.0.iter();
            let kept = kept.filter(|(name, _)| !["act", "key"].contains(&name.as_str()));
            view.told = told;
            view.forms.push(DossierForm {
                act: "book",
                action: action.clone(),
                title: String::new(),
                about: String::new(),
                fields: kept.map(hidden).collect(),
                button: visit.either("就这样登记", "Enter it so"),
                get: false,
                folded: false,
                main: true,
            });
        }
        Some(Came::Wrong(Wrong { field, message })) => {
            let field = match field {
                "" => "look".to_owned(),
                field => format!("look-{field}"),
            };
            view.errors = vec![CaseFault { field, message }];
        }
        Some(Came::Booked) | None => {}
    }
    let shown = !view.forms.is_empty();
    view.forms.push(DossierForm {
        act: "look",
        action,
        title: visit.either("改一改", "Change something"),
        about,
        fields,
        button: visit.either("看看会怎样", "See what would happen"),
        get: false,
        folded: shown,
        main: !shown,
    });
    view
}

fn answer(view: DossierView) -> Response {
    if view.errors.is_empty() {
        return Html(view).into_response();
    }
    (Fault::input("", "", "").status, Html(view)).into_response()
}

fn number(visit: &Visit, text: &str, field: &'static str) -> Result<u32, Wrong> {
    typed::number(text).ok_or_else(|| {
        let told = visit.either(
            "请写号码，用数字，例如 1002。",
            "Write the number in digits, such as 1002.",
        );
        wrong(field, told)
    })
}

fn reason(visit: &Visit, sent: &Sent) -> Result<String, Wrong> {
    let told = amend::reason(sent.get("reason"));
    told.map_err(|error| wrong("reason", visit.say(&error.text)))
}

// Leaving.

/// `GET /{community}/people/residents/{resident}/leave`.
pub(crate) async fn show_leave(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let view = leave_view(&duty, ResidentNo(no), (&Sent::default(), None)).await?;
    Ok(answer(view))
}

/// `POST /{community}/people/residents/{resident}/leave`: what would happen, or that it does.
pub(crate) async fn leave(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = Sent::of(sent).await?;
    let resident = ResidentNo(no);
    let read = read_leave(&duty.visit, resident, &sent);
    let came = turn(&duty, &sent, read).await?;
    if matches!(came, Came::Booked) {
        let path = duty.visit.path(&format!("/residents/{no}?done=left"));
        return Ok(go(&path));
    }
    let view = leave_view(&duty, resident, (&sent, Some(came))).await?;
    Ok(answer(view))
}

fn read_leave(visit: &Visit, resident: ResidentNo, sent: &Sent) -> Read {
    let other = match sent.has("to") {
        true => Some(ResidentNo(number(visit, sent.get("to"), "to")?)),
        false => None,
    };
    let (how, heir) = match (sent.get("how"), other) {
        ("moved", heir) => (Departure::MovedAway, heir),
        ("died", heir) => (Departure::Died, heir),
        ("same", Some(other)) => (Departure::Same(other), None),
        ("same", None) => {
            let told = visit.either("请写以后留用的那个号码。", "Write the number that goes on.");
            return Err(wrong("to", told));
        }
        _ => {
            let told = visit.either("请选是哪一种情况。", "Choose what happened.");
            return Err(wrong("how", told));
        }
    };
    let wish = Wish::Leave {
        resident,
        how,
        heir,
    };
    Ok((wish, reason(visit, sent)?))
}

async fn leave_view(
    duty: &OnDuty,
    resident: ResidentNo,
    (sent, came): (&Sent, Option<Came>),
) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let name = named(duty, resident).await?.ok_or_else(Fault::not_found)?;
    let path = format!("/people/residents/{}/leave", resident.0);
    let choice = |code: &str, zh, en| (code.to_owned(), visit.either(zh, en));
    let how = CaseInput::Choice(vec![
        choice("moved", "迁出了本社区", "Moved away"),
        choice("died", "去世了", "Died"),
        choice(
            "same",
            "重复登记了，是同一个人",
            "Enrolled twice: the same person",
        ),
    ]);
    let mut to = field(
        "to",
        visit.either(
            "给谁，或以后用哪个号码",
            "Who is given it, or which number goes on",
        ),
        CaseInput::Number,
        sent,
    );
    to.required = false;
    to.hint = visit.either(
        "重复登记的，写以后留用的号码。迁出或去世的，社区规定余下的积分归家人时，写同一户里那个人的号码；没有就空着。",
        "Enrolled twice: the number that goes on. Otherwise, where the community gives what is left to the family: the number of somebody of the household; leave it empty if there is nobody.",
    );
    let fields = vec![
        field("how", visit.either("什么情况", "What happened"), how, sent),
        to,
        field(
            "reason",
            visit.either("凭什么登记", "On what grounds"),
            CaseInput::Short(500),
            sent,
        ),
    ];
    let about = visit.either(
        "先看会怎样，再登记。登记以后不能再为这个号码记新的事项。",
        "See what would happen first. Once it is entered, nothing new can be booked for this number.",
    );
    let back = DossierLink {
        href: visit.path(&format!("/residents/{}", resident.0)),
        title: name.clone(),
        main: false,
    };
    let title = visit.either(
        &format!("{name}：迁出、去世、重复登记"),
        &format!("{name}: moved away, died, enrolled twice"),
    );
    Ok(page(
        visit,
        (title, back, visit.path(&path)),
        (about, fields),
        (sent, came),
    ))
}

// Going to another household.

/// `GET /{community}/people/households/{household}/move`.
pub(crate) async fn show_move(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let view = move_view(&duty, HouseholdNo(no), (&Sent::default(), None)).await?;
    Ok(answer(view))
}

/// `POST /{community}/people/households/{household}/move`: what would happen, or that it does.
pub(crate) async fn move_home(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = Sent::of(sent).await?;
    let from = HouseholdNo(no);
    let members = living(&duty.visit, from).await?;
    let read = read_move(&duty.visit, (from, &members), &sent);
    let joins = read.as_ref().ok().and_then(|(wish, _)| wish.joins());
    let came = turn(&duty, &sent, read).await?;
    if let (Came::Booked, Some(to)) = (&came, joins) {
        let path = duty
            .visit
            .path(&format!("/people/households/{to}?done=moved"));
        return Ok(go(&path));
    }
    let view = move_view(&duty, from, (&sent, Some(came))).await?;
    Ok(answer(view))
}

/// Those of a household who are there.
async fn living(visit: &Visit, household: HouseholdNo) -> Result<Vec<ResidentNo>, Fault> {
    let store = &visit.app.house.store;
    let rows = store.residents_of_household(&visit.code, household).await?;
    let mut all = Vec::new();
    for row in rows {
        let known = member(store, &visit.code, row.resident).await?;
        if known.is_some_and(|member| member.left.is_none() && !member.is_erased()) {
            all.push(row.resident);
        }
    }
    Ok(all)
}

fn tick(resident: ResidentNo) -> String {
    format!("who.{resident}")
}

fn read_move(visit: &Visit, (from, members): (HouseholdNo, &[ResidentNo]), sent: &Sent) -> Read {
    let going = members.iter().copied();
    let residents: Vec<ResidentNo> = going.filter(|one| sent.has(&tick(*one))).collect();
    if residents.is_empty() {
        let told = visit.either("请勾上要换户的人。", "Tick those who go.");
        return Err(wrong("who", told));
    }
    let to = HouseholdNo(number(visit, sent.get("to"), "to")?);
    let mut share = Vec::new();
    if sent.has("points") {
        let points = number(visit, sent.get("points"), "points")?;
        if points > 0 {
            share.push((Code::literal("points"), i64::from(points)));
        }
    }
    let wish = Wish::Move {
        residents,
        from,
        to,
        share,
    };
    Ok((wish, reason(visit, sent)?))
}

async fn move_view(
    duty: &OnDuty,
    household: HouseholdNo,
    (sent, came): (&Sent, Option<Came>),
) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let members = living(visit, household).await?;
    if members.is_empty() {
        return Err(Fault::not_found());
    }
    let title = visit.household_title(household).await?;
    let mut ticks = Vec::new();
    for resident in members {
        let name = named(duty, resident).await?;
        let ticked = sent.has(&tick(resident));
        ticks.push((
            tick(resident),
            name.unwrap_or_else(|| resident.to_string()),
            ticked,
        ));
    }
    let mut to = field(
        "to",
        visit.either("到哪一户（户号）", "To which household (its number)"),
        CaseInput::Number,
        sent,
    );
    to.hint = visit.either(
        "并户写对方的户号；分户写一个没用过的户号，名称地址以后在户的页面上填。",
        "To become one household, write the number of the other; to part, an unused number, whose name and address are filled in afterwards on its page.",
    );
    let mut fields = vec![
        field(
            "who",
            visit.either("谁换户", "Who goes"),
            CaseInput::Ticks(ticks),
            sent,
        ),
        to,
    ];
    let community = visit.app.house.community(&visit.code);
    let together = community
        .is_some_and(|community| community.config.unit == rongyi_config::AccountUnit::Household);
    if together {
        let mut points = field(
            "points",
            visit.either("带走多少积分", "How many points go along"),
            CaseInput::Number,
            sent,
        );
        points.required = false;
        points.hint = visit.either(
            "户里还有人留下时才要写；一户的人都走，积分全部带走。",
            "Only where somebody stays; when all of a household go, all of its points go along.",
        );
        fields.push(points);
    }
    fields.push(field(
        "reason",
        visit.either("凭什么登记", "On what grounds"),
        CaseInput::Short(500),
        sent,
    ));
    let back = DossierLink {
        href: visit.path(&format!("/people/households/{household}")),
        title: title.clone(),
        main: false,
    };
    let heading = visit.either(
        &format!("{title}：换户、分户、并户"),
        &format!("{title}: move, part, become one"),
    );
    let action = visit.path(&format!("/people/households/{household}/move"));
    let about = visit.either(
        "先看积分、时长、订单会怎样，再登记。",
        "See first what would become of points, hours and orders.",
    );
    Ok(page(
        visit,
        (heading, back, action),
        (about, fields),
        (sent, came),
    ))
}
