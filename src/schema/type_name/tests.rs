//! The spellings of types, as tables.

use proptest::prelude::*;

use super::scalar::{FAMILIES, NAMES};
use crate::schema::{DataType, Field, FieldId, Literal, MAX_DEPTH, MAX_FIELDS, sample};

#[test]
fn every_spelling_is_one_type() {
    use DataType::*;
    for (spellings, data_type) in [
        (&["BOOLEAN", "bool"][..], Boolean),
        (&["SMALLINT", "int2", "INT16"], SmallInt),
        (&["INTEGER", "int", "INT4", "Int32"], Integer),
        (&["BIGINT", "int8", "INT64", "long"], BigInt),
        (
            &["REAL", "float4", "FLOAT32", "float(1)", "FLOAT( 24 )"],
            Real,
        ),
        (
            &[
                "DOUBLE  PRECISION",
                "double",
                "float8",
                "FLOAT64",
                "float",
                "float(53)",
            ],
            Double,
        ),
        (&["NUMERIC", "decimal", "DEC"], Numeric(None)),
        (&["numeric(10)", "DECIMAL (10, 0)"], Numeric(Some((10, 0)))),
        (&["numeric(3,-2)"], Numeric(Some((3, -2)))),
        (&["text", "STRING"], Text),
        (&["varchar", "CHARACTER VARYING"], Varchar(None)),
        (
            &["varchar(5)", "character\n varying ( 5 )"],
            Varchar(Some(5)),
        ),
        (&["char", "character", "CHAR(1)"], Char(1)),
        (&["bytea", "BLOB", "binary", "varbinary", "BYTES"], Bytea),
        (&["DATE"], Date),
        (&["time", "TIME WITHOUT TIME ZONE"], Time(None)),
        (&["time(3)", "time(3) without time zone"], Time(Some(3))),
        (
            &["timestamp", "DATETIME", "timestamp without time zone"],
            Timestamp(None),
        ),
        (
            &["timestamptz", "timestamp with time zone"],
            TimestampTz(None),
        ),
        (
            &["timestamptz(0)", "TIMESTAMP (0)  WITH TIME ZONE"],
            TimestampTz(Some(0)),
        ),
        (&["interval"], Interval),
        (&["uuid"], Uuid),
        (&["json"], Json),
        (&["JSONB"], Jsonb),
    ] {
        for spelling in spellings {
            assert_eq!(spelling.parse::<DataType>().expect(spelling), data_type);
        }
    }
    for name in NAMES {
        assert!(name.parse::<DataType>().is_ok(), "{name}");
    }
}

#[test]
fn what_is_no_type_says_why() {
    for (text, sqlstate, message) in [
        ("foo", "42704", "type \"foo\" does not exist"),
        ("integre", "42704", "type \"integre\" does not exist"),
        (
            "numeric(0)",
            "22023",
            "NUMERIC precision 0 must be between 1 and 1000",
        ),
        (
            "numeric(5,1001)",
            "22023",
            "NUMERIC scale 1001 must be between -1000 and 1000",
        ),
        (
            "varchar(0)",
            "22023",
            "length for type varchar must be at least 1",
        ),
        (
            "char(10485761)",
            "22023",
            "length for type char cannot exceed 10485760",
        ),
        (
            "timestamp(7)",
            "22023",
            "TIMESTAMP(7) precision must be between 0 and 6",
        ),
        (
            "float(0)",
            "22023",
            "precision for type float must be at least 1 bit",
        ),
        (
            "float(54)",
            "22023",
            "precision for type float must be less than 54 bits",
        ),
        (
            "int(11)",
            "42601",
            "type modifier is not allowed for type \"int\"",
        ),
        ("varchar(max)", "42601", "syntax error at or near \"max\""),
        (
            "time with time zone",
            "0A000",
            "type time with time zone is not supported",
        ),
        (
            "interval day to second",
            "0A000",
            "a field of an interval is not supported",
        ),
        ("serial", "0A000", "type serial is not supported"),
        ("BIGSERIAL", "0A000", "type bigserial is not supported"),
        ("varchar(5", "42601", "syntax error at end of input"),
        (
            "time(5) without zone",
            "42601",
            "syntax error at or near \"without\"",
        ),
        ("", "42601", "syntax error at end of input"),
    ] {
        let error = text.parse::<DataType>().expect_err(text);
        assert_eq!((error.sqlstate(), error.message()), (sqlstate, message));
    }
    let hint = |text: &str| {
        let error = text.parse::<DataType>().expect_err(text);
        error.hint().map(str::to_owned)
    };
    assert_eq!(
        hint("integre").as_deref(),
        Some("Perhaps you meant integer.")
    );
    assert_eq!(
        hint("serial8").as_deref(),
        Some("Use bigint NOT NULL: there are no rows here to be numbered.")
    );
    assert_eq!(hint("geometry").as_deref(), Some(FAMILIES));
}

fn field(name: &str, data_type: DataType) -> Field {
    Field {
        id: FieldId::UNASSIGNED,
        name: name.to_owned(),
        data_type,
        nullable: true,
        default: None,
    }
}

