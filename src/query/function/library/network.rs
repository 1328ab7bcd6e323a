//! Functions of addresses (PostgreSQL manual, 9.12).

use std::net::{IpAddr, Ipv6Addr};

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Network, Type, Value};

const INET: Type = Type::INET;
const CIDR: Type = Type::CIDR;
const INT4: Type = Type::INT4;
const TEXT: Type = Type::TEXT;

pub(super) static NETWORKS: &[Function] = &[
    Function::row("abbrev", &[INET], TEXT, |call, values| {
        Ok(Value::optional_text(call.text(&values[0])))
    }),
    Function::row("abbrev", &[CIDR], TEXT, |_, values| {
        Ok(Value::text(abbreviated(values.network(0))))
    }),
    Function::row("broadcast", &[INET], INET, |_, values| {
        let network = values.network(0);
        let last = network.number() | !network.mask();
        made(network, last, network.bits(), &INET)
    }),
    Function::row("family", &[INET], INT4, |_, values| {
        Ok(Value::Int4(match values.network(0).address() {
            IpAddr::V4(_) => 4,
            IpAddr::V6(_) => 6,
        }))
    }),
    Function::row("host", &[INET], TEXT, |call, values| {
        let network = values.network(0);
        let host = made(network, network.number(), network.width(), &INET)?;
        Ok(Value::optional_text(call.text(&host)))
    }),
    Function::row("hostmask", &[INET], INET, |_, values| {
        let network = values.network(0);
        made(network, !network.mask(), network.width(), &INET)
    }),
    Function::row("inet_merge", &[INET, INET], CIDR, |_, values| {
        merged(values.network(0), values.network(1))
    }),
    Function::row(
        "inet_same_family",
        &[INET, INET],
        Type::BOOL,
        |_, values| {
            let (one, other) = (values.network(0), values.network(1));
            Ok(Value::Bool(one.width() == other.width()))
        },
    ),
    Function::row("masklen", &[INET], INT4, |_, values| {
        Ok(Value::Int4(values.network(0).bits().into()))
    }),
    Function::row("netmask", &[INET], INET, |_, values| {
        let network = values.network(0);
        made(network, network.mask(), network.width(), &INET)
    }),
    Function::row("network", &[INET], CIDR, |_, values| {
        let network = values.network(0);
        made(network, network.number(), network.bits(), &CIDR)
    }),
    Function::row("set_masklen", &[INET, INT4], INET, set_masklen),
    Function::row("set_masklen", &[CIDR, INT4], CIDR, set_masklen),
    Function::row("trunc", &[Type::MACADDR], Type::MACADDR, |_, values| {
        let [a, b, c, ..] = values.mac(0);
        Ok(Value::Mac([a, b, c, 0, 0, 0]))
    }),
    Function::row("trunc", &[Type::MACADDR8], Type::MACADDR8, |_, values| {
        let [a, b, c, ..] = values.mac8(0);
        Ok(Value::Mac8([a, b, c, 0, 0, 0, 0, 0]))
    }),
    Function::row(
        "macaddr8_set7bit",
        &[Type::MACADDR8],
        Type::MACADDR8,
        |_, values| {
            let mut octets = values.mac8(0);
            octets[0] |= 2;
            Ok(Value::Mac8(octets))
        },
    ),
];

/// An address of the family of another.
fn made(like: Network, number: u128, bits: u8, of: &Type) -> Result<Value> {
    let made = like.with_number(number & like.all(), bits, of);
    made.map(Value::Network)
        .ok_or_else(|| no_length(bits.into()))
}

fn set_masklen(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let network = values.network(0);
    let bits = match values.int4(1) {
        -1 => network.width(),
        bits => u8::try_from(bits).map_err(|_| no_length(bits))?,
    };
    made(network, network.number(), bits, call.returns)
}

fn no_length(bits: i32) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Flaw::Parameter),
        format!("invalid mask length: {bits}"),
    )
}

/// The smallest network that has both in it.
fn merged(one: Network, other: Network) -> Result<Value> {
    if one.width() != other.width() {
        return Err(Error::new(
            ErrorKind::InvalidValue(Flaw::Parameter),
            "cannot merge addresses from different families",
        ));
    }
    let differing = u128::BITS - (one.number() ^ other.number()).leading_zeros();
    let common = u32::from(one.width()) - differing;
    let common = u8::try_from(common).unwrap_or(u8::MAX);
    let bits = one.bits().min(other.bits()).min(common);
    made(one, one.number(), bits, &CIDR)
}

/// The network without what follows from the length of its prefix: `10.1/16`
/// (`pg_inet_cidr_ntop`).
fn abbreviated(network: Network) -> String {
    let bits = network.bits();
    let address = match network.masked() {
        IpAddr::V4(address) => {
            let said = usize::from(bits).div_ceil(8).max(1);
            let octets = address.octets().map(|octet| octet.to_string());
            octets[..said].join(".")
        }
        IpAddr::V6(_) if bits == 0 => "::".to_owned(),
        IpAddr::V6(address) => abbreviated_v6(address, bits),
    };
    format!("{address}/{bits}")
}

/// The words of the prefix, the longest row of zeros among them left out.
fn abbreviated_v6(address: Ipv6Addr, bits: u8) -> String {
    let all = address.segments();
    let words = &all[..usize::from(bits).div_ceil(16).max(2)];
    let (mut zeros, mut begun) = (0..0, 0);
    for (place, word) in words.iter().enumerate() {
        if *word != 0 {
            begun = place + 1;
        } else if place + 1 - begun > zeros.len() {
            zeros = begun..place + 1;
        }
    }
    // An address of the older family within one of the newer.
    let [.., low] = all;
    let holds_v4 = zeros.start == 0
        && zeros.len() != words.len()
        && match zeros.len() {
            5 => all[5] == 0xffff,
            6 => true,
            7 => low >> 8 != 0 && low & 0xff != 1,
            _ => false,
        };
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        if zeros.contains(&place) {
            let colons = usize::from(place == zeros.start) + usize::from(place + 1 == words.len());
            text.push_str(&":".repeat(colons));
        } else if holds_v4 && place > 5 {
            text.push(if place == 6 { ':' } else { '.' });
            text.push_str(&(word >> 8).to_string());
            // The last octet may be one that follows.
            if place != 7 || bits > 120 {
                text.push_str(&format!(".{}", word & 0xff));
            }
        } else {
            if !text.is_empty() {
                text.push(':');
            }
            text.push_str(&format!("{word:x}"));
        }
    }
    text
}
