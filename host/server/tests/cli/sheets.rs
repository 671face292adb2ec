//! Files as people send them: habits are understood, slips are told at their line, and what is known is what is
//! equal.

use crate::place::{HEADER, Place};

#[test]
fn a_lone_quote_costs_one_row_and_the_line_is_the_editors() {
    let place = Place::enrolled();
    let text = format!(
        "{HEADER}\r\n\r\nA-1,waste.food,1003,2026-11-20,1,\"厨余\r\nA-2,waste.food,1001,2026/11/20,1,好\r\nA-3,waste.food,１００１,2026年11月20日,1,\r\n"
    );
    place.write("events.csv", text);
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!((ran.code, &sums["decided"]), (1, &2.into()), "{}", ran.err);
    assert!(ran.err.contains("events.csv:3: row.quote: "), "{}", ran.err);
    assert!(
        ran.err.contains("读作 UTF-8，逗号分隔，3 行"),
        "it says how the file was read: {}",
        ran.err
    );
    assert_eq!(place.points("1001"), 20);
}

#[test]
fn references_that_look_alike_count_once() {
    let place = Place::enrolled();
    for (alike, file) in [
        "ZW1",
        "ZW1\u{200b}",
        "\u{feff}ZW1",
        " ZW1",
        "ＺＷ１",
        "Z\u{ad}W1",
        "ZW1\u{2060}",
    ]
    .iter()
    .zip(1..)
    {
        let row = format!("{alike},tree.plant,1003,2026-10-04,1,");
        place.events("alike.csv", &[&row]);
        let (ran, sums) = place.import(&["alike.csv"]);
        let wanted = if file == 1 { "decided" } else { "known" };
        assert_eq!(sums[wanted], 1, "{alike:?}: {}", ran.err);
    }
    assert_eq!(place.points("1003"), 20);
}

/// The first row stands; the second says something else under the same key: both are shown, nothing changes, and
/// with `--update` (where a file may correct) the second stands.
#[track_caller]
fn check_conflict(place: &Place, command: &str, header: &str, rows: [&str; 2], shown: [&str; 2]) {
    for (name, row) in ["first.csv", "second.csv"].iter().zip(rows) {
        place.write(name, format!("{header}\n{row}\n"));
    }
    place.write("both.csv", format!("{header}\n{}\n{}\n", rows[0], rows[1]));
    let run = |file: &str, update: bool| {
        let mut args = vec![command, "import", "-c", "green", file];
        args.extend(update.then_some("--update"));
        place.run(&args)
    };
    // Somebody else's login is never corrected by a file: the way out is another login.
    let taken = |line: u32| command == "staff" && line == 2;
    let told = |err: &str, line: u32| {
        let code = if taken(line) {
            "login.taken"
        } else {
            "row.conflict"
        };
        let all = shown.iter().all(|part| err.contains(part));
        assert!(
            err.contains(&format!(".csv:{line}: {code}: ")) && all,
            "{command}: {err}"
        );
    };
    let ran = run("both.csv", false);
    assert_eq!(ran.code, 1, "{command}: {}", ran.err);
    told(&ran.err, 3);
    let ran = run("first.csv", false);
    assert!(
        ran.code == 0 && ran.out.contains("known 1"),
        "{command}: {}{}",
        ran.out,
        ran.err
    );
    let ran = run("second.csv", false);
    assert_eq!(ran.code, 1, "{command}: {}", ran.err);
    told(&ran.err, 2);
    if command == "staff" {
        return;
    }
    let ran = run("second.csv", true);
    assert!(
        ran.code == 0 && ran.out.contains("new 1"),
        "{command}: {}{}",
        ran.out,
        ran.err
    );
    let ran = run("second.csv", false);
    assert!(
        ran.code == 0 && ran.out.contains("known 1"),
        "{command}: {}{}",
        ran.out,
        ran.err
    );
    assert_eq!(
        run("first.csv", false).code,
        1,
        "{command}: the second stands"
    );
}

#[test]
fn the_same_key_with_other_content_is_no_known_row() {
    let place = Place::enrolled();
    check_conflict(
        &place,
        "resident",
        "resident,household,name",
        ["2101,510,张大明", "2101,510,张小红"],
        ["张大明", "张小红"],
    );
    check_conflict(
        &place,
        "resident",
        "resident,household,name,phone",
        ["2102,510,李一,10000000001", "2102,510,李一,10000000002"],
        ["10000000001", "10000000002"],
    );
    check_conflict(
        &place,
        "household",
        "household,name,address",
        ["510,张家,一号", "510,章家,一号"],
        ["张家", "章家"],
    );
    check_conflict(
        &place,
        "item",
        "item,title_zh,title_en,category,value_fen",
        ["salt,食盐,Salt,grain,250", "salt,食盐,Salt,grain,2500"],
        ["250 fen", "2500 fen"],
    );
    check_conflict(
        &place,
        "staff",
        "login,name,role",
        ["wang,王老师,reviewer", "wang,汪老师,reviewer"],
        ["王老师", "wang"],
    );
    assert!(place.height() > 0, "and all of it verifies");
}

#[test]
fn goods_of_one_file_come_once_whatever_the_day() {
    let place = Place::enrolled();
    place.write(
        "items.csv",
        "item,title_zh,title_en,category,value_fen\nsalt,食盐,Salt,grain,250\n",
    );
    place.good(&["item", "import", "-c", "green", "items.csv"]);
    place.write(
        "stock.csv",
        "item,quantity,received_on,reason\nsalt,10,2026-10-02,单1\n",
    );
    let import = ["stock", "import", "-c", "green", "stock.csv"];
    assert!(place.good(&import).contains("new 1"));
    place.write(
        "stock.csv",
        "item;quantity;received_on;reason\r\nsalt；１０\r\nsalt;１０;2026/10/2;单1\r\n",
    );
    let ran = place.run(&import);
    assert!(
        ran.code == 1 && ran.err.contains("stock.csv:2: row.cells") && ran.out.contains("known 1"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn roles_come_with_the_file() {
    let place = Place::enrolled();
    place.write(
        "roles.csv",
        "external_ref,kind,resident,occurred_at,quantity,role.partner\nR-1,tree.plant,1001,2026-10-04,1,1003\nR-2,tree.plant,1001,2026-10-04,1,4711\nR-3,tree.plant,1001,2026-10-04,1,王\n",
    );
    let (ran, sums) = place.import(&["roles.csv"]);
    assert_eq!((ran.code, &sums["decided"]), (1, &1.into()), "{}", ran.err);
    assert!(
        ran.err.contains("roles.csv:3: resident.unknown")
            && ran.err.contains("roles.csv:4: number.form"),
        "{}",
        ran.err
    );
    // The same reference with another partner is another content.
    place.write(
        "again.csv",
        "external_ref,kind,resident,occurred_at,quantity,role.partner\nR-1,tree.plant,1001,2026-10-04,1,1002\n",
    );
    assert_eq!(place.import(&["again.csv"]).0.code, 1);
}
