//! Objects of PostgreSQL's own that have an OID and a name, in the files beside.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::copy_text;

/// The rows of `pg_proc`.
pub(super) const PROCS: &str = include_str!("postgresql/pg_proc.tsv");
/// The rows of `pg_operator`.
pub(super) const OPERATORS: &str = include_str!("postgresql/pg_operator.tsv");
/// The rows of `pg_collation`.
pub(super) const COLLATIONS: &str = include_str!("postgresql/pg_collation.tsv");
/// The rows of `pg_ts_config`.
pub(super) const CONFIGURATIONS: &str = include_str!("postgresql/pg_ts_config.tsv");
/// The rows of `pg_ts_dict`.
pub(super) const DICTIONARIES: &str = include_str!("postgresql/pg_ts_dict.tsv");

/// A row of one of the files.
pub(super) type Fields = Vec<Option<Cow<'static, str>>>;

/// The objects of one file: the OID comes first, then the name.
pub(super) struct Objects {
    by_oid: HashMap<u32, &'static str>,
    by_name: HashMap<Cow<'static, str>, Vec<u32>>,
}

impl Objects {
    fn new(file: &'static str) -> Self {
        let mut objects = Self {
            by_oid: HashMap::new(),
            by_name: HashMap::new(),
        };
        for line in file.lines() {
            let mut fields = copy_text::fields(line).map(Option::unwrap_or_default);
            let oid = fields.next().and_then(|oid| oid.parse().ok());
            if let (Some(oid), Some(name)) = (oid, fields.next()) {
                objects.by_oid.insert(oid, line);
                objects.by_name.entry(name).or_default().push(oid);
            }
        }
        objects
    }

    /// The object of this OID.
    pub(super) fn of_oid(&self, oid: u32) -> Option<Fields> {
        Some(copy_text::fields(self.by_oid.get(&oid)?).collect())
    }

    /// The name of an object.
    pub(super) fn name(&self, oid: u32) -> Option<Cow<'static, str>> {
        copy_text::fields(self.by_oid.get(&oid)?).nth(1)?
    }

    /// The OIDs of all of them, in order.
    pub(super) fn oids(&self) -> Vec<u32> {
        let mut oids: Vec<_> = self.by_oid.keys().copied().collect();
        oids.sort_unstable();
        oids
    }

    /// The names of all of them, by OID.
    pub(super) fn names(&self) -> Vec<Cow<'static, str>> {
        let oids = self.oids().into_iter();
        oids.filter_map(|oid| self.name(oid)).collect()
    }

    /// The OIDs of the objects of this name.
    pub(super) fn of_name(&self, name: &str) -> &[u32] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

pub(super) static FUNCTIONS: LazyLock<Objects> = LazyLock::new(|| Objects::new(PROCS));
pub(super) static SIGNS: LazyLock<Objects> = LazyLock::new(|| Objects::new(OPERATORS));
pub(super) static ORDERS: LazyLock<Objects> = LazyLock::new(|| Objects::new(COLLATIONS));
pub(super) static TEXT_SEARCH: LazyLock<Objects> = LazyLock::new(|| Objects::new(CONFIGURATIONS));
pub(super) static DICTIONARY: LazyLock<Objects> = LazyLock::new(|| Objects::new(DICTIONARIES));

/// A function of PostgreSQL's own, as `pg_proc` has it.
pub(super) struct Proc(Fields);

/// The columns of `pg_proc` that are looked at.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Name = 1,
    Language = 4,
    Cost = 5,
    Rows = 6,
    Kind = 9,
    IsStrict = 12,
    ReturnsSet = 13,
    Volatility = 14,
    Parallel = 15,
    Defaults = 17,
    Returns = 18,
    Arguments = 19,
    AllArguments = 20,
    Modes = 21,
    Names = 22,
    DefaultExpressions = 23,
    Source = 25,
    Body = 27,
}

