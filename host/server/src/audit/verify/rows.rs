//! The kept rows and texts against what the journal gives. It reads; it applies nothing. A row of a table that the
//! journal does not make (sign-ins, devices) is not compared; staff are, with the list that was sealed last.

use std::collections::BTreeMap;

use rongyi_core::book::{Book, Loaded, OrderState};
use rongyi_core::command::{Need, SaltedText};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{PickupCode, Record, RuleSet};
use rongyi_core::seal::sealed_reference;
use rongyi_store::{Store, StoreError};

use super::touched::Touched;
use super::{Check, PAGE};

impl Check {
    /// `live` is asked again about what the host writes in two steps.
    pub(super) async fn rows(
        &mut self,
        (live, store): (&Store, &Store),
        code: &Code,
    ) -> Result<(), StoreError> {
        let accounts: BTreeMap<_, _> = store.all_accounts(code).await?.into_iter().collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .accounts()
            .into_iter()
            .map(|(key, state)| (key, state.clone()))
            .collect();
        self.compare("balance", &rebuilt, &accounts);
        let residents: BTreeMap<_, _> = store.all_residents(code).await?.into_iter().collect();
        let rebuilt = self.book.members();
        self.compare("resident", &rebuilt, &residents);
        let waiting: BTreeMap<_, _> = store
            .waiting(code)
            .await?
            .into_iter()
            .map(|(seq, _)| (seq, ()))
            .collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .waiting()
            .into_keys()
            .map(|seq| (seq, ()))
            .collect();
        self.compare("waiting event", &rebuilt, &waiting);
        let touched = self.touched.take();
        match &touched {
            None => self.growing(store, code).await?,
            Some(touched) => self.touched_rows(store, code, touched).await?,
        }
        self.codes(store, code).await?;
        self.references(store, code, touched.as_ref()).await?;
        self.statements(store, code).await?;
        self.frame(store, code).await?;
        self.erasures(store, code).await?;
        self.cases(store, code, touched.is_none()).await?;
        self.roster(store, code).await?;
        self.people((live, store), code).await
    }

    /// Every row of the tables that grow with the journal.
    async fn growing(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let counters: BTreeMap<_, _> = store.all_counters(code).await?.into_iter().collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .counters()
            .into_iter()
            .map(|(key, row)| (key.clone(), row.clone()))
            .collect();
        self.compare("counter", &rebuilt, &counters);
        let orders: BTreeMap<_, _> = store
            .all_orders(code)
            .await?
            .into_iter()
            .map(|order| (order.no, order))
            .collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .orders()
            .into_iter()
            .map(|(no, order)| (no, order.clone()))
            .collect();
        self.compare("order", &rebuilt, &orders);
        let sources = store.all_sources(code).await?.into_iter();
        let sources: BTreeMap<_, _> = sources
            .map(|(name, text, used)| ((name, text), used))
            .collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .sources()
            .into_iter()
            .map(|(key, used)| (key.clone(), *used))
            .collect();
        self.compare("external reference", &rebuilt, &sources);
        // Keys are purged after a while, so one may be missing; one that is there must be right.
        let keys: BTreeMap<_, _> = store
            .all_keys(code)
            .await?
            .into_iter()
            .map(|(actor, text, used, at)| ((actor, text), (used, at)))
            .collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .keys()
            .into_iter()
            .filter(|(key, _)| keys.contains_key(*key))
            .map(|(key, used)| (key.clone(), *used))
            .collect();
        self.compare("idempotency key", &rebuilt, &keys);
        let fates: BTreeMap<_, _> = store.all_fates(code).await?.into_iter().collect();
        let rebuilt = self.book.fates();
        self.compare("fate of entry", &rebuilt, &fates);
        let standings = store.all_standings(code).await?;
        let standings: BTreeMap<_, _> = standings
            .into_iter()
            .map(|(cut, holder, standing)| ((cut, holder), standing))
            .collect();
        let rebuilt: BTreeMap<_, _> = self
            .book
            .standings()
            .into_iter()
            .map(|(key, standing)| (key, standing.clone()))
            .collect();
        self.compare("standing at a cut-off", &rebuilt, &standings);
        Ok(())
    }

    /// The pick-up codes of open orders are those that were sealed, and those of ended orders are gone.
    async fn codes(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let codes: BTreeMap<_, _> = store.pickup_codes(code).await?.into_iter().collect();
        let mut wrong = Vec::new();
        let orders = self.book.orders();
        for (no, order) in &orders {
            let sealed = matches!(order.code, PickupCode::Sealed(_));
            let due = sealed && order.state == OrderState::Reserved;
            match codes.get(no) {
                Some(kept_code) if !due || !order.code.fits(kept_code) => {
                    wrong.push((*no, "is not its own"));
                }
                None if due => wrong.push((*no, "is missing")),
                Some(_) | None => {}
            }
        }
        let stray = codes.keys().filter(|no| !orders.contains_key(no));
        wrong.extend(stray.map(|no| (*no, "belongs to no order")));
        for (no, what) in wrong {
            self.problem(format!("order {no}"), format!("its pick-up code {what}"));
        }
        Ok(())
    }

