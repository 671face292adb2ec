//! A shop item is new under the next number, or changed under its own.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::{AssetNo, ItemNo};
use crate::record::{Item, Personal, Record, read_item, write_item};

impl Act for Box<Item> {
    fn needs(&self, _: &mut Missing<'_>, _: &Command) {}

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let known = book.item(&self.code).cloned();
        let count = u32::try_from(book.frame.items.len()).map_err(|_| Rejection::NumberTooLarge)?;
        let no = known
            .as_ref()
            .map_or(ItemNo(count.saturating_add(1)), |old| old.no);
        AssetNo::of_item(no).ok_or(Rejection::NumberTooLarge)?;
        let item = Item {
            no,
            ..(**self).clone()
        };
        if known.as_ref() == Some(&item) {
            return Err(Rejection::NothingToDo);
        }
        book.frame.items.retain(|old| old.no != no);
        book.frame.items.push(item.clone());
        book.dirty.items.insert(no);
        let record = Record::asked(asking.envelope, Box::new(item));
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Box<Item> {
    const NUMBERS: &'static [u8] = &[4];

    fn write(&self, w: &mut Writer) {
        write_item(w, self);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        read_item(r).map(Box::new)
    }

    fn word(&self) -> &'static str {
        "define"
    }

    fn title(&self) -> Title {
        let text = (
            format!("登记物品 {}", self.title.zh),
            format!("Item {}", self.title.en),
        );
        Title::plain(&text.0, &text.1)
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }
}
