//! Types whose values are kept as texts in the one spelling that PostgreSQL shows.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::{Type, refusal};

/// The spelling of what a text says; of other types the text itself.
///
/// # Errors
/// 22P02 when it says no value of the type, 22003 for an octet beyond 255.
pub(super) fn spelled<'a>(text: &'a str, of: &Type) -> Result<Cow<'a, str>> {
    let known = match *of {
        Type::BIT | Type::VARBIT => return bits(text).map(Cow::Owned),
        Type::XID8 => Some(unsigned(text).to_string()),
        Type::PG_LSN => lsn(text),
        Type::TID => tid(text),
        Type::MACADDR => mac(text)?,
        _ => return Ok(text.into()),
    };
    known
        .map(Cow::Owned)
        .ok_or_else(|| refusal::syntax(of, text))
}

/// Binary digits, or hexadecimal ones behind an x (`bit_in`).
fn bits(text: &str) -> Result<String> {
    let refused = |digit: char, what: &str| {
        Error::new(
            ErrorKind::InvalidValue(Fault::Text),
            format!("\"{digit}\" is not a valid {what} digit"),
        )
    };
    if let Some(digits) = text.strip_prefix(['x', 'X']) {
        let four = |digit: char| match digit.to_digit(16) {
            Some(number) => Ok(format!("{number:04b}")),
            None => Err(refused(digit, "hexadecimal")),
        };
        return digits.chars().map(four).collect();
    }
    let digits = text.strip_prefix(['b', 'B']).unwrap_or(text);
    match digits.chars().find(|digit| !matches!(digit, '0' | '1')) {
        Some(digit) => Err(refused(digit, "binary")),
        None => Ok(digits.to_owned()),
    }
}

/// What C's `strtoull` reads, which refuses nothing: PostgreSQL 15 does not either.
fn unsigned(text: &str) -> u64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (text, is_negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit() => (&text[2..], 16),
        [b'0', ..] => (text, 8),
        _ => (text, 10),
    };
    let digits = digits.chars().map_while(|digit| digit.to_digit(radix));
    let number = digits.map(u64::from).try_fold(0_u64, |number, digit| {
        number.checked_mul(u64::from(radix))?.checked_add(digit)
    });
    match number {
        Some(number) if is_negative => number.wrapping_neg(),
        Some(number) => number,
        None => u64::MAX,
    }
}

/// Two numbers of up to eight hexadecimal digits.
fn lsn(text: &str) -> Option<String> {
    let (file, offset) = text.split_once('/')?;
    let number = |digits: &str| {
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok()?;
        (is_hex && digits.len() <= 8).then_some(number)
    };
    Some(format!("{:X}/{:X}", number(file)?, number(offset)?))
}

/// A block and a place in it; what stands behind them does not count.
fn tid(text: &str) -> Option<String> {
    let (_, inner) = text.split_once('(')?;
    let (numbers, _) = inner.split_once(')')?;
    let (block, place) = numbers.split_once(',')?;
    let block: u32 = block.trim_start().parse().ok()?;
    let place: u16 = place.trim_start().parse().ok()?;
    Some(format!("({block},{place})"))
}

/// Six octets: apart, in halves, in pairs, or in one.
fn mac(text: &str) -> Result<Option<String>> {
    let groups: Vec<&str> = text.trim().split([':', '-', '.']).collect();
    let separators: Vec<&str> = text.matches([':', '-', '.']).collect();
    let is_hex =
        |group: &&str| !group.is_empty() && group.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_even = separators.windows(2).all(|two| two[0] == two[1]);
    if !is_even || !groups.iter().all(is_hex) {
        return Ok(None);
    }
    let separator = separators.first().copied().unwrap_or_default();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let octets: Vec<&str> = match (&lengths[..], separator) {
        ([_, _, _, _, _, _], ":" | "-") => groups,
        ([6, 6], ":" | "-") | ([4, 4, 4], "." | "-") | ([12], _) => {
            let pairs = groups
                .iter()
                .flat_map(|group| (0..group.len()).step_by(2).map(|at| &group[at..at + 2]));
            pairs.collect()
        }
        _ => return Ok(None),
    };
    let mut spelled = Vec::with_capacity(octets.len());
    for octet in octets {
        let octet = u8::from_str_radix(octet, 16).map_err(|_| {
            Error::new(
                ErrorKind::InvalidValue(Fault::NumericRange),
                format!("invalid octet value in \"macaddr\" value: \"{text}\""),
            )
        })?;
        spelled.push(format!("{octet:02x}"));
    }
    Ok(Some(spelled.join(":")))
}
