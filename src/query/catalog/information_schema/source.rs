//! Which relation of `information_schema` has which rows.

use super::{column, constraint, privilege, role, routine, table};
use crate::query::catalog::source::Source;
use crate::query::catalog::wanted::Key;

/// Where the rows of a relation of `information_schema` come from. What is not
/// here has none.
pub(in crate::query::catalog) fn source(name: &str) -> Source {
    use Key::{Name, SchemaName};
    macro_rules! fixed {
        ($file:literal) => {
            Source::Fixed(include_str!(concat!("../postgresql/", $file, ".tsv")))
        };
    }
    macro_rules! tables {
        ($rows:path, [$($key:expr),*]) => {
            Source::Tables {
                keys: &[$($key),*],
                rows: $rows,
                fixed: "",
            }
        };
    }
    match name {
        "tables" => tables!(table::tables, [(1, SchemaName), (2, Name)]),
        "views" => tables!(table::views, [(1, SchemaName), (2, Name)]),
        "columns" => tables!(column::columns, [(1, SchemaName), (2, Name)]),
        "element_types" => tables!(column::element_types, [(1, SchemaName), (2, Name)]),
        "column_udt_usage" => tables!(column::column_udt_usage, [(4, SchemaName), (5, Name)]),
        "table_constraints" => tables!(
            constraint::table_constraints,
            [(1, SchemaName), (4, SchemaName), (5, Name)]
        ),
        "check_constraints" => tables!(constraint::check_constraints, [(1, SchemaName)]),
        "key_column_usage" => tables!(
            constraint::key_column_usage,
            [(1, SchemaName), (2, Name), (4, SchemaName), (5, Name)]
        ),
        "constraint_column_usage" => tables!(
            constraint::constraint_column_usage,
            [(1, SchemaName), (2, Name), (5, SchemaName), (6, Name)]
        ),
        "constraint_table_usage" => tables!(
            constraint::constraint_table_usage,
            [(1, SchemaName), (2, Name), (4, SchemaName), (5, Name)]
        ),
        "table_privileges" | "role_table_grants" => {
            tables!(privilege::table_privileges, [(3, SchemaName), (4, Name)])
        }
        "column_privileges" | "role_column_grants" => {
            tables!(privilege::column_privileges, [(3, SchemaName), (4, Name)])
        }

        "schemata" => Source::Namespaces(table::schemata),

        "character_sets" => Source::Session(role::character_sets),
        "collation_character_set_applicability" => Source::Session(role::collation_character_sets),
        "collations" => Source::Session(role::collations),
        "enabled_roles" => Source::Session(role::enabled_roles),
        "information_schema_catalog_name" => Source::Session(role::catalog_name),

        "parameters" => Source::Session(routine::parameters),
        "routines" => Source::Session(routine::routines),

        "sql_features" => fixed!("sql_features"),
        "sql_implementation_info" => fixed!("sql_implementation_info"),
        "sql_parts" => fixed!("sql_parts"),
        "sql_sizing" => fixed!("sql_sizing"),
        _ => Source::None,
    }
}
