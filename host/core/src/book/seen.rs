//! An order as people see it: one function from what is stored and the day to what pages, API and terminal show. What
//! is due is shown as done, whether or not the job has come round. It decides and changes nothing.

use super::order::{charged, in_parts};
use super::{HeldLot, Order, OrderState};
use crate::ids::{AssetNo, Code, ItemNo};
use crate::record::{LotDate, ReleaseReason};
use crate::time::{Instant, LocalDate};

/// Where an order stands, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// It can be collected.
    Reserved,
    /// Handed over.
    Settled {
        /// When the last of it was.
        at: Instant,
        /// Who handed it over.
        by: Code,
    },
    /// Nobody wanted the rest any longer.
    Cancelled {
        /// When.
        at: Instant,
    },
    /// Nobody came in time.
    TimedOut {
        /// When it was written down; `None` while that is only due: its points and goods are on their way back.
        at: Option<Instant>,
    },
}

impl Stand {
    /// The word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Stand::Reserved => "reserved",
            Stand::Settled { .. } => "settled",
            Stand::Cancelled { .. } => "cancelled",
            Stand::TimedOut { .. } => "timed-out",
        }
    }

    /// When it left `reserved`, once that is written down.
    pub fn closed_at(&self) -> Option<Instant> {
        match self {
            Stand::Reserved => None,
            Stand::Settled { at, .. } | Stand::Cancelled { at } => Some(*at),
            Stand::TimedOut { at } => *at,
        }
    }
}

/// One line of an order, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenLine {
    /// What.
    pub item: ItemNo,
    /// Pieces as they were ordered.
    pub ordered: i32,
    /// Pieces that were handed over.
    pub handed: i32,
    /// Pieces that can still be collected.
    pub left: i32,
    /// Points for all that was ordered.
    pub points: i64,
    /// Points for what was handed over.
    pub charged: i64,
}

/// An order, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Where it stands.
    pub stand: Stand,
    /// Line by line.
    pub lines: Vec<SeenLine>,
    /// Points for all that was ordered.
    pub ordered: i64,
    /// Points for what was handed over.
    pub charged: i64,
    /// Points that are set aside for what can still be collected.
    pub held: i64,
    /// Points that came back, or that are about to.
    pub back: i64,
    /// Points that did not come back, because their last day passed while they were set aside.
    pub lapsed: i64,
}

/// What giving back what is set aside of an order brings, on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Returning {
    /// Points that can be spent again.
    pub back: i64,
    /// Points whose last day has passed by then.
    pub lapsed: i64,
    /// The first day on which some of what comes back would no longer come back.
    pub until: Option<LocalDate>,
}

impl Seen {
    /// What the order costs as it stands: what was charged, and what is still set aside.
    pub fn total(&self) -> i64 {
        self.charged.saturating_add(self.held)
    }
}

impl Order {
    /// What is set aside for it, by asset, where something is taken beside points. Of an order that ended at once it is what
    /// was set aside.
    pub fn paid(&self) -> Vec<(AssetNo, i64)> {
        super::priced::paid(&self.held)
    }

    /// What would come back if what is set aside were given back on `on`: as the book does it, lots that have run out
    /// by then lapse.
    pub fn returning(&self, on: LocalDate) -> Returning {
        let mut all = Returning::default();
        for HeldLot { lot, points, .. } in &self.held {
            if lapses(*lot, on) {
                all.lapsed = all.lapsed.saturating_add(*points);
                continue;
            }
            all.back = all.back.saturating_add(*points);
            let last = LocalDate::from_days(*lot).filter(|_| *lot != 0);
            let next = last.map(|day| day.plus_days(1));
            all.until = match (all.until, next) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        all
    }

    /// What people see of it on `today`; `day_of` is the community's calendar.
    pub fn seen(&self, today: LocalDate, day_of: impl Fn(Instant) -> LocalDate) -> Seen {
        let stand = match &self.state {
            OrderState::Reserved if today > self.deadline => Stand::TimedOut { at: None },
            OrderState::Reserved => Stand::Reserved,
            OrderState::Settled { at, by } => Stand::Settled {
                at: *at,
                by: by.clone(),
            },
            OrderState::Released {
                at,
                reason: ReleaseReason::Cancelled,
            } => Stand::Cancelled { at: *at },
            OrderState::Released {
                at,
                reason: ReleaseReason::TimedOut,
            } => Stand::TimedOut { at: Some(*at) },
        };
        let settled = matches!(stand, Stand::Settled { .. });
        // One that was collected at once has no parts.
        let whole = settled && !in_parts(self);
        type Row<'o> = (
            (
                &'o (crate::record::OrderLine, crate::amount::Amount),
                &'o i32,
            ),
            i64,
        );
        let one = |(((line, points), handed), paid): Row<'_>| {
            let handed = if whole { line.quantity } else { *handed };
            let open = line.quantity.saturating_sub(handed);
            SeenLine {
                item: line.item,
                ordered: line.quantity,
                handed,
                left: if stand == Stand::Reserved { open } else { 0 },
                points: points.get(),
                charged: if whole { points.get() } else { paid },
            }
        };
        let lines: Vec<SeenLine> = self
            .lines
            .iter()
            .zip(&self.handed)
            .zip(charged(self))
            .map(one)
            .collect();
        let charged = lines
            .iter()
            .map(|line| line.charged)
            .fold(0, i64::saturating_add);
        let open = self.total.get().saturating_sub(charged);
        let given_back = |at: Option<Instant>| {
            let all = self.returning(at.map_or(today, day_of));
            (0, all.back, all.lapsed)
        };
        let (held, back, lapsed) = match &stand {
            Stand::Reserved => (open, 0, 0),
            Stand::Settled { .. } => (0, 0, 0),
            Stand::Cancelled { at } => given_back(Some(*at)),
            Stand::TimedOut { at } => given_back(*at),
        };
        Seen {
            stand,
            lines,
            ordered: self.total.get(),
            charged,
            held,
            back,
            lapsed,
        }
    }
}

