//! The two tables of a certificate: hours by kind of service and by how they were recorded.

use krilla::tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup};

use crate::parts::{MARGIN, heading, paragraph};
use crate::pen::{INK, LEAF, LEAF_DEEP, LEAF_SOFT, LINE, MUTED, Pen, Style, rectangle};
use crate::statement::Statement;
use crate::words::{self, Lang, Word};

/// How small the tables may become until it is said that there is no room.
const SCALES: [f32; 8] = [1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.55, 0.5];
/// Sizes and heights at full scale, in points.
const SIZE: f32 = 9.6;
const ROW: f32 = 18.0;
const LINE_HEIGHT: f32 = 12.0;
/// How much lower the tables stand at most, where there is room.
const LOWER_MOST: f32 = 34.0;
/// What the heading above a table takes.
const HEADING: f32 = 22.0;

/// One table: what its columns are called, where they are, and what its rows say.
struct Table {
    title: Word,
    left: f32,
    right: f32,
    /// The first column is left, the others end here.
    ends: Vec<f32>,
    heads: Vec<Word>,
    rows: Vec<Vec<String>>,
    total: Vec<String>,
}

/// Draws them between two heights; none when there is no room. Answers what was drawn, in the order of reading.
pub(crate) fn tables(
    pen: &mut Pen<'_>,
    lang: Lang,
    said: &Statement,
    top: f32,
    bottom: f32,
) -> Option<Vec<Node>> {
    let tables: Vec<Table> = [by_kind(lang, said), by_proof(lang, said)]
        .into_iter()
        .flatten()
        .collect();
    let fits = |scale: &f32| {
        tables
            .iter()
            .all(|table| top + table.height(*scale) <= bottom)
    };
    let scale = SCALES.into_iter().find(fits)?;
    // Few lines stand a little lower, so that the page is no half empty one.
    let tallest = tables
        .iter()
        .map(|table| table.height(scale))
        .fold(0.0, f32::max);
    let top = top + ((bottom - top - tallest) * 0.4).min(LOWER_MOST);
    let mut nodes = Vec::new();
    for table in &tables {
        let style = Style::heading(12.0, LEAF_DEEP);
        let own = lang.of(table.title);
        let beside = table.left + style.width(own) + 6.0;
        let other = lang.other();
        let small = Style::text(8.0, MUTED);
        let parts = vec![
            pen.left(table.left, top + 12.0, style, lang, own),
            pen.left(beside, top + 12.0, small, other, other.of(table.title)),
        ];
        nodes.push(heading(2, own, parts).into());
        nodes.push(table.draw(pen, lang, top + HEADING, scale).into());
    }
    Some(nodes)
}

fn by_kind(lang: Lang, said: &Statement) -> Option<Table> {
    if said.kinds.is_empty() {
        return None;
    }
    let right = if said.proofs.is_empty() {
        MARGIN.1
    } else {
        346.0
    };
    let times: u64 = said.kinds.iter().map(|line| u64::from(line.times)).sum();
    Some(Table {
        title: words::KINDS,
        left: MARGIN.0,
        right,
        ends: vec![right - 86.0, right - 6.0],
        heads: vec![words::KIND, words::TIMES, words::HOURS],
        rows: said
            .kinds
            .iter()
            .map(|line| {
                vec![
                    line.title.clone(),
                    line.times.to_string(),
                    words::short_time(lang, line.minutes),
                ]
            })
            .collect(),
        total: vec![
            lang.of(words::TOTAL).into(),
            times.to_string(),
            words::short_time(lang, said.minutes.total()),
        ],
    })
}

fn by_proof(lang: Lang, said: &Statement) -> Option<Table> {
    if said.proofs.is_empty() {
        return None;
    }
    let left = if said.kinds.is_empty() {
        MARGIN.0
    } else {
        366.0
    };
    Some(Table {
        title: words::PROOFS,
        left,
        right: MARGIN.1,
        ends: vec![MARGIN.1 - 6.0],
        heads: vec![words::PROOF, words::HOURS],
        rows: said
            .proofs
            .iter()
            .map(|line| vec![line.word.clone(), words::short_time(lang, line.minutes)])
            .collect(),
        total: vec![
            lang.of(words::TOTAL).into(),
            words::short_time(lang, said.minutes.total()),
        ],
    })
}

