//! A kind of case that exists in TOML alone, through its whole life.

use rongyi_cases::kind::Group;
use rongyi_cases::{Answer, Ask, Rating};

use crate::town;
use crate::town::{Town, code, day};

/// Running an errand: it is no bundled kind, and nothing in the program knows of it.
const ERRAND: &str = r#"
title = { zh = "帮代办", en = "Errand" }
form = [
  { key = "what", title = { zh = "办什么事", en = "What to do" }, type = "text", max = 300, required = true },
  { key = "by", title = { zh = "什么时候要", en = "By when" }, type = "date" },
  { key = "weight", title = { zh = "多少公斤", en = "How many kilograms" }, type = "number", scale = 1, min = "0.1", max = "20" },
]
due = { workdays = 3 }
reopen = { days = 7, to = "entrusted", by = ["opener", "desk"] }
rate = { satisfied = 5, ask_days = 3 }

[open]
by = ["resident", "staff"]
name = "handlers"

[state.asked]
title = { zh = "已委托", en = "Asked for" }
group = "open"
due = { hours = 4, clock = "work" }
late = "lead"

[state.entrusted]
title = { zh = "代办中", en = "On the way" }
group = "open"

[state.stopped]
title = { zh = "办不了，等您决定", en = "It can't be done; please decide" }
group = "waiting"
give_up = { workdays = 5, to = "left" }

[state.delivered]
title = { zh = "已送达", en = "Delivered" }
group = "done"

[state.left]
title = { zh = "不办了", en = "Left" }
group = "withdrawn"

[[go]]
code = "accept"
title = { zh = "接单", en = "Take it" }
from = "asked"
to = "entrusted"
by = "desk"
need = ["unit"]
mark = "dispatch"

[[go]]
code = "stop"
title = { zh = "办不了", en = "It can't be done" }
from = "entrusted"
to = "stopped"
by = "unit"
need = ["reason"]

[[go]]
code = "go-on"
title = { zh = "换个办法再办", en = "Try another way" }
from = "stopped"
to = "entrusted"
by = "opener"

[[go]]
code = "leave"
title = { zh = "不办了", en = "Leave it" }
from = ["asked", "stopped"]
to = "left"
by = "opener"

[[go]]
code = "deliver"
title = { zh = "送到了", en = "Delivered" }
from = "entrusted"
to = "delivered"
by = "unit"
need = ["photo"]
do = [{ book = "errand.run", roles = { doer = "unit", for = "opener" } }, { open = "message" }]
"#;

#[test]
fn a_kind_of_toml_alone_lives_its_whole_life() {
    let kind = town::kind_of("errand", ERRAND);
    assert_eq!(kind.bookings()[0].event, Some(&code("errand.run")));
    assert_eq!(kind.opens().collect::<Vec<_>>(), [&code("message")]);
    let answers = vec![
        (code("what"), Answer::Text("取一袋米".into())),
        (code("by"), Answer::Day(day("2026-11-05"))),
        (code("weight"), Answer::Number("7.5".parse_decimal())),
    ];
    let mut town = Town::of(kind, "2026-11-02 15:00", answers);
    assert_eq!(town.due("2026-11-02 15:00"), "2026-11-03 11:00");
    town.go("desk", "2026-11-03 09:00", "accept");
    town.go("unit-a", "2026-11-03 10:00", "stop");
    town.go("li", "2026-11-05 10:00", "go-on");
    assert_eq!(
        town.no("unit-a", "2026-11-05 12:00", "deliver").code,
        "case.need"
    );
    town.photos = 1;
    let taken = town.go("unit-a", "2026-11-05 12:00", "deliver");
    assert_eq!(taken.effects.len(), 2);
    let standing = town.standing("2026-11-05 12:00");
    assert_eq!((standing.group, standing.late), (Group::Done, false));
    town.ask(
        "li",
        "2026-11-06 09:00",
        &Ask::Rate(Rating {
            solved: None,
            satisfied: Some(4),
        }),
    )
    .unwrap();
    let rates = town.rates("2026-11-30 10:00");
    assert_eq!((rates.satisfied.part, rates.satisfied.whole), (1, 1));
    town.ask("desk", "2026-11-06 10:00", &Ask::Reopen).unwrap();
    town.go("unit-a", "2026-11-06 12:00", "deliver");
    assert_eq!(town.standing("2026-11-06 12:00").round(), 2);
}

/// Numbers as people write them.
trait ParseDecimal {
    fn parse_decimal(&self) -> rongyi_core::amount::Decimal;
}

impl ParseDecimal for &str {
    fn parse_decimal(&self) -> rongyi_core::amount::Decimal {
        rongyi_core::amount::Decimal::as_written(self).unwrap()
    }
}
