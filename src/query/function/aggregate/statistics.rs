//! Variances, correlations and regressions (PostgreSQL manual, 9.21).

use bigdecimal::BigDecimal;
use bigdecimal::Zero;

use crate::error::Result;
use crate::query::function::numeric::{self, division_scale, quotient, square_root};
use crate::query::function::operator::overflow;
use crate::query::function::{Aggregate, Arguments, Function};
use crate::relation::{Numeric, Type, Value};

/// What is told of the spread of values.
#[derive(Clone, Copy)]
struct Spread {
    /// Whether the values are a sample, and not all there are.
    is_sample: bool,
    /// Whether its root is told: the standard deviation.
    is_root: bool,
}

const SAMPLE: Spread = Spread {
    is_sample: true,
    is_root: false,
};
const SAMPLE_ROOT: Spread = Spread {
    is_sample: true,
    is_root: true,
};
const POPULATION: Spread = Spread {
    is_sample: false,
    is_root: false,
};
const POPULATION_ROOT: Spread = Spread {
    is_sample: false,
    is_root: true,
};

/// The rows of all of them, for some types of values.
macro_rules! spreads {
    ($state:ident, $returns:expr; $($of:expr),*) => {
        &[$(
            Function::aggregate("variance", &[$of], $returns, |_| Box::new($state::of(SAMPLE))),
            Function::aggregate("var_samp", &[$of], $returns, |_| Box::new($state::of(SAMPLE))),
            Function::aggregate("var_pop", &[$of], $returns, |_| Box::new($state::of(POPULATION))),
            Function::aggregate("stddev", &[$of], $returns, |_| Box::new($state::of(SAMPLE_ROOT))),
            Function::aggregate("stddev_samp", &[$of], $returns, |_| {
                Box::new($state::of(SAMPLE_ROOT))
            }),
            Function::aggregate("stddev_pop", &[$of], $returns, |_| {
                Box::new($state::of(POPULATION_ROOT))
            }),
        )*]
    };
}

pub(super) static OF_FLOATS: &[Function] =
    spreads!(FloatSpread, Type::FLOAT8; Type::FLOAT4, Type::FLOAT8);

pub(super) static OF_NUMERICS: &[Function] = spreads!(
    NumericSpread, Type::NUMERIC; Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC
);

const PAIR: &[Type] = &[Type::FLOAT8, Type::FLOAT8];

/// The rows of what is told of pairs `(y, x)`.
macro_rules! pairs {
    ($($name:literal $returns:ident $told:expr),*) => {
        &[$(Function::aggregate($name, PAIR, Type::$returns, |_| {
            Box::new(Pairs { told: $told, ..Pairs::default() })
        })),*]
    };
}

pub(super) static OF_PAIRS: &[Function] = pairs!(
    "corr" FLOAT8 |of| {
        (of.sxx != 0.0 && of.syy != 0.0).then(|| of.sxy / (of.sxx * of.syy).sqrt())
    },
    "covar_pop" FLOAT8 |of| Some(of.sxy / of.count),
    "covar_samp" FLOAT8 |of| (of.count > 1.0).then(|| of.sxy / (of.count - 1.0)),
    "regr_avgx" FLOAT8 |of| Some(of.sx / of.count),
    "regr_avgy" FLOAT8 |of| Some(of.sy / of.count),
    "regr_sxx" FLOAT8 |of| Some(of.sxx),
    "regr_syy" FLOAT8 |of| Some(of.syy),
    "regr_sxy" FLOAT8 |of| Some(of.sxy),
    "regr_slope" FLOAT8 |of| (of.sxx != 0.0).then(|| of.sxy / of.sxx),
    "regr_intercept" FLOAT8 |of| {
        (of.sxx != 0.0).then(|| (of.sy - of.sx * of.sxy / of.sxx) / of.count)
    },
    "regr_r2" FLOAT8 |of| match (of.sxx == 0.0, of.syy == 0.0) {
        (true, _) => None,
        (false, true) => Some(1.0),
        (false, false) => Some((of.sxy * of.sxy) / (of.sxx * of.syy)),
    }
);

/// The sums of squared differences, by Youngs and Cramer (`float8_accum`).
struct FloatSpread {
    spread: Spread,
    count: f64,
    sum: f64,
    squares: f64,
}