impl Table {
    /// How wide the first column is.
    fn first(&self) -> f32 {
        let next = self.ends.first().copied().unwrap_or(self.right);
        // What stands in the next column needs some of it.
        let taken = if self.ends.len() > 1 { 40.0 } else { 74.0 };
        next - taken - self.left - 6.0
    }

    fn lines<'r>(&self, row: &'r [String], scale: f32) -> Vec<&'r str> {
        let title = row.first().map_or("", String::as_str);
        Style::text(SIZE * scale, INK).lines(title, self.first())
    }

    fn row_height(&self, row: &[String], scale: f32) -> f32 {
        let more = self.lines(row, scale).len().saturating_sub(1);
        let more: f32 = (0..more).map(|_| LINE_HEIGHT).sum();
        (ROW + more) * scale
    }

    fn height(&self, scale: f32) -> f32 {
        let rows: f32 = self
            .rows
            .iter()
            .map(|row| self.row_height(row, scale))
            .sum();
        HEADING + rows + 2.0 * ROW * scale
    }

    fn draw(&self, pen: &mut Pen<'_>, lang: Lang, top: f32, scale: f32) -> TagGroup {
        let mut y = top;
        let head_style = Style::text(8.4 * scale, LEAF).bold();
        let base = |y: f32| y + 12.4 * scale;
        pen.filled(
            LEAF_SOFT,
            rectangle(self.left, y, self.right, y + ROW * scale),
        );
        let mut head = TagGroup::new(Tag::TR);
        for (index, word) in self.heads.iter().enumerate() {
            let both = format!("{} {}", lang.of(*word), lang.other().of(*word));
            let tag = self.cell(pen, index, base(y), head_style, lang, &both);
            head.push(column_head(tag));
        }
        y += ROW * scale;
        let mut body = TagGroup::new(Tag::TBody);
        let style = Style::text(SIZE * scale, INK);
        for row in &self.rows {
            body.push(self.row(pen, row, y, scale, style, lang));
            y += self.row_height(row, scale);
            pen.line(LINE, 0.6, (self.left, y), (self.right, y));
        }
        pen.line(LEAF, 1.0, (self.left, y), (self.right, y));
        let bold = Style::text(SIZE * scale, LEAF_DEEP).bold();
        let foot = self.row(pen, &self.total, y, scale, bold, lang);
        let mut table = TagGroup::new(Tag::Table);
        table.push(TagGroup::with_children(Tag::THead, vec![head.into()]));
        table.push(body);
        table.push(TagGroup::with_children(Tag::TFoot, vec![foot.into()]));
        table
    }

    fn row(
        &self,
        pen: &mut Pen<'_>,
        row: &[String],
        y: f32,
        scale: f32,
        style: Style,
        lang: Lang,
    ) -> TagGroup {
        let base = y + 12.6 * scale;
        let mut group = TagGroup::new(Tag::TR);
        let mut title = TagGroup::new(Tag::TH(TableHeaderScope::Row));
        let mut down = base;
        for line in self.lines(row, scale) {
            title.push(paragraph(vec![pen.left(
                self.left + 6.0,
                down,
                style,
                lang,
                line,
            )]));
            down += LINE_HEIGHT * scale;
        }
        group.push(title);
        for (index, text) in row.iter().enumerate().skip(1) {
            let tag = self.cell(pen, index, base, style, lang, text);
            group.push(TagGroup::with_children(
                Tag::TD,
                vec![paragraph(vec![tag]).into()],
            ));
        }
        group
    }

    fn cell(
        &self,
        pen: &mut Pen<'_>,
        index: usize,
        y: f32,
        style: Style,
        lang: Lang,
        text: &str,
    ) -> Identifier {
        match index.checked_sub(1).and_then(|at| self.ends.get(at)) {
            None => pen.left(self.left + 6.0, y, style, lang, text),
            Some(end) => pen.right(*end, y, style, lang, text),
        }
    }
}

fn column_head(tag: Identifier) -> TagGroup {
    TagGroup::with_children(
        Tag::TH(TableHeaderScope::Column),
        vec![paragraph(vec![tag]).into()],
    )
}
