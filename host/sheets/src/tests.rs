//! What the sheet reader takes and refuses, form by form. It books nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::io::{Cursor, Write};

use proptest::prelude::*;

use rongyi_core::typed;

use super::*;

const COLUMNS: Columns = Columns {
    required: &["kind", "quantity"],
    optional: &["note"],
    prefixes: &["field."],
};

fn rows(bytes: &[u8]) -> Vec<Result<Row, BadRow>> {
    Sheet::from_bytes(bytes)
        .unwrap()
        .rows(COLUMNS)
        .unwrap()
        .collect()
}

/// What became of each row, by line: its cells, or its code.
fn told(bytes: &[u8]) -> Vec<(u64, String)> {
    let all = rows(bytes).into_iter();
    all.map(|row| match row {
        Ok(row) => {
            let cells = ["kind", "quantity", "note"].map(|name| row.get(name).unwrap_or("-"));
            (row.line, cells.join("/"))
        }
        Err(bad) => (bad.line, bad.code),
    })
    .collect()
}

fn check(file: &[u8], wanted: &[(u64, &str)]) {
    let wanted: Vec<(u64, String)> = wanted
        .iter()
        .map(|(line, told)| (*line, (*told).to_owned()))
        .collect();
    assert_eq!(told(file), wanted, "{:?}", String::from_utf8_lossy(file));
}

fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn a_quote_never_swallows_the_rows_below_it() {
    // Alone at the end of a row, in the middle, at the start, twice in different rows.
    check(
        "kind,quantity,note\na,1,\"厨余\nb,2,好\n".as_bytes(),
        &[(2, "row.quote"), (3, "b/2/好")],
    );
    check(
        b"kind,quantity,note\n\"a,1,x\nb,2,y\nc,3,z\n",
        &[(2, "row.quote"), (3, "b/2/y"), (4, "c/3/z")],
    );
    check(
        b"kind,quantity,note\na,1,\"x\nb,2,y\nc,3,\"z\nd,4,w\n",
        &[
            (2, "row.quote"),
            (3, "b/2/y"),
            (4, "row.quote"),
            (5, "d/4/w"),
        ],
    );
    // The partner stands in a later row, well formed on its own.
    check(
        b"kind,quantity,note\na,1,\"x\nb,2,y\nc,3,z\"\nd,4,w\n",
        &[(2, "row.quote"), (3, "b/2/y"), (4, "c/3/z\""), (5, "d/4/w")],
    );
    check(
        b"kind,quantity,note\na,1,\"x\nb,2,y\nc,3,\"\"\nd,4,w\"\n",
        &[(2, "row.quote"), (3, "b/2/y"), (4, "c/3/-"), (5, "d/4/w\"")],
    );
    check(
        b"kind,quantity,note\na,1,\"x\" y\nb,2,y\n",
        &[(2, "row.quote"), (3, "b/2/y")],
    );
    // Real notes of two lines stay one row, and the lines after them keep their numbers.
    check(
        b"kind,quantity,note\na,1,\"x\ny, \"\"z\"\"\"\nb,2,w\n",
        &[(2, "a/1/x y, \"z\""), (4, "b/2/w")],
    );
}

#[test]
fn lines_are_counted_as_a_person_sees_them() {
    let unix = "kind,quantity,note\na,1\nb,2,y\n\n\nc,3,\n,,\nd\n";
    let wanted = [
        (2, "row.cells"),
        (3, "b/2/y"),
        (6, "c/3/-"),
        (8, "row.cells"),
    ];
    for file in [
        unix.to_owned(),
        unix.replace('\n', "\r\n"),
        unix.replace('\n', "\r"),
    ] {
        check(file.as_bytes(), &wanted);
    }
    check(
        b"\xef\xbb\xbf\r\n \r\nkind,quantity\r\na,1\r\n",
        &[(4, "a/1/-")],
    );
}

