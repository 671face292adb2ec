//! The steps of cases against what was sealed of them. Words, photos and papers that are still there are compared with
//! what their step committed to; what was erased leaves its commitment.

use std::collections::BTreeMap;

use rongyi_cases::Kind;
use rongyi_core::chain::{Hash, hex, merkle_root};
use rongyi_core::command::{CasesSealed, SealedStep};
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;
use rongyi_store::{CasePhoto, CaseText, Store, StoreError, StoredCase, case_commitment};

use super::Check;
use crate::cases::sealing;

impl Check {
    /// Every seal that no earlier verification has compared, or all of them; and that they leave no gap.
    pub(super) async fn cases(
        &mut self,
        store: &Store,
        code: &Code,
        all: bool,
    ) -> Result<(), StoreError> {
        let mut ended = Instant(0);
        for (seq, body) in store.cases_seals(code).await? {
            if seq >= self.head.next_seq {
                break;
            }
            let sealed = sealing::seal(code, (seq, &body))?;
            if sealed.from != ended {
                let what = "the sealed steps do not go on where the seal before ended";
                self.problem(format!("record {seq}"), what.into());
            }
            ended = sealed.until;
            if all || seq >= self.from {
                self.sealed_steps(store, code, (seq, &sealed)).await?;
            }
        }
        Ok(())
    }

    async fn sealed_steps(
        &mut self,
        store: &Store,
        code: &Code,
        (seq, sealed): (u64, &CasesSealed),
    ) -> Result<(), StoreError> {
        let day = sealed.day;
        let texts = store.texts_at(code, &[seq]).await?;
        let text = texts.first().map(|(_, text)| text);
        // A list that is not the committed one is told where texts are compared.
        let fits = text.filter(|text| text.commitment() == sealed.list);
        let Some(list) = fits.and_then(|text| sealing::listed(&text.text)) else {
            let what = format!(
                "the list of the steps sealed on {day} is not there, or is not the one that was sealed"
            );
            self.problem(format!("record {seq}"), what);
            return Ok(());
        };
        let span = (sealed.from, sealed.until);
        let steps = sealing::steps(store, code, span, usize::MAX).await?;
        let mut there: BTreeMap<(u64, u32), &SealedStep> = steps
            .iter()
            .map(|step| ((step.case_no, step.step), step))
            .collect();
        let mut wrong: Vec<((u64, u32), &str)> = Vec::new();
        for one in &list {
            let place = (one.case_no, one.step);
            match there.remove(&place) {
                None => wrong.push((place, "it was removed, or dated otherwise")),
                Some(step) if hex(&step.leaf()) != one.leaf => {
                    wrong.push((place, "it was changed"))
                }
                Some(_) => {}
            }
        }
        wrong.extend(there.into_keys().map(|place| (place, "it was put in")));
        wrong.sort_unstable();
        let clean = wrong.is_empty();
        for ((case_no, step), what) in wrong {
            let what = format!(
                "{what}: it is not among the steps that were sealed on {day} (record {seq})"
            );
            self.problem(format!("case {case_no}, step {step}"), what);
        }
        let leaves: Vec<Hash> = steps.iter().map(SealedStep::leaf).collect();
        let count = steps.len() as u64;
        if clean && (merkle_root(&leaves) != sealed.root || count != sealed.count) {
            let what = format!("the steps sealed on {day} do not give its root");
            self.problem(format!("record {seq}"), what);
        }
        if clean {
            self.committed(store, code, &steps).await?;
        }
        Ok(())
    }

    /// What still stands written with these steps is what they committed to.
    async fn committed(
        &mut self,
        store: &Store,
        code: &Code,
        steps: &[SealedStep],
    ) -> Result<(), StoreError> {
        let mut known: Option<(StoredCase, Vec<String>)> = None;
        let mut order: Vec<&SealedStep> = steps.iter().collect();
        order.sort_by_key(|step| (step.case_no, step.step));
        for step in order {
            let of_case = known
                .as_ref()
                .is_some_and(|(case, _)| case.file.case_no == step.case_no);
            if !of_case {
                known = match store.case(code, step.case_no).await? {
                    Some(case) => {
                        let kind = store.case_kind(code, &case.file.digest).await?;
                        let kind = kind.and_then(|bytes| Kind::from_bytes(&bytes).ok());
                        let keys = kind.map(|kind| {
                            let questions = kind.questions().iter();
                            questions.map(|one| one.key.to_string()).collect()
                        });
                        Some((case, keys.unwrap_or_default()))
                    }
                    None => None,
                };
            }
            let Some((case, keys)) = &known else {
                continue;
            };
            let found = written(case, keys, step.step);
            let (case_no, no) = (step.case_no, step.step);
            // Nothing there is what an erasure leaves.
            if !found.is_empty() && found != step.texts {
                let what = "its words, photos or papers are not those that came with it";
                self.problem(format!("case {case_no}, step {no}"), what.into());
            }
        }
        Ok(())
    }
}

/// The commitment to what still stands written with a step, in the order in which its form asked for it.
fn written(case: &StoredCase, keys: &[String], step: u32) -> Vec<u8> {
    let rank = |key: &str| keys.iter().position(|known| known == key);
    let texts = case.texts.iter().filter(|text| text.step == step);
    let mut texts: Vec<CaseText> = texts.cloned().collect();
    texts.sort_by_key(|text| rank(&text.key));
    let mut photos: Vec<_> = case
        .photos
        .iter()
        .filter(|photo| photo.step == step)
        .collect();
    photos.sort_by_key(|photo| photo.place);
    let photos: Vec<CasePhoto> = photos
        .into_iter()
        .map(|photo| CasePhoto {
            key: photo.key.clone(),
            digest: photo.digest,
        })
        .collect();
    let papers = case.papers.iter().filter(|paper| paper.step == step);
    let papers: Vec<Hash> = papers.map(|paper| paper.digest).collect();
    case_commitment(&texts, &photos, &papers)
}
