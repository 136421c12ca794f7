//! A family of numbers that differ in one label.
#![forbid(unsafe_code)]

use std::fmt;
use std::marker::PhantomData;

use super::Count;

/// One value of a label; all of them are known when the program is made, so that no client can make new ones.
pub trait Label: Copy + Sized + 'static {
    /// Every value, in the order of [`Label::place`].
    const ALL: &'static [Self];

    /// Which one it is.
    fn place(self) -> usize;

    /// The word that stands in the exposition.
    fn word(self) -> &'static str;
}

/// A number for each value of a label.
pub struct Counts<L> {
    numbers: Box<[Count]>,
    label: PhantomData<fn(L)>,
}

impl<L: Label> Default for Counts<L> {
    fn default() -> Self {
        Self { numbers: L::ALL.iter().map(|_| Count::default()).collect(), label: PhantomData }
    }
}

impl<L: Label> fmt::Debug for Counts<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.all()).finish()
    }
}

impl<L: Label> Counts<L> {
    /// One more.
    pub fn add(&self, label: L) {
        if let Some(number) = self.numbers.get(label.place()) {
            number.add(1);
        }
    }

    /// How many there were of this one.
    pub fn get(&self, label: L) -> u64 {
        self.numbers.get(label.place()).map_or(0, Count::get)
    }

    /// Every label's word with its number, also those that never happened: a graph then begins at 0.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        L::ALL.iter().map(|label| (label.word(), self.get(*label)))
    }
}
