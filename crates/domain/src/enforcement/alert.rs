//! The alerts that the last day for a notice of intent is near.

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::Case;
use crate::context::Context;
use crate::event::{Chain, Change, Happening};
use crate::scheme::Enforcement;
use crate::task::{Need, TaskKind};

impl Case {
    /// When the next alert is due; those that an earlier alert has overtaken never are.
    pub(super) fn schedule_alert(&mut self, scheme: &Enforcement) {
        let next = scheme.alert_days.iter().copied().find(|days| self.is_ahead(*days));
        let next = next.filter(|_| self.state.awaits_notice());
        self.alert_on = next.and_then(|days| self.limitation_on.checked_sub_days(Days::new(days.into())));
    }

    fn is_ahead(&self, days: u32) -> bool {
        self.alerted.is_none_or(|last| i64::from(days) < i64::from(last))
    }

    /// Alerts officers that the limitation date is near, once for each of the scheme's days. After nights that were missed, one
    /// alert stands for all that were due.
    #[must_use]
    pub fn alert(mut self, cx: &Context, scheme: &Enforcement, night: NaiveDate) -> Option<(Change<Self>, Need)> {
        self.alert_on.filter(|due| *due <= night)?;
        let left = (self.limitation_on - night).num_days();
        let reached = scheme.alert_days.iter().copied().filter(|days| left <= i64::from(*days));
        let days = reached.filter(|days| self.is_ahead(*days)).min()?;
        self.alerted = i32::try_from(days).ok();
        self.schedule_alert(scheme);
        let need = self.need(left);
        let facts = json!({ "days": days, "limitation": self.limitation_basis, "next": self.alert_on });
        let chain = Chain::Case(self.property_id);
        Some((Change::new(cx, chain, Happening::LimitationNear, &self.id.clone(), facts, self), need))
    }

    fn need(&self, left: i64) -> Need {
        let last = self.limitation_on;
        let when = match left {
            ..0 => format!("the last day for a notice of intent was {last}"),
            0 => "today is the last day for a notice of intent".to_owned(),
            _ => format!("the last day for a notice of intent is {last}, in {left} days"),
        };
        Need {
            kind: TaskKind::LimitationNear,
            key: format!("{} {last} {}", self.id, self.alerted.unwrap_or_default()),
            property_id: Some(self.property_id),
            letter_id: None,
            title: format!("{}: {when}", self.reference),
            detail: format!("The case is {}. {}", self.state, self.limitation_basis.because()),
        }
    }
}
