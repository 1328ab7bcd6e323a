//! Functions that show PostgreSQL's own functions.

use crate::query::catalog::cell::*;
use crate::query::catalog::objects::{Part, Proc};
use crate::query::catalog::type_catalog;
use crate::query::function::{Arguments, Function};
use crate::relation::{Type, Value};
use crate::schema::quote_ident;

const OID: Type = Type::OID;
const TEXT: Type = Type::TEXT;

pub(in crate::query) static PROCEDURES: &[Function] = &[
    Function::row("pg_get_function_arguments", &[OID], TEXT, |_, values| {
        Ok(shown(values.oid(0), |own| arguments(own, true)))
    }),
    Function::row(
        "pg_get_function_identity_arguments",
        &[OID],
        TEXT,
        |_, values| Ok(shown(values.oid(0), |own| arguments(own, false))),
    ),
    Function::row("pg_get_function_result", &[OID], TEXT, |_, values| {
        Ok(shown(values.oid(0), result))
    }),
    Function::row("pg_get_function_sqlbody", &[OID], TEXT, |_, values| {
        let own = Proc::of_oid(values.oid(0));
        Ok(maybe(own.and_then(|own| {
            own.part(Part::Body).map(ToOwned::to_owned)
        })))
    }),
    Function::row(
        "pg_get_function_arg_default",
        &[OID, Type::INT4],
        TEXT,
        |_, values| {
            let own = Proc::of_oid(values.oid(0));
            let place = usize::try_from(i64::from(values.int4(1)) - 1).ok();
            let default = own.zip(place).and_then(|(own, place)| {
                let taken = own
                    .parameters()
                    .into_iter()
                    .filter(|one| is_taken(one.mode));
                taken.into_iter().nth(place)?.default
            });
            Ok(maybe(default))
        },
    ),
    Function::row("pg_get_functiondef", &[OID], TEXT, |_, values| {
        Ok(shown(values.oid(0), definition))
    }),
];

fn shown(function: u32, show: impl FnOnce(&Proc) -> String) -> Value {
    maybe(Proc::of_oid(function).map(|own| show(&own)))
}

/// Whether it is something that the function is called with.
fn is_taken(mode: char) -> bool {
    matches!(mode, 'i' | 'b' | 'v')
}

fn arguments(own: &Proc, with_defaults: bool) -> String {
    let parameters = own.parameters().into_iter();
    // Columns of a table are told with the result.
    let parameters = parameters.filter(|one| one.mode != 't' && (with_defaults || one.mode != 'o'));
    let spelled = parameters.map(|one| {
        let mode = match one.mode {
            'o' => "OUT ",
            'b' => "INOUT ",
            'v' => "VARIADIC ",
            _ => "",
        };
        let name = match one.name.as_str() {
            "" => String::new(),
            name => format!("{} ", quote_ident(name)),
        };
        let default = match (with_defaults, &one.default) {
            (true, Some(default)) => format!(" DEFAULT {default}"),
            _ => String::new(),
        };
        format!(
            "{mode}{name}{}{default}",
            type_catalog::spelled(one.type_oid, -1)
        )
    });
    spelled.collect::<Vec<_>>().join(", ")
}

fn result(own: &Proc) -> String {
    let parameters = own.parameters();
    let columns: Vec<_> = parameters
        .iter()
        .filter(|one| one.mode == 't')
        .map(|one| {
            let of = type_catalog::spelled(one.type_oid, -1);
            format!("{} {of}", quote_ident(&one.name))
        })
        .collect();
    if !columns.is_empty() {
        return format!("TABLE({})", columns.join(", "));
    }
    let returns = own.part(Part::Returns).and_then(|oid| oid.parse().ok());
    let set = if own.part(Part::ReturnsSet) == Some("t") {
        "SETOF "
    } else {
        ""
    };
    format!("{set}{}", type_catalog::spelled(returns.unwrap_or(0), -1))
}

fn definition(own: &Proc) -> String {
    let part = |part| own.part(part).unwrap_or_default();
    let language = own.language();
    let mut traits: Vec<String> = Vec::new();
    traits.extend(match part(Part::Volatility) {
        "i" => Some("IMMUTABLE".to_owned()),
        "s" => Some("STABLE".to_owned()),
        _ => None,
    });
    traits.extend(match part(Part::Parallel) {
        "s" => Some("PARALLEL SAFE".to_owned()),
        "r" => Some("PARALLEL RESTRICTED".to_owned()),
        _ => None,
    });
    if part(Part::IsStrict) == "t" {
        traits.push("STRICT".to_owned());
    }
    let usual_cost = if language == "sql" { "100" } else { "1" };
    if part(Part::Cost) != usual_cost {
        traits.push(format!("COST {}", part(Part::Cost)));
    }
    if !matches!(part(Part::Rows), "0" | "1000") {
        traits.push(format!("ROWS {}", part(Part::Rows)));
    }
    let traits = match traits.is_empty() {
        true => String::new(),
        false => format!("\n {}", traits.join(" ")),
    };
    let body = match own.part(Part::Body) {
        Some(body) => body.to_owned(),
        None => format!("AS $function${}$function$", part(Part::Source)),
    };
    let sort = if part(Part::Kind) == "p" {
        "PROCEDURE"
    } else {
        "FUNCTION"
    };
    format!(
        "CREATE OR REPLACE {sort} pg_catalog.{}({})\n RETURNS {}\n LANGUAGE {language}{traits}\n{body}\n",
        quote_ident(part(Part::Name)),
        arguments(own, true),
        result(own),
    )
}
