//! Log lines: their form, and where they go.