impl FloatSpread {
    fn of(spread: Spread) -> Self {
        Self {
            spread,
            count: 0.0,
            sum: 0.0,
            squares: 0.0,
        }
    }
}

impl Aggregate for FloatSpread {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let (value, before) = (values.float(0), self.sum);
        self.count += 1.0;
        self.sum += value;
        if self.count > 1.0 {
            let distance = value * self.count - self.sum;
            self.squares += distance * distance / (self.count * (self.count - 1.0));
            if self.sum.is_infinite() || self.squares.is_infinite() {
                if before.is_finite() && value.is_finite() {
                    return Err(overflow());
                }
                self.squares = f64::NAN;
            }
        } else if !value.is_finite() {
            self.squares = f64::NAN;
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let by = self.count - f64::from(u8::from(self.spread.is_sample));
        if by <= 0.0 {
            return Ok(Value::Null);
        }
        let variance = self.squares / by;
        Ok(Value::Float8(match self.spread.is_root {
            true => variance.sqrt(),
            false => variance,
        }))
    }
}

/// The sums of values and of their squares (`numeric_stddev_internal`).
struct NumericSpread {
    spread: Spread,
    count: i64,
    sum: BigDecimal,
    squares: BigDecimal,
    has_special: bool,
}

impl NumericSpread {
    fn of(spread: Spread) -> Self {
        Self {
            spread,
            count: 0,
            sum: BigDecimal::zero(),
            squares: BigDecimal::zero(),
            has_special: false,
        }
    }
}

impl Aggregate for NumericSpread {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        self.count += 1;
        let value = match &values[0] {
            Value::Numeric(value) => Numeric::clone(value),
            _ => numeric::integer(values.int(0)),
        };
        match value {
            Numeric::Number(value) => {
                self.squares += &value * &value;
                self.sum += value;
            }
            _ => self.has_special = true,
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let by = self.count - i64::from(self.spread.is_sample);
        if by <= 0 {
            return Ok(Value::Null);
        }
        if self.has_special {
            return Ok(Value::Numeric(Numeric::NaN.into()));
        }
        let count = BigDecimal::from(self.count);
        let spread = &count * &self.squares - &self.sum * &self.sum;
        if spread <= BigDecimal::zero() {
            return Ok(Value::Numeric(numeric::integer(0).into()));
        }
        let by = count * BigDecimal::from(by);
        let scale = division_scale(&spread, &by);
        let variance = quotient(&spread, &by, scale);
        let told = match self.spread.is_root {
            true => square_root(&variance, scale),
            false => variance,
        };
        Ok(Value::Numeric(Numeric::new(told)?.into()))
    }
}

/// Sums over pairs `(y, x)` (`float8_regr_accum`).
struct Pairs {
    told: fn(&Self) -> Option<f64>,
    count: f64,
    sx: f64,
    sy: f64,
    sxx: f64,
    syy: f64,
    sxy: f64,
}

impl Default for Pairs {
    fn default() -> Self {
        Self {
            told: |_| None,
            count: 0.0,
            sx: 0.0,
            sy: 0.0,
            sxx: 0.0,
            syy: 0.0,
            sxy: 0.0,
        }
    }
}

impl Aggregate for Pairs {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let (y, x) = (values.float(0), values.float(1));
        let is_finite = [x, y, self.sx, self.sy]
            .iter()
            .all(|value| value.is_finite());
        self.count += 1.0;
        self.sx += x;
        self.sy += y;
        if self.count > 1.0 {
            let (dx, dy) = (x * self.count - self.sx, y * self.count - self.sy);
            let scale = 1.0 / (self.count * (self.count - 1.0));
            self.sxx += dx * dx * scale;
            self.syy += dy * dy * scale;
            self.sxy += dx * dy * scale;
            let sums = [self.sx, self.sy, self.sxx, self.syy, self.sxy];
            if is_finite && sums.iter().any(|sum| sum.is_infinite()) {
                return Err(overflow());
            }
        }
        if !x.is_finite() {
            self.sxx = f64::NAN;
            self.sxy = f64::NAN;
        }
        if !y.is_finite() {
            self.syy = f64::NAN;
            self.sxy = f64::NAN;
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let told = (self.count > 0.0).then(|| (self.told)(self)).flatten();
        Ok(told.map_or(Value::Null, Value::Float8))
    }
}
