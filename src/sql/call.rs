//! `CALL`.

use std::fmt::Display;

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Ident};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::query::Query;
use super::select;
use super::statement::{ObjectRef, Statement};
use super::token::tokenize;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Name;

/// `CALL procedure([name =>] expression, …)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The procedure.
    pub procedure: ObjectRef,
    /// The names of the arguments, where they are given.
    pub names: Vec<Option<Name>>,
    /// The arguments, as a query for one row; nothing when there are none.
    pub arguments: Option<Query>,
}

/// `procedure(…)`
pub(super) fn call(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let procedure = cursor.object("the name of a procedure")?;
    cursor.expect_sign(&Token::LParen)?;
    let mut call = Call {
        procedure,
        names: Vec::new(),
        arguments: None,
    };
    if !cursor.accept_sign(&Token::RParen) {
        let (location, mark) = (cursor.location(), cursor.mark());
        let arguments = select::read(cursor, |parser| {
            parser.parse_comma_separated(Parser::parse_function_args)
        })?;
        let mut row = Vec::new();
        for argument in arguments.0 {
            let (name, value) = named(argument).map_err(|error| error.at(location.0))?;
            call.names.push(name);
            row.push(value);
        }
        call.arguments = Some(Query::of_row(cursor.since(mark), row));
        cursor.expect_sign(&Token::RParen)?;
    }
    Ok(Statement::Call(Box::new(call)))
}

fn named(argument: FunctionArg) -> Result<(Option<Name>, Expr)> {
    let (name, value) = match argument {
        FunctionArg::Unnamed(value) => (None, value),
        FunctionArg::Named { name, arg, .. } => (Some(folded(name)), arg),
        FunctionArg::ExprNamed { name, arg, .. } => match name {
            Expr::Identifier(name) => (Some(folded(name)), arg),
            other => return Err(no_argument(&other)),
        },
    };
    match value {
        FunctionArgExpr::Expr(value) => Ok((name, value)),
        other => Err(no_argument(&other)),
    }
}

fn folded(name: Ident) -> Name {
    match name.quote_style {
        Some(_) => name.value,
        None => name.value.to_ascii_lowercase(),
    }
}

fn no_argument(what: &dyn Display) -> Error {
    Error::new(
        ErrorKind::Syntax,
        format!("syntax error at or near \"{what}\""),
    )
}

impl ObjectRef {
    /// Reads a name as it is written in a statement: `orders`, `sales."Orders"`.
    ///
    /// # Errors
    /// 42601 for what is none.
    pub fn parse(text: &str) -> Result<Self> {
        let lexemes = tokenize(text)?;
        let mut cursor = Cursor::new(text, &lexemes);
        let object = cursor.object("the name of a stream")?;
        cursor.expect_end()?;
        Ok(object)
    }
}
