//! The council's own wording of letters: from the shipped templates to a letter that went, and what keeps a faulty one from it.

use std::path::Path;

use selective_licensing::app::App;
use selective_licensing::clock::Clock;
use selective_licensing::domain::id::Ids;
use selective_licensing::mail::letters::Wording;
use selective_licensing::settings::Settings;

use crate::support::world::World;

fn shipped(name: &str) -> &'static str {
    Wording::templates().iter().find(|(shipped, _)| *shipped == name).unwrap().1
}

fn opened(folder: &Path) -> Result<App, String> {
    let variables = [
        ("LICENSING__DATABASE__URL", format!("sqlite://{}", folder.join("licensing.sqlite").display())),
        ("LICENSING__MAIL__WORDING", folder.join("letters").display().to_string()),
        ("LICENSING__FILES__URL", folder.join("files").display().to_string()),
    ];
    let variables = variables.map(|(key, value)| (key.to_owned(), value));
    let settings = Settings::load(None, variables, |_| Err("no secrets here".to_owned())).unwrap();
    App::open(settings, &pdf::Typst, Clock::System, Ids::seeded(1)).map_err(|error| error.to_string())
}

#[test]
fn a_letter_goes_in_the_councils_own_words_and_is_kept_with_their_name() {
    let letters = tempfile::tempdir().unwrap();
    let own = shipped("demand.txt").replace("Dear {{ recipient }}", "Annwyl {{ recipient }}");
    std::fs::write(letters.path().join("demand.txt"), own).unwrap();
    let world = World::with(&[("LICENSING__MAIL__WORDING", &letters.path().display().to_string())]);
    let khan = world.khan();
    world.issued_demand(&world.licensed_home(&khan, None), &["1"]);
    world.post();
    let letter = world.letters_to(khan.id).remove(0);
    assert!(letter.text.unwrap().starts_with("Annwyl Mr A Khan"));
    assert!(letter.template.unwrap().starts_with("D1/2+"));
    assert!(world.mails().iter().any(|(_, mail)| mail.contains("Annwyl Mr A Khan")), "as it went");
}

#[test]
fn the_service_does_not_start_with_a_faulty_wording_and_names_each_fault() {
    let folder = tempfile::tempdir().unwrap();
    let letters = folder.path().join("letters");
    let unread = opened(folder.path()).err().unwrap();
    assert!(unread.contains("letters, line 1: cannot be read"), "{unread}");
    std::fs::create_dir(&letters).unwrap();
    assert!(opened(folder.path()).is_ok(), "an empty folder changes nothing");
    std::fs::write(letters.join("demand.txt"), shipped("demand.txt").replace("{{ reference }}", "{{ our_ref }}"))
        .unwrap();
    std::fs::write(letters.join("letter.txt"), "Hello").unwrap();
    let faults = opened(folder.path()).err().unwrap();
    for fault in ["demand.txt, line ", "\"our_ref\" is no value", "letter.txt, line 1: no letter uses it"] {
        assert!(faults.contains(fault), "{fault}: {faults}");
    }
}
