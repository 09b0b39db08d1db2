//! State machines in tests: the proof that one allows its steps and no others, and the diagrams of `docs/states.md`, drawn from
//! the tables by which the machines themselves decide.

use std::fmt::{Debug, Display, Write as _};

use super::id::Spelled as _;
use super::{
    actor, application, breach, certificate, demand, document, enforcement, enquiry, exemption, fitness, inspection,
    letter, letter_batch, licence, notice, obligation, proceeding, reference, referral, service, sign_in,
};

/// Proves of every step from every state that it leads where `ways` says, by the table and when it is `done`, and that where
/// `ways` says nothing it is refused by both. A way is the states from which a step can be taken, the step, and its end.
pub(crate) fn only_these_ways<S: Copy + Debug + PartialEq, T: Debug + PartialEq>(
    states: &[S],
    steps: &[T],
    ways: &[(&[S], T, S)],
    table: impl Fn(S, &T) -> Option<S>,
    done: impl Fn(S, &T) -> Option<S>,
) {
    for from in states {
        for step in steps {
            let way = ways.iter().find(|(possible, way, _)| way == step && possible.contains(from));
            let to = way.map(|(.., to)| *to);
            assert_eq!(table(*from, step), to, "{from:?}, {step:?}, by the table");
            assert_eq!(done(*from, step), to, "{from:?}, {step:?}, as it is done");
        }
    }
}

/// Draws one machine: every step from every state, where it leads anywhere. Something may begin in any of the states `first`.
fn draw<S: Copy + Display + PartialEq, T>(
    title: &str,
    first: &[S],
    states: &[S],
    steps: &[T],
    name: impl for<'a> Fn(&'a T) -> &'a str,
    after: impl Fn(S, &T) -> Option<S>,
) -> String {
    let mut drawn = format!("\n## {title}\n\n```mermaid\nstateDiagram-v2\n");
    for first in first {
        let _ = writeln!(drawn, "    [*] --> {first}");
    }
    for from in states {
        for to in states {
            let mut by = steps.iter().filter(|step| after(*from, step) == Some(*to)).map(&name).collect::<Vec<_>>();
            by.dedup();
            if !by.is_empty() {
                let _ = writeln!(drawn, "    {from} --> {to}: {}", by.join(", "));
            }
        }
    }
    drawn.push_str("```\n");
    drawn
}

const HEAD: &str = "# States\n\n\
    What may happen to what, and nothing else may. Each arrow is a step of the table that the program itself decides by; the \
    step has guards of its own beside it. A test draws these diagrams anew and fails if they are not the same.\n\n\
    What ends once and for all on a day that is on record has no diagram: a task, an appeal, a consent, a token, a session.\n";

#[test]
fn the_diagrams_in_the_documentation_are_drawn_from_the_tables() {
    use actor::{AccountMove, AccountState};
    use application::Stage;
    use breach::{BreachMove, BreachState};
    use certificate::{CertificateMove, CertificateState};
    use demand::{DemandMove, DemandState, ItemMove, ItemState, Outcome, ResponseState};
    use document::ScanState;
    use enforcement::CaseState;
    use enquiry::EnquiryState;
    use exemption::ExemptionState;
    use fitness::{CheckMove, Conclusion};
    use inspection::InspectionState;
    use letter::{LetterMove, LetterState};
    use letter_batch::{BatchMove, BatchState};
    use licence::LicenceState;
    use notice::{NoticeMove, NoticeState};
    use obligation::{ObligationMove, ObligationState};
    use proceeding::ProceedingState;
    use reference::ReferenceState;
    use referral::ReferralState;
    use service::{ServiceMove, ServiceState};
    use sign_in::{LinkMove, LinkState};

    /// A machine whose steps are words: its states and steps are all there are, and its table is its `after`.
    macro_rules! of_words {
        ($title:literal, $state:ident: $($first:ident),+; $step:ident) => {
            draw($title, &[$($state::$first),+], $state::ALL, $step::ALL, |step| step.as_str(), |from, step| from.after(*step))
        };
    }

    let mut drawn = HEAD.to_owned();
    let parts = [
        draw(
            "Application",
            &[Stage::Draft],
            Stage::ALL,
            &application::tests::steps(),
            |step| step.name(),
            Stage::after,
        ),
        of_words!("Check whether somebody is fit and proper", Conclusion: None; CheckMove),
        draw(
            "Licence",
            &[LicenceState::Granted],
            LicenceState::ALL,
            &licence::tests::steps(),
            |(name, _)| name,
            licence::tests::leads,
        ),
        draw(
            "Proceedings to vary or to revoke a licence",
            &[ProceedingState::Opened],
            ProceedingState::ALL,
            &proceeding::tests::every_step(),
            |step| step.name(),
            ProceedingState::after,
        ),
        of_words!("Notice", NoticeState: Draft; NoticeMove),
        of_words!("One person's copy of a notice or a demand", ServiceState: Pending; ServiceMove),
        of_words!("Demand", DemandState: Draft; DemandMove),
        of_words!("Item of a demand", ItemState: Open; ItemMove),
        of_words!("Answer to an item", ResponseState: Received; Outcome),
        of_words!("Certificate, report or declaration", CertificateState: Received; CertificateMove),
        draw(
            "File that was sent in",
            &[ScanState::Pending, ScanState::Unscanned],
            ScanState::ALL,
            &document::tests::verdicts(),
            |(name, _)| name,
            |from, (_, verdict)| from.after(verdict),
        ),
        of_words!("Obligation", ObligationState: Open; ObligationMove),
        of_words!("Breach", BreachState: Proposed; BreachMove),
        draw(
            "Enforcement case",
            &[CaseState::Opened],
            CaseState::ALL,
            &enforcement::tests::steps(),
            |step| step.name(),
            CaseState::after,
        ),
        draw(
            "Temporary exemption, and other exemptions",
            &[ExemptionState::Notified, ExemptionState::InEffect, ExemptionState::Refused],
            ExemptionState::ALL,
            &exemption::tests::steps(),
            |(name, _)| name,
            |from, (_, step)| from.after(step),
        ),
        draw(
            "Enquiry into a home without a licence",
            &[EnquiryState::Intelligence],
            EnquiryState::ALL,
            &enquiry::tests::steps(),
            |(name, _)| name,
            |from, (_, step)| Some(step.leads_to()).filter(|to| from.may_become(*to)),
        ),
        draw(
            "Inspection",
            &[InspectionState::Planned],
            InspectionState::ALL,
            &inspection::tests::steps(),
            |step| step.name(),
            InspectionState::after,
        ),
        draw(
            "Referral from or to a partner",
            &[ReferralState::Received, ReferralState::Linked],
            ReferralState::ALL,
            &referral::tests::every_step(),
            |step| step.name(),
            ReferralState::after,
        ),
        draw(
            "Request for a reference about a tenant",
            &[ReferenceState::Received],
            ReferenceState::ALL,
            &reference::tests::every_step(),
            |step| step.name(),
            ReferenceState::after,
        ),
        of_words!("Letter", LetterState: Queued; LetterMove),
        of_words!("Letters printed together", BatchState: Open; BatchMove),
        of_words!("Account", AccountState: Invited, Active; AccountMove),
        of_words!("Mail with a link to sign in", LinkState: Asked; LinkMove),
    ];
    drawn.extend(parts);
    let kept = include_str!("../../../docs/states.md");
    assert!(drawn == kept, "docs/states.md is not what the tables say. It should be:\n{drawn}");
}
