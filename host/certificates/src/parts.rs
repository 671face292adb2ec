//! What the page and its tables are made of: the margins, a paragraph, a heading.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, Node, Tag, TagGroup};

/// Where text begins and ends, from the left.
pub(crate) const MARGIN: (f32, f32) = (62.0, 533.28);

/// A paragraph of these parts.
pub(crate) fn paragraph(parts: Vec<Identifier>) -> TagGroup {
    TagGroup::with_children(Tag::P, parts.into_iter().map(Node::from).collect())
}

/// A heading of these parts.
pub(crate) fn heading(level: u16, title: &str, parts: Vec<Identifier>) -> TagGroup {
    let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    TagGroup::with_children(
        Tag::Hn(level, Some(title.to_owned())),
        parts.into_iter().map(Node::from).collect(),
    )
}
