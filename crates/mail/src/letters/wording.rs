//! The wording of the letters: the templates that the program ships, or the council's own in place of them. A council's own are
//! checked as a whole before anything is written with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, value::Serde};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{ComposeFault, Composed, Sheet, samples, wrap::wrap};
use crate::envelope::MailSubject;
use crate::paper;
use domain::event::hex;

const TEMPLATES: [(&str, &str); 44] = [
    ("anchors.html", include_str!("../templates/anchors.html")),
    ("anchors.txt", include_str!("../templates/anchors.txt")),
    ("application.html", include_str!("../templates/application.html")),
    ("application.txt", include_str!("../templates/application.txt")),
    ("copy.html", include_str!("../templates/copy.html")),
    ("copy.txt", include_str!("../templates/copy.txt")),
    ("foot.txt", include_str!("../templates/foot.txt")),
    ("layout.html", include_str!("../templates/layout.html")),
    ("how_to_answer.html", include_str!("../templates/how_to_answer.html")),
    ("how_to_answer.txt", include_str!("../templates/how_to_answer.txt")),
    ("demand.txt", include_str!("../templates/demand.txt")),
    ("demand.html", include_str!("../templates/demand.html")),
    ("digest.txt", include_str!("../templates/digest.txt")),
    ("digest.html", include_str!("../templates/digest.html")),
    ("decision.txt", include_str!("../templates/decision.txt")),
    ("decision.html", include_str!("../templates/decision.html")),
    ("enquiry.txt", include_str!("../templates/enquiry.txt")),
    ("enquiry.html", include_str!("../templates/enquiry.html")),
    ("exemption.txt", include_str!("../templates/exemption.txt")),
    ("exemption.html", include_str!("../templates/exemption.html")),
    ("invitation.txt", include_str!("../templates/invitation.txt")),
    ("invitation.html", include_str!("../templates/invitation.html")),
    ("penalty_change.txt", include_str!("../templates/penalty_change.txt")),
    ("penalty_change.html", include_str!("../templates/penalty_change.html")),
    ("penalty_notice.txt", include_str!("../templates/penalty_notice.txt")),
    ("penalty_notice.html", include_str!("../templates/penalty_notice.html")),
    ("improvement_plan.txt", include_str!("../templates/improvement_plan.txt")),
    ("improvement_plan.html", include_str!("../templates/improvement_plan.html")),
    ("inspection_notice.txt", include_str!("../templates/inspection_notice.txt")),
    ("inspection_notice.html", include_str!("../templates/inspection_notice.html")),
    ("licence_notice.txt", include_str!("../templates/licence_notice.txt")),
    ("licence_notice.html", include_str!("../templates/licence_notice.html")),
    ("notice.txt", include_str!("../templates/notice.txt")),
    ("notice.html", include_str!("../templates/notice.html")),
    ("receipt.txt", include_str!("../templates/receipt.txt")),
    ("receipt.html", include_str!("../templates/receipt.html")),
    ("reference.txt", include_str!("../templates/reference.txt")),
    ("reference.html", include_str!("../templates/reference.html")),
    ("referral.txt", include_str!("../templates/referral.txt")),
    ("referral.html", include_str!("../templates/referral.html")),
    ("seal.txt", include_str!("../templates/seal.txt")),
    ("seal.html", include_str!("../templates/seal.html")),
    ("sign_in.txt", include_str!("../templates/sign_in.txt")),
    ("sign_in.html", include_str!("../templates/sign_in.html")),
];

/// The wording of all letters.
pub struct Wording {
    engine: Environment<'static>,
    /// Names the council's own templates, all together; none where there are none.
    own: Option<String>,
}

/// What is wrong with a template of the council's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{template}, line {line}: {what}")]
pub struct WordingFault {
    /// The file.
    pub template: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl WordingFault {
    fn new(template: &str, line: usize, what: impl Into<String>) -> Self {
        Self { template: template.to_owned(), line: line.max(1), what: what.into() }
    }
}

impl Wording {
    /// The templates that the program ships: names and sources.
    #[must_use]
    pub fn templates() -> &'static [(&'static str, &'static str)] {
        &TEMPLATES
    }

    /// The wording that the program ships.
    ///
    /// # Errors
    /// Never, while the tests of the letters pass.
    pub fn shipped() -> Result<Self, Vec<WordingFault>> {
        Self::with(&BTreeMap::new())
    }

