//! From a text to its type.

use std::collections::HashSet;
use std::str::FromStr;

use super::scalar::ScalarName;
use super::scanner::{Scanner, Token};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::schema::shape::{check_key, no_default, nullable_key, too_deep, too_many_fields};
use crate::schema::{
    DataType, ELEMENT, Field, FieldId, KEY, Literal, MAX_DEPTH, MAX_FIELDS, Name, VALUE,
};

impl FromStr for DataType {
    type Err = Error;

    /// Reads a type: PostgreSQL's names, what [`DataType`] displays, and the
    /// spellings users of other engines type (`INT64`, `STRING`, `DATETIME`,
    /// `ROW(a int)`, `LIST<text>`).
    ///
    /// # Errors
    /// Each with its position in the text: 42704 for a name of no type, with
    /// the nearest name as the hint; 42601 for what breaks the grammar; 22023
    /// for a length or precision out of range; 42701 for a field named twice;
    /// 54001 for a type nested deeper than [`MAX_DEPTH`], 54011 for one of
    /// more than [`MAX_FIELDS`] fields; 0A000 for map keys that have parts, for
    /// times of day with a zone and for what only columns have; and what
    /// [`Literal::coerce`] says of a field's default.
    fn from_str(text: &str) -> Result<Self> {
        let mut grammar = Grammar::new(text);
        let (data_type, _) = grammar.data_type(0)?;
        match grammar.scanner.token() {
            Token::End if grammar.scanner.place() == text.len() => Ok(data_type),
            _ => Err(grammar.scanner.unexpected("the end of the type")),
        }
    }
}

impl DataType {
    /// Reads the type that the text begins with, and where it ends, in bytes.
    ///
    /// # Errors
    /// Those of its `FromStr`.
    pub(crate) fn parse_prefix(text: &str) -> Result<(Self, usize)> {
        let mut grammar = Grammar::new(text);
        let (data_type, _) = grammar.data_type(0)?;
        Ok((data_type, grammar.scanner.read()))
    }

    /// Where the name of a type without parts ends that the text begins with,
    /// in bytes: `timestamp(3) with time zone`, known or not.
    pub(crate) fn name_end(text: &str) -> Option<usize> {
        let mut scanner = Scanner::new(text);
        ScalarName::read(&mut scanner).ok()?;
        Some(scanner.read())
    }
}

struct Grammar<'a> {
    scanner: Scanner<'a>,
    /// How many fields have been read.
    fields: usize,
}

/// A type and how deep it is nested.
type Nested = (DataType, usize);

/// What has been said of a field behind its type.
#[derive(Default)]
struct Said {
    nullable: Option<bool>,
    default: Option<Literal>,
    /// Where the default stands.
    default_place: usize,
}