#[test]
fn the_same_rows_in_every_encoding() {
    let text = "kind,quantity,note\nwaste,7.6,厨余\n";
    let plain = rows(text.as_bytes());
    assert_eq!(plain[0].as_ref().unwrap().get("note"), Some("厨余"));
    assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), plain);
    assert_eq!(rows(&gb(text)), plain);
    for mark in [true, false] {
        let units = text.encode_utf16();
        let little: Vec<u8> = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(units.clone())
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(units)
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(rows(&little), plain);
        assert_eq!(rows(&big), plain);
    }
    let json = "{\"kind\":\"waste\",\"quantity\":7.6,\"note\":\"厨余\"}\n";
    let told = |row: &Result<Row, BadRow>| row.as_ref().unwrap().get("quantity").map(str::to_owned);
    assert_eq!(told(&rows(json.as_bytes())[0]), told(&plain[0]));
}

#[test]
fn one_line_in_another_encoding_is_named_and_changes_nothing_else() {
    let mut mixed = "kind,quantity,note\na,1,张三\n".as_bytes().to_vec();
    mixed.extend(gb("b,2,李四\n"));
    mixed.extend("c,3,王五\n".as_bytes());
    check(
        &mixed,
        &[(2, "a/1/张三"), (3, "row.encoding"), (4, "c/3/王五")],
    );
    let bad = rows(&mixed).remove(1).unwrap_err();
    assert!(bad.text.zh.contains("李四"), "{}", bad.text.zh);
    // And the other way round.
    let mut mixed = gb("kind,quantity,note\na,1,张三\nb,2,王五\n");
    mixed.extend("c,3,李四\n".as_bytes());
    mixed.extend(gb("d,4,赵六\n"));
    check(
        &mixed,
        &[
            (2, "a/1/张三"),
            (3, "b/2/王五"),
            (4, "row.encoding"),
            (5, "d/4/赵六"),
        ],
    );
    // A mark is believed.
    let mut marked = b"\xef\xbb\xbfkind,quantity,note\na,1,x\n".to_vec();
    marked.extend(gb("b,2,李四\n"));
    check(&marked, &[(2, "a/1/x"), (3, "row.encoding")]);
    assert!(matches!(
        Sheet::from_bytes(&[0xff, 0xff, 0x80]),
        Err(SheetError::Encoding)
    ));
}

#[test]
fn habits_are_understood() {
    for file in [
        "kind;quantity;note\na;1;x\n",
        "kind\tquantity\tnote\na\t1\tx\n",
        "kind，quantity，note\na，1，x\n",
        "kind|quantity|note\na|1|x\n",
        "sep=;\nkind;quantity;note\na;1;x\n",
        "Kind, QUANTITY ,ｎｏｔｅ\n a , 1 , x \n",
        "kind,quantity,note,,,\na,1,x,,,\n",
        "kind,quantity,note\na,1,x,,\n",
        "note,quantity,kind\nx,1,a\n",
        "kind,quantity,note\n\"a\",\"1\",\"x\"",
        "kind,quantity,note\na\u{200b},1,\u{feff}x\u{202e}\n",
        "kind\u{200b},quantity,note\na,1,x\n",
    ] {
        let found = told(file.as_bytes());
        assert_eq!(found.len(), 1, "{file:?}");
        assert_eq!(found[0].1, "a/1/x", "{file:?}");
    }
    let said = |file: &str| {
        Sheet::from_bytes(file.as_bytes())
            .unwrap()
            .understood(COLUMNS)
    };
    assert_eq!(
        said("kind;quantity\na;1\nb;2\n").zh,
        "读作 UTF-8，分号分隔，2 行"
    );
    assert_eq!(
        said("kind,quantity\na,1\n").en,
        "read as UTF-8, separated by commas, 1 rows"
    );
}

#[test]
fn what_is_too_much_is_said_at_once() {
    let wide = format!("kind,quantity{}\na,1\n", ",x".repeat(60_000));
    let refused = Sheet::from_bytes(wide.as_bytes())
        .unwrap()
        .rows(COLUMNS)
        .err()
        .unwrap();
    assert!(refused.to_string().contains("60002"), "{refused}");
    let long = format!("kind,quantity,note\na,1,{}\nb,2,y\n", "长".repeat(2001));
    check(long.as_bytes(), &[(2, "cell.long"), (3, "b/2/y")]);
    let quoted = format!(
        "kind,quantity,note\na,1,\"{}\"\nb,2,y\n",
        "x".repeat(3_000_000)
    );
    check(quoted.as_bytes(), &[(2, "row.quote"), (3, "b/2/y")]);
    // As many open quotes as rows cost no more than the rows.
    let open = format!("kind,quantity,note\n{}", "a,1,\"x\n".repeat(20_000));
    assert_eq!(rows(open.as_bytes()).len(), 20_000);
    check(
        "kind,quantity,note\na,1,李\u{fffd}\n".as_bytes(),
        &[(2, "cell.damaged")],
    );
    check(
        b"kind,quantity,,note\na,1,lost,x\nb,2,,y\n",
        &[(2, "row.cells"), (3, "b/2/y")],
    );
}