/// Whether points of this lot can no longer be spent on `on`.
pub(super) fn lapses(lot: LotDate, on: LocalDate) -> bool {
    lot != 0 && lot < on.to_days()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::amount::Amount;
    use crate::ids::{HouseholdNo, OrderNo, ResidentNo};
    use crate::record::OrderLine;

    /// Five pieces for 20 points, of which `handed` were handed over.
    fn order(handed: i32, state: OrderState) -> Order {
        let line = OrderLine {
            item: ItemNo(1),
            quantity: 5,
        };
        Order {
            no: OrderNo(1),
            entry: 1,
            resident: ResidentNo(1),
            household: HouseholdNo(1),
            lines: vec![(line, Amount::new(20).unwrap())],
            handed: vec![handed],
            total: Amount::new(20).unwrap(),
            held: vec![HeldLot::of_points(
                0,
                i64::from(5_i32.saturating_sub(handed)).saturating_mul(4),
            )],
            code: crate::record::PickupCode::Clear("00000000".into()),
            placed_on: LocalDate::FIRST,
            deadline: LocalDate::FIRST.plus_days(3),
            state,
        }
    }

    #[test]
    fn every_state_adds_up_and_says_what_is_due_as_done() {
        let (at, by) = (Instant(7), Code::literal("staff/1"));
        let released = |reason| OrderState::Released { at, reason };
        let settled = OrderState::Settled { at, by };
        let (early, late) = (3, 4);
        // state, pieces handed over, day, word, handed, left, charged, held, back
        let table = [
            (
                OrderState::Reserved,
                0,
                early,
                "reserved",
                (0, 5),
                (0, 20, 0),
            ),
            (
                OrderState::Reserved,
                3,
                early,
                "reserved",
                (3, 2),
                (12, 8, 0),
            ),
            (
                OrderState::Reserved,
                0,
                late,
                "timed-out",
                (0, 0),
                (0, 0, 20),
            ),
            (
                OrderState::Reserved,
                3,
                late,
                "timed-out",
                (3, 0),
                (12, 0, 8),
            ),
            (settled.clone(), 0, late, "settled", (5, 0), (20, 0, 0)),
            (settled, 5, late, "settled", (5, 0), (20, 0, 0)),
            (
                released(ReleaseReason::Cancelled),
                0,
                early,
                "cancelled",
                (0, 0),
                (0, 0, 20),
            ),
            (
                released(ReleaseReason::Cancelled),
                3,
                early,
                "cancelled",
                (3, 0),
                (12, 0, 8),
            ),
            (
                released(ReleaseReason::TimedOut),
                3,
                late,
                "timed-out",
                (3, 0),
                (12, 0, 8),
            ),
        ];
        for (state, pieces, day, word, goods, points) in table {
            let seen = order(pieces, state.clone())
                .seen(LocalDate::FIRST.plus_days(day), |_| LocalDate::FIRST);
            let line = &seen.lines[0];
            assert_eq!(seen.stand.word(), word, "{state:?}");
            assert_eq!((line.handed, line.left), goods, "{state:?} {pieces}");
            let split = (seen.charged, seen.held, seen.back);
            assert_eq!(split, points, "{state:?} {pieces}");
            assert_eq!(seen.charged + seen.held + seen.back, seen.ordered);
            assert_eq!(seen.lapsed, 0);
        }
    }

    #[test]
    fn what_runs_out_while_it_is_set_aside_is_not_said_to_come_back() {
        let last = LocalDate::FIRST.plus_days(2);
        let held = vec![
            HeldLot::of_points(last.to_days(), 12),
            HeldLot::of_points(0, 8),
        ];
        let at = Instant(7);
        let released = OrderState::Released {
            at,
            reason: ReleaseReason::Cancelled,
        };
        // the day it is given back on: what comes back, what does not, from when on less comes back
        for (day, back, lapsed, until) in [
            (0, 20, 0, Some(last.plus_days(1))),
            (2, 20, 0, Some(last.plus_days(1))),
            (3, 8, 12, None),
        ] {
            let on = LocalDate::FIRST.plus_days(day);
            let reserved = Order {
                held: held.clone(),
                ..order(0, OrderState::Reserved)
            };
            let will = reserved.returning(on);
            assert_eq!((will.back, will.lapsed, will.until), (back, lapsed, until));
            // Long afterwards the day of the release counts, not the reader's.
            let ended = Order {
                state: released.clone(),
                ..reserved
            };
            let seen = ended.seen(LocalDate::FIRST.plus_days(90), |_| on);
            assert_eq!((seen.back, seen.lapsed), (back, lapsed), "{day}");
            assert_eq!(seen.back + seen.lapsed, seen.ordered);
        }
    }
}
