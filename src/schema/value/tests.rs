//! The types and what they take, as tables.

use proptest::prelude::*;

use super::Literal;
use crate::schema::{DataType, sample};

/// What a literal becomes: the displayed default, or the SQLSTATE.
fn coerced(literal: &str, data_type: &str) -> String {
    let literal: Literal = literal.parse().expect(literal);
    let data_type: DataType = data_type.parse().expect(data_type);
    match literal.coerce(&data_type) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "none".to_owned(),
        Err(error) => error.sqlstate().to_owned(),
    }
}

fn check(data_type: &str, cases: &[(&str, &str)]) {
    for (literal, expected) in cases {
        assert_eq!(
            coerced(literal, data_type),
            *expected,
            "{literal} as {data_type}"
        );
    }
}

#[test]
fn null_is_no_default() {
    check("integer", &[("NULL", "none"), ("null", "none")]);
}

#[test]
fn booleans() {
    check(
        "boolean",
        &[
            ("TRUE", "true"),
            ("'t'", "true"),
            ("'fal'", "false"),
            ("' YES '", "true"),
            ("'of'", "false"),
            ("'o'", "22P02"),
            ("''", "22P02"),
            ("'truex'", "22P02"),
            ("'1'", "true"),
            ("1", "42804"),
        ],
    );
}

#[test]
fn integers() {
    check(
        "integer",
        &[
            ("'007'", "7"),
            ("' -5 '", "-5"),
            ("5.0", "5"),
            ("5e3", "5000"),
            ("-0", "0"),
            ("5.5", "42804"),
            ("'5.0'", "22P02"),
            ("'abc'", "22P02"),
            ("2147483647", "2147483647"),
            ("2147483648", "22003"),
            ("1e1000000000", "22003"),
            ("'99999999999999999999999'", "22003"),
            ("true", "42804"),
        ],
    );
    check("smallint", &[("-32768", "-32768"), ("32768", "22003")]);
    check(
        "bigint",
        &[
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "22003"),
        ],
    );
}

#[test]
fn decimals() {
    check(
        "numeric(5,2)",
        &[
            ("0", "0.00"),
            ("0.0", "0.00"),
            ("'1.5'", "1.50"),
            ("-12.5e1", "-125.00"),
            ("999.99", "999.99"),
            ("1.250", "1.25"),
            ("1.255", "22003"),
            ("1000", "22003"),
            ("'NaN'", "'NaN'"),
            ("'Infinity'", "22003"),
            ("'abc'", "22P02"),
            ("1e1000000000", "22003"),
            ("1e-1000000000", "22003"),
            ("1e99999999999999999999", "22003"),
        ],
    );
    check(
        "numeric",
        &[
            ("1.500", "1.5"),
            ("1e3", "1000"),
            ("1e-3", "0.001"),
            ("-0.0", "0"),
            ("'-inf'", "'-Infinity'"),
            ("1e131073", "22003"),
            ("1e-16384", "22003"),
        ],
    );
    check(
        "numeric(3,-2)",
        &[("12300", "12300"), ("12345", "22003"), ("100000", "22003")],
    );
    check(
        "numeric(2,4)",
        &[("0.0012", "0.0012"), ("0.012", "22003"), ("0", "0.0000")],
    );
}

#[test]
fn floats() {
    check(
        "double precision",
        &[
            ("1", "1"),
            ("1.50", "1.5"),
            ("1e300", "1e300"),
            ("-0.0", "0"),
            ("1e400", "22003"),
            ("1e-400", "22003"),
            ("'nan'", "'NaN'"),
            ("'-Infinity'", "'-Infinity'"),
            ("'1x'", "22P02"),
        ],
    );
    check(
        "real",
        &[("0.1", "0.1"), ("16777217", "16777216"), ("1e39", "22003")],
    );
}

