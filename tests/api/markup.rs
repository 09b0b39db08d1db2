//! Markup that people write stays text, on every page and in every mail (P50).
//!
//! One case is made in which every text says [`MARK`]. Then each payload takes the place of that text wherever it is stored,
//! and what a browser makes of each page and mail must be what it makes of harmless words of the same length.

use std::collections::BTreeSet;

use selective_licensing::actions::enforcement::{self, Asked, Named, Wanted};
use selective_licensing::actions::inspections;
use selective_licensing::actions::letters::contents;
use selective_licensing::actions::referrals::{self, Said};
use selective_licensing::actions::sign_in::Invitation;
use selective_licensing::actions::{Expected, enquiries, exemptions, references};
use selective_licensing::compose::{compose, sign_in};
use selective_licensing::domain::actor::Role;
use selective_licensing::domain::demand::Outcome;
use selective_licensing::domain::enforcement::{CaseLetterKind, CaseSource, Factor, FactorKind, Step, Working};
use selective_licensing::domain::enquiry::{EnquiryLetterKind, IntelligenceSource, Opening};
use selective_licensing::domain::exemption::{ExemptionKind, ExemptionLetterKind, Notification};
use selective_licensing::domain::id::{ApplicationId, Spelled as _};
use selective_licensing::domain::inspection::{InspectionLetterKind, NoticeTo, Purpose};
use selective_licensing::domain::letter::LetterKind;
use selective_licensing::domain::property::Capacity;
use selective_licensing::domain::reference::{Colour, ConsentHow, ReferenceStep, Request, TenantConsent};
use selective_licensing::domain::referral::Direction;
use serde_json::Value;

use crate::pages::{Case, addresses, declared};
use crate::pages_apply::{ALL, GROUPS, SIGNED, fill_in};
use crate::support::browser::{encoded, skeleton};
use crate::support::files::pdf;
use crate::support::pages::Pages;

const MARK: &str = "Plainword";
/// Every payload is filled up to so many characters.
const LENGTH: usize = 100;
/// A file that is sent among many, and finds its item whatever the home is called.
const MANY: &str = "100000000001 gas.pdf";
/// Part of what it is filled up with.
const FILL: &str = "xxxxxxxxxx";

const PAYLOADS: [&str; 60] = [
    // Elements.
    "<script>alert(1)</script>",
    "<ScRiPt src=//x></sCrIpT >",
    "<script\n>alert(1)</script\n>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=//x></object><embed src=//x>",
    "<link rel=stylesheet href=//x>",
    "<meta http-equiv=refresh content=\"0;url=//x\">",
    "<base href=//x/>",
    "<form action=//x><input name=email><button>Go on</button></form>",
    "<a href=\"javascript:alert(1)\">What is due</a>",
    "<details open ontoggle=alert(1)>",
    "<template><p>x</p></template>",
    "<custom-element is=x>",
    "<h1>Your licence is revoked</h1>",
    "<p>",
    "<b",
    "<",
    "</",
    // What ends an element in which it may stand.
    "</title><h1>x</h1>",
    "</textarea><h1>x</h1>",
    "</select></option><h1>x</h1>",
    "</style><h1>x</h1>",
    "</script><h1>x</h1>",
    "</main></body></html><iframe src=//x></iframe>",
    "</td></tr></table><h1>x</h1>",
    "</dd></dl></li></ul></a></span></strong></p></div></div></div>",
    "</noscript></iframe></noembed></noframes></plaintext></xmp><h1>x</h1>",
    // What ends an attribute.
    "\"><h1>x</h1>",
    "'><h1>x</h1>",
    "\" onmouseover=\"alert(1)\" x=\"",
    "' onmouseover='alert(1)' x='",
    "\" autofocus onfocus=alert(1) \"",
    "` onmouseover=alert(1) `",
    " onmouseover=alert(1) ",
    "\"/><script>alert(1)</script>",
    "x\" style=\"position:fixed;inset:0\" class=\"",
    "=\"\"'``>",
    // Comments, declarations and other states of a parser.
    "<!--",
    "--><h1>x</h1>",
    "--!><h1>x</h1><!--",
    "<!DOCTYPE html>",
    "<![CDATA[<h1>x</h1>]]>",
    "<?xml version=\"1.0\"?><?php echo 1 ?>",
    "<!--[if mso]><h1>x</h1><![endif]-->",
    // What a second reading would make of it.
    "&lt;h1&gt;x&lt;/h1&gt;",
    "&#60;h1&#62;x",
    "&#x3c;h1&#x3e;x&",
    "&amp;lt;h1&amp;gt;&quot; onclick=&quot;",
    "%3Ch1%3Ex%3C%2Fh1%3E",
    "\\u003ch1\\u003e\\x3ch1\\x3e\\",
    "{{ shell.council }}{% if 1 %}<h1>x</h1>{% endif %}{# x",
    "{% raw %}{{ 7 * 7 }}${7*7}#{7*7}<%= 7*7 %>",
    "＜h1＞x＜/h1＞ ‹h1›",
    "<h1\u{a0}x><a\u{3000}href=//x>文<\u{301}b>",
];

