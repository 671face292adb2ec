//! What a desk reads before it decides: books, what their commands need, rules of the archive. It decides nothing and
//! writes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use rongyi_core::book::{Book, Loaded};
use rongyi_core::chain::{Head, hex};
use rongyi_core::command::{Command, Need};
use rongyi_core::ids::Code;
use rongyi_rules::{Engine, Rule};
use rongyi_store::{Moment, Store, StoreError};

use super::answer::ClerkError;
use super::decide::Opened;
use super::desk::{ClerkDesk, fail, reads_by_key};
use crate::rulebook::RuleKey;

/// Times a book is read anew because somebody wrote to its community meanwhile, before the reader is told to come back.
const READS_MAX: usize = 20;

/// A community's book with everything that these commands read, as it was at one moment: for answers that book
/// nothing. `None` when there is no such community.
///
/// # Errors
/// What the database said; [`StoreError::Busy`] when no moment was long enough.
pub async fn book_of(
    store: &Store,
    community: &Code,
    commands: impl Fn(&Book) -> Vec<Command>,
) -> Result<Option<Book>, StoreError> {
    book_under(store, community, |book| book, commands).await
}

/// [`book_of`] for a book that is changed first, to be asked under other rules say.
///
/// # Errors
/// What the database said, and that the community did not come to rest.
pub async fn book_under(
    store: &Store,
    community: &Code,
    under: impl Fn(Book) -> Book,
    commands: impl Fn(&Book) -> Vec<Command>,
) -> Result<Option<Book>, StoreError> {
    for _ in 0..READS_MAX {
        let Some(frame) = store.frame(community).await? else {
            return Ok(None);
        };
        let book = under(Book::new(frame));
        let commands = commands(&book);
        if let Some(book) = filled(store, book, &commands).await? {
            return Ok(Some(book));
        }
    }
    Err(StoreError::Busy {
        detail: format!("{community}: {READS_MAX}"),
    })
}

/// The book with what the commands read; `None` when its community moved meanwhile.
async fn filled(
    store: &Store,
    mut book: Book,
    commands: &[Command],
) -> Result<Option<Book>, StoreError> {
    let community = book.frame().community.clone();
    loop {
        let mut needs: Vec<Need> = commands
            .iter()
            .flat_map(|command| book.missing(command))
            .collect();
        if needs.is_empty() {
            return Ok(Some(book));
        }
        needs.sort_unstable();
        needs.dedup();
        for moment in store.load_all(&[(community.clone(), needs)]).await? {
            if moment.head != book.stored_head() {
                return Ok(None);
            }
            book.load(moment.rows);
        }
    }
}

impl ClerkDesk {
    /// Drops the books that were not used for longest, until the others are within three quarters of the budget.
    pub(crate) fn trim(&mut self, flying: &HashMap<Code, Head>) {
        self.batches += 1;
        let rows_of = |cache: &HashMap<Code, Book>| cache.values().map(Book::loaded_rows).sum();
        let mut rows: usize = rows_of(&self.cache);
        if rows <= self.rows_max {
            return;
        }
        let idle = self.cache.keys().filter(|code| !flying.contains_key(*code));
        let mut idle: Vec<_> = idle
            .map(|code| (self.used.get(code).copied().unwrap_or(0), code.clone()))
            .collect();
        idle.sort_unstable();
        for (_, code) in idle {
            if rows <= self.rows_max / 4 * 3 {
                break;
            }
            let dropped = self.cache.remove(&code);
            rows = rows.saturating_sub(dropped.map_or(0, |book| book.loaded_rows()));
            self.used.remove(&code);
        }
    }

    /// The book of a community with its rules; what single commands read is not loaded yet.
    pub(crate) async fn open(&self, code: &Code, cached: Option<Book>) -> Result<Book, ClerkError> {
        let book = match cached {
            Some(book) => book,
            None => {
                let book = match self.store.frame(code).await? {
                    Some(frame) => Book::new(frame),
                    None if self.books.knows(code) => Book::empty(code.clone()),
                    None => return Err(ClerkError::CommunityUnknown(code.clone())),
                };
                self.frames.put(book.frame());
                book
            }
        };
        self.fetch_rules(code, &book).await?;
        Ok(book)
    }

