//! Hashes of texts, which clients make the numbers of advisory locks of. The hash is
//! Bob Jenkins's lookup3, as PostgreSQL has it (`src/common/hashfn.c`).

use crate::query::function::{Arguments, Function};
use crate::relation::{Type, Value};

pub(super) static HASHES: &[Function] = &[
    Function::row("hashtext", &[Type::TEXT], Type::INT4, |_, values| {
        let hash = hash(values.text(0).as_bytes(), 0) as u32;
        Ok(Value::Int4(hash.cast_signed()))
    }),
    Function::row(
        "hashtextextended",
        &[Type::TEXT, Type::INT8],
        Type::INT8,
        |_, values| {
            let seed = values.int(1).cast_unsigned();
            let hash = hash(values.text(0).as_bytes(), seed);
            Ok(Value::Int8(hash.cast_signed()))
        },
    ),
];

/// The number that the hash begins with, beside the length.
const BEGINNING: u32 = 0x9e37_79b9 + 3_923_095;

/// The hash in 64 bits; its lower half is that in 32 bits if the seed is 0.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut state = [BEGINNING.wrapping_add(bytes.len() as u32); 3];
    if seed != 0 {
        add(&mut state, [(seed >> 32) as u32, seed as u32, 0]);
        mix(&mut state);
    }
    let mut blocks = bytes.chunks_exact(12);
    for block in &mut blocks {
        add(&mut state, words(block));
        mix(&mut state);
    }
    let [a, b, c] = words(blocks.remainder());
    // The lowest byte of the last word is that of the length.
    add(&mut state, [a, b, c << 8]);
    finish(&mut state);
    let [_, high, low] = state;
    u64::from(high) << 32 | u64::from(low)
}

/// Up to twelve bytes, with zeros behind them.
fn words(bytes: &[u8]) -> [u32; 3] {
    let word = |place: usize| {
        let bytes = bytes.iter().skip(place * 4).take(4);
        bytes.rfold(0, |word, byte| word << 8 | u32::from(*byte))
    };
    [word(0), word(1), word(2)]
}

fn add(state: &mut [u32; 3], words: [u32; 3]) {
    for (one, word) in state.iter_mut().zip(words) {
        *one = one.wrapping_add(word);
    }
}

fn mix([a, b, c]: &mut [u32; 3]) {
    fn step(one: &mut u32, other: &mut u32, third: u32, by: u32) {
        *one = one.wrapping_sub(*other) ^ other.rotate_left(by);
        *other = other.wrapping_add(third);
    }
    step(a, c, *b, 4);
    step(b, a, *c, 6);
    step(c, b, *a, 8);
    step(a, c, *b, 16);
    step(b, a, *c, 19);
    step(c, b, *a, 4);
}

fn finish([a, b, c]: &mut [u32; 3]) {
    fn step(one: &mut u32, other: u32, by: u32) {
        *one = (*one ^ other).wrapping_sub(other.rotate_left(by));
    }
    step(c, *b, 14);
    step(a, *c, 11);
    step(b, *a, 25);
    step(c, *b, 16);
    step(a, *c, 4);
    step(b, *a, 14);
    step(c, *b, 24);
}
