//! Tests of the form: what it keeps, asks and refuses.

use super::*;
use crate::testing::{agent, key, khan, on, scheme};

fn me(capacity: Capacity) -> Person {
    Person {
        id: PersonId(key("me")),
        kind: PartyKind::Person,
        name: "A Khan".to_owned(),
        address: "1 Own Road".to_owned(),
        email: None,
        phone: None,
        company_number: None,
        capacities: vec![capacity],
        party_id: Some(khan()),
    }
}

fn somebody(name: &str, capacities: &[Capacity]) -> Person {
    Person {
        id: PersonId(key(name)),
        name: name.to_owned(),
        capacities: capacities.to_vec(),
        party_id: None,
        ..me(Capacity::Other)
    }
}

fn begun(cx: &Context, capacity: Capacity, copied: Option<&Form>) -> Form {
    let (application, home) = (ApplicationId::new(cx), PropertyId(key("a home")));
    let asked = asked_form();
    Form::begin(cx, application, home, me(capacity), copied.map(|form| (form, &asked))).into_entity()
}

fn asked_form() -> ApplicationForm {
    scheme().application.unwrap()
}

/// The first answer that fits each question, of those that are asked.
fn answered(cx: &Context, mut form: Form) -> Form {
    use crate::scheme::QuestionKind as K;
    for group in asked_form().groups {
        let mut given = Answers::new();
        while let Some(question) = unanswered(&group, &given).first() {
            let answer = match &question.kind {
                K::Line | K::Text => "words".to_owned(),
                K::Number => "2".to_owned(),
                K::YesNo => "yes".to_owned(),
                K::Choice(choices) => choices[0].clone(),
                K::Day => "2025-01-10".to_owned(),
            };
            question.check(&answer, cx.today()).unwrap();
            given.insert(question.code.clone(), answer);
        }
        form = form.answer(cx, &group, given).unwrap().into_entity();
    }
    form.claim(cx, Vec::new()).unwrap().into_entity()
}

fn signed(holder: Option<&str>) -> Signatures {
    Signatures { applicant: "A Khan".to_owned(), holder: holder.map(ToOwned::to_owned) }
}

fn send(cx: &Context, form: Form, signatures: Signatures) -> Result<Form, Refusal> {
    let about =
        About { reference: "APP/2025/00001", home: "1 Hind Street", exemptions: Vec::new(), papers: Vec::new() };
    form.send(cx, &asked_form(), about, signatures).map(Change::into_entity)
}

#[test]
fn a_question_is_asked_only_while_every_question_before_it_has_its_answer() {
    let question = |code: &str, only_if: Option<(&str, &str)>| Question {
        code: code.to_owned(),
        text: code.to_owned(),
        hint: None,
        kind: crate::scheme::QuestionKind::YesNo,
        is_optional: false,
        only_if: only_if.map(|(question, answer)| crate::scheme::OnlyIf {
            question: question.to_owned(),
            answer: answer.to_owned(),
        }),
    };
    let questions = vec![question("a", None), question("b", Some(("a", "yes"))), question("c", Some(("b", "no")))];
    let group =
        QuestionGroup { code: "g".to_owned(), title: "G".to_owned(), intro: None, is_of_one_home: false, questions };
    for (given, codes) in [
        (vec![], "a"),
        (vec![("a", "no"), ("b", "no")], "a"),
        (vec![("a", "yes")], "a b"),
        (vec![("a", "yes"), ("b", "no")], "a b c"),
        (vec![("a", "yes"), ("b", "yes")], "a b"),
    ] {
        let answers = given.iter().map(|(code, answer)| ((*code).to_owned(), (*answer).to_owned())).collect();
        let seen = asked(&group, &answers).map(|question| question.code.as_str()).collect::<Vec<_>>();
        assert_eq!(seen.join(" "), codes, "{given:?}");
    }
}

#[test]
fn a_form_is_sent_whole_and_signed_and_then_never_changes() {
    let cx = on("2025-01-22");
    let form = begun(&cx, Capacity::Holder, None);
    let missing = send(&cx, form.clone(), signed(None)).unwrap_err().to_string();
    for part in ["Whether a licence is needed", "The home", "Safety", "Fit and proper person"] {
        assert!(missing.contains(part), "{missing}");
    }
    assert!(!missing.contains("People"), "{missing}");
    let sent = send(&cx, answered(&cx, form), signed(None)).unwrap();
    let kept = sent.sent.clone().unwrap();
    assert_eq!((sent.sha256.clone().unwrap(), kept.groups.len()), (kept.sha256(), 4));
    let read_again: SentForm = serde_json::from_str(&json!(kept).to_string()).unwrap();
    assert_eq!(read_again.sha256(), kept.sha256(), "the hash does not hang on how it was stored");
    assert_eq!(sent.clone().claim(&cx, Vec::new()).unwrap_err(), Refusal::Sent);
    assert_eq!(send(&cx, sent, signed(None)).unwrap_err(), Refusal::Sent);
}

#[test]
fn a_holder_who_is_somebody_else_signs_too() {
    let cx = on("2025-01-22");
    let form = answered(&cx, begun(&cx, Capacity::Agent, None));
    assert!(send(&cx, form.clone(), signed(None)).unwrap_err().to_string().contains("People"));
    let form = form.put_person(&cx, somebody("H Holder", &[Capacity::Holder])).unwrap().into_entity();
    assert_eq!(send(&cx, form.clone(), signed(None)).unwrap_err(), Refusal::HolderNotSigned);
    assert!(send(&cx, form, signed(Some("H Holder"))).is_ok());
}

