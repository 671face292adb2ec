//! What a step in closing a period reads. It decides nothing.

use super::super::needs::Missing;
use super::{available, facts_of, issued_kind, may_cut, row, standing};
use crate::account::{Account, Holder, Purpose};
use crate::command::Need;
use crate::counters::CounterSubject;
use crate::period::{Period, PeriodRow, PeriodStep};
use crate::settings::Settings;
use crate::time::LocalDate;

impl Missing<'_> {
    pub(in crate::book) fn period(&mut self, period: &Period, step: &PeriodStep, today: LocalDate) {
        let Some(settings) = self.book.frame.settings.clone() else {
            return;
        };
        match step {
            PeriodStep::CutOff { rule } => {
                // What will be refused anyway is not worth loading everybody for.
                let Ok(Some(set)) = may_cut(self.book, period, rule.as_ref(), today) else {
                    return;
                };
                if !self.book.everyone {
                    self.needs.push(Need::Everyone);
                    return;
                }
                let span = standing::Span {
                    last: period.last,
                    today,
                    began: settings.began_on,
                };
                standing::needs(self, &settings, facts_of(&set), &span);
            }
            PeriodStep::Close(holder) => self.closing(period, *holder, &settings, today),
            PeriodStep::Withdraw | PeriodStep::SignOff { .. } | PeriodStep::Seal => {}
        }
    }

    /// Those whose traits the rule will ask for.
    fn traits_of(&mut self, row: &PeriodRow, holder: Holder) {
        let set = row.set.and_then(|no| self.book.set(no));
        if set.is_none_or(|set| set.plan.traits.is_empty()) {
            return;
        }
        match holder {
            Holder::Resident(no) => self.resident(no),
            Holder::Household(_) if !self.book.everyone => self.needs.push(Need::Everyone),
            Holder::Household(_) | Holder::Community | Holder::Fund(_) => {}
        }
    }

    fn closing(&mut self, period: &Period, holder: Holder, settings: &Settings, today: LocalDate) {
        let Ok(row) = row(self.book, period) else {
            return;
        };
        match self.book.standings.get(&(row.cut, holder)) {
            None => self.needs.push(Need::Standing(row.cut, holder)),
            Some(Some(standing)) if standing.entry == 0 => {
                self.traits_of(row, holder);
                for asset in standing::assets(settings) {
                    self.account(available(holder, asset));
                    self.account(Account::of_community(asset, Purpose::Issuance));
                    self.account(Account::of_community(asset, Purpose::Adjustment));
                }
                for month in [0, today.month_index()] {
                    self.counter(CounterSubject::Community, &issued_kind(), month);
                }
                standing::later_needs(self, holder, period.last, today);
            }
            Some(_) => {}
        }
    }
}
