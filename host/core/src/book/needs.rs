//! What a command reads, so that it can be loaded before anything is decided.

mod amend;

use super::carry::{self, subjects};
use super::earning::{doer, holder, issued_kind, minutes_of_day, times};
use super::facts::{Subjects, asset_of, item_kind, kinds_of, purse};
use super::{Book, Order, scales};
use crate::account::{Account, Holder, Purpose};
use crate::actor::key_owner;
use crate::command::{Ask, Command, Need};
use crate::counters::{CounterKey, CounterSubject, months};
use crate::ids::{AssetNo, Code, ItemNo, OrderNo, ResidentNo};
use crate::record::{Event, History, PartPrice, Source};
use crate::rule::{FactNeed, Metric};
use crate::time::LocalDate;

pub(super) struct Missing<'b> {
    pub(super) book: &'b Book,
    pub(super) needs: Vec<Need>,
}

pub(super) fn missing(book: &Book, command: &Command) -> Vec<Need> {
    let mut list = Missing {
        book,
        needs: Vec::new(),
    };
    if let Some(key) = &command.key {
        list.key(&key_owner(&command.actor), &key.text);
    }
    match &command.ask {
        Ask::Settings(_) | Ask::Activate(_) | Ask::Define(_) => {}
        Ask::Enrol { resident, .. } => list.resident(*resident),
        Ask::Receive { item, .. } => {
            if let Some(item) = book.item(item) {
                list.goods(item.no, &[Purpose::Supplied, Purpose::Shelf]);
            }
        }
        Ask::Open {
            holder,
            asset,
            source,
            ..
        } => {
            list.other_form(source, command);
            list.open(*holder, asset, source);
        }
        Ask::Carry {
            holder,
            history,
            source,
            ..
        } => {
            list.other_form(source, command);
            list.source(source);
            list.carried(*holder, history);
        }
        Ask::Earn(event) => {
            if let Some(source) = &event.source {
                list.other_form(source, command);
                list.answered(source, command);
            }
            list.event(event, command.today);
        }
        Ask::Retry(seq) => list.retry(*seq, command.today),
        Ask::Place {
            resident,
            lines,
            code,
            ..
        } => {
            list.code(&code.key());
            if let Some(own) = &command.text {
                list.code(&own.text);
            }
            list.basket(*resident, lines, command.today);
        }
        Ask::Assert { holder, .. } => {
            if let Holder::Resident(resident) = holder {
                list.resident(*resident);
            }
        }
        Ask::Period(own, step) => list.period(own, step, command.today),
        Ask::Erase(what) => what.residents.iter().for_each(|own| list.resident(*own)),
        Ask::Settle(no) | Ask::Release(no, _) => list.order_no(*no),
        Ask::Lapse(accounts) => {
            for account in accounts {
                list.account(*account);
                list.account(Account::of_community(account.asset, Purpose::Expired));
            }
        }
        Ask::SettlePart(no, _, price) => {
            list.order_no(*no);
            if *price == PartPrice::Again {
                list.ordered(*no);
            }
        }
        Ask::Traits(resident, _) => list.resident(*resident),
        // Nothing of the book is in it.
        Ask::Roster { .. } => {}
        Ask::Replace(event, replaces) => {
            if let Some(source) = &event.source {
                list.other_form(source, command);
            }
            list.event(event, command.today);
            list.replaced(event, *replaces, command);
        }
        Ask::Amend(amend) => list.amend(amend),
        Ask::Notice(step) => list.notice(step),
    }
    list.needs
}

