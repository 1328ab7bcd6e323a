//! Bits, positions, addresses of machines and money.

use std::fmt::{self, Write};

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::numeric::is_space;
use crate::relation::{Type, refusal};

/// Hundredths in a unit of money.
const HUNDREDTHS: u64 = 100;

/// Binary digits, or hexadecimal ones behind an x (`bit_in`).
pub(super) fn bits(text: &str) -> Result<String> {
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

/// What C's `strtoull` reads, which refuses nothing: PostgreSQL 15 does not either
/// (`xid8in`).
pub(super) fn unsigned(text: &str) -> u64 {
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

/// Two numbers of up to eight hexadecimal digits (`pg_lsn_in`).
pub(super) fn lsn(text: &str) -> Option<u64> {
    let (file, offset) = text.split_once('/')?;
    let number = |digits: &str| {
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok()?;
        (is_hex && digits.len() <= 8).then_some(u64::from(number))
    };
    Some(number(file)? << 32 | number(offset)?)
}

/// A block and a place in it; what stands behind them does not count (`tidin`).
pub(super) fn tid(text: &str) -> Option<(u32, u16)> {
    let (_, inner) = text.split_once('(')?;
    let (numbers, _) = inner.split_once(')')?;
    let (block, place) = numbers.split_once(',')?;
    let block: u32 = block.trim_start().parse().ok()?;
    Some((block, place.trim_start().parse().ok()?))
}

/// Six octets: apart, in halves, in pairs, or in one (`macaddr_in`).
pub(super) fn mac(text: &str) -> Result<[u8; 6]> {
    let syntax = || refusal::syntax(&Type::MACADDR, text);
    let groups: Vec<&str> = text.trim().split([':', '-', '.']).collect();
    let separators: Vec<&str> = text.matches([':', '-', '.']).collect();
    let is_hex =
        |group: &&str| !group.is_empty() && group.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_even = separators.windows(2).all(|two| two[0] == two[1]);
    if !is_even || !groups.iter().all(is_hex) {
        return Err(syntax());
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
        _ => return Err(syntax()),
    };
    let octets = octets.into_iter().map(|octet| {
        u8::from_str_radix(octet, 16).map_err(|_| {
            Error::new(
                ErrorKind::InvalidValue(Fault::NumericRange),
                format!("invalid octet value in \"macaddr\" value: \"{text}\""),
            )
        })
    });
    let octets: Vec<u8> = octets.collect::<Result<_>>()?;
    octets.try_into().map_err(|_| syntax())
}

/// Eight octets, each perhaps behind a mark that is always the same, or the six of an
/// address of the shorter sort (`macaddr8_in`).
pub(super) fn mac8(text: &str) -> Option<[u8; 8]> {
    let mut rest = text.trim_matches(is_space).as_bytes();
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (mut octets, mut mark) = (Vec::with_capacity(8), None);
    while let [high, low, after @ ..] = rest {
        octets.push(digit(*high)? << 4 | digit(*low)?);
        rest = match after {
            [found @ (b':' | b'-' | b'.'), after @ ..] if *mark.get_or_insert(*found) == *found => {
                after
            }
            after => after,
        };
    }
    match octets[..] {
        _ if !rest.is_empty() => None,
        [a, b, c, d, e, f] => Some(widened([a, b, c, d, e, f])),
        _ => octets.try_into().ok(),
    }
}

/// The longer address that is the same as a short one.
pub(in crate::relation) fn widened([a, b, c, d, e, f]: [u8; 6]) -> [u8; 8] {
    [a, b, c, 0xff, 0xfe, d, e, f]
}

/// Octets between colons.
pub(super) fn write_mac(octets: &[u8], out: &mut impl Write) -> fmt::Result {
    for (index, octet) in octets.iter().enumerate() {
        let colon = if index > 0 { ":" } else { "" };
        write!(out, "{colon}{octet:02x}")?;
    }
    Ok(())
}

/// An amount as it is written where no locale says otherwise, in hundredths
/// (`cash_in`): `$1,234.5`, `-1`, `(1)`, `1-`.
pub(super) fn money(text: &str) -> Result<i64> {
    let is_blank = |c: char| is_space(c);
    let unsigned = text.trim_start_matches(is_blank);
    let unsigned = unsigned.strip_prefix('$').unwrap_or(unsigned);
    let unsigned = unsigned.trim_start_matches(is_blank);
    let mut is_negative = unsigned.starts_with(['-', '(']);
    let unsigned = unsigned.strip_prefix(['-', '(', '+']).unwrap_or(unsigned);
    let unsigned = unsigned.trim_start_matches(is_blank);
    let mut rest = unsigned.strip_prefix('$').unwrap_or(unsigned);
    rest = rest.trim_start_matches(is_blank);

    let out_of_range = || refusal::number_range(&Type::MONEY, text);
    let (mut hundredths, mut decimals) = (0_i128, None);
    let mut more = |digit: u32, times: i128| {
        hundredths = hundredths * times + i128::from(digit);
        match hundredths <= -i128::from(i64::MIN) {
            true => Ok(()),
            false => Err(out_of_range()),
        }
    };
    while let Some(first) = rest.chars().next() {
        match (first, first.to_digit(10)) {
            (_, Some(digit)) if decimals != Some(2) => {
                more(digit, 10)?;
                decimals = decimals.map(|decimals| decimals + 1);
            }
            ('.', _) if decimals.is_none() => decimals = Some(0),
            (',', _) => {}
            _ => break,
        }
        rest = &rest[first.len_utf8()..];
    }
    if rest.starts_with(['5', '6', '7', '8', '9']) {
        more(1, 1)?;
    }
    for _ in decimals.unwrap_or(0)..2 {
        more(0, 10)?;
    }
    for mark in rest
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .chars()
    {
        match mark {
            '-' => is_negative = true,
            ')' | '+' | '$' => {}
            _ if is_space(mark) => {}
            _ => return Err(refusal::syntax(&Type::MONEY, text)),
        }
    }
    let signed = if is_negative { -hundredths } else { hundredths };
    i64::try_from(signed).map_err(|_| out_of_range())
}

/// As `cash_out` where no locale says otherwise.
pub(super) fn write_money(hundredths: i64, out: &mut impl Write) -> fmt::Result {
    if hundredths < 0 {
        out.write_char('-')?;
    }
    let amount = hundredths.unsigned_abs();
    let whole = (amount / HUNDREDTHS).to_string();
    out.write_char('$')?;
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.write_char(',')?;
        }
        out.write_char(digit)?;
    }
    write!(out, ".{:02}", amount % HUNDREDTHS)
}
