//! What every page has around it: language, text size, community, help line, and the small
//! formatting calls that templates use. Holds no page's own content.

use std::borrow::Borrow;
use std::fmt::Display;

use crate::format::{self, Day, Moment};
use crate::text::Lang;

/// How large the text is. From [`Size::Large`] on the page is in elder view: targets of 60 px and
/// one thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Size {
    /// 18 px.
    #[default]
    Standard,
    /// 24 px, elder view.
    Large,
    /// 30 px, elder view.
    Largest,
}

impl Size {
    /// All sizes, smallest first.
    pub const ALL: [Size; 3] = [Size::Standard, Size::Large, Size::Largest];

    /// For cookies and forms: `standard`, `large`, `largest`.
    pub fn tag(self) -> &'static str {
        match self {
            Size::Standard => "standard",
            Size::Large => "large",
            Size::Largest => "largest",
        }
    }

    /// Reads what [`Size::tag`] writes.
    pub fn from_tag(tag: &str) -> Option<Size> {
        Size::ALL.into_iter().find(|s| s.tag() == tag)
    }

    /// The next larger size, and after the largest the standard one: what one tap in the header
    /// switches to.
    pub fn next(self) -> Size {
        match self {
            Size::Standard => Size::Large,
            Size::Large => Size::Largest,
            Size::Largest => Size::Standard,
        }
    }

    /// The key of its name.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Size::Standard => "size-standard",
            Size::Large => "size-large",
            Size::Largest => "size-largest",
        }
    }

    /// The classes of `<html>`.
    pub fn classes(self) -> &'static str {
        match self {
            Size::Standard => "size-standard",
            Size::Large => "size-large elder",
            Size::Largest => "size-largest elder",
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// As the reader's device wants it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// Black on white, with strong edges.
    Contrast,
}

impl Theme {
    /// All of them.
    pub const ALL: [Theme; 4] = [Theme::Auto, Theme::Light, Theme::Dark, Theme::Contrast];

    /// For cookies and forms: `auto`, `light`, `dark`, `contrast`.
    pub fn tag(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Contrast => "contrast",
        }
    }

    /// Reads what [`Theme::tag`] writes.
    pub fn from_tag(tag: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.tag() == tag)
    }

    /// The key of its name.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Theme::Auto => "theme-auto",
            Theme::Light => "theme-light",
            Theme::Dark => "theme-dark",
            Theme::Contrast => "theme-contrast",
        }
    }

    /// The class of `<html>`, with a blank before it; none where the device decides.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Theme::Auto => "",
            Theme::Light => " theme-light",
            Theme::Dark => " theme-dark",
            Theme::Contrast => " theme-contrast",
        }
    }
}

/// A page where staff work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Desk {
    /// Finding anybody.
    Find,
    /// How the rules are doing, and closing the books.
    Operator,
    /// What was asked, and what waits for whom.
    Work,
    /// What volunteers can join, and who came.
    Activities,
    /// Handing orders over.
    Till,
    /// What the shop has, and what comes in.
    Stock,
    /// Booking what people did.
    Record,
    /// Reversals, corrections, objections.
    Amend,
    /// Finding and enrolling residents and households.
    People,
    /// Setting residents' PINs anew.
    Reset,
    /// How residents stand in public lists.
    Listing,
    /// Who works here.
    Staff,
    /// Devices' tokens.
    Tokens,
    /// Reports.
    Reports,
    /// Lists for the wall.
    Wall,
    /// Merchants, or one's own.
    Merchants,
}

