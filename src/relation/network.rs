//! `inet` and `cidr`: addresses and networks.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt::{self, Write};

use bytes::{BufMut, BytesMut};

use super::binary::Reader;
use super::{Type, refusal, type_name};
use crate::error::{Error, ErrorKind, Result, Value};

/// How the binary format tells the two families apart.
const INET: u8 = 2;
const INET6: u8 = 3;

/// An address with the length of its network's prefix (PostgreSQL manual, 8.9): an
/// `inet`, or a `cidr`, behind whose prefix no bit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
    is_cidr: bool,
}

impl Network {
    /// An address as one of the type, `inet` or `cidr`: the bits behind the prefix of
    /// a `cidr` are cleared. Nothing for a prefix that is longer than the address.
    pub fn new(address: IpAddr, bits: u8, of: &Type) -> Option<Self> {
        let network = Self {
            address,
            bits,
            is_cidr: *of == Type::CIDR,
        };
        let address = match network.is_cidr {
            true => network.masked(),
            false => address,
        };
        (bits <= width(address)).then_some(Self { address, ..network })
    }

    /// An address of its own, as an `inet`.
    pub fn host(address: IpAddr) -> Self {
        Self {
            address,
            bits: width(address),
            is_cidr: false,
        }
    }

    /// The address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The length of the prefix (in bits).
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// How many bits the address has: 32 or 128.
    pub fn width(&self) -> u8 {
        width(self.address)
    }

    /// The address as a number.
    pub fn number(&self) -> u128 {
        match self.address {
            IpAddr::V4(address) => address.to_bits().into(),
            IpAddr::V6(address) => address.to_bits(),
        }
    }

    /// The number with all bits of the family set.
    pub fn all(&self) -> u128 {
        u128::MAX >> (128 - self.width())
    }

    /// The number with the bits of the prefix set.
    pub fn mask(&self) -> u128 {
        let behind = self.width().saturating_sub(self.bits);
        self.all() & u128::MAX.checked_shl(behind.into()).unwrap_or(0)
    }

    /// The address that a number is in the same family, as [`Network::new`].
    pub fn with_number(&self, number: u128, bits: u8, of: &Type) -> Option<Self> {
        Self::new(self.of_number(number), bits, of)
    }

    /// The address with the bits behind the prefix cleared.
    pub fn masked(&self) -> IpAddr {
        self.of_number(self.number() & self.mask())
    }

    fn of_number(&self, number: u128) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => Ipv4Addr::from_bits(number as u32).into(),
            IpAddr::V6(_) => Ipv6Addr::from_bits(number).into(),
        }
    }

    /// Reads `10.0.0.1/8` (`inet_in`, `cidr_in`).
    ///
    /// # Errors
    /// 22P02, also for a `cidr` with bits behind its prefix.
    pub(super) fn read(text: &str, of: &Type) -> Result<Self> {
        let is_cidr = *of == Type::CIDR;
        let known = match text.contains(':') {
            true => read_v6(text),
            false if is_cidr => read_v4_network(text),
            false => read_v4(text),
        };
        let (address, bits) = known.ok_or_else(|| refusal::syntax(of, text))?;
        let network = Self {
            address,
            bits,
            is_cidr,
        };
        match is_cidr && network.masked() != address {
            false => Ok(network),
            true => Err(Error::new(
                ErrorKind::InvalidValue(Value::Text),
                format!("invalid cidr value: \"{text}\""),
            )
            .with_detail("Value has bits set to right of mask.")),
        }
    }

    /// The text with its prefix, whatever it is: what a cast to `text` says.
    pub fn with_prefix(&self) -> String {
        let mut text = String::new();
        let shown = Self {
            is_cidr: true,
            ..*self
        };
        shown
            .write(&mut text)
            .expect("a string takes what is written");
        text
    }

    /// As `inet_out` and `cidr_out`.
    pub(super) fn write(&self, out: &mut impl Write) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(out, "{address}")?,
            IpAddr::V6(address) => match address.segments() {
                // An address of the older family within one of the newer.
                [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
                    write!(out, "::{}", Ipv4Addr::from_bits(address.to_bits() as u32))?;
                }
                _ => write!(out, "{address}")?,
            },
        }
        if self.is_cidr || self.bits < width(self.address) {
            write!(out, "/{}", self.bits)?;
        }
        Ok(())
    }

    /// As `inet_recv` and `cidr_recv`.
    ///
    /// # Errors
    /// 22P03
    pub(super) fn read_binary(reader: &mut Reader<'_>, of: &Type) -> Result<Self> {
        let flawed = |what: &str| {
            refusal::binary(format!(
                "invalid {what} in external \"{}\" value",
                type_name(of)
            ))
        };
        let family = reader.u8()?;
        if !matches!(family, INET | INET6) {
            return Err(flawed("address family"));
        }
        let bits = reader.u8()?;
        if bits > if family == INET { 32 } else { 128 } {
            return Err(flawed("bits"));
        }
        // Whether it is a `cidr` is known by the type.
        reader.u8()?;
        let address = match (family, reader.u8()?) {
            (INET, 4) => Ipv4Addr::from_bits(reader.u32()?).into(),
            (INET6, 16) => {
                let octets: std::result::Result<[u8; 16], _> = reader.take(16)?.try_into();
                octets.expect("sixteen bytes were taken").into()
            }
            _ => return Err(flawed("length")),
        };
        let network = Self {
            address,
            bits,
            is_cidr: *of == Type::CIDR,
        };
        match network.is_cidr && network.masked() != address {
            false => Ok(network),
            true => Err(refusal::binary("invalid external \"cidr\" value")
                .with_detail("Value has bits set to right of mask.")),
        }
    }

    /// As `inet_send` and `cidr_send`.
    pub(super) fn write_binary(&self, out: &mut BytesMut) {
        let (family, length) = match self.address {
            IpAddr::V4(_) => (INET, 4),
            IpAddr::V6(_) => (INET6, 16),
        };
        out.put_slice(&[family, self.bits, u8::from(self.is_cidr), length]);
        match self.address {
            IpAddr::V4(address) => out.put_slice(&address.octets()),
            IpAddr::V6(address) => out.put_slice(&address.octets()),
        }
    }
}

