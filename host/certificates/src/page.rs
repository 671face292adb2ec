//! One certificate on one page: what stands where, and in which order it is read.

use krilla::geom::Rect;
use krilla::tagging::{BBox, Identifier, Node, Tag, TagGroup};

use crate::ornament::{self, PAGE};
use crate::parts::{MARGIN, heading, paragraph};
use crate::pen::{Colour, GOLD, INK, LEAF, LEAF_DEEP, MUTED, Pen, SEAL, Style, THREAD, rectangle};
use crate::signing::Signed;
use crate::tables::tables;
use crate::words::{self, Lang, Word};

const MIDDLE: f32 = PAGE.0 / 2.0;
/// Where the foot begins: the code, the small print, the signature.
const FOOT: f32 = 690.0;
/// How far letters of our own headings stand apart, in ems: from a tenth on, programs that copy text see spaces between them.
/// Names are never spaced.
const SPACED: f32 = 0.09;
/// The side of the code, in points: 29 mm.
const CODE_SIDE: f32 = 82.0;
const INK_OF_CODE: Colour = (0, 0, 0);

/// Why a page cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPage {
    /// More than one page holds.
    Full,
    /// An address that no code can hold.
    Address,
}

/// Draws a certificate and answers its part of the tag tree.
pub(crate) fn draw(
    pen: &mut Pen<'_>,
    lang: Lang,
    signed: &Signed,
    address: &str,
    page: usize,
) -> Result<TagGroup, NoPage> {
    let said = &signed.statement;
    let mut nodes: Vec<Node> = Vec::new();
    ornament::frame(pen);
    ornament::trees(pen);
    if said.demo {
        ornament::watermark(pen);
        nodes.push(stamp(pen, lang).into());
    }
    nodes.extend(title(pen, lang, signed));
    let y = holder(pen, lang, signed, &mut nodes);
    let y = total(pen, lang, signed, y, &mut nodes);
    let room = tables(pen, lang, said, y + 14.0, FOOT - 10.0).ok_or(NoPage::Full)?;
    nodes.extend(room);
    pen.line(THREAD, 0.7, (MARGIN.0, FOOT), (MARGIN.1, FOOT));
    nodes.push(
        code(pen, lang, address, page)
            .ok_or(NoPage::Address)?
            .into(),
    );
    nodes.push(scan(pen, lang).into());
    nodes.extend(signature(pen, lang, signed));
    nodes.extend(small_print(pen, lang, signed, address).ok_or(NoPage::Full)?);
    Ok(TagGroup::with_children(Tag::Section, nodes))
}

/// That it is of a demonstration, for whoever sees it and for whoever hears it.
fn stamp(pen: &mut Pen<'_>, lang: Lang) -> TagGroup {
    let (left, top, right, bottom) = (424.0, 50.0, MARGIN.1, 84.0);
    pen.drawn(SEAL, 1.6, rectangle(left, top, right, bottom));
    let middle = (left + right) / 2.0;
    let zh = Style::heading(14.0, SEAL).spaced(SPACED);
    let en = Style::text(7.2, SEAL);
    let parts = [(Lang::Zh, zh, top + 18.0), (Lang::En, en, top + 28.5)];
    let mut parts = parts.map(|(lang, style, y)| {
        let tag = pen.centred(middle, y, style, lang, lang.of(words::DEMO));
        (lang, tag)
    });
    parts.sort_by_key(|(found, _)| *found != lang);
    paragraph(parts.map(|(_, tag)| tag).to_vec())
}

