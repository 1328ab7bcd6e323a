//! Values beside those of a real PostgreSQL: what it writes, byte for byte, what
//! it reads, and how it refuses.

use std::fmt::Write;

use bytes::BytesMut;
use rekha::relation::{
    Array, ByteaOutput, Date, DateOrder, FloatDigits, Form, Interval, IntervalStyle, Numeric,
    Parameter, Reading, Style, Time, TimeTz, Timestamp, Type, Value,
};
use tokio_postgres::types::{FromSql, IsNull, ToSql};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::support::PostgreSql;

/// Bytes of a value, whatever its type.
#[derive(Debug)]
struct Raw<'a> {
    form: Form,
    bytes: &'a [u8],
}

impl ToSql for Raw<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        out.extend_from_slice(self.bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> tokio_postgres::types::Format {
        match self.form {
            Form::Text => tokio_postgres::types::Format::Text,
            Form::Binary => tokio_postgres::types::Format::Binary,
        }
    }

    tokio_postgres::types::to_sql_checked!();
}

type Failure = Box<dyn std::error::Error + Sync + Send>;

struct Received(Vec<u8>);

impl<'a> FromSql<'a> for Received {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(bytes.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// What came of a parameter: its text and its bytes, or SQLSTATE and message.
type Outcome = Result<(String, Vec<u8>), String>;

/// PostgreSQL, and what its session has set.
struct Reference {
    client: crate::support::Client,
    reading: Reading,
    _server: PostgreSql,
}

const TYPES: &str = "
    CREATE TYPE pair AS (a int, b text);
    CREATE TYPE nested AS (at timestamptz, pairs pair[]);
    CREATE TYPE mood AS ENUM ('sad', 'so so');
    CREATE DOMAIN positive AS int CHECK (value > 0);";

impl Reference {
    async fn start() -> Self {
        let server = PostgreSql::start();
        let client = server.connect().await;
        client.batch_execute(TYPES).await.unwrap();
        let mut reference = Self {
            client,
            reading: Reading {
                style: Style::default(),
                now: Timestamp::from_micros(0).unwrap(),
            },
            _server: server,
        };
        reference.set(Style::default()).await;
        reference
    }

    /// Gives both sides the same settings.
    async fn set(&mut self, style: Style) {
        self.reading.style = style;
        let zone = match style.zone {
            rekha::relation::Zone::Utc => "UTC".to_owned(),
            rekha::relation::Zone::Named(zone) => zone.name().to_owned(),
            rekha::relation::Zone::Fixed(east) => {
                format!("<x>{:+}:{:02}", -east / 3_600, east.abs() / 60 % 60)
            }
        };
        let order = match style.date_order {
            DateOrder::Mdy => "MDY",
            DateOrder::Dmy => "DMY",
            DateOrder::Ymd => "YMD",
        };
        let interval = match style.interval {
            IntervalStyle::Postgres => "postgres",
            IntervalStyle::PostgresVerbose => "postgres_verbose",
            IntervalStyle::SqlStandard => "sql_standard",
            IntervalStyle::Iso8601 => "iso_8601",
        };
        let bytea = match style.bytea {
            ByteaOutput::Hex => "hex",
            ByteaOutput::Escape => "escape",
        };
        let digits = match style.float_digits {
            FloatDigits::Shortest => 1,
            FloatDigits::Fewer(fewer) => -i32::from(fewer),
        };
        let settings = format!(
            "SET TimeZone = '{zone}'; SET DateStyle = 'ISO, {order}'; SET IntervalStyle = {interval};
             SET bytea_output = {bytea}; SET extra_float_digits = {digits}"
        );
        self.client.batch_execute(&settings).await.unwrap();
    }

    async fn type_named(&self, name: &str) -> Type {
        let statement = self
            .client
            .prepare(&format!("SELECT $1::{name}"))
            .await
            .unwrap();
        statement.columns()[0].type_().clone()
    }

    /// What PostgreSQL makes of a parameter.
    async fn theirs(&self, name: &str, form: Form, bytes: &[u8]) -> Outcome {
        let raw = Raw { form, bytes };
        let client: &Client = &self.client;
        let both = async {
            let statement = client.prepare(&format!("SELECT $1::{name}")).await?;
            let received: Received = client.query_one(&statement, &[&raw]).await?.get(0);
            Ok::<_, tokio_postgres::Error>(received.0)
        };
        let bytes = both.await.map_err(refusal)?;
        // The text of what it was, without a parameter: results are binary else.
        let sent = Raw {
            form: Form::Binary,
            bytes: &bytes,
        };
        client
            .batch_execute("DROP TABLE IF EXISTS kept")
            .await
            .unwrap();
        client
            .batch_execute(&format!("CREATE TEMP TABLE kept (v {name})"))
            .await
            .unwrap();
        client
            .execute("INSERT INTO kept VALUES ($1)", &[&sent])
            .await
            .unwrap();
        let rows = client.simple_query("SELECT v FROM kept").await.unwrap();
        let text = rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok((text.unwrap(), bytes))
    }

    /// What is made of it here.
    fn ours(&self, of: &Type, form: Form, bytes: &[u8]) -> Outcome {
        let parameter = Parameter {
            form,
            bytes: Some(bytes),
        };
        let value = parameter
            .value(1, of, &self.reading)
            .map_err(|error| format!("{} {}", error.sqlstate(), error.message()))?;
        Ok(self.written(&value))
    }

    fn written(&self, value: &Value) -> (String, Vec<u8>) {
        let mut bytes = BytesMut::new();
        value.write_binary(&mut bytes);
        (
            value.to_text(&self.reading.style).unwrap_or_default(),
            bytes.to_vec(),
        )
    }

    /// Compares both, and reads back what was written, in both formats.
    async fn differences(&self, name: &str, form: Form, values: &[Vec<u8>]) -> Vec<String> {
        let of = self.type_named(name).await;
        let mut differences = Vec::new();
        for bytes in values {
            let theirs = self.theirs(name, form, bytes).await;
            let ours = self.ours(&of, form, bytes);
            let shown = String::from_utf8_lossy(bytes);
            if ours != theirs {
                differences.push(format!(
                    "{name} {shown:?} {:?}:\n    theirs {theirs:?}\n    ours   {ours:?}",
                    self.reading.style
                ));
            } else if let Ok((text, binary)) = &ours {
                let from_binary = self.ours(&of, Form::Binary, binary);
                let from_text = self.ours(&of, Form::Text, text.as_bytes());
                let is_exact = self.reading.style.float_digits == FloatDigits::Shortest;
                if from_binary != ours || is_exact && from_text != ours {
                    differences.push(format!("{name} {shown:?}: {text:?} is not read back"));
                }
            }
        }
        differences
    }

    async fn compare(&self, cases: &[(&str, &[&str])]) -> Vec<String> {
        let mut differences = Vec::new();
        for (name, texts) in cases {
            let texts: Vec<_> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            differences.extend(self.differences(name, Form::Text, &texts).await);
        }
        differences
    }
}

fn refusal(error: tokio_postgres::Error) -> String {
    let error = error.as_db_error().unwrap_or_else(|| panic!("{error:?}"));
    format!("{} {}", error.code().code(), error.message())
}

fn assert_none(differences: &[String]) {
    let mut all = String::new();
    for difference in differences.iter().take(40) {
        writeln!(all, "{difference}").unwrap();
    }
    assert!(
        differences.is_empty(),
        "{} differences\n{all}",
        differences.len()
    );
}

fn zone(name: &str) -> rekha::relation::Zone {
    name.parse().unwrap()
}

const SCALARS: &[(&str, &[&str])] = &[
    (
        "bool",
        &["t", "TRUE", " yes ", "on", "of", "0", "o", "", "2", "truee"],
    ),
    (
        "int2",
        &[
            "0", "-32768", "32767", "32768", " 7 ", "+7", "7.0", "", "-", "x",
        ],
    ),
    (
        "int4",
        &[
            "2147483647",
            "-2147483648",
            "2147483648",
            "1e3",
            "0007",
            "99999999999999999999",
        ],
    ),
    (
        "int8",
        &[
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "1_000",
        ],
    ),
    (
        "oid",
        &[
            "0",
            "4294967295",
            "4294967296",
            "-1",
            "-2147483648",
            "x",
            "",
        ],
    ),
    (
        "float4",
        &[
            "0",
            "-0",
            "1",
            "0.1",
            "1e6",
            "1234567",
            "999999",
            "100000",
            "1e-5",
            "3.4028235e38",
            "1e39",
            "1e-46",
            "1e-45",
            "NaN",
            "-inf",
            "16777217",
            "8.589934e9",
            "x",
            "",
        ],
    ),
    (
        "float8",
        &[
            "0",
            "-0",
            "1",
            "-1.5",
            "0.1",
            "100000000000000",
            "1e15",
            "1e14",
            "123456789012345",
            "1234567890123456",
            "0.0001",
            "0.00001",
            "1e23",
            "9.5367431640625e-07",
            "5e-324",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1e309",
            "-1e400",
            "1e-400",
            "0e-400",
            "NaN",
            "nan",
            "Infinity",
            "-Infinity",
            "inf",
            "+inf",
            " 1.5 ",
            "1.",
            ".5",
            "1e",
            "1e+05",
            "",
            " ",
            "x",
            "9007199254740993",
            "618970019642690137449562112",
        ],
    ),
    (
        "numeric",
        &[
            "0",
            "-0.00",
            "0.000",
            "1",
            "1.50",
            "-1.5e3",
            "1.5e-3",
            "1e20",
            "1e-20",
            "12345678901234567890.123456789",
            "0.00001",
            "10000",
            "99990000",
            "1.00000000",
            "NaN",
            "inf",
            "-Infinity",
            ".5",
            "5.",
            "+5",
            " 5 ",
            "",
            ".",
            "1e",
            "1e1000000",
            "1e-16384",
            "1e131071",
            "1e131072",
            "0e100",
            "0e-7",
            "--1",
            "1 2",
            "0x10",
            "9999.9999",
            "100000000000000000000000000000000.0000000000000000000001",
        ],
    ),
    ("text", &["", "žluť 🐴", " a ", "\\x"]),
    ("varchar", &["abc  "]),
    (
        "name",
        &[
            "orders",
            "a234567890123456789012345678901234567890123456789012345678901234567890",
        ],
    ),
    ("\"char\"", &["a", "abc", "", "é", "\\303", "\\9"]),
    (
        "bytea",
        &[
            "",
            "\\x",
            "\\x00ff",
            "\\xDEAD beef",
            "\\x0",
            "\\xzz",
            "abc",
            "a\\\\b",
            "\\000\\377",
            "\\9",
            "a'b",
            "\\x0g",
        ],
    ),
    (
        "uuid",
        &[
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "A0EEBC999C0B4EF8BB6D6BB9BD380A11",
            "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
            "a0eebc99",
            "",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 ",
        ],
    ),
    (
        "json",
        &[
            "{\"b\" :1,\"a\": [1.0, null]}",
            " 1 ",
            "\"x\"",
            "",
            "{",
            "nul",
            "{\"a\":1,}",
            "01",
        ],
    ),
    (
        "jsonb",
        &[
            "{\"bb\" :1,\"a\": [1.0,2e3, -0, -0.0, 1e-7, null,true], \"a\":\"\\u00e9\\u0001\\n\\/\"}",
            "[]",
            "{}",
            "[ [ ], { } ]",
            "\"\\\"\\\\\"",
            "123456789012345678901234567890.10",
            "",
            "{",
            "\"\\u0000\"",
            "{\"b\":{\"zz\":1,\"y\":\"\u{7f}é\"},\"a\":\"\\ud83d\\ude00\"}",
        ],
    ),
    ("xml", &["<a>b</a>"]),
    ("xid", &["7", "4294967295"]),
    ("mood", &["sad", "so so", "happy", ""]),
    ("positive", &["7", "x"]),
    ("regclass", &["0", "-", "99999999"]),
];

const DATES: &[(&str, &[&str])] = &[
    (
        "date",
        &[
            "2024-02-29",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-32",
            "0044-03-15 BC",
            "0001-01-01",
            "0000-01-01",
            "infinity",
            "-infinity",
            "epoch",
            "20240229",
            "240229",
            "2024.060",
            "2024060",
            "Feb 29, 2024",
            "29 Feb 2024",
            "29-Feb-2024",
            "2024-Feb-29",
            "February 29 2024",
            "1/2/03",
            "01/02/2003",
            "13/02/2003",
            "1-2-99",
            "99-1-2",
            "2024-2-3",
            "J2451187",
            "5874897-12-31",
            "5874898-01-01",
            "4713-11-24 BC",
            "4713-11-23 BC",
            "4714-11-24 BC",
            "",
            "x",
            "2024",
            "2024-02",
            "2024-02-29 12:34",
            "Thursday 2024-02-29",
            "2024/02/29",
            "2024-02-29T00:00:00Z",
            "2024-02-29 AD",
            "2024-02-30 00:00",
            "1.2.2003",
            "Jan 1 70",
            "Jan 1 69",
            "today x",
            "12345-01-01",
        ],
    ),
    (
        "time",
        &[
            "12:34:56.789",
            "12:34",
            "00:00:00",
            "24:00:00",
            "24:00:01",
            "12:60",
            "12:34:60",
            "12:34:61",
            "1:2:3",
            "040506",
            "0405",
            "04:05:06.1234567",
            "04:05:06.9999999",
            "04:05 AM",
            "04:05 pm",
            "12:00 am",
            "12:30 pm",
            "13:00 pm",
            "allballs",
            "",
            "x",
            "12",
            "2024-02-29 12:34:56",
            "12:34:56+02",
            "34:56.5",
            "infinity",
        ],
    ),
    (
        "timetz",
        &[
            "12:34:56.789+02",
            "12:34-03:30",
            "12:34:56+02:03:04",
            "12:34 EST",
            "12:34Z",
            "12:34+16",
            "12:34+15:59",
            "2024-07-01 12:34 America/New_York",
            "04:05:06 PST",
            "x",
            "2024-01-01 12:34:56",
        ],
    ),
    (
        "timestamp",
        &[
            "2024-02-29 12:34:56.789",
            "2024-02-29T12:34:56",
            "2024-02-29",
            "20240229T123456",
            "20240229T123456.5",
            "20240229 123456",
            "2024-02-29 12:34:56+02",
            "2024-02-29 24:00:00",
            "2024-02-29 12:34:56.1234565",
            "2024-02-29 23:59:59.9999999",
            "0044-03-15 12:00:00 BC",
            "294276-12-31 23:59:59.999999",
            "294277-01-01",
            "4713-11-24 00:00:00 BC",
            "4713-11-23 23:59:59 BC",
            "infinity",
            "-infinity",
            "epoch",
            "",
            "x",
            "2024-02-29 12:34:56 PM",
            "2024-02-29 1:34 PM",
            "Thu Feb 29 12:34:56 2024",
            "Thu Feb 29 12:34:56.5 2024 CET",
            "29/02/2024 12:34",
            "2024-02-29 25:00",
            "2024-02-29 12:34:56 x",
            "2024-02-29 12:34:56 12:00",
            "2024-02-29 2024-02-28",
            "2024-02-29t12:34:56z",
            "2024-02-29  12:34",
            "2024-02-29 12:34:56.",
            "99999999-01-01",
        ],
    ),
    (
        "timestamptz",
        &[
            "2024-02-29 12:34:56.789+00",
            "12:34 2024-01-01",
            "+02 2024-01-01",
            "12:34 Feb 1 2024",
            "2024-01-01 Thu",
            "EST 2024-01-01",
            "BC 2024-01-01",
            "2024-07-01 12:34:56",
            "2024-01-01 12:34:56",
            "2024-02-29 12:34:56+02:30",
            "2024-02-29 12:34:56-0330",
            "2024-02-29 12:34:56 +02",
            "2024-02-29 12:34:56Z",
            "2024-02-29 12:34:56 UTC",
            "2024-02-29 12:34:56 EST",
            "2024-02-29 12:34:56 Europe/Amsterdam",
            "2024-07-29 12:34:56 america/new_york",
            "2024-02-29 12:34:56 EST5EDT",
            "2024-02-29 12:34:56 UTC+3",
            "2024-02-29 12:34:56 <x>-3",
            "2024-02-29 12:34:56+16",
            "2024-02-29 12:34:56+15:59:59",
            "2024-02-29 12:34:56+1",
            "2024-02-29 12:34:56 Mars/Base",
            "0044-03-15 12:00:00 BC",
            "1800-01-01 00:00:00+00",
            "2500-07-01 00:00:00+00",
            "2500-12-01 00:00:00+00",
            "294276-07-01 00:00:00+00",
            "294276-12-31 23:59:59+00",
            "294277-01-01 00:30+01",
            "4713-11-24 00:00+00 BC",
            "2024-03-31 02:30:00",
            "2024-10-27 02:30:00",
            "2024-03-10 02:30:00",
            "2024-11-03 01:30:00",
            "1883-11-18 12:03:58",
            "1937-07-01 00:00:00",
            "infinity",
            "-infinity",
            "epoch",
            "",
            "20240229T123456+02",
            "20240229T123456-08",
            "2024-02-29T12:34:56.789+01:00",
            "2099-07-01",
            "2101-07-01 12:00",
            "2038-01-19 03:14:08",
            "4714-01-01 BC",
        ],
    ),
];

const INTERVALS: &[(&str, &[&str])] = &[(
    "interval",
    &[
        "1 year 2 mons 3 days 04:05:06.789",
        "-1 year -2 mons +3 days -04:05:06",
        "1 mon -1 day",
        "-1 mon 1 day 1 second",
        "0",
        "1",
        "1.5 days",
        "1.5 months",
        "1.75 months",
        "1.5 years",
        "1.1 years",
        "2 weeks",
        "1 decade 1 century 1 millennium",
        "@ 1 hour ago",
        "P1Y2M3DT4H5M6.789S",
        "P-1Y",
        "PT0S",
        "P2W",
        "04:05",
        "-00:00:01",
        "100:00:00",
        "1 day -1 second",
        "-1 day 1 second",
        "1-2",
        "1 2:03:04",
        "1-2 3 4:05:06",
        "0.1 second",
        "0.0000005 seconds",
        "1.0000000001 seconds",
        "-0.5 sec",
        "1 sec",
        "-1 sec",
        "1 min",
        "1 us",
        "1 ms",
        "",
        "x",
        "1 x",
        "P",
        "99999999999 years",
        "2147483647 days",
        "2147483648 days",
        "178956970 years 7 months",
        "-1 mon",
        "-1 year -1 day -1 hour",
        "1 year 1 hour",
        "13 months",
        "3 days 25:00:00",
    ],
)];

const ARRAYS: &[(&str, &[&str])] = &[
    (
        "int4[]",
        &[
            "{}",
            "{1,2,NULL}",
            " { 1 , 2 } ",
            "{{1,2},{3,4}}",
            "[2:3]={1,2}",
            "[0:1][-1:0]={{1,2},{3,4}}",
            "[1:2]={1}",
            "[2:1]={}",
            "{1,}",
            "{,1}",
            "{1",
            "1",
            "",
            "{{1},2}",
            "{1,{2}}",
            "{{1,2},{3}}",
            "{1}x",
            "{}}",
            "{{}}",
            "{x}",
            "{1 2}",
            "{{{{{{{1}}}}}}}",
            "{\"1\"}",
            "[1]={5}",
            "[1:2]",
            "{1,null,NULL}",
        ],
    ),
    (
        "text[]",
        &[
            "{a,\"b c\",\"NULL\",NULL,\"\",\"a\\\"b\\\\c\",{}}",
            "{a,\"b c\",\"NULL\",NULL,null,\"\",\"a\\\"b\\\\c\",\"{}\",\"a,b\"}",
            "{a\\,b, c d ,é}",
            "{\"a\"b}",
            "{a\"b\"}",
            "{\" a \"}",
            "{\"a}",
            "{nulls}",
            "{\\\"}",
        ],
    ),
    (
        "timestamptz[]",
        &["{\"2024-02-29 12:34:56+02\",infinity}", "{x}"],
    ),
    ("numeric[]", &["{1.50,NaN,-0.001}"]),
    ("bytea[]", &["{\"\\\\x00ff\",\"\\\\x\"}"]),
    ("pair[]", &["{\"(1,\\\"a b\\\")\",\"(,)\"}"]),
    ("int2vector", &["1 2 3", " 7 ", "1,2", "x"]),
    ("oidvector", &["1 4294967295"]),
    (
        "pair",
        &[
            "(1,a)",
            "(,)",
            "(1,\"\")",
            "(1,\"a \"\"b\"\" \\\\ c\")",
            "( 1 , a )",
            "(1,a b)",
            "(1)",
            "(1,2,3)",
            "1,2",
            "(1,2",
            "(1,2)x",
            "(x,y)",
            "",
            "(1,\"a,b\")",
            "(1,a\\,b)",
            " (1,a) ",
        ],
    ),
    (
        "nested",
        &[
            "(\"2024-02-29 12:34:56+02\",\"{\"\"(1,a)\"\",\"\"(2,\\\\\"\"x y\\\\\"\")\"\"}\")",
            "(,)",
            "(,{})",
        ],
    ),
];

#[tokio::test]
async fn texts_are_read_and_written_as_postgresql_does() {
    let reference = Reference::start().await;
    let mut differences = Vec::new();
    for cases in [SCALARS, DATES, INTERVALS, ARRAYS] {
        differences.extend(reference.compare(cases).await);
    }
    assert_none(&differences);
}

#[tokio::test]
async fn texts_depend_on_settings_as_in_postgresql() {
    let mut reference = Reference::start().await;
    let mut differences = Vec::new();
    let plain = Style::default();
    for name in [
        "Europe/Paris",
        "America/New_York",
        "Asia/Kolkata",
        "Africa/Monrovia",
        "Australia/Lord_Howe",
        "Europe/Dublin",
        "UTC+3",
        "<x>-5:30",
    ] {
        reference
            .set(Style {
                zone: zone(name),
                ..plain
            })
            .await;
        differences.extend(reference.compare(DATES).await);
    }
    for date_order in [DateOrder::Dmy, DateOrder::Ymd] {
        reference
            .set(Style {
                date_order,
                ..plain
            })
            .await;
        differences.extend(reference.compare(DATES).await);
    }
    for interval in [
        IntervalStyle::PostgresVerbose,
        IntervalStyle::SqlStandard,
        IntervalStyle::Iso8601,
    ] {
        reference.set(Style { interval, ..plain }).await;
        differences.extend(reference.compare(INTERVALS).await);
    }
    reference
        .set(Style {
            bytea: ByteaOutput::Escape,
            ..plain
        })
        .await;
    differences.extend(reference.compare(SCALARS).await);
    differences.extend(reference.compare(ARRAYS).await);
    for fewer in [0, 3, 15] {
        let float_digits = FloatDigits::Fewer(fewer);
        reference
            .set(Style {
                float_digits,
                ..plain
            })
            .await;
        differences.extend(reference.compare(SCALARS).await);
    }
    assert_none(&differences);
}

/// Bytes in hexadecimal digits.
const BINARY: &[(&str, &[&str])] = &[
    ("bool", &["00", "01", "02", "", "0101"]),
    ("int2", &["7fff", "ff", "000000"]),
    ("int4", &["80000000", "000000", "0000000000"]),
    ("int8", &["8000000000000000", "00"]),
    ("float4", &["7fc00000", "ff800000", "00000001", "00"]),
    (
        "float8",
        &["7ff8000000000000", "fff0000000000000", "0000000000000001"],
    ),
    (
        "numeric",
        &[
            "0001000000000002000a",
            "0000000000000000",
            "00000000c0000000",
            "00000000d0000000",
            "00000000f0000000",
            "0001000040000000000a",
            "00010000000000002710",
            "00010000123400000001",
            "0001000000004000000a",
            "00010000",
            "0002ffff000000020d0504d2",
            "00030000000000010000000109c4",
            "0001000000000000000a00",
            "000100640000000000010000",
        ],
    ),
    ("text", &["", "61", "6100", "ff", "e282"]),
    ("varchar", &["c3a9"]),
    ("\"char\"", &["61", "6161", "", "00"]),
    ("bytea", &["", "00ff"]),
    (
        "date",
        &[
            "00000000", "7fffffff", "80000000", "ffda97a7", "ffda97a6", "7fda97cc", "7fda97cd",
            "00",
        ],
    ),
    (
        "time",
        &[
            "0000000000000000",
            "000000141dd76000",
            "000000141dd76001",
            "ffffffffffffffff",
        ],
    ),
    (
        "timetz",
        &[
            "00000000000000000000001c",
            "0000000000000000ffff8f80",
            "00000000000000000000e100",
            "0000000000000000ffff1f00",
            "000000141dd7600100000000",
            "000000000000000080000000",
        ],
    ),
    (
        "timestamp",
        &[
            "7fffffffffffffff",
            "8000000000000000",
            "7fffffffffffffe0",
            "0000000000000001",
        ],
    ),
    ("timestamptz", &["fcbf3d8a2f2d8000", "8000000000000001"]),
    (
        "interval",
        &["00000000000000010000000200000003", "0000000000000001"],
    ),
    ("uuid", &["000102030405060708090a0b0c0d0e0f", "00"]),
    ("json", &["7b7d", "7b"]),
    ("jsonb", &["017b7d", "017b", "01"]),
    ("oid", &["ffffffff"]),
    ("mood", &["736164"]),
    (
        "int4[]",
        &[
            "000000000000000000000017",
            "000000010000000000000017000000010000000100000004000000ff",
            "000000010000000100000017000000010000000100000004000000ff",
            "00000001000000010000001700000001000000010000000400",
            "000000010000000000000014000000010000000100000004000000ff",
            "000000010000000000000019000000010000000100000004000000ff",
            "000000070000000000000017",
            "ffffffff0000000000000017",
            "000000000000000200000017",
            "0000000100000000000000170000000100000001ffffffff",
            "0000000100000000000000177fffffff00000001",
            "000000010000000000000017000000017fffffff00000004000000ff",
            "00000001000000000000001700000001000000010000000500000000ff",
            "000000010000000000000017ffffffff00000001",
        ],
    ),
    (
        "int2vector",
        &[
            "00000001000000000000001500000001000000000000000200ff",
            "00000001000000000000001500000001000000010000000200ff",
        ],
    ),
    (
        "pair",
        &[
            "00000002000000170000000400000001000000190000000161",
            "00000001000000170000000400000001",
            "00000002000000150000000400000001000000190000000161",
            "0000000200000017ffffffff00000019ffffffff",
            "0000000200000017000000050000000100000000190000000161",
        ],
    ),
];

#[tokio::test]
async fn bytes_are_read_as_postgresql_does() {
    let reference = Reference::start().await;
    let mut differences = Vec::new();
    for (name, values) in BINARY {
        let values: Vec<_> = values.iter().map(|digits| from_hex(digits)).collect();
        differences.extend(reference.differences(name, Form::Binary, &values).await);
    }
    assert_none(&differences);
}

fn from_hex(digits: &str) -> Vec<u8> {
    let digit = |index| u8::from_str_radix(&digits[index..index + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(digit).collect()
}

/// Many values of a type at once: an array goes out binary and comes back as the
/// texts of its elements.
async fn assert_texts(reference: &Reference, of: &Type, values: Vec<Value>) {
    let name = of.name();
    let array = Array::list(of.clone(), values);
    let (_, bytes) = reference.written(&Value::Array(array.clone().into()));
    let sql =
        format!("SELECT v::text FROM unnest($1::{name}[]) WITH ORDINALITY AS u(v, n) ORDER BY n");
    let raw = Raw {
        form: Form::Binary,
        bytes: &bytes,
    };
    let rows = reference.client.query(&sql, &[&raw]).await.unwrap();
    assert_eq!(rows.len(), array.values.len());
    let mut differences = Vec::new();
    for (row, value) in rows.iter().zip(&array.values) {
        let theirs: &str = row.get(0);
        let ours = value.to_text(&reference.reading.style).unwrap();
        if ours != theirs {
            differences.push(format!("{value:?}: theirs {theirs}, ours {ours}"));
        } else {
            let read = Value::from_text(&ours, of, &reference.reading);
            let read = read.map(|read| reference.written(&read));
            assert_eq!(read.unwrap(), reference.written(value), "{name} {ours}");
        }
    }
    assert_none(&differences);
}

#[tokio::test]
async fn any_value_is_written_as_postgresql_writes_it() {
    const MANY: usize = 3_000;
    let mut reference = Reference::start().await;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut many = |make: &dyn Fn(&mut fastrand::Rng) -> Value| -> Vec<Value> {
        (0..MANY).map(|_| make(&mut random)).collect()
    };

    let floats = many(&|random| loop {
        // Half of them near numbers people write: a power of 2 or of 10.
        let value = match random.u8(..4) {
            0 => 2_f64.powi(random.i32(-1_070..1_020)),
            1 => random.i32(-9_999..9_999) as f64 * 10_f64.powi(random.i32(-30..30)),
            _ => f64::from_bits(random.u64(..)),
        };
        if value.is_finite() {
            return Value::Float8(value);
        }
    });
    assert_texts(&reference, &Type::FLOAT8, floats).await;
    let floats = many(&|random| loop {
        let value = match random.u8(..4) {
            0 => 2_f32.powi(random.i32(-140..120)),
            1 => random.i32(-9_999..9_999) as f32 * 10_f32.powi(random.i32(-20..20)),
            _ => f32::from_bits(random.u32(..)),
        };
        if value.is_finite() {
            return Value::Float4(value);
        }
    });
    assert_texts(&reference, &Type::FLOAT4, floats).await;

    let numerics = many(&|random| {
        let digits = |random: &mut fastrand::Rng, most| -> String {
            (0..random.usize(..most))
                .map(|_| random.char('0'..='9'))
                .collect()
        };
        let sign = if random.bool() { "-" } else { "" };
        let text = format!("{sign}{}0.{}0", digits(random, 30), digits(random, 30));
        let exponent = random.i32(-40..40);
        let numeric: Numeric = format!("{text}e{exponent}").parse().unwrap();
        Value::Numeric(numeric.into())
    });
    assert_texts(&reference, &Type::NUMERIC, numerics).await;

    for name in [
        "UTC",
        "Europe/Paris",
        "America/New_York",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Pacific/Apia",
    ] {
        reference
            .set(Style {
                zone: zone(name),
                ..Style::default()
            })
            .await;
        let moments = many(&|random| {
            // Half of them in our times. What was before 1970 is not the same in
            // all editions of the IANA database.
            let micros = match (random.bool(), name) {
                (true, _) => random.i64(-900_000_000_000_000..4_000_000_000_000_000),
                (_, "UTC") => random.i64(-211_813_488_000_000_000..9_223_371_331_200_000_000),
                _ => random.i64(-900_000_000_000_000..9_223_371_331_200_000_000),
            };
            Value::TimestampTz(Timestamp::from_micros(micros).unwrap())
        });
        assert_texts(&reference, &Type::TIMESTAMPTZ, moments).await;
    }
    let dates = many(&|random| {
        Value::Date(Date::from_days(random.i32(-2_451_545..2_145_031_949)).unwrap())
    });
    assert_texts(&reference, &Type::DATE, dates).await;
    let times = many(&|random| {
        let time = Time::from_micros(random.i64(0..=86_400_000_000)).unwrap();
        Value::TimeTz(TimeTz::new(time, random.i32(-57_599..57_600)).unwrap())
    });
    assert_texts(&reference, &Type::TIMETZ, times).await;

    for interval in [
        IntervalStyle::Postgres,
        IntervalStyle::PostgresVerbose,
        IntervalStyle::SqlStandard,
        IntervalStyle::Iso8601,
    ] {
        reference
            .set(Style {
                interval,
                ..Style::default()
            })
            .await;
        let intervals = many(&|random| {
            let mut part = |most: i64| match random.u8(..3) {
                0 => 0,
                1 => random.i64(-3..4),
                _ => random.i64(-most..most),
            };
            Value::Interval(Interval {
                months: part(1_000).try_into().unwrap(),
                days: part(1_000_000).try_into().unwrap(),
                micros: part(10_000_000_000_000_000),
            })
        });
        assert_texts(&reference, &Type::INTERVAL, intervals).await;
    }
}
