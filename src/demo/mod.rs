//! A demonstration that anybody can run: the figures of 22 January 2025 with made-up people, then three weeks of nights.
//!
//! Everything goes through the same actions and jobs as in the real service, on a clock that the demonstration sets.
//! The same seed gives the same people, dates, identifiers and output.

mod acts;
mod applications;
mod nights;
mod office;
mod people;
mod print;
mod story;
mod variation;
mod visits;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use chrono::NaiveDate;
use printing::Typesetter;

use crate::actions::{access, audit};
use crate::app::App;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::calendar::{BankHolidays, CannotCount};
use crate::domain::id::Ids;
use crate::settings::{DatabaseUrl, MailTransport, Settings};

/// What can be chosen of a demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The folder for its database and its mail.
    pub folder: PathBuf,
    /// What its made-up people and dates follow from.
    pub seed: u64,
    /// Where it serves; the usual address if nothing is said.
    pub listen: Option<SocketAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self { folder: PathBuf::from("data/demo"), seed: 2025, listen: None }
    }
}

/// The first day of the scheme, the day of the committee, and the last night.
const FIRST: (i32, u32, u32) = (2024, 11, 1);
const COMMITTEE: (i32, u32, u32) = (2025, 1, 22);
const LAST: (i32, u32, u32) = (2025, 2, 12);

const DATABASE: &str = "demo.sqlite";
/// Marks the demonstration's letters, so that an older demonstration's can be told from any others in the folder.
const HOST: &str = "demo.licensing.example";

/// Runs the demonstration, telling it to `out`; returns the service as it then stands, and a token for its officer.
///
/// An older demonstration in the folder is removed; other files are left alone.
///
/// # Errors
/// Whatever stands in the way of the files or the database.
pub fn run(
    options: Options,
    typesetter: &'static dyn Typesetter,
    out: &mut dyn Write,
) -> anyhow::Result<(Arc<App>, String)> {
    clear(&options.folder)?;
    let (first, committee, last) = (day(FIRST)?, day(COMMITTEE)?, day(LAST)?);
    let settings = settings(&options)?;
    let mail = settings.mail.folder.clone();
    let clock = Clock::fixed(office::at(first, 8, 0));
    let app = Arc::new(App::open(settings, typesetter, clock, Ids::seeded(options.seed))?);
    print::heading(out, "Selective licensing: a demonstration")?;
    print::paragraph(
        out,
        "",
        "Every person, company, address, telephone number and date of a case below is made up. \
        Only the totals are those of the minutes of the Safer Stockton Partnership of 22 January 2025.",
    )?;

    let office = office::Office::open(app.clone(), first)?;
    let mut town = applications::Town::of(options.seed, &app.rules.holidays)?;
    for on in first.iter_days().take_while(|on| *on < day_of_demands(committee)) {
        office.work_on_applications(&mut town, on)?;
    }
    let mut story = story::Story::of(&office, &town)?;
    for on in day_of_demands(committee).iter_days().take_while(|on| *on < committee) {
        office.work_on_applications(&mut town, on)?;
        story.live(&office, on)?;
    }
    let mut lived = Vec::new();
    for on in committee.iter_days().take_while(|on| *on <= last) {
        lived.push(nights::live(&office, &mut story, on)?);
    }
    let notice = variation::propose(&office, last)?;
    let [inspection, referral] = visits::arrange(&office, last)?;

    tell_of_the_start(out, &app)?;
    print::nights(out, &lived)?;
    print::items(out, &app, last)?;
    print::figures(out, &app, committee)?;
    print::mail(out, &app, &mail)?;
    if let Some(demand) = story.explained {
        print::dates(out, &app, &print::explained(&app, demand)?)?;
    }
    let token = token(&app)?;
    let verdict = app.db.read(|db| audit::verify(db, None, |_| {}))?;
    print::chains(out, &verdict)?;
    let cases = [
        (notice, "a variation that is proposed: its holder may comment on it under \"Notices\""),
        (inspection, "a visit the day after tomorrow: holder and occupier have their notice"),
        (referral, "the police tell of noise at a licensed home: nobody was asked to act yet"),
    ];
    print::worth_a_look(out, &app, &story, &cases, &homes(&town))?;
    print::pages(out, &app)?;
    print::try_it(out, &app, &token)?;
    Ok((app, token))
}