/// The texts that somebody fills in, or that name what was filled in, and a page or mail shows.
const FIELDS: [&str; 27] = [
    "accounts.email",
    "accounts.name",
    "application_forms.answers",
    "application_forms.people",
    "application_forms.sent",
    "applications.reason",
    "certificates.particulars",
    "demands.legal_basis",
    "demands.reference",
    "documents.name",
    "items.title",
    "letters.facts",
    "letters.recipient_name",
    "licences.number",
    "notices.reasons",
    "parties.address",
    "parties.name",
    "properties.address",
    "properties.postcode",
    "properties.street",
    "recipients.deemed_basis",
    "recipients.evidence",
    "reminders.reference",
    "reminders.title",
    "representations.text",
    "responses.assessment",
    "responses.text",
];

/// A case, the addresses of its pages, and every column in which the mark stands.
struct Marked {
    case: Case,
    paths: Vec<String>,
    columns: Vec<Column>,
}

/// A column of a table.
struct Column {
    table: String,
    name: String,
    is_json: bool,
}

impl Marked {
    fn new() -> Self {
        let pages = Pages::open();
        let world = &pages.desk.world;
        let (khan, agent) = (world.landlord(MARK, true), world.landlord(&format!("Agent {MARK}"), true));
        let licence = world.licensed_home(&khan, Some(&agent));
        let demand = world.served_demand(&licence, &["1", "6", "9.6"], "2025-01-23");
        let browser = pages.signed_in(agent.id, Role::Agent);
        let mut case = Case { pages, khan, licence, demand, browser };
        let receipts = answered(&mut case);
        case.pages.desk.world.assess(&case.demand, Outcome::Rejected, MARK);
        case.pages.desk.world.night("2025-02-05");
        case.browser = case.pages.signed_in(agent.id, Role::Agent);
        let form = case.browser.open("/due/files");
        case.browser.send_files(&form, &[(MANY, "application/pdf", &pdf("/Many true"))]).expect(200);
        let mut paths = receipts.iter().flat_map(|receipt| addresses(&case, receipt)).collect::<BTreeSet<_>>();
        paths.extend([case.item("6"), case.item("9.6")]);
        let (own, sent) = of_their_own_accord(&mut case);
        paths.extend(own);
        case.pages.desk.world.proposed(sent, MARK);
        paths.extend(commented(&mut case));
        inspected(&case);
        partners_and_references(&case);
        exempted_and_enquired(&case);
        penalised(&case);
        case.pages.desk.world.post();
        let paths = paths.into_iter().collect();
        let mut marked = Self { case, paths, columns: Vec::new() };
        marked.columns = marked.mark();
        marked
    }

