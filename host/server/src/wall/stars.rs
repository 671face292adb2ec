//! The volunteers' board: who reached which star, the highest first. Only with the name that they allowed, and only a star that
//! the yearly review leaves standing.

use rongyi_core::book::Frame;
use rongyi_core::counters::CounterSubject;
use rongyi_pages::{WallLine, WallSheetView};

use super::resident_name;
use crate::activities::stars::of_resident;
use crate::door::fault::Fault;
use crate::door::visit::Visit;

/// Where the row of all time stands among the months.
const ALL_TIME: i32 = 0;
/// Volunteers that are looked through, those with most minutes first.
const VOLUNTEERS_MAX: usize = 2_000;
/// Lines of a sheet.
const LINES_MAX: usize = 60;

/// The sheet.
pub(super) async fn sheet(
    visit: &Visit,
    frame: &Frame,
    bare: WallSheetView,
) -> Result<WallSheetView, Fault> {
    let house = &visit.app.house;
    let mut counted = house
        .store
        .counted_of(&frame.community, false, ALL_TIME, ALL_TIME)
        .await?;
    counted.retain(|one| one.minutes > 0);
    counted.sort_by_key(|one| (std::cmp::Reverse(one.minutes), one.subject));
    let mut reached = Vec::new();
    for one in counted.iter().take(VOLUNTEERS_MAX) {
        let CounterSubject::Resident(resident) = one.subject else {
            continue;
        };
        let theirs = of_resident(house, &frame.community, resident).await?;
        if !theirs.standing.is_kept() {
            continue;
        }
        let stars = theirs.standing.stars;
        let level = stars
            .checked_sub(1)
            .and_then(|at| theirs.levels.get(at).cloned());
        let name = resident_name(&house.store, &frame.community, resident).await?;
        if let (Some(level), Some(name)) = (level, name) {
            reached.push((stars, theirs.served.minutes, level.title, name));
        }
    }
    // Whoever has as much stands in the order of their names: no place is given away among them.
    reached.sort_by(|a, b| (b.0, b.1, &a.3).cmp(&(a.0, a.1, &b.3)));
    let left_out = reached.len().saturating_sub(LINES_MAX);
    reached.truncate(LINES_MAX);
    let line = |(stars, minutes, title, name): &(usize, i64, _, String)| WallLine {
        first: "★".repeat(*stars),
        name: name.clone(),
        mark: String::new(),
        value: rongyi_pages::format::number(minutes.div_euclid(60)),
        unit: visit.either("小时", "hours"),
        note: visit.say(title),
    };
    let mut foot = vec![visit.either(
        "谢谢每一位志愿者。不愿上榜的不在榜上。",
        "Thank you, every one of you. Who did not want to stand here does not.",
    )];
    if left_out > 0 {
        foot.push(visit.either(
            &format!("还有 {left_out} 位有星级的志愿者，纸上写不下了。"),
            &format!("{left_out} more volunteers have stars; the sheet has no room for them."),
        ));
    }
    Ok(WallSheetView {
        sub: visit.either(
            &format!("{} · 星级志愿者", visit.title.zh),
            &format!("{} · volunteers with stars", visit.title.en),
        ),
        lines: reached.iter().map(line).collect(),
        empty: visit.either(
            "还没有可以上榜的星级志愿者。",
            "No volunteer with a star stands here yet.",
        ),
        foot,
        ..bare
    })
}
