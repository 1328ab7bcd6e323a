//! Points and what is made of them.

use std::fmt::{self, Write};

use bytes::{BufMut, BytesMut};

use super::binary::Reader;
use super::numeric::is_space;
use super::style::FloatDigits;
use super::text::{read_float, write_float};
use super::{Type, refusal, type_name};
use crate::error::{Error, ErrorKind, Result, Value};

/// A value of a geometric type (PostgreSQL manual, 8.8): its sort and its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    sort: Sort,
    /// Coordinates, a pair a point; behind those of a circle its radius. Of a line
    /// the three numbers of its equation.
    numbers: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Point,
    Segment,
    Path { is_open: bool },
    Box,
    Polygon,
    Line,
    Circle,
}

/// Why a text is none: it is spelled wrong, or a number of it is too large.
enum Flaw {
    Syntax,
    Error(Error),
}

impl From<Error> for Flaw {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Whether the type is a geometric one.
pub(super) fn is_geometric(of: &Type) -> bool {
    sort(of).is_some()
}

fn sort(of: &Type) -> Option<Sort> {
    Some(match *of {
        Type::POINT => Sort::Point,
        Type::LSEG => Sort::Segment,
        Type::PATH => Sort::Path { is_open: false },
        Type::BOX => Sort::Box,
        Type::POLYGON => Sort::Polygon,
        Type::LINE => Sort::Line,
        Type::CIRCLE => Sort::Circle,
        _ => return None,
    })
}

impl Geometry {
    /// Reads a text as PostgreSQL reads it for the type.
    ///
    /// # Errors
    /// 22P02, and 22003 for a number that is none.
    pub(super) fn read(text: &str, of: &Type) -> Result<Self> {
        let mut parser = Parser { rest: text, of };
        let read = parser.geometry().and_then(|geometry| {
            parser.skip_blanks();
            match parser.rest {
                "" => Ok(geometry),
                _ => Err(Flaw::Syntax),
            }
        });
        read.map_err(|flaw| match flaw {
            Flaw::Syntax => refusal::syntax(of, text),
            Flaw::Error(error) => error,
        })
    }

    /// As the output functions write it.
    pub(super) fn write(&self, out: &mut impl Write, digits: FloatDigits) -> fmt::Result {
        let numbers = &self.numbers;
        match self.sort {
            Sort::Point | Sort::Box => write_points(numbers, out, digits),
            Sort::Segment | Sort::Path { is_open: true } => {
                out.write_char('[')?;
                write_points(numbers, out, digits)?;
                out.write_char(']')
            }
            Sort::Path { is_open: false } | Sort::Polygon => {
                out.write_char('(')?;
                write_points(numbers, out, digits)?;
                out.write_char(')')
            }
            Sort::Line => {
                out.write_char('{')?;
                write_numbers(numbers, out, digits)?;
                out.write_char('}')
            }
            Sort::Circle => {
                out.write_char('<')?;
                write_points(&numbers[..2], out, digits)?;
                out.write_char(',')?;
                write_numbers(&numbers[2..], out, digits)?;
                out.write_char('>')
            }
        }
    }

    /// As the receive functions of the types.
    ///
    /// # Errors
    /// 08P01 when the bytes end too soon, 22P03 for numbers that make none.
    pub(super) fn read_binary(reader: &mut Reader<'_>, of: &Type) -> Result<Self> {
        let flawed = |what: &str| {
            refusal::binary(format!(
                "invalid {what} in external \"{}\" value",
                type_name(of)
            ))
        };
        let sort = match sort(of) {
            Some(Sort::Path { .. }) => Sort::Path {
                is_open: reader.u8()? == 0,
            },
            Some(sort) => sort,
            None => return Err(Error::internal(format!("{} is no geometry", type_name(of)))),
        };
        let count = match sort {
            Sort::Point => 2,
            Sort::Segment | Sort::Box => 4,
            Sort::Line | Sort::Circle => 3,
            Sort::Path { .. } | Sort::Polygon => {
                let points = reader.i32()?;
                let points = usize::try_from(points).ok().filter(|points| *points > 0);
                let points = points.ok_or_else(|| flawed("number of points"))?;
                // Every point takes its bytes: the count alone makes no room.
                if points > reader.len() / 16 {
                    return Err(refusal::too_short());
                }
                points * 2
            }
        };
        let numbers = (0..count).map(|_| reader.f64());
        let mut numbers: Vec<f64> = numbers.collect::<Result<_>>()?;
        match sort {
            Sort::Box => order_corners(&mut numbers),
            Sort::Circle if numbers[2] < 0.0 => return Err(flawed("radius")),
            Sort::Line if is_no_line(&numbers) => {
                let message = "invalid line specification: A and B cannot both be zero";
                return Err(refusal::binary(message));
            }
            _ => {}
        }
        Ok(Self { sort, numbers })
    }

