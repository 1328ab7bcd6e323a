//! The schemas that are the system's own.

/// A schema of the system's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SystemSchema {
    pub(super) oid: u32,
    pub(super) name: &'static str,
    pub(super) comment: Option<&'static str>,
}

const fn schema(oid: u32, name: &'static str, comment: &'static str) -> SystemSchema {
    SystemSchema {
        oid,
        name,
        comment: Some(comment),
    }
}

pub(super) const PG_CATALOG: SystemSchema = schema(11, "pg_catalog", "system catalog schema");

/// All of them.
pub(super) const ALL: [SystemSchema; 5] = [
    PG_CATALOG,
    SystemSchema {
        comment: None,
        ..schema(13_207, "information_schema", "")
    },
    schema(
        15_001,
        "rekha",
        "streams, their history, and how the server is",
    ),
    schema(15_002, "registry", "the stored rows of the registry"),
    schema(15_003, "cartridge_warp", "the ledger of pipelines"),
];

/// The one of this OID.
pub(super) fn of_oid(oid: u32) -> Option<&'static SystemSchema> {
    static SCHEMAS: [SystemSchema; 5] = ALL;
    SCHEMAS.iter().find(|schema| schema.oid == oid)
}

/// The one of this name.
pub(super) fn of_name(name: &str) -> Option<&'static SystemSchema> {
    ALL.iter()
        .find(|schema| schema.name == name)
        .and_then(|schema| of_oid(schema.oid))
}
