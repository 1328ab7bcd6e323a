//! FROM: tables, sub-queries and functions (PostgreSQL manual, 7.2.1).

use std::sync::Arc;

use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{JoinType, LogicalPlan};
use sqlparser::ast::{self, TableFactor};

use super::binder::Binder;
use super::frame::{Clause, Frame};
use super::name::{folded, qualified};
use super::query::{Answer, aliased};
use super::scope::{Entry, Field, Scope};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::error::translated;
use crate::query::function::{Given, Series};
use crate::query::typed::Typed;
use crate::query::{apply, build, function, names, scan, types};
use crate::relation::{Kind, Relation, Type, record_type};
use crate::sql::Mark;

impl Binder<'_> {
    /// The rows of a FROM clause; the scope of the innermost query becomes theirs.
    pub(super) fn from(&mut self, items: &[ast::TableWithJoins]) -> Result<LogicalPlan> {
        let mut plan: Option<LogicalPlan> = None;
        let mut scope = Scope::default();
        for item in items {
            let (right, offered) = self.joined(item, &scope)?;
            plan = Some(match plan {
                Some(left) => self.crossed(left, right)?,
                None => right,
            });
            scope = scope.beside(offered)?;
        }
        self.frame().scope = scope;
        Ok(plan.unwrap_or_else(build::one_row))
    }

    /// Each row of one with each of the other, which may be made from it.
    pub(super) fn crossed(&self, left: LogicalPlan, right: LogicalPlan) -> Result<LogicalPlan> {
        let crossed = match is_lateral(&left, &right) {
            true => apply::apply(&self.names, left, right, JoinType::Inner, None),
            false => build::join(left, right, JoinType::Inner, None),
        };
        crossed.map_err(translated)
    }

    /// A table and what is joined to it, where `before` is what stood before it in
    /// the FROM clause.
    fn joined(
        &mut self,
        item: &ast::TableWithJoins,
        before: &Scope,
    ) -> Result<(LogicalPlan, Scope)> {
        self.frame().scope = before.clone();
        let (mut plan, mut scope) = self.factor(&item.relation)?;
        for join in &item.joins {
            self.frame().scope = before.clone().beside(scope.clone())?;
            let (right, offered) = self.factor(&join.relation)?;
            (plan, scope) = self.join((plan, scope), (right, offered), &join.join_operator)?;
        }
        self.frame().scope = before.clone();
        Ok((plan, scope))
    }

    fn factor(&mut self, factor: &TableFactor) -> Result<(LogicalPlan, Scope)> {
        match factor {
            TableFactor::Derived {
                sample: Some(_), ..
            }
            | TableFactor::Table {
                args: Some(_),
                sample: Some(_),
                ..
            } => Err(Error::unsupported(
                "TABLESAMPLE of what is no table",
                "Number the rows, and take those whose number random() says.",
            )),
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_ordinality: false,
                sample: None,
                ..
            } => {
                let (schema, table) = qualified(name)?;
                self.relation(schema.as_deref(), &table, alias.as_ref())
                    .map_err(|error| self.at(error, name))
            }
            TableFactor::Table {
                name,
                alias,
                args: Some(args),
                with_ordinality,
                ..
            } => self.table_function(name, &args.args, alias.as_ref(), *with_ordinality),
            TableFactor::Function {
                name,
                args,
                alias,
                with_ordinality,
                ..
            } => self.table_function(name, args, alias.as_ref(), *with_ordinality),
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_ordinality,
                ..
            } => self.unnest(array_exprs.iter(), alias.as_ref(), *with_ordinality),
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                ..
            } => {
                let answer = match lateral {
                    true => self.in_clause(Clause::Lateral, |binder| binder.subquery(subquery))?,
                    false => self.apart(|binder| binder.subquery(subquery))?,
                };
                let fields = answer.fields.clone();
                named(answer.sorted(), fields, alias.as_ref())
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                let before = self.frame().scope.clone();
                let (plan, scope) = self.joined(table_with_joins, &before)?;
                match alias {
                    Some(_) => named(plan, scope.columns, alias.as_ref()),
                    None => Ok((plan, scope)),
                }
            }
            other => Err(Error::unsupported(
                format_args!("{other} in FROM"),
                "Name relations, sub-queries and functions.",
            )),
        }
    }

    /// Runs where the tables that stand before in the FROM clause are not seen.
    fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let seen = std::mem::take(&mut self.frame().scope);
        let done = work(self);
        self.frame().scope = seen;
        done
    }

    /// A relation, or what WITH has given this name.
    pub(super) fn relation(
        &mut self,
        schema: Option<&str>,
        name: &str,
        alias: Option<&ast::TableAlias>,
    ) -> Result<(LogicalPlan, Scope)> {
        let common = self.common.iter().rev();
        let common = schema
            .is_none()
            .then(|| common.clone().find(|c| c.name == name));
        if let Some(common) = common.flatten().cloned() {
            self.frame().reads_round |= common.is_round;
            let answer = Answer::unordered(common.plan.clone(), common.fields.clone());
            let (plan, fields) = answer.renamed(self)?;
            let entry = Entry {
                schema: None,
                name: Some(name.to_owned()),
                fields,
                is_value: false,
                oid: None,
                key: Vec::new(),
            };
            return Ok((plan, Scope::of(entry.alias(alias)?)));
        }
        let Some(relation) = self.catalog.relation(schema, name)? else {
            return Err(self.no_relation(schema, name));
        };
        self.scanned(name, relation, alias)
    }

    /// The rows of a relation under this name, or another one.
    fn scanned(
        &mut self,
        name: &str,
        relation: Arc<dyn Relation>,
        alias: Option<&ast::TableAlias>,
    ) -> Result<(LogicalPlan, Scope)> {
        let mut fields = Vec::with_capacity(relation.columns().len());
        for column in relation.columns() {
            fields.push(Field {
                name: column.name.to_string(),
                column: self.column(&column.column_type),
                data_type: column.column_type.clone(),
                modifier: column.modifier,
                origin: column.origin,
            });
        }
        let columns: Vec<String> = fields.iter().map(|field| field.column.clone()).collect();
        let origin = fields.first().and_then(|field| field.origin);
        let entry = Entry {
            schema: Some(relation.schema().to_owned()),
            name: Some(name.to_owned()),
            fields,
            is_value: false,
            oid: origin.map(|origin| origin.table),
            key: relation.primary_key().to_vec(),
        };
        let plan = scan::scan(relation, &self.names, &columns).map_err(translated)?;
        Ok((plan, Scope::of(entry.alias(alias)?)))
    }

    fn no_relation(&self, schema: Option<&str>, name: &str) -> Error {
        let shown = match schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.to_owned(),
        };
        Error::new(
            ErrorKind::NotFound(Object::Stream),
            format!("relation \"{shown}\" does not exist"),
        )
    }

    // ---- functions ----

    fn table_function(
        &mut self,
        name: &ast::ObjectName,
        arguments: &[ast::FunctionArg],
        alias: Option<&ast::TableAlias>,
        with_ordinality: bool,
    ) -> Result<(LogicalPlan, Scope)> {
        if let [ast::ObjectNamePart::Identifier(name)] = name.0.as_slice()
            && Mark::of(name) == Some(Mark::RowsFrom)
        {
            return self.rows_from(arguments, alias, with_ordinality);
        }
        let (_, plain) = qualified(name)?;
        if arguments.is_empty()
            && !with_ordinality
            && let Some(rows) = self.catalog.function_rows(&plain)
        {
            return self.scanned(&plain, rows, alias);
        }
        let is_value = |argument: &ast::FunctionArg| value_of(argument).is_some();
        if plain == "unnest" && arguments.len() > 1 && arguments.iter().all(is_value) {
            let arrays = arguments.iter().filter_map(value_of);
            return self.unnest(arrays, alias, with_ordinality);
        }
        let function = ast::Function {
            name: name.clone(),
            uses_odbc_syntax: false,
            parameters: ast::FunctionArguments::None,
            args: ast::FunctionArguments::List(ast::FunctionArgumentList {
                duplicate_treatment: None,
                args: arguments.to_vec(),
                clauses: Vec::new(),
            }),
            filter: None,
            null_treatment: None,
            over: None,
            within_group: Vec::new(),
        };
        if !with_ordinality && let Some(series) = self.series(&plain, arguments)? {
            let alias = alias.cloned().map(naming_its_column);
            let (plan, mut scope) = self.scanned(&plain, Arc::new(series), alias.as_ref())?;
            for entry in &mut scope.entries {
                entry.is_value = true;
            }
            return Ok((plan, scope));
        }
        let own = plain.clone();
        let called = match self.defined_row(alias)? {
            None => {
                let call = |binder: &mut Self| Ok(vec![(own, binder.function(&function)?)]);
                self.called(&plain, call, alias, with_ordinality)
            }
            row => {
                let call = |binder: &mut Self| {
                    let ast::FunctionArguments::List(list) = &function.args else {
                        return Ok(Vec::new());
                    };
                    let given = Given {
                        row,
                        ..binder.given(list)?
                    };
                    let called = function::call(&own, given, &binder.catalog)?;
                    let typed = match called.is_set {
                        true => binder.set(called.typed)?,
                        false => called.typed,
                    };
                    Ok(vec![(own, typed)])
                };
                self.called(&plain, call, alias, with_ordinality)
            }
        };
        called.map_err(|error| self.at(error, name))
    }

    /// The elements of arrays, side by side.
    fn unnest<'e>(
        &mut self,
        arrays: impl Iterator<Item = &'e ast::Expr>,
        alias: Option<&ast::TableAlias>,
        with_ordinality: bool,
    ) -> Result<(LogicalPlan, Scope)> {
        let call = |binder: &mut Self| {
            let arrays = arrays.map(|array| {
                let array = binder.expression(array)?;
                let called = function::call("unnest", vec![array], &binder.catalog)?;
                Ok(("unnest".to_owned(), binder.set(called.typed)?))
            });
            arrays.collect::<Result<Vec<_>>>()
        };
        self.called("unnest", call, alias, with_ordinality)
    }

    /// The row that the columns of an alias define, if they have types:
    /// `AS a (b int, c text)`.
    fn defined_row(&self, alias: Option<&ast::TableAlias>) -> Result<Option<Type>> {
        let columns = alias.map_or(&[][..], |alias| &alias.columns);
        let fields = columns.iter().filter_map(|column| {
            let of = types::named(column.data_type.as_ref()?, &self.catalog);
            Some(of.map(|(of, _)| (folded(&column.name), of)))
        });
        let fields = fields.collect::<Result<Vec<_>>>()?;
        Ok((!fields.is_empty()).then(|| record_type(fields)))
    }

    /// A series of constant bounds: its rows are made as they are asked for.
    fn series(&mut self, name: &str, arguments: &[ast::FunctionArg]) -> Result<Option<Series>> {
        if name != function::SERIES {
            return Ok(None);
        }
        let mut bounds = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) if is_number(expr) => {
                    bounds.push(self.expression(expr)?);
                }
                _ => return Ok(None),
            }
        }
        Series::of(&bounds)
    }

    /// `ROWS FROM (f(…), g(…))`
    fn rows_from(
        &mut self,
        arguments: &[ast::FunctionArg],
        alias: Option<&ast::TableAlias>,
        with_ordinality: bool,
    ) -> Result<(LogicalPlan, Scope)> {
        let call = |binder: &mut Self| {
            let calls = arguments.iter().map(|argument| match argument {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => {
                    let typed = binder.expression(expr)?;
                    Ok((super::output::name(expr), binder.as_set(typed)?))
                }
                other => Err(Error::new(
                    ErrorKind::Syntax,
                    format!("syntax error at or near \"{other}\""),
                )),
            });
            calls.collect::<Result<Vec<_>>>()
        };
        self.called("", call, alias, with_ordinality)
    }

    /// A set, as which a single value is one of one element.
    fn as_set(&mut self, typed: Typed) -> Result<Typed> {
        let mut sets = self.frame().sets.iter().flatten();
        if sets.any(|(_, column)| typed.expr == names::column(column)) {
            return Ok(typed);
        }
        let list = make_array(vec![typed.expr]);
        self.set(Typed::new(list, typed.data_type))
    }

    /// The rows of calls, which have these names, side by side.
    fn called(
        &mut self,
        name: &str,
        call: impl FnOnce(&mut Self) -> Result<Vec<(String, Typed)>>,
        alias: Option<&ast::TableAlias>,
        with_ordinality: bool,
    ) -> Result<(LogicalPlan, Scope)> {
        self.frames.push(Frame::over(Scope::default()));
        let called = self.in_clause(Clause::From, call);
        let mut frame = self.frames.pop().unwrap_or_default();
        let called = called?;
        let is_called = |column: &String| {
            let mut own = called.iter();
            own.any(|(_, typed)| typed.expr == names::column(column))
        };
        if !frame
            .sets
            .iter()
            .flatten()
            .all(|(_, column)| is_called(column))
        {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "set-returning functions must appear at top level of FROM",
            ));
        }
        let mut plan = self.attach(build::one_row(), std::mem::take(&mut frame.before))?;
        let last = frame.sets.len().saturating_sub(1);
        let mut ordinality = None;
        for (level, lists) in std::mem::take(&mut frame.sets).into_iter().enumerate() {
            let mut columns: Vec<String> = lists.iter().map(|(_, own)| own.clone()).collect();
            plan = build::extend(plan, lists).map_err(translated)?;
            if with_ordinality && level == last {
                let column = self.column(&Type::INT8);
                let lists = columns.iter().map(|own| names::column(own)).collect();
                let numbers = vec![(function::ordinality(lists), column.clone())];
                plan = build::extend(plan, numbers).map_err(translated)?;
                columns.push(column.clone());
                ordinality = Some(Typed::new(names::column(&column), Type::INT8));
            }
            plan = build::unnest(plan, &columns).map_err(translated)?;
        }
        let mut outputs: Vec<(String, Typed)> = Vec::new();
        // The one column of the one function has the name of the table.
        let alias_name = alias.map(|alias| folded(&alias.name));
        let table = alias_name.filter(|_| called.len() == 1);
        let mut is_value = true;
        for (name, typed) in called {
            match typed.data_type.kind().clone() {
                Kind::Composite(fields) => {
                    is_value = false;
                    for field in fields {
                        let member = super::row::member(typed.clone(), field.name())?;
                        outputs.push((field.name().to_owned(), member));
                    }
                }
                _ => {
                    let own = function::column_of(&name).map(str::to_owned);
                    let named = own.or_else(|| table.clone());
                    outputs.push((named.unwrap_or(name), typed));
                }
            }
        }
        if with_ordinality {
            let one = datafusion::logical_expr::lit(1_i64);
            let number = ordinality.unwrap_or_else(|| Typed::new(one, Type::INT8));
            outputs.push(("ordinality".to_owned(), number));
        }
        let mut fields = Vec::with_capacity(outputs.len());
        let mut columns = Vec::with_capacity(outputs.len());
        for (name, typed) in outputs {
            let field = self.field(name, &typed);
            columns.push((typed.expr, field.column.clone()));
            fields.push(field);
        }
        let plan = build::project(plan, columns).map_err(translated)?;
        let entry = Entry {
            schema: None,
            name: (!name.is_empty()).then(|| name.to_owned()),
            is_value: is_value && fields.len() == 1,
            fields,
            oid: None,
            key: Vec::new(),
        };
        Ok((plan, Scope::of(entry.alias(alias)?)))
    }
}

