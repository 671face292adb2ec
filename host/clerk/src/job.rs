//! What waits at a desk, and the promise of its answer.

use rongyi_core::command::{Command, Need};
use rongyi_core::ids::Code;
use tokio::sync::oneshot;

use crate::answer::{Answer, ClerkError};

pub(crate) struct Job {
    pub(crate) community: Code,
    /// One, or a chain.
    pub(crate) commands: Vec<Command>,
    /// Whether they stand or fall together: then a refusal is not kept, either.
    pub(crate) chain: bool,
    /// What a step of the chain turned out to read because of the steps before it.
    pub(crate) more: Vec<Need>,
    /// When it was asked, by the host's pulse, where somebody waits who may give up and ask another host.
    pub(crate) asked: Option<u64>,
    pub(crate) reply: oneshot::Sender<Result<Vec<Answer>, ClerkError>>,
}

pub(crate) fn job(
    community: &Code,
    commands: Vec<Command>,
    chain: bool,
    asked: Option<u64>,
) -> (Job, Ticket) {
    let (reply, answer) = oneshot::channel();
    let job = Job {
        community: community.clone(),
        commands,
        chain,
        more: Vec::new(),
        asked,
        reply,
    };
    (job, Ticket(answer))
}

/// The promise of an answer.
pub struct Ticket(oneshot::Receiver<Result<Vec<Answer>, ClerkError>>);

impl Ticket {
    /// Waits for the answer.
    ///
    /// # Errors
    /// [`ClerkError`]; after any of them nothing of this command is stored.
    pub async fn answer(self) -> Result<Answer, ClerkError> {
        let mut answers = self.answers().await?;
        answers.pop().ok_or(ClerkError::Stopped)
    }

    /// One for each command, in their order.
    pub(crate) async fn answers(self) -> Result<Vec<Answer>, ClerkError> {
        self.0.await.unwrap_or(Err(ClerkError::Stopped))
    }
}
