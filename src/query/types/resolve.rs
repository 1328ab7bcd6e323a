//! Which function a call or an operator means (PostgreSQL manual, 10.2 and 10.3).

use super::category::{array_of, base, category, element_of, is_preferred};
use super::coercion::{Coercion, can_cast};
use super::polymorphic::{Bindings, is_polymorphic};
use super::unoffered;
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::query::function::Function;
use crate::relation::{Field, Kind, Type, type_name};

/// A function that was found for some arguments.
#[derive(Clone)]
pub(in crate::query) struct Resolved {
    /// The function.
    pub(in crate::query) function: &'static Function,
    /// What each argument is to be cast to, implicitly. No polymorphic type is
    /// among them.
    pub(in crate::query) parameters: Vec<Type>,
    /// The type of what it answers.
    pub(in crate::query) returns: Type,
    /// Whether each element of the last argument is an argument.
    pub(in crate::query) is_spread: bool,
}

/// A candidate and the types that it declares for so many arguments.
#[derive(Clone)]
struct Candidate {
    function: &'static Function,
    declared: Vec<Type>,
}

/// The function of this name that is called with such arguments.
///
/// # Errors
/// 42883 when there is none, 0A000 when PostgreSQL has one, 42725 when there is more than one, 42804 when nothing
/// tells what a polymorphic type is.
pub(in crate::query) fn resolve(
    name: &str,
    candidates: &[&'static Function],
    arguments: &[Type],
) -> Result<Resolved> {
    let candidates = declared(candidates, arguments.len());
    let call = || {
        let types: Vec<_> = arguments.iter().map(type_name).collect();
        format!("{name}({})", types.join(", "))
    };
    match best(candidates, arguments) {
        Found::One(candidate) => concrete(candidate, arguments),
        Found::None => Err(unoffered::function(name, &call()).unwrap_or_else(|| {
            Error::new(
                ErrorKind::NotFound(Object::Function),
                format!("function {} does not exist", call()),
            )
            .with_hint(
                "No function matches the given name and argument types. \
                 You might need to add explicit type casts.",
            )
        })),
        Found::Many => Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::AmbiguousFunction),
            format!("function {} is not unique", call()),
        )
        .with_hint(
            "Could not choose a best candidate function. \
             You might need to add explicit type casts.",
        )),
    }
}

/// The same for a call whose last argument is an array, each element of which is an
/// argument.
///
/// # Errors
/// As [`resolve`]; 42804 for what is no array.
pub(in crate::query) fn resolve_spread(
    name: &str,
    candidates: &[&'static Function],
    arguments: &[Type],
) -> Result<Resolved> {
    let repeating = candidates.iter().filter(|function| function.is_variadic);
    let repeating = repeating.filter(|function| function.parameters.len() == arguments.len());
    let candidates = repeating.filter_map(|function| {
        let (last, first) = function.parameters.split_last()?;
        let mut declared = first.to_vec();
        declared.push(match *last {
            Type::ANY => Type::ANYARRAY,
            ref of => array_of(of)?,
        });
        Some(Candidate { function, declared })
    });
    let candidates: Vec<Candidate> = candidates.collect();
    let takes_any = |candidate: &Candidate| candidate.declared.last() == Some(&Type::ANYARRAY);
    let is_array = arguments
        .last()
        .is_some_and(|last| element_of(last).is_some());
    if !is_array && !candidates.is_empty() && candidates.iter().all(takes_any) {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::TypeMismatch),
            "VARIADIC argument must be an array",
        ));
    }
    match best(candidates, arguments) {
        Found::One(candidate) => Ok(Resolved {
            is_spread: true,
            ..concrete(candidate, arguments)?
        }),
        Found::None | Found::Many => resolve(name, &[], arguments),
    }
}

