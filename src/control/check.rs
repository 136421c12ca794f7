//! `ddns check`.
use super::Console;
use crate::world::World;
use std::path::Path;
pub(super) fn check(_file: Option<&Path>, _world: &mut World<'_>, _console: &mut Console<'_>) -> i32 {
    1
}
