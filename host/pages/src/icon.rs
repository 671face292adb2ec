//! Drawings: small ones for buttons and tabs, larger ones for the things in the shop. All are
//! inline SVG in the colour of the text around them, hidden from screen readers because a word
//! always stands beside them.

/// A small drawing on a 24 × 24 grid; empty for a name that does not exist.
pub(crate) fn icon(name: &str) -> String {
    let body = match name {
        "home" => r#"<path d="M3.5 11.2 12 4l8.5 7.2"/><path d="M6 10v9.5h4.4v-5h3.2v5H18V10"/>"#,
        "book" => {
            r#"<path d="M5.5 4.5h11a2 2 0 0 1 2 2v13h-11a2 2 0 0 1-2-2z"/><path d="M5.5 17.5a2 2 0 0 1 2-2h11M9.2 8.2h5.6M9.2 11.4h3.6"/>"#
        }
        "basket" => {
            r#"<path d="M3.8 10h16.4l-1.7 8.6a1.6 1.6 0 0 1-1.6 1.3H7.1a1.6 1.6 0 0 1-1.6-1.3z"/><path d="m7.6 10 3-5.5M16.4 10l-3-5.5M9.6 13.2v3.6M14.4 13.2v3.6"/>"#
        }
        "person" => {
            r#"<circle cx="12" cy="8" r="3.8"/><path d="M4.6 20c.7-4 3.5-6 7.4-6s6.7 2 7.4 6"/>"#
        }
        "clock" => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7.2V12l3.2 2"/>"#,
        "phone" => {
            r#"<path d="M6.2 4.2h3l1.6 4-2 1.6a11 11 0 0 0 5.4 5.4l1.6-2 4 1.6v3c0 1-.8 1.8-1.8 1.7C10.6 19 5 13.4 4.5 6a1.7 1.7 0 0 1 1.7-1.800z"/>"#
        }
        "slip" => {
            r#"<path d="M5.5 3.500h13v17l-2.2-1.4-2.1 1.4-2.2-1.4-2.2 1.4-2.1-1.4-2.2 1.400z"/><path d="M9 8.200h6M9 11.800h6"/>"#
        }
        "print" => {
            r#"<path d="M7 9V4h10v5M7 17H4.500V10.500A1.5 1.5 0 0 1 6 9h12a1.5 1.5 0 0 1 1.5 1.500V17H17"/><path d="M7 14h10v6H7z"/>"#
        }
        "check" => r#"<path d="m5 12.6 4.6 4.600L19.2 7.4"/>"#,
        "cross" => r#"<path d="m6.5 6.5 11 11M17.5 6.500l-11 11"/>"#,
        "back" => r#"<path d="M14.5 5.5 8 12l6.5 6.5"/>"#,
        "next" => r#"<path d="M9.5 5.5 16 12l-6.5 6.5"/>"#,
        "alert" => r#"<path d="M12 4 2.8 19.800h18.400z"/><path d="M12 10v4.600M12 17v.2"/>"#,
        "till" => {
            r#"<path d="M4 8V5.500A1.5 1.5 0 0 1 5.5 4H8M16 4h2.500A1.5 1.5 0 0 1 20 5.500V8M20 16v2.500a1.5 1.5 0 0 1-1.5 1.500H16M8 20H5.500A1.5 1.5 0 0 1 4 18.500V16"/><path d="M8 8.500v7M11 8.500v7M13.5 8.500v7M16 8.500v7"/>"#
        }
        "chain" => {
            r#"<path d="m10 14 4-4M8.5 11.500l-2 2a3.5 3.5 0 0 0 5 5l2-2M15.5 12.500l2-2a3.5 3.5 0 0 0-5-5l-2 2"/>"#
        }
        "bell" => {
            r#"<path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15z"/><path d="M10 20.500a2.200 2.200 0 0 0 4 0"/>"#
        }
        "calendar" => {
            r#"<path d="M4.500 6h15v13.500h-15zM4.500 10.200h15M8.500 3.500V7M15.500 3.500V7"/><path d="m9 14.800 2.200 2 4-4"/>"#
        }
        "code" => {
            r#"<path d="M4.500 4.500h6v6h-6zM13.500 4.500h6v6h-6zM4.500 13.500h6v6h-6zM13.500 13.500h2.500v2.500M19.500 13.500v2.500M13.500 19.500v-1M17 19.500h2.500v-1.500"/>"#
        }
        "speak" => {
            r#"<path d="M4.500 9.500v5h3.500l4.500 3.500V6L8 9.500zM15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a7.800 7.800 0 0 1 0 11"/>"#
        }
        "leaf" => {
            r#"<path d="M5 19C4 10 9.5 5 19.5 4.5 20 14 15 19.5 7 18"/><path d="M5 20.500C7 15.5 10 12.5 14 10.5"/>"#
        }
        _ => return String::new(),
    };
    format!(
        "<svg class=\"icon\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" \
         stroke-width=\"1.9\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
         aria-hidden=\"true\" focusable=\"false\">{body}</svg>"
    )
}