    /// Puts the mark into every text that was written otherwise; then every column that holds it.
    fn mark(&self) -> Vec<Column> {
        let database = &self.case.pages.desk.world.database;
        for field in FIELDS {
            let (table, column) = field.split_once('.').unwrap();
            let own = if field == "accounts.email" { " || id" } else { "" };
            let is_text = format!("{column} <> 'null' AND substr({column}, 1, 1) NOT IN ('{{', '[')");
            database.run(&format!("UPDATE {table} SET {column} = '{MARK}'{own} WHERE {is_text}"));
        }
        // In small letters, as it is searched for; that stays, so that the home is found whatever it says.
        database.run(&format!("UPDATE properties SET search = '{}'", MARK.to_lowercase()));
        let all = database
            .tables()
            .into_iter()
            .flat_map(|table| database.columns(&table).into_iter().map(move |column| (table.clone(), column)));
        let holds = |table: &str, column: &str, text: &str| {
            database.count(&format!("{table} WHERE CAST({column} AS TEXT) LIKE '%{text}%'")) > 0
        };
        let all = all.filter(|(table, _)| table != "events").collect::<Vec<_>>();
        for (table, column) in &all {
            for told in ["signed receipt", "Amy''s notebook"] {
                if holds(table, column, told) {
                    database.run(&format!("UPDATE {table} SET {column} = replace({column}, '{told}', '{MARK}')"));
                }
            }
        }
        let marked = all.into_iter().filter(|(table, name)| holds(table, name, MARK));
        let columns = marked.map(|(table, name)| {
            let is_json = database.count(&format!("{table} WHERE substr({name}, 1, 1) IN ('{{', '[')")) > 0;
            Column { table, name, is_json }
        });
        columns.collect()
    }

    /// Puts one text in the place of another wherever it is stored, in plain columns and in those of JSON.
    fn replace(&self, from: &str, to: &str) {
        let sql = |text: &str| text.replace('\'', "''");
        let json = |text: &str| {
            let quoted = Value::from(text).to_string();
            sql(&quoted[1..quoted.len() - 1])
        };
        let swaps = self.columns.iter().map(|Column { table, name, is_json }| {
            let (from, to) = if *is_json { (json(from), json(to)) } else { (sql(from), sql(to)) };
            format!("UPDATE {table} SET {name} = replace({name}, '{from}', '{to}')")
        });
        self.case.pages.desk.world.database.run(&swaps.collect::<Vec<_>>().join("; "));
    }

    /// What a browser makes of every page and mail while every text is this one.
    fn seen(&mut self, text: &str) -> Vec<(String, Vec<String>)> {
        let (mut seen, mut shown) = (Vec::new(), 0);
        for path in &self.paths {
            self.case.browser.open("/sign-in");
            let page = self.case.browser.open(path);
            shown += usize::from(page.html.contains(FILL));
            seen.push((path.clone(), page.skeleton()));
        }
        assert!(shown >= 30, "the text is on {shown} of {} pages", self.paths.len());
        seen.extend(self.forms(text));
        seen.extend(self.mails());
        seen
    }

    /// The forms that show again what was typed into them, and what is told of an address.
    fn forms(&mut self, text: &str) -> Vec<(String, Vec<String>)> {
        // Of more than one line a form would say that, too.
        let text = text.replace('\n', " ");
        let text = text.as_str();
        let browser = &mut self.case.browser;
        let typed = encoded(&[("q".to_owned(), text.to_owned())]);
        let mut seen = vec![("homes".to_owned(), browser.get(&format!("/homes?{typed}")).skeleton())];
        let found = browser.open(&format!("/homes?q={MARK}"));
        assert!(found.html.contains("in a licence area"), "{}", found.text());
        seen.push(("a home".to_owned(), found.skeleton()));
        seen.push(("nowhere".to_owned(), browser.get(&format!("/{typed}")).expect(404).skeleton()));
        let form = browser.open("/sign-in");
        seen.push(("sign-in".to_owned(), browser.submit(&form, &[("email", text)]).expect(422).skeleton()));
        let (alarms, item) = (self.case.alarms(), self.case.item("9.6"));
        let browser = &mut self.case.browser;
        let form = browser.open(&alarms);
        let fields = [("storey-1-place", text), ("storey-1-position", text), ("signed-by", text), ("has-rooms", text)];
        let fields = [&fields[..], &[("storey-1-tested-day", text)]].concat();
        seen.push(("alarms".to_owned(), browser.submit(&form, &fields).expect(422).skeleton()));
        let form = browser.open(&format!("{item}/files"));
        let files: [(&str, &str, &[u8]); 1] = [(text, "application/pdf", b"no PDF at all")];
        seen.push(("files".to_owned(), browser.send_files(&form, &files).expect(422).skeleton()));
        let form = browser.open("/due/files");
        let known = pdf("/Many true");
        let files: [(&str, &str, &[u8]); 2] = [(text, "application/pdf", &known), (MANY, "application/pdf", &known)];
        let sent = browser.send_files(&form, &files).expect(200);
        assert!(sent.text().contains("Sent before (1)"), "{}", sent.text());
        seen.push(("many files".to_owned(), sent.skeleton()));
        let form = browser.open(&format!("{item}/not-applicable"));
        let long = text.repeat(41);
        seen.push(("long".to_owned(), browser.submit(&form, &[("text", &long)]).expect(422).skeleton()));
        seen
    }