#[test]
fn one_person_holds_one_manages_and_one_is_the_agent() {
    let cx = on("2025-01-22");
    let form = begun(&cx, Capacity::Holder, None);
    for capacity in [Capacity::Holder, Capacity::Manager, Capacity::Agent] {
        let first = form.clone().put_person(&cx, me(capacity)).unwrap().into_entity();
        let second = first.put_person(&cx, somebody("Another", &[capacity]));
        assert!(matches!(second, Err(Refusal::People(_))), "{capacity}");
    }
    let owners = [Capacity::Owner, Capacity::Mortgagee, Capacity::Bound, Capacity::Other];
    let full = (1..MOST_PEOPLE).fold(form, |form, number| {
        form.put_person(&cx, somebody(&format!("Owner {number}"), &owners)).unwrap().into_entity()
    });
    let one_more = full.clone().put_person(&cx, somebody("One more", &owners));
    assert_eq!(one_more.unwrap_err(), Refusal::TooManyPeople);
    assert!(matches!(full.drop_person(&cx, PersonId(key("me"))), Err(Refusal::People(_))), "the applicant stays");
}

#[test]
fn what_is_on_record_of_somebody_is_not_changed_by_a_form() {
    let cx = on("2025-01-22");
    let form = begun(&cx, Capacity::Holder, None);
    let renamed = Person { name: "B Khan".to_owned(), party_id: Some(agent()), ..me(Capacity::Manager) };
    let form = form.put_person(&cx, renamed).unwrap().into_entity();
    assert_eq!((form.people[0].name.as_str(), form.people[0].party_id), ("A Khan", Some(khan())));
    assert!(form.people[0].is(Capacity::Manager) && form.holder().is_none());
}

#[test]
fn a_copy_for_another_home_takes_people_and_management_and_leaves_the_home_out() {
    let cx = on("2025-01-22");
    let form = answered(&cx, begun(&cx, Capacity::Holder, None));
    let form = form.put_person(&cx, somebody("Lender", &[Capacity::Mortgagee])).unwrap().into_entity();
    let copy = begun(&cx, Capacity::Holder, Some(&form));
    let asked = asked_form();
    for (part, title) in Part::all(&asked) {
        let of_one_home = ["Whether a licence is needed", "The home", "Safety"].contains(&title.as_str());
        let expected = match part {
            Part::Papers => Progress::MayWait,
            _ if of_one_home => Progress::NotBegun,
            _ => Progress::Done,
        };
        assert_eq!(copy.progress(&part, &asked), expected, "{title}");
    }
    assert_eq!((copy.people.len(), copy.sent, copy.revision), (2, None, 1));
}

#[test]
fn a_paper_is_asked_for_before_sending_only_where_the_council_requires_it() {
    let cx = on("2025-01-22");
    let mut asked = asked_form();
    let codes = asked.papers.iter().map(|paper| paper.code.clone()).collect::<Vec<_>>();
    let form = answered(&cx, begun(&cx, Capacity::Holder, None));
    let progress = |form: &Form, asked: &ApplicationForm| form.progress(&Part::Papers, asked);
    assert_eq!((progress(&form, &asked), form.missing(&asked).len()), (Progress::MayWait, 0));
    asked.papers[1].is_required = true;
    assert_eq!((progress(&form, &asked), form.missing(&asked).len()), (Progress::NotBegun, 1));
    let (one, other) = (paper("one"), paper("other"));
    let form = form.attach(&cx, &codes[0], &[one.clone(), other.clone()]).unwrap().into_entity();
    assert_eq!((progress(&form, &asked), form.missing(&asked).len()), (Progress::Begun, 1));
    let form = form.attach(&cx, &codes[1], std::slice::from_ref(&one)).unwrap().into_entity();
    assert_eq!((progress(&form, &asked), form.papers.len()), (Progress::Done, 2), "a file is one paper at a time");
    let form = form.detach(&cx, one.id).unwrap().into_entity();
    assert_eq!((progress(&form, &asked), form.papers[0].document_id), (Progress::Begun, other.id));
    let many = (0..=MOST_PAPERS).map(|number| paper(&number.to_string())).collect::<Vec<_>>();
    assert_eq!(form.clone().attach(&cx, &codes[0], &many).unwrap_err(), Refusal::TooManyPapers);
    let sent = send(&cx, form, signed(None)).unwrap();
    assert_eq!(sent.attach(&cx, &codes[0], &[one]).unwrap_err(), Refusal::Sent);
}

fn paper(name: &str) -> Document {
    use crate::document::{Arrival, Facts, MediaType, Under};
    let facts = Facts { media_type: MediaType::Pdf, bytes: 9, name: format!("{name}.pdf") };
    let under = Under::Application(ApplicationId(key("application")));
    let arrival = Arrival { under, home: PropertyId(key("a home")), sha256: name.to_owned(), facts };
    let cx = on("2025-01-22");
    let document = Document::receive(&cx, arrival, false).into_entity();
    Document { id: DocumentId(key(name)), ..document }
}

#[test]
fn five_people_in_two_households_may_need_another_licence() {
    for (occupied, people, households, may) in
        [("yes", "5", "2", true), ("yes", "4", "2", false), ("yes", "9", "1", false), ("no", "5", "2", false)]
    {
        let answers = [("occupied", occupied), ("occupiers", people), ("households", households)];
        let answers = answers.iter().map(|(code, answer)| ((*code).to_owned(), (*answer).to_owned())).collect();
        assert_eq!(may_be_part_2(&answers), may, "{occupied} {people} {households}");
    }
}
