//! Calls of functions (PostgreSQL manual, 4.2.6 to 4.2.8).

use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Case, Expr};
use sqlparser::ast::{self, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::binder::Binder;
use super::frame::Clause;
use super::name::{folded, qualified};
use super::order::admit_order;
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::function::operator;
use crate::query::function::{self, Called, Given, Kind};
use crate::query::names;
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion};
use crate::relation::Type;
use crate::sql::Mark;

/// What a call has beside its arguments.
#[derive(Default)]
pub(super) struct Modifiers {
    pub(super) is_distinct: bool,
    /// `f(*)`
    is_star: bool,
    pub(super) order: Vec<ast::OrderByExpr>,
}

impl Modifiers {
    /// Refuses what a call over a window cannot have (0A000).
    fn admit_over(&self) -> Result<()> {
        let refused = match () {
            () if self.is_distinct => "DISTINCT is not implemented for window functions",
            () if !self.order.is_empty() => {
                "aggregate ORDER BY is not implemented for window functions"
            }
            () => return Ok(()),
        };
        Err(Error::new(ErrorKind::Unsupported, refused))
    }
}

impl Binder<'_> {
    pub(super) fn function(&mut self, call: &ast::Function) -> Result<Typed> {
        let (_, name) = qualified(&call.name)?;
        let (arguments, modifiers) = match &call.args {
            FunctionArguments::None => return self.keyword(&name),
            FunctionArguments::Subquery(query) if name == "array" => {
                return self.array_subquery(query);
            }
            FunctionArguments::Subquery(query) => {
                let placed = vec![self.scalar_subquery(query)?];
                (placed.into(), Modifiers::default())
            }
            FunctionArguments::List(list) => {
                if let Some(typed) = self.special(&name, list)? {
                    return Ok(typed);
                }
                if is_aggregate(&name, call) {
                    return self.aggregate_call(&name, call, list);
                }
                let modifiers = modifiers(list)?;
                let arguments = match call.over {
                    Some(_) => {
                        self.frame().admit_window()?;
                        self.in_clause(Clause::Window, |binder| binder.given(list))?
                    }
                    None => self.given(list)?,
                };
                (arguments, modifiers)
            }
        };
        match &call.over {
            Some(over) => {
                modifiers.admit_over()?;
                let arguments = placed(arguments)?;
                self.window_call(&name, arguments, call.filter.as_deref(), over)
            }
            None => self.plain_call(&name, arguments, &modifiers, call),
        }
    }

    /// Runs with the innermost query in this clause, whose expressions are asked for
    /// all its rows.
    pub(super) fn in_clause<T>(
        &mut self,
        clause: Clause,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let Some(frame) = self.frames.last_mut() else {
            return work(self);
        };
        let before = std::mem::replace(&mut frame.clause, clause);
        let asked = std::mem::take(&mut frame.asked);
        let done = work(self);
        if let Some(frame) = self.frames.last_mut() {
            (frame.clause, frame.asked) = (before, asked);
        }
        done
    }

    /// Arguments of what takes them by their place only.
    fn arguments(&mut self, list: &ast::FunctionArgumentList) -> Result<Vec<Typed>> {
        placed(self.given(list)?)
    }

    pub(super) fn given(&mut self, list: &ast::FunctionArgumentList) -> Result<Given> {
        let mut given = Given::default();
        for argument in &list.args {
            let wrong = |what: String| Err(Error::new(ErrorKind::Syntax, what));
            match argument {
                FunctionArg::Unnamed(_) if !given.named.is_empty() => {
                    return wrong("positional argument cannot follow named argument".to_owned());
                }
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => {
                    given.placed.push(self.expression(expr)?);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {}
                FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(table)) => {
                    let (schema, table) = qualified(table)?;
                    let entry = self.frame().scope.entry(schema.as_deref(), &table);
                    let fields = entry.map(|entry| entry.fields.clone());
                    let fields = fields.ok_or_else(|| super::scope::no_entry(&table))?;
                    let level = self.frames.len() - 1;
                    given.placed.push(self.whole_row(&fields, level));
                }
                FunctionArg::Named {
                    name,
                    arg: FunctionArgExpr::Expr(expr),
                    ..
                } => {
                    let typed = self.expression(expr)?;
                    let is_spread = Mark::of(name) == Some(Mark::Variadic);
                    let name = folded(name);
                    if is_spread {
                        given.placed.push(typed);
                        given.is_spread = true;
                    } else if given.named.iter().any(|(other, _)| *other == name) {
                        return wrong(format!("argument name \"{name}\" used more than once"));
                    } else {
                        given.named.push((name, typed));
                    }
                }
                other => {
                    return Err(Error::unsupported(
                        format_args!("the argument {other}"),
                        "Give arguments by their position.",
                    ));
                }
            }
        }
        Ok(given)
    }

    fn plain_call(
        &mut self,
        name: &str,
        arguments: Given,
        modifiers: &Modifiers,
        call: &ast::Function,
    ) -> Result<Typed> {
        let wrong = |what: &str| {
            Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::ObjectType),
                format!("{what} specified, but {name} is not an aggregate function"),
            ))
        };
        if modifiers.is_star {
            return wrong("*");
        }
        if modifiers.is_distinct {
            return wrong("DISTINCT");
        }
        if call.filter.is_some() {
            return wrong("FILTER");
        }
        if !modifiers.order.is_empty() {
            return wrong("ORDER BY");
        }
        let Called { typed, is_set } = function::call(name, arguments, &self.catalog)?;
        match is_set {
            true => self.set(typed),
            false => Ok(typed),
        }
    }

    /// The elements of a set: one row each.
    pub(super) fn set(&mut self, list: Typed) -> Result<Typed> {
        self.frame().admit_set()?;
        let column = self.column(&list.data_type);
        self.frame().set(list.expr, column.clone());
        Ok(Typed::new(names::column(&column), list.data_type))
    }

    /// Expressions to order by, as an aggregate or a window takes them.
    pub(super) fn sort_keys(&mut self, order: &[ast::OrderByExpr]) -> Result<Vec<Sort>> {
        let mut keys = Vec::with_capacity(order.len());
        for by in order {
            let typed = self.expression(&by.expr)?;
            keys.push(self.sort_key(typed, &by.options)?);
        }
        Ok(keys)
    }

    /// What rows are ordered by for this expression.
    ///
    /// # Errors
    /// 42883 for a type that has no order.
    pub(super) fn sort_key(&self, typed: Typed, options: &ast::OrderByOptions) -> Result<Sort> {
        let typed = match typed.is_unknown() {
            true => self.coerce(typed, &Type::TEXT)?,
            false => typed,
        };
        admit_order(&typed.data_type)?;
        let ascending = options.asc.unwrap_or(true);
        let nulls_first = options.nulls_first.unwrap_or(!ascending);
        Ok(Sort::new(
            types::key(typed.expr, &typed.data_type),
            ascending,
            nulls_first,
        ))
    }

    /// A word that is a call: `CURRENT_DATE`.
    pub(super) fn keyword(&mut self, word: &str) -> Result<Typed> {
        let (name, to) = match word {
            "current_timestamp" => ("now", None),
            "current_date" => ("now", Some(Type::DATE)),
            "current_time" => ("now", Some(Type::TIMETZ)),
            "localtimestamp" => ("now", Some(Type::TIMESTAMP)),
            "localtime" => ("now", Some(Type::TIME)),
            "current_catalog" => ("current_database", None),
            "user" | "current_role" => ("current_user", None),
            other => (other, None),
        };
        let typed = self.call(name, Vec::new())?;
        match to {
            Some(to) => types::cast(typed, &to, -1, Coercion::Explicit, &self.catalog),
            None => Ok(typed),
        }
    }

    /// What looks like a call, and takes its arguments in a way of its own.
    fn special(&mut self, name: &str, list: &ast::FunctionArgumentList) -> Result<Option<Typed>> {
        let construct = match name {
            "coalesce" => {
                let value = self.without_sets("COALESCE", |binder| binder.coalesce(list));
                return value.map(Some);
            }
            "greatest" => "GREATEST",
            "least" => "LEAST",
            "nullif" => {
                let [left, right] = self.exactly(name, list)?;
                let test = operator::binary("=", left.clone(), right.clone(), &self.catalog)?;
                // It is of the type that it is compared in.
                let left = operator::left_operand("=", left, &right, &self.catalog)?;
                let null = Expr::Literal(
                    datafusion::common::ScalarValue::try_from(types::carrier(&left.data_type))
                        .map_err(crate::query::error::translated)?,
                    None,
                );
                let branches = vec![(Box::new(test.expr), Box::new(null))];
                let case = Case::new(None, branches, Some(Box::new(left.expr.clone())));
                return Ok(Some(Typed {
                    expr: Expr::Case(case),
                    origin: None,
                    ..left
                }));
            }
            "grouping" => {
                let members = self.arguments(list)?;
                return self.grouping(members).map(Some);
            }
            "row" => {
                let members = self.arguments(list)?;
                return self.row_of(members).map(Some);
            }
            _ => return Ok(None),
        };
        let arguments = self.arguments(list)?;
        let (arguments, common) = self.of_one_type(construct, arguments)?;
        admit_order(&common)?;
        let exprs = arguments.into_iter().map(|argument| argument.expr);
        let expr = function::extreme(exprs.collect(), &common, construct == "GREATEST");
        Ok(Some(Typed::new(expr, common)))
    }

    /// The first argument that is not NULL: each is asked for where those before it
    /// are NULL.
    fn coalesce(&mut self, list: &ast::FunctionArgumentList) -> Result<Typed> {
        let outside = self.frame().asked.len();
        let mut arguments = Vec::with_capacity(list.args.len());
        for argument in &list.args {
            let argument = ast::FunctionArgumentList {
                duplicate_treatment: None,
                args: vec![argument.clone()],
                clauses: Vec::new(),
            };
            for argument in self.arguments(&argument)? {
                let is_null = Expr::IsNull(Box::new(argument.expr.clone()));
                self.frame().asked.push(is_null);
                arguments.push(argument);
            }
        }
        self.frame().asked.truncate(outside);
        let (arguments, common) = self.of_one_type("COALESCE", arguments)?;
        let exprs = arguments.into_iter().map(|argument| argument.expr);
        Ok(Typed::new(coalesce(exprs.collect()), common))
    }

    fn exactly<const N: usize>(
        &mut self,
        name: &str,
        list: &ast::FunctionArgumentList,
    ) -> Result<[Typed; N]> {
        self.arguments(list)?
            .try_into()
            .map_err(|_| Error::new(ErrorKind::Syntax, format!("{name} takes {N} arguments")))
    }
}

