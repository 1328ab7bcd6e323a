//! What casts and names of types mean: `cases/` holds what PostgreSQL 15 makes of
//! them, in the zone America/New_York.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::common::DFSchema;
use datafusion::execution::context::ExecutionProps;
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::create_physical_expr;
use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::registered::Registered;
use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::error::translated;
use crate::query::names;
use crate::query::typed::Typed;
use crate::query::types::{Coercion, cast, named, scalar, values};
use crate::relation::{Style, Type, Value};

#[tokio::test(flavor = "multi_thread")]
async fn casts_answer_what_postgresql_answers() {
    let answer = |catalog: &Catalog, written: &str| {
        let style = catalog.context.style;
        let literal = shown(evaluated(catalog, written, false), &style);
        let column = shown(evaluated(catalog, written, true), &style);
        assert_eq!(literal, column, "{written} of a literal and of a column");
        literal
    };
    compare(include_str!("cases/casts.txt"), answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn types_have_the_names_that_they_have_in_postgresql() {
    let answer = |catalog: &Catalog, written: &str| match named(&parsed(written), catalog) {
        Ok((of, modifier)) => format!("{} {modifier}", of.name()),
        Err(error) => refusal(&error),
    };
    compare(include_str!("cases/names.txt"), answer).await;
}

/// Asks for every case of a file and tells all that differ.
async fn compare(cases: &str, answer: impl Fn(&Catalog, &str) -> String) {
    let registry = Registered::new().await;
    let catalog = &registry.catalog;
    let mut differences = Vec::new();
    for case in cases.lines().filter(|line| !line.is_empty()) {
        let (written, expected) = case.split_once(" => ").unwrap();
        let found = answer(catalog, written);
        if found != expected {
            differences.push(format!("{written}\n   is {found}\n  not {expected}"));
        }
    }
    registry.close().await;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn parsed(written: &str) -> ast::DataType {
    let parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(written);
    parser.unwrap().parse_data_type().unwrap()
}

/// The value of casts of a literal, at planning or for the rows of a column.
fn evaluated(catalog: &Catalog, written: &str, of_column: bool) -> Result<Value> {
    let parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(written);
    let tree = parser.unwrap().parse_expr().unwrap();
    let typed = casts(&tree, catalog, of_column)?;
    value(&typed)
}

fn casts(tree: &ast::Expr, catalog: &Catalog, of_column: bool) -> Result<Typed> {
    let (value, of) = match tree {
        ast::Expr::Cast {
            expr, data_type, ..
        } => {
            let (to, modifier) = named(data_type, catalog)?;
            let inner = casts(expr, catalog, of_column)?;
            let outer = |inner: Typed| cast(inner, &to, modifier, Coercion::Explicit, catalog);
            if !of_column || inner.is_unknown() {
                return outer(inner);
            }
            let literal = scalar(&self::value(&inner)?, &inner.data_type)?;
            let column = Typed {
                expr: names::column("c1"),
                ..inner
            };
            let typed = outer(column)?;
            let value = applied(&typed, literal)?;
            let expr = Expr::Literal(scalar(&value, &to)?, None);
            return Ok(Typed { expr, ..typed });
        }
        ast::Expr::Value(literal) => match &literal.value {
            ast::Value::SingleQuotedString(text) => (Value::text(text), Type::UNKNOWN),
            ast::Value::Null => (Value::Null, Type::UNKNOWN),
            ast::Value::Boolean(flag) => (Value::Bool(*flag), Type::BOOL),
            ast::Value::Number(digits, _) => match digits.parse() {
                Ok(number) => (Value::Int4(number), Type::INT4),
                Err(_) => match digits.parse() {
                    Ok(number) => (Value::Int8(number), Type::INT8),
                    Err(_) => (Value::Numeric(Arc::new(digits.parse()?)), Type::NUMERIC),
                },
            },
            other => unreachable!("{other}"),
        },
        other => unreachable!("{other}"),
    };
    Ok(Typed::new(Expr::Literal(scalar(&value, &of)?, None), of))
}

/// The value of a literal.
fn value(typed: &Typed) -> Result<Value> {
    let Expr::Literal(literal, _) = &typed.expr else {
        // A cast of a literal that fails is left to the rows.
        let null = scalar(&Value::Null, &Type::TEXT)?;
        return applied(typed, null);
    };
    Ok(values(&literal.to_array().unwrap(), &typed.data_type)?.remove(0))
}

/// The value of an expression over a column of one row.
fn applied(typed: &Typed, row: datafusion::common::ScalarValue) -> Result<Value> {
    let column = row.to_array().unwrap();
    let field = Field::new("c1", column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field]));
    let known = DFSchema::try_from(schema.clone()).unwrap();
    let physical = create_physical_expr(&typed.expr, &known, &ExecutionProps::new());
    let batch = RecordBatch::try_new(schema, vec![column]).unwrap();
    let answer = physical.map_err(translated)?.evaluate(&batch);
    let answer = answer.and_then(|answer| answer.into_array(1));
    Ok(values(&answer.map_err(translated)?, &typed.data_type)?.remove(0))
}

fn shown(answer: Result<Value>, style: &Style) -> String {
    match answer {
        Ok(value) => value.to_text(style).unwrap_or_else(|| "NULL".to_owned()),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &Error) -> String {
    let mut shown = format!("ERROR {}: {}", error.sqlstate(), error.message());
    if let Some(detail) = error.detail() {
        shown.push_str(&format!(" DETAIL: {detail}"));
    }
    if let Some(hint) = error.hint() {
        shown.push_str(&format!(" HINT: {hint}"));
    }
    shown
}
