//! What people call the time of a zone.

use chrono::{DateTime, TimeZone};
use chrono_tz::OffsetName;

use crate::relation::{Timestamp, Zone};

/// Seconds between 1970-01-01 and 2000-01-01.
const EPOCH: i64 = 946_684_800;

/// The abbreviation that is in use in a zone at a moment: `CEST`, `+03`.
pub(super) fn abbreviation(zone: Zone, moment: Timestamp) -> String {
    let offset = zone.offset_at(moment.micros());
    match zone {
        Zone::Utc => "UTC".to_owned(),
        Zone::Named(named) => {
            let seconds = moment.micros().div_euclid(1_000_000) + EPOCH;
            let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
            let offset = named.offset_from_utc_datetime(&at.naive_utc());
            offset.abbreviation().unwrap_or_default().to_owned()
        }
        Zone::Fixed(_) => {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.unsigned_abs() / 60;
            match minutes % 60 {
                0 => format!("{sign}{:02}", minutes / 60),
                rest => format!("{sign}{:02}:{rest:02}", minutes / 60),
            }
        }
    }
}
