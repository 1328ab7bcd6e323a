//! A function, as `pg_proc` would have it.

use datafusion::logical_expr::Expr;

use crate::error::{Error, ErrorKind, Limit, Result};
use crate::query::catalog::Catalog;
use crate::query::error::translated;
use crate::relation::{Reading, Type, Value};

/// The largest text, as PostgreSQL has it (in bytes).
const MAX_BYTES: usize = 0x3fff_ffff - 4;
/// So much is not worth asking for (in bytes).
const UNASKED_BYTES: usize = 64 << 10;

/// A function, operator or aggregate with one list of parameters.
pub(in crate::query) struct Function {
    /// Its name; an operator's is its symbol.
    pub(in crate::query) name: &'static str,
    /// The types of its parameters. Polymorphic ones ([`Type::ANYELEMENT`],
    /// [`Type::ANYARRAY`], [`Type::ANYNONARRAY`], [`Type::ANYCOMPATIBLE`] …) and
    /// [`Type::ANY`] are as PostgreSQL's (manual, 38.2.5).
    pub(in crate::query) parameters: &'static [Type],
    /// What its parameters are called; nothing if they have no names.
    pub(in crate::query) names: &'static [&'static str],
    /// What the last of its named parameters are if nobody says, as texts.
    pub(in crate::query) defaults: &'static [&'static str],
    /// Whether the last parameter is repeated, once or more.
    pub(in crate::query) is_variadic: bool,
    /// The type of what it answers; may be polymorphic.
    pub(in crate::query) returns: Type,
    /// The columns of the rows that it answers; none if it answers values, and one if
    /// these have a name as the column of a table. Their
    /// types may be polymorphic, and [`Function::returns`] is then
    /// [`Type::RECORD`].
    pub(in crate::query) columns: &'static [(&'static str, Type)],
    /// Whether NULL in any argument makes NULL, without a call.
    pub(in crate::query) is_strict: bool,
    /// Whether it answers the same for the same arguments within one statement:
    /// `random()` does not.
    pub(in crate::query) is_stable: bool,
    /// What it does.
    pub(in crate::query) body: Body,
}

/// Rows of the tables are made with these: what most functions are is what is not
/// said.
impl Function {
    /// A strict and stable function that answers a value.
    pub(in crate::query) const fn row(
        name: &'static str,
        parameters: &'static [Type],
        returns: Type,
        body: RowBody,
    ) -> Self {
        Self::new(name, parameters, returns, Body::Row(body))
    }

    /// A strict and stable function that answers a set.
    pub(in crate::query) const fn set(
        name: &'static str,
        parameters: &'static [Type],
        returns: Type,
        body: SetBody,
    ) -> Self {
        Self::new(name, parameters, returns, Body::Set(body))
    }

    /// A function that is an expression of the engine; what that makes of NULL is
    /// its own matter.
    pub(in crate::query) const fn expression(
        name: &'static str,
        parameters: &'static [Type],
        returns: Type,
        body: ExpressionBody,
    ) -> Self {
        Self::new(name, parameters, returns, Body::Expression(body))
    }

    /// An aggregate that passes over rows with a NULL among its arguments.
    pub(in crate::query) const fn aggregate(
        name: &'static str,
        parameters: &'static [Type],
        returns: Type,
        body: AggregateBody,
    ) -> Self {
        Self::new(name, parameters, returns, Body::Aggregate(body))
    }

    /// A window function; the engine has one of the same name.
    pub(in crate::query) const fn window(
        name: &'static str,
        parameters: &'static [Type],
        returns: Type,
    ) -> Self {
        Self::new(name, parameters, returns, Body::Window(name))
    }

    /// A strict and stable function.
    pub(in crate::query) const fn new(
        name: &'static str,
        parameters: &'static [Type],
        returns: Type,
        body: Body,
    ) -> Self {
        Self {
            name,
            parameters,
            names: &[],
            defaults: &[],
            is_variadic: false,
            returns,
            columns: &[],
            is_strict: true,
            is_stable: true,
            body,
        }
    }

    /// Its last parameter is repeated.
    pub(in crate::query) const fn variadic(mut self) -> Self {
        self.is_variadic = true;
        self
    }

