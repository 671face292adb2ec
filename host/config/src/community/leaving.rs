//! `[leaving]`: what becomes of the points of somebody who leaves the community. What that does is decided in `rongyi-core`.

use rongyi_core::settings::{Leaving, Remains};

use crate::reader::Field;

const WORDS: [(&str, Remains); 4] = [
    ("keep", Remains::Keep),
    ("lapse", Remains::Lapse),
    ("donate", Remains::Donate),
    ("family", Remains::Family),
];

/// `moved = "keep"`, `died = "family"`.
pub(super) fn read(field: &Field<'_>) -> Option<Leaving> {
    let table = field.table()?;
    let default = Leaving::default();
    let remains = |key, otherwise| {
        let field = table.get(key);
        field.map_or(Some(otherwise), |field| field.one_of(&WORDS))
    };
    let (moved, died) = (
        remains("moved", default.moved),
        remains("died", default.died),
    );
    table.finish();
    Some(Leaving {
        moved: moved?,
        died: died?,
    })
}
