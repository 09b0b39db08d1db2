//! A duty with a date of its own, without a demand: the yearly gas record, the electrical report's end, the landlord's
//! own inspection, the licence's last day.

use chrono::NaiveDate;
use serde_json::json;

use super::breach::Ground;
use super::calendar::{BankHolidays, CannotCount, Counted, Occasion, Trigger, london};
use super::certificate::Certificate;
use super::context::Context;
use super::demand::Standing;
use super::event::{Chain, Change, Happening};
use super::id::{CertificateId, LicenceId, ObligationId, PropertyId, words};
use super::licence::Licence;
use super::property::Property;
use super::scheme::{GasYear, Obligation as Rule, ObligationKind, Scheme};

words! {
    /// What has become of it.
    ObligationState {
        /// Its date is ahead, or past with nothing.
        Open = "open",
        /// Met in time.
        Met = "met",
        /// Met after its date.
        MetLate = "met_late",
        /// Ended with its licence, or for another reason.
        Closed = "closed",
    }
}

words! {
    /// What moves an obligation from one state to another.
    ObligationMove {
        /// A record that came in on time meets it.
        Meet = "meet",
        /// A record that came in after its date meets it.
        MeetLate = "meet_late",
        /// It ends without being met.
        Close = "close",
    }
}

impl ObligationState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: ObligationMove) -> Option<Self> {
        match (self, step) {
            (Self::Open, ObligationMove::Meet) => Some(Self::Met),
            (Self::Open, ObligationMove::MeetLate) => Some(Self::MetLate),
            (Self::Open, ObligationMove::Close) => Some(Self::Closed),
            (Self::Met | Self::MetLate | Self::Closed, _) => None,
        }
    }
}

/// A duty with a date of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Obligation {
    /// Its identifier.
    pub id: ObligationId,
    /// The licence.
    pub licence_id: LicenceId,
    /// The home.
    pub property_id: PropertyId,
    /// The area, for lists.
    pub area_code: Option<String>,
    /// Which duty.
    pub kind: ObligationKind,
    /// Number of the condition, if it rests on one.
    pub condition: Option<String>,
    /// The last day on which it is met in time.
    pub due_on: NaiveDate,
    /// Why it is that day.
    pub due_basis: Counted,
    /// What has become of it.
    pub state: ObligationState,
    /// The record that set its date.
    pub source_id: Option<CertificateId>,
    /// The record that met it.
    pub met_by: Option<CertificateId>,
    /// The day on which it ended.
    pub closed_on: Option<NaiveDate>,
    /// The night from which the check must look at it again; `None` while it calls for nothing.
    pub next_call_on: Option<NaiveDate>,
    /// Reminders up to this day are dealt with.
    pub called_through: NaiveDate,
    /// Whether the calendar proposed a breach.
    pub breach_proposed: bool,
    /// Counts changes.
    pub revision: i64,
}

/// What a duty is one of a kind by: no home has two open ones of a kind under a licence.
pub type Duty = (LicenceId, PropertyId, ObligationKind);

/// Why something about an obligation is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Over already.
    #[error("this obligation is over ({0})")]
    Over(ObligationState),
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Over(_) => "obligation-over",
            Self::NoReason => "no-reason",
        }
    }
}

