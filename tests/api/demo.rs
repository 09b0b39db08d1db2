//! The demonstration: its figures, its repeatability and its audit chains.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use chrono::NaiveDate;
use selective_licensing::actions::audit;
use selective_licensing::app::App;
use selective_licensing::demo::{self, Options};
use selective_licensing::domain::application::Tally;
use selective_licensing::domain::calendar::london::end_of_day;
use selective_licensing::domain::property::Property;
use selective_licensing::storage::page::Page;
use selective_licensing::storage::reports::{self, AreaFigures};
use selective_licensing::storage::{access, properties};
use tempfile::TempDir;

struct Shown {
    app: Arc<App>,
    token: String,
    text: String,
    folder: TempDir,
}

fn show(seed: u64) -> Shown {
    let folder = tempfile::tempdir().unwrap();
    let mut text = Vec::new();
    let began = Instant::now();
    let options = Options { folder: folder.path().join("demo"), seed, listen: None };
    let (app, token) = demo::run(options, &pdf::Typst, &mut text).unwrap();
    println!("the demonstration took {:.1} s", began.elapsed().as_secs_f64());
    Shown { app, token, text: String::from_utf8(text).unwrap(), folder }
}

/// One demonstration for the tests that only look at it.
fn shown() -> &'static Shown {
    static SHOWN: OnceLock<Shown> = OnceLock::new();
    SHOWN.get_or_init(|| show(2025))
}

fn figures(app: &App, on: NaiveDate) -> Vec<(String, AreaFigures)> {
    let areas = app.db.read(|db| reports::by_area(db, on, end_of_day(on))).unwrap();
    areas.into_iter().map(|(area, figures)| (area.expect("every home is in an area"), figures)).collect()
}

fn count(figures: &AreaFigures, tally: Tally) -> i64 {
    figures.applications.get(&tally).copied().unwrap_or_default()
}

fn committee() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 22).unwrap()
}

#[test]
fn the_committee_sees_the_figures_of_its_minutes_and_they_reconcile() {
    let areas = figures(&shown().app, committee());
    let in_progress = areas.iter().map(|(area, figures)| (area.as_str(), count(figures, Tally::InProgress)));
    assert_eq!(in_progress.collect::<Vec<_>>(), [("central-stockton", 275), ("newton", 105), ("north-thornaby", 182)]);
    for (area, figures) in &areas {
        assert_eq!(figures.applications.values().sum::<i64>(), figures.received, "{area}");
        assert_eq!(figures.licences_granted, count(figures, Tally::Granted), "{area}");
    }
    let total = |tally| areas.iter().map(|(_, figures)| count(figures, tally)).sum::<i64>();
    assert_eq!(areas.iter().map(|(_, figures)| figures.received).sum::<i64>(), 925);
    assert_eq!(total(Tally::Granted), 205);
    let others = [Tally::Refused, Tally::Withdrawn, Tally::Rejected, Tally::NotRequired];
    assert_eq!(others.map(total).iter().sum::<i64>(), 158);
    assert!(shown().text.contains("925 received = 562 + 205 + 8 + 67 + 46 + 37 = 925: the figures reconcile."));
}

#[test]
fn an_earlier_day_shows_what_was_known_then_and_still_reconciles() {
    let mut before = 0;
    for on in ["2024-11-01", "2024-11-30", "2024-12-24", "2025-01-15", "2025-01-22", "2025-02-12"] {
        let areas = figures(&shown().app, on.parse().unwrap());
        let received = areas.iter().map(|(_, figures)| figures.received).sum::<i64>();
        let counted = areas.iter().flat_map(|(_, figures)| figures.applications.values()).sum::<i64>();
        assert_eq!(received, counted, "{on}");
        assert!(received >= before, "{on}");
        before = received;
    }
    assert_eq!(before, 925);
}

#[test]
fn the_same_seed_tells_the_same_story_and_another_seed_another_one_in_the_same_folder() {
    let again = show(2025);
    assert_eq!(shown().text, again.text);
    assert_eq!(shown().token, again.token);
    let folder = again.folder.path().join("demo");
    let others = [folder.join("notes.txt"), folder.join("mail/2025-01-22-somebody.else@licensing.example.org.eml")];
    others.iter().for_each(|file| std::fs::write(file, "mine").unwrap());
    drop(again.app);
    let mut other = Vec::new();
    let (app, _) = demo::run(Options { folder, seed: 7, listen: None }, &pdf::Typst, &mut other).unwrap();
    assert_ne!(again.text, String::from_utf8(other).unwrap());
    let received = figures(&app, committee()).iter().map(|(_, figures)| figures.received).sum::<i64>();
    assert_eq!(received, 925, "the older demonstration is gone");
    others.iter().for_each(|file| assert_eq!(std::fs::read_to_string(file).unwrap(), "mine"));
}

#[test]
fn nothing_in_its_audit_chains_was_altered() {
    let verdict = shown().app.db.read(|db| audit::verify(db, None, |_| {})).unwrap();
    assert_eq!(verdict.fault, None);
    assert!(verdict.events > 925 * 3, "{verdict:?}");
    assert_eq!(verdict.anchors, 22);
}

#[test]
fn its_token_belongs_to_an_officer_and_is_alive_on_its_clock() {
    use selective_licensing::domain::access::Token;
    let Shown { app, token, text, .. } = shown();
    let found = app.db.read(|db| access::find_token(db, &Token::digest(token))).unwrap();
    let (kept, account) = found.expect("the token is known");
    assert!(kept.is_live(app.clock.now()));
    assert_eq!(account.name, "Amy Brand");
    assert!(text.contains(token));
}

#[test]
fn no_home_in_it_could_be_taken_for_a_real_one() {
    let page = Page { after: None, limit: 2_000 };
    let filter = properties::Filter::default();
    let everything = selective_licensing::domain::actor::Sight::Everything;
    let homes: Vec<Property> = shown().app.db.read(|db| properties::list(db, everything, &filter, &page)).unwrap().rows;
    assert_eq!(homes.len(), 926, "925 and the exempt one");
    for home in &homes {
        assert!(home.uprn.as_deref().is_some_and(|uprn| uprn.starts_with("9990")), "{home:?}");
        assert!(home.postcode.starts_with("ZZ"), "{home:?}");
    }
    let exempt = homes.iter().filter(|home| home.exempt_on(committee()) == Some("registered_provider"));
    let evidence = exempt.filter_map(|home| home.exemption_evidence.clone()).collect::<Vec<_>>();
    assert_eq!(evidence.len(), 1);
    assert!(evidence.iter().all(|proof| proof.contains("L4522")));
}

#[test]
fn it_fits_a_page_and_tells_of_no_failure() {
    let text = &shown().text;
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(
        text.is_ascii() || text.chars().all(|sign| sign.is_alphanumeric() || sign.is_ascii() || "£–’".contains(sign))
    );
    assert!(!text.contains("FAULT") && !text.contains("DO NOT RECONCILE"));
}