impl Desk {
    /// Its address below the community's.
    pub fn path(self) -> &'static str {
        match self {
            Desk::Find => "/residents",
            Desk::Operator => "/operator",
            Desk::Work => "/queue",
            Desk::Activities => "/volunteering",
            Desk::Till => "/till",
            Desk::Stock => "/stock",
            Desk::Record => "/record",
            Desk::Amend => "/amend",
            Desk::People => "/people",
            Desk::Reset => "/reset",
            Desk::Listing => "/listing",
            Desk::Staff => "/operator/staff",
            Desk::Tokens => "/operator/tokens",
            Desk::Reports => "/reports",
            Desk::Wall => "/wall",
            Desk::Merchants => "/merchants",
        }
    }

    /// Whether it is about people themselves: these stand together.
    pub(crate) fn is_about_people(self) -> bool {
        match self {
            Desk::Find
            | Desk::People
            | Desk::Reset
            | Desk::Listing
            | Desk::Staff
            | Desk::Tokens => true,
            Desk::Operator
            | Desk::Activities
            | Desk::Till
            | Desk::Stock
            | Desk::Record
            | Desk::Amend
            | Desk::Work
            | Desk::Reports
            | Desk::Merchants
            | Desk::Wall => false,
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Desk::Find => "desk-find",
            Desk::Operator => "desk-operator",
            Desk::Work => "desk-work",
            Desk::Activities => "desk-activities",
            Desk::Till => "desk-till",
            Desk::Stock => "desk-stock",
            Desk::Record => "desk-record",
            Desk::Amend => "desk-amend",
            Desk::People => "desk-people",
            Desk::Reset => "desk-reset",
            Desk::Listing => "listing-title",
            Desk::Staff => "desk-staff",
            Desk::Tokens => "desk-tokens",
            Desk::Reports => "desk-reports",
            Desk::Wall => "desk-wall",
            Desk::Merchants => "desk-merchants",
        }
    }
}

/// Who reads a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reader {
    /// Nobody is signed in.
    #[default]
    Nobody,
    /// A resident.
    Resident,
    /// A member of staff, with the desks that are theirs; the first is where they begin.
    Staff(&'static [Desk]),
}

/// What every page has around it.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The reader's language.
    pub lang: Lang,
    /// The reader's text size.
    pub size: Size,
    /// Light or dark.
    pub theme: Theme,
    /// The address of this host as residents type it, without a slash at the end; empty where none was configured. Previews
    /// of links name pictures by it.
    pub site: String,
    /// The community as its people call it, in the reader's language: `南门社区 · 绿美积分超市`.
    /// The header shows what stands before and after ` · ` on two lines.
    /// Empty on pages above all communities.
    pub community_title: String,
    /// The community's part of the address, without a slash at the end: `/nanmen`. Empty on pages
    /// above all communities.
    pub community_path: String,
    /// The person who is signed in, as they may be greeted; `None` hides what needs a sign-in.
    pub signed_in_name: Option<String>,
    /// Who that is.
    pub reader: Reader,
    /// Whether this is the demonstration; every page and print then says so.
    pub demo: bool,
    /// The help telephone, shown at the same place of every page. Empty when there is none.
    pub phone: String,
    /// The id of this request, which the office can look up.
    pub request_id: String,
    /// The path and query a change of text size or language returns to; must answer to GET.
    pub here: String,
}

