//! Values beside those of a real PostgreSQL: what it writes, byte for byte, what
//! it reads, and how it refuses.

mod cases;

use std::fmt::Write;

use bytes::BytesMut;
use rekha::relation::{
    Array, ByteaOutput, Date, DateOrder, FloatDigits, Form, Interval, IntervalStyle, Numeric,
    Parameter, Reading, Style, Time, TimeTz, Timestamp, Type, Value, Zone,
};
use tokio_postgres::types::{FromSql, IsNull, ToSql};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::support::PostgreSql;

use cases::{ARRAYS, BINARY, Cases, DATES, INTERVALS, SCALARS};

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
            Zone::Utc => "UTC".to_owned(),
            Zone::Named(zone) => zone.name().to_owned(),
            Zone::Fixed(east) => {
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

    async fn compare(&self, cases: Cases) -> Vec<String> {
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

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

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