    /// The HTML part of every letter, and of the mail that signs in.
    fn mails(&self) -> Vec<(String, Vec<String>)> {
        let world = &self.case.pages.desk.world;
        let (cx, rules) = (world.amy(), &world.app.rules);
        let letters = world.letters();
        let kinds = letters.iter().map(|letter| letter.kind).collect::<BTreeSet<_>>();
        assert_eq!(kinds.len(), LetterKind::ALL.len(), "a letter of each kind: {kinds:?}");
        let mut seen = Vec::new();
        for letter in letters {
            let name = format!("{} to {}", letter.kind, letter.recipient_id);
            let contents = world.app.db.read(|db| contents(db, &cx, rules, letter)).unwrap();
            let html = compose(&world.app.wording, &contents).unwrap().html;
            assert!(html.contains(FILL), "{name}: {html}");
            seen.push((name, skeleton(&html)));
        }
        let name = world.read(|db| selective_licensing::storage::parties::find(db, self.case.khan.id)).unwrap().name;
        let scheme = rules.current().unwrap().clone();
        let invitation = Invitation { name: Some(name), scheme, expires_at: cx.now };
        let mail = sign_in(&world.app.wording, &invitation, "https://licensing.example.org/x").unwrap();
        seen.push(("sign-in mail".to_owned(), skeleton(&mail.html)));
        seen
    }
}

/// The agent comments on the proposal; the pages that show it.
fn commented(case: &mut Case) -> [String; 3] {
    let listed = case.browser.open("/notices");
    let notice = listed.link("/notices/");
    let form = case.browser.open(&format!("{notice}/comment"));
    case.browser.submit(&form, &[("text", MARK)]).expect(303);
    ["/notices".to_owned(), form.form().action, notice]
}

/// Notice of a visit goes to the holder.
fn inspected(case: &Case) {
    let world = &case.pages.desk.world;
    let amy = world.amy();
    world.write(|tx| {
        let visit = inspections::NewVisit {
            property_id: case.licence.property_id,
            officer_id: None,
            purpose: Purpose::Programme,
            starts_at: amy.now,
            ends_at: amy.now + chrono::TimeDelta::hours(1),
        };
        let planned = inspections::plan(tx, &amy, &world.app.rules, visit)?;
        inspections::send(tx, &amy, planned.id, InspectionLetterKind::Notice, NoticeTo::Owner, &[case.khan.id])
    });
}

/// A referral to a partner, and the answer to a request for a reference.
fn partners_and_references(case: &Case) {
    let world = &case.pages.desk.world;
    let (police, rules) = (world.police("2030-01-01"), &world.app.rules);
    let mut cx = world.amy();
    cx.actor.keeps_references = true;
    let said = Said {
        address: MARK.to_owned(),
        property_id: Some(case.licence.property_id),
        concern: MARK.to_owned(),
        purpose: MARK.to_owned(),
        received_on: None,
    };
    let consent = TenantConsent { covers: MARK.to_owned(), given_on: world.today(), how: ConsentHow::Email };
    let request = Request {
        reference: String::new(),
        landlord_id: case.khan.id,
        property_id: None,
        tenant: MARK.to_owned(),
        consent: Some(consent),
        received_on: world.today(),
    };
    world.write(|tx| {
        let (set, to) = (world.app.settings.partners, Direction::ToPartner);
        referrals::open(tx, &cx, rules, set, to, police.id, said.clone())?;
        let mut asked = references::receive(tx, &cx, request.clone(), 6)?;
        let look = ReferenceStep::Check { what: MARK.to_owned(), found: MARK.to_owned() };
        for step in [look, ReferenceStep::Issue { colour: Colour::Green, reasons: MARK.to_owned() }] {
            asked = references::take(tx, &cx, asked.id, Expected(asked.revision), step, 6)?;
        }
        Ok(asked)
    });
}

