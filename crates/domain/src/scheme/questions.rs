//! What an applicant is asked, as data: the statute gives the matters, each council its questions and its wording.

use chrono::NaiveDate;

use crate::calendar::london::written_out;

/// The application form (regulation 7 and Schedule 2 of SI 2006/373).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationForm {
    /// The questions, in groups that are answered one at a time.
    pub groups: Vec<QuestionGroup>,
    /// The papers that are sent with it, in order.
    pub papers: Vec<Paper>,
    /// What applicants declare when they sign.
    pub declarations: Vec<String>,
}

/// A paper that goes with an application, such as a gas safety record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The name for machines.
    pub code: String,
    /// What it is.
    pub title: String,
    /// What helps to send the right one.
    pub hint: Option<String>,
    /// Whether the application cannot be sent without it.
    pub is_required: bool,
}

/// Questions that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionGroup {
    /// The name for machines.
    pub code: String,
    /// The heading.
    pub title: String,
    /// What stands above the questions.
    pub intro: Option<String>,
    /// Whether the answers are true of one home only, so that a copy for another home leaves them out.
    pub is_of_one_home: bool,
    /// The questions, in order.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The name for machines, the only one in the form.
    pub code: String,
    /// The question.
    pub text: String,
    /// What helps to answer it.
    pub hint: Option<String>,
    /// What the answer looks like.
    pub kind: QuestionKind,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// The earlier answer that it hangs on; without that answer it is not asked.
    pub only_if: Option<OnlyIf>,
}

/// An earlier question of the group, and the answer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyIf {
    /// The question.
    pub question: String,
    /// The answer, as it is kept.
    pub answer: String,
}

/// What an answer looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// One line.
    Line,
    /// Several lines.
    Text,
    /// A whole number from 0 to [`Question::MOST`].
    Number,
    /// Yes or no.
    YesNo,
    /// One of these.
    Choice(Vec<String>),
    /// A day that is not in the future.
    Day,
}

impl ApplicationForm {
    /// The group of that code.
    #[must_use]
    pub fn group(&self, code: &str) -> Option<&QuestionGroup> {
        self.groups.iter().find(|group| group.code == code)
    }

    /// The paper of that code.
    #[must_use]
    pub fn paper(&self, code: &str) -> Option<&Paper> {
        self.papers.iter().find(|paper| paper.code == code)
    }
}

impl Question {
    /// The largest number that is an answer.
    pub const MOST: u32 = 999;
    /// The longest answer on one line, in characters.
    pub const LINE: usize = 200;
    /// The longest answer in lines, in characters.
    pub const TEXT: usize = 2_000;

    /// What is wrong with an answer, in words for whoever gave it.
    ///
    /// # Errors
    /// Those words.
    pub fn check(&self, answer: &str, today: NaiveDate) -> Result<(), String> {
        match &self.kind {
            QuestionKind::Line => no_longer_than(answer, Self::LINE),
            QuestionKind::Text => no_longer_than(answer, Self::TEXT),
            QuestionKind::Number => match answer.parse::<u32>() {
                Ok(number) if number <= Self::MOST && answer == number.to_string() => Ok(()),
                _ => Err(format!("Enter a whole number from 0 to {}, in digits", Self::MOST)),
            },
            QuestionKind::YesNo if matches!(answer, "yes" | "no") => Ok(()),
            QuestionKind::YesNo => Err("Say yes or no".to_owned()),
            QuestionKind::Choice(choices) if choices.iter().any(|choice| choice == answer) => Ok(()),
            QuestionKind::Choice(_) => Err("Choose one of the answers".to_owned()),
            QuestionKind::Day => match answer.parse::<NaiveDate>() {
                Ok(day) if day > today => Err("The day must be today or in the past".to_owned()),
                Ok(_) => Ok(()),
                Err(_) => Err("Enter a day, such as 27 3 2025".to_owned()),
            },
        }
    }

    /// An answer as people say it: "Yes", "Friday 10 January 2025".
    #[must_use]
    pub fn in_words(&self, answer: &str) -> String {
        match (&self.kind, answer) {
            (QuestionKind::YesNo, "yes") => "Yes".to_owned(),
            (QuestionKind::YesNo, "no") => "No".to_owned(),
            (QuestionKind::Day, day) => day.parse().map_or_else(|_| day.to_owned(), written_out),
            _ => answer.to_owned(),
        }
    }

    /// What to say where the answer is missing.
    #[must_use]
    pub fn missing(&self) -> String {
        let what = match &self.kind {
            QuestionKind::Line | QuestionKind::Text => "Enter an answer",
            QuestionKind::Number => "Enter a number",
            QuestionKind::YesNo => "Say yes or no",
            QuestionKind::Choice(_) => "Choose an answer",
            QuestionKind::Day => "Enter a day",
        };
        format!("{what}: {}", self.text)
    }
}

fn no_longer_than(answer: &str, most: usize) -> Result<(), String> {
    let length = answer.chars().count();
    if length > most {
        return Err(format!("Shorten this by {} characters, to {most} at most", length - most));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn an_answer_fits_its_question() {
        let choice = QuestionKind::Choice(vec!["House".to_owned(), "Flat".to_owned()]);
        let (longest, too_long) = ("é".repeat(Question::LINE), "é".repeat(Question::LINE + 1));
        for (kind, answer, fits) in [
            (QuestionKind::Line, longest.as_str(), true),
            (QuestionKind::Line, too_long.as_str(), false),
            (QuestionKind::Text, too_long.as_str(), true),
            (QuestionKind::Number, "0", true),
            (QuestionKind::Number, "999", true),
            (QuestionKind::Number, "1000", false),
            (QuestionKind::Number, "-1", false),
            (QuestionKind::Number, "03", false),
            (QuestionKind::Number, "two", false),
            (QuestionKind::YesNo, "yes", true),
            (QuestionKind::YesNo, "Yes", false),
            (choice.clone(), "Flat", true),
            (choice, "flat", false),
            (QuestionKind::Day, "2025-01-22", true),
            (QuestionKind::Day, "2025-01-23", false),
            (QuestionKind::Day, "2025-02-30", false),
        ] {
            let (code, text) = ("one".to_owned(), "One?".to_owned());
            let question = Question { code, text, hint: None, kind, is_optional: false, only_if: None };
            assert_eq!(question.check(answer, day("2025-01-22")).is_ok(), fits, "{:?} {answer:?}", question.kind);
        }
    }
}