/// Whether a call is one of an aggregate over the rows of its query, and not over
/// a window.
fn is_aggregate(name: &str, call: &ast::Function) -> bool {
    let kind = function::kind_of(name);
    let is_grouped = matches!(kind, Some(Kind::Aggregate | Kind::OrderedSet));
    call.over.is_none() && (is_grouped || !call.within_group.is_empty())
}

/// Arguments that have to be given by their place.
pub(super) fn placed(given: Given) -> Result<Vec<Typed>> {
    match given.named.is_empty() && !given.is_spread {
        true => Ok(given.placed),
        false => Err(Error::unsupported(
            "an argument by name or VARIADIC here",
            "Give arguments by their place.",
        )),
    }
}

pub(super) fn modifiers(list: &ast::FunctionArgumentList) -> Result<Modifiers> {
    let mut modifiers = Modifiers {
        is_distinct: matches!(
            list.duplicate_treatment,
            Some(ast::DuplicateTreatment::Distinct)
        ),
        is_star: matches!(
            list.args.as_slice(),
            [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]
        ),
        order: Vec::new(),
    };
    for clause in &list.clauses {
        match clause {
            ast::FunctionArgumentClause::OrderBy(order) => modifiers.order.clone_from(order),
            other => {
                return Err(Error::unsupported(
                    format_args!("{other} in a call"),
                    "Leave it out.",
                ));
            }
        }
    }
    Ok(modifiers)
}