/// A temporary exemption notice, and a letter of an enquiry.
fn exempted_and_enquired(case: &Case) {
    let world = &case.pages.desk.world;
    let (amy, tom, rules, home) = (world.amy(), world.tom(), &world.app.rules, case.licence.property_id);
    world.write(|tx| {
        let said = Notification {
            reference: String::new(),
            property_id: home,
            party_id: case.khan.id,
            steps: MARK.to_owned(),
            on: world.today(),
        };
        let asked = exemptions::notify(tx, &amy, ExemptionKind::Temporary, said)?;
        let expected = Expected(asked.revision);
        exemptions::write(tx, &tom, rules, asked.id, expected, ExemptionLetterKind::Notice, None)?;
        let opening = Opening {
            reference: String::new(),
            property_id: home,
            source: IntelligenceSource::Neighbour,
            intelligence: MARK.to_owned(),
            received_on: world.today(),
            exemption_id: None,
        };
        let enquiry = enquiries::open(tx, &amy, opening)?;
        let (expected, kind) = (Expected(enquiry.revision), EnquiryLetterKind::Information);
        enquiries::write(tx, &amy, rules, enquiry.id, expected, kind, Some(case.khan.id))
    });
}

/// An invitation to explain, and a notice of intent.
fn penalised(case: &Case) {
    let world = &case.pages.desk.world;
    let (amy, tom, rules, today) = (world.amy(), world.tom(), &world.app.rules, world.today());
    let text = || MARK.to_owned();
    let named = Named::Found {
        condition: Some((case.licence.id, "9.6".to_owned())),
        act: text(),
        happened_on: today,
        arguable_from: today,
    };
    let asked = Asked {
        property_id: case.licence.property_id,
        source: CaseSource::Inspection,
        source_note: None,
        suspect_id: case.khan.id,
        capacity: Capacity::Holder,
        offences: vec![named],
    };
    let factor = Factor { kind: FactorKind::Aggravating, what: text(), pence: 100 };
    let working = Working {
        start_code: None,
        start_pence: Some(500_000),
        start_because: text(),
        factors: vec![factor],
        means: text(),
        means_pence: 0,
    };
    let later = today + chrono::Days::new(14);
    let draft = Wanted::DraftIntent { working, reasons: text(), addition: Some(text()) };
    world.write(|tx| {
        let mut case = enforcement::open(tx, &amy, rules, asked.clone())?;
        let (id, step) = (case.id, Wanted::Step);
        case =
            enforcement::take(tx, &amy, rules, id, Expected(case.revision), step(Step::Invite { answer_by: later }))?;
        case = enforcement::write(tx, &amy, rules, id, Expected(case.revision), CaseLetterKind::Invitation)?;
        for (person, wanted) in [
            (&amy, step(Step::Warn { comply_by: later, note: text() })),
            (&amy, step(Step::CompleteEvidence { sufficient_on: today, excuse: text() })),
            (&tom, step(Step::ChoosePenalty { reason: text() })),
            (&amy, draft.clone()),
            (&tom, step(Step::ApproveIntent)),
        ] {
            case = enforcement::take(tx, person, rules, id, Expected(case.revision), wanted)?;
        }
        enforcement::write(tx, &amy, rules, id, Expected(case.revision), CaseLetterKind::Intent)
    });
}

/// Every way of answering is used once with the mark; the receipts.
fn answered(case: &mut Case) -> Vec<String> {
    let form = case.browser.open(&format!("{}/not-applicable", case.item("1")));
    let reason = case.browser.submit(&form, &[("text", MARK)]).expect(303).header("location");
    let form = case.browser.open(&case.alarms());
    let mut fields = declared();
    fields.retain(|(name, _)| !matches!(*name, "storey-1-position" | "signed-by"));
    fields.extend([("storey-1-position", MARK), ("storey-1-place", MARK), ("signed-by", MARK)]);
    let alarms = case.browser.submit(&form, &fields).expect(303).header("location");
    let form = case.browser.open(&format!("{}/files", case.item("9.6")));
    let (name, file) = (format!("{MARK}.pdf"), pdf(""));
    let files: [(&str, &str, &[u8]); 1] = [(&name, "application/pdf", &file)];
    let files = case.browser.send_files(&form, &files).expect(303).header("location");
    vec![reason, alarms, files]
}