    /// Typed references are those of their entries.
    async fn references(
        &mut self,
        store: &Store,
        code: &Code,
        touched: Option<&Touched>,
    ) -> Result<(), StoreError> {
        let all = |book: &Book| book.sources().into_keys().cloned().collect();
        let sources: Vec<(Code, String)> =
            touched.map_or_else(|| all(&self.book), |touched| touched.sources().collect());
        let entry = |key: (Code, String)| Some((self.book.source_row(&key)?.entry, key.1));
        let used = sources.into_iter().filter_map(entry);
        let used: BTreeMap<String, u64> = used.map(|(entry, text)| (text, entry)).collect();
        let references = match touched {
            None => store.all_references(code).await?,
            Some(_) => {
                let entries: Vec<u64> = used.values().copied().collect();
                let mut found = Vec::new();
                for entries in entries.chunks(PAGE as usize) {
                    found.extend(store.references_at(code, entries).await?);
                }
                found
            }
        };
        for (seq, text) in references {
            if !used.contains_key(&sealed_reference(&text)) {
                let what = "its typed reference is not the one that was sealed";
                self.problem(format!("record {seq}"), what.into());
            }
        }
        Ok(())
    }

    pub(super) fn compare<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
        &mut self,
        what: &str,
        rebuilt: &BTreeMap<K, V>,
        stored: &BTreeMap<K, V>,
    ) {
        for (key, value) in rebuilt {
            match stored.get(key) {
                None => self.problem(format!("{what} {key:?}"), "its row is missing".into()),
                Some(row) if row != value => {
                    self.problem(
                        format!("{what} {key:?}"),
                        format!("its row says {row:?}, the journal gives {value:?}"),
                    );
                }
                Some(_) => {}
            }
        }
        for key in stored.keys().filter(|key| !rebuilt.contains_key(key)) {
            self.problem(
                format!("{what} {key:?}"),
                "its row comes from no record of the journal".into(),
            );
        }
    }

    async fn frame(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let Some(frame) = store.frame(code).await? else {
            return Ok(());
        };
        let rebuilt = self.book.frame().clone();
        if rebuilt.settings != frame.settings {
            self.problem(
                "settings".into(),
                "the row differs from the newest settings of the journal".into(),
            );
        }
        let sets = |sets: &[std::sync::Arc<RuleSet>]| {
            sets.iter()
                .map(|set| (set.no, RuleSet::clone(set)))
                .collect::<BTreeMap<_, _>>()
        };
        self.compare("rule set", &sets(&rebuilt.sets), &sets(&frame.sets));
        if rebuilt.posted != frame.posted {
            let what = "whether anything was posted yet differs from the journal";
            self.problem("community".into(), what.into());
        }
        let by_no = |items: &[rongyi_core::record::Item]| {
            items
                .iter()
                .map(|item| (item.no, item.clone()))
                .collect::<BTreeMap<_, _>>()
        };
        self.compare("shop item", &by_no(&rebuilt.items), &by_no(&frame.items));
        let by_name = |periods: &[rongyi_core::period::PeriodRow]| {
            periods
                .iter()
                .map(|row| (row.period.to_string(), row.clone()))
                .collect::<BTreeMap<_, _>>()
        };
        self.compare(
            "period",
            &by_name(&rebuilt.periods),
            &by_name(&frame.periods),
        );
        let days: BTreeMap<_, _> = store.all_period_days(code).await?.into_iter().collect();
        let last = |row: &rongyi_core::period::PeriodRow| (row.period.to_string(), row.period.last);
        let rebuilt_days = rebuilt.periods.iter().map(last).collect();
        self.compare("last day of period", &rebuilt_days, &days);
        if rebuilt.next_order != frame.next_order {
            let what = format!(
                "the row says {}, the journal gives {}",
                frame.next_order, rebuilt.next_order
            );
            self.problem("next order number".into(), what);
        }
        Ok(())
    }

    /// What was written down about past days still holds.
    async fn statements(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let earlier = self.stated.iter().copied().filter(|seq| *seq < self.from);
        for seq in earlier.collect::<Vec<_>>() {
            for (found, kind, body) in store.journal(code, seq, 1).await? {
                let record = Record::decode(kind, &body).ok().filter(|_| found == seq);
                let kept = record.and_then(|record| crate::audit::statement::kept(seq, &record));
                match kept {
                    Some(kept) => self.kept.push(kept),
                    None => self.problem(
                        format!("record {seq}"),
                        "it was a statement at the checkpoint, and is none now".into(),
                    ),
                }
            }
        }
        for kept in std::mem::take(&mut self.kept) {
            let Some(broken) = crate::audit::statement::again(store, code, &kept).await? else {
                continue;
            };
            let (stated, has, on) = (broken.stated, broken.held.balance, broken.on);
            let what = format!(
                "{:?} had {stated} {} at the end of {on}, it says; the movements give {has}, a difference of {:+}.{}",
                broken.holder,
                broken.asset,
                has.saturating_sub(stated),
                crate::audit::statement::around(&broken.held, "until then", "after it")
            );
            self.problem(format!("statement {}", broken.seq), what);
        }
        Ok(())
    }

    /// The passbook links beside the movements since the last call: balances after, and the movement before.
    pub(super) async fn links(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let mut moved = std::mem::take(&mut self.moved).into_iter().peekable();
        while let Some(first) = moved.peek() {
            let page = store.all_transfer_links(code, first.seq, PAGE).await?;
            if page.is_empty() {
                return Ok(());
            }
            for link in page {
                let Some(right) = moved.next() else {
                    return Ok(());
                };
                if (link.seq, link.debit_after, link.credit_after)
                    != (right.seq, right.debit_after, right.credit_after)
                {
                    let what = format!(
                        "its passbook links say {:?} and {:?}, the journal gives {:?} and {:?}",
                        link.debit_after, link.credit_after, right.debit_after, right.credit_after
                    );
                    self.problem(format!("record {}", right.seq), what);
                }
            }
        }
        Ok(())
    }

    /// The texts up to a place, beside the commitments since the last call: those that are there must be the ones
    /// the records were made with. Whether one may be missing shows only at the end.
    pub(super) async fn texts(
        &mut self,
        store: &Store,
        code: &Code,
        last: u64,
    ) -> Result<(), StoreError> {
        let mut said = std::mem::take(&mut self.said);
        while self.next_text <= last {
            let page = store.texts(code, self.next_text, PAGE).await?;
            let Some((end, _)) = page.last() else {
                break;
            };
            self.next_text = end + 1;
            for (seq, text) in page.into_iter().filter(|(seq, _)| *seq <= last) {
                if said.remove(&seq) != Some(text.commitment()) {
                    self.problem(
                        format!("text of record {seq}"),
                        "it is not the text the record was made with".into(),
                    );
                }
            }
        }
        self.next_text = last + 1;
        self.silent.extend(said.into_keys());
        Ok(())
    }

    /// A text is missing only where its erasure is recorded, and then it is really gone.
    pub(super) async fn erasures(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let silent = std::mem::take(&mut self.silent);
        for seq in &silent {
            if self.erased.contains(seq) {
                self.report.erased += 1;
            } else {
                self.problem(
                    format!("text of record {seq}"),
                    "it is missing, and no record says that it was erased".into(),
                );
            }
        }
        for seq in std::mem::take(&mut self.erased).difference(&silent) {
            let found = store.texts(code, *seq, 1).await?;
            if found.first().is_some_and(|(place, _)| place == seq) {
                self.problem(
                    format!("text of record {seq}"),
                    "a record says that it was erased, but it is still there".into(),
                );
            }
        }
        Ok(())
    }

    /// Who a resident number belongs to is the person it was enrolled for, and nobody else's number is.
    async fn people(
        &mut self,
        (live, store): (&Store, &Store),
        code: &Code,
    ) -> Result<(), StoreError> {
        for (resident, (seq, who)) in std::mem::take(&mut self.enrolled) {
            // The host links a person right after the ledger knows the resident.
            let linked = match link(store, code, resident).await? {
                None => link(live, code, resident).await?,
                found => found,
            };
            let Some(linked) = linked else {
                let what = format!(
                    "nothing says whose number it is, and no record says that this was erased (record {seq})"
                );
                self.problem(format!("resident {resident}"), what);
                continue;
            };
            if linked.commitment() != who {
                let what = format!("it was enrolled for another person (record {seq})");
                self.problem(format!("resident {resident}"), what);
            }
        }
        let known = self.book.residents();
        for resident in store.all_linked(code).await? {
            if known.contains_key(&resident) {
                continue;
            }
            let now = live.load(code, &[Need::Resident(resident)]).await?;
            if !matches!(now.first(), Some(Loaded::Resident(_, Some(_)))) {
                let what = "a person is linked to it, but the ledger knows no such resident";
                self.problem(format!("resident {resident}"), what.into());
            }
        }
        Ok(())
    }
}

/// What a resident was enrolled as, with its salt.
async fn link(
    store: &Store,
    code: &Code,
    resident: ResidentNo,
) -> Result<Option<SaltedText>, StoreError> {
    let (Some(salt), Some(person)) = (
        store.resident_salt(code, resident).await?,
        store.resident_person(code, resident).await?,
    ) else {
        return Ok(None);
    };
    let text = format!("person:{}", person.person_id);
    Ok(Some(SaltedText { salt, text }))
}
