//! Our macros give the markup of govuk-frontend's own examples, as a browser's parser reads it.

use std::collections::BTreeMap;

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

const EXAMPLES: &str = include_str!("../assets/fixtures.json");
const MACROS: &str = include_str!("../templates/govuk.html");

/// The example's name, and how our macro is called for it.
const CALLS: &[(&str, &str)] = &[
    ("back-link: default", r##"back_link("#")"##),
    ("button: default", r#"button("Save and continue")"#),
    ("button: prevent double click", r#"button("Submit", once=true)"#),
    ("button: secondary", r#"button("Secondary button", classes="govuk-button--secondary", name="secondary")"#),
    (
        "date-input: default",
        r#"date_input("dob", "What is your date of birth?", hint="For example, 31 3 1980", prefix="")"#,
    ),
    (
        "date-input: with errors and hint",
        r#"date_input("dob-errors", "What is your date of birth?", hint="For example, 31 3 1980", error="Error message goes here", prefix="")"#,
    ),
    ("file-upload: default", r#"file_upload("file-upload-1", "Upload a file")"#),
    ("file-upload: allows multiple files", r#"file_upload("file-upload-1", "Upload a file", multiple=true)"#),
    (
        "file-upload: attributes",
        r#"file_upload("file-upload-attributes", "Upload a file", accept=".jpg, .jpeg, .png")"#,
    ),
    (
        "file-upload: with error message and hint",
        r#"file_upload("file-upload-3", "Upload a file", hint="Your photo may be in your Pictures, Photos, Downloads or Desktop folder. Or in an app like iPhoto.", error="Error message goes here")"#,
    ),
    ("generic-header: default", r#"generic_header("My cool service")"#),
    ("input: default", r#"input("test-name", "National Insurance number")"#),
    (
        "input: with hint text",
        r#"input("input-with-hint-text", "National insurance number", name="test-name-2", hint="It’s on your National Insurance card, benefit letter, payslip or P60. For example, ‘QQ 12 34 56 C’.")"#,
    ),
    (
        "input: with error message",
        r#"input("input-with-error-message", "National Insurance number", name="test-name-3", error="Enter a National Insurance number in the correct format")"#,
    ),
    ("input: value", r#"input("with-value", "With value", value="QQ 12 34 56 C")"#),
    (
        "inset-text: default",
        r#"inset_text("It can take up to 8 weeks to register a lasting power of attorney if there are no mistakes in the application.")"#,
    ),
    ("notification-banner: default", r#"notification_banner("This publication was withdrawn on 7 March 2014.")"#),
    (
        "notification-banner: with type as success",
        r#"notification_banner("Email sent to example@email.com", success=true)"#,
    ),
    ("pagination: with prev and next only", r#"pagination("/previous", "/next")"#),
    ("panel: default", r#"panel("Application complete", "Your reference number: HDJ2123F")"#),
    (
        "radios: default",
        r#"radios("example-default", "Have you changed your name?", [{"value": "yes", "text": "Yes"}, {"value": "no", "text": "No"}])"#,
    ),
    (
        "radios: inline",
        r#"radios("example", "Have you changed your name?", [{"value": "yes", "text": "Yes"}, {"value": "no", "text": "No"}], value="no", inline=true, hint="This includes changing your last name or spelling your name differently.")"#,
    ),
    (
        "radios: with fieldset and error message",
        r#"radios("example", "Have you changed your name?", [{"value": "yes", "text": "Yes"}, {"value": "no", "text": "No"}], value="no", error="Please select an option")"#,
    ),
    ("skip-link: default", r##"skip_link("#test-target-element", "Skip to main content")"##),
    ("tag: default", r#"tag("Alpha")"#),
    ("tag: red", r#"tag("Red", "red")"#),
    ("textarea: default", r#"textarea("more-detail", "Can you provide more detail?")"#),
    (
        "textarea: with hint",
        r#"textarea("more-detail", "Can you provide more detail?", hint="Don't include personal or financial information, eg your National Insurance number or credit card details.")"#,
    ),
    (
        "textarea: with error message",
        r#"textarea("no-ni-reason", "Why can’t you provide a National Insurance number?", error="You must provide an explanation")"#,
    ),
    (
        "textarea: with default value",
        r#"textarea("full-address", "Full address", name="address", value="221B Baker Street\nLondon\nNW1 6XE\n")"#,
    ),
    ("warning-text: default", r#"warning_text("You can be fined up to £5,000 if you don’t register.")"#),
    (
        "error-summary: default",
        r#"error_summary([{"link": "example-error-1", "text": "The date your passport was issued must be in the past"}, {"link": "example-error-2", "text": "Enter a postcode, like AA1 1AA"}])"#,
    ),
    (
        "select: with selected value",
        r#"select("select-1", "Label text goes here", [{"value": "1", "text": "GOV.UK frontend option 1"}, {"value": "2", "text": "GOV.UK frontend option 2"}], value="2")"#,
    ),
    (
        "checkboxes: default",
        r#"checkboxes("nationality", "What is your nationality?", [{"value": "british", "text": "British"}, {"value": "irish", "text": "Irish"}, {"value": "other", "text": "Citizen of another country"}], [])"#,
    ),
    (
        "checkboxes: with single option set 'aria-describedby' on input, and describedBy",
        r#"checkbox("t-and-c", "I agree to the terms and conditions", hint="Please accept the terms and conditions")"#,
    ),
];

/// What a parser makes of it: elements with their attributes in order of name, and texts with their white space folded.
fn outline(html: &str) -> Vec<String> {
    let document = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    let mut lines = Vec::new();
    walk(&document.document, 0, &mut lines);
    lines
}

fn walk(node: &Handle, depth: usize, lines: &mut Vec<String>) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let attributes = attrs.borrow();
            let attributes = attributes.iter().map(|one| (one.name.local.to_string(), folded(&one.value)));
            let attributes =
                attributes.map(|(name, value)| format!(" {name}={value:?}")).collect::<std::collections::BTreeSet<_>>();
            lines.push(format!("{:depth$}{}{}", "", name.local, attributes.into_iter().collect::<String>()));
        }
        NodeData::Text { contents } => {
            let text = folded(&contents.borrow());
            if !text.is_empty() {
                lines.push(format!("{:depth$}\"{text}\"", ""));
            }
        }
        _ => {}
    }
    node.children.borrow().iter().for_each(|child| walk(child, depth + 1, lines));
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn ours(call: &str) -> String {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::Html);
    engine.add_template("govuk.html", MACROS).unwrap();
    let source = format!("{{% import 'govuk.html' as govuk %}}{{{{ govuk.{call} }}}}");
    engine.render_str(&source, ()).unwrap_or_else(|fault| panic!("{call}: {fault:#}"))
}

#[test]
fn our_macros_give_the_markup_of_the_design_systems_own_examples() {
    let examples: BTreeMap<String, serde_json::Value> = serde_json::from_str(EXAMPLES).unwrap();
    for (name, call) in CALLS {
        let wanted = examples.get(*name).unwrap_or_else(|| panic!("no example is called {name}"));
        // A description from elsewhere on the page is nothing that our macros have.
        let html = wanted["html"].as_str().unwrap().replace("test-target-element t-and-c", "t-and-c");
        let mut wanted = outline(&html);
        // A choice that cannot be chosen is nothing that our macro has.
        if let Some(place) = wanted.iter().position(|line| line.contains("disabled")) {
            wanted.drain(place..place + 2);
        }
        assert_eq!(outline(&ours(call)), wanted, "{name}");
    }
}

#[test]
fn the_components_with_content_of_their_own_give_their_markup_too() {
    let examples: BTreeMap<String, serde_json::Value> = serde_json::from_str(EXAMPLES).unwrap();
    let mut engine = Environment::new();
    engine.set_auto_escape_callback(|_| AutoEscape::Html);
    engine.add_template("govuk.html", MACROS).unwrap();
    for (name, open) in [("details: default", ""), ("details: expanded", r#", id="help-with-nationality", open=true"#)]
    {
        let options = &examples[name]["options"];
        let source = format!(
            "{{% import 'govuk.html' as govuk %}}{{% call govuk.details(\"Help with nationality\"{open}) %}}{}{{% endcall %}}",
            options["text"].as_str().unwrap()
        );
        let ours = engine.render_str(&source, ()).unwrap();
        assert_eq!(outline(&ours), outline(examples[name]["html"].as_str().unwrap()), "{name}");
    }
    let rows = r#"{% import 'govuk.html' as govuk %}{% call govuk.summary_list() %}{% call govuk.row("Name") %}Firstname Lastname{% endcall %}
        {% call govuk.row("Date of birth") %}13/08/1980{% endcall %}{% endcall %}"#;
    let ours = outline(&engine.render_str(rows, ()).unwrap());
    let wanted = outline(examples["summary-list: default"]["html"].as_str().unwrap());
    assert_eq!(ours, wanted[..ours.len()]);
}

#[test]
fn every_template_parses() {
    assert_eq!(super::ENGINE.as_ref().err(), None);
}
