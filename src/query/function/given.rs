//! The arguments of a call as they are written.

use super::Function;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::typed::Typed;
use crate::relation::{Type, type_name};

/// The arguments of a call (PostgreSQL manual, 4.3): first those by their place, then
/// those by their name.
#[derive(Default)]
pub(in crate::query) struct Given {
    /// By their place.
    pub(in crate::query) placed: Vec<Typed>,
    /// By their name.
    pub(in crate::query) named: Vec<(String, Typed)>,
    /// Whether the last one is an array, each element of which is an argument
    /// (VARIADIC).
    pub(in crate::query) is_spread: bool,
    /// The type of the rows that are asked for: a list of columns behind the call.
    pub(in crate::query) row: Option<Type>,
}

impl From<Vec<Typed>> for Given {
    fn from(placed: Vec<Typed>) -> Self {
        Self {
            placed,
            ..Self::default()
        }
    }
}

impl Given {
    /// All of them by their place, for the functions that have such parameters.
    ///
    /// # Errors
    /// 42883 when there are none.
    pub(super) fn in_places(
        self,
        name: &str,
        candidates: &[&'static Function],
    ) -> Result<(Vec<&'static Function>, Vec<Typed>)> {
        if self.named.is_empty() {
            return Ok((candidates.to_vec(), self.placed));
        }
        let mut found = candidates
            .iter()
            .filter_map(|function| Some((vec![*function], self.of(function)?)));
        found.next().ok_or_else(|| self.unknown(name))
    }

    /// The arguments of this function, if it has the parameters that are named and
    /// knows what the others are.
    fn of(&self, function: &Function) -> Option<Vec<Typed>> {
        let Function {
            names, defaults, ..
        } = function;
        let rest = names.get(self.placed.len()..)?;
        if !self
            .named
            .iter()
            .all(|(name, _)| rest.contains(&name.as_str()))
        {
            return None;
        }
        let first_default = names.len() - defaults.len();
        let rest = (self.placed.len()..).zip(rest).map(|(place, name)| {
            let given = self.named.iter().find(|(given, _)| given == name);
            let default = || {
                let text = defaults.get(place.checked_sub(first_default)?)?;
                Some(Typed::unknown(Some((*text).to_owned())))
            };
            given.map(|(_, typed)| typed.clone()).or_else(default)
        });
        let rest = rest.collect::<Option<Vec<_>>>()?;
        Some(self.placed.iter().cloned().chain(rest).collect())
    }

    fn unknown(&self, name: &str) -> Error {
        let placed = self.placed.iter();
        let placed = placed.map(|typed| type_name(&typed.data_type).to_string());
        let named = self.named.iter();
        let named = named.map(|(name, typed)| format!("{name} => {}", type_name(&typed.data_type)));
        let all: Vec<String> = placed.chain(named).collect();
        Error::new(
            ErrorKind::NotFound(Object::Function),
            format!("function {name}({}) does not exist", all.join(", ")),
        )
        .with_hint(
            "No function matches the given name and argument types. \
             You might need to add explicit type casts.",
        )
    }
}
