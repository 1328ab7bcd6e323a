//! What becomes of the values within a `jsonb` column.

use super::conversion::{Conversion, conversion};
use super::literal::jsonb_literal;
use crate::evolution::Rule;
use crate::evolution::assignment::is_text;
use crate::evolution::sink::Hop;
use crate::schema::{DataType, DefaultValue, quote_literal};

/// The value of a `jsonb` column in which the value, or every value, at the end
/// of the way is what `change` makes of the expression for it. The change is
/// made to values of the JSON type `kind` (`object`; any but null when absent);
/// others stay what they are. Nothing when `change` knows no way.
///
/// Every level takes its own short name for the values it goes through, so that
/// the text grows with the depth and not with its power.
pub(super) fn rewrite(
    column: &str,
    way: &[Hop<'_>],
    kind: Option<&str>,
    change: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let member = |hop: &Hop<'_>| match hop {
        Hop::Member(name) => Some(quote_literal(name)),
        Hop::Element | Hop::Key | Hop::Value => None,
    };
    let members: Vec<String> = way.iter().map_while(member).collect();
    let rest = &way[members.len()..];
    let path = format!("ARRAY[{}]", members.join(", "));
    let value = match members.as_slice() {
        [] => column.to_owned(),
        [member] => format!("({column} -> {member})"),
        _ => format!("({column} #> {path})"),
    };
    // Nested subqueries see the names of those around them.
    let part = format!("part_{}", way.len());
    let each = |rest: &[Hop<'_>]| rewrite(&format!("{part}.value"), rest, kind, change);
    let (test, new) = match rest {
        [] => (kind_is(&value, kind), change(&value)?),
        [Hop::Element, rest @ ..] => (
            kind_is(&value, Some("array")),
            format!(
                "(SELECT coalesce(jsonb_agg({} ORDER BY {part}.place), '[]') FROM jsonb_array_elements({value}) WITH ORDINALITY AS {part}(value, place))",
                each(rest)?
            ),
        ),
        [_, rest @ ..] => (
            kind_is(&value, Some("object")),
            format!(
                "(SELECT coalesce(jsonb_object_agg({part}.key, {}), '{{}}') FROM jsonb_each({value}) AS {part}(key, value))",
                each(rest)?
            ),
        ),
    };
    let new = match members.is_empty() {
        true => new,
        false => format!("jsonb_set({column}, {path}, {new})"),
    };
    Some(format!("CASE WHEN {test} THEN {new} ELSE {column} END"))
}

fn kind_is(value: &str, kind: Option<&str>) -> String {
    match kind {
        Some(kind) => format!("jsonb_typeof({value}) = '{kind}'"),
        None => format!("jsonb_typeof({value}) <> 'null'"),
    }
}

/// An object with a member more, unless it has it.
pub(super) fn add_member(
    object: &str,
    name: &str,
    default: &DefaultValue,
    data_type: &DataType,
) -> String {
    let name = quote_literal(name);
    let default = jsonb_literal(default, data_type);
    format!("jsonb_build_object({name}, {default}) || {object}")
}

/// An object without a member.
pub(super) fn drop_member(object: &str, name: &str) -> String {
    format!("{object} - {}", quote_literal(name))
}

/// An object whose member has another name.
pub(super) fn rename_member(object: &str, from: &str, to: &str) -> String {
    let (from, to) = (quote_literal(from), quote_literal(to));
    format!(
        "CASE WHEN {object} -> {from} IS NULL THEN {object} ELSE {object} - {from} || jsonb_build_object({to}, {object} -> {from}) END"
    )
}

/// Whether the JSON of a value stays what it is when its type changes: readers
/// of both types write it alike, or any JSON is a value of the new one.
pub(super) fn is_same_json(from: &DataType, to: &DataType) -> bool {
    matches!(to, DataType::Json | DataType::Jsonb)
        || is_text(from) && is_text(to)
        || !(from.is_nested() || to.is_nested()) && Rule::of_types(from, to) != Some(Rule::Retyped)
}

/// The JSON of a value, not null, as a value of another type; nothing when
/// there is no way.
pub(super) fn retype(json: &str, from: &DataType, to: &DataType) -> Option<String> {
    if from.is_nested() || to.is_nested() {
        return None;
    }
    // JSON knows no lengths, and an explicit cast would cut.
    let to = if is_text(to) { &DataType::Text } else { to };
    let text = format!("({json} #>> '{{}}')");
    let (value, from) = match from {
        DataType::Json | DataType::Jsonb if is_text(to) => (text, &DataType::Text),
        DataType::Json | DataType::Jsonb => (json.to_owned(), &DataType::Jsonb),
        from if is_text(from) => (text, &DataType::Text),
        from => (format!("{text}::{from}"), from),
    };
    let value = match conversion(&value, from, to)? {
        Conversion::Keep => value,
        Conversion::Assign => format!("{value}::{to}"),
        Conversion::Using(expression) => expression,
    };
    Some(format!("to_jsonb({value})"))
}
