//! Laws of the carriers.

use std::sync::Arc;

use datafusion::arrow::array::Array as _;
use proptest::prelude::*;
use uuid::Uuid;

use crate::query::types::{array, carrier, scalar, values};
use crate::relation::{
    Array, Date, Dimension, Field, Interval, Kind, Numeric, Time, TimeTz, Timestamp, Type, Value,
};

fn moment() -> impl Strategy<Value = Timestamp> {
    (-211_813_488_000_000_000..9_223_371_331_200_000_000_i64)
        .prop_map(|micros| Timestamp::from_micros(micros).unwrap())
}

fn time() -> impl Strategy<Value = Time> {
    (0..=86_400_000_000_i64).prop_map(|micros| Time::from_micros(micros).unwrap())
}

/// Values of one type, NULL among them.
fn column() -> impl Strategy<Value = (Type, Vec<Value>)> {
    let of = |of: Type, value: BoxedStrategy<Value>| {
        let value = prop_oneof![1 => Just(Value::Null), 4 => value];
        prop::collection::vec(value, 0..6).prop_map(move |values| (of.clone(), values))
    };
    let list = |array: Type, element: Type, value: BoxedStrategy<Value>| {
        let value = prop_oneof![1 => Just(Value::Null), 3 => value];
        let list = (prop::collection::vec(value, 0..5), 0..3_usize, any::<i32>());
        let list = list.prop_map(move |(values, more, lower)| {
            let mut array = Array::list(element.clone(), values);
            if let (Some(dimension), 1..) = (array.dimensions.first_mut(), more) {
                dimension.lower = lower.saturating_sub(8);
                let outer = Dimension {
                    length: 1,
                    lower: 1,
                };
                array.dimensions.splice(..0, vec![outer; more - 1]);
            }
            Value::Array(Arc::new(array))
        });
        of(array, list.boxed())
    };
    let text = || "[^\0]{0,8}".prop_map(Value::text);
    let numeric = || {
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,2})?|NaN|-?Infinity".prop_map(|text| {
            let numeric: Numeric = text.parse().unwrap();
            Value::Numeric(numeric.into())
        })
    };
    let reg = any::<u32>().prop_map(|oid| Value::Reg {
        oid,
        name: "".into(),
    });
    let vector = prop::collection::vec(any::<i16>().prop_map(Value::Int2), 0..3)
        .prop_map(|values| Value::Vector(Arc::new(Array::vector(Type::INT2, values))));
    let fields = [("a", Type::INT4), ("b", Type::TEXT_ARRAY)];
    let fields = fields.map(|(name, of)| Field::new(name.to_owned(), of));
    let pair = Type::new(
        "record".to_owned(),
        2249,
        Kind::Composite(fields.into()),
        "pg_catalog".to_owned(),
    );
    let record = (any::<i32>(), text()).prop_map(|(number, text)| {
        let texts = Array::list(Type::TEXT, vec![text, Value::Null]);
        let fields = [
            (Type::INT4, Value::Int4(number)),
            (Type::TEXT_ARRAY, Value::Array(texts.into())),
        ];
        Value::Record(fields.into())
    });
    prop_oneof![
        of(pair, record.boxed()),
        of(Type::BOOL, any::<bool>().prop_map(Value::Bool).boxed()),
        of(Type::CHAR, any::<u8>().prop_map(Value::Char).boxed()),
        of(Type::INT2, any::<i16>().prop_map(Value::Int2).boxed()),
        of(Type::INT4, any::<i32>().prop_map(Value::Int4).boxed()),
        of(Type::INT8, any::<i64>().prop_map(Value::Int8).boxed()),
        of(Type::FLOAT4, any::<f32>().prop_map(Value::Float4).boxed()),
        of(Type::FLOAT8, any::<f64>().prop_map(Value::Float8).boxed()),
        of(Type::NUMERIC, numeric().boxed()),
        of(Type::TEXT, text().boxed()),
        of(Type::NAME, text().boxed()),
        of(Type::UNKNOWN, text().boxed()),
        of(Type::JSONB, Just(Value::Jsonb("{}".into())).boxed()),
        of(Type::VOID, Just(Value::Void).boxed()),
        of(
            Type::BYTEA,
            any::<Vec<u8>>()
                .prop_map(|bytes| Value::Bytea(bytes.into()))
                .boxed()
        ),
        of(
            Type::UUID,
            any::<u128>()
                .prop_map(|bits| Value::Uuid(Uuid::from_u128(bits)))
                .boxed()
        ),
        of(
            Type::DATE,
            (-2_451_545..2_145_031_949_i32)
                .prop_map(|days| Value::Date(Date::from_days(days).unwrap()))
                .boxed()
        ),
        of(
            Type::DATE,
            prop::sample::select(vec![Date::INFINITY, Date::NEGATIVE_INFINITY])
                .prop_map(Value::Date)
                .boxed()
        ),
        of(Type::TIME, time().prop_map(Value::Time).boxed()),
        of(
            Type::TIMETZ,
            (time(), -57_599..57_600_i32)
                .prop_map(|(time, offset)| Value::TimeTz(TimeTz::new(time, offset).unwrap()))
                .boxed()
        ),
        of(Type::TIMESTAMP, moment().prop_map(Value::Timestamp).boxed()),
        of(
            Type::TIMESTAMPTZ,
            moment().prop_map(Value::TimestampTz).boxed()
        ),
        of(
            Type::TIMESTAMPTZ,
            prop::sample::select(vec![Timestamp::INFINITY, Timestamp::NEGATIVE_INFINITY])
                .prop_map(Value::TimestampTz)
                .boxed()
        ),
        of(
            Type::INTERVAL,
            (any::<i32>(), any::<i32>(), any::<i64>())
                .prop_map(|(months, days, micros)| {
                    Value::Interval(Interval {
                        months,
                        days,
                        micros,
                    })
                })
                .boxed()
        ),
        of(Type::OID, any::<u32>().prop_map(Value::Oid).boxed()),
        of(Type::REGCLASS, reg.boxed()),
        of(Type::INT2_VECTOR, vector.boxed()),
        list(Type::TEXT_ARRAY, Type::TEXT, text().boxed()),
        list(Type::NUMERIC_ARRAY, Type::NUMERIC, numeric().boxed()),
    ]
}

proptest! {
    #[test]
    fn a_carrier_keeps_its_values((of, given) in column()) {
        let carried = array(&given, &of).unwrap();
        prop_assert_eq!(carried.data_type(), &carrier(&of));
        prop_assert_eq!(&values(&carried, &of).unwrap(), &given);
        for (place, value) in given.iter().enumerate() {
            let one = scalar(value, &of).unwrap().to_array().unwrap();
            prop_assert_eq!(&values(&one, &of).unwrap(), std::slice::from_ref(value));
            let part = carried.slice(place, 1);
            prop_assert_eq!(&values(&part, &of).unwrap(), std::slice::from_ref(value));
        }
    }
}

#[test]
fn a_value_of_another_type_is_a_defect() {
    let error = scalar(&Value::Int4(1), &Type::INT8).unwrap_err();
    assert_eq!(error.sqlstate(), "XX000");
    let carried = array(&[Value::Int4(1)], &Type::INT4).unwrap();
    assert_eq!(
        values(&carried, &Type::INT8).unwrap_err().sqlstate(),
        "XX000"
    );
}