impl Shell {
    /// The desks of a member of staff.
    pub(crate) fn desks(&self) -> &'static [Desk] {
        match self.reader {
            Reader::Staff(desks) => desks,
            Reader::Nobody | Reader::Resident => &[],
        }
    }

    /// Whether the reader may look for residents.
    pub(crate) fn has_find(&self) -> bool {
        self.desks().contains(&Desk::Find)
    }

    /// The desks of one group.
    pub(crate) fn desks_about(&self, people: bool) -> Vec<Desk> {
        let desks = self.desks().iter().copied();
        desks
            .filter(|desk| desk.is_about_people() == people)
            .collect()
    }

    pub(crate) fn is_resident(&self) -> bool {
        self.reader == Reader::Resident
    }

    pub(crate) fn is_staff(&self) -> bool {
        matches!(self.reader, Reader::Staff(_))
    }

    /// Whether a link leads to the page that is shown.
    pub(crate) fn is_here(&self, below: &str) -> bool {
        let path = self.here.split('?').next().unwrap_or_default();
        path.strip_prefix(&self.community_path) == Some(below)
    }

    /// A static text.
    pub fn t(&self, key: &str) -> String {
        self.lang.text(key)
    }

    /// A static text with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        self.lang.text_with(key, &[(name, &value.to_string())])
    }

    /// A static text with two values.
    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl Display,
        name2: &str,
        value2: impl Display,
    ) -> String {
        let (value, value2) = (value.to_string(), value2.to_string());
        self.lang
            .text_with(key, &[(name, &value), (name2, &value2)])
    }

    /// A static text about a number of things.
    pub fn tn(&self, key: &str, n: impl Borrow<i64>) -> String {
        self.lang.text_counted(key, *n.borrow())
    }

    /// `1,286`.
    pub fn num(&self, n: impl Borrow<i64>) -> String {
        format::number(*n.borrow())
    }

    /// `+10`, `−50`.
    pub fn signed(&self, n: impl Borrow<i64>) -> String {
        format::signed(*n.borrow())
    }

    /// `1,286 分`, `1,286 points`.
    pub fn points(&self, n: impl Borrow<i64>) -> String {
        self.lang.text_counted("points-n", *n.borrow())
    }

    /// `一千二百八十六分`, for those who listen.
    pub(crate) fn spoken_points(&self, n: impl Borrow<i64>) -> String {
        let said = crate::spoken::words(*n.borrow(), self.lang);
        self.t1("spoken-points", "count", said)
    }

    /// Minutes as `42.5 小时`, `42.5 hours`.
    pub fn hours(&self, minutes: impl Borrow<i64>) -> String {
        self.lang
            .text_with("hours-n", &[("count", &format::hours(*minutes.borrow()))])
    }

    /// `11月22日 星期日`.
    pub fn day(&self, day: impl Borrow<Day>) -> String {
        day.borrow().short(self.lang)
    }

    /// `2026年11月22日 星期日`.
    pub fn day_long(&self, day: impl Borrow<Day>) -> String {
        day.borrow().long(self.lang)
    }

    /// `11月22日 星期日 09:05`.
    pub fn moment(&self, at: impl Borrow<Moment>) -> String {
        at.borrow().short(self.lang)
    }

    /// `2026年11月22日 星期日 09:05`.
    pub fn moment_long(&self, at: impl Borrow<Moment>) -> String {
        at.borrow().long(self.lang)
    }

    /// The language the header's switch leads to.
    pub fn other_lang(&self) -> Lang {
        match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// The name of the size the header's switch leads to.
    pub(crate) fn next_size_key(&self) -> &'static str {
        self.size.next().key()
    }

    /// The same, short enough for the header.
    pub(crate) fn next_size_short_key(&self) -> &'static str {
        match self.size.next() {
            Size::Standard => "size-standard-short",
            Size::Large => "size-large-short",
            Size::Largest => "size-largest-short",
        }
    }

    /// A number that names something and therefore has no separators.
    pub(crate) fn plain(&self, n: impl Display) -> String {
        n.to_string()
    }

    /// The help telephone as a `tel:` address.
    pub fn phone_href(&self) -> String {
        let digits: String = self
            .phone
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect();
        format!("tel:{digits}")
    }

    /// What previews of links call the site.
    pub(crate) fn site_name(&self) -> String {
        if self.community_title.is_empty() {
            self.t("product")
        } else {
            self.community_title.clone()
        }
    }

    /// The community's own name without the name of its shop: the part before ` · `.
    pub fn community_short(&self) -> &str {
        self.community_title
            .split(" · ")
            .next()
            .unwrap_or(&self.community_title)
    }

    /// The name of the shop: the part after ` · `, or nothing.
    pub fn shop_title(&self) -> &str {
        self.community_title
            .split_once(" · ")
            .map_or("", |(_, shop)| shop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_trip_and_cycle() {
        for size in Size::ALL {
            assert_eq!(Size::from_tag(size.tag()), Some(size));
            assert_eq!(size.next().next().next(), size);
            assert_ne!(size.next(), size);
        }
        assert_eq!(Size::from_tag("huge"), None);
    }
}