impl Obligation {
    /// The duties of one home that begin with a licence: each kind of the scheme whose date follows from the licence itself.
    /// The licence's own end is told once, with its address of record.
    ///
    /// A duty that runs from a record, such as the end of an electrical report, begins when that record is accepted.
    ///
    /// # Errors
    /// [`CannotCount`] if a date lies beyond the calendar.
    pub fn begin_with(
        cx: &Context,
        scheme: &Scheme,
        licence: &Licence,
        home: &Property,
    ) -> Result<Vec<Change<Self>>, CannotCount> {
        let mut begun = Vec::new();
        for rule in &scheme.obligations {
            let due = match rule.kind {
                ObligationKind::GasYearly if !home.gas_supplied.unwrap_or(true) => continue,
                ObligationKind::ElectricalExpiry | ObligationKind::RemedialWork => continue,
                ObligationKind::LicenceEnd if home.id != licence.property_id => continue,
                ObligationKind::LicenceEnd => licence.end_basis.clone(),
                ObligationKind::GasYearly | ObligationKind::OwnInspection => {
                    let months = rule.months.unwrap_or(YEAR);
                    Counted::months_beginning_with(months, Trigger::new(licence.starts_on, Occasion::LicenceStart))?
                }
            };
            begun.push(Self::set(cx, licence, home.id, rule, due, None));
        }
        Ok(begun)
    }

    /// The duty that follows from an accepted record, if any. `open` is the duty of that kind that still runs for the home.
    ///
    /// A record that had run out when it came in, or that finds the home unsafe, meets nothing and sets nothing: the
    /// duty stays open until a good one comes. Nor does a record that reaches less far than the one behind `open`.
    ///
    /// # Errors
    /// [`CannotCount`] if its date lies beyond the calendar.
    pub fn following(
        cx: &Context,
        scheme: &Scheme,
        licence: &Licence,
        record: &Certificate,
        open: Option<&Self>,
    ) -> Result<Option<Change<Self>>, CannotCount> {
        let Some(rule) = ObligationKind::renewed_by(record.kind).and_then(|kind| scheme.obligation(kind)) else {
            return Ok(None);
        };
        if !record.covers(london::today(record.received_at)) {
            return Ok(None);
        }
        let by_anniversary =
            rule.kind == ObligationKind::GasYearly && scheme.policy.gas_year_from == GasYear::LicenceAnniversary;
        let due = match &record.valid_basis {
            Some(valid) if !by_anniversary => valid.clone(),
            _ => {
                let past = open.map_or(cx.today(), |open| open.due_on.max(cx.today()));
                next_anniversary(licence, past, rule.months.unwrap_or(YEAR))?
            }
        };
        if open.is_some_and(|open| open.source_id.is_some() && due.on() <= open.due_on) {
            return Ok(None);
        }
        Ok(Some(Self::set(cx, licence, record.property_id, rule, due, Some(record.id))))
    }

    /// The work that an unsatisfactory electrical report requires: within the scheme's days from the inspection, or sooner
    /// where the report says so (SI 2020/312, regulation 3).
    ///
    /// # Errors
    /// [`CannotCount`] if its date lies beyond the calendar.
    pub fn remedial(
        cx: &Context,
        scheme: &Scheme,
        licence: &Licence,
        report: &Certificate,
    ) -> Result<Option<Change<Self>>, CannotCount> {
        let rule = scheme.obligation(ObligationKind::RemedialWork).filter(|_| report.requires_work());
        let Some((rule, days)) = rule.and_then(|rule| Some((rule, rule.days?))) else { return Ok(None) };
        let inspection = Trigger::new(report.particulars.checked_on, Occasion::ElectricalInspection);
        let mut due = Counted::days_beginning_with(days, inspection)?;
        if let Some(sooner) = report.particulars.remedy_by.filter(|by| *by < due.on()) {
            let own = Counted::chosen(sooner, "the electrical report", "its own time for the work")?;
            due = Counted::earliest_of(vec![due, own], &BankHolidays::none())?;
        }
        Ok(Some(Self::set(cx, licence, report.property_id, rule, due, Some(report.id))))
    }

