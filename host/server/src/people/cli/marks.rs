//! `rongyi resident traits`: shows what rules are told about a resident, and sets it.

use rongyi_core::ids::{Code, ResidentNo};

use super::common::Where;
use super::stop;
use crate::door::terminal::{Failure, known, say, with_house};
use crate::earning::resident_no;
use crate::house::House;
use crate::people::{RowError, traits};

pub(super) async fn traits(place: &Where, resident: &str, set: &str) -> Result<(), Failure> {
    let resident = resident_no(resident)
        .map_err(|error| Failure::new(error.code, error.text.zh, error.text.en))?;
    let changes =
        traits::parse(set).map_err(|wrong| Failure::new("trait.form", wrong.zh, wrong.en))?;
    with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        if !changes.is_empty() {
            let done = traits::set(house, community, 0, resident, changes).await;
            if let Err(error) = done {
                return Err(failure(error));
            }
        }
        show(house, community, resident).await
    })
    .await
}

fn failure(error: RowError) -> Failure {
    match error {
        RowError::Bad(bad) => Failure::new("row", bad.text.zh, bad.text.en),
        RowError::Stop(stopped) => stop(&stopped),
    }
}

async fn show(house: &House, community: &Code, resident: ResidentNo) -> Result<(), Failure> {
    let marks = traits::of(&house.store, community, resident).await;
    let marks = marks.map_err(Failure::from)?;
    let Some(marks) = marks else {
        return Err(Failure::new(
            "resident.unknown",
            format!("没有 {resident} 号居民。请核对号码，或先登记这位居民。"),
            format!(
                "There is no resident {resident}. Check the number, or enrol the resident first."
            ),
        ));
    };
    let all: Vec<_> = marks
        .iter()
        .map(|(name, value)| format!("{name}={}", traits::shown(value)))
        .collect();
    let all = if all.is_empty() {
        "没有特征 no traits".to_owned()
    } else {
        all.join(" ")
    };
    say(&format!("{resident}: {all}"));
    Ok(())
}