    /// Its parameters have these names, and the last of them these defaults.
    pub(in crate::query) const fn named(
        mut self,
        names: &'static [&'static str],
        defaults: &'static [&'static str],
    ) -> Self {
        self.names = names;
        self.defaults = defaults;
        self
    }

    /// It answers rows of these columns.
    pub(in crate::query) const fn with_columns(
        mut self,
        columns: &'static [(&'static str, Type)],
    ) -> Self {
        self.columns = columns;
        self
    }

    /// It is called with NULLs, and decides what they mean.
    pub(in crate::query) const fn lenient(mut self) -> Self {
        self.is_strict = false;
        self
    }

    /// It answers something else every time.
    pub(in crate::query) const fn volatile(mut self) -> Self {
        self.is_stable = false;
        self
    }
}

/// Answers a value for the values of one row.
pub(in crate::query) type RowBody = fn(&Call<'_>, &[Value]) -> Result<Value>;

/// Answers any number of values for the values of one row: a set.
pub(in crate::query) type SetBody = fn(&Call<'_>, &[Value]) -> Result<Vec<Value>>;

/// Is an expression over its arguments' carriers.
pub(in crate::query) type ExpressionBody = fn(&Call<'_>, Vec<Expr>) -> Result<Expr>;

/// Answers one value for many rows: this is the aggregate over none yet.
pub(in crate::query) type AggregateBody = fn(&Call<'_>) -> Box<dyn Aggregate>;

/// What a function does.
pub(in crate::query) enum Body {
    /// Answers a value for the values of one row.
    Row(RowBody),
    /// Is this expression over its arguments' carriers.
    Expression(ExpressionBody),
    /// Answers any number of values for the values of one row: a set.
    Set(SetBody),
    /// Answers one value for many rows.
    Aggregate(AggregateBody),
    /// A window function of the engine of this name: `row_number`, `lag`.
    Window(&'static str),
}

/// What a function knows of the call it answers.
pub(in crate::query) struct Call<'a> {
    /// The session, the registry and the relations.
    pub(in crate::query) catalog: &'a Catalog,
    /// The types of the arguments: those of the parameters, polymorphic ones as
    /// they were found.
    pub(in crate::query) arguments: &'a [Type],
    /// The type of the answer, as it was found.
    pub(in crate::query) returns: &'a Type,
}

impl Call<'_> {
    /// A value as a text, in the style of the session; nothing for NULL.
    pub(in crate::query) fn text(&self, value: &Value) -> Option<String> {
        value.to_text(&self.catalog.context.style)
    }

    /// Values as texts.
    pub(in crate::query) fn texts(&self, values: &[Value]) -> Vec<Option<String>> {
        values.iter().map(|value| self.text(value)).collect()
    }

    /// Asks for the memory of a value before it is made.
    ///
    /// # Errors
    /// 53200 when there is not as much.
    pub(in crate::query) fn admit(&self, bytes: usize) -> Result<()> {
        let reserved = self.catalog.reservation("value");
        reserved.try_grow(bytes).map_err(translated)
    }

    /// Asks for the memory of a text, or of bytes, before it is made.
    ///
    /// # Errors
    /// 54000 for a longer one than PostgreSQL makes, and as [`Call::admit`].
    pub(in crate::query) fn admit_text(&self, bytes: usize) -> Result<()> {
        match bytes > MAX_BYTES {
            true => Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Program),
                "requested length too large",
            )),
            false if bytes > UNASKED_BYTES => self.admit(bytes),
            false => Ok(()),
        }
    }

    /// Goes on with what is made bit by bit, and is this large (in bytes) so far.
    ///
    /// # Errors
    /// 57014 when nobody waits for it any more, and as [`Call::admit_text`].
    pub(in crate::query) fn go_on(&self, bytes: usize) -> Result<()> {
        self.catalog.stop.check()?;
        self.admit_text(bytes)
    }

    /// What a text is read in the light of.
    pub(in crate::query) fn reading(&self) -> Reading {
        Reading {
            style: self.catalog.context.style,
            now: self.catalog.context.transaction_start,
        }
    }
}

/// An aggregate over the rows of one group.
pub(in crate::query) trait Aggregate: Send + Sync {
    /// Takes a row's values in. A strict aggregate is given no NULL.
    ///
    /// # Errors
    /// 22003 and the like.
    fn add(&mut self, values: &[Value]) -> Result<()>;

    /// What it is over the rows so far.
    ///
    /// # Errors
    /// 22003 and the like.
    fn value(&self) -> Result<Value>;

    /// About how much memory it takes (in bytes), beside itself.
    fn bytes(&self) -> usize {
        0
    }
}