impl Missing<'_> {
    pub(super) fn account(&mut self, account: Account) {
        if !self.book.accounts.contains_key(&account) {
            self.needs.push(Need::Account(account));
        }
    }

    pub(super) fn resident(&mut self, resident: ResidentNo) {
        if !self.book.residents.contains_key(&resident) {
            self.needs.push(Need::Resident(resident));
        }
    }

    fn key(&mut self, actor: &Code, text: &str) {
        if !self
            .book
            .keys
            .contains_key(&(actor.clone(), text.to_owned()))
        {
            self.needs.push(Need::Key(actor.clone(), text.to_owned()));
        }
    }

    fn source(&mut self, source: &Source) {
        if !self
            .book
            .sources
            .contains_key(&(source.name.clone(), source.external_ref.clone()))
        {
            self.needs.push(Need::Source(
                source.name.clone(),
                source.external_ref.clone(),
            ));
        }
    }

    /// The other form under which a reference counts.
    fn other_form(&mut self, source: &Source, command: &Command) {
        if let Some(own) = &command.reference {
            self.source(&Source {
                external_ref: own.other.0.clone(),
                ..source.clone()
            });
        }
    }

    fn code(&mut self, code: &str) {
        if !self.book.codes.contains_key(code) {
            self.needs.push(Need::PickupCode(code.to_owned()));
        }
    }

    pub(super) fn counter(&mut self, subject: CounterSubject, kind: &Code, month: i32) {
        let key = CounterKey {
            subject,
            kind: kind.clone(),
            month,
        };
        if !self.book.counters.contains_key(&key) {
            self.needs.push(Need::Counter(key));
        }
    }

    fn goods(&mut self, item: ItemNo, purposes: &[Purpose]) {
        if let Some(asset) = AssetNo::of_item(item) {
            for purpose in purposes {
                self.account(Account::of_community(asset, *purpose));
            }
        }
    }

    /// The rows that a command writes whether a rule asks for them or not: this month and all time.
    fn counted(&mut self, who: &Subjects, kind: &Code, on: LocalDate) {
        let subjects = [
            CounterSubject::Resident(who.resident),
            CounterSubject::Household(who.household),
            CounterSubject::Community,
        ];
        for subject in subjects {
            for (_, kind) in scales::rows(self.book, kind) {
                self.counter(subject, &kind, on.month_index());
                self.counter(subject, &kind, 0);
            }
        }
    }

    /// The minutes that a person's events took.
    pub(super) fn times(&mut self, who: ResidentNo, month: i32) {
        let key = times::key(who, month);
        self.counter(key.subject, &key.kind, key.month);
    }

    fn facts(&mut self, needs: &[FactNeed], on: LocalDate, who: &Subjects, item: Option<&Code>) {
        for need in needs {
            if need.metric == Metric::Balance
                && let Some(asset) = asset_of(self.book, need)
                && let Some(purse) = purse(self.book, asset, who)
            {
                self.account(purse);
            }
            for kind in kinds_of(self.book, need, item) {
                let rows = scales::rows(self.book, &kind).into_iter();
                let all = if need.metric == Metric::Quantity {
                    usize::MAX
                } else {
                    1
                };
                for (_, kind) in rows.take(all) {
                    for month in months(need, on) {
                        self.counter(who.of(need.subject), &kind, month);
                    }
                }
            }
        }
    }

    fn who(&mut self, resident: ResidentNo) -> Option<Subjects> {
        self.resident(resident);
        let household = self.book.household(resident).ok()?;
        Some(Subjects {
            resident,
            household,
        })
    }

    fn open(&mut self, whose: Holder, asset: &Code, source: &Source) {
        self.source(source);
        if let Holder::Resident(resident) = whose {
            self.resident(resident);
        }
        if let Some(asset) = self
            .book
            .frame
            .settings
            .as_ref()
            .and_then(|settings| settings.asset(asset))
        {
            self.account(Account::of_community(asset, Purpose::Issuance));
            self.account(Account {
                holder: whose,
                asset,
                purpose: Purpose::Available,
            });
        }
    }

    /// The rows that what is carried in is kept in.
    pub(super) fn carried(&mut self, whose: Holder, history: &History) {
        if let Holder::Resident(resident) = whose {
            self.resident(resident);
        }
        for subject in subjects(self.book, whose) {
            for month in carry::months(history) {
                self.counter(subject, &history.kind, month);
            }
        }
    }

    fn event(&mut self, event: &Event, today: LocalDate) {
        if let Some(source) = &event.source {
            self.source(source);
        }
        let Some(settings) = &self.book.frame.settings else {
            return;
        };
        let assets: Vec<AssetNo> = [AssetNo::POINTS, AssetNo::MINUTES, AssetNo::CONDUCT]
            .into_iter()
            .chain(settings.assets.iter().map(|(_, no)| *no))
            .collect();
        for asset in &assets {
            self.account(Account::of_community(*asset, Purpose::Issuance));
            self.account(Account::of_community(*asset, Purpose::Adjustment));
        }
        self.counter(
            CounterSubject::Community,
            &issued_kind(),
            today.month_index(),
        );
        self.counter(CounterSubject::Community, &issued_kind(), 0);
        for (_, resident) in &event.roles {
            let Some(who) = self.who(*resident) else {
                continue;
            };
            for asset in &assets {
                let account = Account {
                    holder: holder(settings, *asset, who.resident, who.household),
                    asset: *asset,
                    purpose: Purpose::Available,
                };
                self.account(account);
                if settings.notice_of(&event.kind).is_some() {
                    let purpose = Purpose::Notice;
                    self.account(Account { purpose, ..account });
                }
            }
            self.counted(&who, &event.kind, event.on);
            if settings.overlap_of(&event.kind).is_some() {
                let months = times::months(event.on).into_iter();
                months.for_each(|month| self.times(*resident, month));
            }
            if settings.minutes_max_day.is_some() {
                self.facts(&[minutes_of_day()], event.on, &who, None);
            }
        }
        if let (Ok(resident), Some((_, kind))) =
            (doer(event), self.book.rule_for(&event.kind, event.on))
            && let Some(who) = self.who(resident)
        {
            self.facts(&kind.facts, event.on, &who, None);
        }
    }

    fn retry(&mut self, seq: u64, today: LocalDate) {
        match self.book.waiting.get(&seq) {
            None => self.needs.push(Need::Waiting(seq)),
            Some(None) => {}
            Some(Some(event)) => self.event(event, today),
        }
    }

    fn basket(&mut self, resident: ResidentNo, lines: &[(Code, i32)], today: LocalDate) {
        let Some(who) = self.who(resident) else {
            return;
        };
        let Some(settings) = &self.book.frame.settings else {
            return;
        };
        let whose = holder(settings, AssetNo::POINTS, who.resident, who.household);
        for purpose in [Purpose::Available, Purpose::Held] {
            self.account(Account {
                holder: whose,
                asset: AssetNo::POINTS,
                purpose,
            });
        }
        let plan = self
            .book
            .pricing_for(today)
            .and_then(|set| set.plan.pricing.clone())
            .unwrap_or_default();
        self.facts(&plan.order_facts, today, &who, None);
        for (code, _) in lines {
            let Some(no) = self.book.item(code).map(|item| item.no) else {
                continue;
            };
            self.goods(no, &[Purpose::Shelf, Purpose::Reserved]);
            self.facts(&plan.line_facts, today, &who, Some(code));
            self.counted(&who, &item_kind(code), today);
        }
    }

    fn order_no(&mut self, no: OrderNo) {
        match self.book.orders.get(&no) {
            None => self.needs.push(Need::Order(no)),
            Some(None) => {}
            Some(Some(order)) => self.order(order),
        }
    }

    /// How an order was priced, and for whom.
    fn ordered(&mut self, no: OrderNo) {
        if let Some(Some(order)) = self.book.orders.get(&no) {
            self.resident(order.resident);
            self.entry(order.entry);
        }
    }

    fn order(&mut self, order: &Order) {
        let Some(settings) = &self.book.frame.settings else {
            return;
        };
        let whose = holder(settings, AssetNo::POINTS, order.resident, order.household);
        for purpose in [Purpose::Available, Purpose::Held] {
            self.account(Account {
                holder: whose,
                asset: AssetNo::POINTS,
                purpose,
            });
        }
        for purpose in [Purpose::Redeemed, Purpose::Expired] {
            self.account(Account::of_community(AssetNo::POINTS, purpose));
        }
        let who = Subjects {
            resident: order.resident,
            household: order.household,
        };
        for (line, _) in &order.lines {
            self.goods(
                line.item,
                &[Purpose::Reserved, Purpose::Handed, Purpose::Shelf],
            );
            if let Some(code) = self
                .book
                .frame
                .items
                .iter()
                .find(|item| item.no == line.item)
                .map(|item| item.code.clone())
            {
                self.counted(&who, &item_kind(&code), order.placed_on);
            }
        }
    }
}
