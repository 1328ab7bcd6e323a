//! Laws: what is written is read back, in both formats, and whatever comes in is
//! a value or an error.

use std::sync::Arc;

use bytes::BytesMut;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// Types and the names of their strategies' values.
fn scalar() -> impl Strategy<Value = (Type, Value)> {
    let moment = || {
        (-211_813_488_000_000_000..9_223_371_331_200_000_000_i64)
            .prop_map(|micros| Timestamp::from_micros(micros).unwrap())
    };
    let time = || (0..=86_400_000_000_i64).prop_map(|micros| Time::from_micros(micros).unwrap());
    prop_oneof![
        any::<bool>().prop_map(|value| (Type::BOOL, Value::Bool(value))),
        (0..128_u8).prop_map(|value| (Type::CHAR, Value::Char(value))),
        any::<i16>().prop_map(|value| (Type::INT2, Value::Int2(value))),
        any::<i32>().prop_map(|value| (Type::INT4, Value::Int4(value))),
        any::<i64>().prop_map(|value| (Type::INT8, Value::Int8(value))),
        any::<f32>().prop_map(|value| (Type::FLOAT4, Value::Float4(value))),
        any::<f64>().prop_map(|value| (Type::FLOAT8, Value::Float8(value))),
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,2})?|NaN|-?Infinity".prop_map(|text| {
            let numeric: Numeric = text.parse().unwrap();
            (Type::NUMERIC, Value::Numeric(numeric.into()))
        }),
        "[^\0]*".prop_map(|text| (Type::TEXT, Value::text(text))),
        any::<Vec<u8>>().prop_map(|bytes| (Type::BYTEA, Value::Bytea(bytes.into()))),
        (-2_451_545..2_145_031_949_i32)
            .prop_map(|days| (Type::DATE, Value::Date(Date::from_days(days).unwrap()))),
        time().prop_map(|time| (Type::TIME, Value::Time(time))),
        (time(), -57_599..57_600_i32).prop_map(|(time, offset)| {
            (
                Type::TIMETZ,
                Value::TimeTz(TimeTz::new(time, offset).unwrap()),
            )
        }),
        moment().prop_map(|at| (Type::TIMESTAMP, Value::Timestamp(at))),
        moment().prop_map(|at| (Type::TIMESTAMPTZ, Value::TimestampTz(at))),
        Just((Type::TIMESTAMPTZ, Value::TimestampTz(Timestamp::INFINITY))),
        Just((Type::DATE, Value::Date(Date::NEGATIVE_INFINITY))),
        (
            any::<i32>(),
            any::<i32>(),
            -9_000_000_000_000_000_000..9_000_000_000_000_000_000_i64
        )
            .prop_map(|(months, days, micros)| {
                (
                    Type::INTERVAL,
                    Value::Interval(Interval {
                        months,
                        days,
                        micros,
                    }),
                )
            }),
        any::<u128>().prop_map(|bits| (Type::UUID, Value::Uuid(Uuid::from_u128(bits)))),
        any::<u32>().prop_map(|oid| (Type::OID, Value::Oid(oid))),
        prop::collection::btree_map("[^\0]*", any::<i32>(), 0..4).prop_map(|members| {
            let text = serde_json::to_string(&members).unwrap();
            let reading = Reading {
                style: Style::default(),
                now: moment_zero(),
            };
            (
                Type::JSONB,
                Value::from_text(&text, &Type::JSONB, &reading).unwrap(),
            )
        }),
    ]
}

fn moment_zero() -> Timestamp {
    Timestamp::from_micros(0).unwrap()
}

