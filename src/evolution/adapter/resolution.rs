//! Where every field of one schema comes from in another.

use std::collections::HashMap;

use crate::evolution::Rule;
use crate::evolution::pairing::{Pair, Siblings};
use crate::schema::{DataType, Field, Name};

/// Where the columns of a schema, or the members of a struct, come from.
///
/// Computed once from two schemas, in one walk over their fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolution {
    /// The fields of the target, in its order.
    pub(super) fields: Vec<Resolved>,
    /// Whether the source has these fields and no others, in this order and
    /// under these names, and all of their values are carried as they are.
    pub(super) is_identity: bool,
}

/// One field of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Its name in the target.
    pub(super) name: Name,
    /// Where it comes from.
    pub(super) source: Source,
}

/// Where a field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// From a field of the source.
    Field {
        /// Its place among its siblings, from 0.
        position: usize,
        /// Its name there.
        name: Name,
        /// What is done to its values.
        part: Part,
    },
    /// The source has no such field, which is this one: it takes its default,
    /// or NULL; when it has neither ([`Field::is_optional`]), nothing can be
    /// carried.
    Absent(Field),
}

/// What is done to the values of a field that both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Whether there may be a NULL where the target has none.
    pub(super) refuses_null: bool,
    /// What is done to the others.
    pub(super) conversion: Conversion,
}

/// How values of one type become values of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// They are what they were.
    Keep,
    /// Those that are values of the wider or narrower type are carried.
    Cast {
        /// The type they have.
        from: DataType,
        /// The type they get.
        to: DataType,
    },
    /// None can be carried.
    Refuse {
        /// The type they have.
        from: DataType,
        /// The type they would get.
        to: DataType,
    },
    /// The members of a struct are carried.
    Struct(Resolution),
    /// The elements of an array are carried.
    Array(Box<Part>),
    /// The keys and the values of a map are carried.
    Map(Box<[Part; 2]>),
}

impl Resolution {
    /// Where the fields of `to` come from, when there are those of `from`:
    /// the columns of two schemas, or the members of two structs.
    pub(super) fn new(from: &[Field], to: &[Field]) -> Self {
        let (before, after) = (Siblings::new(from), Siblings::new(to));
        let positions: HashMap<&str, usize> = from
            .iter()
            .enumerate()
            .map(|(position, field)| (field.name.as_str(), position))
            .collect();
        let resolved = |pair| match pair {
            Pair::Kept(before, after) => Some(Resolved {
                name: after.name.clone(),
                source: Source::Field {
                    position: positions[before.name.as_str()],
                    name: before.name.clone(),
                    part: Part::new(before, after),
                },
            }),
            Pair::Added(field) => Some(Resolved {
                name: field.name.clone(),
                source: Source::Absent(field.clone()),
            }),
            Pair::Dropped(_) => None,
        };
        let fields: Vec<Resolved> = before.pairs(&after).filter_map(resolved).collect();
        let is_identity = fields.len() == from.len()
            && (0..)
                .zip(&fields)
                .all(|(position, field)| field.is_identity(position));
        Self {
            fields,
            is_identity,
        }
    }
}

impl Resolved {
    /// Whether it is what the source has at this place.
    fn is_identity(&self, place: usize) -> bool {
        match &self.source {
            Source::Field {
                position,
                name,
                part,
            } => *position == place && *name == self.name && part.is_identity(),
            Source::Absent(_) => false,
        }
    }
}

impl Part {
    fn new(from: &Field, to: &Field) -> Self {
        Self {
            refuses_null: from.nullable && !to.nullable,
            conversion: Conversion::new(&from.data_type, &to.data_type),
        }
    }

    /// Whether all values are carried as they are, NULL too.
    pub(super) fn is_identity(&self) -> bool {
        !self.refuses_null && self.conversion == Conversion::Keep
    }
}

impl Conversion {
    /// How values of the one type become values of the other.
    pub(super) fn new(from: &DataType, to: &DataType) -> Self {
        match (from, to) {
            (DataType::Struct(before), DataType::Struct(after)) => {
                let members = Resolution::new(before, after);
                match members.is_identity {
                    true => Self::Keep,
                    false => Self::Struct(members),
                }
            }
            (DataType::Array(before), DataType::Array(after)) => {
                let element = Part::new(before, after);
                match element.is_identity() {
                    true => Self::Keep,
                    false => Self::Array(Box::new(element)),
                }
            }
            (DataType::Map(before), DataType::Map(after)) => {
                let [key, value] = [0, 1].map(|part| Part::new(&before[part], &after[part]));
                match key.is_identity() && value.is_identity() {
                    true => Self::Keep,
                    false => Self::Map(Box::new([key, value])),
                }
            }
            _ => {
                let types = || (from.clone(), to.clone());
                match Rule::of_types(from, to) {
                    None => Self::Keep,
                    Some(Rule::Widened | Rule::Narrowed) => {
                        let (from, to) = types();
                        Self::Cast { from, to }
                    }
                    Some(_) => {
                        let (from, to) = types();
                        Self::Refuse { from, to }
                    }
                }
            }
        }
    }
}