/// Title, number and which issue.
fn title(pen: &mut Pen<'_>, lang: Lang, signed: &Signed) -> Vec<Node> {
    let said = &signed.statement;
    let other = lang.other();
    let room = MARGIN.1 - MARGIN.0;
    let spacing = |lang: Lang| match lang {
        Lang::Zh => SPACED,
        Lang::En => 0.05,
    };
    let style = |lang: Lang, size: f32, colour: Colour| {
        Style::heading(size, colour)
            .spaced(spacing(lang))
            .fitted(lang.of(words::TITLE), room)
    };
    let first = lang.of(words::TITLE);
    let large = style(lang, 33.0, LEAF_DEEP);
    let small = style(other, 12.5, GOLD);
    let head = vec![
        pen.centred(MIDDLE, 139.0, large, lang, first),
        pen.centred(MIDDLE, 160.0, small, other, other.of(words::TITLE)),
    ];
    ornament::divider(pen, 176.0, 120.0);
    let number = format!(
        "{} {} {}",
        lang.of(words::NUMBER),
        other.of(words::NUMBER),
        said.number
    );
    let line = pen.centred(
        MIDDLE,
        196.0,
        Style::text(10.5, INK).spaced(0.03),
        lang,
        &number,
    );
    let colour = if said.revision > 1 { SEAL } else { MUTED };
    let issue = |pen: &mut Pen<'_>, x: f32, lang: Lang| {
        let text = words::revision(lang, said.revision);
        let style = Style::text(8.6, colour);
        let tag = pen.left(x, 210.0, style, lang, &text);
        (tag, x + style.width(&text) + 9.0)
    };
    let whole = Style::text(8.6, colour);
    let wide = whole.width(&words::revision(lang, said.revision))
        + 9.0
        + whole.width(&words::revision(other, said.revision));
    let (own, next) = issue(pen, MIDDLE - wide / 2.0, lang);
    let (beside, _) = issue(pen, next, other);
    vec![
        heading(1, first, head).into(),
        paragraph(vec![line]).into(),
        paragraph(vec![own, beside]).into(),
    ]
}

/// A word in the middle with its other language beside it.
fn beside(pen: &mut Pen<'_>, lang: Lang, y: f32, word: Word, style: Style) -> Vec<Identifier> {
    let (own, other) = (lang.of(word), lang.other().of(word));
    let small = Style::text(style.size * 0.75, MUTED);
    let wide = style.width(own) + 6.0 + small.width(other);
    let left = MIDDLE - wide / 2.0;
    vec![
        pen.left(left, y, style, lang, own),
        pen.left(left + style.width(own) + 6.0, y, small, lang.other(), other),
    ]
}

/// Whose hours these are, of which team, from when to when. Answers where it ends.
fn holder(pen: &mut Pen<'_>, lang: Lang, signed: &Signed, nodes: &mut Vec<Node>) -> f32 {
    let said = &signed.statement;
    let mut y = 240.0;
    let parts = beside(pen, lang, y, words::CERTIFIES, Style::text(11.5, INK));
    nodes.push(paragraph(parts).into());
    y += 48.0;
    let style = Style::text(38.0, LEAF_DEEP)
        .bold()
        .fitted(&said.holder, MARGIN.1 - MARGIN.0 - 40.0);
    let tag = pen.centred(MIDDLE, y, style, Lang::Zh, &said.holder);
    nodes.push(paragraph(vec![tag]).into());
    let half = (style.width(&said.holder) / 2.0 + 26.0).max(110.0);
    y += 14.0;
    pen.line(THREAD, 1.0, (MIDDLE - half, y), (MIDDLE + half, y));
    if let Some(team) = &said.team {
        y += 20.0;
        let text = format!("{} {} · {team}", words::TEAM.0, words::TEAM.1);
        let style = Style::text(10.5, MUTED).fitted(&text, MARGIN.1 - MARGIN.0);
        let tag = pen.centred(MIDDLE, y, style, Lang::Zh, &text);
        nodes.push(paragraph(vec![tag]).into());
    }
    y += 10.0;
    let (from, to) = (said.period.from, said.period.to);
    let other = lang.other();
    for (lang, style, height) in [
        (lang, Style::text(12.0, INK), 18.0),
        (other, Style::text(8.8, MUTED), 13.0),
    ] {
        let text = words::served(lang, from, to, &said.community.title);
        let mut parts = Vec::new();
        for line in style.even_lines(&text, MARGIN.1 - MARGIN.0 - 10.0) {
            y += height;
            parts.push(pen.centred(MIDDLE, y, style, lang, line));
        }
        nodes.push(paragraph(parts).into());
    }
    y
}

