//! `numeric`, `interval`, `timetz`, `inet` and `cidr` as bytes.
//!
//! First comes the *key*: bytes whose order is that of the values, and which are
//! the same for values that are equal. No key is the beginning of another one.
//! Then comes what else there is to the value.
//!
//! | type | key | then |
//! | --- | --- | --- |
//! | `numeric` | the sort; of a number its magnitude, its digits without trailing zeros and an end | the scale, 2 bytes |
//! | `interval` | all of it in microseconds, 16 bytes | months, days, microseconds: 16 bytes |
//! | `timetz` | the time in UTC, 8 bytes, and the zone, 4 bytes | |
//! | `inet`, `cidr` | the family, 1 byte, the address without what is behind the prefix, its length, 1 byte, and the address | |
//! | the shape of an array | how many dimensions, 1 byte; of each the length and the first index, 4 bytes each | |

use std::net::IpAddr;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::{BigInt, Sign};

use crate::relation::{Dimension, Interval, Network, Numeric, Time, TimeTz, Type};

/// The sorts of numbers, in their order.
const NEGATIVE_INFINITY: u8 = 0;
const NEGATIVE: u8 = 1;
const ZERO: u8 = 2;
const POSITIVE: u8 = 3;
const INFINITY: u8 = 4;
const NAN: u8 = 5;

/// What follows the digits: less than every digit.
const END: u8 = 0;

/// How many bytes the magnitude of a number takes.
const MAGNITUDE_BYTES: usize = 4;
/// How many bytes the scale of a number takes.
const SCALE_BYTES: usize = 2;
/// How many bytes the key of an interval takes.
const SPAN_BYTES: usize = 16;

const MICROS_PER_SECOND: i64 = 1_000_000;
/// A day and a month, as intervals are compared (in microseconds).
const MICROS_PER_DAY: i128 = 86_400_000_000;
const MICROS_PER_MONTH: i128 = 30 * MICROS_PER_DAY;

/// The part of the bytes that is the key; all of them for any other type.
pub(super) fn key_part<'a>(bytes: &'a [u8], of: &Type) -> &'a [u8] {
    match *of {
        Type::NUMERIC => &bytes[..bytes.len().saturating_sub(SCALE_BYTES)],
        Type::INTERVAL => &bytes[..bytes.len().min(SPAN_BYTES)],
        _ => bytes,
    }
}

/// The dimensions of an array as bytes.
pub(super) fn write_shape(dimensions: &[Dimension], out: &mut Vec<u8>) {
    out.push(u8::try_from(dimensions.len()).expect("an array has six dimensions at most"));
    for dimension in dimensions {
        out.extend(dimension.length.to_be_bytes());
        out.extend(in_order(dimension.lower));
    }
}

/// Nothing for bytes that are none.
pub(super) fn read_shape(bytes: &[u8]) -> Option<Vec<Dimension>> {
    let (dimensions, rest) = bytes.get(1..)?.as_chunks::<8>();
    let dimensions = dimensions.iter().map(|dimension| {
        let (length, lower) = dimension.split_at(4);
        Some(Dimension {
            length: i32::from_be_bytes(length.try_into().ok()?),
            lower: i32::from_be_bytes(lower.try_into().ok()?) ^ i32::MIN,
        })
    });
    rest.is_empty().then(|| dimensions.collect()).flatten()
}

/// A number whose bytes are in the order of numbers.
fn in_order(number: i32) -> [u8; 4] {
    (number ^ i32::MIN).to_be_bytes()
}

/// A number as bytes.
pub(super) fn write_numeric(numeric: &Numeric, out: &mut Vec<u8>) {
    let scale = match numeric {
        Numeric::NegativeInfinity => mark(NEGATIVE_INFINITY, out),
        Numeric::Infinity => mark(INFINITY, out),
        Numeric::NaN => mark(NAN, out),
        Numeric::Number(number) => write_number(number, out),
    };
    out.extend(scale.to_be_bytes());
}

fn mark(sort: u8, out: &mut Vec<u8>) -> u16 {
    out.push(sort);
    0
}

