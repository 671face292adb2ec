//! The way back in on the command line: a new PIN or password, and who may hand one out.

use crate::place::{Place, Ran};

const COMMUNITY: [&str; 2] = ["-c", "green"];

/// Everybody here has the same password.
const PASSWORD: &str = "tall banyan tree";

fn run(place: &Place, what: [&str; 2], args: &[&str]) -> Ran {
    let known = [("RONGYI_STAFF_PASSWORD", PASSWORD)];
    place.run_with(&[&what[..], &COMMUNITY, args].concat(), &known)
}

#[track_caller]
fn good(place: &Place, what: [&str; 2], args: &[&str]) -> String {
    let ran = run(place, what, args);
    assert_eq!(ran.code, 0, "{what:?} {args:?}: {}{}", ran.out, ran.err);
    ran.out
}

#[track_caller]
fn refused(place: &Place, what: [&str; 2], args: &[&str], code: &str) {
    let ran = run(place, what, args);
    assert_eq!(ran.code, 1, "{what:?} {args:?}: {}", ran.out);
    assert!(ran.err.contains(code), "{what:?} {args:?}: {}", ran.err);
}

fn add(place: &Place, login: &str, name: &str, role: &str) {
    let args = ["--login", login, "--name", name, "--role", role];
    good(place, ["staff", "add"], &args);
    place.own_password(login, PASSWORD);
}

#[test]
fn the_office_hands_out_a_new_pin_and_says_who() {
    let place = Place::enrolled();
    add(&place, "wang", "王老师", "reviewer");
    add(&place, "shop", "店员", "shopkeeper");
    let pin = ["person", "pin"];
    let out = good(&place, pin, &["--resident", "１００１", "--by", "wang"]);
    assert!(
        out.contains("1001") && out.contains("只显示这一次"),
        "{out}"
    );
    let file = place.path("new-pin.txt");
    let path = file.to_str().unwrap();
    good(
        &place,
        pin,
        &["--resident", "1001", "--by", "wang", "--pins", path],
    );
    let written = std::fs::read_to_string(&file).unwrap();
    let secret = written.trim_end().split('\t').nth(2).unwrap().to_owned();
    assert!(secret.len() == 6 && !out.contains(&secret), "{written}");
    refused(
        &place,
        pin,
        &["--resident", "1001", "--by", "shop"],
        "access.forbidden",
    );
    refused(
        &place,
        pin,
        &["--resident", "1001", "--by", "nobody"],
        "staff.unknown",
    );
    refused(
        &place,
        pin,
        &["--resident", "4711", "--by", "wang"],
        "resident.unknown",
    );
    assert_eq!(
        run(&place, pin, &["--resident", "+1001", "--by", "wang"]).code,
        2
    );
    // Whoever has the machine in hand may too; the record then names the terminal.
    good(&place, pin, &["--resident", "1001"]);
    let unlock = ["person", "unlock"];
    good(&place, unlock, &["--resident", "1001", "--by", "wang"]);
    refused(
        &place,
        unlock,
        &["--resident", "1001", "--by", "shop"],
        "access.forbidden",
    );
    let devices = ["person", "devices"];
    good(&place, devices, &["--resident", "1001"]);
    good(
        &place,
        devices,
        &["--resident", "1001", "--end", "all", "--by", "wang"],
    );
    refused(
        &place,
        devices,
        &["--resident", "1001", "--end", "7", "--by", "wang"],
        "device.unknown",
    );
    good(&place, devices, &["--resident", "1001", "--end", "all"]);
}

#[test]
fn operators_look_after_staff_and_one_always_stays() {
    let place = Place::enrolled();
    add(&place, "boss", "黄主任", "operator");
    add(&place, "wang", "王老师", "reviewer");
    let (password, disable) = (["staff", "password"], ["staff", "disable"]);
    let (enable, role) = (["staff", "enable"], ["staff", "role"]);
    refused(
        &place,
        password,
        &["--login", "boss", "--by", "wang"],
        "access.forbidden",
    );
    let out = good(&place, password, &["--login", "wang", "--by", "boss"]);
    assert!(
        out.contains("wang") && out.contains("只显示这一次"),
        "{out}"
    );
    refused(
        &place,
        password,
        &["--login", "boss", "--by", "boss"],
        "access.yourself",
    );
    // The only operator forgot the password: whoever has the machine in hand helps.
    good(&place, password, &["--login", "boss"]);
    place.own_password("boss", PASSWORD);
    refused(
        &place,
        disable,
        &["--login", "boss", "--by", "boss"],
        "access.yourself",
    );
    refused(
        &place,
        disable,
        &["--login", "boss"],
        "access.last-operator",
    );
    refused(
        &place,
        role,
        &["--login", "boss", "--role", "leader"],
        "access.last-operator",
    );
    place.own_password("wang", PASSWORD);
    good(
        &place,
        role,
        &["--login", "wang", "--role", "operator", "--by", "boss"],
    );
    refused(
        &place,
        role,
        &["--login", "wang", "--role", "operator", "--by", "boss"],
        "access.already",
    );
    good(&place, disable, &["--login", "boss", "--by", "wang"]);
    refused(
        &place,
        password,
        &["--login", "wang", "--by", "boss"],
        "staff.unknown",
    );
    refused(
        &place,
        disable,
        &["--login", "wang"],
        "access.last-operator",
    );
    good(&place, enable, &["--login", "boss", "--by", "wang"]);
    good(&place, ["staff", "devices"], &["--login", "wang"]);
    good(
        &place,
        ["staff", "devices"],
        &["--login", "wang", "--end", "all", "--by", "boss"],
    );
}
