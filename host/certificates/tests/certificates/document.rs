//! Documents: text that is text, tags, fonts, attached data, the same bytes again, and letters that there are not.

use std::io::{Cursor, Read as _};

use rongyi_certificates::{
    ATTACHED, KindLine, Lang, PdfError, Signed, Statement, bundle, missing_letters, pdf,
};

use crate::invented::{address, full, key, many, statement};
use crate::read::Found;

fn made(statement: Statement, lang: Lang) -> Result<Vec<u8>, PdfError> {
    pdf(&[key().sign(statement).unwrap()], &address, lang)
}

#[test]
fn the_text_of_a_page_is_text() {
    for lang in [Lang::Zh, Lang::En] {
        let found = Found::of(&made(statement(), lang).unwrap());
        assert_eq!(found.pages(), 1);
        let lines = found.text(1);
        // The name as it was given, with the letters that many systems lose.
        assert!(lines.contains(&"演示·𠮷㛃".to_owned()), "{lines:#?}");
        let text = lines.join("\n");
        for said in [
            "志愿服务时长证明",
            "Certificate of Volunteer Hours",
            &statement().number,
            "第2版，替代第1版",
            "Revision 2, replaces revision 1",
            "2026年11月27日",
            "27 November 2026",
            "四点半课堂",
            "扫码签到",
            "三星志愿者",
            "演示大学青年志愿者服务队",
            "演示·南门社区居民委员会",
            "社区主任",
            "演示·林管理员",
            "扫码核验",
            "演示数据",
            "check-certificate.py",
            &key().public().id(),
        ] {
            assert!(text.contains(said), "{lang:?} {said}: {text}");
        }
    }
}

/// Names as they are copied out of the document, without spaces between their letters and without a letter lost.
#[test]
fn names_of_every_length_are_whole() {
    for name in [
        "林",
        "林晓",
        "欧阳若溪",
        "O'Brien Sam",
        "阿卜杜热合曼·买买提",
        "𬀩𫍯𩽾䶮",
    ] {
        let mut of_name = statement();
        of_name.holder = name.into();
        let lines = Found::of(&made(of_name, Lang::Zh).unwrap()).text(1);
        assert!(lines.contains(&name.to_owned()), "{name}: {lines:#?}");
    }
}

#[test]
fn only_a_demonstration_says_it_is_one() {
    let mut real = statement();
    real.demo = false;
    let text = Found::of(&made(real, Lang::Zh).unwrap()).text(1).join("\n");
    assert!(!text.contains("演示数据"), "{text}");
}

#[test]
fn a_page_is_read_in_order_with_its_parts_named() {
    let found = Found::of(&made(statement(), Lang::Zh).unwrap());
    assert_eq!(
        found.title(),
        format!("志愿服务时长证明 {}", statement().number)
    );
    let lang = found.get(found.catalog(), &["Lang"]).unwrap();
    assert_eq!(lopdf::decode_text_string(lang).unwrap(), "zh-CN");
    let marked = found.get(found.catalog(), &["MarkInfo", "Marked"]).unwrap();
    assert!(marked.as_bool().unwrap());
    let shown = found.get(found.catalog(), &["ViewerPreferences", "DisplayDocTitle"]);
    assert!(shown.unwrap().as_bool().unwrap());
    assert!(found.get(found.catalog(), &["Outlines"]).is_some());
    let roles = found.roles();
    let count = |role: &str| roles.iter().filter(|(found, _)| found == role).count();
    let place = |role: &str| roles.iter().position(|(found, _)| found == role).unwrap();
    assert_eq!(
        (
            count("H1"),
            count("H2"),
            count("Table"),
            count("THead"),
            count("TFoot")
        ),
        (1, 2, 2, 2, 2)
    );
    // Three columns and two; three rows each, a head and a total; the first cell of a row names it.
    assert_eq!((count("TR"), count("TH"), count("TD")), (10, 13, 12));
    assert!(place("H1") < place("H2") && place("H2") < place("Table"));
    assert!(place("Table") < place("Figure"));
    let (_, alt) = &roles[place("Figure")];
    let page = address(&key().sign(statement()).unwrap());
    assert!(alt.contains("二维码") && alt.contains(&page), "{alt}");
}