impl Entry {
    /// The table under another name.
    fn alias(mut self, alias: Option<&ast::TableAlias>) -> Result<Self> {
        if let Some(alias) = alias {
            self.schema = None;
            self.name = match Mark::of(&alias.name) {
                Some(Mark::Nameless) => None,
                _ => Some(folded(&alias.name)),
            };
            self.fields = aliased(self.fields, alias)?;
        }
        Ok(self)
    }
}

/// Columns as a table of an alias, which may be left out.
fn named(
    plan: LogicalPlan,
    fields: Vec<Field>,
    alias: Option<&ast::TableAlias>,
) -> Result<(LogicalPlan, Scope)> {
    let entry = Entry {
        schema: None,
        name: None,
        fields,
        is_value: false,
        oid: None,
        key: Vec::new(),
    };
    Ok((plan, Scope::of(entry.alias(alias)?)))
}

/// Whether an expression is a number as it is written.
fn is_number(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::Value(value) => matches!(value.value, ast::Value::Number(..)),
        ast::Expr::UnaryOp { expr, .. } | ast::Expr::Cast { expr, .. } => is_number(expr),
        _ => false,
    }
}

/// The value of an argument without a name.
fn value_of(argument: &ast::FunctionArg) -> Option<&ast::Expr> {
    match argument {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(value)) => Some(value),
        _ => None,
    }
}

/// Whether one plan speaks of the rows of the other.
pub(super) fn is_lateral(left: &LogicalPlan, right: &LogicalPlan) -> bool {
    right.all_out_ref_exprs().iter().any(|expr| match expr {
        datafusion::logical_expr::Expr::OuterReferenceColumn(_, column) => {
            left.schema().has_column_with_unqualified_name(&column.name)
        }
        _ => false,
    })
}

/// The one column of a function that answers no rows is named as the table is.
fn naming_its_column(mut alias: ast::TableAlias) -> ast::TableAlias {
    if alias.columns.is_empty() {
        alias.columns.push(ast::TableAliasColumnDef {
            name: alias.name.clone(),
            data_type: None,
        });
    }
    alias
}
