//! From PostgreSQL's syntax to the library's.

use super::Options;
use super::regex::refused;
use crate::error::Result;

/// An expression in the library's syntax.
pub(super) struct Translated {
    pub(super) pattern: String,
    /// Whether the first match may not be the longest: there are alternatives, and
    /// no quantifier wants the shortest.
    pub(super) has_choice: bool,
}

/// The largest number of a bound.
const MAX_BOUND: u32 = 255;

pub(super) fn translate(pattern: &str, mut options: Options) -> Result<Translated> {
    let mut rest = pattern;
    if let Some(literal) = rest.strip_prefix("***=") {
        (rest, options.is_literal) = (literal, true);
    } else if let Some(advanced) = rest.strip_prefix("***:") {
        rest = advanced;
    } else if rest.starts_with("***") {
        return Err(refused("invalid regexp (reg version 0.8)"));
    }
    if !options.is_literal
        && let Some(embedded) = rest.strip_prefix("(?")
        && embedded.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        let (letters, after) = embedded
            .split_once(')')
            .ok_or_else(|| refused("invalid embedded option"))?;
        if !letters.chars().all(|letter| options.set(letter)) {
            return Err(refused("invalid embedded option"));
        }
        rest = after;
    }
    let mut pattern = String::from(if options.dot_stops { "(?-s" } else { "(?s" });
    pattern.push_str(if options.ignores_case { "i)" } else { ")" });
    if options.is_literal {
        pattern.push_str(&::regex::escape(rest));
        return Ok(Translated {
            pattern,
            has_choice: false,
        });
    }
    let mut translator = Translator {
        rest,
        options,
        out: pattern,
        groups: Vec::new(),
        whole: Preference::default(),
        closed: None,
        greedy: Vec::new(),
        has_operand: false,
        has_choice: false,
        is_lazy: false,
    };
    while translator.step()? {}
    if !translator.groups.is_empty() {
        return Err(refused("parentheses () not balanced"));
    }
    Ok(translator.finish())
}

/// Whether a part of an expression wants the longest match or the shortest: what
/// its first quantifier wants; with alternatives always the longest.
#[derive(Clone, Copy, Default)]
struct Preference {
    first: Option<Wanted>,
    has_choice: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Longest,
    Shortest,
}

impl Preference {
    fn wanted(self) -> Option<Wanted> {
        match self.has_choice {
            true => Some(Wanted::Longest),
            false => self.first,
        }
    }
}

struct Translator<'a> {
    rest: &'a str,
    options: Options,
    out: String,
    /// Where the open groups begin in what is written, and what they want.
    groups: Vec<(usize, Preference)>,
    /// What the expression wants.
    whole: Preference,
    /// The group that was closed right before.
    closed: Option<(usize, Preference)>,
    /// Where the quantifiers that want the longest end in what is written.
    greedy: Vec<usize>,
    /// Whether something stands before that can be repeated.
    has_operand: bool,
    has_choice: bool,
    is_lazy: bool,
}

impl Translator<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, prefix: &str) -> bool {
        let after = self.rest.strip_prefix(prefix);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn finish(mut self) -> Translated {
        self.settle(None);
        if self.whole.wanted() == Some(Wanted::Shortest) {
            // Then all of them do.
            for end in self.greedy.into_iter().rev() {
                self.out.insert(end, '?');
            }
        }
        Translated {
            pattern: self.out,
            has_choice: self.has_choice && !self.is_lazy,
        }
    }

    /// The part that is being read, innermost.
    fn part(&mut self) -> &mut Preference {
        match self.groups.last_mut() {
            Some((_, preference)) => preference,
            None => &mut self.whole,
        }
    }

    /// Notes what a quantifier wants of the atom before it; without one a group
    /// wants what is within it.
    fn settle(&mut self, quantifier: Option<Wanted>) {
        let group = self.closed.take();
        let wanted = quantifier.or_else(|| group.and_then(|(_, group)| group.wanted()));
        let part = self.part();
        part.first = part.first.or(wanted);
    }

    /// An atom that stands for itself or more.
    fn atom(&mut self, text: &str) {
        self.settle(None);
        self.out.push_str(text);
        self.has_operand = true;
    }

    /// What has no width and cannot be repeated.
    fn constraint(&mut self, text: &str) {
        self.settle(None);
        self.out.push_str(text);
        self.has_operand = false;
    }

    fn literal(&mut self, c: char) {
        let mut buffer = [0; 4];
        let escaped = ::regex::escape(c.encode_utf8(&mut buffer));
        self.atom(&escaped);
    }