/// The banyan of the passbook's cover: a wide crown, roots that come down from its branches, and a
/// trunk of many stems.
pub(crate) fn banyan() -> String {
    "<svg class=\"banyan\" viewBox=\"0 0 200 170\" aria-hidden=\"true\" focusable=\"false\">\
     <g fill=\"currentColor\"><ellipse cx=\"100\" cy=\"42\" rx=\"50\" ry=\"34\"/>\
     <ellipse cx=\"52\" cy=\"62\" rx=\"44\" ry=\"28\"/><ellipse cx=\"148\" cy=\"62\" rx=\"44\" ry=\"28\"/>\
     <ellipse cx=\"100\" cy=\"70\" rx=\"66\" ry=\"26\"/>\
     <path d=\"M84 88c4 24 2 44-12 64h18c6-10 8-18 9-28 1 10 4 18 10 28h19c-15-20-17-40-12-64z\"/></g>\
     <g fill=\"none\" stroke=\"currentColor\" stroke-width=\"3\" stroke-linecap=\"round\">\
     <path d=\"M40 88c1 16-1 30 0 46M56 90c-1 20 2 36 0 58M150 88c-1 18 2 34 1 52M166 84c1 12 0 22 0 34M134 90c1 18-1 34 2 54\"/></g>\
     <path d=\"M20 154h160\" stroke=\"currentColor\" stroke-width=\"3\" stroke-linecap=\"round\"/></svg>"
        .to_owned()
}

/// The drawing of a thing in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Picture {
    /// A bag of rice or flour.
    Rice,
    /// A bottle of oil, vinegar, soy sauce.
    Oil,
    /// Eggs.
    Eggs,
    /// A bowl of noodles.
    Noodles,
    /// Soap, washing powder, detergent.
    Soap,
    /// A towel.
    Towel,
    /// Tissues, paper.
    Tissue,
    /// A hair cut.
    Haircut,
    /// A repair, a service by hand.
    Repair,
    /// A cooker, a kettle, a household appliance.
    Cooker,
    /// A seedling, a pot plant.
    Seedling,
    /// A book, stationery.
    Book,
    /// A cup: tea, milk, water.
    Cup,
    /// A donation to a fund.
    Donation,
    /// Anything else.
    #[default]
    Gift,
}

impl Picture {
    /// All of them.
    pub const ALL: [Picture; 15] = [
        Picture::Rice,
        Picture::Oil,
        Picture::Eggs,
        Picture::Noodles,
        Picture::Soap,
        Picture::Towel,
        Picture::Tissue,
        Picture::Haircut,
        Picture::Repair,
        Picture::Cooker,
        Picture::Seedling,
        Picture::Book,
        Picture::Cup,
        Picture::Donation,
        Picture::Gift,
    ];

    /// The drawing that fits an item's code, by the words in it: `rice-5kg` is [`Picture::Rice`].
    /// A code that says nothing gets [`Picture::Gift`].
    ///
    /// ```
    /// # use rongyi_pages::icon::Picture;
    /// assert_eq!(Picture::for_item("rice-5kg"), Picture::Rice);
    /// assert_eq!(Picture::for_item("x-17"), Picture::Gift);
    /// ```
    pub fn for_item(code: &str) -> Picture {
        const WORDS: [(&[&str], Picture); 14] = [
            (&["rice", "flour", "salt", "sugar"], Picture::Rice),
            (&["oil", "vinegar", "sauce", "milk"], Picture::Oil),
            (&["egg"], Picture::Eggs),
            (&["noodle", "bowl", "meal"], Picture::Noodles),
            (
                &["soap", "deterg", "wash", "powder", "clean"],
                Picture::Soap,
            ),
            (&["towel", "cloth"], Picture::Towel),
            (&["tissue", "paper", "napkin"], Picture::Tissue),
            (&["hair", "cut"], Picture::Haircut),
            (&["repair", "service", "fix", "sharpen"], Picture::Repair),
            (&["cooker", "kettle", "pot", "pan", "lamp"], Picture::Cooker),
            (&["seed", "plant", "flower", "tree"], Picture::Seedling),
            (&["book", "pen", "school"], Picture::Book),
            (&["drink", "tea", "water", "cup"], Picture::Cup),
            (&["donat", "fund"], Picture::Donation),
        ];
        WORDS
            .iter()
            .find(|(words, _)| words.iter().any(|w| code.contains(w)))
            .map_or(Picture::Gift, |(_, picture)| *picture)
    }

