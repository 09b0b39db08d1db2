//! Small words that several commands write.

use chrono::NaiveDate;

/// "1 fault", "2 faults".
pub(super) fn some(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Reads a day as it is typed.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let read = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    read.ok_or_else(|| "write the day as year, month and day, for example 2025-01-22".to_owned())
}

/// A rung of the ladder: "7 days before the due date", "on the due date", "1 day after the due date".
pub(super) fn rung(rung: i32) -> String {
    let days = usize::try_from(rung.unsigned_abs()).unwrap_or_default();
    match rung {
        0 => "on the due date".to_owned(),
        rung if rung < 0 => format!("{} before the due date", some(days, "day")),
        _ => format!("{} after the due date", some(days, "day")),
    }
}

/// A word of the domain as prose: "first_class_post" is "first class post".
pub(super) fn prose(word: impl ToString) -> String {
    word.to_string().replace('_', " ")
}