#[test]
fn every_spelling_of_a_nested_type_is_one_type() {
    use DataType::*;
    let ints = || DataType::array(Integer, true);
    let points = || Struct(vec![field("a", Integer), field("b", Text)]);
    let full = Struct(vec![Field {
        nullable: false,
        default: Literal::Number("05".to_owned())
            .coerce(&Integer)
            .expect("a value"),
        ..field("B c", Integer)
    }]);
    for (spellings, data_type) in [
        (
            &[
                "int[]",
                "INT [ ]",
                "integer[3]",
                "int ARRAY",
                "int array[ 3 ]",
                "ARRAY<int>",
                "array<int null>",
                "list<integer>",
                "array(int)",
                "pg_catalog.int4[]",
            ][..],
            ints(),
        ),
        (
            &["ARRAY<INT NOT NULL>", "list(int not null)"],
            DataType::array(Integer, false),
        ),
        (
            &[
                "int[][]",
                "int[3] array",
                "array<int>[]",
                "array<int[]>",
                "ARRAY<ARRAY<INT>>",
            ],
            DataType::array(ints(), true),
        ),
        (
            &["varchar(5)[]", "character varying (5) ARRAY"],
            DataType::array(Varchar(Some(5)), true),
        ),
        (
            &["timestamp(3) with time zone[]"],
            DataType::array(TimestampTz(Some(3)), true),
        ),
        (
            &[
                "MAP<text, int>",
                "map(string,int)",
                "MAP < text not null , int null >",
            ],
            DataType::map(Text, Integer, true),
        ),
        (
            &["map<numeric(5,2),int[] not null>"],
            DataType::map(Numeric(Some((5, 2))), ints(), false),
        ),
        (
            &[
                "STRUCT<a int, b text>",
                "struct<A INT,\"b\" TEXT>",
                "struct<a: int, b :string>",
                "ROW(a int4, b text NULL)",
                "row<a int -- one, or >\n, b /* two /* or */ three */ text>",
                "STRUCT(a int DEFAULT NULL, b text)",
            ],
            points(),
        ),
        (
            &["struct<a int, b text>[]"],
            DataType::array(points(), true),
        ),
        (
            &[
                "struct<\"B c\" int not null default 5>",
                "struct<\"B c\" int default '5' not null>",
                "struct<\"B c\" int default + 5.0 not null not null>",
            ],
            full,
        ),
        (
            &["struct<a struct<a array<map<text,int[]>>>>"],
            Struct(vec![field(
                "a",
                Struct(vec![field(
                    "a",
                    DataType::array(DataType::map(Text, ints(), true), true),
                )]),
            )]),
        ),
    ] {
        for spelling in spellings {
            assert_eq!(
                spelling.parse::<DataType>().expect(spelling),
                data_type,
                "{spelling}"
            );
        }
    }
}

#[rustfmt::skip]
const MISTAKES: &[(&str, &str, usize, &str)] = &[
    ("struct", "42601", 7, "syntax error at end of input"),
    ("struct<>", "42601", 8, "syntax error at or near \">\""),
    ("struct<a>", "42601", 9, "syntax error at or near \">\""),
    ("struct<a int", "42601", 13, "syntax error at end of input"),
    ("struct<a int)", "42601", 13, "syntax error at or near \")\""),
    ("struct<a int>>", "42601", 14, "syntax error at or near \">\""),
    ("struct<a int,>", "42601", 14, "syntax error at or near \">\""),
    ("struct<order int>", "42601", 8, "syntax error at or near \"order\""),
    ("struct<\"\" int>", "42601", 8, "zero-length delimited identifier"),
    ("struct<é int, É int, é text>", "42701", 22, "field \"é\" specified more than once"),
    ("struct<a int, A text>", "42701", 15, "field \"a\" specified more than once"),
    ("struct<a int, b map<text, foo(3)[]>>", "42704", 27, "type \"foo\" does not exist"),
    ("struct<a numeric(0)>", "22023", 10, "NUMERIC precision 0 must be between 1 and 1000"),
    ("struct<a int default 'x'>", "22P02", 22, "invalid input syntax for type integer: \"x\""),
    ("struct<a text default 5>", "42804", 23, "number 5 is not a value of type text"),
    ("struct<a int default 1_000>", "42601", 22, "syntax error at or near \"1_000\""),
    ("struct<a int default now()>", "42601", 22, "syntax error at or near \"now\""),
    ("struct<a int default 1 default 2>", "42601", 24, "multiple default values specified for field \"a\""),
    ("struct<a int null not null>", "42601", 19, "conflicting NULL/NOT NULL declarations for field \"a\""),
    ("struct<a int not>", "42601", 14, "syntax error at or near \"not\""),
    ("struct<a int comment 'x', b int>", "0A000", 14, "COMMENT inside a type is not supported"),
    ("struct<a int primary key>", "0A000", 14, "PRIMARY KEY inside a type is not supported"),
    ("array<int unique>", "0A000", 11, "UNIQUE inside a type is not supported"),
    ("array<int default 5>", "0A000", 19, "a default of the element of a type is not supported"),
    ("array", "42601", 6, "syntax error at end of input"),
    ("array<>", "42601", 7, "syntax error at or near \">\""),
    ("array<int, int>", "42601", 10, "syntax error at or near \",\""),
    ("int[", "42601", 5, "syntax error at end of input"),
    ("int[-1]", "42601", 5, "syntax error at or near \"-\""),
    ("int[a]", "42601", 5, "syntax error at or near \"a\""),
    ("map<text>", "42601", 9, "syntax error at or near \">\""),
    ("map<int[], int>", "0A000", 5, "a map with keys of type array is not supported"),
    ("map<jsonb, int>", "0A000", 5, "a map with keys of type jsonb is not supported"),
    ("map<text null, int>", "42P16", 5, "keys of a map are never null"),
    ("map<text, int default 5>", "0A000", 23, "a default of the value of a type is not supported"),
    ("struct<\"a int>", "42601", 8, "syntax error at or near \"\"a int>\""),
    ("struct<\"a\0\" int>", "22021", 8, "invalid byte sequence for encoding \"UTF8\": 0x00"),
];

