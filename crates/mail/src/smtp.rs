//! A run of letters to a relay, each given up in time whatever the relay does.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender, SyncSender},
    },
    thread,
};

use super::{
    conversation::Conversation,
    envelope::Address,
    outcome::{Fault, Outcome, Stage, classify},
    relay::Relay,
};

/// One connection for many letters, talked over on a thread of its own.
///
/// A read timeout starts anew with every byte, so a relay that drips could hold a sender for hours. Here the sender
/// waits for the whole letter once and then leaves; the thread that stays behind can no longer send the letter.
pub struct SmtpSession {
    relay: Relay,
    talker: Option<Sender<Parcel>>,
}

/// One message with its envelope, and where its outcome is awaited.
pub(super) struct Parcel {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
    pub(super) handover: Arc<Handover>,
    answer: SyncSender<Outcome>,
}

impl SmtpSession {
    pub(super) fn new(relay: Relay) -> Self {
        Self { relay, talker: None }
    }

    pub(super) fn send(&mut self, from: &Address, to: &Address, bytes: Vec<u8>) -> Outcome {
        let handover = Arc::new(Handover::default());
        let (answer, heard) = mpsc::sync_channel(1);
        let parcel = Parcel { from: from.clone(), to: to.clone(), bytes, handover: Arc::clone(&handover), answer };
        if let Err(reason) = self.hand_over(parcel) {
            return Outcome::NotSent { reason, stop_pool: true };
        }
        let silence = match heard.recv_timeout(self.relay.longest_send()) {
            Ok(outcome) => return outcome,
            Err(RecvTimeoutError::Timeout) => "the relay took too long over this letter",
            Err(RecvTimeoutError::Disconnected) => "the conversation with the relay ended unexpectedly",
        };
        self.talker = None;
        let stage = if handover.give_up() { Stage::Dot } else { Stage::Greeting };
        classify(stage, &Fault::Broken(silence.to_owned()))
    }

    /// Gives the parcel to the talking thread, starting one when there is none or it is gone.
    fn hand_over(&mut self, parcel: Parcel) -> Result<(), String> {
        let parcel = match &self.talker {
            Some(talker) => match talker.send(parcel) {
                Ok(()) => return Ok(()),
                Err(returned) => returned.0,
            },
            None => parcel,
        };
        let (talker, parcels) = mpsc::channel::<Parcel>();
        let mut conversation = Conversation::new(self.relay.clone());
        let thread = thread::Builder::new().name("mail".to_owned());
        thread
            .spawn(move || {
                for parcel in parcels {
                    let outcome = conversation.deliver(&parcel);
                    // Nobody listens any more when the sender has given up.
                    let _ = parcel.answer.send(outcome);
                }
                conversation.leave();
            })
            .map_err(|fault| format!("no thread could be started for mail: {fault}"))?;
        talker.send(parcel).map_err(|_| "the thread for mail ended at once".to_owned())?;
        self.talker = Some(talker);
        Ok(())
    }
}

/// Decides once, between sender and talker, whether the message itself may go out.
#[derive(Default)]
pub(super) struct Handover(Mutex<Progress>);

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Progress {
    #[default]
    Talking,
    MessageBegun,
    GivenUp,
}

impl Handover {
    /// The talker asks before the first byte of the message; `false` when the sender has left.
    pub(super) fn begin_message(&self) -> bool {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *progress == Progress::Talking {
            *progress = Progress::MessageBegun;
        }
        *progress == Progress::MessageBegun
    }

    /// The sender leaves; `true` when the message may already be out.
    fn give_up(&self) -> bool {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = *progress == Progress::MessageBegun;
        *progress = Progress::GivenUp;
        begun
    }
}
