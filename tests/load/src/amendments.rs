//! What is done to entries that are there, and several at once: reversals, corrections by two people, notices, chains.
//! Wherever two may want the same thing, two ask for it at once over two connections, often at two hosts: one does it,
//! and the other hears that it is done and nothing else.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::caller::Tried;
use crate::model::{Earned, Event};
use crate::workload::{Driver, json};

/// Why in all of them.
const WHY: &str = r#"{"reason":"核对纸单后更正"}"#;
/// Steps of a chain at most.
const STEPS_MAX: u32 = 3;

impl Driver {
    /// An award is taken back, by two at once, or it is refused because the household has spent it.
    pub(crate) async fn reverse(&mut self) -> Result<u32> {
        let awards = self.model.awards();
        let bound = u32::try_from(awards.len()).unwrap_or(u32::MAX);
        if bound == 0 {
            return Ok(0);
        }
        let drawn = self.below(bound) as usize;
        // Often one that the household can no longer pay back, where there is one.
        let short = if self.below(3) == 0 {
            awards.iter().find(|award| self.model.is_short(award))
        } else {
            None
        };
        let reference = short.unwrap_or(&awards[drawn]);
        let entry = *self
            .receipts
            .get(reference)
            .context("an award has its receipt")?;
        let place = self.model.place_of(reference).unwrap_or(0);
        let path = self.path(&format!("entries/{entry}/reverse"));
        let may = self.model.reverse(reference).is_some();
        let told = if may {
            let told = self.both([(&path, WHY, 0), (&path, WHY, 1)]).await?;
            self.counts.reversed += 1;
            told
        } else {
            self.next += 1;
            let headers = self.desk(0, &format!("short-{}", self.next));
            let tried = self.caller.ask("POST", &path, &headers, WHY).await?;
            self.counts.short += 1;
            vec![tried]
        };
        let wanted = if may { 1 } else { 0 };
        let no = if may {
            "reverse.already"
        } else {
            "reverse.short"
        };
        let done = done(&told, no)?;
        ensure!(
            done.len() == wanted,
            "{reference}, entry {entry}: {} of {wanted}",
            done.len()
        );
        Ok(place)
    }

    /// One proposes, and may not approve; then two decide at once, who do not agree, or one whose finger slips.
    pub(crate) async fn adjust(&mut self, place: u32) -> Result<()> {
        // Now and then all that the household has.
        let all = self.model.wallet(place).points;
        let amount = if all > 0 && self.below(3) == 0 {
            -all
        } else {
            i64::from(self.below(30)) + 1
        };
        self.next += 1;
        let headers = self.desk(0, &format!("propose-{}", self.next));
        let body = format!(
            r#"{{"resident":{},"amount":{amount},"reason":"漏记了"}}"#,
            crate::world::FIRST_RESIDENT + place
        );
        let path = self.path("proposals");
        let tried = self.caller.ask("POST", &path, &headers, &body).await?;
        let said = json(&tried.answer)?;
        let proposal = said["entry"].as_u64().with_context(|| said.to_string())?;
        let approve = self.path(&format!("proposals/{proposal}/approve"));
        let decline = self.path(&format!("proposals/{proposal}/decline"));

        let headers = self.desk(0, &format!("self-{}", self.next));
        let self_approval = self.caller.ask("POST", &approve, &headers, "").await?;
        ensure!(
            json(&self_approval.answer)?["code"] == "proposal.same-person",
            "who proposes may not approve: {}",
            json(&self_approval.answer)?
        );
        let agree = self.below(2) == 0;
        let other: (&str, &str, usize) = if agree {
            (&approve, "", 1)
        } else {
            (&decline, WHY, 0)
        };
        let told = self.both([(&approve, "", 1), other]).await?;
        let done = done(&told, "proposal.closed")?;
        match done.as_slice() {
            [1] if !agree => self.counts.declined += 1,
            [_] => {
                self.model.adjust(place, amount);
                self.counts.adjusted += 1;
            }
            _ => anyhow::bail!("proposal {proposal}: {done:?} of two (agreed: {agree})"),
        }
        Ok(())
    }

