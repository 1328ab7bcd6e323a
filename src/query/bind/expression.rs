//! Expressions (PostgreSQL manual, 4.2).

use datafusion::logical_expr::{Case, Expr, lit};
use sqlparser::ast::{self, BinaryOperator, DataType, UnaryOperator};

use super::binder::Binder;
use super::literal::constant;
use super::name::{folded, qualified};
use super::row::members;
use super::subquery::Rows;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::function::operator;
use crate::query::function::{self, Called};
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion};
use crate::relation::{Kind, Type, Value};

impl Binder<'_> {
    /// An expression, and beside it what it needs of its query.
    pub(super) fn expression(&mut self, expr: &ast::Expr) -> Result<Typed> {
        self.deeper(|binder| binder.bound(expr).map_err(|error| binder.at(error, expr)))
    }

    fn bound(&mut self, expr: &ast::Expr) -> Result<Typed> {
        use ast::Expr as E;
        match expr {
            E::Identifier(name) if is_current_role(name) => self.keyword("current_role"),
            E::Identifier(name) => self.column_named(&[folded(name)]),
            E::CompoundIdentifier(names) => {
                let names: Vec<String> = names.iter().map(folded).collect();
                self.column_named(&names)
            }
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            E::Value(value) => self.literal(&value.value),
            E::Nested(inner) => self.expression(inner),
            E::Collate { expr, collation } => {
                known_collation(collation)?;
                self.expression(expr)
            }

            E::IsNull(inner) => self.is_null(inner, Expr::is_null),
            E::IsNotNull(inner) => self.is_null(inner, Expr::is_not_null),
            E::IsTrue(inner) => self.truth(inner, "IS TRUE", Expr::IsTrue),
            E::IsNotTrue(inner) => self.truth(inner, "IS NOT TRUE", Expr::IsNotTrue),
            E::IsFalse(inner) => self.truth(inner, "IS FALSE", Expr::IsFalse),
            E::IsNotFalse(inner) => self.truth(inner, "IS NOT FALSE", Expr::IsNotFalse),
            E::IsUnknown(inner) => self.truth(inner, "IS UNKNOWN", Expr::IsUnknown),
            E::IsNotUnknown(inner) => self.truth(inner, "IS NOT UNKNOWN", Expr::IsNotUnknown),
            E::IsDistinctFrom(left, right) => self.distinct(left, right, false),
            E::IsNotDistinctFrom(left, right) => self.distinct(left, right, true),
            E::IsNormalized {
                expr,
                form,
                negated,
            } => {
                let mut arguments = vec![self.expression(expr)?];
                let form = form.map(|form| Typed::unknown(Some(form.to_string())));
                arguments.extend(form);
                let test = self.call("is_normalized", arguments)?;
                Ok(boolean(negate(test.expr, *negated)))
            }

            E::BinaryOp { left, op, right } => self.binary(left, op, right),
            E::UnaryOp { op, expr } => self.unary(*op, expr),
            E::Between {
                expr,
                negated,
                low,
                high,
            } => {
                let operand = self.expression(expr)?;
                let (low, high) = (self.expression(low)?, self.expression(high)?);
                let above = operator::binary(">=", operand.clone(), low, &self.catalog)?;
                let below = operator::binary("<=", operand, high, &self.catalog)?;
                Ok(boolean(negate(above.expr.and(below.expr), *negated)))
            }
            E::InList {
                expr,
                list,
                negated,
            } => self.in_list(expr, list, *negated),
            E::InSubquery {
                expr,
                subquery,
                negated,
            } => self.in_subquery(expr, subquery, *negated),
            E::AnyOp {
                left,
                compare_op,
                right,
                ..
            } => self.quantified(left, compare_op, right, false),
            E::AllOp {
                left,
                compare_op,
                right,
            } => self.quantified(left, compare_op, right, true),
            E::Like {
                negated,
                expr,
                pattern,
                escape_char,
                any: false,
            } => self.like(expr, pattern, escape_char.as_ref(), false, *negated),
            E::ILike {
                negated,
                expr,
                pattern,
                escape_char,
                any: false,
            } => self.like(expr, pattern, escape_char.as_ref(), true, *negated),
            E::SimilarTo {
                negated,
                expr,
                pattern,
                escape_char,
            } => {
                let operand = self.expression(expr)?;
                let mut pattern = vec![self.expression(pattern)?];
                if let Some(escape) = escape_char {
                    pattern.push(self.literal(&escape.value)?);
                }
                let pattern = self.call("similar_to_escape", pattern)?;
                let operator = if *negated { "!~" } else { "~" };
                operator::binary(operator, operand, pattern, &self.catalog)
            }

            E::Cast {
                expr, data_type, ..
            } => self.cast(expr, data_type),
            E::TypedString(typed) => {
                let (to, modifier) = match typed.data_type {
                    // Of constants only these have no length unless it is said.
                    DataType::Bit(None) => (Type::BIT, -1),
                    DataType::Char(None) | DataType::Character(None) => (Type::BPCHAR, -1),
                    ref of => types::named(of, &self.catalog)?,
                };
                let text = self.literal(&typed.value.value)?;
                types::cast(text, &to, modifier, Coercion::Explicit, &self.catalog)
            }
            E::Interval(interval) => self.interval(interval),
            E::AtTimeZone {
                timestamp,
                time_zone,
            } => {
                let (at, zone) = (self.expression(timestamp)?, self.expression(time_zone)?);
                self.call("timezone", vec![zone, at])
            }
            E::Extract { field, expr, .. } => {
                let field = field.to_string().to_ascii_lowercase();
                let field = Typed::unknown(Some(field.trim_matches('\'').to_owned()));
                let of = self.expression(expr)?;
                self.call("extract", vec![field, of])
            }
            E::Ceil { expr, .. } => self.call_over("ceil", &[expr]),
            E::Floor { expr, .. } => self.call_over("floor", &[expr]),
            E::Position { expr, r#in } => self.call_over("position", &[r#in, expr]),
            E::Substring {
                expr,
                substring_from,
                substring_for,
                ..
            } => self.substring(expr, substring_from.as_deref(), substring_for.as_deref()),
            E::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters,
            } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    Some(ast::TrimWhereField::Both) | None => "btrim",
                };
                let what = trim_what.as_deref();
                let more = trim_characters.iter().flatten();
                let arguments: Vec<&ast::Expr> = [expr.as_ref()]
                    .into_iter()
                    .chain(what)
                    .chain(more)
                    .collect();
                self.call_over(name, &arguments)
            }
            E::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let mut arguments: Vec<&ast::Expr> = vec![expr, overlay_what, overlay_from];
                arguments.extend(overlay_for.as_deref());
                self.call_over("overlay", &arguments)
            }
            E::Function(function) => self.function(function),
            E::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(operand.as_deref(), conditions, else_result.as_deref()),
            E::Exists { subquery, negated } => self.exists(subquery, *negated),
            E::Subquery(query) => self.scalar_subquery(query),
            E::Array(array) => self.array(&array.elem, None),
            E::Tuple(members) => self.row(members),
            _ => Err(Error::unsupported(
                format_args!("the expression {expr}"),
                "Write it in another way.",
            )),
        }
    }

    // ---- operators ----

    /// An expression of which only the value counts.
    pub(super) fn known(&self, typed: Typed) -> Result<Expr> {
        match typed.is_unknown() {
            true => Ok(self.coerce(typed, &Type::TEXT)?.expr),
            false => Ok(typed.expr),
        }
    }

    fn truth(
        &mut self,
        inner: &ast::Expr,
        test: &str,
        build: fn(Box<Expr>) -> Expr,
    ) -> Result<Typed> {
        let inner = self.expression(inner)?;
        Ok(boolean(build(Box::new(self.boolean(inner, test)?))))
    }

    fn distinct(&mut self, left: &ast::Expr, right: &ast::Expr, negated: bool) -> Result<Typed> {
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        operator::is_distinct(left, right, negated, &self.catalog)
    }

    fn binary(
        &mut self,
        left: &ast::Expr,
        operator: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Typed> {
        if let BinaryOperator::And | BinaryOperator::Or = operator {
            return self.chain(left, operator, right);
        }
        let symbol = symbol(operator);
        if let (Some(left), Some(right)) = (members(left), members(right)) {
            return match (operator, &left[..], &right[..]) {
                (BinaryOperator::Overlaps, [one, other], [third, fourth]) => {
                    self.call_over("overlaps", &[one, other, third, fourth])
                }
                _ => self.compare_rows(&left, &symbol, &right),
            };
        }
        if let (Some(_), ast::Expr::Subquery(query)) = (members(left), unnested(right)) {
            return self.compare_subquery(left, &symbol, query, Rows::One);
        }
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        operator::binary(&symbol, left, right, &self.catalog)
    }

    fn unary(&mut self, operator: UnaryOperator, expr: &ast::Expr) -> Result<Typed> {
        match (operator, expr) {
            (UnaryOperator::Not, _) => {
                let operand = self.expression(expr)?;
                let operand = self.boolean(operand, "NOT")?;
                Ok(boolean(Expr::Not(Box::new(operand))))
            }
            // The sign belongs to the number: -2147483648 is an integer.
            (UnaryOperator::Minus, ast::Expr::Value(value))
                if let ast::Value::Number(digits, long) = &value.value =>
            {
                self.literal(&ast::Value::Number(format!("-{digits}"), *long))
            }
            _ => {
                let operand = self.expression(expr)?;
                operator::unary(&operator.to_string(), operand, &self.catalog)
            }
        }
    }

    fn in_list(&mut self, expr: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Typed> {
        if let Some(left) = members(expr) {
            let mut any = lit(false);
            for row in list {
                let row = members(row).ok_or_else(|| {
                    Error::new(
                        ErrorKind::Syntax,
                        "unequal number of entries in row expressions",
                    )
                })?;
                any = any.or(self.compare_rows(&left, "=", &row)?.expr);
            }
            return Ok(boolean(negate(any, negated)));
        }
        let operand = self.expression(expr)?;
        let list = list.iter().map(|member| self.expression(member));
        let list = list.collect::<Result<Vec<_>>>()?;
        operator::in_list(operand, list, negated, &self.catalog)
    }

    /// `x = ANY (…)`, over an array or a sub-query.
    fn quantified(
        &mut self,
        left: &ast::Expr,
        operator: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Typed> {
        let symbol = symbol(operator);
        let inner = unnested(right);
        if let ast::Expr::Subquery(query) = inner {
            let rows = match all {
                true => Rows::All,
                false => Rows::Any,
            };
            return self.compare_subquery(left, &symbol, query, rows);
        }
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        operator::any_all(left, &symbol, right, all, &self.catalog)
    }

    fn like(
        &mut self,
        expr: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::ValueWithSpan>,
        case_insensitive: bool,
        negated: bool,
    ) -> Result<Typed> {
        let (operand, pattern) = (self.expression(expr)?, self.expression(pattern)?);
        let escape = escape
            .map(|escape| self.literal(&escape.value))
            .transpose()?;
        operator::like(
            operand,
            pattern,
            escape,
            case_insensitive,
            negated,
            &self.catalog,
        )
    }

    // ---- types ----

    fn cast(&mut self, expr: &ast::Expr, data_type: &ast::DataType) -> Result<Typed> {
        let (to, modifier) =
            types::named(data_type, &self.catalog).map_err(|error| self.at(error, expr))?;
        // The elements of an array take the type that the array is cast to.
        let operand = match (unnested(expr), to.kind()) {
            (ast::Expr::Array(array), Kind::Array(element)) => {
                self.array(&array.elem, Some(element))?
            }
            _ => self.expression(expr)?,
        };
        types::cast(operand, &to, modifier, Coercion::Explicit, &self.catalog)
    }

    /// `INTERVAL '1' DAY`: a number without a unit counts in the last one named.
    fn interval(&mut self, interval: &ast::Interval) -> Result<Typed> {
        let value = self.expression(&interval.value)?;
        if let Some(of) = interval_type(interval) {
            let (to, modifier) = types::named(&of, &self.catalog)?;
            return types::cast(value, &to, modifier, Coercion::Explicit, &self.catalog);
        }
        let unit = interval
            .last_field
            .as_ref()
            .or(interval.leading_field.as_ref());
        let value = match (&value.expr, unit) {
            (Expr::Literal(datafusion::common::ScalarValue::Utf8(Some(text)), _), Some(unit))
                if text.trim().parse::<f64>().is_ok() =>
            {
                Typed::unknown(Some(format!("{text} {unit}")))
            }
            _ => value,
        };
        types::cast(
            value,
            &Type::INTERVAL,
            -1,
            Coercion::Explicit,
            &self.catalog,
        )
    }

    /// Expressions that come to one type.
    pub(super) fn of_one_type(
        &self,
        construct: &str,
        members: Vec<Typed>,
    ) -> Result<(Vec<Typed>, Type)> {
        let found: Vec<Type> = members.iter().map(|m| m.data_type.clone()).collect();
        let common = types::common_type(construct, &found)?;
        let members = members
            .into_iter()
            .map(|member| self.coerce(member, &common));
        Ok((members.collect::<Result<_>>()?, common))
    }

    // ---- calls that have a syntax of their own ----

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Typed> {
        self.without_sets("CASE", |binder| {
            binder.branches(operand, conditions, otherwise)
        })
    }

    fn branches(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let operand = operand
            .map(|operand| self.expression(operand))
            .transpose()?;
        let outside = self.frame().asked.len();
        let mut tests = Vec::with_capacity(conditions.len());
        let mut results = Vec::with_capacity(conditions.len() + 1);
        for when in conditions {
            let test = self.expression(&when.condition)?;
            let test = match &operand {
                Some(operand) => operator::binary("=", operand.clone(), test, &self.catalog)?.expr,
                None => self.boolean(test, "CASE/WHEN")?,
            };
            let is_met = Expr::IsTrue(Box::new(test.clone()));
            results.push(self.asked_where(is_met, |binder| binder.expression(&when.result))?);
            let is_not_met = Expr::IsNotTrue(Box::new(test.clone()));
            self.frame().asked.push(is_not_met);
            tests.push(test);
        }
        let otherwise = match otherwise {
            Some(otherwise) => self.expression(otherwise)?,
            None => Typed::unknown(None),
        };
        self.frame().asked.truncate(outside);
        // What stands behind ELSE has the first word on the type.
        results.insert(0, otherwise);
        let (results, common) = self.of_one_type("CASE", results)?;
        let mut results = results.into_iter();
        let otherwise = results.next().map(|otherwise| Box::new(otherwise.expr));
        let branches = tests.into_iter().zip(results);
        let branches = branches.map(|(test, result)| (Box::new(test), Box::new(result.expr)));
        // `CASE true WHEN …`: of a CASE without an operand that is true or false the
        // engine makes AND and OR, and what a test guards is then computed for all rows.
        let case = Case::new(Some(Box::new(lit(true))), branches.collect(), otherwise);
        Ok(Typed::new(Expr::Case(case), common))
    }

    fn substring(
        &mut self,
        expr: &ast::Expr,
        from: Option<&ast::Expr>,
        length: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let mut arguments = vec![self.expression(expr)?];
        match (from, length) {
            (None, Some(length)) => {
                arguments.push(constant(&Value::Int4(1), Type::INT4)?);
                arguments.push(self.expression(length)?);
            }
            (from, length) => {
                for part in from.into_iter().chain(length) {
                    arguments.push(self.expression(part)?);
                }
            }
        }
        self.call("substring", arguments)
    }

    fn call_over(&mut self, name: &str, arguments: &[&ast::Expr]) -> Result<Typed> {
        let arguments = arguments.iter().map(|argument| self.expression(argument));
        let arguments = arguments.collect::<Result<Vec<_>>>()?;
        self.call(name, arguments)
    }

    /// A call of a function that answers one value.
    pub(super) fn call(&self, name: &str, arguments: Vec<Typed>) -> Result<Typed> {
        let Called { typed, .. } = function::call(name, arguments, &self.catalog)?;
        Ok(typed)
    }
}

/// An expression that is true, false or NULL.
pub(super) fn boolean(expr: Expr) -> Typed {
    Typed::new(expr, Type::BOOL)
}

pub(super) fn negate(expr: Expr, negated: bool) -> Expr {
    match negated {
        true => Expr::Not(Box::new(expr)),
        false => expr,
    }
}

/// A reserved word, which the parser takes for a name.
fn is_current_role(name: &ast::Ident) -> bool {
    name.quote_style.is_none() && name.value.eq_ignore_ascii_case("current_role")
}

/// An expression without the parentheses around it.
pub(super) fn unnested(mut expr: &ast::Expr) -> &ast::Expr {
    while let ast::Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// What an operator is called in `pg_operator`; a schema before it is left out.
fn symbol(operator: &BinaryOperator) -> String {
    match operator {
        BinaryOperator::PGCustomBinaryOperator(names) => names.last().cloned().unwrap_or_default(),
        BinaryOperator::Custom(symbol) => symbol.clone(),
        BinaryOperator::NotEq => "<>".to_owned(),
        other => other.to_string(),
    }
}

/// Texts are compared byte by byte; other orders there are not.
fn known_collation(name: &ast::ObjectName) -> Result<()> {
    let (_, name) = qualified(name)?;
    match name.as_str() {
        "default" | "C" | "POSIX" | "ucs_basic" => Ok(()),
        _ => Err(Error::new(
            ErrorKind::NotFound(Object::Other),
            format!("collation \"{name}\" for encoding \"UTF8\" does not exist"),
        )
        .with_hint("There are \"default\", \"C\", \"POSIX\" and \"ucs_basic\".")),
    }
}

/// The type of an interval with these fields; nothing for fields that PostgreSQL's
/// intervals are not declared with.
fn interval_type(interval: &ast::Interval) -> Option<DataType> {
    use ast::{DateTimeField as Field, IntervalFields as Fields};
    let fields = match (interval.leading_field.as_ref()?, &interval.last_field) {
        (Field::Year, None) => Fields::Year,
        (Field::Month, None) => Fields::Month,
        (Field::Day, None) => Fields::Day,
        (Field::Hour, None) => Fields::Hour,
        (Field::Minute, None) => Fields::Minute,
        (Field::Second, None) => Fields::Second,
        (Field::Year, Some(Field::Month)) => Fields::YearToMonth,
        (Field::Day, Some(Field::Hour)) => Fields::DayToHour,
        (Field::Day, Some(Field::Minute)) => Fields::DayToMinute,
        (Field::Day, Some(Field::Second)) => Fields::DayToSecond,
        (Field::Hour, Some(Field::Minute)) => Fields::HourToMinute,
        (Field::Hour, Some(Field::Second)) => Fields::HourToSecond,
        (Field::Minute, Some(Field::Second)) => Fields::MinuteToSecond,
        _ => return None,
    };
    Some(DataType::Interval {
        fields: Some(fields),
        precision: interval
            .fractional_seconds_precision
            .or(interval.leading_precision),
    })
}