    /// The shipped wording with the templates of that folder in place of those of the same names.
    ///
    /// # Errors
    /// Every fault of these templates, with its line.
    pub fn read(folder: &Path) -> Result<Self, Vec<WordingFault>> {
        let name = folder.display().to_string();
        let unread = |error: std::io::Error| vec![WordingFault::new(&name, 1, format!("cannot be read: {error}"))];
        let mut own = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let source = std::fs::read_to_string(entry.path())
                .map_err(|error| vec![WordingFault::new(&name, 1, format!("cannot be read: {error}"))])?;
            own.insert(name, source);
        }
        Self::with(&own)
    }

    /// The shipped wording with these templates, by name, in place of its own.
    ///
    /// # Errors
    /// Every fault of these templates, with its line.
    pub fn with(own: &BTreeMap<String, String>) -> Result<Self, Vec<WordingFault>> {
        let mut engine = Environment::new();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine
            .set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
        // With it a record could become a part of the letter.
        engine.remove_filter("safe");
        let mut faults = Vec::new();
        for name in own.keys().filter(|name| !TEMPLATES.iter().any(|(shipped, _)| shipped == name)) {
            faults.push(WordingFault::new(name, 1, format!("no letter uses it; the templates are {}", names())));
        }
        let mut parsed = true;
        for (name, shipped) in TEMPLATES {
            let source = own.get(name).map_or_else(|| shipped.to_owned(), Clone::clone);
            if let Err(error) = engine.add_template_owned(name, source) {
                faults.push(fault_of(name, &error));
                parsed = false;
            }
        }
        let wording = Self { engine, own: (!own.is_empty()).then(|| named(own)) };
        if parsed && !own.is_empty() {
            faults.extend(wording.faults(own, &Self::shipped()?));
        }
        if faults.is_empty() { Ok(wording) } else { Err(faults) }
    }

    /// Writes both parts of a letter. An agent's copy says so in its subject too.
    ///
    /// # Errors
    /// [`ComposeFault`] if a template asks for more than the sheet has.
    pub fn compose(&self, sheet: &Sheet) -> Result<Composed, ComposeFault> {
        let copy = if sheet.is_copy { "Copy: " } else { "" };
        let subject = format!("{copy}{}", sheet.subject);
        Ok(Composed {
            subject: MailSubject::from_text(&subject).ok_or(ComposeFault::Missing("subject"))?,
            text: wrap(&self.render(sheet.text, &sheet.values)?),
            html: self.render(sheet.html, &sheet.values)?,
            template_version: match &self.own {
                Some(own) => format!("{}+{own}", sheet.version),
                None => sheet.version.to_owned(),
            },
        })
    }

    /// Every letter with made-up records, as this wording has it.
    ///
    /// # Errors
    /// Never, once the wording was read.
    pub fn specimens(&self) -> Result<Vec<Composed>, ComposeFault> {
        samples::all()?.iter().map(|sheet| self.compose(sheet)).collect()
    }

    /// Fills in one template.
    pub(super) fn render(&self, template: &'static str, values: &Value) -> Result<String, ComposeFault> {
        self.filled(template, values).map_err(|error| ComposeFault::Template { template, reason: format!("{error:#}") })
    }

    fn filled(&self, template: &str, values: &Value) -> Result<String, minijinja::Error> {
        self.engine.get_template(template)?.render(Serde(values))
    }

    /// What is wrong with a council's own templates: every letter is written with them, and compared with the shipped one.
    fn faults(&self, own: &BTreeMap<String, String>, shipped: &Self) -> Vec<WordingFault> {
        let sheets = match samples::all() {
            Ok(sheets) => sheets,
            Err(fault) => return vec![WordingFault::new("samples", 1, fault.to_string())],
        };
        let mut faults =
            own.iter().flat_map(|(name, source)| self.unknown_values(name, source, &sheets)).collect::<Vec<_>>();
        for sheet in &sheets {
            for template in [sheet.text, sheet.html] {
                let usual = match shipped.filled(template, &sheet.values) {
                    Ok(usual) => usual,
                    Err(error) => return vec![fault_of(template, &error)],
                };
                let written = match self.filled(template, &sheet.values) {
                    Ok(written) => written,
                    Err(error) => {
                        faults.push(fault_of(template, &error));
                        continue;
                    }
                };
                faults.extend(unsaid(template, sheet, &written, &usual));
                if template == sheet.html
                    && let Err(fault) = paper::check(&written)
                {
                    faults.push(WordingFault::new(template, 1, fault.to_string()));
                }
            }
        }
        let mut seen = BTreeSet::new();
        faults.retain(|fault| seen.insert(fault.to_string()));
        faults
    }

    /// Values that no letter has which uses the template, wherever in it they stand.
    fn unknown_values(&self, name: &str, source: &str, sheets: &[Sheet]) -> Vec<WordingFault> {
        let Ok(template) = self.engine.get_template(name) else { return Vec::new() };
        let uses = |sheet: &Sheet| sheet.text == name || sheet.html == name;
        // A part such as the foot may speak of whatever one of the letters has.
        let is_part = !sheets.iter().any(uses);
        let known = |path: &str| {
            let has_it = |sheet: &Sheet| (is_part || uses(sheet)) && has(&sheet.values, path);
            sheets.iter().any(has_it) || self.engine.globals().any(|(global, _)| global == path)
        };
        let mut unknown =
            template.undeclared_variables(true).into_iter().filter(|path| !known(path)).collect::<Vec<_>>();
        unknown.sort();
        let mut faults = unknown
            .into_iter()
            .map(|path| {
                let what = format!("\"{path}\" is no value of this letter");
                WordingFault::new(name, line_of(source, path.rsplit('.').next().unwrap_or(&path)), what)
            })
            .collect::<Vec<_>>();
        let is_html = name.ends_with(".html");
        for (place, line) in source.lines().enumerate() {
            // A part that is text is written as it is, so in HTML what people wrote would become a part of the letter.
            let names_part = ["include", "import", "extends"].iter().any(|word| line.contains(word));
            let names_text = is_html && (line.contains(".txt") || names_part && !line.contains(".html\""));
            if line.contains("autoescape") || names_text {
                let what = "what people wrote would become a part of the letter: leave autoescape as it is, and in HTML name \
                            parts that end with .html, each in a line of its own";
                faults.push(WordingFault::new(name, place + 1, what));
            }
        }
        faults
    }
}