/// Arrays of a few of the types.
fn array() -> impl Strategy<Value = (Type, Value)> {
    let text = prop::option::of("[^\0]*").prop_map(Value::optional_text);
    let at = prop::option::of(any::<i32>()).prop_map(|micros| {
        micros.map_or(Value::Null, |micros| {
            Value::TimestampTz(Timestamp::from_micros(i64::from(micros) * 1_000).unwrap())
        })
    });
    let shaped = |of: Type, array: Type, value: BoxedStrategy<Value>| {
        (prop::collection::vec((1..3_i32, -3..3_i32), 0..4)).prop_flat_map(move |dimensions| {
            let count = match dimensions.len() {
                0 => 0,
                _ => dimensions
                    .iter()
                    .map(|(length, _)| *length as usize)
                    .product(),
            };
            let (of, array) = (of.clone(), array.clone());
            prop::collection::vec(value.clone(), count).prop_map(move |values| {
                let dimensions = dimensions
                    .iter()
                    .map(|(length, lower)| Dimension {
                        length: *length,
                        lower: *lower,
                    })
                    .collect();
                let made = Array {
                    element: of.clone(),
                    dimensions,
                    values,
                };
                (array.clone(), Value::Array(Arc::new(made)))
            })
        })
    };
    prop_oneof![
        shaped(Type::TEXT, Type::TEXT_ARRAY, text.boxed()),
        shaped(Type::TIMESTAMPTZ, Type::TIMESTAMPTZ_ARRAY, at.boxed()),
    ]
}

fn style() -> impl Strategy<Value = Style> {
    let zone = prop::sample::select(vec!["UTC", "Europe/Paris", "America/St_Johns", "<x>-5:30"]);
    let interval = prop::sample::select(vec![
        IntervalStyle::Postgres,
        IntervalStyle::PostgresVerbose,
        IntervalStyle::SqlStandard,
        IntervalStyle::Iso8601,
    ]);
    let order = prop::sample::select(vec![DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd]);
    let bytea = prop::sample::select(vec![ByteaOutput::Hex, ByteaOutput::Escape]);
    (zone, interval, order, bytea).prop_map(|(zone, interval, date_order, bytea)| Style {
        zone: zone.parse().unwrap(),
        interval,
        date_order,
        bytea,
        float_digits: FloatDigits::Shortest,
    })
}

fn any_type() -> impl Strategy<Value = Type> {
    prop::sample::select(vec![
        Type::BOOL,
        Type::CHAR,
        Type::INT4,
        Type::INT8,
        Type::FLOAT4,
        Type::FLOAT8,
        Type::NUMERIC,
        Type::TEXT,
        Type::BYTEA,
        Type::DATE,
        Type::TIME,
        Type::TIMETZ,
        Type::TIMESTAMP,
        Type::TIMESTAMPTZ,
        Type::INTERVAL,
        Type::UUID,
        Type::JSON,
        Type::JSONB,
        Type::OID,
        Type::REGCLASS,
        Type::INT2_VECTOR,
        Type::TEXT_ARRAY,
        Type::INT4_ARRAY,
        Type::NUMERIC_ARRAY,
        Type::INET,
        Type::CIDR,
        Type::MONEY,
        Type::MACADDR,
        Type::MACADDR8,
        Type::VARBIT,
        Type::TID,
        Type::PG_LSN,
        Type::POINT,
        Type::PATH,
        Type::LINE,
        Type::CIRCLE,
        Type::RECORD,
        Type::VOID,
    ])
}

