//! PostgreSQL's words, without its operators.

use std::any::TypeId;

use sqlparser::dialect::{Dialect, PostgreSqlDialect};

/// PostgreSQL as the tokenizer knows it, but that signs do not grow together
/// into operators of a user's own: those would swallow the beginning of the
/// comment in `array<int>-- why`.
#[derive(Debug)]
pub(super) struct Words;

impl Dialect for Words {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        PostgreSqlDialect {}.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        PostgreSqlDialect {}.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        PostgreSqlDialect {}.is_identifier_part(ch)
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn supports_string_escape_constant(&self) -> bool {
        true
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }
}