fn tell_of_the_start(out: &mut dyn Write, app: &App) -> anyhow::Result<()> {
    let scheme = app.rules.current()?.version_name();
    let text = format!(
        "The scheme is {scheme}, which began on Friday 1 November 2024. Since then 925 applications came in, and under 30 \
         of the 205 licences the team demanded documents, from 6 to 20 January 2025. The nightly check goes live on the day \
         of the committee, Wednesday 22 January: what it finds overdue then, it makes up for with one letter to each person."
    );
    print::paragraph(out, "", &text)
}

/// Homes that show something of their own, by UPRN.
fn homes(town: &applications::Town) -> Vec<(String, String)> {
    let exempt = (office::EXEMPT.to_owned(), "a home of a registered provider (Thirteen, L4522): exempt".to_owned());
    let no_gas = town.cases.iter().find(|case| case.licence.is_some() && case.home.gas_supplied == Some(false));
    let no_gas = no_gas.and_then(|case| case.home.uprn.clone());
    let no_gas = no_gas.map(|uprn| (uprn, "a licensed home without gas: no gas record can be demanded".to_owned()));
    std::iter::once(exempt).chain(no_gas).collect()
}

/// Demands begin after the new year, a fortnight before the committee.
fn day_of_demands(committee: NaiveDate) -> NaiveDate {
    committee - chrono::Days::new(16)
}

fn token(app: &App) -> anyhow::Result<String> {
    let cx = app.context(Actor::operator());
    let (_, shown) = app.db.write(|tx| access::issue_token(tx, &cx, office::AMY, "demonstration", 365))?;
    Ok(shown)
}

fn settings(options: &Options) -> anyhow::Result<Settings> {
    let folder = &options.folder;
    let mut settings = Settings::load(None, [], |_| Err("the demonstration reads no secrets".to_owned()))
        .map_err(|faults| anyhow!("the built-in settings have {} fault(s)", faults.len()))?;
    let database = folder.join(DATABASE);
    settings.database.url = DatabaseUrl::parse(&format!("sqlite://{}", database.display()))
        .map_err(|fault| anyhow!("the database {fault}"))?;
    if let Some(listen) = options.listen {
        settings.server.listen = listen;
        settings.server.public_url = format!("http://{listen}");
    }
    settings.mail.transport = MailTransport::Folder;
    settings.mail.folder = folder.join("mail");
    settings.files.url = folder.join("files").display().to_string();
    settings.mail.message_id_host = HOST.to_owned();
    // One after the other, so that the order of identifiers and events is the same each time.
    settings.mail.workers = 1;
    Ok(settings)
}

/// Removes what an older demonstration left in the folder, and nothing else.
fn clear(folder: &Path) -> anyhow::Result<()> {
    let mut old = ["", "-wal", "-shm"].map(|end| folder.join(format!("{DATABASE}{end}"))).to_vec();
    if let Ok(letters) = std::fs::read_dir(folder.join("mail")) {
        let ours = format!("@{HOST}.eml");
        old.extend(
            letters
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&ours))),
        );
    }
    for file in old.iter().filter(|file| file.exists()) {
        std::fs::remove_file(file).with_context(|| format!("{} cannot be removed", file.display()))?;
    }
    Ok(())
}

fn day((year, month, day): (i32, u32, u32)) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).context("no such day in the calendar")
}

fn working_day_from(on: NaiveDate, holidays: &BankHolidays) -> Result<NaiveDate, CannotCount> {
    if holidays.is_working_day(on) { Ok(on) } else { holidays.first_working_day_after(on) }
}