    /// Translates the next piece; false at the end.
    fn step(&mut self) -> Result<bool> {
        let Some(c) = self.next() else {
            return Ok(false);
        };
        match c {
            c if self.options.is_expanded && c.is_ascii_whitespace() => (),
            '#' if self.options.is_expanded => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.rest = &self.rest[end..];
            }
            '.' => self.atom("."),
            '^' if self.options.is_by_line => self.constraint("(?m:^)"),
            '^' => self.constraint("\\A"),
            '$' if self.options.is_by_line => self.constraint("(?m:$)"),
            '$' => self.constraint("\\z"),
            '|' => {
                self.constraint("|");
                self.has_choice = true;
                self.part().has_choice = true;
            }
            '(' => self.open()?,
            ')' => {
                self.settle(None);
                let group = self.groups.pop();
                let group = group.ok_or_else(|| refused("parentheses () not balanced"))?;
                (self.closed, self.has_operand) = (Some(group), true);
                self.out.push(')');
            }
            '*' | '+' | '?' => {
                let mut buffer = [0; 4];
                self.quantifier(c.encode_utf8(&mut buffer))?;
            }
            '{' if self.rest.starts_with(|c: char| c.is_ascii_digit()) => self.bound()?,
            '[' if self.take("[:<:]]") => self.constraint("\\b{start}"),
            '[' if self.take("[:>:]]") => self.constraint("\\b{end}"),
            '[' => self.bracket()?,
            '\\' => self.escape()?,
            c => self.literal(c),
        }
        Ok(true)
    }

    fn open(&mut self) -> Result<()> {
        let kinds = ["?:", "?=", "?!", "?<=", "?<!"];
        if self.take("?#") {
            let end = self.rest.find(')');
            let end = end.ok_or_else(|| refused("parentheses () not balanced"))?;
            self.rest = &self.rest[end + 1..];
            return Ok(());
        }
        self.settle(None);
        self.groups.push((self.out.len(), Preference::default()));
        self.has_operand = false;
        self.out.push('(');
        match kinds.iter().find(|kind| self.rest.starts_with(**kind)) {
            Some(kind) => {
                self.rest = &self.rest[kind.len()..];
                self.out.push_str(kind);
            }
            None if self.rest.starts_with('?') => {
                return Err(refused("quantifier operand invalid"));
            }
            None => (),
        }
        Ok(())
    }

    fn quantifier(&mut self, spelled: &str) -> Result<()> {
        if !self.has_operand {
            return Err(refused("quantifier operand invalid"));
        }
        self.has_operand = false;
        let is_lazy = self.take("?");
        self.is_lazy |= is_lazy;
        let wanted = match is_lazy {
            true => Wanted::Shortest,
            false => Wanted::Longest,
        };
        let group = self.closed;
        self.settle(Some(wanted));
        // `(…){1,1}` is how something is asked of a group as a whole.
        if let (Some((start, _)), "{1,1}") = (group, spelled) {
            let (before, within): (Vec<_>, Vec<_>) =
                self.greedy.iter().partition(|end| **end < start);
            self.greedy = before;
            if is_lazy {
                within
                    .iter()
                    .rev()
                    .for_each(|end| self.out.insert(*end, '?'));
            }
            return Ok(());
        }
        self.out.push_str(spelled);
        match is_lazy {
            true => self.out.push('?'),
            false => self.greedy.push(self.out.len()),
        }
        Ok(())
    }

    /// `{m}`, `{m,}`, `{m,n}`
    fn bound(&mut self) -> Result<()> {
        let (inside, after) = self
            .rest
            .split_once('}')
            .ok_or_else(|| refused("braces {} not balanced"))?;
        self.rest = after;
        let number = |text: &str| match text.parse::<u32>() {
            Ok(number) if number <= MAX_BOUND => Ok(number),
            _ => Err(refused("invalid repetition count(s)")),
        };
        let spelled = match inside.split_once(',') {
            None => format!("{{{}}}", number(inside)?),
            Some((least, "")) => format!("{{{},}}", number(least)?),
            Some((least, most)) => {
                let (least, most) = (number(least)?, number(most)?);
                if least > most {
                    return Err(refused("invalid repetition count(s)"));
                }
                format!("{{{least},{most}}}")
            }
        };
        self.quantifier(&spelled)
    }

    fn bracket(&mut self) -> Result<()> {
        let unbalanced = || refused("brackets [] not balanced");
        let mut set = String::from("[");
        if self.take("^") {
            set.push('^');
            set.push_str(if self.options.dot_stops { "\\n" } else { "" });
        }
        let mut is_first = true;
        // The character that a range may begin with, and whether one is open.
        let (mut low, mut in_range) = (None, false);
        loop {
            let mut is_class = false;
            let c = match self.next().ok_or_else(unbalanced)? {
                ']' if !is_first => break,
                '-' if low.is_some() && !in_range && !self.rest.starts_with(']') => {
                    in_range = true;
                    continue;
                }
                '[' if self.take(":") => {
                    let (class, after) = self.rest.split_once(":]").ok_or_else(unbalanced)?;
                    self.rest = after;
                    set.push_str(named_class(class)?);
                    is_class = true;
                    '\0'
                }
                '[' if self.rest.starts_with(['.', '=']) => {
                    let sign = self.next().expect("it was looked at");
                    let element = self.next().ok_or_else(unbalanced)?;
                    let end = format!("{sign}]");
                    if !self.take(&end) {
                        return Err(refused("invalid collating element"));
                    }
                    element
                }
                '\\' => match self.next().ok_or_else(unbalanced)? {
                    'd' => {
                        set.push_str("0-9");
                        is_class = true;
                        '\0'
                    }
                    class @ ('w' | 's') => {
                        set.extend(['\\', class]);
                        is_class = true;
                        '\0'
                    }
                    'D' | 'W' | 'S' => return Err(refused("invalid escape \\ sequence")),
                    c => self.character_escape(c)?,
                },
                c => c,
            };
            is_first = false;
            if in_range {
                let low: char = low.take().expect("a range begins with a character");
                if is_class || low > c {
                    return Err(refused("invalid character range"));
                }
                set.push('-');
                push_in_set(&mut set, c);
                in_range = false;
            } else if is_class {
                low = None;
            } else {
                push_in_set(&mut set, c);
                low = Some(c);
            }
        }
        set.push(']');
        self.atom(&set);
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        let bad = || refused("invalid escape \\ sequence");
        match self.next().ok_or_else(bad)? {
            'd' => self.atom("[0-9]"),
            'D' => self.atom("[^0-9]"),
            's' => self.atom("\\s"),
            'S' => self.atom("\\S"),
            'w' => self.atom("\\w"),
            'W' => self.atom("\\W"),
            'A' => self.constraint("\\A"),
            'Z' => self.constraint("\\z"),
            'm' => self.constraint("\\b{start}"),
            'M' => self.constraint("\\b{end}"),
            'y' => self.constraint("\\b"),
            'Y' => self.constraint("\\B"),
            // In a group of its own, because a digit may follow.
            digit @ '1'..='9' => self.atom(&format!("(?:\\{digit})")),
            c => {
                let c = self.character_escape(c)?;
                self.literal(c);
            }
        }
        Ok(())
    }

    /// The character that a letter behind a backslash stands for.
    fn character_escape(&mut self, c: char) -> Result<char> {
        let bad = || refused("invalid escape \\ sequence");
        Ok(match c {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'B' => '\\',
            'c' => {
                let of = u32::from(self.next().ok_or_else(bad)?);
                char::from_u32(of & 0x1f).ok_or_else(bad)?
            }
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'u' => self.hexadecimal(4, 4)?,
            'U' => self.hexadecimal(8, 8)?,
            'x' => self.hexadecimal(1, 255)?,
            '0' => {
                let digits = self.rest.len()
                    - self
                        .rest
                        .trim_start_matches(|c| matches!(c, '0'..='7'))
                        .len();
                let (digits, after) = self.rest.split_at(digits.min(2));
                self.rest = after;
                u32::from_str_radix(digits, 8)
                    .ok()
                    .and_then(char::from_u32)
                    .unwrap_or('\0')
            }
            c if c.is_ascii_alphanumeric() => return Err(bad()),
            c => c,
        })
    }

    fn hexadecimal(&mut self, least: usize, most: usize) -> Result<char> {
        let bad = || refused("invalid escape \\ sequence");
        let all = self.rest.len()
            - self
                .rest
                .trim_start_matches(|c: char| c.is_ascii_hexdigit())
                .len();
        if all < least {
            return Err(bad());
        }
        let (digits, after) = self.rest.split_at(all.min(most));
        self.rest = after;
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
            .ok_or_else(bad)
    }
}

/// What is inside of `[:…:]`, in the library's words.
fn named_class(name: &str) -> Result<&'static str> {
    Ok(match name {
        "alnum" => "\\p{Alphabetic}\\p{N}",
        "alpha" => "\\p{Alphabetic}",
        "ascii" => "\\x00-\\x7f",
        "blank" => "\\t ",
        "cntrl" => "\\p{Cc}",
        "digit" => "0-9",
        "graph" => "[\\PC&&[^\\s]]",
        "lower" => "\\p{Lowercase}",
        "print" => "\\PC",
        "punct" => "!-/:-@\\[-`{-~\\p{P}\\p{S}",
        "space" => "\\s",
        "upper" => "\\p{Uppercase}",
        "word" => "\\w",
        "xdigit" => "0-9A-Fa-f",
        _ => return Err(refused("invalid character class")),
    })
}

fn push_in_set(set: &mut String, c: char) {
    if matches!(c, '\\' | '[' | ']' | '^' | '-' | '&' | '~') {
        set.push('\\');
    }
    set.push(c);
}
