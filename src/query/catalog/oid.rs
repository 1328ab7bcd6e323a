//! The OIDs of what there is.
//!
//! | what | OID |
//! | --- | --- |
//! | PostgreSQL's own objects | PostgreSQL's own |
//! | Rekha's own relations and schemas | 15000 to 16383, which PostgreSQL leaves free |
//! | namespaces, streams, indexes | 16384 and their identity in the store |
//! | primary keys' indexes | that of their stream with the highest bit set |
//! | constraints | that of their index with the second highest bit set |
//! | row types | that of their stream with the third highest bit set |
//! | defaults | made of the stream's and the column's number |
//!
//! So an OID is there before COMMIT, and stays the same for ever. No two objects of
//! those have one: clients join `pg_depend` with all catalogs by the OID alone.

use crate::schema::ObjectId;

/// The first OID that is not a system's own (`FirstNormalObjectId`).
const FIRST: u32 = 16_384;
/// What tells the OID of a primary key's index from that of its stream.
const KEY: u32 = 1 << 31;
/// What tells the OID of a constraint from that of its index.
const CONSTRAINT: u32 = 1 << 30;

/// What tells the OID of a stream's row type from that of the stream.
const ROW: u32 = 1 << 29;

/// `pg_class`, as what an object is one of.
pub(in crate::query) const PG_CLASS: u32 = 1259;
pub(super) const PG_CONSTRAINT: u32 = 2606;
pub(super) const PG_ATTRDEF: u32 = 2604;
pub(super) const PG_NAMESPACE: u32 = 2615;

/// The collation `C`.
pub(super) const COLLATION_C: u32 = 950;
/// The one database.
pub(super) const DATABASE: u32 = 5;
/// The one role: the user of the session.
pub(super) const USER: u32 = 10;
/// The default tablespace.
pub(super) const TABLESPACE: u32 = 1663;

/// That of a namespace, stream, index or constraint.
pub(super) fn of(id: ObjectId) -> u32 {
    // The store's sequence has not come to 2^29.
    FIRST.wrapping_add(id.0 as u32)
}

/// That of the index of a stream's primary key.
pub(super) fn of_key(stream: ObjectId) -> u32 {
    KEY | of(stream)
}

/// That of the constraint which this index is there for.
pub(super) fn of_constraint(index: u32) -> u32 {
    CONSTRAINT | index
}

/// That of the type of a stream's rows.
pub(super) fn of_row(stream: ObjectId) -> u32 {
    ROW | of(stream)
}

/// That of the stream whose rows are of this type, if it is one.
pub(super) fn stream_of_row(oid: u32) -> Option<u32> {
    let is_row = oid & (KEY | CONSTRAINT | ROW) == ROW;
    is_row.then_some(oid & !ROW)
}

/// That of a column's default. Two are the same only in a store with more than
/// half a million objects, and `pg_attrdef` alone has them.
pub(super) fn of_default(table: u32, column: i16) -> u32 {
    table
        .wrapping_mul(8_192)
        .wrapping_add(u32::from(column.unsigned_abs()))
}

/// What a stream, index, constraint, primary key or row type of this OID is known by
/// in the store; a key and a type by their stream.
pub(super) fn object(oid: u32) -> Option<ObjectId> {
    let id = (oid & !KEY & !CONSTRAINT & !ROW).checked_sub(FIRST)?;
    Some(ObjectId(i64::from(id)))
}