impl<'a> Grammar<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            scanner: Scanner::new(text),
            fields: 0,
        }
    }

    /// Reads a type within so many others.
    fn data_type(&mut self, level: usize) -> Result<Nested> {
        let (mut data_type, mut depth) = self.without_suffix(level)?;
        loop {
            let place = self.scanner.place();
            let word = self.scanner.accept("ARRAY");
            let brackets = self.scanner.accept_sign('[');
            if !word && !brackets {
                return Ok((data_type, depth));
            }
            if brackets {
                self.size()?;
            }
            self.check_depth(level + depth, place)?;
            self.count_field(place)?;
            data_type = DataType::array(data_type, true);
            depth += 1;
        }
    }

    fn without_suffix(&mut self, level: usize) -> Result<Nested> {
        const NESTED: [&str; 5] = ["STRUCT", "ROW", "ARRAY", "LIST", "MAP"];
        let place = self.scanner.place();
        if let Some(word) = NESTED.iter().find(|word| self.scanner.accept(word)) {
            self.check_depth(level, place)?;
            let close = match self.scanner.accept_sign('(') {
                true => ')',
                false => {
                    self.scanner.expect_sign('<')?;
                    '>'
                }
            };
            let (data_type, depth) = match *word {
                "STRUCT" | "ROW" => self.members(level + 1, close)?,
                "MAP" => self.entry(level + 1)?,
                _ => self.element(level + 1)?,
            };
            self.scanner.expect_sign(close)?;
            return Ok((data_type, depth + 1));
        }
        let data_type = ScalarName::read(&mut self.scanner)?
            .data_type()
            .map_err(|error| self.scanner.point(error, place))?;
        Ok((data_type, 0))
    }

    /// Reads the members of a struct.
    fn members(&mut self, level: usize, close: char) -> Result<Nested> {
        if self.scanner.token() == Token::Sign(close) {
            let error = self.scanner.unexpected("the name of a field");
            return Err(error.with_hint("A struct has at least one field."));
        }
        let (mut members, mut names, mut depth) = (Vec::new(), HashSet::new(), 0);
        loop {
            let place = self.scanner.place();
            let name = self.scanner.name("the name of a field")?;
            if !names.insert(name.clone()) {
                let error = Error::new(
                    ErrorKind::AlreadyExists(Object::Column),
                    format!("field \"{name}\" specified more than once"),
                );
                return Err(self.scanner.point(error, place));
            }
            self.count_field(place)?;
            self.scanner.accept_sign(':');
            let (data_type, inner) = self.data_type(level)?;
            let said = self.said(&name)?;
            members.push(self.member(name, data_type, said)?);
            depth = depth.max(inner);
            if !self.scanner.accept_sign(',') {
                self.refuse_foreign()?;
                return Ok((DataType::Struct(members), depth));
            }
        }
    }

    fn member(&self, name: Name, data_type: DataType, said: Said) -> Result<Field> {
        let default = match said.default {
            Some(literal) => literal.coerce(&data_type).map_err(|error| {
                let error = error.with_detail(format!("It is the default of field \"{name}\"."));
                self.scanner.point(error, said.default_place)
            })?,
            None => None,
        };
        Ok(Field {
            id: FieldId::UNASSIGNED,
            name,
            data_type,
            nullable: said.nullable.unwrap_or(true),
            default,
        })
    }

    /// Reads the element of an array.
    fn element(&mut self, level: usize) -> Result<Nested> {
        let ((element, depth), said) = self.part(level, ELEMENT)?;
        let nullable = said.nullable.unwrap_or(true);
        Ok((DataType::array(element, nullable), depth))
    }

    /// Reads the key and the value of a map.
    fn entry(&mut self, level: usize) -> Result<Nested> {
        let place = self.scanner.place();
        let ((key, _), said) = self.part(level, KEY)?;
        check_key(&key).map_err(|error| self.scanner.point(error, place))?;
        if said.nullable == Some(true) {
            return Err(self.scanner.point(nullable_key(), place));
        }
        self.scanner.expect_sign(',')?;
        let ((value, depth), said) = self.part(level, VALUE)?;
        let nullable = said.nullable.unwrap_or(true);
        Ok((DataType::map(key, value, nullable), depth))
    }

    /// Reads a part that has no name of its own and so no default.
    fn part(&mut self, level: usize, name: &str) -> Result<(Nested, Said)> {
        self.count_field(self.scanner.place())?;
        let nested = self.data_type(level)?;
        let said = self.said(name)?;
        if said.default.is_some() {
            let error = no_default(name);
            return Err(self.scanner.point(error, said.default_place));
        }
        self.refuse_foreign()?;
        Ok((nested, said))
    }

    /// Reads `[NOT] NULL` and `DEFAULT constant`, in any order.
    fn said(&mut self, name: &str) -> Result<Said> {
        let mut said = Said::default();
        loop {
            let place = self.scanner.place();
            let contradiction = |scanner: &Scanner<'_>, what: &str| {
                let message = format!("{what} for field \"{name}\"");
                Err(scanner.point(Error::new(ErrorKind::Syntax, message), place))
            };
            let nullable = match self.scanner.accept("NULL") {
                true => Some(true),
                false => self.scanner.accept_all(&["NOT", "NULL"]).then_some(false),
            };
            if nullable.is_some() {
                if said.nullable.is_some() && said.nullable != nullable {
                    return contradiction(&self.scanner, "conflicting NULL/NOT NULL declarations");
                }
                said.nullable = nullable;
            } else if self.scanner.accept("DEFAULT") {
                if said.default.is_some() {
                    return contradiction(&self.scanner, "multiple default values specified");
                }
                said.default_place = self.scanner.place();
                said.default = Some(self.constant()?);
            } else {
                return Ok(said);
            }
        }
    }

    /// Reads the constant of a default.
    fn constant(&mut self) -> Result<Literal> {
        let mut ahead = self.scanner;
        let minus = ahead.accept_sign('-');
        let signed = minus || ahead.accept_sign('+');
        let literal = match ahead.token() {
            Token::Number(digits) => format!("{}{digits}", if minus { "-" } else { "" })
                .parse()
                .ok(),
            Token::Text(text) if text.contains('\0') => return Err(ahead.nul()),
            Token::Word(text) | Token::Text(text) if !signed => text.parse().ok(),
            _ => None,
        };
        match literal {
            Some(literal) => {
                ahead.advance();
                self.scanner = ahead;
                Ok(literal)
            }
            None => Err(self
                .scanner
                .unexpected("a number, a string in single quotes, TRUE, FALSE or NULL")),
        }
    }

    /// Stops at what columns have and their parts have not.
    fn refuse_foreign(&self) -> Result<()> {
        const FOREIGN: [(&str, &str); 9] = [
            ("COMMENT", "COMMENT"),
            ("UNIQUE", "UNIQUE"),
            ("PRIMARY", "PRIMARY KEY"),
            ("CONSTRAINT", "CONSTRAINT"),
            ("CHECK", "CHECK"),
            ("REFERENCES", "REFERENCES"),
            ("GENERATED", "GENERATED"),
            ("COLLATE", "COLLATE"),
            ("OPTIONS", "OPTIONS"),
        ];
        match FOREIGN.iter().find(|(word, _)| self.scanner.is(word)) {
            Some((_, what)) => {
                let error = Error::unsupported(
                    format!("{what} inside a type"),
                    "The parts of a type have a name, a type, NOT NULL and DEFAULT.",
                );
                Err(self.scanner.point(error, self.scanner.place()))
            }
            None => Ok(()),
        }
    }

    /// Reads the rest of `[3]`; like PostgreSQL's, arrays are of any size.
    fn size(&mut self) -> Result<()> {
        if let Token::Number(number) = self.scanner.token()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.scanner.advance();
        }
        self.scanner.expect_sign(']')
    }

    /// Checks that another nested type may begin within so many levels.
    fn check_depth(&self, level: usize, place: usize) -> Result<()> {
        match level < MAX_DEPTH {
            true => Ok(()),
            false => Err(self.scanner.point(too_deep(), place)),
        }
    }

    fn count_field(&mut self, place: usize) -> Result<()> {
        self.fields += 1;
        match self.fields <= MAX_FIELDS {
            true => Ok(()),
            false => Err(self.scanner.point(too_many_fields(), place)),
        }
    }
}