#[test]
fn a_mistake_is_told_where_it_stands() {
    for (text, sqlstate, position, message) in MISTAKES {
        let error = text.parse::<DataType>().expect_err(text);
        let told = (error.sqlstate(), error.position(), error.message());
        assert_eq!(told, (*sqlstate, Some(*position), *message), "{text}");
    }
    let error = "struct<a struct<b int default 'x'>>".parse::<DataType>();
    assert_eq!(
        error.expect_err("no integer").detail(),
        Some("It is the default of field \"b\".")
    );
}

/// The deepest types, each written in another way.
fn deep(levels: usize) -> [String; 5] {
    let within =
        |open: &str, close: &str| format!("{}int{}", open.repeat(levels), close.repeat(levels));
    [
        within("array<", ">"),
        within("struct<a ", ">"),
        within("map<int, ", ">"),
        within("", "[]"),
        within("", " array"),
    ]
}

#[test]
fn types_nest_to_a_bound() {
    for text in deep(MAX_DEPTH) {
        let data_type: DataType = text.parse().expect("deep, but not too deep");
        let displayed = data_type.to_string();
        assert_eq!(displayed.parse::<DataType>().expect(&displayed), data_type);
    }
    let nested = deep(MAX_DEPTH - 1).map(|text| format!("struct<a array<{text}>>"));
    for text in deep(MAX_DEPTH + 1)
        .iter()
        .chain(&deep(300_000))
        .chain(&nested)
    {
        let error = text.parse::<DataType>().expect_err(&text[..40]);
        assert_eq!(
            (error.sqlstate(), error.message(), error.detail()),
            (
                "54001",
                "type is nested too deeply",
                Some("Types nest at most 32 levels deep.")
            )
        );
    }
    for text in ["array<".repeat(200_000), "(".repeat(200_000)] {
        assert!(text.parse::<DataType>().is_err());
    }
}

#[test]
fn a_type_has_so_many_fields() {
    let of = |fields: usize| {
        let fields: Vec<_> = (0..fields).map(|field| format!("f{field} int")).collect();
        format!("struct<{}>", fields.join(", ")).parse::<DataType>()
    };
    assert!(of(MAX_FIELDS).is_ok());
    let error = of(MAX_FIELDS + 1).expect_err("too many");
    assert_eq!(error.sqlstate(), "54011");
}

#[test]
fn a_prefix_ends_where_the_type_does() {
    for (text, prefix) in [
        ("int[] NOT NULL", "int[]"),
        ("struct<a array<int>>, b int", "struct<a array<int>>"),
        ("timestamp with time zone)", "timestamp with time zone"),
        ("timestamp without a zone", "timestamp"),
        (" text -- the rest", " text"),
        ("text;", "text"),
    ] {
        let (data_type, end) = DataType::parse_prefix(text).expect(text);
        assert_eq!(&text[..end], prefix);
        assert_eq!(data_type, prefix.parse().expect(prefix));
    }
    assert_eq!(DataType::name_end("foo ( 5 ) 'x'"), Some(9));
    assert_eq!(DataType::name_end("now()"), None);
}

proptest! {
    #[test]
    fn a_type_reads_back_from_what_it_displays(data_type in sample::data_type()) {
        prop_assert_eq!(data_type.to_string().parse::<DataType>().expect("a type"), data_type);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,40}") {
        let _ = text.parse::<DataType>();
    }

    #[test]
    fn no_slip_makes_the_reader_panic(
        data_type in sample::data_type(),
        at in any::<prop::sample::Index>(),
        slip in "[\\[\\]<>(),;:'\"*/ a5-]{0,2}",
    ) {
        let mut text = data_type.to_string();
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = places[at.index(places.len())];
        text.truncate(place);
        text.push_str(&slip);
        if let Ok((_, end)) = DataType::parse_prefix(&text) {
            prop_assert!(text.is_char_boundary(end));
        }
    }
}