/// A draft and a sent application, one given up, a record and a consent, with the mark in every text; their pages.
fn of_their_own_accord(case: &mut Case) -> (Vec<String>, ApplicationId) {
    let home = case.licence.property_id.to_string();
    let mut begin = || {
        let form = case.browser.open(&format!("/applications/new?q={MARK}"));
        case.browser.submit(&form, &[("home", &home), ("sure", "yes")]).expect(303).header("location")
    };
    let (draft, sent, given_up) = (begin(), begin(), begin());
    let browser = &mut case.browser;
    let mut paths = Vec::new();
    for application in [&draft, &sent] {
        fill_in(browser, application, &ALL);
        for (group, fields) in
            [("management", ["q-repairs", "q-emergencies", "q-behaviour"].as_slice()), ("safety", &["q-smoke_alarms"])]
        {
            let form = browser.open(&format!("{application}/questions/{group}"));
            let answers = GROUPS.iter().find(|(name, _)| *name == group).unwrap().1.iter();
            let marked = answers.map(|(name, answer)| (*name, if fields.contains(name) { MARK } else { *answer }));
            browser.submit(&form, &marked.collect::<Vec<_>>()).expect(303);
            paths.push(format!("{draft}/questions/{group}"));
        }
        let papers = browser.open(&format!("{application}/papers"));
        let (name, file) = (format!("{MARK}.pdf"), pdf(application));
        browser.submit_with_files(&papers, &[("paper", "other")], &[(&name, "application/pdf", &file)]).expect(303);
        let form = browser.open(&format!("{application}/people/new"));
        let holder = [("kind", "person"), ("name", MARK), ("address", MARK), ("phone", MARK), ("roles", "holder")];
        browser.submit(&form, &holder).expect(303);
    }
    let check = browser.open(&format!("{sent}/check"));
    browser.submit(&check, &[SIGNED[1], ("signed-by", MARK), ("holder-signed-by", MARK)]).expect(303);
    let form = browser.open(&format!("{given_up}/withdrawal"));
    browser.submit(&form, &[("text", MARK)]).expect(303);
    let licence = format!("/licences/{}", case.licence.id);
    let form = browser.open(&format!("{licence}/inspection"));
    let inspected = [("on-day", "20"), ("on-month", "1"), ("on-year", "2025"), ("time", "14:30")];
    let inspected = [&inspected[..], &[("by", MARK), ("first", MARK), ("second", MARK)]].concat();
    paths.push(browser.submit(&form, &inspected).expect(303).header("location"));
    let details = browser.open("/details");
    paths.push(details.link("/details/consents/"));
    for part in ["", "/inspection", "/neighbours", "/change", "/change/received"] {
        paths.push(format!("{licence}{part}"));
    }
    let people = browser.open(&format!("{draft}/people")).attributes("a", "href");
    paths.extend(people.into_iter().filter(|href| href.contains("/people/")));
    for part in ["", "/exemptions", "/people", "/papers", "/check", "/withdrawal"] {
        paths.push(format!("{draft}{part}"));
    }
    paths.push(format!("{sent}/defects"));
    let id = ApplicationId::read(sent.trim_start_matches("/applications/")).unwrap();
    paths.extend([sent, given_up, format!("/applications/new?q={MARK}")]);
    (paths, id)
}

fn filled(text: &str) -> String {
    let fill = LENGTH - text.chars().count();
    format!("{text}{}", "x".repeat(fill))
}

#[test]
fn sixty_payloads_in_every_text_stay_text_on_every_page_and_in_every_mail() {
    let mut marked = Marked::new();
    let columns =
        marked.columns.iter().map(|Column { table, name, .. }| format!("{table}.{name}")).collect::<BTreeSet<_>>();
    let missing = FIELDS.iter().filter(|field| !columns.contains(**field)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "{missing:?} not in {columns:?}");
    let harmless = filled(MARK);
    marked.replace(MARK, &harmless);
    let wanted = marked.seen(&harmless);
    assert!(wanted.len() > 25, "{}", wanted.len());
    for payload in PAYLOADS {
        let hostile = filled(payload);
        marked.replace(&harmless, &hostile);
        let seen = marked.seen(&hostile);
        assert_eq!(seen.len(), wanted.len());
        for ((place, seen), (_, wanted)) in seen.iter().zip(&wanted) {
            assert_eq!(seen, wanted, "{place} with {payload}");
        }
        marked.replace(&hostile, &harmless);
    }
}
