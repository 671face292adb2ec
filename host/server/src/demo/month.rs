//! What residents of the demonstration asked their community in the month before this one, and what became of it: day by day, so
//! that lists, reports and on-time rates have something to tell. Nothing of it is booked. Through the functions that pages call,
//! each under a form of its own, so that a fill that was broken off goes on where it was.

use rongyi_cases::{Ask, Input, Rating, Solved};
use rongyi_core::ids::{Code, ResidentNo};

use super::merchants::StoryClock;
use crate::access::Role;
use crate::cases::minutes::SentMinutes;
use crate::cases::opening::{SentCase, open};
use crate::cases::{CaseError, SentAct, find, take};
use crate::door::Actor;
use crate::house::House;

/// What somebody did with it.
#[derive(Clone, Copy)]
enum Did {
    /// The desk gave it to a unit.
    Gave(&'static str, &'static str),
    /// The desk answered at once, or did not take it up.
    Desk(&'static str, &'static str),
    /// The unit: its move and its words.
    Unit(&'static str, &'static str),
    /// More time, and why.
    More(&'static str),
    /// The one who asked.
    Own(&'static str, &'static str),
    /// Taken up again, and why.
    Again(&'static str),
    /// How it went: solved, and how satisfied of three.
    Rated(Solved, u8),
}

/// A message: the day of last month, the resident, its class, its words, the place, and what followed, each with the days since.
struct Message {
    day: i32,
    resident: u32,
    class: &'static str,
    text: &'static str,
    place: &'static str,
    then: &'static [(i32, Did)],
}

use Did::{Again, Desk, Gave, More, Own, Rated, Unit};

/// In the order in which they came.
const MONTH: [Message; 16] = [
    Message {
        day: 1,
        resident: 1004,
        class: "help",
        text: "楼道口的扶手松了，老人上下楼不敢扶。",
        place: "榕树巷一号楼",
        then: &[
            (0, Gave("grid", "请先去看看，松得厉害先围起来")),
            (1, Unit("contacted", "林伯在家，下午上门看过，螺丝掉了两颗")),
            (2, Unit("finish", "扶手重新固定好了，三层都检查了一遍。")),
            (3, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 2,
        resident: 1007,
        class: "ask",
        text: "四点半课堂这个学期几点下课？孩子奶奶要去接。",
        place: "",
        then: &[
            (
                0,
                Desk(
                    "answer",
                    "每天下午五点五十分下课，志愿者会等到最后一个孩子有人接。",
                ),
            ),
            (0, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 3,
        resident: 1013,
        class: "help",
        text: "后山的水沟堵了，一下大雨就漫到路上。",
        place: "后山坡地",
        then: &[
            (0, Gave("office", "请安排人看看水沟")),
            (1, Unit("contacted", "和许伯去看过，落叶和泥堵了十来米")),
            (9, Unit("finish", "请了两个人清了一天，水通了。")),
            (10, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 5,
        resident: 1012,
        class: "complain",
        text: "健康夜市收摊以后，油污没有人冲洗，早上走过去滑。",
        place: "健康夜市路口",
        then: &[
            (1, Gave("office", "请和夜市的摊主说清楚谁来洗")),
            (2, Unit("contacted", "和五个摊主都说了，轮流冲洗")),
            (12, Unit("finish", "连着三天早上去看过，地面干净。")),
            (13, Rated(Solved::Partly, 2)),
            (15, Again("这两天又没有人洗了。")),
            (
                17,
                Unit(
                    "finish",
                    "请每个摊主签了轮值表，贴在路口；昨天和今天都洗了。",
                ),
            ),
        ],
    },
    Message {
        day: 6,
        resident: 1018,
        class: "ask",
        text: "积分超市星期天开不开门？",
        place: "",
        then: &[(
            0,
            Desk("answer", "星期天不开，星期一到星期六上午开，时间写在首页。"),
        )],
    },
    Message {
        day: 8,
        resident: 1010,
        class: "help",
        text: "义剪用的插座坏了一个，能不能换一个安全的？",
        place: "活动室",
        then: &[
            (0, Gave("grid", "请电工看看")),
            (1, Unit("ask", "李师傅，是靠窗那个，还是门口那个？")),
            (3, Own("reply", "靠窗那个，插上会冒火花。")),
            (4, Unit("finish", "换了带开关的，另一个也一起换了。")),
            (5, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 9,
        resident: 1016,
        class: "complain",
        text: "有人把电动车推进楼道充电，夜里也不拔。",
        place: "榕树巷十号楼",
        then: &[
            (0, Gave("grid", "今天就去，楼道里不能充电")),
            (0, Unit("contacted", "晚上上门，车主答应推到车棚")),
            (
                5,
                Unit("finish", "连续五天查过，没有再推进来；车棚多装了一排插座。"),
            ),
            (6, Rated(Solved::Yes, 2)),
        ],
    },
    Message {
        day: 11,
        resident: 1006,
        class: "help",
        text: "家里老人出院，想借一张轮椅用两个星期。",
        place: "",
        then: &[
            (0, Gave("office", "看看活动室那张还在不在")),
            (0, Unit("finish", "轮椅送到家了，用完打电话来取。")),
            (1, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 12,
        resident: 1019,
        class: "help",
        text: "想请人教一教怎么在手机上看积分。",
        place: "",
        then: &[
            (1, Gave("grid", "请小荷去教一教")),
            (2, Unit("contacted", "约了星期六上午在活动室")),
            (6, Unit("finish", "教会了，字调到了最大。")),
            (6, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 14,
        resident: 1003,
        class: "complain",
        text: "巷口的早餐摊占了盲道。",
        place: "榕树巷口",
        then: &[
            // The desk is promised within a day.
            (3, Gave("office", "请和摊主商量挪到旁边空地")),
            (6, Unit("contacted", "摊主说要等周末才有车搬")),
            (9, More("摊主要换摊车，新的下星期才到。")),
            (13, Unit("finish", "摊子挪到了空地上，盲道空出来了。")),
            (14, Rated(Solved::Yes, 2)),
        ],
    },
    Message {
        day: 15,
        resident: 1015,
        class: "ask",
        text: "捐到微基金的积分用到哪里去了？",
        place: "",
        then: &[(
            // Later than the two working days that a question is promised.
            6,
            Desk(
                "answer",
                "上个月给两户独居老人买了米和油，用处写在公开页的“微基金”里。",
            ),
        )],
    },
    Message {
        day: 17,
        resident: 1008,
        class: "help",
        text: "家里的水龙头关不紧，一个人住，不会修。",
        place: "",
        then: &[
            (0, Gave("grid", "请当天去看看吴阿公")),
            (0, Unit("contacted", "下午带工具去")),
            (0, Unit("finish", "换了垫圈，不漏了，顺便看了看煤气。")),
            (2, Rated(Solved::Yes, 3)),
        ],
    },
    Message {
        day: 18,
        resident: 1012,
        class: "help",
        text: "想把对面人家的树砍掉，挡了我家晾衣服的光。",
        place: "",
        then: &[(
            1,
            Desk(
                "decline",
                "树在别人家院子里，社区不能砍；可以帮您和邻居坐下来谈谈，请到茶话会来。",
            ),
        )],
    },
    Message {
        day: 20,
        resident: 1020,
        class: "ask",
        text: "暑假的舞龙班还招人吗？",
        place: "",
        then: &[(0, Own("withdraw", ""))],
    },
    Message {
        day: 22,
        resident: 1013,
        class: "help",
        text: "想要几棵树苗，种在后山的空地上。",
        place: "后山坡地",
        then: &[
            (1, Gave("office", "请联系林场")),
            (2, Unit("contacted", "林场答应给二十棵")),
            (6, Unit("finish", "树苗到了，星期六在后山发，带上锄头。")),
        ],
    },
    Message {
        day: 24,
        resident: 1018,
        class: "help",
        text: "晚上活动室的灯能不能晚一点关？我们排潮剧。",
        place: "活动室",
        then: &[
            (0, Gave("office", "")),
            (
                1,
                Unit("finish", "排练那两天开到九点半，钥匙由洪奶奶保管。"),
            ),
            (1, Rated(Solved::Yes, 3)),
        ],
    },
];

/// Something that happens on a day: of which message, and at which place among what followed; 0 is its coming in.
struct Moment {
    day: i32,
    message: usize,
    place: usize,
}

/// Everything in the order of days.
fn story() -> Vec<Moment> {
    let mut all = Vec::new();
    for (message, told) in MONTH.iter().enumerate() {
        let then = told.then.iter().map(|(after, _)| told.day + after);
        let days = std::iter::once(told.day).chain(then);
        all.extend(days.enumerate().map(|(place, day)| Moment {
            day,
            message,
            place,
        }));
    }
    // Those of one day stay as they are told.
    all.sort_by_key(|moment| moment.day);
    all
}

/// Lets all of it happen; the clock stands in last month, and is set right by whoever set it.
///
/// # Errors
/// What the engine or the database said.
pub(super) async fn ask(
    house: &House,
    community: &Code,
    clock: &StoryClock,
) -> Result<(), CaseError> {
    let Some(served) = house.community(community) else {
        return Ok(());
    };
    let staff = async |login: &str| house.store.staff_by_login(community, login).await;
    let (lead, boss) = (staff("nanmen-lead").await?, staff("nanmen-operator").await?);
    let (Some(lead), Some(boss), Some(review)) = (lead, boss, staff("nanmen-review").await?) else {
        return Ok(());
    };
    let grid = Actor::staff(lead.staff_id, Role::Leader);
    let office = Actor::staff(review.staff_id, Role::Reviewer);
    let desk = Actor::staff(boss.staff_id, Role::Operator);
    let mut numbers = [None; MONTH.len()];
    for moment in story() {
        clock.tell(&served.zone, moment.day);
        let told = &MONTH[moment.message];
        let own = Actor::Resident(ResidentNo(told.resident));
        let name = format!("demo-month-{}", moment.message + 1);
        let Some((_, did)) = moment.place.checked_sub(1).and_then(|at| told.then.get(at)) else {
            let opened = opened(house, community, (&own, told), name).await?;
            numbers[moment.message] = Some(opened);
            continue;
        };
        let Some(case_no) = numbers[moment.message] else {
            continue;
        };
        let given = told.then.iter().find_map(|(_, did)| match did {
            Gave(to, _) => Some(*to),
            Desk(..) | Unit(..) | More(_) | Own(..) | Again(_) | Rated(..) => None,
        });
        let unit = match given {
            Some("office") => &office,
            Some(_) | None => &grid,
        };
        let (by, ask, words, to) = match *did {
            Gave(to, words) => (&desk, go("dispatch"), words, to),
            Desk(code, words) => (&desk, go(code), words, ""),
            Unit(code, words) => (unit, go(code), words, ""),
            More(words) => (&desk, Ask::Extend, words, ""),
            Own(code, words) => (&own, go(code), words, ""),
            Again(words) => (&own, Ask::Reopen, words, ""),
            Rated(solved, satisfied) => {
                let rating = Rating {
                    solved: Some(solved),
                    satisfied: Some(satisfied),
                };
                (&own, Ask::Rate(rating), "", "")
            }
        };
        let at_hand = find(house, community, case_no).await?;
        let act = SentAct {
            ask,
            input: Input {
                seen: at_hand.stored.steps.len(),
                words: words.to_owned(),
                unit: (!to.is_empty()).then(|| Code::literal(to)),
                ..Input::default()
            },
            papers: Vec::new(),
            minutes: SentMinutes::default(),
            photos: Vec::new(),
            token: Some(format!("{name}-{}", moment.place)),
        };
        take(house, community, by, case_no, &act).await?;
    }
    Ok(())
}

fn go(code: &'static str) -> Ask {
    Ask::Move(Code::literal(code))
}

/// The message as it comes in; sent again, it is the one that is there.
async fn opened(
    house: &House,
    community: &Code,
    (own, told): (&Actor, &Message),
    token: String,
) -> Result<u64, CaseError> {
    let answers = [
        ("class", told.class),
        ("text", told.text),
        ("place", told.place),
    ];
    let answers = answers.into_iter().filter(|(_, answer)| !answer.is_empty());
    let answers = answers.map(|(question, answer)| (question.to_owned(), answer.to_owned()));
    let sent = SentCase {
        answers: answers.collect(),
        token,
        ..SentCase::default()
    };
    open(house, community, (own, &Code::literal("message")), &sent).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_happens_in_its_order_within_a_month() {
        let all = story();
        assert!(all.is_sorted_by_key(|moment| moment.day));
        for (message, told) in MONTH.iter().enumerate() {
            let own = all.iter().filter(|moment| moment.message == message);
            let places: Vec<usize> = own.map(|moment| moment.place).collect();
            let expected: Vec<usize> = (0..=told.then.len()).collect();
            assert_eq!(places, expected, "{}", told.text);
        }
        // The shortest month has 28 days, counted from 0; and it is over when this one begins.
        assert!(all.iter().all(|moment| (0..=28).contains(&moment.day)));
        assert!(all.len() > 50, "{}", all.len());
    }
}
