//! What the session and the process know of themselves.

use chrono::{DateTime, Offset, Utc};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS};

use crate::query::advisory::Listed;
use crate::query::catalog::cell::*;
use crate::query::catalog::oid::{DATABASE, USER};
use crate::query::catalog::source::Maker;
use crate::query::context::{Cursor, PreparedStatement, Setting};
use crate::relation::{Interval, Row, Timestamp, Type, Value};

pub(super) const ABBREVIATIONS: &str = include_str!("../postgresql/pg_timezone_abbrevs.tsv");

pub(super) fn pg_settings(maker: &Maker<'_>) -> Vec<Row> {
    let row = |setting: Setting| {
        let values = setting
            .values
            .map(|values| array(Type::TEXT, values.iter().map(text)));
        maker.row([
            ("name", text(setting.name)),
            ("setting", text(setting.value)),
            ("unit", maybe(setting.unit)),
            ("category", text(setting.category)),
            ("short_desc", text(setting.description)),
            ("context", text(setting.context)),
            ("vartype", text(setting.kind)),
            ("source", text(setting.source)),
            ("min_val", maybe(setting.minimum)),
            ("max_val", maybe(setting.maximum)),
            ("enumvals", values.unwrap_or(NULL)),
            ("boot_val", maybe(setting.boot)),
            ("reset_val", maybe(setting.reset)),
            ("pending_restart", NO),
        ])
    };
    maker
        .context
        .conversation
        .settings()
        .into_iter()
        .map(row)
        .collect()
}

/// The session itself; others are not seen.
pub(super) fn pg_stat_activity(maker: &Maker<'_>) -> Vec<Row> {
    let context = maker.context;
    vec![
        maker.row([
            ("datid", oid(DATABASE)),
            ("datname", maker.database()),
            ("pid", int4(context.process)),
            ("usesysid", oid(USER)),
            ("usename", maker.user()),
            (
                "application_name",
                text(
                    context
                        .conversation
                        .setting("application_name")
                        .unwrap_or_default(),
                ),
            ),
            ("client_addr", inet(context.client)),
            ("client_port", port(context.client)),
            ("xact_start", Value::TimestampTz(context.transaction_start)),
            ("query_start", Value::TimestampTz(context.statement_start)),
            ("state_change", Value::TimestampTz(context.statement_start)),
            ("state", text("active")),
            ("backend_type", text("client backend")),
        ]),
    ]
}

/// `pg_stat_ssl` and `pg_stat_gssapi`: neither is in use.
pub(super) fn pg_stat_ssl(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([("pid", int4(maker.context.process)), ("ssl", NO)])]
}

pub(super) fn pg_stat_gssapi(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([
        ("pid", int4(maker.context.process)),
        ("gss_authenticated", NO),
        ("encrypted", NO),
    ])]
}

/// The advisory locks of all sessions: there are no others.
pub(super) fn pg_locks(maker: &Maker<'_>) -> Vec<Row> {
    let row = |lock: Listed| {
        maker.row([
            ("locktype", text("advisory")),
            ("database", oid(DATABASE)),
            ("classid", oid(lock.key.class)),
            ("objid", oid(lock.key.object)),
            ("objsubid", int2(if lock.key.is_pair { 2 } else { 1 })),
            ("pid", int4(lock.process)),
            ("mode", text(lock.mode.name())),
            ("granted", boolean(lock.is_granted)),
            ("fastpath", NO),
        ])
    };
    let locks = maker.context.locker.listed();
    locks.into_iter().map(row).collect()
}

pub(super) fn pg_prepared_statements(maker: &Maker<'_>) -> Vec<Row> {
    let row = |prepared: PreparedStatement| {
        let types = prepared.parameters.iter().map(|of| reg(of.oid()));
        maker.row([
            ("name", text(prepared.name)),
            ("statement", text(prepared.statement)),
            ("prepare_time", Value::TimestampTz(prepared.prepared_at)),
            ("parameter_types", array(Type::REGTYPE, types)),
            ("from_sql", boolean(prepared.from_sql)),
            ("generic_plans", int8(0)),
            ("custom_plans", int8(0)),
        ])
    };
    let prepared = maker.context.conversation.prepared_statements();
    prepared.into_iter().map(row).collect()
}

pub(super) fn pg_cursors(maker: &Maker<'_>) -> Vec<Row> {
    let row = |cursor: Cursor| {
        maker.row([
            ("name", text(cursor.name)),
            ("statement", text(cursor.statement)),
            ("is_holdable", boolean(cursor.is_holdable)),
            ("is_binary", boolean(cursor.is_binary)),
            ("is_scrollable", boolean(cursor.is_scrollable)),
            ("creation_time", Value::TimestampTz(cursor.created_at)),
        ])
    };
    maker
        .context
        .conversation
        .cursors()
        .into_iter()
        .map(row)
        .collect()
}

/// The time zones there are, with what holds in them now.
pub(super) fn pg_timezone_names(maker: &Maker<'_>) -> Vec<Row> {
    time_zones(maker.context.statement_start)
        .into_iter()
        .map(|zone| {
            maker.row([
                ("name", text(zone.name)),
                ("abbrev", text(zone.abbreviation)),
                ("utc_offset", Value::Interval(zone.offset)),
                ("is_dst", boolean(zone.is_summer)),
            ])
        })
        .collect()
}

/// A time zone and what holds in it at some moment.
struct TimeZone {
    name: &'static str,
    abbreviation: String,
    offset: Interval,
    is_summer: bool,
}

/// All time zones at that moment.
fn time_zones(at: Timestamp) -> Vec<TimeZone> {
    /// 2000-01-01, from which a timestamp counts (in seconds since 1970).
    const EPOCH: i64 = 946_684_800;
    let moment = DateTime::<Utc>::from_timestamp(EPOCH + at.micros() / 1_000_000, 0);
    let moment = moment.unwrap_or_default();
    let zone = |zone: &chrono_tz::Tz| {
        let local = moment.with_timezone(zone);
        let offset = local.offset();
        let seconds = i64::from(offset.fix().local_minus_utc());
        let numeric = || {
            let (hours, minutes) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60);
            let sign = if seconds < 0 { '-' } else { '+' };
            match minutes {
                0 => format!("{sign}{hours:02}"),
                _ => format!("{sign}{hours:02}{minutes:02}"),
            }
        };
        TimeZone {
            name: zone.name(),
            abbreviation: offset
                .abbreviation()
                .map_or_else(numeric, ToOwned::to_owned),
            offset: Interval {
                micros: seconds * 1_000_000,
                ..Interval::default()
            },
            is_summer: !offset.dst_offset().is_zero(),
        }
    };
    TZ_VARIANTS.iter().map(zone).collect()
}
