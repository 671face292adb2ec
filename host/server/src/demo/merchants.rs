//! The merchants of the demonstration: three shops of the old town with offers for couriers, riders and drivers, a month of orders,
//! and that month signed off. It is last month's, so the demonstration begins then: its clock runs behind until all of it is
//! booked. Through the functions that pages call, each under a key of its own, so that a fill that was broken off goes on where it
//! was.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use rongyi_clerk::clock::{Clock, SystemClock, local};
use rongyi_core::amount::Amount;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::OrderLine;
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_sheets::Row;
use rongyi_store::Staff;

use crate::access::Role;
use crate::access::recovery::By;
use crate::amend::{self, Request};
use crate::door::Actor;
use crate::house::House;
use crate::partners::statement::{self, Signer};
use crate::partners::{self, NewOffer, PartnerError, Wish};
use crate::people::{add_staff_by, traits};
use crate::redemption::{self, Wanted};
use crate::reports::months;

const DAY_US: i64 = 86_400_000_000;

/// A clock that runs behind the machine's by so many days until it is set right.
#[derive(Debug, Default)]
pub(super) struct StoryClock(AtomicI64);

impl Clock for StoryClock {
    fn now(&self) -> Instant {
        let behind = self.0.load(Ordering::SeqCst);
        Instant(SystemClock.now().0.saturating_sub(behind))
    }
}

impl StoryClock {
    /// The month before this one, where the demonstration lives.
    fn last_month(zone: &TimeZone) -> (LocalDate, LocalDate) {
        let today = local(SystemClock.now(), zone).0;
        (today.month_start().plus_days(-1).month_start(), today)
    }

    /// Sets it to a day of last month, counted from 0.
    pub(super) fn tell(&self, zone: &TimeZone, day: i32) {
        let (first, today) = StoryClock::last_month(zone);
        let days = today
            .to_days()
            .saturating_sub(first.to_days())
            .saturating_sub(day);
        self.0
            .store(i64::from(days).saturating_mul(DAY_US), Ordering::SeqCst);
    }

