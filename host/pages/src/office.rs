//! Pages that belong to nobody in particular: the choice of a community, and what is shown when something went
//! wrong.

use askama::Template;

use crate::format::Moment;
use crate::shell::Shell;

/// One community of the host.
#[derive(Debug, Clone)]
pub struct CommunityLink {
    /// Its path: `/nanmen`.
    pub path: String,
    /// Its title, in the reader's language.
    pub title: String,
    /// The name of its shop or a few words; may be empty.
    pub note: String,
}

/// `/`: which community? The shell's community fields are empty here.
#[derive(Debug, Clone, Template)]
#[template(path = "communities.html")]
pub struct CommunitiesView {
    /// Around the page.
    pub shell: Shell,
    /// The communities of the host.
    pub communities: Vec<CommunityLink>,
}

/// The newest block of a community.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its height.
    pub height: u64,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// When it was written.
    pub at: Moment,
}

impl Head {
    /// In groups of eight, which people can read out and compare.
    pub(crate) fn hash_groups(&self) -> Vec<String> {
        let chars: Vec<char> = self.hash.chars().collect();
        chars.chunks(8).map(|c| c.iter().collect()).collect()
    }
}

/// What is shown when something went wrong.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorView {
    /// Around the page.
    pub shell: Shell,
    /// The stable code: `price.changed`.
    pub code: String,
    /// What is wrong, in the reader's language.
    pub what: String,
    /// What was expected; may be empty.
    pub expected: String,
    /// What to do now.
    pub remedy: String,
    /// Where to go on: address and words. `None` leads to the community's front.
    pub next: Option<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Day;

    #[test]
    fn a_hash_is_shown_in_groups_of_eight() {
        let head = Head {
            height: 1,
            hash: "0123456789abcdef0123".to_owned(),
            at: Moment {
                day: Day::of(2026, 11, 22),
                hour: 9,
                minute: 0,
            },
        };
        assert_eq!(head.hash_groups(), ["01234567", "89abcdef", "0123"]);
    }
}