/// How many bits an address has.
fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The length of a prefix: digits, and no more than there are bits.
fn prefix(digits: &str, most: u8) -> Option<u8> {
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
    let bits: u8 = digits.parse().ok()?;
    (is_number && bits <= most).then_some(bits)
}

/// The address and what stands behind the slash.
fn parts(text: &str) -> (&str, Option<&str>) {
    match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    }
}

/// One to four octets between dots.
fn octets(text: &str) -> Option<Vec<u8>> {
    let octet = |digits: &str| {
        let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number)
    };
    let octets = text.split('.').map(octet).collect::<Option<Vec<u8>>>()?;
    (octets.len() <= 4).then_some(octets)
}

/// The octets with zeros behind them.
fn filled(octets: &[u8]) -> IpAddr {
    let mut address = [0; 4];
    address[..octets.len()].copy_from_slice(octets);
    address.into()
}

/// All octets, or as many as the prefix has whole ones. A dot at the end is nothing.
fn read_v4(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = parts(text);
    let octets = octets(address.strip_suffix('.').unwrap_or(address))?;
    let bits = match bits {
        Some(bits) => prefix(bits, 32)?,
        None if octets.len() == 4 => 32,
        None => return None,
    };
    (usize::from(bits / 8) <= octets.len()).then(|| (filled(&octets), bits))
}

/// As many octets as there are; without a prefix its length is that of the octets or
/// that of the old class of the network, whichever is longer.
fn read_v4_network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = parts(text);
    let digits = address.strip_prefix("0x").or(address.strip_prefix("0X"));
    let octets = match digits {
        Some(digits) => hexadecimal(digits)?,
        None => octets(address)?,
    };
    let given = u8::try_from(octets.len() * 8).ok()?;
    let bits = match bits {
        Some(bits) => prefix(bits, 32)?,
        None => {
            let class = match octets[0] {
                240.. => 32,
                224.. => 8,
                192.. => 24,
                128.. => 16,
                _ => 8,
            };
            match class.max(given) {
                8 if octets[0] == 224 => 4,
                bits => bits,
            }
        }
    };
    Some((filled(&octets), bits))
}

/// Up to eight digits; one that is missing at the end is a zero.
fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let digit = |digit: char| {
        digit
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let digits = digits.chars().map(digit).collect::<Option<Vec<u8>>>()?;
    let octets = digits.chunks(2);
    let octets = octets.map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0));
    (1..=8).contains(&digits.len()).then(|| octets.collect())
}

fn read_v6(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = parts(text);
    let bits = match bits {
        None => 128,
        Some(digits) if digits.len() > 1 && digits.starts_with('0') => return None,
        Some(digits) => prefix(digits, 128)?,
    };
    Some((address.parse::<Ipv6Addr>().ok()?.into(), bits))
}