    /// As the send functions of the types.
    pub(super) fn write_binary(&self, out: &mut BytesMut) {
        if let Sort::Path { is_open } = self.sort {
            out.put_u8(u8::from(!is_open));
        }
        if matches!(self.sort, Sort::Path { .. } | Sort::Polygon) {
            let points = i32::try_from(self.numbers.len() / 2);
            out.put_i32(points.expect("a geometry has fewer points than 2^31"));
        }
        self.numbers.iter().for_each(|number| out.put_f64(*number));
    }

    /// About how much memory its numbers take (in bytes).
    pub(super) fn bytes(&self) -> usize {
        self.numbers.len() * size_of::<f64>()
    }
}

/// The upper right corner comes first.
fn order_corners(corners: &mut [f64]) {
    for axis in 0..2 {
        if corners[axis] < corners[axis + 2] {
            corners.swap(axis, axis + 2);
        }
    }
}

/// Whether the equation is that of no line.
fn is_no_line(numbers: &[f64]) -> bool {
    // The distance from zero that PostgreSQL takes for none.
    numbers[..2].iter().all(|number| number.abs() <= 1e-6)
}

fn write_points(numbers: &[f64], out: &mut impl Write, digits: FloatDigits) -> fmt::Result {
    for (index, point) in numbers.chunks(2).enumerate() {
        out.write_str(if index > 0 { ",(" } else { "(" })?;
        write_numbers(point, out, digits)?;
        out.write_char(')')?;
    }
    Ok(())
}

fn write_numbers(numbers: &[f64], out: &mut impl Write, digits: FloatDigits) -> fmt::Result {
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            out.write_char(',')?;
        }
        write_float(*number, out, digits)?;
    }
    Ok(())
}

/// What is left of a text.
struct Parser<'a> {
    rest: &'a str,
    of: &'a Type,
}