#[test]
fn json_lines_are_whole_objects() {
    let found = rows(
        b"{\"kind\":\"a\",\"quantity\":1e3}\n{\"kind\":\n{\"kind\":\"a\",\"colour\":1}\n{\"kind\":\"a\",\"kind\":\"b\"}\n{\"kind\":{}}\n",
    );
    assert_eq!(found[0].as_ref().unwrap().get("quantity"), Some("1e3"));
    let codes: Vec<(u64, &str)> = found
        .iter()
        .skip(1)
        .map(|row| row.as_ref().unwrap_err())
        .map(|bad| (bad.line, bad.code.as_str()))
        .collect();
    assert_eq!(
        codes,
        [
            (2, "row.unreadable"),
            (3, "row.columns"),
            (4, "row.columns"),
            (5, "row.columns")
        ]
    );
}

#[test]
fn a_wrong_header_is_said_before_any_row() {
    let refused = |text: &str| {
        Sheet::from_bytes(text.as_bytes())
            .unwrap()
            .rows(COLUMNS)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(refused("kind,amount\n").contains("there is no column “amount”"));
    assert!(refused("kind,kind,quantity\n").contains("“kind” stands twice"));
    assert!(refused("kind,KIND,quantity\n").contains("“KIND” stands twice"));
    assert!(refused("kind\n").contains("“quantity” is missing"));
    assert!(refused(" \n").contains("kind,quantity,note,field.NAME"));
    assert!(refused("\"kind,quantity\na,1\n").contains("quote"));
}

/// A workbook of one sheet, as small as the format allows.
fn workbook(cells: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    add(
        "[Content_Types].xml",
        &format!(
            "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
        ),
    );
    add(
        "_rels/.rels",
        &format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    add(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
        ),
    );
    add(
        "xl/workbook.xml",
        &format!(
            "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"十月\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
        ),
    );
    add(
        "xl/styles.xml",
        &format!(
            "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
        ),
    );
    add(
        "xl/worksheets/sheet1.xml",
        &format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{cells}</sheetData></worksheet>"),
    );
    zip.finish().unwrap().into_inner()
}

#[test]
fn columns_have_titles_and_a_title_of_the_sheet_is_none() {
    const TITLES: Titles = &[("事项", "kind"), ("数量", "quantity")];
    let read = |text: &str| Sheet::from_bytes(text.as_bytes()).unwrap().titled(TITLES);
    let sheet = read("事项\t数 量（公斤）\tnote\na\t1\t好\n");
    assert_eq!(sheet.understood(COLUMNS).zh, "读作 UTF-8，制表符分隔，1 行");
    let row = sheet.rows(COLUMNS).unwrap().next().unwrap().unwrap();
    assert_eq!(
        (row.get("kind"), row.get("quantity")),
        (Some("a"), Some("1"))
    );
    let refused = |text: &str| read(text).rows(COLUMNS).err().unwrap().to_string();
    assert!(refused("十月登记表\t\t\n事项\t数量\n").contains("标题"));
    assert!(refused("事项\t数量\t天气\n").contains("没有“天气”这一列"));
}

#[test]
fn merged_cells_are_told_and_a_worksheet_is_text() {
    let cells = format!(
        "<row r=\"2\">{}{}</row><row r=\"3\">{}<c r=\"B3\"><v>1</v></c></row><row r=\"4\"><c r=\"B4\"><v>2</v></c></row>",
        inline("A2", "kind"),
        inline("B2", "quantity"),
        inline("A3", "a\tb\"c"),
    );
    let plain = workbook(&cells);
    let merged = workbook(&format!(
        "{cells}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A3:A4\"/></mergeCells><sheetData>"
    ));
    check(&plain, &[(3, "a b\"c/1/-"), (4, "-/2/-")]);
    check(&merged, &[(3, "a b\"c/1/-"), (4, "row.merged")]);
    let text = Sheet::from_bytes(&merged).unwrap().text();
    assert_eq!(text, "\nkind\tquantity\n\"a\tb\"\"c\"\t1\n\t2\n");
    check(text.as_bytes(), &[(3, "a b\"c/1/-"), (4, "-/2/-")]);
}

fn inline(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_spreadsheet_reads_like_its_csv() {
    let head = ["kind", "quantity", "note"]
        .iter()
        .zip(["A1", "B1", "C1"])
        .map(|(name, place)| inline(place, name))
        .collect::<String>();
    let file = workbook(&format!(
        "<row r=\"1\">{head}</row><row r=\"3\">{}<c r=\"B3\"><v>7.6000000000000005</v></c>{}</row><row r=\"4\">{}<c r=\"B4\"><v>12</v></c><c r=\"C4\" s=\"1\"><v>46346</v></c></row><row r=\"5\">{}<c r=\"B5\" t=\"e\"><v>#REF!</v></c></row>",
        inline("A3", "waste.food"),
        inline("C3", "厨余"),
        inline("A4", "tree"),
        inline("A5", "x"),
    ));
    check(
        &file,
        &[
            (3, "waste.food/7.6/厨余"),
            (4, "tree/12/2026-11-20"),
            (5, "cell.error"),
        ],
    );
    let sheet = Sheet::from_bytes(&file).unwrap();
    assert_eq!(
        sheet.understood(COLUMNS).zh,
        "读作 电子表格的工作表“十月”，3 行"
    );
    for broken in [
        &file[..file.len() / 2],
        b"PK\x03\x04nothing",
        &[0xd0, 0xcf, 0x11, 0xe0, 0xa1],
    ] {
        assert!(matches!(
            Sheet::from_bytes(broken),
            Err(SheetError::Spreadsheet(_))
        ));
    }
}

#[test]
fn a_small_archive_that_unpacks_to_too_much_is_refused() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default())
        .unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..257 {
        zip.write_all(&block).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    assert!(matches!(
        Sheet::from_bytes(&bytes),
        Err(SheetError::TooLarge)
    ));
}

#[test]
fn a_folder_is_no_file() {
    assert!(Sheet::read(&std::env::temp_dir()).is_err());
}

proptest! {
    /// Whatever one row says, the rows before and after it are read as they are.
    #[test]
    fn rows_do_not_hide_each_other(middle in "[^\r\n]{0,40}") {
        let file = format!("kind,quantity,note\na,1,x\n{middle}\nb,2,y\n");
        let found = told(file.as_bytes());
        prop_assert_eq!(found.first().cloned(), Some((2, "a/1/x".to_owned())));
        prop_assert_eq!(found.last().cloned(), Some((4, "b/2/y".to_owned())), "{:?}", found);
    }

    /// Well formed files come back, whatever stands in their cells.
    #[test]
    fn quoted_cells_come_back(cells in prop::collection::vec("[ -~\u{4e00}-\u{4e20}]{1,20}", 1..20), crlf in any::<bool>()) {
        let end = if crlf { "\r\n" } else { "\n" };
        let line = |cell: &String| format!("k,1,\"{}\"{end}", cell.replace('"', "\"\""));
        let file = format!("kind,quantity,note{end}{}", cells.iter().map(line).collect::<String>());
        let back: Vec<String> = rows(file.as_bytes()).into_iter().map(|row| row.unwrap().get("note").unwrap_or("").to_owned()).collect();
        let wanted: Vec<String> = cells.iter().map(|cell| typed::name(cell)).collect();
        prop_assert_eq!(back, wanted);
    }

    /// Any bytes end in rows or an error, never in a panic.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), header in any::<bool>()) {
        let mut file = if header { b"kind,quantity,note\n".to_vec() } else { Vec::new() };
        file.extend(bytes);
        if let Ok(sheet) = Sheet::from_bytes(&file) && let Ok(rows) = sheet.rows(COLUMNS) {
            prop_assert!(rows.count() <= 400);
        }
    }
}