/// The hours in all, by class, and the stars. Answers where it ends.
fn total(pen: &mut Pen<'_>, lang: Lang, signed: &Signed, top: f32, nodes: &mut Vec<Node>) -> f32 {
    let said = &signed.statement;
    let other = lang.other();
    let sum = said.minutes.total();
    let mut y = top + 50.0;
    let mut parts = large(pen, lang, y, &words::time(lang, sum));
    y += 17.0;
    let text = words::time(other, sum);
    let small = pen.centred(MIDDLE, y, Style::heading(10.5, GOLD), other, &text);
    parts.push(small);
    nodes.push(paragraph(parts).into());
    y += 19.0;
    let class = |lang: Lang| {
        let part = |word: Word, minutes: i64| words::class(lang, word, minutes);
        if said.minutes.honour == 0 {
            return part(words::CREDIT, said.minutes.credit);
        }
        if said.minutes.credit == 0 {
            return part(words::HONOUR, said.minutes.honour);
        }
        format!(
            "{}  ·  {}",
            part(words::CREDIT, said.minutes.credit),
            part(words::HONOUR, said.minutes.honour)
        )
    };
    let own = pen.centred(MIDDLE, y, Style::text(9.6, INK), lang, &class(lang));
    y += 11.5;
    let style = Style::text(7.4, MUTED);
    let second = pen.centred(MIDDLE, y, style, other, &class(other));
    nodes.push(paragraph(vec![own, second]).into());
    let named = said
        .stars
        .and_then(|stars| Some((stars, *words::STARS.get(usize::from(stars))?)));
    if let Some((stars, word)) = named.filter(|(stars, _)| *stars > 0) {
        y += 20.0;
        let row = "★".repeat(usize::from(stars));
        let style = Style::text(15.0, THREAD).spaced(0.08);
        let name = Style::text(10.5, GOLD).bold();
        let small = Style::text(8.0, MUTED);
        let (own, second) = (lang.of(word), other.of(word));
        let wide = style.width(&row) + 8.0 + name.width(own) + 6.0 + small.width(second);
        let x = MIDDLE - wide / 2.0;
        let after = x + style.width(&row) + 8.0;
        nodes.push(
            paragraph(vec![
                pen.left(x, y, style, lang, &row),
                pen.left(after, y - 1.0, name, lang, own),
                pen.left(after + name.width(own) + 6.0, y - 1.0, small, other, second),
            ])
            .into(),
        );
    }
    y
}

/// Hours and minutes as the largest thing on the page, figures larger than words.
fn large(pen: &mut Pen<'_>, lang: Lang, y: f32, text: &str) -> Vec<Identifier> {
    let is_figure = |letter: char| letter.is_ascii_digit();
    let style = |part: &str| {
        let size = if part.starts_with(is_figure) {
            52.0
        } else {
            25.0
        };
        Style::heading(size, LEAF)
    };
    // The spaces belong to the words, so that they are narrow and whoever copies the text gets them.
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let other = |letter: char| is_figure(letter) != is_figure(first);
        let (part, after) = rest.split_at(rest.find(other).unwrap_or(rest.len()));
        parts.push(part);
        rest = after;
    }
    let wide: f32 = parts.iter().map(|part| style(part).width(part)).sum();
    let shrink = (MARGIN.1 - MARGIN.0 - 40.0).min(wide) / wide;
    let mut x = MIDDLE - wide * shrink / 2.0;
    let mut drawn = Vec::new();
    for part in parts {
        let mut style = style(part);
        style.size *= shrink;
        drawn.push(pen.left(x, y, style, lang, part));
        x += style.width(part);
    }
    drawn
}

/// The code, as a figure that says where it leads.
fn code(pen: &mut Pen<'_>, lang: Lang, address: &str, page: usize) -> Option<TagGroup> {
    let (left, top) = (MARGIN.0, FOOT + 12.0);
    let path = ornament::code(address, left, top, CODE_SIDE)?;
    let part = pen.picture(INK_OF_CODE, &path);
    let place = Rect::from_ltrb(left, top, left + CODE_SIDE, top + CODE_SIDE)?;
    let tag = Tag::Figure(Some(words::code(lang, address))).with_bbox(Some(BBox::new(page, place)));
    Some(TagGroup::with_children(tag, vec![part.into()]))
}

