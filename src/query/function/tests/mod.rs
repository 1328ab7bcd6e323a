//! Laws of the tables of functions; what each answers stands in `query/tests`.

mod tables;