#[test]
fn texts() {
    check(
        "text",
        &[
            ("'it''s'", "'it''s'"),
            ("''", "''"),
            ("5", "42804"),
            ("true", "42804"),
        ],
    );
    check(
        "varchar(3)",
        &[
            ("'abc'", "'abc'"),
            ("'abc  '", "'abc'"),
            ("'abcd'", "22001"),
            ("'žlu'", "'žlu'"),
        ],
    );
    check(
        "char(3)",
        &[("'a  '", "'a'"), ("'abc '", "'abc'"), ("'abcd'", "22001")],
    );
    check(
        "bytea",
        &[
            ("'\\xDEad'", "'\\xdead'"),
            ("'\\xde ad'", "'\\xdead'"),
            ("'a\\\\b\\001'", "'\\x615c6201'"),
            ("'\\xabc'", "22P02"),
            ("'\\9'", "22P02"),
        ],
    );
    check(
        "uuid",
        &[
            ("'{A0EEBC999C0B4EF8BB6D6BB9BD380A11}'", "22P02"),
            (
                "'A0EEBC999C0B4EF8BB6D6BB9BD380A11'",
                "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            ),
            (
                "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'",
                "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            ),
            ("'abc'", "22P02"),
        ],
    );
    check(
        "json",
        &[
            ("'[1e999]'", "22003"),
            ("' null'", "0A000"),
            ("'{\"b\": 1,  \"a\": 2}'", "'{\"b\": 1,  \"a\": 2}'"),
            ("'{'", "22P02"),
            ("1", "42804"),
        ],
    );
    check(
        "jsonb",
        &[
            ("'{\"b\": 1,  \"a\": 2}'", "'{\"a\":2,\"b\":1}'"),
            (
                "'[true, 0.1, -1e-7, \"1e999 \\\" 1e999\"]'",
                "'[true,0.1,-1e-7,\"1e999 \\\" 1e999\"]'",
            ),
            ("'[12345678901234567890123]'", "22003"),
            ("'{\"a\": 0.12345678901234567890123}'", "22003"),
            ("'1e999'", "22003"),
            ("'null'", "0A000"),
        ],
    );
}

#[test]
fn dates_and_times() {
    check(
        "date",
        &[
            ("'2024-02-29'", "'2024-02-29'"),
            ("'2024-2-9'", "'2024-02-09'"),
            ("'infinity'", "'infinity'"),
            ("'2023-02-29'", "22008"),
            ("'2024-13-01'", "22008"),
            ("'02/29/2024'", "22007"),
            ("'today'", "22007"),
            ("20240229", "42804"),
        ],
    );
    check(
        "time",
        &[
            ("'12:34'", "'12:34:00'"),
            ("'12:34:56.7890'", "'12:34:56.789'"),
            ("'24:00:00'", "'24:00:00'"),
            ("'24:00:01'", "22008"),
            ("'12:60'", "22008"),
            ("'noon'", "22007"),
        ],
    );
    check(
        "time(2)",
        &[
            ("'12:34:56.78'", "'12:34:56.78'"),
            ("'12:34:56.789'", "22008"),
        ],
    );
    check(
        "timestamp",
        &[
            ("'2024-02-29 12:34:56.789'", "'2024-02-29 12:34:56.789'"),
            ("'2024-02-29T12:34'", "'2024-02-29 12:34:00'"),
            ("'2024-02-29'", "'2024-02-29 00:00:00'"),
            ("'2024-02-29 24:00'", "'2024-03-01 00:00:00'"),
            ("'2024-02-29 12:34+02'", "22007"),
            ("'2024-02-29 12:34:56.1234567'", "22008"),
            ("'0000-01-01'", "22008"),
        ],
    );
    check(
        "timestamptz",
        &[
            ("'2024-02-29 12:34:56+02'", "'2024-02-29 10:34:56+00'"),
            ("'2024-02-29T23:30:00 -03:30'", "'2024-03-01 03:00:00+00'"),
            ("'2024-02-29T12:00:00Z'", "'2024-02-29 12:00:00+00'"),
            ("'2024-02-29 12:00'", "'2024-02-29 12:00:00+00'"),
            ("'0001-01-01 00:00+05'", "22008"),
            ("'2024-02-29 12:00+99'", "22008"),
            ("'2024-02-29 12:00 CET'", "22007"),
        ],
    );
    check(
        "interval",
        &[
            ("'1 day'", "'1 day'"),
            ("'01:02:03'", "'01:02:03'"),
            (
                "'1 year 2 mons -3 days 04:05:06.789'",
                "'1 year 2 mons -3 days +04:05:06.789'",
            ),
            ("'P1DT2H'", "'1 day 02:00:00'"),
            ("'P1Y2M10DT2H30M0.5S'", "'1 year 2 mons 10 days 02:30:00.5'"),
            ("'@ 1 hour 30 mins ago'", "'-01:30:00'"),
            ("'1.5 days'", "'1 day 12:00:00'"),
            ("'1.5 months'", "'1 mon 15 days'"),
            ("'2w3d'", "'17 days'"),
            ("'90'", "'00:01:30'"),
            ("'36:00'", "'36:00:00'"),
            ("'0'", "'00:00:00'"),
            ("''", "22007"),
            ("'P'", "22007"),
            ("'1 fortnight'", "22007"),
            ("'99999999999 years'", "22008"),
            ("'00:00:00.0000001'", "22008"),
        ],
    );
}

#[test]
fn refusals_speak_as_postgresql_does() {
    for (literal, data_type, message) in [
        (
            "'abc'",
            "integer",
            "invalid input syntax for type integer: \"abc\"",
        ),
        (
            "'x'",
            "timestamp(3)",
            "invalid input syntax for type timestamp: \"x\"",
        ),
        (
            "'2024-13-01'",
            "date",
            "date/time field value out of range: \"2024-13-01\"",
        ),
        ("1e5", "numeric(3,0)", "numeric field overflow"),
        (
            "70000",
            "smallint",
            "value \"70000\" is out of range for type smallint",
        ),
        (
            "'abcd'",
            "varchar(3)",
            "value too long for type character varying(3)",
        ),
        (
            "5",
            "varchar(3)",
            "number 5 is not a value of type character varying(3)",
        ),
    ] {
        let literal: Literal = literal.parse().expect(literal);
        let error = literal
            .coerce(&data_type.parse().expect(data_type))
            .expect_err(message);
        assert_eq!(error.message(), message);
    }
    let number = Literal::Number("5".to_owned());
    let error = number.coerce(&DataType::Text).expect_err("a number");
    assert_eq!(error.hint(), Some("Write it in quotes: '5'."));
}

#[test]
fn a_literal_is_read_whole() {
    for text in ["", "'", "'a'b'", "a", "1 2", "'a''", "1e", "0x10", "--1"] {
        assert!(text.parse::<Literal>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_value_reads_back_from_what_it_displays(
        literal in sample::literal(),
        data_type in sample::data_type(),
    ) {
        if let Ok(Some(value)) = literal.coerce(&data_type) {
            let again: Literal = value.to_string().parse().expect("a literal");
            prop_assert_eq!(&again, &value.literal());
            prop_assert_eq!(again.coerce(&data_type).expect("a value"), Some(value));
        }
    }

    #[test]
    fn equal_decimals_are_equal_texts(digits in "[1-9][0-9]{0,3}", zeros in "0{0,4}") {
        let plain = coerced(&digits, "numeric(10,4)");
        prop_assert_eq!(coerced(&format!("{zeros}{digits}.{zeros}"), "numeric(10,4)"), plain.clone());
        prop_assert_eq!(coerced(&format!("'{digits}0e-1'"), "numeric(10,4)"), plain);
    }
}