/// The operator of this symbol between such operands; without a left one it stands
/// before its operand.
///
/// # Errors
/// As [`resolve`].
pub(in crate::query) fn resolve_operator(
    symbol: &str,
    candidates: &[&'static Function],
    left: Option<&Type>,
    right: Option<&Type>,
) -> Result<Resolved> {
    let operands: Vec<Type> = left.into_iter().chain(right).cloned().collect();
    let candidates = declared(candidates, operands.len());
    // Of two operands, one without a type is taken for one of the other's.
    if let [one, other] = &operands[..] {
        let alike = match (one, other) {
            (&Type::UNKNOWN, other) => other,
            (one, _) => one,
        };
        let is_alike = |of: &Type| *of == Type::UNKNOWN || of == alike;
        if operands.iter().all(is_alike) {
            let declares =
                |candidate: &&Candidate| candidate.declared.iter().all(|of| of == base(alike));
            if let Some(found) = candidates.iter().find(declares) {
                return concrete(found.clone(), &operands);
            }
        }
    }
    let call = || match (left, right) {
        (Some(left), Some(right)) => {
            format!("{} {symbol} {}", type_name(left), type_name(right))
        }
        _ => {
            let operand = operands.first().map(type_name);
            format!("{symbol} {}", operand.unwrap_or_default())
        }
    };
    match best(candidates, &operands) {
        Found::One(candidate) => concrete(candidate, &operands),
        Found::None => Err(
            unoffered::operator(symbol, &operands, &call()).unwrap_or_else(|| {
                Error::new(
                    ErrorKind::NotFound(Object::Function),
                    format!("operator does not exist: {}", call()),
                )
                .with_hint(match operands.len() {
                    1 => {
                        "No operator matches the given name and argument type. \
                      You might need to add an explicit type cast."
                    }
                    _ => {
                        "No operator matches the given name and argument types. \
                      You might need to add explicit type casts."
                    }
                })
            }),
        ),
        Found::Many => Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::AmbiguousFunction),
            format!("operator is not unique: {}", call()),
        )
        .with_hint(
            "Could not choose a best candidate operator. \
             You might need to add explicit type casts.",
        )),
    }
}

/// How many candidates are the best.
enum Found {
    None,
    One(Candidate),
    Many,
}

