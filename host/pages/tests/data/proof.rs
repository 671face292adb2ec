//! Samples of the pages about proof, and of one's own data.

use rongyi_pages::*;

use super::{Pages, at, at_desks, day, l, shell};

pub(super) fn published_head() -> PublishedHead {
    PublishedHead {
        short: "nanmen 18402 7fe3a1b2 9c0d1e2f 33445566".to_owned(),
        height: 18_402,
        at: at(day(11, 22), 9, 0),
    }
}

/// Published heads, the proof of an entry, and where it is checked.
pub(super) fn proof_pages(lang: Lang, size: Size) -> Pages {
    let mut above = shell(lang, size, None);
    above.community_title.clear();
    above.community_path.clear();
    let row = |title: String, published| PublishedRow {
        title,
        path: "/nanmen".to_owned(),
        published,
    };
    let heads = HeadsView {
        shell: above,
        rows: vec![
            row(l(lang, "南门社区", "Nanmen"), Some(published_head())),
            row(l(lang, "龙石社区", "Longshi"), None),
        ],
        files: vec!["2026-11.txt".to_owned(), "2026-10.txt".to_owned()],
    };
    let proof = ProofView {
        shell: shell(lang, size, Some("陈阿婆")),
        seq: 5831,
        height: 412,
        steps: 14,
        head_height: 18_402,
        head_at: at(day(11, 22), 9, 0),
        fingerprint: "7fe3a1b2 9c0d1e2f 33445566".to_owned(),
        published: true,
    };
    let mut early = proof.clone();
    early.published = false;
    let check = |checked: Option<Checked>, says: bool| {
        let says = says.then(|| l(lang, "第 5832 号：积分 +76", "Record 5832: points +76"));
        ProofCheckView {
            shell: shell(lang, size, None),
            checked,
            says: says.into_iter().collect(),
            leads_to: published_head().short,
        }
        .html()
    };
    let why = l(
        lang,
        "第 5832 号记录对不上。",
        "Record 5832 does not lead to its block.",
    );
    vec![
        ("heads", heads.html()),
        ("proof", proof.html()),
        ("proof-early", early.html()),
        ("proof-check", check(None, false)),
        ("proof-holds", check(Some(Checked::Holds), true)),
        ("proof-unpublished", check(Some(Checked::Unpublished), true)),
        ("proof-broken", check(Some(Checked::Broken(why)), false)),
    ]
}

/// One's own data: shown, with a wrong word, erased.
pub(super) fn own_pages(lang: Lang, size: Size) -> Pages {
    let shown = OwnView {
        shell: shell(lang, size, Some("陈阿婆")),
        name: "陈阿婆".to_owned(),
        phone: "0663-000-0003".to_owned(),
        places: vec![l(
            lang,
            "南门社区：1003 号居民，第 3 户",
            "Nanmen: resident 1003, household 3",
        )],
        texts: vec![l(lang, "帮邻居搬家", "Helped a neighbour move")],
        errors: vec![],
        done: false,
    };
    let mut wrong = shown.clone();
    wrong.errors = vec![FieldError {
        field: "word",
        message: l(lang, "请输入“删除”两个字。", "Type the word “erase”."),
    }];
    wrong.texts.clear();
    wrong.phone.clear();
    let mut done = shown.clone();
    done.done = true;
    vec![
        ("own", shown.html()),
        ("own-wrong", wrong.html()),
        ("own-erased", done.html()),
    ]
}

/// How one stands in public lists, and who read what; and the desk where staff set the first.
pub(super) fn privacy_pages(lang: Lang, size: Size) -> Pages {
    let privacy = PrivacyView {
        shell: shell(lang, size, Some("陈阿婆")),
        listing: PublicListing::Masked,
        masked_name: l(lang, "陈*婆", "C*n"),
        name: "陈阿婆".to_owned(),
        minor: false,
        saved: true,
        reads: vec![ReadRow {
            who: l(lang, "工作人员 王*芳", "staff W*g"),
            what: l(lang, "看了余额", "saw the balance"),
            note: l(
                lang,
                "11月23日 星期一 10:12 · 网页 · 3 次",
                "23 Nov 10:12 · page · 3 times",
            ),
        }],
        months: 12,
    };
    let mut child = privacy.clone();
    child.minor = true;
    child.saved = false;
    child.reads.clear();
    let mut named = privacy.clone();
    named.listing = PublicListing::Named;
    let desk = ListingDeskView {
        shell: at_desks(
            shell(lang, size, Some("黄主任")),
            &[Desk::Amend, Desk::Record],
        ),
        resident: String::new(),
        errors: vec![],
        now: l(
            lang,
            "0003 号 陈秀英：显示全名",
            "0003 Chen Xiuying: the whole name",
        ),
        saved: l(lang, "3 号 陈*英：不显示姓名", "3, Chen Xiuying: no name"),
    };
    let mut wrong = desk.clone();
    wrong.saved.clear();
    wrong.resident = "9999".to_owned();
    wrong.errors = vec![FieldError {
        field: "resident",
        message: l(
            lang,
            "没有 9999 号居民。请核对号码。",
            "There is no resident 9999. Check the number.",
        ),
    }];
    vec![
        ("privacy", privacy.html()),
        ("privacy-named", named.html()),
        ("privacy-child", child.html()),
        ("listing", desk.html()),
        ("listing-wrong", wrong.html()),
    ]
}