    /// The class of its tint: food, household, service or giving.
    pub(crate) fn tint(self) -> &'static str {
        match self {
            Picture::Rice | Picture::Oil | Picture::Eggs | Picture::Noodles => "tint-food",
            Picture::Soap | Picture::Towel | Picture::Tissue | Picture::Cooker => "tint-house",
            Picture::Haircut | Picture::Repair | Picture::Book | Picture::Cup => "tint-service",
            Picture::Seedling | Picture::Donation | Picture::Gift => "tint-green",
        }
    }

    /// The drawing. Class `f` is the soft filling, `w` the light one.
    pub(crate) fn svg(self) -> String {
        let body = match self {
            Picture::Rice => {
                r#"<path class="w" d="M22 20h36l6 46a4 4 0 0 1-4 4H20a4 4 0 0 1-4-4z"/><path class="f" d="M18.5 46h43l1.9 20a4 4 0 0 1-4 4H20.600a4 4 0 0 1-4-4z"/><path d="M22 20h36l6 46a4 4 0 0 1-4 4H20a4 4 0 0 1-4-4z"/><path d="M22 20c-3-4-1-8 3-8h30c4 0 6 4 3 8M30 12v8M40 12v8M50 12v8"/><path d="M40 62V50M40 56c-5 0-8-3-8-7 5 0 8 3 8 7zM40 52c5 0 8-3 8-7-5 0-8 3-8 7z"/>"#
            }
            Picture::Oil => {
                r#"<path class="w" d="M33 10h14v10l9 12v34a4 4 0 0 1-4 4H28a4 4 0 0 1-4-4V32l9-12z"/><path class="f" d="M24 40h32v26a4 4 0 0 1-4 4H28a4 4 0 0 1-4-4z"/><path d="M33 16v4l-9 12v34a4 4 0 0 0 4 4h24a4 4 0 0 0 4-4V32l-9-12v-4"/><path d="M31 9h18v7H31zM40 47c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11z"/>"#
            }
            Picture::Eggs => {
                r#"<ellipse class="w" cx="28" cy="38" rx="11" ry="14"/><ellipse class="w" cx="52" cy="38" rx="11" ry="14"/><ellipse class="w" cx="40" cy="34" rx="11.5" ry="15"/><ellipse cx="28" cy="38" rx="11" ry="14"/><ellipse cx="52" cy="38" rx="11" ry="14"/><ellipse class="w" cx="40" cy="34" rx="11.5" ry="15"/><ellipse cx="40" cy="34" rx="11.5" ry="15"/><path class="f" d="M10 46h60l-5 20a4 4 0 0 1-4 3H19a4 4 0 0 1-4-3z"/><path d="M10 46h60l-5 20a4 4 0 0 1-4 3H19a4 4 0 0 1-4-3zM24 54l2 9M40 54v9M56 54l-2 9"/>"#
            }
            Picture::Noodles => {
                r#"<path class="f" d="M10 42h60c0 12-6 20-16 24v4H26v-4C16 62 10 54 10 42z"/><path d="M10 42h60c0 12-6 20-16 24v4H26v-4C16 62 10 54 10 42z"/><path d="M22 42c0-10 8-10 8-20M32 42c0-10 8-10 8-20M44 42 62 12M52 42l16-26"/>"#
            }
            Picture::Soap => {
                r#"<path class="w" d="M26 32h26a4 4 0 0 1 4 4v30a4 4 0 0 1-4 4H26a4 4 0 0 1-4-4V36a4 4 0 0 1 4-4z"/><path class="f" d="M22 46h34v14H22z"/><path d="M26 32h26a4 4 0 0 1 4 4v30a4 4 0 0 1-4 4H26a4 4 0 0 1-4-4V36a4 4 0 0 1 4-4zM22 46h34M22 60h34M33 32v-8h12v8M39 24v-9h-9c-4 0-6 2-6 5"/><circle cx="63" cy="24" r="5"/><circle cx="68" cy="38" r="3"/>"#
            }
            Picture::Towel => {
                r#"<path class="w" d="M20 16h40v50H20z"/><path class="f" d="M20 50h40v8H20z"/><path d="M12 16h56M20 16v50h40V16M20 50h40M20 58h40M26 66v5M33 66v5M40 66v5M47 66v5M54 66v5"/>"#
            }
            Picture::Tissue => {
                r#"<path class="f" d="M12 38h56v26a4 4 0 0 1-4 4H16a4 4 0 0 1-4-4z"/><path class="w" d="M26 42c2-10-2-18 6-28 4 6 8 2 14 4 4 10 0 16 8 24z"/><path d="M12 38h56v26a4 4 0 0 1-4 4H16a4 4 0 0 1-4-4zM22 46h36M27 46c2-14-3-22 5-32 4 6 8 2 14 4 4 10 0 18 7 28"/>"#
            }
            Picture::Haircut => {
                r#"<circle class="f" cx="24" cy="58" r="10"/><circle class="f" cx="56" cy="58" r="10"/><circle cx="24" cy="58" r="10"/><circle cx="56" cy="58" r="10"/><path d="M29.5 49.5 56 12M50.5 49.5 24 12"/><circle cx="40" cy="35" r="1"/>"#
            }
            Picture::Repair => {
                r#"<path class="f" d="M48 30 20 58a6 6 0 0 0 8.5 8.500L56.5 38.500z"/><path d="M66 24a15 15 0 0 1-20 15L26.5 66.500A6 6 0 0 1 18 58l27-20a15 15 0 0 1 15-21l-8 8 2 9 9 2z" stroke-linejoin="round"/>"#
            }
            Picture::Cooker => {
                r#"<path class="f" d="M12 34h56v26a8 8 0 0 1-8 8H20a8 8 0 0 1-8-8z"/><path class="w" d="M14 34c2-10 12-16 26-16s24 6 26 16z"/><path d="M12 34h56v26a8 8 0 0 1-8 8H20a8 8 0 0 1-8-8zM14 34c2-10 12-16 26-16s24 6 26 16M36 18v-6h8v6M24 68v4M56 68v4"/><circle class="w" cx="40" cy="51" r="8"/><circle cx="40" cy="51" r="8"/><path d="M40 47v4"/>"#
            }
            Picture::Seedling => {
                r#"<path class="f" d="M22 50h36l-4 20H26z"/><path class="w" d="M40 34c0-12 8-20 22-20 0 13-8 20-22 20zM40 40c0-10-7-16-19-16 0 11 7 16 19 16z"/><path d="M22 50h36l-4 20H26zM40 50V34M40 34c0-12 8-20 22-20 0 13-8 20-22 20zM40 40c0-10-7-16-19-16 0 11 7 16 19 16z"/>"#
            }
            Picture::Book => {
                r#"<path class="w" d="M40 22c-7-5-16-6-28-6v46c12 0 21 1 28 6 7-5 16-6 28-6V16c-12 0-21 1-28 6z"/><path class="f" d="M40 22c7-5 16-6 28-6v46c-12 0-21 1-28 6z"/><path d="M40 22c-7-5-16-6-28-6v46c12 0 21 1 28 6 7-5 16-6 28-6V16c-12 0-21 1-28 6zM40 22v46M20 28c5 0 9 1 12 2M20 38c5 0 9 1 12 2"/>"#
            }
            Picture::Cup => {
                r#"<path class="w" d="M16 30h40v24a12 12 0 0 1-12 12H28a12 12 0 0 1-12-12z"/><path class="f" d="M16 42h40v12a12 12 0 0 1-12 12H28a12 12 0 0 1-12-12z"/><path d="M16 30h40v24a12 12 0 0 1-12 12H28a12 12 0 0 1-12-12zM56 35h6a8 8 0 0 1 0 18h-6M10 72h52M28 22c-3-4 3-6 0-10M40 22c-3-4 3-6 0-10"/>"#
            }
            Picture::Donation => {
                r#"<path class="f" d="M40 44C28 36 22 30 22 22a9 9 0 0 1 18-3 9 9 0 0 1 18 3c0 8-6 14-18 22z"/><path d="M40 44C28 36 22 30 22 22a9 9 0 0 1 18-3 9 9 0 0 1 18 3c0 8-6 14-18 22z"/><path d="M10 54h10l10-3 14 5c4 2 3 7-1 7H32M43 62l17-8c5-2 9 3 5 7L46 72 20 68H10"/>"#
            }
            Picture::Gift => {
                r#"<path class="w" d="M12 28h56v14H12z"/><path class="f" d="M16 42h48v28H16z"/><path d="M12 28h56v14H12zM16 42h48v28H16zM40 28v42M40 28c-4-10-8-14-13-14-8 0-8 14 2 14M40 28c4-10 8-14 13-14 8 0 8 14-2 14"/>"#
            }
        };
        format!(
            "<svg class=\"picture\" viewBox=\"0 0 80 80\" fill=\"none\" stroke=\"currentColor\" \
             stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
             aria-hidden=\"true\" focusable=\"false\">{body}</svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_another_drawing() {
        let mut all: Vec<String> = Picture::ALL.iter().map(|p| p.svg()).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), Picture::ALL.len());
        assert!(Picture::ALL.iter().all(|p| p.tint().starts_with("tint-")));
    }

    #[test]
    fn an_unknown_icon_is_nothing() {
        assert_eq!(icon("no-such"), "");
        assert!(icon("home").contains("aria-hidden"));
    }
}