fn scan(pen: &mut Pen<'_>, lang: Lang) -> TagGroup {
    let (own, other) = (lang.of(words::SCAN), lang.other().of(words::SCAN));
    let (style, small) = (Style::text(8.2, LEAF_DEEP).bold(), Style::text(6.8, MUTED));
    let wide = style.width(own) + 4.0 + small.width(other);
    let x = MARGIN.0 + CODE_SIDE / 2.0 - wide / 2.0;
    let y = FOOT + 12.0 + CODE_SIDE + 12.0;
    let after = x + style.width(own) + 4.0;
    paragraph(vec![
        pen.left(x, y, style, lang, own),
        pen.left(after, y, small, lang.other(), other),
    ])
}

/// Who signed, for whom and when.
fn signature(pen: &mut Pen<'_>, lang: Lang, signed: &Signed) -> Vec<Node> {
    let said = &signed.statement;
    let other = lang.other();
    let right = MARGIN.1;
    let room = 158.0;
    let label = |word: Word| format!("{} {}", lang.of(word), other.of(word));
    let small = Style::text(7.2, MUTED);
    let mut nodes = Vec::new();
    let line = |pen: &mut Pen<'_>, y: f32, style: Style, text: &str| {
        let (style, lines) = in_two(style, text, room);
        // Two lines stand around the place of one.
        let step = style.size * 1.15;
        let mut y = FOOT + y - if lines.len() > 1 { step * 0.6 } else { 0.0 };
        let mut parts = Vec::new();
        for line in lines {
            parts.push(pen.right(right, y, style, lang, line));
            y += step;
        }
        Node::from(paragraph(parts))
    };
    nodes.push(line(
        pen,
        26.0,
        Style::text(12.5, LEAF_DEEP).bold(),
        &said.community.title,
    ));
    nodes.push(line(pen, 44.0, small, &label(words::SIGNED)));
    let signer = format!("{}  {}", said.signer.title, said.signer.name);
    nodes.push(line(pen, 57.0, Style::text(11.0, INK), &signer));
    nodes.push(line(pen, 75.0, small, &label(words::ISSUED)));
    let day = words::date(lang, said.issued);
    nodes.push(line(pen, 88.0, Style::text(11.0, INK), &day));
    nodes
}

/// A text in one line, a little smaller where that is enough, or in two.
fn in_two(style: Style, text: &str, room: f32) -> (Style, Vec<&str>) {
    let one = style.fitted(text, room);
    if one.size > style.size * 0.75 {
        return (one, vec![text]);
    }
    for part in [0.75, 0.65, 0.55, 0.45, 0.4] {
        let smaller = Style {
            size: style.size * part,
            ..style
        };
        let lines = smaller.even_lines(text, room);
        if lines.len() <= 2 {
            return (smaller, lines);
        }
    }
    (one, vec![text])
}

/// How to check it, by what key, and where in the ledger it was read; none when the address is too long for it.
fn small_print(pen: &mut Pen<'_>, lang: Lang, signed: &Signed, address: &str) -> Option<Vec<Node>> {
    let style = Style::text(6.4, MUTED);
    let left = MARGIN.0 + CODE_SIDE + 18.0;
    let room = 204.0;
    let mut y = FOOT + 12.0;
    let mut nodes = Vec::new();
    let head = &signed.statement.ledger;
    let traces = words::traces(lang, &signed.key.id(), head.height, &head.hash);
    let texts = words::how_to_check(lang, address).map(|text| (lang, text));
    let [_, offline] = words::how_to_check(lang.other(), address);
    for (lang, text) in texts
        .into_iter()
        .chain([(lang.other(), offline), (lang, traces)])
    {
        let mut parts = Vec::new();
        for line in style.lines(&text, room) {
            y += 8.4;
            parts.push(pen.left(left, y, style, lang, line));
        }
        nodes.push(paragraph(parts).into());
        y += 2.4;
    }
    (y < PAGE.1 - 36.0).then_some(nodes)
}
