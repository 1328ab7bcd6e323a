//! What output columns are called that nobody named.

use sqlparser::ast::{self, Expr};

use super::name::folded;

/// The name of an output column, as PostgreSQL finds it (`FigureColname`): that of
/// a column, of a function, of the type of a cast.
pub(super) fn name(expr: &Expr) -> String {
    figure(expr).map_or_else(|| "?column?".to_owned(), |(name, _)| name)
}

/// A name, and whether it is better than that of the type of a cast around it.
fn figure(expr: &Expr) -> Option<(String, bool)> {
    let strong = |name: &str| Some((name.to_owned(), true));
    match expr {
        Expr::Identifier(name) => Some((folded(name), true)),
        Expr::CompoundIdentifier(names) => names.last().map(|name| (folded(name), true)),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let fields = access_chain.iter().rev();
            let mut named = fields.filter_map(|access| match access {
                ast::AccessExpr::Dot(Expr::Identifier(name)) => Some((folded(name), true)),
                _ => None,
            });
            named.next().or_else(|| figure(root))
        }
        Expr::Function(function) => {
            let last = function.name.0.last()?.as_ident()?;
            Some((folded(last), true))
        }
        Expr::Cast {
            expr, data_type, ..
        } => match figure(expr) {
            Some((name, true)) => Some((name, true)),
            _ => Some((super::name::type_word(data_type), false)),
        },
        Expr::TypedString(typed) => Some((super::name::type_word(&typed.data_type), false)),
        Expr::Interval(_) => Some(("interval".to_owned(), false)),
        Expr::Collate { expr, .. } | Expr::Nested(expr) => figure(expr),
        Expr::Case { else_result, .. } => {
            let inner = else_result.as_deref().and_then(figure);
            inner
                .filter(|(_, is_strong)| *is_strong)
                .or_else(|| Some(("case".to_owned(), false)))
        }
        Expr::Subquery(query) => match query.body.as_ref() {
            ast::SetExpr::Select(select) => match select.projection.first()? {
                ast::SelectItem::UnnamedExpr(expr) => figure(expr),
                ast::SelectItem::ExprWithAlias { alias, .. } => Some((folded(alias), true)),
                _ => None,
            },
            _ => None,
        },
        Expr::Exists { negated: false, .. } => strong("exists"),
        Expr::Array(_) => strong("array"),
        Expr::Tuple(_) => strong("row"),
        Expr::IsNormalized { negated: false, .. } => strong("is_normalized"),
        Expr::BinaryOp {
            op: ast::BinaryOperator::Overlaps,
            ..
        } => strong("overlaps"),
        Expr::Extract { .. } => strong("extract"),
        Expr::Ceil { .. } => strong("ceil"),
        Expr::Floor { .. } => strong("floor"),
        Expr::Position { .. } => strong("position"),
        Expr::Substring {
            shorthand: true, ..
        } => strong("substr"),
        Expr::Substring { .. } => strong("substring"),
        Expr::Overlay { .. } => strong("overlay"),
        Expr::AtTimeZone { .. } => strong("timezone"),
        Expr::Trim { trim_where, .. } => strong(match trim_where {
            Some(ast::TrimWhereField::Leading) => "ltrim",
            Some(ast::TrimWhereField::Trailing) => "rtrim",
            _ => "btrim",
        }),
        _ => None,
    }
}
