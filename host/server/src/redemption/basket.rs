//! The basket of a resident: what they want to have together. The browser keeps it, for one resident and community, with the
//! idempotency key under which it will be ordered; it survives the way back, a second tab and the end of a session.

use axum::http::{HeaderMap, header};
use axum::response::Response;
use rongyi_core::chain::hex;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::OrderLine;

use super::Basket;
use crate::access::{SignedResident, random};
use crate::door::asked::Pieces;
use crate::door::visit::{Visit, cookie};

/// Pieces of one item in one order from the pages.
pub(crate) const PIECES_MAX: i32 = Pieces::MAX;

/// Different things in one basket: as many as the book takes in one order.
pub(crate) const LINES_MAX: usize = 20;
/// The name of the cookie.
const COOKIE: &str = "basket";
/// How long a browser keeps it, in seconds.
const KEPT: u32 = 7 * 24 * 3600;
/// The longest key that is believed.
const KEY_MAX: usize = 64;

/// An idempotency key that nobody had before.
pub(crate) fn fresh_key() -> String {
    hex(&random::<16>())
}

/// What is in the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Whose.
    resident: ResidentNo,
    /// Under which key it is ordered.
    pub(crate) key: String,
    /// What, in the order in which it was put in.
    pub(crate) lines: Basket,
}

/// Why something did not go into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotPut {
    /// Too many different things.
    Full,
    /// None, or more than one may have at once.
    Pieces,
}

impl NotPut {
    /// The word for it in an address.
    pub(crate) fn word(self) -> &'static str {
        match self {
            NotPut::Full => "full",
            NotPut::Pieces => "pieces",
        }
    }
}

impl Kept {
    /// The basket that came with a request; somebody else's on the same telephone counts for nothing.
    pub(crate) fn of(headers: &HeaderMap, me: &SignedResident) -> Kept {
        let kept = cookie(headers, COOKIE).and_then(read);
        kept.filter(|kept| kept.resident == me.resident)
            .unwrap_or_else(|| Kept {
                resident: me.resident,
                key: fresh_key(),
                lines: Basket::new(),
            })
    }

    /// How many pieces of an item are in it.
    pub(crate) fn pieces(&self, item: &Code) -> i32 {
        let line = self.lines.iter().find(|line| line.item == *item);
        line.map_or(0, |line| line.quantity)
    }

    /// Puts so many pieces of an item in, whatever was there before; none takes it out.
    ///
    /// # Errors
    /// [`NotPut`]; then nothing has changed.
    pub(crate) fn put(&mut self, item: &Code, pieces: i32) -> Result<(), NotPut> {
        if pieces == 0 {
            self.lines.retain(|line| line.item != *item);
            return Ok(());
        }
        if !(1..=PIECES_MAX).contains(&pieces) {
            return Err(NotPut::Pieces);
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.item == *item) {
            line.quantity = pieces;
            return Ok(());
        }
        if self.lines.len() >= LINES_MAX {
            return Err(NotPut::Full);
        }
        self.lines.push(OrderLine::new(item.clone(), pieces));
        Ok(())
    }

    /// What was ordered leaves it; what is left is another order, under another key.
    pub(crate) fn ordered(&mut self, lines: &Basket) {
        self.lines
            .retain(|line| !lines.iter().any(|other| other.item == line.item));
        self.key = fresh_key();
    }

    /// Has the browser keep it.
    pub(crate) fn keep(&self, visit: &Visit, mut answer: Response) -> Response {
        let secure = if visit.app.https { "; Secure" } else { "" };
        let (value, age) = if self.lines.is_empty() {
            (String::new(), 0)
        } else {
            (self.written(), KEPT)
        };
        let line = format!(
            "{COOKIE}={value}; Path={}; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
            visit.path("")
        );
        if let Ok(line) = line.parse() {
            answer.headers_mut().append(header::SET_COOKIE, line);
        }
        answer
    }

    /// `1001~0191f3a2~rice-5kg*1~salt*2`: none of these letters needs to be hidden from a cookie's reader.
    fn written(&self) -> String {
        let mut text = format!("{}~{}", self.resident.0, self.key);
        for line in &self.lines {
            text.push_str(&format!("~{}*{}", line.item, line.quantity));
        }
        text
    }
}

/// Reads what [`Kept::written`] wrote; nothing of what somebody else wrote there.
fn read(text: &str) -> Option<Kept> {
    let mut parts = text.split('~');
    let resident = ResidentNo(parts.next()?.parse().ok()?);
    let key = parts.next()?;
    let plain = (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_hexdigit());
    let mut kept = Kept {
        resident,
        key: plain.then(|| key.to_owned())?,
        lines: Basket::new(),
    };
    for part in parts {
        let (item, pieces) = part.split_once('*')?;
        let pieces: i32 = pieces.parse().ok().filter(|pieces| *pieces > 0)?;
        kept.put(&item.parse().ok()?, pieces).ok()?;
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &'static str) -> Code {
        Code::literal(text)
    }

    fn empty() -> Kept {
        Kept {
            resident: ResidentNo(1001),
            key: "0a1b".to_owned(),
            lines: Basket::new(),
        }
    }

    #[test]
    fn a_basket_comes_back_as_it_was_written() {
        let mut kept = empty();
        kept.put(&code("rice-5kg"), 1).unwrap();
        kept.put(&code("oil-1.8l"), 2).unwrap();
        kept.put(&code("lin.a/b"), 10).unwrap();
        assert_eq!(kept.written(), "1001~0a1b~rice-5kg*1~oil-1.8l*2~lin.a/b*10");
        assert_eq!(read(&kept.written()), Some(kept));
    }

    #[test]
    fn what_nobody_wrote_is_no_basket() {
        for bad in [
            "",
            "1001",
            "1001~",
            "x~0a1b~rice*1",
            "1001~0a1b~rice",
            "1001~0a1b~rice*0",
            "1001~0a1b~rice*11",
            "1001~0a1b~rice*-1",
            "1001~0a1b~Rice*1",
            "1001~no key~rice*1",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let long = format!("1001~{}~rice*1", "a".repeat(KEY_MAX + 1));
        assert_eq!(read(&long), None);
    }

    #[test]
    fn pieces_are_set_and_never_added() {
        let mut kept = empty();
        let rice = code("rice");
        for _ in 0..3 {
            kept.put(&rice, 2).unwrap();
        }
        assert_eq!(kept.pieces(&rice), 2);
        assert_eq!(kept.put(&rice, 11), Err(NotPut::Pieces));
        assert_eq!(kept.put(&rice, -1), Err(NotPut::Pieces));
        assert_eq!(kept.pieces(&rice), 2);
        kept.put(&rice, 0).unwrap();
        assert!(kept.lines.is_empty());
    }

    #[test]
    fn twenty_things_go_in_and_no_more() {
        let mut kept = empty();
        for no in 0..LINES_MAX {
            kept.put(&format!("item-{no}").parse().unwrap(), 1).unwrap();
        }
        assert_eq!(kept.put(&code("more"), 1), Err(NotPut::Full));
        kept.put(&code("item-3"), 5).unwrap();
        assert_eq!(kept.lines.len(), LINES_MAX);
    }

    #[test]
    fn what_was_ordered_leaves_under_another_key() {
        let mut kept = empty();
        kept.put(&code("rice"), 1).unwrap();
        kept.put(&code("salt"), 2).unwrap();
        let before = kept.key.clone();
        kept.ordered(&vec![OrderLine::new(code("rice"), 1)]);
        assert_eq!(kept.lines, vec![OrderLine::new(code("salt"), 2)]);
        assert_ne!(kept.key, before);
    }
}
