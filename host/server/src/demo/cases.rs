//! What a list of events alone does not show: an objection to an award under notice, a reversal, and an order whose
//! points lapse while it is held. Each is asked of the book as a person would ask it, under a key of its own, so that
//! a fill that was broken off can be run again.

use std::path::{Path, PathBuf};

use rongyi_clerk::{Answer, ClerkError};
use rongyi_core::amount::Amount;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::OrderLine;
use rongyi_sheets::Sheet;

use crate::amend::{By, Request};
use crate::door::terminal::Failure;
use crate::earning::cli::{import_balances, read as read_sheet, unreadable};
use crate::earning::import::{EVENT_COLUMNS, Reader};
use crate::house::House;
use crate::redemption::Wanted;
use crate::{amend, redemption};

/// Where it happens.
const COMMUNITY: &str = "jinxian";
const REVIEWER: &str = "jinxian-review";
/// Their award is under notice, and their order waits.
const MEMBER: ResidentNo = ResidentNo(1008);
/// Who objects to it.
const NEIGHBOUR: &str = "resident/1004";
/// The award, by its reference in `events.csv`.
const NOTICED: &str = "JX-JIANG-0043";
const OBJECTION: &str = "这条建议去年已经有人提过，请核对。";
/// The event that is taken back.
const MISTAKEN: &str = "JX-JIANG-0044";
const MISTAKE: &str = "登记表上写错了人，新志愿者是别人带来的。";
/// Days after the fill on which the opening points lapse, while the order is held for ten.
const LAPSE_DAYS: i32 = 1;
const LAPSING: i64 = 4;
const ITEM: &str = "book";
const PRICE: i64 = 12;

/// Asks all of them, where the demo's community is there. `folder` holds its lists, one folder for each community.
///
/// # Errors
/// What the book or the database said.
pub async fn play(house: &House, folder: &Path) -> Result<(), Failure> {
    let community = Code::literal(COMMUNITY);
    let path = folder.join(COMMUNITY).join("events.csv");
    if house.community(&community).is_none() || !path.is_file() {
        return Ok(());
    }
    let staff = house.store.staff_by_login(&community, REVIEWER).await?;
    let reviewer = staff.map(|member| format!("staff/{}", member.staff_id));
    let events = DemoEvents {
        house,
        community: &community,
        sheet: read_sheet(&path)?,
        path,
    };
    if let Some(entry) = events.entry(NOTICED).await? {
        let objects = (NEIGHBOUR, "demo-object", OBJECTION);
        amended(house, &community, Request::Object(entry), objects).await?;
    }
    if let (Some(entry), Some(reviewer)) = (events.entry(MISTAKEN).await?, reviewer) {
        let reverses = (reviewer.as_str(), "demo-reverse", MISTAKE);
        amended(house, &community, Request::Reverse(entry), reverses).await?;
    }
    lapsing_order(house, &community).await
}

/// The events of the demo, which are booked already.
struct DemoEvents<'h> {
    house: &'h House,
    community: &'h Code,
    path: PathBuf,
    sheet: Sheet,
}

impl DemoEvents<'_> {
    /// The entry of a row: sent again it is answered with what is booked.
    async fn entry(&self, reference: &str) -> Result<Option<u64>, Failure> {
        let by = (Code::literal("file"), &self.house.hand);
        let reader = Reader::open(&self.house.store, self.community, by).await;
        let reader = reader.map_err(|error| Failure::said("demo", &error))?;
        let rows = self.sheet.rows(EVENT_COLUMNS);
        let mut rows = rows.map_err(|error| unreadable(&self.path, &error))?;
        let row = rows.find_map(|row| {
            row.ok()
                .filter(|row| row.get("external_ref") == Some(reference))
        });
        let now = self.house.today(self.community);
        let Some(command) = row.and_then(|row| reader.event(&row, now).ok()) else {
            return Ok(None);
        };
        let answer = told(self.house.clerk.ask(self.community, command).await)?;
        Ok(Some(answer.receipt.entry))
    }
}

async fn amended(
    house: &House,
    community: &Code,
    request: Request,
    (actor, key, reason): (&str, &str, &str),
) -> Result<(), Failure> {
    let by = By {
        actor: parsed(actor)?,
        key: Some(key.to_owned()),
        reason: reason.to_owned(),
    };
    told(amend::ask(house, community, &request, by).await).map(|_| ())
}

/// Opening points that lapse tomorrow, and an order that is paid with them and with others.
async fn lapsing_order(house: &House, community: &Code) -> Result<(), Failure> {
    let last = house.today(community).0.plus_days(LAPSE_DAYS);
    let text = format!(
        "resident,asset,amount,expires_on,page\n{MEMBER},points,{LAPSING},{last},志愿者手册第 9 页\n"
    );
    let path = Path::new("志愿者手册");
    let sheet = Sheet::from_bytes(text.as_bytes()).map_err(|error| unreadable(path, &error))?;
    import_balances(house, community, path, &sheet).await?;
    let seen = Amount::new(PRICE).map_err(|error| Failure::said("demo", &error))?;
    let wanted = Wanted {
        resident: MEMBER,
        basket: vec![OrderLine::new(Code::literal(ITEM), 1)],
        seen,
        actor: parsed(&format!("resident/{MEMBER}"))?,
        key: Some("demo-order".to_owned()),
    };
    told(redemption::place(house, community, wanted).await).map(|_| ())
}

fn parsed(actor: &str) -> Result<Code, Failure> {
    actor.parse().map_err(|error| Failure::said("demo", &error))
}

fn told(answer: Result<Answer, ClerkError>) -> Result<Answer, Failure> {
    answer.map_err(|error| {
        let text = error.text();
        Failure::new("demo", text.zh, text.en)
    })
}
