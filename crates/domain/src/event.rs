//! What happened: events, the chains that hold them, and changes that cannot be stored without them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::context::Context;
use super::id::{PartyId, PropertyId, Spelled, words};

words! {
    /// The kinds of event.
    Happening {
        /// A home entered the gazetteer.
        PropertyAdded = "property.added",
        /// A home's facts were corrected.
        PropertyChanged = "property.changed",
        /// A person or company was recorded.
        PartyAdded = "party.added",
        /// A person's or company's details were corrected.
        PartyChanged = "party.changed",
        /// Consent to electronic service was recorded (s.247).
        ConsentGiven = "consent.given",
        /// Consent to electronic service was withdrawn (s.247).
        ConsentWithdrawn = "consent.withdrawn",
        /// An interest in a home was recorded.
        InterestRecorded = "interest.recorded",
        /// An application was started.
        ApplicationStarted = "application.started",
        /// The people of an application were named: holder, manager, agent.
        ApplicationPeopleNamed = "application.people_named",
        /// An applicant began to fill in the form of an application.
        FormBegun = "application.form_begun",
        /// A part of an application's form was saved; what it says is not told here.
        FormSaved = "application.form_saved",
        /// An application's form was signed and sent; the event holds its hash.
        FormSent = "application.form_sent",
        /// An application moved to another stage.
        ApplicationMoved = "application.moved",
        /// An application was given to an officer.
        ApplicationAssigned = "application.assigned",
        /// A part of an application's fee fell due.
        FeeCharged = "fee.charged",
        /// A payment of an application's fee came in.
        FeePaid = "fee.paid",
        /// Something of an application's fee was given back.
        FeeRefunded = "fee.refunded",
        /// A discount on an application's fee was claimed.
        DiscountClaimed = "fee.discount_claimed",
        /// A claimed discount was allowed.
        DiscountAllowed = "fee.discount_allowed",
        /// A claimed discount was denied.
        DiscountDenied = "fee.discount_denied",
        /// An entry of an application's account was reversed by another.
        FeeEntryReversed = "fee.reversed",
        /// A check whether a person is fit and proper was opened; what is found is never told here.
        FitnessOpened = "fitness.opened",
        /// Somebody looked into a source for such a check.
        FitnessSourceAdded = "fitness.source_added",
        /// Something was found that counts against the person.
        FitnessFindingAdded = "fitness.finding_added",
        /// Such a check was concluded.
        FitnessConcluded = "fitness.concluded",
        /// Such a check was reopened.
        FitnessReopened = "fitness.reopened",
        /// Somebody read such a check.
        FitnessRead = "fitness.read",
        /// A finding on an application named such a check.
        FitnessReliedOn = "fitness.relied_on",
        /// It was recorded who lives in a home.
        OccupancyRecorded = "occupancy.recorded",
        /// Somebody asked for a temporary exemption notice, or for more time after a death.
        ExemptionNotified = "exemption.notified",
        /// Such a notice was served.
        ExemptionServed = "exemption.served",
        /// Such a notice was refused.
        ExemptionRefused = "exemption.refused",
        /// An appeal against the refusal was lodged or ended.
        ExemptionAppealed = "exemption.appealed",
        /// It was decided whether a ground of exemption applies.
        ExemptionFound = "exemption.ground_decided",
        /// The months after a holder's death began.
        ExemptionBegun = "exemption.begun",
        /// A letter about a temporary exemption was written, was served, or came back.
        ExemptionLetter = "exemption.letter",
        /// An exemption ended.
        ExemptionEnded = "exemption.ended",
        /// An enquiry into a home that may need a licence was opened.
        EnquiryOpened = "enquiry.opened",
        /// Such an enquiry was taken a step further.
        EnquiryMoved = "enquiry.moved",
        /// A note was made of such an enquiry, or somebody was approached.
        EnquiryNoted = "enquiry.noted",
        /// It was recorded which enquiry an application came of.
        ApplicationCameOf = "application.came_of_enquiry",
        /// A partner was added.
        PartnerAdded = "partner.added",
        /// What is said of a partner was corrected, such as its agreement.
        PartnerChanged = "partner.changed",
        /// A partner looked a home up; the event tells for what.
        HomeShared = "home.shared_with_partner",
        /// A partner looked a home up that was not found; the event tells what was asked, and for what.
        LookUpFailed = "partner.look_up_failed",
        /// A referral from or to a partner was opened; what is of concern is not told here.
        ReferralOpened = "referral.opened",
        /// A referral took a step.
        ReferralMoved = "referral.moved",
        /// Something was noted of a referral; what it says is not told here.
        ReferralNoted = "referral.noted",
        /// It was decided whether other partners may read a referral's concern.
        ReferralShared = "referral.sharing_decided",
        /// A request for a reference about a tenant came in; nobody is named here.
        ReferenceReceived = "reference.received",
        /// Such a request took a step, or was disposed of; neither colour nor reasons are told here.
        ReferenceMoved = "reference.moved",
        /// The words of a letter were disposed of; the event holds the hash of its text.
        LetterDisposedOf = "letter.disposed_of",
        /// A licence was granted.
        LicenceGranted = "licence.granted",
        /// A licence changed its state.
        LicenceMoved = "licence.moved",
        /// A licence was varied: it has another version.
        LicenceVaried = "licence.varied",
        /// Proceedings on a licence began.
        ProceedingOpened = "proceeding.opened",
        /// Proceedings on a licence took a step.
        ProceedingMoved = "proceeding.moved",
        /// A notice was written.
        NoticeDrafted = "notice.drafted",
        /// A notice was issued to its recipients.
        NoticeIssued = "notice.issued",
        /// Somebody else gets a notice too.
        NoticeRecipientAdded = "notice.recipient_added",
        /// Service of a notice on one recipient was recorded.
        NoticeServed = "notice.service_recorded",
        /// A notice came back from one recipient: that one is not served.
        NoticeReturned = "notice.service_failed",
        /// A copy that had come back was sent again.
        NoticeSentAgain = "notice.sent_again",
        /// A notice was withdrawn.
        NoticeWithdrawn = "notice.withdrawn",
        /// Somebody said something of a proposal; what it says is not told here.
        RepresentationReceived = "representation.received",
        /// An officer considered what somebody said of a proposal.
        RepresentationConsidered = "representation.considered",
        /// An appeal against a decision was lodged.
        AppealLodged = "appeal.lodged",
        /// An appeal ended.
        AppealDecided = "appeal.decided",
        /// A demand was drafted.
        DemandDrafted = "demand.drafted",
        /// A demand was issued to its recipients.
        DemandIssued = "demand.issued",
        /// Service on one recipient was recorded.
        ServiceRecorded = "demand.service_recorded",
        /// A demand came back from one recipient: it was not served.
        ServiceFailed = "demand.service_failed",
        /// A demand was withdrawn.
        DemandWithdrawn = "demand.withdrawn",
        /// Something came in that answers an item.
        AnswerReceived = "item.answer_received",
        /// An answer was assessed.
        AnswerAssessed = "item.answer_assessed",
        /// More time was given without moving the due date.
        TimeGiven = "item.time_given",
        /// An item was closed without further action.
        ItemClosed = "item.closed",
        /// A reminder was called for.
        ReminderCalled = "reminder.called",
        /// A reminder's letter was accepted by the relay.
        ReminderAccepted = "reminder.accepted",
        /// A file came in.
        DocumentReceived = "document.received",
        /// The malware scanner looked at a file.
        DocumentScanned = "document.scanned",
        /// A certificate, report or declaration was recorded.
        CertificateRecorded = "certificate.recorded",
        /// A certificate was assessed.
        CertificateAssessed = "certificate.assessed",
        /// A later record took a certificate's place.
        CertificateSuperseded = "certificate.superseded",
        /// A duty with a date of its own was set.
        ObligationSet = "obligation.set",
        /// A duty with a date of its own ended.
        ObligationClosed = "obligation.closed",
        /// The calendar proposed a breach.
        BreachProposed = "breach.proposed",
        /// An officer confirmed a breach.
        BreachConfirmed = "breach.confirmed",
        /// An officer dismissed a breach.
        BreachDismissed = "breach.dismissed",
        /// A proposed breach was taken back, because its ground fell away.
        BreachWithdrawn = "breach.withdrawn",
        /// An enforcement case was opened.
        EnforcementOpened = "enforcement.opened",
        /// Another offence was named in an enforcement case.
        OffenceAdded = "enforcement.offence_added",
        /// An enforcement case took a step; what people said in it is not told here.
        EnforcementMoved = "enforcement.moved",
        /// A letter of an enforcement case was written, was served, or came back.
        EnforcementLetter = "enforcement.letter",
        /// A piece of material of an enforcement case was marked as used, unused or sensitive.
        MaterialMarked = "enforcement.material_marked",
        /// Officers were alerted that the limitation date of an enforcement case is near.
        LimitationNear = "enforcement.limitation_near",
        /// A penalty fell due.
        PenaltyCharged = "penalty.charged",
        /// A payment of a penalty came in.
        PenaltyPaid = "penalty.paid",
        /// Something of a penalty was given back.
        PenaltyRefunded = "penalty.refunded",
        /// An entry of a penalty's account was reversed by another.
        PenaltyEntryReversed = "penalty.reversed",
        /// An inspection of a home was planned.
        InspectionPlanned = "inspection.planned",
        /// An inspection took a step; what people said in it is not told here.
        InspectionMoved = "inspection.moved",
        /// The proof file of a breach was put together; the event holds the hash of its list of files.
        BundleTaken = "bundle.taken",
        /// A letter was queued.
        LetterQueued = "letter.queued",
        /// The relay accepted a letter.
        LetterAccepted = "letter.accepted",
        /// The address refused a letter.
        LetterRefused = "letter.refused",
        /// It cannot be known whether a letter went; a person must look.
        LetterHeld = "letter.held",
        /// A letter was given up after repeated failure.
        LetterGivenUp = "letter.given_up",
        /// A letter on paper was composed and waits to be printed and posted.
        LetterLaidOut = "letter.laid_out",
        /// A letter on paper was posted or handed over.
        LetterPosted = "letter.posted",
        /// Letters were printed together for the post-room.
        LetterBatchPrinted = "letter_batch.printed",
        /// Letters that were printed together were posted or handed over.
        LetterBatchPosted = "letter_batch.posted",
        /// Letters that were printed together will not be posted together.
        LetterBatchCancelled = "letter_batch.cancelled",
        /// All mail was held.
        MailHeld = "mail.held",
        /// Mail that was held was let go.
        MailReleased = "mail.released",
        /// A task for an officer was opened.
        TaskOpened = "task.opened",
        /// A task was closed.
        TaskClosed = "task.closed",
        /// A scheme file was taken into use.
        SchemeLoaded = "scheme.loaded",
        /// An account was added.
        AccountAdded = "account.added",
        /// References about tenants were entrusted to an account, or taken from it.
        AccountEntrusted = "account.entrusted",
        /// An account was disabled.
        AccountDisabled = "account.disabled",
        /// An account that was invited may act.
        AccountActivated = "account.activated",
        /// A token was issued.
        TokenIssued = "token.issued",
        /// A token was revoked.
        TokenRevoked = "token.revoked",
        /// An officer's calendar got a secret address.
        CalendarIssued = "calendar.issued",
        /// That address was revoked.
        CalendarRevoked = "calendar.revoked",
        /// Applications were imported from a file.
        ApplicationsImported = "applications.imported",
    }
}