/// A parameter of a function.
pub(super) struct Parameter {
    /// `i`, `o`, `b`, `v`, `t`
    pub(super) mode: char,
    pub(super) name: String,
    pub(super) type_oid: u32,
    pub(super) default: Option<String>,
}

impl Proc {
    /// The function of this OID.
    pub(super) fn of_oid(oid: u32) -> Option<Self> {
        FUNCTIONS.of_oid(oid).map(Self)
    }

    /// What a column says; nothing for NULL.
    pub(super) fn part(&self, part: Part) -> Option<&str> {
        self.0.get(part as usize)?.as_deref()
    }

    /// What it is written in: `internal`, `c`, `sql`.
    pub(super) fn language(&self) -> &'static str {
        match self.part(Part::Language) {
            Some("12") => "internal",
            Some("13") => "c",
            _ => "sql",
        }
    }

    /// The types of what it is called with.
    pub(super) fn arguments(&self) -> Vec<u32> {
        let types = self.part(Part::Arguments).unwrap_or_default();
        types
            .split(' ')
            .filter_map(|oid| oid.parse().ok())
            .collect()
    }

    /// All of its parameters, those it answers in among them.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let list = |part| {
            let text = self.part(part)?.trim_matches(['{', '}']);
            Some(
                text.split(',')
                    .map(|one| one.trim_matches('"'))
                    .collect::<Vec<_>>(),
            )
        };
        let types = match list(Part::AllArguments) {
            Some(types) => types.iter().filter_map(|oid| oid.parse().ok()).collect(),
            None => self.arguments(),
        };
        let (modes, names) = (list(Part::Modes), list(Part::Names));
        let nth = |of: &Option<Vec<&str>>, place: usize| {
            let of = of.as_ref().and_then(|of| of.get(place));
            of.map_or(String::new(), |one| (*one).to_owned())
        };
        let parameter = |(place, type_oid)| Parameter {
            mode: nth(&modes, place).chars().next().unwrap_or('i'),
            name: nth(&names, place),
            type_oid,
            default: None,
        };
        let mut parameters: Vec<_> = types.into_iter().enumerate().map(parameter).collect();
        // The defaults are those of the last ones it is called with.
        let defaults = self.part(Part::DefaultExpressions).unwrap_or_default();
        let defaults = split(defaults);
        let count = self
            .part(Part::Defaults)
            .and_then(|count| count.parse().ok());
        if count == Some(defaults.len()) {
            let mut taken = parameters
                .iter_mut()
                .filter(|one| !matches!(one.mode, 'o' | 't'));
            for default in defaults.into_iter().rev() {
                if let Some(parameter) = taken.next_back() {
                    parameter.default = Some(default);
                }
            }
        }
        parameters
    }
}

/// Expressions between commas, which may have commas of their own in quotes and
/// parentheses.
fn split(expressions: &str) -> Vec<String> {
    let (mut depth, mut is_quoted, mut start) = (0, false, 0);
    let mut parts = Vec::new();
    for (place, letter) in expressions.char_indices() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            '(' | '[' if !is_quoted => depth += 1,
            ')' | ']' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                parts.push(expressions[start..place].trim().to_owned());
                start = place + 1;
            }
            _ => {}
        }
    }
    if !expressions.is_empty() {
        parts.push(expressions[start..].trim().to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_their_modes_names_and_defaults() {
        let told = |name: &str| {
            let oid = FUNCTIONS.of_name(name)[0];
            let parameters = Proc::of_oid(oid).expect(name).parameters();
            let told = parameters.iter().map(|one| {
                let default = one.default.as_deref().unwrap_or("-");
                format!("{}{} {} {default}", one.mode, one.name, one.type_oid)
            });
            told.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(told("abs"), "i 700 -");
        assert!(told("pg_get_keywords").starts_with("oword 25 -, ocatcode 18 -"));
        assert!(told("make_interval").starts_with("iyears 23 0, imonths 23 0"));
        assert!(told("make_interval").ends_with("isecs 701 0.0"));
    }
}
