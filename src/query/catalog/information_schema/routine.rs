//! `routines`, `parameters`: PostgreSQL's own functions.

use super::place::data_type;
use crate::query::catalog::cell::*;
use crate::query::catalog::objects::{FUNCTIONS, Parameter, Part, Proc};
use crate::query::catalog::schemas;
use crate::query::catalog::source::Maker;
use crate::relation::{Row, Value};

/// All functions with their names and their names with a number, which nothing
/// else has.
fn functions() -> impl Iterator<Item = (Proc, Value, Value)> {
    FUNCTIONS.oids().into_iter().filter_map(|oid| {
        let own = Proc::of_oid(oid)?;
        let name = own.part(Part::Name)?;
        let (specific, name) = (text(format!("{name}_{oid}")), text(name));
        Some((own, name, specific))
    })
}

pub(super) fn routines(maker: &Maker<'_>) -> Vec<Row> {
    let schema = || text(schemas::PG_CATALOG.name);
    let row = |(own, name, specific): (Proc, Value, Value)| {
        let returns = own.part(Part::Returns).and_then(|oid| oid.parse().ok());
        let [udt_catalog, udt_schema, udt] = maker.udt(returns.unwrap_or(0));
        let language = own.language();
        let is_sql = language == "sql";
        maker.row([
            ("specific_catalog", maker.database()),
            ("specific_schema", schema()),
            ("specific_name", specific),
            ("routine_catalog", maker.database()),
            ("routine_schema", schema()),
            ("routine_name", name),
            (
                "routine_type",
                match own.part(Part::Kind) {
                    Some("f") => text("FUNCTION"),
                    Some("p") => text("PROCEDURE"),
                    _ => NULL,
                },
            ),
            ("data_type", data_type(returns.unwrap_or(0))),
            ("type_udt_catalog", udt_catalog),
            ("type_udt_schema", udt_schema),
            ("type_udt_name", udt),
            ("dtd_identifier", text("0")),
            (
                "routine_body",
                text(if is_sql { "SQL" } else { "EXTERNAL" }),
            ),
            ("routine_definition", maybe(own.part(Part::Source))),
            ("external_name", NULL),
            ("external_language", text(language.to_uppercase())),
            ("parameter_style", text("GENERAL")),
            (
                "is_deterministic",
                yes_or_no(own.part(Part::Volatility) == Some("i")),
            ),
            ("sql_data_access", text("MODIFIES")),
            (
                "is_null_call",
                yes_or_no(own.part(Part::IsStrict) == Some("t")),
            ),
            ("schema_level_routine", yes_or_no(true)),
            ("max_dynamic_result_sets", int4(0)),
            ("security_type", text("INVOKER")),
            ("as_locator", yes_or_no(false)),
            ("is_udt_dependent", yes_or_no(false)),
        ])
    };
    functions().map(row).collect()
}

pub(super) fn parameters(maker: &Maker<'_>) -> Vec<Row> {
    let rows = |(own, _, specific): (Proc, Value, Value)| {
        let row = |(number, one): (i32, Parameter)| {
            let [udt_catalog, udt_schema, udt] = maker.udt(one.type_oid);
            let name = Some(one.name).filter(|name| !name.is_empty());
            maker.row([
                ("specific_catalog", maker.database()),
                ("specific_schema", text(schemas::PG_CATALOG.name)),
                ("specific_name", specific.clone()),
                ("ordinal_position", int4(number)),
                (
                    "parameter_mode",
                    text(match one.mode {
                        'o' | 't' => "OUT",
                        'b' => "INOUT",
                        _ => "IN",
                    }),
                ),
                ("is_result", yes_or_no(false)),
                ("as_locator", yes_or_no(false)),
                ("parameter_name", maybe(name)),
                ("data_type", data_type(one.type_oid)),
                ("udt_catalog", udt_catalog),
                ("udt_schema", udt_schema),
                ("udt_name", udt),
                ("dtd_identifier", text(number.to_string())),
                ("parameter_default", maybe(one.default)),
            ])
        };
        (1..).zip(own.parameters()).map(row).collect::<Vec<_>>()
    };
    functions().flat_map(rows).collect()
}
