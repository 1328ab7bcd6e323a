//! What a client should know that is no error.

/// How much a [`Notice`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// NOTICE
    Notice,
    /// WARNING
    Warning,
}

/// Something the client should know that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub severity: Severity,
    /// Its SQLSTATE: `00000`, `25P01`, `42P07` …
    pub sqlstate: &'static str,
    /// In one line, PostgreSQL's style.
    pub message: String,
    /// More, in full sentences.
    pub detail: Option<String>,
    /// What to do, in full sentences.
    pub hint: Option<String>,
}

impl Notice {
    /// A NOTICE of this SQLSTATE.
    pub fn new(sqlstate: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Notice,
            sqlstate,
            message: message.into(),
            detail: None,
            hint: None,
        }
    }

    /// A WARNING of this SQLSTATE.
    pub fn warning(sqlstate: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::new(sqlstate, message)
        }
    }

    /// Adds the detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
