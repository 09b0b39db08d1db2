//! "What is due": everything that is open for somebody, in all their homes, by date; and one duty with its date explained.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::look::Choice;
use super::notices;
use super::visitor::{Visitor, show};
use super::words::{Tag, days_left};
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::demand::Standing;
use crate::domain::id::ObligationId;
use crate::domain::scheme::ObligationKind;
use crate::http::form::{Id, Query};
use crate::http::problem::Problem;
use crate::storage::portfolio::{self, Home, OpenDuty, OpenItem, Portfolio};
use crate::storage::{certificates, licences, obligations, properties};

/// Entries on a page: forty homes with a demand each stay far below a hundred kilobytes.
const PAGE: usize = 50;
/// What is due so soon stands in a group of its own.
const SOON: Days = Days::new(14);

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    #[validate(length(max = 100))]
    home: String,
    #[serde(default)]
    #[validate(length(max = 300))]
    kind: String,
    page: Option<usize>,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    #[serde(skip)]
    due_on: Option<NaiveDate>,
    #[serde(skip)]
    group: Group,
    #[serde(skip)]
    home_id: String,
    href: String,
    what: String,
    home: String,
    holder: Option<String>,
    reference: Option<String>,
    due: Option<String>,
    days: Option<String>,
    waiting_until: Option<String>,
    tag: Tag,
}

/// What calls for something first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Late,
    Soon,
    Later,
    WithUs,
}

impl Group {
    const ALL: [Self; 4] = [Self::Late, Self::Soon, Self::Later, Self::WithUs];

    fn of(standing: Standing, due_on: Option<NaiveDate>, today: NaiveDate) -> Self {
        let soon = today.checked_add_days(SOON).unwrap_or(today);
        match standing {
            Standing::UnderReview | Standing::Closed => Self::WithUs,
            Standing::Overdue => Self::Late,
            Standing::Due | Standing::NotServed if due_on.is_none_or(|due| due <= soon) => Self::Soon,
            Standing::Due | Standing::NotServed => Self::Later,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Late => "Late",
            Self::Soon => "Due in the next 14 days",
            Self::Later => "Due later",
            Self::WithUs => "Sent: we are checking it",
        }
    }
}

impl Entry {
    fn of_item(open: OpenItem, today: NaiveDate) -> Self {
        let OpenItem { item, reference, home } = open;
        let standing = item.standing(today);
        Self {
            due_on: item.due_on,
            group: Group::of(standing, item.due_on, today),
            href: format!("/demands/{}/items/{}", item.demand_id, item.id),
            tag: Tag::of_item(&item, today),
            waiting_until: item.waiting_until.filter(|until| *until >= today).map(written_out),
            what: item.title,
            reference: Some(reference),
            ..Self::at(home, item.due_on, today)
        }
    }

    fn of_duty(open: OpenDuty, today: NaiveDate) -> Self {
        let OpenDuty { duty, waiting_since, home } = open;
        let standing = duty.standing(today, waiting_since);
        let group = Group::of(standing, Some(duty.due_on), today);
        Self {
            group,
            href: format!("/duties/{}", duty.id),
            what: duty.kind.title().to_owned(),
            tag: if group == Group::Later { Tag::AHEAD } else { Tag::of_duty(standing) },
            ..Self::at(home, Some(duty.due_on), today)
        }
    }

    fn at(home: Home, due_on: Option<NaiveDate>, today: NaiveDate) -> Self {
        Self {
            due_on,
            group: Group::Later,
            home_id: home.id.to_string(),
            href: String::new(),
            what: String::new(),
            home: home.address,
            holder: home.holder,
            reference: None,
            due: due_on.map(written_out),
            days: due_on.map(|due| days_left(due, today)),
            waiting_until: None,
            tag: Tag::AHEAD,
        }
    }
}

#[derive(Serialize)]
struct GroupView {
    title: &'static str,
    count: usize,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Due {
    notices: Vec<notices::Line>,
    summary: String,
    any: bool,
    groups: Vec<GroupView>,
    homes: Vec<Choice>,
    kinds: Vec<Choice>,
    home: String,
    kind: String,
    narrowed: bool,
    previous: Option<String>,
    next: Option<String>,
}

/// What is due.
pub(super) async fn list(app: Data<App>, visitor: Visitor, wanted: Query<Wanted>) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::ReadOwnCases, "due.html", move |_, db, guest| {
        let today = guest.cx.today();
        let notices = notices::open_to(db, guest.party, today)?;
        let portfolio = portfolio::of(db, guest.party)?;
        Ok(due(notices, entries(portfolio, today), &wanted.0))
    })
    .await
}

/// Everything that is open, what calls for something first, then by date.
fn entries(portfolio: Portfolio, today: NaiveDate) -> Vec<Entry> {
    let items = portfolio.items.into_iter().map(|open| Entry::of_item(open, today));
    let mut entries =
        items.chain(portfolio.duties.into_iter().map(|open| Entry::of_duty(open, today))).collect::<Vec<_>>();
    entries.sort_by(|one, other| {
        let place = |entry: &Entry| (entry.group, entry.due_on.unwrap_or(NaiveDate::MIN));
        place(one).cmp(&place(other)).then_with(|| (&one.home, &one.what).cmp(&(&other.home, &other.what)))
    });
    entries
}