/// The candidates that take so many arguments. One that repeats its last parameter
/// gives way to one that says the same without.
fn declared(functions: &[&'static Function], count: usize) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let (repeating, plain): (Vec<_>, Vec<_>) = functions
        .iter()
        .copied()
        .partition(|function| function.is_variadic);
    for function in plain {
        if function.parameters.len() == count {
            candidates.push(Candidate {
                function,
                declared: function.parameters.to_vec(),
            });
        }
    }
    for function in repeating {
        let Some((last, first)) = function.parameters.split_last() else {
            continue;
        };
        if count > first.len() {
            let mut declared = first.to_vec();
            declared.resize(count, last.clone());
            if candidates.iter().all(|other| other.declared != declared) {
                candidates.push(Candidate { function, declared });
            }
        }
    }
    candidates
}

/// The candidate that takes exactly these arguments, or else the one that is
/// nearest among those that they can become.
fn best(candidates: Vec<Candidate>, arguments: &[Type]) -> Found {
    let exact = candidates
        .iter()
        .find(|candidate| candidate.declared == arguments);
    if let Some(exact) = exact {
        return Found::One(exact.clone());
    }
    let mut matching = candidates;
    matching.retain(|candidate| takes(&candidate.declared, arguments));
    match matching.len() {
        0 => Found::None,
        1 => Found::One(matching.remove(0)),
        _ => nearest(matching, arguments).map_or(Found::Many, Found::One),
    }
}

/// Whether the arguments become what is declared, implicitly.
fn takes(declared: &[Type], arguments: &[Type]) -> bool {
    let becomes =
        |(to, from): (&Type, &Type)| is_polymorphic(to) || can_cast(from, to, Coercion::Implicit);
    declared.iter().zip(arguments).all(becomes) && Bindings::find(declared, arguments).is_some()
}

/// The one that the rules of steps 4.c to 4.f leave (`func_select_candidate` in
/// PostgreSQL's `parse_func.c`).
fn nearest(mut candidates: Vec<Candidate>, arguments: &[Type]) -> Option<Candidate> {
    let arguments: Vec<&Type> = arguments.iter().map(base).collect();
    let is_known = |of: &Type| *of != Type::UNKNOWN;
    let knowns = || (0..arguments.len()).filter(|place| is_known(arguments[*place]));
    let unknowns = || (0..arguments.len()).filter(|place| !is_known(arguments[*place]));

    // c. Those with the most exact matches.
    keep_best(&mut candidates, |declared| {
        let exact = knowns().filter(|place| declared[*place] == *arguments[*place]);
        exact.count()
    });
    // d. Those with the most preferred types where a cast is needed.
    keep_best(&mut candidates, |declared| {
        let good = knowns().filter(|place| {
            let (to, from) = (&declared[*place], arguments[*place]);
            to == from || category(to) == category(from) && is_preferred(to)
        });
        good.count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }
    // e. What has no type gets the category that all take, texts first.
    let slots: Option<Vec<_>> = unknowns()
        .map(|place| Some((place, slot(&candidates, place)?)))
        .collect();
    if let Some(slots) = slots {
        let fits = |candidate: &Candidate| {
            slots.iter().all(|(place, (sort, has_preferred))| {
                let of = &candidate.declared[*place];
                category(of) == *sort && (!has_preferred || is_preferred(of))
            })
        };
        if candidates.iter().any(fits) {
            candidates.retain(fits);
        }
        if candidates.len() == 1 {
            return candidates.pop();
        }
    }
    // f. If all others are of one type, it is of that one too.
    let known = arguments[knowns().next()?];
    if unknowns().next().is_none() || knowns().any(|place| arguments[place] != known) {
        return None;
    }
    let alike = vec![known.clone(); arguments.len()];
    candidates.retain(|candidate| takes(&candidate.declared, &alike));
    match candidates.len() {
        1 => candidates.pop(),
        _ => None,
    }
}

/// Leaves the candidates with the highest score.
fn keep_best(candidates: &mut Vec<Candidate>, score: impl Fn(&[Type]) -> usize) {
    let best = candidates
        .iter()
        .map(|candidate| score(&candidate.declared));
    let best = best.max().unwrap_or(0);
    candidates.retain(|candidate| score(&candidate.declared) == best);
}

/// The category of a place where nothing is known, and whether a candidate has the
/// preferred type of it there; nothing when they are of different ones and none
/// takes texts.
fn slot(candidates: &[Candidate], place: usize) -> Option<(char, bool)> {
    let types = || {
        candidates
            .iter()
            .map(|candidate| &candidate.declared[place])
    };
    let first = category(types().next()?);
    let sort = if types().any(|of| category(of) == 'S') {
        'S'
    } else if types().all(|of| category(of) == first) {
        first
    } else {
        return None;
    };
    let has_preferred = types().any(|of| category(of) == sort && is_preferred(of));
    Some((sort, has_preferred))
}

/// The candidate with polymorphic types as the arguments tell them.
fn concrete(candidate: Candidate, arguments: &[Type]) -> Result<Resolved> {
    let Candidate { function, declared } = candidate;
    let bindings = Bindings::find(&declared, arguments).unwrap_or_default();
    let parameters = declared.iter().zip(arguments);
    let parameters = parameters
        .map(|(declared, argument)| bindings.parameter(declared, argument))
        .collect::<Result<_>>()?;
    let returns = match function.columns {
        [] | [_] => bindings.concrete(&function.returns)?,
        columns => row_of(columns, &bindings)?,
    };
    Ok(Resolved {
        function,
        parameters,
        returns,
        is_spread: false,
    })
}

/// The type of the rows of a function that answers rows.
fn row_of(columns: &[(&str, Type)], bindings: &Bindings) -> Result<Type> {
    let fields = columns
        .iter()
        .map(|(name, of)| Ok(Field::new((*name).to_owned(), bindings.concrete(of)?)))
        .collect::<Result<_>>()?;
    Ok(Type::new(
        Type::RECORD.name().to_owned(),
        Type::RECORD.oid(),
        Kind::Composite(fields),
        Type::RECORD.schema().to_owned(),
    ))
}