fn binary(value: &Value) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    value.write_binary(&mut bytes);
    bytes.to_vec()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        (of, value) in prop_oneof![4 => scalar(), 1 => array()],
        style in style(),
    ) {
        let reading = Reading { style, now: moment_zero() };
        let (text, bytes) = (value.to_text(&style).unwrap(), binary(&value));
        let from_text = Value::from_text(&text, &of, &reading).unwrap();
        let from_binary = Value::from_binary(&bytes, &of).unwrap();
        prop_assert_eq!(from_text.to_text(&style).unwrap(), &text[..]);
        prop_assert_eq!(binary(&from_binary), &bytes[..]);
        // A NaN is not equal to itself: its text and its bytes are.
        prop_assert_eq!(from_binary.to_text(&style).unwrap(), text);
        if !matches!(value, Value::Float4(f) if f.is_nan()) && !matches!(value, Value::Float8(f) if f.is_nan()) {
            prop_assert_eq!(&from_text, &value);
            prop_assert_eq!(&from_binary, &value);
        }
    }

    /// Neither panics nor takes more memory than it is given.
    #[test]
    fn any_text_is_a_value_or_an_error(
        of in any_type(),
        text in prop_oneof![
            any::<String>(),
            "[0-9a-z:./+ -]{0,30}",
            "[{}\\[\\]:=,\"\\\\ 0-9a]{0,30}",
            "[0-9]{1,5}[-/. ][0-9a-zA-Z]{1,5}[-/. ][0-9]{1,5}[ T]?[0-9:.]{0,9}[+-]?[0-9:]{0,8}",
        ],
        style in style(),
    ) {
        let reading = Reading { style, now: moment_zero() };
        if let Ok(value) = Value::from_text(&text, &of, &reading) {
            value.to_text(&style);
            binary(&value);
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(
        of in any_type(),
        bytes in prop_oneof![
            any::<Vec<u8>>(),
            prop::collection::vec(prop_oneof![6 => Just(0_u8), 1 => any::<u8>()], 0..40),
        ],
    ) {
        if let Ok(value) = Value::from_binary(&bytes, &of) {
            value.to_text(&Style::default());
        }
    }
}

#[test]
fn a_value_is_small() {
    assert_eq!(size_of::<Value>(), 24);
}

#[test]
fn words_mean_moments_of_the_transaction() {
    let style = Style {
        zone: "America/New_York".parse().unwrap(),
        ..Style::default()
    };
    // 2000-01-02 03:00 UTC is still the first of January there.
    let now = Timestamp::from_micros(27 * 3_600_000_000).unwrap();
    let reading = Reading { style, now };
    for (text, of, expected) in [
        ("now", Type::TIMESTAMPTZ, "2000-01-01 22:00:00-05"),
        ("now", Type::TIMESTAMP, "2000-01-01 22:00:00"),
        ("NOW", Type::DATE, "2000-01-01"),
        ("now", Type::TIME, "22:00:00"),
        ("today", Type::DATE, "2000-01-01"),
        ("today", Type::TIMESTAMPTZ, "2000-01-01 00:00:00-05"),
        ("tomorrow 12:30", Type::TIMESTAMP, "2000-01-02 12:30:00"),
        ("yesterday", Type::DATE, "1999-12-31"),
        ("epoch", Type::TIMESTAMPTZ, "1969-12-31 19:00:00-05"),
        ("epoch", Type::TIMESTAMP, "1970-01-01 00:00:00"),
        ("12:34", Type::TIMETZ, "12:34:00-05"),
    ] {
        let value = Value::from_text(text, &of, &reading).unwrap();
        assert_eq!(value.to_text(&style).unwrap(), expected, "{text} {of}");
    }
}

#[test]
fn what_a_bind_brings_is_a_value() {
    let reading = Reading {
        style: Style::default(),
        now: moment_zero(),
    };
    let value = |form, bytes, of| {
        let parameter = Parameter { form, bytes };
        parameter
            .value(2, &of, &reading)
            .map_err(|error| format!("{} {}", error.sqlstate(), error.message()))
    };
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(value(Form::Text, None, Type::INT4), Ok(Value::Null));
    assert_eq!(
        value(Form::Text, Some(b"7"), Type::INT4),
        Ok(Value::Int4(7))
    );
    assert_eq!(
        value(Form::Binary, Some(&[0, 7]), Type::INT2),
        Ok(Value::Int2(7))
    );
    assert_eq!(
        value(Form::Binary, Some(&[0; 5]), Type::INT4),
        refused("22P03 incorrect binary data format in bind parameter 2")
    );
    assert_eq!(
        value(Form::Text, Some(b"a\0b"), Type::TEXT),
        refused("22021 invalid byte sequence for encoding \"UTF8\": 0x00")
    );
    assert_eq!(
        value(Form::Binary, Some(b"\xff"), Type::TEXT),
        refused("22021 invalid byte sequence for encoding \"UTF8\": 0xff")
    );
    assert_eq!(
        value(Form::Binary, Some(&[0; 8]), Type::INT4_RANGE),
        refused("42883 no binary input function available for type int4range")
    );
}

#[test]
fn an_empty_vector_has_a_dimension() {
    let vector = Value::Vector(Arc::new(Array::vector(Type::INT2, Vec::new())));
    assert_eq!(vector.to_text(&Style::default()).unwrap(), "");
    // As PostgreSQL sends it; it does not take it back either.
    let bytes = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(binary(&vector), bytes);
    let error = Value::from_binary(&bytes, &Type::INT2_VECTOR).unwrap_err();
    assert_eq!(error.sqlstate(), "22P03");
}