fn due(notices: Vec<notices::Line>, all: Vec<Entry>, wanted: &Wanted) -> Due {
    let homes = choices(&all, "All homes", |entry| (entry.home.clone(), entry.home_id.clone()));
    let kinds = choices(&all, "Everything", |entry| (entry.what.clone(), entry.what.clone()));
    let summary = summary(&all, homes.len().saturating_sub(1));
    let any = !all.is_empty();
    let mut shown = all;
    shown.retain(|entry| wanted.home.is_empty() || entry.home_id == wanted.home);
    shown.retain(|entry| wanted.kind.is_empty() || entry.what == wanted.kind);
    let counts = Group::ALL.map(|group| shown.iter().filter(|entry| entry.group == group).count());
    let pages = shown.len().div_ceil(PAGE).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    let on_page = shown.into_iter().skip((page - 1) * PAGE).take(PAGE).collect::<Vec<_>>();
    let group = |(group, count): (Group, usize)| {
        let entries = on_page.iter().filter(|entry| entry.group == group).cloned().collect::<Vec<_>>();
        (!entries.is_empty()).then_some(GroupView { title: group.title(), count, entries })
    };
    Due {
        notices,
        summary,
        any,
        groups: Group::ALL.into_iter().zip(counts).filter_map(group).collect(),
        homes,
        kinds,
        home: wanted.home.clone(),
        kind: wanted.kind.clone(),
        narrowed: !wanted.home.is_empty() || !wanted.kind.is_empty(),
        previous: (page > 1).then(|| address(wanted, page - 1)),
        next: (page < pages).then(|| address(wanted, page + 1)),
    }
}

fn address(wanted: &Wanted, page: usize) -> String {
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |done, byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => done + &char::from(byte).to_string(),
            _ => done + &format!("%{byte:02X}"),
        })
    };
    format!("/due?home={}&kind={}&page={page}", encoded(&wanted.home), encoded(&wanted.kind))
}

fn choices(entries: &[Entry], all: &str, of: impl Fn(&Entry) -> (String, String)) -> Vec<Choice> {
    let mut known = entries.iter().map(of).collect::<Vec<_>>();
    known.sort();
    known.dedup();
    let first = Choice { value: String::new(), text: all.to_owned() };
    std::iter::once(first).chain(known.into_iter().map(|(text, value)| Choice { value, text })).collect()
}

/// "2 late, 5 due in the next 14 days, 40 due later and 1 that we are checking, in 38 homes."
fn summary(entries: &[Entry], homes: usize) -> String {
    let count = |group: Group| entries.iter().filter(|entry| entry.group == group).count();
    let said = [
        (count(Group::Late), "late"),
        (count(Group::Soon), "due in the next 14 days"),
        (count(Group::Later), "due later"),
        (count(Group::WithUs), "with us to check"),
    ];
    let said = said.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let homes = if homes == 1 { "one home".to_owned() } else { format!("{homes} homes") };
    format!("{}, in {homes}.", said.collect::<Vec<_>>().join(", "))
}

#[derive(Serialize)]
struct Duty {
    title: &'static str,
    home: String,
    licence: String,
    licence_href: String,
    is_own_inspection: bool,
    condition: Option<String>,
    what: Option<String>,
    how: Option<String>,
    due: String,
    days: String,
    because: String,
    tag: Tag,
    open: bool,
}

/// One duty with a date of its own.
pub(super) async fn duty(app: Data<App>, visitor: Visitor, id: Id<ObligationId>) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::ReadOwnCases, "duty.html", move |app, db, guest| {
        let duty = obligations::find_seen(db, guest.cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let licence = licences::find(db, duty.licence_id)?.ok_or(Error::NotFound)?;
        let home = properties::find(db, duty.property_id)?.ok_or(Error::NotFound)?;
        let waiting = certificates::waiting(db, &[licence.id])?.get(&duty.duty()).copied();
        let scheme = app.rules.of(&licence)?;
        let condition = duty.condition.as_deref().and_then(|number| scheme.condition(number));
        let today = guest.cx.today();
        Ok(Duty {
            title: duty.kind.title(),
            home: home.one_line(),
            licence_href: format!("/licences/{}", licence.id),
            is_own_inspection: duty.kind == ObligationKind::OwnInspection,
            licence: licence.number,
            condition: condition.map(|condition| format!("{} ({})", condition.number, condition.title)),
            what: condition.map(|condition| condition.what.clone()),
            how: condition.map(|condition| condition.how_to_answer.clone()),
            due: written_out(duty.due_on),
            days: days_left(duty.due_on, today),
            because: duty.due_basis.because(),
            tag: match duty.standing(today, waiting) {
                Standing::Due if Group::of(Standing::Due, Some(duty.due_on), today) == Group::Later => Tag::AHEAD,
                standing => Tag::of_duty(standing),
            },
            open: duty.closed_on.is_none(),
        })
    })
    .await
}
