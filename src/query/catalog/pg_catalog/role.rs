//! The one role there is: the user of the session.

use crate::query::catalog::cell::*;
use crate::query::catalog::oid::USER;
use crate::query::catalog::source::Maker;
use crate::relation::Row;

/// What a password looks like that nobody is to see.
const HIDDEN: &str = "********";

pub(super) fn pg_authid(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([
        ("oid", oid(USER)),
        ("rolname", maker.user()),
        ("rolsuper", YES),
        ("rolinherit", YES),
        ("rolcreaterole", YES),
        ("rolcreatedb", YES),
        ("rolcanlogin", YES),
        ("rolreplication", YES),
        ("rolbypassrls", YES),
        ("rolconnlimit", int4(-1)),
    ])]
}

pub(super) fn pg_roles(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([
        ("rolname", maker.user()),
        ("rolsuper", YES),
        ("rolinherit", YES),
        ("rolcreaterole", YES),
        ("rolcreatedb", YES),
        ("rolcanlogin", YES),
        ("rolreplication", YES),
        ("rolconnlimit", int4(-1)),
        ("rolpassword", text(HIDDEN)),
        ("rolbypassrls", YES),
        ("oid", oid(USER)),
    ])]
}

/// `pg_user` and `pg_shadow`, which has no password to show either.
pub(super) fn pg_user(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([
        ("usename", maker.user()),
        ("usesysid", oid(USER)),
        ("usecreatedb", YES),
        ("usesuper", YES),
        ("userepl", YES),
        ("usebypassrls", YES),
        ("passwd", text(HIDDEN)),
    ])]
}