    /// Sets it right.
    pub(super) fn set_right(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

/// The day of last month on which the demonstration begins.
pub(super) const BEGINS: i32 = 1;

/// What somebody offers: the end of its code, its names, its worth and price.
type Offer = (&'static str, &'static str, &'static str, i32, i64);

struct Shop {
    code: &'static str,
    title: (&'static str, &'static str),
    place: &'static str,
    phone: &'static str,
    keeper: &'static str,
    offers: &'static [Offer],
}

const SHOPS: [Shop; 3] = [
    Shop {
        code: "lin-noodles",
        title: ("演示·林记面馆", "Demo: Lin’s noodles"),
        place: "老城榕树巷 3 号，每天 7:00–21:00",
        phone: "0663-000-0031",
        keeper: "演示·林老板",
        offers: &[
            ("beef", "牛肉面一碗", "A bowl of beef noodles", 1_200, 12),
            ("tea", "热茶一壶", "A pot of tea", 300, 3),
        ],
    },
    Shop {
        code: "xu-wheels",
        title: ("演示·老许修车铺", "Demo: Xu’s wheels"),
        place: "老城南门口，每天 8:00–19:00",
        phone: "0663-000-0032",
        keeper: "演示·许师傅",
        offers: &[
            ("patch", "补胎一次", "A tyre mended", 1_500, 15),
            ("chain", "链条保养一次", "A chain oiled", 800, 8),
        ],
    },
    Shop {
        code: "cool-tea",
        title: ("演示·广场凉茶铺", "Demo: the square’s herbal tea"),
        place: "广场东门，每天 10:00–22:00",
        phone: "0663-000-0033",
        keeper: "演示·凉茶阿姨",
        offers: &[
            ("cup", "凉茶一杯", "A cup of herbal tea", 300, 3),
            ("charge", "手机充电一小时", "An hour of charging", 200, 2),
        ],
    },
];

/// Who belongs to the segment, as staff entered it.
const SEGMENT: [(u32, &str); 3] = [(1010, "courier"), (1005, "rider"), (1019, "driver")];

/// On which day of the month, who, what, how many, and whether it came back the same day.
const ORDERS: [(i32, u32, &str, i32, bool); 14] = [
    (2, 1005, "lin-noodles.beef", 1, false),
    (3, 1010, "xu-wheels.patch", 1, false),
    (4, 1012, "cool-tea.cup", 2, false),
    (6, 1005, "cool-tea.charge", 2, false),
    (8, 1012, "lin-noodles.tea", 1, false),
    (9, 1019, "lin-noodles.beef", 1, false),
    (11, 1015, "cool-tea.cup", 3, false),
    (12, 1005, "xu-wheels.chain", 1, false),
    (14, 1010, "lin-noodles.beef", 1, true),
    (17, 1005, "lin-noodles.beef", 2, false),
    (19, 1018, "lin-noodles.tea", 2, false),
    (22, 1003, "cool-tea.cup", 1, false),
    (24, 1019, "cool-tea.charge", 1, false),
    (25, 1012, "cool-tea.cup", 2, false),
];

/// Enrols the three and what they offer, on the clock's day.
async fn enrol(
    house: &House,
    community: &Code,
    key: [u8; 32],
    boss: &Staff,
) -> Result<(), PartnerError> {
    let by = Actor::staff(boss.staff_id, Role::Operator).code();
    for shop in &SHOPS {
        let wish = Wish {
            code: shop.code.to_owned(),
            title: Text {
                zh: shop.title.0.to_owned(),
                en: shop.title.1.to_owned(),
            },
            place: shop.place.to_owned(),
            phone: shop.phone.to_owned(),
        };
        let merchant = partners::enrol(house, community, &wish, &by).await?;
        for (end, zh, en, value_fen, _) in shop.offers {
            let offer = NewOffer {
                code: (*end).to_owned(),
                title: Text {
                    zh: (*zh).to_owned(),
                    en: (*en).to_owned(),
                },
                value_fen: *value_fen,
                pieces: 200,
            };
            let key = format!("demo-offer-{merchant}-{end}");
            partners::add_offer(house, community, &merchant, &offer, (&by, &key)).await?;
        }
        let row = Row::typed(&[
            ("login", Some(shop.code)),
            ("name", Some(shop.keeper)),
            ("role", Some("merchant")),
        ]);
        let by_terminal = By::Terminal(house.hand.code().to_string());
        let at = (house, community);
        add_staff_by(at, key, row.alone(), &by_terminal).await;
        if let Some(keeper) = house.store.staff_by_login(community, shop.code).await? {
            let of = (&merchant, keeper.staff_id);
            let at = house.clock.now();
            house
                .store
                .put_merchant_staff(community, of, (&by, at))
                .await?;
        }
    }
    Ok(())
}

fn price(item: &str) -> i64 {
    let all = SHOPS.iter().flat_map(|shop| {
        let each = shop.offers.iter();
        each.map(move |(end, _, _, _, points)| (format!("{}.{end}", shop.code), *points))
    });
    let mut all = all.filter(|(code, _)| code == item);
    all.next().map_or(0, |(_, points)| points)
}

/// Somebody orders something, and picks it up at once.
async fn sell(
    house: &House,
    community: &Code,
    (no, (_, resident, item, pieces, back)): (usize, (i32, u32, &'static str, i32, bool)),
) -> Result<(), PartnerError> {
    let resident = ResidentNo(resident);
    let points = price(item).saturating_mul(i64::from(pieces));
    let wanted = Wanted {
        resident,
        basket: vec![OrderLine::new(Code::literal(item), pieces)],
        seen: Amount::new(points).unwrap_or(Amount::ZERO),
        actor: Actor::Resident(resident).code(),
        key: Some(format!("demo-merchant-{no}")),
    };
    let placed = redemption::place(house, community, wanted).await?;
    let order = placed.receipt.records.iter().find_map(redemption::placed);
    let login = item.split_once('.').map_or(item, |(merchant, _)| merchant);
    let keeper = house.store.staff_by_login(community, login).await?;
    let Some((order, keeper)) = order.zip(keeper) else {
        return Ok(());
    };
    let by = Actor::staff(keeper.staff_id, Role::Merchant).code();
    let handing = (by.clone(), Some(format!("demo-handed-{no}")));
    let handed = redemption::settle(house, community, order, handing).await?;
    if back {
        let by = amend::By {
            actor: by,
            key: Some(format!("demo-back-{no}")),
            reason: "面做错了，居民退回".to_owned(),
        };
        let request = Request::Reverse(handed.receipt.entry);
        amend::ask(house, community, &request, by).await?;
    }
    Ok(())
}

/// Last month, as it was: nothing where it is signed already.
///
/// # Errors
/// What the ledger or the database said.
pub(super) async fn trade(
    house: &House,
    (community, clock): (&Code, &StoryClock),
    key: [u8; 32],
) -> Result<(), PartnerError> {
    let Some(served) = house.community(community) else {
        return Ok(());
    };
    let zone = &served.zone;
    let boss = house
        .store
        .staff_by_login(community, "nanmen-operator")
        .await?;
    let Some(boss) = boss else {
        return Ok(());
    };
    enrol(house, community, key, &boss).await?;
    for (resident, name) in SEGMENT {
        let changes = vec![(Code::literal(name), 1)];
        let set = traits::set(house, community, 1, ResidentNo(resident), changes).await;
        if set.is_err() {
            tracing::warn!(
                resident,
                name,
                "this resident of the demonstration has no trait"
            );
        }
    }
    for (no, order) in ORDERS.into_iter().enumerate() {
        clock.tell(zone, order.0);
        sell(house, community, (no, order)).await?;
    }
    Ok(())
}

/// Last month signed off, by a merchant and an operator; of another one, by the merchant alone.
///
/// # Errors
/// What the database said.
pub(super) async fn settle(house: &House, community: &Code) -> Result<(), PartnerError> {
    let Some(served) = house.community(community) else {
        return Ok(());
    };
    let month = months::code(StoryClock::last_month(&served.zone).0);
    for (merchant, logins) in [
        ("lin-noodles", &["lin-noodles", "nanmen-operator"][..]),
        ("xu-wheels", &["xu-wheels"][..]),
    ] {
        let merchant = Code::literal(merchant);
        for login in logins {
            let staff = house.store.staff_by_login(community, login).await?;
            let Some((staff, role)) = staff.and_then(|staff| {
                let role = Role::from_word(&staff.role)?;
                Some((staff, role))
            }) else {
                continue;
            };
            let actor = Actor::staff(staff.staff_id, role).code();
            let signer = Signer { code: &actor, role };
            let read = statement::read(house, community, &merchant, &month).await?;
            let seen = read.seen();
            let of = (&merchant, month.as_str());
            match statement::sign(house, community, of, &seen, &signer).await {
                // Signed before, by a fill that was broken off.
                Ok(()) | Err(PartnerError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