#[test]
fn fonts_are_embedded_and_small() {
    let bytes = made(statement(), Lang::Zh).unwrap();
    let fonts = Found::of(&bytes).fonts();
    assert_eq!(fonts.len(), 2, "{fonts:?}");
    for (name, size) in &fonts {
        // Six letters and a plus stand before the name of a font that is there in part.
        assert_eq!(name.find('+'), Some(6), "{name}");
        assert!((1_000..60_000).contains(size), "{name} {size}");
    }
    assert!(bytes.len() < 100_000, "{}", bytes.len());
}

#[test]
fn the_signed_data_is_attached() {
    let signed = key().sign(statement()).unwrap();
    let bytes = pdf(std::slice::from_ref(&signed), &address, Lang::Zh).unwrap();
    let attached = Found::of(&bytes).attached();
    let names: Vec<_> = attached.keys().collect();
    assert_eq!(names, [ATTACHED]);
    let read = Signed::from_json(&attached[ATTACHED]).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.verify(&key().public()), Ok(()));

    let team = many(3).unwrap();
    let found = Found::of(&pdf(&team, &address, Lang::Zh).unwrap());
    assert_eq!((found.pages(), found.attached().len()), (3, 3));
    assert!(found.title().contains("共3份"));
    for (page, signed) in (1..).zip(&team) {
        assert!(found.text(page).contains(&signed.statement.holder));
        let name = format!("{}.json", signed.statement.number);
        assert_eq!(
            &Signed::from_json(&found.attached()[&name]).unwrap(),
            signed
        );
    }
}

#[test]
fn the_same_certificates_give_the_same_bytes() {
    let team = many(3).unwrap();
    let make = || {
        (
            pdf(&team, &address, Lang::Zh).unwrap(),
            bundle(&team, &address, Lang::Zh).unwrap(),
        )
    };
    let first = make();
    // In another thread, so that nothing of this one (a seed of a table) can be what makes them equal.
    let second = std::thread::scope(|scope| scope.spawn(make).join().unwrap());
    assert!(first == second);
}

#[test]
fn letters_that_are_not_there_are_named() {
    assert_eq!(missing_letters("𠮷㛃䶮𬀩𫍯𬱖𬭎𬸚𩽾·ǎ １ O'Brien"), []);
    // An emoji, a letter of Tibet (twice) and a variation of a character.
    assert_eq!(
        missing_letters("李😀ཨཨ辻\u{e0100}"),
        ['😀', 'ཨ', '\u{e0100}']
    );
    let mut odd = statement();
    odd.holder = "演示·😀".into();
    let error = made(odd.clone(), Lang::Zh).unwrap_err();
    assert_eq!(
        error,
        PdfError::NoGlyph {
            number: odd.number.clone(),
            letter: '😀',
            text: odd.holder.clone()
        }
    );
    assert!(error.to_string().contains("U+1F600"), "{error}");
    let mut odd = statement();
    odd.kinds[0].title = "ཨ".into();
    assert!(matches!(
        made(odd, Lang::Zh),
        Err(PdfError::NoGlyph { letter: 'ཨ', .. })
    ));
    let astray = |_: &Signed| "https://例え.ཨ/".to_owned();
    let signed = key().sign(statement()).unwrap();
    assert!(matches!(
        pdf(&[signed], &astray, Lang::Zh),
        Err(PdfError::NoGlyph { letter: 'ཨ', .. })
    ));
}

/// Every character of the two oldest blocks, and some of the later ones that names have.
#[test]
fn chinese_characters_are_there() {
    let blocks = ('\u{4e00}'..='\u{9fef}').chain('\u{3400}'..='\u{4db5}');
    let all: String = blocks.collect();
    assert_eq!(missing_letters(&all), []);
}

