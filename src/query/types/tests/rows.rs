//! Rows of an answer.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;

use super::registered::Registered;
use crate::query::types::{array, rows};
use crate::relation::{Array, Column, Type, Value};

/// An object that there is not is told by its number, nothing by a dash.
#[tokio::test]
async fn objects_are_told_by_their_names() {
    let registered = Registered::new().await;
    let reg = |oid, name: &str| Value::Reg {
        oid,
        name: name.into(),
    };
    let list = |values| Value::Array(Arc::new(Array::list(Type::REGTYPE, values)));
    let columns = [
        Column::new("a", Type::REGCLASS),
        Column::new("b", Type::REGTYPE_ARRAY),
        Column::new("c", Type::OID),
    ];
    let carried = [
        array(&[reg(0, ""), Value::Null], &Type::REGCLASS).unwrap(),
        array(
            &[list(vec![reg(u32::MAX, ""), reg(0, "")]), list(vec![])],
            &columns[1].column_type,
        )
        .unwrap(),
        array(&[Value::Oid(0), Value::Oid(7)], &Type::OID).unwrap(),
    ];
    let names = ["a", "b", "c"].into_iter().zip(carried);
    let batch = RecordBatch::try_from_iter(names).unwrap();
    let found = rows(&batch, &columns, &registered.catalog).unwrap();
    let expected = [
        vec![
            reg(0, "-"),
            list(vec![reg(u32::MAX, "4294967295"), reg(0, "-")]),
            Value::Oid(0),
        ],
        vec![Value::Null, list(vec![]), Value::Oid(7)],
    ];
    assert_eq!(found, expected);
    registered.close().await;
}