/// The chain of events that a happening belongs to; each chain can be verified without the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// The case of one home.
    Case(PropertyId),
    /// What is recorded of one person or company.
    Party(PartyId),
    /// The service's own administration.
    Service,
}

impl Chain {
    /// The chain's name, as stored and as exported.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Case(property) => format!("case:{property}"),
            Self::Party(party) => format!("party:{party}"),
            Self::Service => "service".to_owned(),
        }
    }
}

/// One thing that happened, before it is sealed into its chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The chain it belongs to.
    pub chain: Chain,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: Happening,
    /// What it happened to.
    pub subject: String,
    actor: Option<String>,
    role: &'static str,
    facts: Map<String, Value>,
}

#[derive(Serialize)]
struct Body<'a> {
    chain: &'a str,
    seq: i64,
    at: String,
    kind: &'a str,
    subject: &'a str,
    actor: Option<&'a str>,
    role: &'a str,
    software: &'a str,
    facts: &'a Map<String, Value>,
}

impl Event {
    /// An event of this actor at this instant. `facts` are what a reader needs to understand it years later;
    /// names and addresses of people do not belong there, only their identifiers.
    #[must_use]
    pub fn new(cx: &Context, chain: Chain, kind: Happening, subject: &impl Spelled, facts: Value) -> Self {
        let facts = match facts {
            Value::Object(map) => map,
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        let role = cx.actor.role.spelling();
        let actor = cx.actor.account.map(|id| id.to_string());
        Self { chain, at: cx.now, kind, subject: subject.as_str().to_owned(), actor, role, facts }
    }

    /// The exact text that is stored and hashed.
    #[must_use]
    pub fn body(&self, seq: i64) -> String {
        let body = Body {
            chain: &self.chain.name(),
            seq,
            at: self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            kind: self.kind.as_str(),
            subject: &self.subject,
            actor: self.actor.as_deref(),
            role: self.role,
            software: env!("CARGO_PKG_VERSION"),
            facts: &self.facts,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// The hash before the first event of every chain.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const DOMAIN: &[u8] = b"licensing-audit-v1\0";

/// The hash that seals a body to everything before it: SHA-256 over a domain word, the hash before (32 bytes), the
/// body's length (8 bytes, big-endian) and the body's bytes as stored. Lower-case hexadecimal.
#[must_use]
pub fn seal(before: &str, body: &str) -> String {
    let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let mut sha = Sha256::new();
    sha.update(DOMAIN);
    sha.update(unhex(before));
    sha.update(length.to_be_bytes());
    sha.update(body.as_bytes());
    hex(&sha.finalize())
}

/// Bytes as lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|p| u8::from_str_radix(p, 16).ok()).unwrap_or_default())
        .collect()
}

/// A new state together with the event that led to it. Only the domain makes one, and storage takes nothing else.
#[derive(Clone, Debug)]
pub struct Change<T> {
    entity: T,
    event: Event,
}

impl<T> Change<T> {
    pub(crate) fn new(
        cx: &Context,
        chain: Chain,
        kind: Happening,
        subject: &impl Spelled,
        facts: Value,
        entity: T,
    ) -> Self {
        Self { event: Event::new(cx, chain, kind, subject, facts), entity }
    }

    /// The new state.
    pub fn entity(&self) -> &T {
        &self.entity
    }

    /// What happened.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The new state, once it is stored.
    pub fn into_entity(self) -> T {
        self.entity
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{at, home, khan, machine_on};

    /// Computed with Python: `sha256(b"licensing-audit-v1\0" + bytes.fromhex(before) + len(body).to_bytes(8, "big") + body)`.
    const FIRST: &str = "b11b5daab3d5df6da569d5ee78423dc254d9593c59335e7cc682353dd4883265";
    const SECOND: &str = "b156b8145e3b4983ec732929656113378573878554e9cb4320325a55c3b3d4aa";

    #[test]
    fn a_seal_is_the_hash_that_python_computes_of_bytes_and_not_of_letters() {
        assert_eq!(seal(GENESIS, r#"{"chain":"service","seq":1}"#), FIRST);
        assert_eq!(seal(FIRST, r#"{"chain":"service","seq":2,"name":"Zoë"}"#), SECOND);
    }

    #[test]
    fn a_seal_changes_with_the_body_and_with_what_came_before() {
        let body = r#"{"chain":"service","seq":1}"#;
        for (before, body) in [(FIRST, body), (GENESIS, r#"{"chain":"service","seq":2}"#), (GENESIS, "")] {
            assert_ne!(seal(before, body), FIRST, "{before} {body}");
        }
    }

    #[test]
    fn a_body_is_one_stable_text_with_its_fields_in_this_order() {
        let cx = at("2025-01-22T10:00:00.000001Z");
        let chain = Chain::Case(home(None).id);
        let facts = json!({ "reason": "line\nbreak", "days": 14, "none": null, "list": ["1", "9.4"] });
        let event = Event::new(&cx, chain, Happening::DemandIssued, &khan(), facts);
        let body = event.body(7);
        let wanted = format!(
            concat!(
                r#"{{"chain":"case:{case}","seq":7,"at":"2025-01-22T10:00:00.000001Z","kind":"demand.issued","#,
                r#""subject":"{subject}","actor":"{actor}","role":"officer","software":"{software}","#,
                r#""facts":{{"days":14,"list":["1","9.4"],"none":null,"reason":"line\nbreak"}}}}"#
            ),
            case = home(None).id,
            subject = khan(),
            actor = cx.actor.account.unwrap(),
            software = env!("CARGO_PKG_VERSION"),
        );
        assert_eq!(body, wanted);
        assert_eq!(event.body(7), body);
    }

    #[test]
    fn the_machine_acts_without_an_account_and_bare_facts_get_a_name() {
        let event =
            Event::new(&machine_on("2025-01-22"), Chain::Service, Happening::SchemeLoaded, &khan(), json!("text"));
        let body: Value = serde_json::from_str(&event.body(1)).unwrap();
        assert_eq!(
            (&body["actor"], &body["role"], &body["facts"]["value"]),
            (&Value::Null, &json!("system"), &json!("text"))
        );
        assert_eq!(body["at"], "2025-01-22T10:00:00.000000Z");
    }

    #[test]
    fn each_home_each_person_and_the_service_have_a_chain_of_their_own() {
        assert_eq!(Chain::Case(home(None).id).name(), format!("case:{}", home(None).id));
        assert_eq!(Chain::Party(khan()).name(), "party:8c2c442d-f4bd-5f5e-9331-07c53362af70");
        assert_eq!(Chain::Service.name(), "service");
    }

    #[test]
    fn no_two_happenings_are_spelled_alike() {
        let spelled = Happening::ALL.iter().map(|kind| kind.spelling()).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(spelled.len(), Happening::ALL.len());
    }
}