/// `0.d₁d₂d₃… · 10^magnitude`: the magnitude, then two digits a byte. The larger a
/// negative number, the smaller its bytes: they are inverted.
fn write_number(number: &BigDecimal, out: &mut Vec<u8>) -> u16 {
    let (coefficient, scale) = number.as_bigint_and_scale();
    let (sign, mut digits) = coefficient.to_radix_be(10);
    let magnitude = i64::try_from(digits.len()).unwrap_or(i64::MAX) - scale;
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let start = out.len() + 1;
    match sign {
        Sign::NoSign => out.push(ZERO),
        Sign::Plus => out.push(POSITIVE),
        Sign::Minus => out.push(NEGATIVE),
    }
    if sign != Sign::NoSign {
        let magnitude = i32::try_from(magnitude).expect("a numeric has fewer digits");
        out.extend(ordered_i32(magnitude));
        let pairs = digits.chunks(2);
        out.extend(pairs.map(|pair| 1 + pair[0] * 10 + pair.get(1).unwrap_or(&0)));
        out.push(END);
    }
    if sign == Sign::Minus {
        out[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
    u16::try_from(scale).expect("a numeric's scale is within its limits")
}

/// The number of bytes that [`write_numeric`] wrote; nothing for other bytes.
pub(super) fn read_numeric(bytes: &[u8]) -> Option<Numeric> {
    let (key, scale) = bytes.split_at_checked(bytes.len().checked_sub(SCALE_BYTES)?)?;
    let scale = i64::from(u16::from_be_bytes(scale.try_into().ok()?));
    let (sort, rest) = key.split_first()?;
    let sign = match *sort {
        NEGATIVE_INFINITY => return Some(Numeric::NegativeInfinity),
        INFINITY => return Some(Numeric::Infinity),
        NAN => return Some(Numeric::NaN),
        ZERO => return Some(Numeric::Number(BigDecimal::new(BigInt::ZERO, scale))),
        NEGATIVE => Sign::Minus,
        POSITIVE => Sign::Plus,
        _ => return None,
    };
    let plain = |byte: u8| if sign == Sign::Minus { !byte } else { byte };
    let (magnitude, rest) = rest.split_first_chunk::<MAGNITUDE_BYTES>()?;
    let magnitude = i64::from(read_ordered_i32(magnitude.map(plain)));
    let (_, pairs) = rest.split_last()?;
    let mut digits = Vec::with_capacity(pairs.len() * 2);
    for byte in pairs {
        let pair = plain(*byte).checked_sub(1)?;
        digits.extend([pair / 10, pair % 10]);
    }
    digits.resize(usize::try_from(magnitude + scale).ok()?, 0);
    let coefficient = BigInt::from_radix_be(sign, &digits, 10)?;
    Some(Numeric::Number(BigDecimal::new(coefficient, scale)))
}

/// How long PostgreSQL takes an interval for when it compares it with others (in
/// microseconds): a month is 30 days of 24 hours.
pub(super) fn span(interval: Interval) -> i128 {
    i128::from(interval.months) * MICROS_PER_MONTH
        + i128::from(interval.days) * MICROS_PER_DAY
        + i128::from(interval.micros)
}

/// An interval as bytes.
pub(super) fn write_interval(interval: Interval, out: &mut Vec<u8>) {
    out.extend((span(interval) ^ i128::MIN).to_be_bytes());
    out.extend(interval.months.to_be_bytes());
    out.extend(interval.days.to_be_bytes());
    out.extend(interval.micros.to_be_bytes());
}

/// The interval of bytes that [`write_interval`] wrote.
pub(super) fn read_interval(bytes: &[u8]) -> Option<Interval> {
    let (months, rest) = bytes.get(SPAN_BYTES..)?.split_first_chunk()?;
    let (days, micros) = rest.split_first_chunk()?;
    Some(Interval {
        months: i32::from_be_bytes(*months),
        days: i32::from_be_bytes(*days),
        micros: i64::from_be_bytes(micros.try_into().ok()?),
    })
}

/// A time with its zone as bytes. Of two that are one moment the one further east
/// is the first.
pub(super) fn write_time_tz(time: TimeTz, out: &mut Vec<u8>) {
    let utc = time.time().micros() - i64::from(time.offset()) * MICROS_PER_SECOND;
    out.extend((utc ^ i64::MIN).to_be_bytes());
    out.extend(ordered_i32(-time.offset()));
}

/// The time of bytes that [`write_time_tz`] wrote.
pub(super) fn read_time_tz(bytes: &[u8]) -> Option<TimeTz> {
    let (utc, offset) = bytes.split_first_chunk()?;
    let utc = i64::from_be_bytes(*utc) ^ i64::MIN;
    let offset = -read_ordered_i32(offset.try_into().ok()?);
    let time = Time::from_micros(utc + i64::from(offset) * MICROS_PER_SECOND).ok()?;
    TimeTz::new(time, offset).ok()
}

/// The families of addresses, in their order.
const V4: u8 = 4;
const V6: u8 = 6;

/// An address with its prefix as bytes: of two networks the one that is within the
/// other comes after it.
pub(super) fn write_network(network: &Network, out: &mut Vec<u8>) {
    let octets = |address: IpAddr, out: &mut Vec<u8>| match address {
        IpAddr::V4(address) => out.extend(address.octets()),
        IpAddr::V6(address) => out.extend(address.octets()),
    };
    out.push(if network.address().is_ipv4() { V4 } else { V6 });
    octets(network.masked(), out);
    out.push(network.bits());
    octets(network.address(), out);
}

/// The address of bytes that [`write_network`] wrote.
pub(super) fn read_network(bytes: &[u8], of: &Type) -> Option<Network> {
    let (family, rest) = bytes.split_first()?;
    let (address, bits): (IpAddr, u8) = match *family {
        V4 => {
            let (bits, address) = rest.get(4..)?.split_first()?;
            (<[u8; 4]>::try_from(address).ok()?.into(), *bits)
        }
        _ => {
            let (bits, address) = rest.get(16..)?.split_first()?;
            (<[u8; 16]>::try_from(address).ok()?.into(), *bits)
        }
    };
    Network::new(address, bits, of)
}

/// Bytes in the order of the numbers.
fn ordered_i32(number: i32) -> [u8; MAGNITUDE_BYTES] {
    (number ^ i32::MIN).to_be_bytes()
}

fn read_ordered_i32(bytes: [u8; MAGNITUDE_BYTES]) -> i32 {
    i32::from_be_bytes(bytes) ^ i32::MIN
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    fn numeric() -> impl Strategy<Value = Numeric> {
        let text =
            "-?[0-9]{1,5}(\\.[0-9]{1,5})?(e-?[0-9]{1,2})?|-?0?\\.0{0,3}[0-9]{1,3}|NaN|-?Infinity";
        text.prop_map(|text| text.parse().unwrap())
    }

    fn interval() -> impl Strategy<Value = Interval> {
        let part = || prop_oneof![-3..3_i32, any::<i32>()];
        let days = -70..70_i64;
        let micros = prop_oneof![days.prop_map(|days| days * 86_400_000_000), any::<i64>()];
        (part(), part(), micros).prop_map(|(months, days, micros)| Interval {
            months,
            days,
            micros,
        })
    }

    fn time_tz() -> impl Strategy<Value = TimeTz> {
        (0..=24_i64, -15..=15_i32).prop_map(|(hour, zone)| {
            let time = Time::from_micros(hour * 3_600_000_000).unwrap();
            TimeTz::new(time, zone * 3_600).unwrap()
        })
    }

    fn numeric_bytes(numeric: &Numeric) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_numeric(numeric, &mut bytes);
        bytes
    }

    fn compared(one: &Numeric, other: &Numeric) -> Ordering {
        let sort = |numeric: &Numeric| match numeric {
            Numeric::NegativeInfinity => 0,
            Numeric::Number(_) => 1,
            Numeric::Infinity => 2,
            Numeric::NaN => 3,
        };
        match (one, other) {
            (Numeric::Number(one), Numeric::Number(other)) => one.cmp(other),
            _ => sort(one).cmp(&sort(other)),
        }
    }

    proptest! {
        #[test]
        fn a_number_is_read_back(numeric in numeric()) {
            prop_assert_eq!(read_numeric(&numeric_bytes(&numeric)), Some(numeric));
        }

        #[test]
        fn numbers_are_in_order_as_bytes(one in numeric(), other in numeric()) {
            let (a, b) = (numeric_bytes(&one), numeric_bytes(&other));
            let keys = key_part(&a, &Type::NUMERIC).cmp(key_part(&b, &Type::NUMERIC));
            prop_assert_eq!(keys, compared(&one, &other));
            if keys != Ordering::Equal {
                prop_assert_eq!(a.cmp(&b), keys);
            }
        }

        #[test]
        fn intervals_are_read_back_and_in_order(one in interval(), other in interval()) {
            let bytes = |interval| {
                let mut bytes = Vec::new();
                write_interval(interval, &mut bytes);
                bytes
            };
            let (a, b) = (bytes(one), bytes(other));
            prop_assert_eq!(read_interval(&a), Some(one));
            let keys = key_part(&a, &Type::INTERVAL).cmp(key_part(&b, &Type::INTERVAL));
            prop_assert_eq!(keys, span(one).cmp(&span(other)));
        }

        #[test]
        fn times_with_a_zone_are_read_back_and_in_order(one in time_tz(), other in time_tz()) {
            let bytes = |time| {
                let mut bytes = Vec::new();
                write_time_tz(time, &mut bytes);
                bytes
            };
            let (a, b) = (bytes(one), bytes(other));
            prop_assert_eq!(read_time_tz(&a), Some(one));
            let order = |time: TimeTz| {
                let utc = time.time().micros() - i64::from(time.offset()) * 1_000_000;
                (utc, -time.offset())
            };
            prop_assert_eq!(a.cmp(&b), order(one).cmp(&order(other)));
        }
    }

    #[test]
    fn equal_values_have_one_key() {
        for (one, other) in [
            ("1.0", "1.00"),
            ("100.0", "1e2"),
            ("0", "-0.000"),
            ("-0.10", "-0.1"),
        ] {
            let [a, b] = [one, other].map(|text| numeric_bytes(&text.parse().unwrap()));
            assert_ne!(a, b, "{one} and {other} are shown with other scales");
            let key = |bytes: &[u8]| key_part(bytes, &Type::NUMERIC).to_vec();
            assert_eq!(key(&a), key(&b), "{one} = {other}");
        }
    }
}