fn names() -> String {
    TEMPLATES.map(|(name, _)| name).join(", ")
}

/// A short name of these templates: the first twelve digits of a SHA-256 over their names and words.
fn named(own: &BTreeMap<String, String>) -> String {
    let mut sha = Sha256::new();
    for (name, source) in own {
        sha.update(format!("{name}\0{}\0{source}", source.len()));
    }
    hex(&sha.finalize()).chars().take(12).collect()
}

/// The fault that lies deepest: an error in a part is told by the template that includes it too.
fn fault_of(template: &str, error: &minijinja::Error) -> WordingFault {
    let mut deepest = error;
    while let Some(within) = std::error::Error::source(deepest).and_then(|error| error.downcast_ref()) {
        deepest = within;
    }
    let what = match deepest.kind() {
        ErrorKind::UndefinedError => "it asks for a value that this letter does not have".to_owned(),
        _ => deepest.detail().map_or_else(|| deepest.kind().to_string(), ToOwned::to_owned),
    };
    let name = deepest.name().or(error.name()).unwrap_or(template);
    WordingFault::new(name, deepest.line().or(error.line()).unwrap_or(1), what)
}

/// The first line, from 1, in which the word stands.
fn line_of(source: &str, word: &str) -> usize {
    source.lines().position(|line| line.contains(word)).map_or(1, |place| place + 1)
}

/// Whether the values have something at that path, such as "licence.holder".
fn has(values: &Value, path: &str) -> bool {
    let mut there = Some(values);
    for key in path.split('.') {
        there = there.and_then(|value| value.get(key));
    }
    there.is_some()
}

/// What the shipped wording says of a letter's values and the council's own does not: the words are the council's, the facts stay.
fn unsaid(template: &str, sheet: &Sheet, written: &str, usual: &str) -> Vec<WordingFault> {
    let (written, usual) = (plain(written), plain(usual));
    let source = TEMPLATES.iter().find(|(name, _)| *name == template).map_or("", |(_, source)| source);
    let mut values = Vec::new();
    leaves("", &sheet.values, &mut values);
    let unsaid = values.into_iter().filter(|(_, text)| usual.contains(text) && !written.contains(text));
    unsaid
        .map(|(path, _)| {
            let line = line_of(source, path.rsplit('.').next().unwrap_or(&path));
            let what = format!("the letter must give \"{path}\", as line {line} of the shipped wording does");
            WordingFault::new(template, line, what)
        })
        .collect()
}

/// Texts and dates by their paths. Words of the program, such as "proposed_grant", choose what is said and are not said.
fn leaves(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::String(text) if text.contains(|c: char| !c.is_ascii_lowercase() && c != '_') => {
            found.push((path.to_owned(), plain(text)));
        }
        Value::Array(values) => values.iter().for_each(|value| leaves(path, value, found)),
        Value::Object(values) => values.iter().for_each(|(key, value)| leaves(&below(key), value, found)),
        _ => {}
    }
}

/// The words alone: without tags, with single spaces.
fn plain(written: &str) -> String {
    let mut words = String::with_capacity(written.len());
    let mut in_tag = false;
    for c in written.replace("<br>", " ").chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => words.push(c),
            _ => {}
        }
    }
    for (entity, c) in
        [("&#x2f;", "/"), ("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
    {
        words = words.replace(entity, c);
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
