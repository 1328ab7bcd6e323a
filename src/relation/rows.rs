//! Rows, shared with whoever made them.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::Value;

/// A row of a result: one value a column.
pub type Row = Vec<Value>;

/// Rows of an answer, shared with whoever made them: a stream is described once
/// and its rows are handed out as often as they are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    all: Arc<Made>,
    /// The first that was not taken.
    next: usize,
    end: usize,
}

/// Rows and, if they are kept to be handed out again, what was made of them.
#[derive(Debug, Default)]
struct Made {
    rows: Box<[Row]>,
    encoded: Option<[OnceLock<Box<[u8]>>; 2]>,
    /// Their text is not the same for every session.
    has_style: bool,
}

/// Rows are what they hold, not what was made of them.
impl PartialEq for Made {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As people read it.
    #[default]
    Text,
    /// As machines read it.
    Binary,
}

impl Rows {
    /// Rows that are kept and handed out again: what is made of them in one
    /// [`Form`] is kept too.
    pub fn kept(rows: impl IntoIterator<Item = Row>) -> Self {
        let rows: Box<[Row]> = rows.into_iter().collect();
        Self {
            next: 0,
            end: rows.len(),
            all: Arc::new(Made {
                has_style: rows.iter().flatten().any(Value::depends_on_style),
                rows,
                encoded: Some(Default::default()),
            }),
        }
    }

    /// All rows in this form, encoded when they are first asked for. Nothing for
    /// rows that are not kept, or of which some were taken, or whose text depends
    /// on the session's settings.
    pub fn encoded(&self, form: Form, encode: impl FnOnce(&[Row]) -> Box<[u8]>) -> Option<&[u8]> {
        let is_whole = self.next == 0 && self.end == self.all.rows.len();
        let is_same = !self.all.has_style || form == Form::Binary;
        let slots = self.all.encoded.as_ref().filter(|_| is_whole && is_same)?;
        Some(slots[form as usize].get_or_init(|| encode(&self.all.rows)))
    }

    /// Takes the first rows out, at most so many.
    pub fn take_first(&mut self, count: usize) -> Self {
        let end = self.next.saturating_add(count).min(self.end);
        let taken = Self {
            all: self.all.clone(),
            next: self.next,
            end,
        };
        self.next = end;
        taken
    }
}

impl Rows {
    /// About how much memory the rows take (in bytes), those that were taken out
    /// included.
    pub fn bytes(&self) -> usize {
        self.all.rows.iter().flatten().map(Value::bytes).sum()
    }
}

impl Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        &self.all.rows[self.next..self.end]
    }
}

impl FromIterator<Row> for Rows {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        let rows: Box<[Row]> = rows.into_iter().collect();
        Self {
            next: 0,
            end: rows.len(),
            all: Arc::new(Made {
                rows,
                encoded: None,
                has_style: false,
            }),
        }
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_in_order_and_once() {
        let mut rows: Rows = (1..=5).map(|n| vec![Value::Int4(n)]).collect();
        let first = rows.take_first(2);
        assert_eq!(*first, [vec![Value::Int4(1)], vec![Value::Int4(2)]]);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows.take_first(usize::MAX).len(), 3);
        assert!(rows.take_first(1).is_empty());
        assert_eq!(first.len(), 2);
    }

    #[test]
    fn kept_rows_are_encoded_once_and_only_as_a_whole() {
        let encode = |rows: &[Row]| vec![u8::try_from(rows.len()).expect("few")].into_boxed_slice();
        let row = || vec![Value::Int4(1)];
        let mut kept = Rows::kept([row(), row()]);
        assert_eq!(kept.encoded(Form::Text, encode), Some([2].as_slice()));
        let again = |_: &[Row]| -> Box<[u8]> { unreachable!("it was encoded") };
        assert_eq!(
            kept.clone().encoded(Form::Text, again),
            Some([2].as_slice())
        );
        assert_eq!(kept.encoded(Form::Binary, encode), Some([2].as_slice()));
        kept.take_first(1);
        assert_eq!(kept.encoded(Form::Text, again), None);
        assert_eq!(Rows::from_iter([row()]).encoded(Form::Text, again), None);
    }

    #[test]
    fn text_that_is_not_everybodys_is_not_kept() {
        let encode = |_: &[Row]| [1].into();
        let rows = Rows::kept([vec![Value::Int4(1), Value::Float8(0.5)]]);
        assert_eq!(rows.encoded(Form::Text, encode), None);
        assert_eq!(rows.encoded(Form::Binary, encode), Some([1].as_slice()));
    }
}