impl Parser<'_> {
    fn geometry(&mut self) -> Result<Geometry, Flaw> {
        let sort = sort(self.of).ok_or(Flaw::Syntax)?;
        let (sort, numbers) = match sort {
            Sort::Point => (sort, self.pair()?.to_vec()),
            Sort::Segment => (sort, self.points(2, true)?.0),
            Sort::Box => {
                let (mut corners, _) = self.points(2, false)?;
                order_corners(&mut corners);
                (sort, corners)
            }
            Sort::Polygon => {
                let count = self.count()?;
                (sort, self.points(count, false)?.0)
            }
            Sort::Path { .. } => {
                let count = self.count()?;
                let is_enclosed = self.is_only_bracket();
                if is_enclosed {
                    self.take('(');
                }
                let (points, is_open) = self.points(count, true)?;
                if is_enclosed {
                    self.expect(')')?;
                }
                (Sort::Path { is_open }, points)
            }
            Sort::Line => (sort, self.line()?),
            Sort::Circle => (sort, self.circle()?),
        };
        Ok(Geometry { sort, numbers })
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    /// Whether this is what comes next; it is skipped.
    fn take(&mut self, mark: char) -> bool {
        self.skip_blanks();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, mark: char) -> Result<(), Flaw> {
        match self.take(mark) {
            true => Ok(()),
            false => Err(Flaw::Syntax),
        }
    }

    /// Whether the next bracket is the only one.
    fn is_only_bracket(&mut self) -> bool {
        self.skip_blanks();
        self.rest.starts_with('(') && self.rest.rfind('(') == Some(0)
    }

    /// As many points as there are pairs.
    fn count(&self) -> Result<usize, Flaw> {
        match self.rest.matches(',').count() {
            commas if commas % 2 == 1 => Ok(commas.div_ceil(2)),
            _ => Err(Flaw::Syntax),
        }
    }

    fn number(&mut self) -> Result<f64, Flaw> {
        self.skip_blanks();
        let ends = |c: char| {
            is_space(c) || matches!(c, ',' | '(' | ')' | '[' | ']' | '<' | '>' | '{' | '}')
        };
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        match read_float(number) {
            Err(error) if error.sqlstate() == "22P02" => Err(Flaw::Syntax),
            read => Ok(read?),
        }
    }

    /// Two numbers, perhaps in brackets.
    fn pair(&mut self) -> Result<[f64; 2], Flaw> {
        let has_bracket = self.take('(');
        let x = self.number()?;
        self.expect(',')?;
        let y = self.number()?;
        if has_bracket {
            self.expect(')')?;
        }
        Ok([x, y])
    }

    /// So many points, perhaps in brackets of their own, and whether these are square.
    fn points(&mut self, count: usize, may_be_open: bool) -> Result<(Vec<f64>, bool), Flaw> {
        let is_open = self.take('[');
        if is_open && !may_be_open {
            return Err(Flaw::Syntax);
        }
        let mut is_closed = false;
        if !is_open {
            let is_only = self.is_only_bracket();
            let inner = self.rest.strip_prefix('(');
            let is_nested =
                inner.is_some_and(|inner| inner.trim_start_matches(is_space).starts_with('('));
            is_closed = (is_only || is_nested) && self.take('(');
        }
        let mut points = Vec::new();
        for _ in 0..count {
            points.extend(self.pair()?);
            self.take(',');
        }
        // A square bracket may be closed by a round one.
        if is_closed || is_open && !self.take(']') {
            self.expect(')')?;
        }
        Ok((points, is_open))
    }

    /// `{A,B,C}`, or two points of it.
    fn line(&mut self) -> Result<Vec<f64>, Flaw> {
        let flawed = |what: &str| {
            Flaw::Error(Error::new(
                ErrorKind::InvalidValue(Value::Text),
                format!("invalid line specification: {what}"),
            ))
        };
        if self.take('{') {
            let mut numbers = vec![self.number()?];
            for _ in 0..2 {
                self.expect(',')?;
                numbers.push(self.number()?);
            }
            self.expect('}')?;
            return match is_no_line(&numbers) {
                false => Ok(numbers),
                true => Err(flawed("A and B cannot both be zero")),
            };
        }
        let (points, _) = self.points(2, true)?;
        let [x, y, other_x, other_y] = points[..] else {
            return Err(Flaw::Syntax);
        };
        let same = |one: f64, other: f64| one == other || (one - other).abs() <= 1e-6;
        match (same(x, other_x), same(y, other_y)) {
            (true, true) => Err(flawed("must be two distinct points")),
            (true, false) => Ok(vec![-1.0, 0.0, x]),
            (false, true) => Ok(vec![0.0, -1.0, y]),
            (false, false) => {
                let slope = (y - other_y) / (x - other_x);
                // Zero has no sign here.
                Ok(vec![slope, -1.0, y - slope * x + 0.0])
            }
        }
    }

    /// `<(x,y),r>`, `((x,y),r)`, `(x,y),r` or `x,y,r`
    fn circle(&mut self) -> Result<Vec<f64>, Flaw> {
        let close = match self.take('<') {
            true => Some('>'),
            false => {
                self.skip_blanks();
                let inner = self.rest.strip_prefix('(');
                let is_nested =
                    inner.is_some_and(|inner| inner.trim_start_matches(is_space).starts_with('('));
                (is_nested && self.take('(')).then_some(')')
            }
        };
        let [x, y] = self.pair()?;
        self.take(',');
        let radius = self.number()?;
        if radius < 0.0 {
            return Err(Flaw::Syntax);
        }
        if let Some(close) = close {
            self.expect(close)?;
        }
        Ok(vec![x, y, radius])
    }
}