    fn set(
        cx: &Context,
        licence: &Licence,
        home: PropertyId,
        rule: &Rule,
        due: Counted,
        source: Option<CertificateId>,
    ) -> Change<Self> {
        let id = ObligationId::new(cx);
        let today = cx.today();
        let facts = json!({ "kind": rule.kind, "condition": rule.condition, "due": due, "source": source });
        let obligation = Self {
            id,
            licence_id: licence.id,
            property_id: home,
            area_code: licence.area_code.clone(),
            kind: rule.kind,
            condition: rule.condition.clone(),
            due_on: due.on(),
            state: ObligationState::Open,
            source_id: source,
            met_by: None,
            closed_on: None,
            next_call_on: super::reminder::first_call(due.on(), &rule.ladder, rule.proposes_breach, today)
                .filter(|call| *call <= licence.ends_on),
            called_through: today,
            due_basis: due,
            breach_proposed: false,
            revision: 1,
        };
        Change::new(cx, Chain::Case(home), Happening::ObligationSet, &id, facts, obligation)
    }

    /// A record meets it; whether in time is decided by the London day on which the record came in.
    ///
    /// # Errors
    /// A [`Refusal`] if it is over.
    pub fn meet(
        mut self,
        cx: &Context,
        record: CertificateId,
        received_on: NaiveDate,
    ) -> Result<Change<Self>, Refusal> {
        let late = received_on > self.due_on;
        let state = self.next(if late { ObligationMove::MeetLate } else { ObligationMove::Meet })?;
        self.met_by = Some(record);
        // A late record does not undo the breach: one more look proposes it, if no night has.
        let look_on = (late && !self.breach_proposed).then(|| cx.today());
        Ok(self.end(cx, state, look_on, json!({ "state": state, "record": record, "received_on": received_on })))
    }

    /// It ends without being met, for instance with its licence.
    ///
    /// # Errors
    /// A [`Refusal`] if it is over, or the reason is empty.
    pub fn close(self, cx: &Context, reason: &str) -> Result<Change<Self>, Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let state = self.next(ObligationMove::Close)?;
        Ok(self.end(cx, state, None, json!({ "state": state, "reason": reason })))
    }

    fn next(&self, step: ObligationMove) -> Result<ObligationState, Refusal> {
        self.state.after(step).ok_or(Refusal::Over(self.state))
    }

    fn end(
        mut self,
        cx: &Context,
        state: ObligationState,
        look_on: Option<NaiveDate>,
        facts: serde_json::Value,
    ) -> Change<Self> {
        self.state = state;
        self.closed_on = Some(cx.today());
        self.next_call_on = look_on;
        let chain = Chain::Case(self.property_id);
        Change::new(cx, chain, Happening::ObligationClosed, &self.id.clone(), facts, self)
    }

    /// What a breach that was proposed for it rests on by now. `waiting_since` is as for [`Self::standing`].
    #[must_use]
    pub fn ground(&self, waiting_since: Option<NaiveDate>) -> Ground {
        match self.state {
            ObligationState::Met => Ground::Gone("a record that came in on time was accepted"),
            ObligationState::Open if waiting_since.is_some_and(|on| on <= self.due_on) => Ground::AnswerWaits,
            _ => Ground::Stands,
        }
    }

    /// Which duty it is.
    #[must_use]
    pub fn duty(&self) -> Duty {
        (self.licence_id, self.property_id, self.kind)
    }

    /// How it stands on a day. `waiting_since` is the London day on which the earliest record came in that may meet it and
    /// that no officer has assessed.
    #[must_use]
    pub fn standing(&self, today: NaiveDate, waiting_since: Option<NaiveDate>) -> Standing {
        if self.closed_on.is_some() {
            Standing::Closed
        } else if waiting_since.is_some_and(|on| on <= self.due_on) {
            Standing::UnderReview
        } else if today > self.due_on {
            Standing::Overdue
        } else {
            Standing::Due
        }
    }
}

const YEAR: u32 = 12;

