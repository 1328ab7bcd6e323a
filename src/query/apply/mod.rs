//! Sub-queries that speak of the rows around them, as joins.