    /// Loads what all the commands read. Those of a community whose rows cannot be read are answered with the
    /// reason, and the others go on. Second come those whose community moved under them.
    pub(crate) async fn load(
        &self,
        piles: Vec<Opened>,
        flying: &HashMap<Code, Head>,
    ) -> (Vec<Opened>, Vec<Opened>) {
        let (mut asking, mut ready, mut moved) = (piles, Vec::new(), Vec::new());
        loop {
            let (mut asked, mut waiting) = (Vec::new(), Vec::new());
            for mut opened in asking {
                let mut needs: Vec<Need> = Vec::new();
                for job in &mut opened.2 {
                    needs.append(&mut job.more);
                    let commands = job.commands.iter();
                    needs.extend(commands.flat_map(|command| opened.1.missing(command)));
                }
                if needs.is_empty() {
                    ready.push(opened);
                    continue;
                }
                needs.sort_unstable();
                needs.dedup();
                // Nothing more is asked because of these, so that the commands need not be gone through again.
                let is_last = opened.2.iter().all(reads_by_key)
                    && needs.iter().all(|need| {
                        matches!(
                            need,
                            Need::Account(_) | Need::Counter(_) | Need::Source(..) | Need::Key(..)
                        )
                    });
                asked.push((opened.0.clone(), needs));
                waiting.push((opened, is_last));
            }
            if asked.is_empty() {
                return (ready, moved);
            }
            asking = Vec::new();
            let answers = match self.store.load_all(&asked).await {
                Ok(answers) => answers.into_iter().map(Ok).collect(),
                Err(error) if asked.len() == 1 => vec![Err(error)],
                Err(_) => self.load_each(&asked).await,
            };
            for (((code, mut book, jobs), is_last), answer) in waiting.into_iter().zip(answers) {
                match answer {
                    Ok(moment)
                        if moment.head == book.stored_head()
                            || flying.get(&code) == Some(&moment.head) =>
                    {
                        // What a reference was answered with before is read, too: a refusal may come again.
                        let used = |row: &Loaded| matches!(row, Loaded::Source(_, _, Some(_)));
                        let is_last = is_last && !moment.rows.iter().any(used);
                        book.load(moment.rows);
                        let list = if is_last { &mut ready } else { &mut asking };
                        list.push((code, book, jobs));
                    }
                    Ok(_) => moved.push((code, book, jobs)),
                    Err(error) => fail(jobs, error),
                }
            }
        }
    }

    async fn load_each(&self, asked: &[(Code, Vec<Need>)]) -> Vec<Result<Moment, StoreError>> {
        let mut answers = Vec::with_capacity(asked.len());
        for one in asked {
            let loaded = self.store.load_all(std::slice::from_ref(one)).await;
            answers.extend(loaded.map(|mut moments| moments.pop()).transpose());
        }
        answers
    }

    /// Loads from the archive what the ledger names and this host has not: sets of the past, and those that
    /// another host or an import activated.
    async fn fetch_rules(&self, code: &Code, book: &Book) -> Result<(), ClerkError> {
        let missing = self.books.missing(code, &book.frame().sets);
        let Some(engine) = self.books.engine().filter(|_| !missing.is_empty()) else {
            return Ok(());
        };
        for key in missing {
            match archived(&self.store, &engine, key).await? {
                Some(rule) => self.books.add(code, [(key, rule)]),
                None => self.books.give_up(code, key),
            }
        }
        Ok(())
    }
}

/// A rule of the archive; `None`, said in the log, when it is not there or cannot be loaded.
async fn archived(
    store: &Store,
    engine: &Arc<Engine>,
    (component, params): RuleKey,
) -> Result<Option<Arc<Rule>>, StoreError> {
    let (Some(bytes), Some(json)) = (
        store.component(&component).await?,
        store.params(&params).await?,
    ) else {
        tracing::error!(component = %hex(&component), "the archive lacks the component or parameters of a rule set");
        return Ok(None);
    };
    let engine = Arc::clone(engine);
    let load = move || engine.load_archived((&component, &params), &bytes, &json);
    let loaded = tokio::task::spawn_blocking(load).await;
    Ok(match loaded {
        Ok(Ok(rule)) => Some(Arc::new(rule)),
        Ok(Err(error)) => {
            tracing::error!(component = %hex(&component), code = error.code, "{}", error.message);
            None
        }
        Err(_) => None,
    })
}