/// The last day of the licence's first period that ends after that day.
fn next_anniversary(licence: &Licence, past: NaiveDate, months: u32) -> Result<Counted, CannotCount> {
    let mut periods = 1;
    loop {
        let start = Trigger::new(licence.starts_on, Occasion::LicenceStart);
        let end = Counted::months_beginning_with(months.saturating_mul(periods), start)?;
        if end.on() > past {
            return Ok(end);
        }
        periods += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{InspectionResult, Particulars};
    use crate::licence::Grant;
    use crate::scheme::DocumentKind;
    use crate::states::only_these_ways;
    use crate::testing::{day, holidays, home, invented, key, licence, on, scheme, terms};
    use ObligationKind as K;

    fn begun(scheme: &Scheme, licence: &Licence, gas: bool) -> Vec<Obligation> {
        let cx = on(&licence.granted_on.to_string());
        let begun = Obligation::begin_with(&cx, scheme, licence, &home(Some(gas))).unwrap();
        begun.into_iter().map(Change::into_entity).collect()
    }

    fn duties(obligations: &[Obligation]) -> Vec<(K, String)> {
        obligations.iter().map(|duty| (duty.kind, duty.due_on.to_string())).collect()
    }

    fn harbourside() -> Licence {
        let first = day("2031-03-01");
        let grant = Grant { granted_on: first, starts_on: first, years: 2, ..terms() };
        Licence::grant(&on("2031-03-01"), &invented(), grant).unwrap().into_entity()
    }

    /// A record of that kind, checked and received on those days.
    fn record(kind: DocumentKind, checked_on: &str, received_on: &str, result: InspectionResult) -> Certificate {
        let said = Particulars {
            checked_on: day(checked_on),
            registration: Some("123456".to_owned()),
            signed_by: Some("A Khan".to_owned()),
            result: Some(result),
            ..Particulars::default()
        };
        Certificate::record(&on(received_on), home(None).id, None, kind, said).unwrap().into_entity()
    }

    fn gas(checked_on: &str, received_on: &str) -> Certificate {
        record(DocumentKind::GasSafetyRecord, checked_on, received_on, InspectionResult::Satisfactory)
    }

    fn following(today: &str, record: &Certificate, open: Option<&Obligation>) -> Option<Obligation> {
        let next = Obligation::following(&on(today), &scheme(), &licence(), record, open).unwrap();
        next.map(Change::into_entity)
    }

    fn gas_duty() -> Obligation {
        begun(&scheme(), &licence(), true).into_iter().find(|duty| duty.kind == K::GasYearly).unwrap()
    }

    #[test]
    fn a_licence_begins_the_duties_whose_dates_follow_from_it() {
        let duty = |kind, due_on: &str| (kind, due_on.to_owned());
        let yearly = duty(K::GasYearly, "2025-12-01");
        let rest = [duty(K::OwnInspection, "2025-12-01"), duty(K::LicenceEnd, "2029-10-31")];
        let with_gas = [std::slice::from_ref(&yearly), &rest].concat();
        assert_eq!(duties(&begun(&scheme(), &licence(), true)), with_gas);
        assert_eq!(duties(&begun(&scheme(), &licence(), false)), rest);
        let elsewhere = [duty(K::GasYearly, "2032-01-31"), duty(K::LicenceEnd, "2033-02-28")];
        assert_eq!(duties(&begun(&invented(), &harbourside(), true)), elsewhere);
    }

    #[test]
    fn every_home_of_a_licence_has_duties_of_its_own_and_the_licences_end_is_told_once() {
        let other = Property { id: PropertyId(key("14 Made-up Street")), ..home(Some(true)) };
        let cx = on("2024-12-02");
        let begun = Obligation::begin_with(&cx, &scheme(), &licence(), &other).unwrap();
        let begun = begun.into_iter().map(Change::into_entity).collect::<Vec<_>>();
        let duty = |kind, due_on: &str| (kind, due_on.to_owned());
        assert_eq!(duties(&begun), [duty(K::GasYearly, "2025-12-01"), duty(K::OwnInspection, "2025-12-01")]);
        assert!(begun.iter().all(|duty| duty.property_id == other.id));
        let record = Certificate { property_id: other.id, ..gas("2025-01-10", "2025-01-22") };
        assert_eq!(following("2025-01-22", &record, None).unwrap().property_id, other.id);
    }

    #[test]
    fn a_duty_is_first_called_on_its_earliest_rung_and_never_after_its_licence() {
        assert_eq!(gas_duty().next_call_on, Some(day("2025-10-02")), "60 days before");
        let next = following("2029-09-03", &gas("2029-09-01", "2029-09-03"), None).unwrap();
        assert_eq!((next.due_on, next.next_call_on), (day("2030-09-01"), None));
    }

    #[test]
    fn the_next_duty_follows_from_the_record_that_met_the_last() {
        for (kind, next, due_on) in [
            (DocumentKind::GasSafetyRecord, K::GasYearly, "2026-01-10"),
            (DocumentKind::ElectricalReport, K::ElectricalExpiry, "2030-01-10"),
            (DocumentKind::InspectionRecord, K::OwnInspection, "2026-01-10"),
        ] {
            let record = record(kind, "2025-01-10", "2025-01-22", InspectionResult::Satisfactory);
            let duty = following("2025-01-22", &record, None).unwrap();
            assert_eq!((duty.kind, duty.due_on, duty.source_id), (next, day(due_on), Some(record.id)));
        }
        let declaration = record(DocumentKind::References, "2025-01-10", "2025-01-22", InspectionResult::Satisfactory);
        assert!(following("2025-01-22", &declaration, None).is_none());
    }

    #[test]
    fn by_the_licences_anniversary_each_period_has_its_own_duty() {
        let licence = harbourside();
        let open = begun(&invented(), &licence, true).into_iter().find(|duty| duty.kind == K::GasYearly).unwrap();
        for (received_on, open, due_on) in [
            ("2031-04-01", Some(&open), "2032-12-31"),
            ("2032-01-31", Some(&open), "2032-12-31"),
            ("2032-02-15", Some(&open), "2032-12-31"),
            ("2031-04-01", None, "2032-01-31"),
        ] {
            let record = gas("2031-03-20", received_on);
            let next = Obligation::following(&on(received_on), &invented(), &licence, &record, open).unwrap();
            assert_eq!(next.unwrap().entity().due_on, day(due_on), "received {received_on}");
        }
    }

    #[test]
    fn an_unsafe_or_spent_record_meets_nothing_and_sets_nothing() {
        let open = gas_duty();
        let spent = gas("2024-01-10", "2025-01-22");
        assert!(following("2025-01-22", &spent, Some(&open)).is_none());
        let last_day = gas("2024-01-22", "2025-01-22");
        assert_eq!(following("2025-01-22", &last_day, Some(&open)).unwrap().due_on, day("2025-01-22"));
        for kind in [DocumentKind::GasSafetyRecord, DocumentKind::ElectricalReport] {
            let danger = record(kind, "2025-01-10", "2025-01-22", InspectionResult::Unsatisfactory);
            assert!(following("2025-01-22", &danger, None).is_none(), "{kind}");
        }
    }

    #[test]
    fn a_record_that_reaches_less_far_than_the_one_on_file_changes_nothing() {
        let open = following("2025-01-22", &gas("2025-01-10", "2025-01-22"), Some(&gas_duty())).unwrap();
        for (checked_on, due_on) in [("2024-12-01", None), ("2025-01-10", None), ("2025-01-11", Some("2026-01-11"))] {
            let next = following("2025-01-23", &gas(checked_on, "2025-01-23"), Some(&open));
            assert_eq!(next.map(|duty| duty.due_on), due_on.map(day), "checked {checked_on}");
        }
    }

    #[test]
    fn a_duty_is_met_in_time_through_its_last_day() {
        for (received_on, state, look_on) in [
            ("2025-11-30", ObligationState::Met, None),
            ("2025-12-01", ObligationState::Met, None),
            ("2025-12-02", ObligationState::MetLate, Some("2025-12-20")),
        ] {
            let met = gas_duty().meet(&on("2025-12-20"), CertificateId(key("record")), day(received_on)).unwrap();
            let met = met.into_entity();
            let looked = (met.state, met.closed_on, met.next_call_on);
            assert_eq!(looked, (state, Some(day("2025-12-20")), look_on.map(day)), "received {received_on}");
        }
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use ObligationMove as M;
        use ObligationState as S;
        let ways: &[(&[S], M, S)] =
            &[(&[S::Open], M::Meet, S::Met), (&[S::Open], M::MeetLate, S::MetLate), (&[S::Open], M::Close, S::Closed)];
        let (cx, record) = (on("2025-12-20"), CertificateId(key("record")));
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let duty = Obligation { state: from, ..gas_duty() };
                let moved = match step {
                    M::Meet => duty.meet(&cx, record, day("2025-12-01")),
                    M::MeetLate => duty.meet(&cx, record, day("2025-12-02")),
                    M::Close => duty.close(&cx, "the licence ended"),
                };
                moved.ok().map(|change| change.entity().state)
            },
        );
    }

    #[test]
    fn a_duty_is_overdue_from_the_day_after_unless_a_record_in_time_waits_and_ends_once() {
        let open = gas_duty();
        for (today, waiting_since, standing) in [
            ("2025-12-01", None, Standing::Due),
            ("2025-12-01", Some("2025-12-01"), Standing::UnderReview),
            ("2025-12-02", None, Standing::Overdue),
            ("2025-12-02", Some("2025-12-01"), Standing::UnderReview),
            ("2025-12-02", Some("2025-12-02"), Standing::Overdue),
        ] {
            assert_eq!(open.standing(day(today), waiting_since.map(day)), standing, "{today} {waiting_since:?}");
        }
        let cx = on("2025-12-05");
        assert_eq!(open.clone().close(&cx, " ").unwrap_err(), Refusal::NoReason);
        let closed = open.close(&cx, "the licence ended").unwrap().into_entity();
        assert_eq!(closed.standing(day("2026-01-01"), None), Standing::Closed);
        let over = Refusal::Over(ObligationState::Closed);
        assert_eq!(closed.clone().close(&cx, "again").unwrap_err(), over);
        assert_eq!(closed.meet(&cx, CertificateId(key("record")), day("2025-12-05")).unwrap_err(), over);
    }

    #[test]
    fn each_due_date_can_be_counted_again() {
        for duty in begun(&scheme(), &licence(), true) {
            assert_eq!(duty.due_basis.recount(&holidays()).unwrap(), duty.due_on, "{}", duty.due_basis.because());
        }
    }

    #[test]
    fn a_report_that_finds_danger_requires_its_work_within_the_schemes_days_or_sooner() {
        let cx = on("2025-01-22");
        for (remedy_by, due_on) in
            [(None, "2025-02-06"), (Some("2025-01-31"), "2025-01-31"), (Some("2025-03-01"), "2025-02-06")]
        {
            let mut report =
                record(DocumentKind::ElectricalReport, "2025-01-10", "2025-01-22", InspectionResult::Unsatisfactory);
            report.particulars.remedy_by = remedy_by.map(day);
            let work = Obligation::remedial(&cx, &scheme(), &licence(), &report).unwrap().unwrap().into_entity();
            assert_eq!((work.kind, work.due_on, work.source_id), (K::RemedialWork, day(due_on), Some(report.id)));
            assert_eq!(work.due_basis.recount(&holidays()).unwrap(), work.due_on, "{}", work.due_basis.because());
        }
        for (kind, result) in [
            (DocumentKind::ElectricalReport, InspectionResult::Satisfactory),
            (DocumentKind::GasSafetyRecord, InspectionResult::Unsatisfactory),
        ] {
            let clean = record(kind, "2025-01-10", "2025-01-22", result);
            assert!(Obligation::remedial(&cx, &scheme(), &licence(), &clean).unwrap().is_none(), "{kind} {result}");
        }
    }
}
