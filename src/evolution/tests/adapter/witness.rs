//! Records that fail where the rules say that some do.

use serde_json::{Map, Value as Json, json};

use crate::evolution::{Rule, SchemaChange, Violation};
use crate::schema::{DataType, Direction, Field, KEY, Name, Schema};

/// A record of `from` that cannot be carried to `to` for what is violated;
/// nothing for rules about names and keys, across which data is carried by
/// identity. `direction` says which of the two is the old one.
pub(super) fn witness(
    violation: &Violation,
    from: &Schema,
    to: &Schema,
    direction: Direction,
) -> Option<Json> {
    let witness = Witness {
        offence: Offence::of(violation, direction)?,
        is_from_new: direction == Direction::Forward,
        is_drop: matches!(violation.change, SchemaChange::DropColumn { .. }),
    };
    let path = violation.column()?.names();
    let record = witness.members(&from.fields, &to.fields, path);
    Some(Json::Object(record))
}

struct Witness {
    offence: Offence,
    /// Whether records of the new schema are carried, to the old one.
    is_from_new: bool,
    /// Whether the end of the path is named as in the old schema.
    is_drop: bool,
}

/// What a value can be so that it is not carried.
enum Offence {
    /// Nothing at all, where there is none to begin with.
    Missing,
    Null,
    /// A value, whichever.
    Any,
    /// This one.
    Value(Json),
}

impl Offence {
    fn of(violation: &Violation, direction: Direction) -> Option<Self> {
        Some(match (violation.rule, &violation.change) {
            (Rule::Renamed | Rule::NameReused | Rule::PrimaryKey, _) => return None,
            (Rule::AddedRequired | Rule::DroppedRequired, _) => Self::Missing,
            (Rule::SetNotNull | Rule::DroppedNotNull, _) => Self::Null,
            (Rule::Retyped, _) => Self::Any,
            (Rule::Widened | Rule::Narrowed, SchemaChange::ChangeType { from, to, .. }) => {
                Self::Value(match direction {
                    Direction::Backward => too_large(from, to),
                    Direction::Forward => too_large(to, from),
                })
            }
            (rule, change) => panic!("{rule:?} of {change:?}"),
        })
    }
}

impl Witness {
    /// The required members of a record or a struct, and the offending one at
    /// the end of the path.
    fn members(&self, from: &[Field], to: &[Field], path: &[Name]) -> Map<String, Json> {
        let mut members = required(from);
        let is_named_in_from = self.is_from_new != (self.is_drop && path.len() == 1);
        let (source, target) = match is_named_in_from {
            true => {
                let source = named(from, &path[0]);
                (Some(source), counterpart(to, source))
            }
            false => {
                let target = named(to, &path[0]);
                (counterpart(from, target), Some(target))
            }
        };
        if let (Some(source), Some(target)) = (source, target) {
            let value = self.value(&source.data_type, &target.data_type, &path[1..]);
            members.insert(source.name.clone(), value);
        }
        members
    }

    fn value(&self, from: &DataType, to: &DataType, path: &[Name]) -> Json {
        let Some(part) = path.first() else {
            return match &self.offence {
                Offence::Missing => panic!("what is missing has no value"),
                Offence::Null => Json::Null,
                Offence::Any => plain(from),
                Offence::Value(value) => value.clone(),
            };
        };
        let value = |position: usize| {
            let (from, to) = (&from.children()[position], &to.children()[position]);
            self.value(&from.data_type, &to.data_type, &path[1..])
        };
        match (from, to) {
            (DataType::Struct(from), DataType::Struct(to)) => {
                Json::Object(self.members(from, to, path))
            }
            (DataType::Array(_), _) => json!([value(0)]),
            (DataType::Map(entry), _) if part == KEY => {
                let key = entry[0].data_type.text_of_json(&value(0));
                json!({ key: plain(&entry[1].data_type) })
            }
            (DataType::Map(entry), _) => {
                let key = &entry[0].data_type;
                json!({ key.text_of_json(&plain(key)): value(1) })
            }
            (from, to) => panic!("{from} and {to} have no part {part}"),
        }
    }
}

fn named<'a>(fields: &'a [Field], name: &Name) -> &'a Field {
    let mut fields = fields.iter();
    let found = fields.find(|field| field.name == *name);
    found.expect("the path leads through fields")
}

fn counterpart<'a>(fields: &'a [Field], field: &Field) -> Option<&'a Field> {
    let by_name = || fields.iter().find(|other| other.name == field.name);
    fields
        .iter()
        .find(|other| other.id == field.id)
        .or_else(by_name)
}

fn required(fields: &[Field]) -> Map<String, Json> {
    let required = fields.iter().filter(|field| !field.is_optional());
    required
        .map(|field| (field.name.clone(), plain(&field.data_type)))
        .collect()
}

/// The least value of a type, which every type of its kind has.
fn plain(data_type: &DataType) -> Json {
    use DataType as Type;
    match data_type {
        Type::Boolean => json!(false),
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Json | Type::Jsonb => json!(0),
        Type::Real | Type::Double => json!(0.0),
        Type::Numeric(_) => json!("0"),
        Type::Text | Type::Varchar(_) | Type::Char(_) => json!(""),
        Type::Bytea => json!("\\x"),
        Type::Date => json!("2024-02-29"),
        Type::Time(_) => json!("00:00:00"),
        Type::Timestamp(_) | Type::TimestampTz(_) => json!("2024-02-29 00:00:00"),
        Type::Interval => json!("1 day"),
        Type::Uuid => json!("00000000-0000-0000-0000-000000000000"),
        Type::Array(_) => json!([]),
        Type::Map(_) => json!({}),
        Type::Struct(members) => Json::Object(required(members)),
    }
}

/// A value of the wide type that the narrow one has no room for.
fn too_large(wide: &DataType, narrow: &DataType) -> Json {
    use DataType as Type;
    let finer = |precision: &Option<u8>| {
        let digits = usize::from(precision.expect("a narrow one has a precision"));
        format!("00:00:00.{}1", "0".repeat(digits))
    };
    match (wide, narrow) {
        (_, Type::SmallInt) => json!(32_768),
        (_, Type::Integer) => json!(-2_147_483_649_i64),
        (_, Type::Real) => json!(0.1),
        (Type::Numeric(Some((precision, scale))), _) => {
            json!(format!(
                "{}e{}",
                "9".repeat(usize::from(*precision)),
                -scale
            ))
        }
        // Texts of a fixed length have no blanks at their ends.
        (Type::Char(length), _) => json!("x".repeat(*length as usize)),
        (_, Type::Char(_)) => json!(" "),
        (_, Type::Varchar(Some(length))) => json!("x".repeat(*length as usize + 1)),
        (_, Type::Time(precision)) => json!(finer(precision)),
        (_, Type::Timestamp(precision) | Type::TimestampTz(precision)) => {
            json!(format!("2024-02-29 {}", finer(precision)))
        }
        _ => panic!("{narrow} is not narrower than {wide}"),
    }
}