    /// An award under notice, to which two object at once and which two review at once.
    pub(crate) async fn notice(&mut self, place: u32) -> Result<()> {
        let event = Event {
            kind: "honour",
            place,
            ..self.event(place)
        };
        let expected = self.model.earn(&event);
        let tried = self.send(&event).await?;
        self.earned(&event, expected, &tried)?;
        self.counts.noticed += 1;
        let entry = *self.receipts.get(&event.reference).context("a receipt")?;
        if self.below(4) == 0 {
            return Ok(());
        }
        let path = self.path(&format!("entries/{entry}/object"));
        self.next += 1;
        let headers = [0, 1].map(|who| self.session(who, &format!("object-{}-{who}", self.next)));
        let (one, two) = tokio::join!(
            self.caller.ask("POST", &path, &headers[0], WHY),
            self.second.ask("POST", &path, &headers[1], WHY)
        );
        let objected = done(&[one?, two?], "notice.objected")?;
        ensure!(
            objected.len() == 1,
            "entry {entry}: {objected:?} of two have objected"
        );
        self.counts.objected += 1;

        let path = self.path(&format!("entries/{entry}/review"));
        let review = |uphold| format!(r#"{{"uphold":{uphold},"reason":"问过邻居"}}"#);
        let (away, stays) = (review(false), review(true));
        let told = self.both([(&path, &away, 0), (&path, &stays, 1)]).await?;
        match done(&told, "notice.not-objected")?.as_slice() {
            [0] => {
                self.model.withdraw(place);
                self.counts.withdrawn += 1;
            }
            [1] => {}
            done => anyhow::bail!("entry {entry}: {done:?} of two reviews"),
        }
        Ok(())
    }

    /// Events that stand or fall together: all are booked, or one of them would be refused and none is.
    pub(crate) async fn chain(&mut self, place: u32) -> Result<()> {
        let before = self.model.clone();
        let count = self.below(STEPS_MAX) + 1;
        let mut events = Vec::new();
        let mut falls = None;
        for step in 0..count {
            let event = self.event(if step == 0 { place } else { place ^ 1 });
            if self.model.earn(&event) == Earned::Refused && falls.is_none() {
                falls = Some(step);
            }
            events.push(event);
        }
        // Nobody with this number lives there.
        let stranger = falls.is_none() && self.below(3) == 0;
        let mut steps: Vec<String> = events
            .iter()
            .map(|event| format!(r#"{{"event":{}}}"#, event.json()))
            .collect();
        if stranger {
            let nobody = Event {
                place: self.residents(),
                ..self.event(place)
            };
            steps.push(format!(r#"{{"event":{}}}"#, nobody.json()));
            falls = Some(count);
        }
        let body = format!(r#"{{"steps":[{}]}}"#, steps.join(","));
        let (path, headers) = (self.path("chains"), self.bearer(&self.world().tokens));
        let tried = self.caller.ask("POST", &path, &headers, &body).await?;
        let said = json(&tried.answer)?;
        let Some(step) = falls else {
            let answers = said["answers"]
                .as_array()
                .with_context(|| said.to_string())?;
            ensure!(answers.len() == events.len(), "{said}");
            ensure!(said["replayed"] == false || tried.lost, "{said}");
            for (event, answer) in events.iter().zip(answers) {
                let entry = answer["entry"].as_u64().context("a step has its entry")?;
                self.receipt(event, entry)?;
            }
            self.counts.chained += 1;
            return Ok(());
        };
        ensure!(
            said["step"] == step,
            "the chain falls with step {step}, and was answered {said}"
        );
        self.model = before;
        self.counts.fallen += 1;
        Ok(())
    }

    /// Two members of staff ask at once; each with a key of their own.
    async fn both(&mut self, asked: [(&str, &str, usize); 2]) -> Result<Vec<Tried>> {
        self.next += 1;
        let next = self.next;
        let [(one, first, who), (two, then, other)] = asked;
        let headers = [
            self.desk(who, &format!("both-{next}-one")),
            self.desk(other, &format!("both-{next}-two")),
        ];
        let (one, two) = tokio::join!(
            self.caller.ask("POST", one, &headers[0], first),
            self.second.ask("POST", two, &headers[1], then)
        );
        Ok(vec![one?, two?])
    }
}

/// The places of those that did it; the others must have heard this code.
fn done(told: &[Tried], otherwise: &str) -> Result<Vec<usize>> {
    let mut done = Vec::new();
    for (place, tried) in told.iter().enumerate() {
        let said: Value = json(&tried.answer)?;
        if tried.answer.status == 200 {
            done.push(place);
        } else {
            ensure!(
                said["code"] == otherwise,
                "must be {otherwise}, and was answered {} {said}",
                tried.answer.status
            );
        }
    }
    Ok(done)
}
