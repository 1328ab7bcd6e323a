//! Notices and errors, as psql words them.

use std::fmt::Write;

/// What the server says, apart from rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Message<'a> {
    /// `ERROR`, `NOTICE` …
    pub(super) severity: &'a str,
    pub(super) message: &'a str,
    pub(super) detail: Option<&'a str>,
    pub(super) hint: Option<&'a str>,
    /// Where in the statement, in characters from 1.
    pub(super) position: Option<usize>,
}

impl Message<'_> {
    /// In full sentences for a person, the place in `statement` pointed at;
    /// after a prefix such as `file.sql:7: `.
    pub(super) fn words(&self, prefix: &str, statement: &str) -> String {
        let mut words = format!("{prefix}{}:  {}\n", self.severity, self.message);
        if let Some(position) = self.position {
            words += &pointer(statement, position);
        }
        for (label, text) in [("DETAIL", self.detail), ("HINT", self.hint)] {
            if let Some(text) = text {
                // Writing to a String cannot fail.
                let _ = writeln!(words, "{label}:  {text}");
            }
        }
        words
    }

    /// The line of `statement` that the position is on, from 0.
    pub(super) fn line(&self, statement: &str) -> usize {
        let before = statement
            .chars()
            .take(self.position.unwrap_or(1).saturating_sub(1));
        before.filter(|c| *c == '\n').count()
    }
}

/// `LINE 1: …` and a caret below the character at this position.
fn pointer(statement: &str, position: usize) -> String {
    let mut start = 0;
    for (number, line) in statement.split('\n').enumerate() {
        let length = line.chars().count();
        if position <= start + length + 1 {
            let label = format!("LINE {}: ", number + 1);
            let column = position.saturating_sub(start + 1);
            let line = line.trim_end_matches('\r').replace('\t', " ");
            return format!("{label}{line}\n{:1$}^\n", "", label.len() + column);
        }
        start += length + 1;
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_points_at_its_place() {
        let error = |position| Message {
            severity: "ERROR",
            message: "syntax error",
            hint: Some("Do not."),
            position,
            ..Message::default()
        };
        for (statement, position, line, words) in [
            ("a b", None, 0, "f:ERROR:  syntax error\nHINT:  Do not.\n"),
            (
                "a b",
                Some(3),
                0,
                "f:ERROR:  syntax error\nLINE 1: a b\n          ^\nHINT:  Do not.\n",
            ),
            (
                "a b",
                Some(4),
                0,
                "f:ERROR:  syntax error\nLINE 1: a b\n           ^\nHINT:  Do not.\n",
            ),
            (
                "žluť\n\tb\r\nc",
                Some(7),
                1,
                "f:ERROR:  syntax error\nLINE 2:  b\n         ^\nHINT:  Do not.\n",
            ),
            ("a", Some(9), 0, "f:ERROR:  syntax error\nHINT:  Do not.\n"),
        ] {
            assert_eq!(error(position).words("f:", statement), words);
            assert_eq!(error(position).line(statement), line);
        }
    }
}
