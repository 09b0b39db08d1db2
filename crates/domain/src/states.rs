//! The diagrams of `docs/states.md`, drawn from the tables by which the state machines themselves decide.

use std::fmt::{Display, Write as _};

use super::id::Spelled as _;
use super::{
    application, demand, enforcement, enquiry, exemption, inspection, licence, notice, proceeding, reference, referral,
};

/// Draws one machine: every step from every state, where it leads anywhere.
fn draw<S: Copy + Display + PartialEq, T>(
    title: &str,
    states: &[S],
    steps: &[T],
    name: impl for<'a> Fn(&'a T) -> &'a str,
    after: impl Fn(S, &T) -> Option<S>,
) -> String {
    let mut drawn = format!("\n## {title}\n\n```mermaid\nstateDiagram-v2\n");
    if let Some(first) = states.first() {
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
    step has guards of its own beside it. A test draws these diagrams anew and fails if they are not the same.\n";

#[test]
fn the_diagrams_in_the_documentation_are_drawn_from_the_tables() {
    use application::Stage;
    use demand::{DemandMove, DemandState};
    use enforcement::CaseState;
    use enquiry::EnquiryState;
    use exemption::ExemptionState;
    use inspection::InspectionState;
    use licence::LicenceState;
    use notice::{NoticeMove, NoticeState};
    use proceeding::ProceedingState;
    use reference::ReferenceState;
    use referral::ReferralState;
    let mut drawn = HEAD.to_owned();
    let parts = [
        draw("Application", Stage::ALL, &application::tests::steps(), |step| step.name(), Stage::after),
        draw("Licence", LicenceState::ALL, &licence::tests::steps(), |(name, _)| name, licence::tests::leads),
        draw(
            "Proceedings to vary or to revoke a licence",
            ProceedingState::ALL,
            &proceeding::tests::every_step(),
            |step| step.name(),
            ProceedingState::after,
        ),
        draw("Demand", DemandState::ALL, DemandMove::ALL, |step| step.as_str(), |from, step| from.after(*step)),
        draw("Notice", NoticeState::ALL, NoticeMove::ALL, |step| step.as_str(), |from, step| from.after(*step)),
        draw("Enforcement case", CaseState::ALL, &enforcement::tests::steps(), |step| step.name(), CaseState::after),
        draw(
            "Temporary exemption, and other exemptions",
            ExemptionState::ALL,
            &exemption::tests::steps(),
            |(name, _)| name,
            |from, (_, step)| from.after(step),
        ),
        draw(
            "Enquiry into a home without a licence",
            EnquiryState::ALL,
            &enquiry::tests::steps(),
            |(name, _)| name,
            |from, (_, step)| Some(step.leads_to()).filter(|to| from.may_become(*to)),
        ),
        draw(
            "Inspection",
            InspectionState::ALL,
            &inspection::tests::steps(),
            |step| step.name(),
            InspectionState::after,
        ),
        draw(
            "Referral from or to a partner",
            ReferralState::ALL,
            &referral::tests::every_step(),
            |step| step.name(),
            ReferralState::after,
        ),
        draw(
            "Request for a reference about a tenant",
            ReferenceState::ALL,
            &reference::tests::every_step(),
            |step| step.name(),
            ReferenceState::after,
        ),
    ];
    drawn.extend(parts);
    let kept = include_str!("../../../docs/states.md");
    assert!(drawn == kept, "docs/states.md is not what the tables say. It should be:\n{drawn}");
}
