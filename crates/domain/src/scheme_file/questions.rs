//! Reads a scheme's application form: groups of questions, the papers that go with it, and what applicants declare.

use std::collections::BTreeSet;

use crate::scheme::{ApplicationForm, OnlyIf, Paper, Question, QuestionGroup, QuestionKind};
use toml_reader::{Section, code, flag, text};

/// The kinds of question by their names.
const KINDS: [&str; 6] = ["line", "text", "number", "yes_no", "choice", "day"];

pub(super) fn application(section: &Section<'_>) -> Option<ApplicationForm> {
    let declarations = section.list("declarations", text);
    let sections = section.tables("groups");
    let papers = section.tables("papers");
    section.no_other_keys();
    if declarations.as_ref().is_some_and(Vec::is_empty) {
        section.fault("declarations", "has none; an application is submitted with signed declarations");
    }
    if sections.is_empty() {
        section.fault("groups", "has none; add an [[application.groups]] table for each group of questions");
    }
    let mut codes = BTreeSet::new();
    let groups: Vec<_> = sections.iter().map(|section| group(section, &mut codes)).collect();
    let papers: Vec<_> = papers.iter().map(|section| paper(section, &mut codes)).collect();
    Some(ApplicationForm {
        groups: groups.into_iter().collect::<Option<_>>()?,
        papers: papers.into_iter().collect::<Option<_>>()?,
        declarations: declarations?,
    })
}

fn paper(section: &Section<'_>, codes: &mut BTreeSet<String>) -> Option<Paper> {
    let paper_code = section.required("code", code);
    let title = section.required("title", text);
    let hint = section.optional("hint", text);
    let is_required = section.optional("required", flag);
    section.no_other_keys();
    used_once(section, paper_code.as_ref(), codes);
    Some(Paper { code: paper_code?, title: title?, hint, is_required: is_required.unwrap_or(false) })
}

fn used_once(section: &Section<'_>, code: Option<&String>, codes: &mut BTreeSet<String>) {
    if code.is_some_and(|code| !codes.insert(code.clone())) {
        section.fault("code", "is used twice in the form; give each group, question and paper a code of its own");
    }
}

fn group(section: &Section<'_>, codes: &mut BTreeSet<String>) -> Option<QuestionGroup> {
    let group_code = section.required("code", code);
    let title = section.required("title", text);
    let intro = section.optional("intro", text);
    let is_of_one_home = section.optional("of_one_home", flag);
    let sections = section.tables("questions");
    section.no_other_keys();
    used_once(section, group_code.as_ref(), codes);
    let mut earlier: Vec<Question> = Vec::with_capacity(sections.len());
    let mut is_whole = true;
    for section in &sections {
        match question(section, codes, &earlier) {
            Some(question) => earlier.push(question),
            None => is_whole = false,
        }
    }
    if sections.is_empty() {
        section.fault("questions", "has none; add an [[application.groups.questions]] table for each question");
    }
    let group = QuestionGroup {
        code: group_code?,
        title: title?,
        intro,
        is_of_one_home: is_of_one_home.unwrap_or(false),
        questions: earlier,
    };
    is_whole.then_some(group)
}

fn question(section: &Section<'_>, codes: &mut BTreeSet<String>, earlier: &[Question]) -> Option<Question> {
    let question_code = section.required("code", code);
    let wording = section.required("text", text);
    let hint = section.optional("hint", text);
    let kind = section.required("kind", text);
    let choices = section.list("choices", text);
    let is_optional = section.optional("optional", flag);
    let condition = section.optional("only_if", text);
    section.no_other_keys();
    used_once(section, question_code.as_ref(), codes);
    let kind = kind.and_then(|kind| kind_of(section, &kind, choices.unwrap_or_default()));
    let only_if = match condition {
        Some(condition) => Some(only_if(section, &condition, earlier)?),
        None => None,
    };
    Some(Question {
        code: question_code?,
        text: wording?,
        hint,
        kind: kind?,
        is_optional: is_optional.unwrap_or(false),
        only_if,
    })
}

fn kind_of(section: &Section<'_>, name: &str, choices: Vec<String>) -> Option<QuestionKind> {
    let kind = match name {
        "line" => QuestionKind::Line,
        "text" => QuestionKind::Text,
        "number" => QuestionKind::Number,
        "yes_no" => QuestionKind::YesNo,
        "day" => QuestionKind::Day,
        "choice" if choices.len() < 2 => {
            section.fault("choices", "has fewer than two; write what can be chosen");
            return None;
        }
        "choice" => return Some(QuestionKind::Choice(choices)),
        _ => {
            section.fault("kind", format!("must be one of {}; found {name:?}", KINDS.join(", ")));
            return None;
        }
    };
    if choices.is_empty() {
        return Some(kind);
    }
    section.fault("choices", "belongs to questions of the kind \"choice\" only; take it away");
    None
}

/// "gas = yes": an earlier question of the group, and an answer that it can have.
fn only_if(section: &Section<'_>, condition: &str, earlier: &[Question]) -> Option<OnlyIf> {
    let Some((name, answer)) = condition.split_once('=').map(|(name, answer)| (name.trim(), answer.trim())) else {
        section.fault("only_if", "must name a question and its answer, such as \"gas = yes\"");
        return None;
    };
    let Some(question) = earlier.iter().find(|question| question.code == name) else {
        section.fault("only_if", format!("names {name:?}, which is no earlier question of this group"));
        return None;
    };
    let can_be = match &question.kind {
        QuestionKind::YesNo => matches!(answer, "yes" | "no"),
        QuestionKind::Choice(choices) => choices.iter().any(|choice| choice == answer),
        _ => false,
    };
    if !can_be {
        section.fault("only_if", format!("asks for {answer:?}, which is no answer to choose for {name:?}"));
        return None;
    }
    Some(OnlyIf { question: name.to_owned(), answer: answer.to_owned() })
}
