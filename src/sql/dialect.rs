//! PostgreSQL as sqlparser is told about it.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::schema::is_reserved;

/// sqlparser's PostgreSQL, with these differences:
///
/// * Signs do not grow together into operators of a user's own: those would
///   swallow the beginning of the comment in `array<int>-- why`, and the minus of `a=-1`.
/// * The name of an argument is a word, not an expression: each level of nested
///   calls would be read twice otherwise, so that twenty take minutes.
/// * PostgreSQL's words are no aliases: `COPY (SELECT 1 TO STDOUT` lacks a parenthesis.
/// * A sign before an operand binds closer than `^` (PostgreSQL manual, 4.1.6).
/// * There is BETWEEN SYMMETRIC, and `(row).*`.
/// * A comparison is no operand of another one unless it is in parentheses.
/// * A text is read a bounded number of times: where a construct fails, sqlparser
///   reads its first word as a name, and what is within it again, so that thirty
///   levels of `array[` with a mistake in them would take for ever.
#[derive(Debug)]
pub(super) struct Postgres {
    /// How many operands may still be read.
    operands: Cell<usize>,
}

/// How often an operand may be read anew for each word of the text, and beside that.
const READS_A_WORD: usize = 32;
const READS: usize = 10_000;

impl Postgres {
    /// For a text of so many words.
    pub(super) fn of_words(count: usize) -> Self {
        Self {
            operands: Cell::new(READS + count.saturating_mul(READS_A_WORD)),
        }
    }
}

const BASE: PostgreSqlDialect = PostgreSqlDialect {};

/// Keywords that name a column only behind AS (PostgreSQL manual, appendix C:
/// those that "require AS").
#[rustfmt::skip]
const NEED_AS: &[Keyword] = &[
    Keyword::ARRAY, Keyword::AS, Keyword::CHAR, Keyword::CHARACTER, Keyword::CREATE, Keyword::DAY,
    Keyword::EXCEPT, Keyword::FETCH, Keyword::FILTER, Keyword::FOR, Keyword::FROM, Keyword::GRANT,
    Keyword::GROUP, Keyword::HAVING, Keyword::HOUR, Keyword::INTERSECT, Keyword::INTO,
    Keyword::LIMIT, Keyword::MINUTE, Keyword::MONTH, Keyword::NOTNULL,
    Keyword::OFFSET, Keyword::ON, Keyword::ORDER, Keyword::OVER, Keyword::OVERLAPS,
    Keyword::PRECISION, Keyword::RETURNING, Keyword::SECOND, Keyword::TO, Keyword::UNION,
    Keyword::VARCHAR, Keyword::VARYING, Keyword::WHERE, Keyword::WINDOW, Keyword::WITH,
    Keyword::WITHIN, Keyword::WITHOUT, Keyword::YEAR,
];

/// What is as in sqlparser's dialect.
macro_rules! as_in_base {
    ($($name:ident),* $(,)?) => {
        $(fn $name(&self) -> bool {
            BASE.$name()
        })*
    };
}

impl Dialect for Postgres {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        BASE.identifier_quote_style(identifier)
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        BASE.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        BASE.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        BASE.is_identifier_part(ch)
    }

    fn is_reserved_for_identifier(&self, word: Keyword) -> bool {
        BASE.is_reserved_for_identifier(word)
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        BASE.get_next_precedence(parser)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        BASE.prec_value(precedence)
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        let Some(left) = self.operands.get().checked_sub(1) else {
            return Some(Err(ParserError::RecursionLimitExceeded));
        };
        self.operands.set(left);
        let op = match parser.peek_token_ref().token {
            Token::Minus => UnaryOperator::Minus,
            Token::Plus => UnaryOperator::Plus,
            _ => return None,
        };
        parser.next_token();
        let operand = parser.parse_subexpr(self.prec_value(Precedence::AtTz));
        Some(operand.map(|operand| Expr::UnaryOp {
            op,
            expr: Box::new(operand),
        }))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        operand: &Expr,
        _precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        let next = parser.peek_token_ref();
        if is_comparison(&next.token)
            && matches!(operand, Expr::BinaryOp { op, .. } if compares(op))
        {
            return Some(parser.expected_ref("the end of a comparison", next));
        }
        let is_negated = parser.peek_keyword(Keyword::NOT);
        let words = match is_negated {
            true => &[Keyword::NOT, Keyword::BETWEEN, Keyword::SYMMETRIC][..],
            false => &[Keyword::BETWEEN, Keyword::SYMMETRIC][..],
        };
        parser
            .parse_keywords(words)
            .then(|| self.symmetric(parser, operand, is_negated))
    }

    fn is_column_alias(&self, word: &Keyword, _: &mut Parser<'_>) -> bool {
        !NEED_AS.contains(word)
    }

    fn is_table_alias(&self, word: &Keyword, parser: &mut Parser<'_>) -> bool {
        BASE.is_table_alias(word, parser) && !is_reserved(&format!("{word:?}").to_ascii_lowercase())
    }

    fn supports_select_expr_star(&self) -> bool {
        true
    }

    as_in_base!(
        allow_extract_custom,
        allow_extract_single_quotes,
        supports_alter_column_type_using,
        supports_array_typedef_with_brackets,
        supports_bitwise_shift_operators,
        supports_comma_separated_trim,
        supports_empty_projections,
        supports_factorial_operator,
        supports_filter_during_aggregation,
        supports_geometric_types,
        supports_group_by_expr,
        supports_insert_table_alias,
        supports_interval_options,
        supports_named_fn_args_with_colon_operator,
        supports_nested_comments,
        supports_notnull_operator,
        supports_numeric_literal_underscores,
        supports_string_escape_constant,
        supports_unicode_string_literal,
        supports_xml_expressions,
    );
}

/// Whether the sign compares, and binds as comparisons do (PostgreSQL manual, 4.1.6).
fn is_comparison(sign: &Token) -> bool {
    matches!(
        sign,
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq
    )
}

fn compares(operator: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(
        operator,
        Op::Eq | Op::NotEq | Op::Lt | Op::Gt | Op::LtEq | Op::GtEq
    )
}

impl Postgres {
    /// `a BETWEEN SYMMETRIC b AND c`: between them in one order or the other.
    fn symmetric(
        &self,
        parser: &mut Parser<'_>,
        operand: &Expr,
        is_negated: bool,
    ) -> Result<Expr, ParserError> {
        let precedence = self.prec_value(Precedence::Between);
        let one = parser.parse_subexpr(precedence)?;
        parser.expect_keyword_is(Keyword::AND)?;
        let other = parser.parse_subexpr(precedence)?;
        let between = |low: &Expr, high: &Expr| Expr::Between {
            expr: Box::new(operand.clone()),
            negated: is_negated,
            low: Box::new(low.clone()),
            high: Box::new(high.clone()),
        };
        Ok(Expr::BinaryOp {
            left: Box::new(between(&one, &other)),
            op: match is_negated {
                true => BinaryOperator::And,
                false => BinaryOperator::Or,
            },
            right: Box::new(between(&other, &one)),
        })
    }
}