/// The largest statement that may be signed: what it says is on the page, or it is an error, and never outside the frame.
#[test]
fn a_full_page_holds_or_is_refused() {
    let full = full();
    for lang in [Lang::Zh, Lang::En] {
        match made(full.clone(), lang) {
            Ok(bytes) => {
                let text = Found::of(&bytes).text(1).join("");
                assert_eq!(text.matches('类').count(), 300);
                assert!(text.matches('长').count() >= 60);
            }
            Err(error) => assert_eq!(error, PdfError::Full(full.number.clone())),
        }
    }
    // Ten kinds with names of common length always fit.
    let mut usual = statement();
    usual.kinds = (0..10)
        .map(|line| KindLine {
            title: "社区图书室整理与借阅".into(),
            minutes: if line == 0 { 3870 } else { 0 },
            times: 12,
        })
        .collect();
    assert!(made(usual, Lang::Zh).is_ok());
    let long = |_: &Signed| format!("https://nanmen.example.org/{}", "x".repeat(150));
    let signed = key().sign(statement()).unwrap();
    assert!(matches!(
        pdf(&[signed], &long, Lang::Zh),
        Err(PdfError::Address(_))
    ));
}

#[test]
fn a_bundle_has_each_document_and_its_data_by_number() {
    let team = many(3).unwrap();
    let bytes = bundle(&team, &address, Lang::Zh).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(zip.len(), 6);
    let mut file = |name: String| {
        let mut content = Vec::new();
        zip.by_name(&name)
            .unwrap()
            .read_to_end(&mut content)
            .unwrap();
        content
    };
    for signed in &team {
        let number = &signed.statement.number;
        let read = Signed::from_json(&file(format!("{number}.json"))).unwrap();
        assert_eq!(&read, signed);
        let found = Found::of(&file(format!("{number}.pdf")));
        assert!(found.text(1).contains(&signed.statement.holder));
    }
}

#[test]
fn nothing_and_the_same_twice_make_no_document() {
    assert_eq!(pdf(&[], &address, Lang::Zh), Err(PdfError::Nothing));
    assert_eq!(bundle(&[], &address, Lang::Zh), Err(PdfError::Nothing));
    let one = many(1).unwrap();
    let twice = [one[0].clone(), one[0].clone()];
    let expected = Err(PdfError::Twice(one[0].statement.number.clone()));
    assert_eq!(pdf(&twice, &address, Lang::Zh), expected);
    assert_eq!(bundle(&twice, &address, Lang::Zh), expected);
    let mut unsigned = one[0].clone();
    unsigned.statement.minutes.credit += 1;
    assert!(matches!(
        pdf(&[unsigned], &address, Lang::Zh),
        Err(PdfError::Statement { .. })
    ));
}

/// Every text of ours stands on some page; with each number of stars and both languages all of them were set, and a letter
/// that the face of headings lacks would be missing in what is read.
#[test]
fn our_own_words_are_whole() {
    let names = ["未评星级", "一星", "二星", "三星", "四星", "五星"];
    for (stars, name) in (0_u8..).zip(names) {
        let mut of_stars = statement();
        of_stars.stars = Some(stars);
        let text = Found::of(&made(of_stars, Lang::Zh).unwrap())
            .text(1)
            .join("");
        assert_eq!(text.contains(name), stars > 0, "{name}: {text}");
        assert_eq!(text.matches('★').count(), usize::from(stars));
    }
    for (credit, honour, said) in [
        (60, 0, "1 小时"),
        (0, 45, "45 分钟"),
        (61, 59, "2 小时"),
        (0, 0, "0 小时"),
        (119, 0, "1 小时 59 分钟"),
    ] {
        let mut of_time = statement();
        (of_time.minutes.credit, of_time.minutes.honour) = (credit, honour);
        of_time.kinds.truncate(1);
        of_time.kinds[0].minutes = credit + honour;
        of_time.proofs.clear();
        let lines = Found::of(&made(of_time, Lang::Zh).unwrap()).text(1);
        let large = lines.join(" ").replace("  ", " ");
        assert!(large.contains(said), "{said}: {large}");
    }
}
