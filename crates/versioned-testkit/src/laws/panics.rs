//! Running conversions that may panic, without their messages on the screen.
//!
//! Layer: testkit. Invariant: panics of other threads, and outside of [`caught`], are told as before.

use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs something; where it panics, says with what message and where.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if IS_WATCHED.get() {
                MESSAGE.with_borrow_mut(|message| *message = Some(told(info)));
            } else {
                before(info);
            }
        }));
    });
    let was_watched = IS_WATCHED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    IS_WATCHED.set(was_watched);
    result.map_err(|_| {
        let message = MESSAGE.with_borrow_mut(Option::take);
        message.unwrap_or_else(|| "it panics".to_owned())
    })
}

fn told(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("without a message");
    match info.location() {
        Some(place) => {
            format!("it panics at {}:{}: {message}", place.file(), place.line())
        }
        None => format!("it panics: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_with_its_place() {
        assert_eq!(caught(|| 1), Ok(1));
        let line = line!() + 1;
        let told = caught(|| panic!("no {}", "way")).map(|(): ()| ()).unwrap_err();
        assert_eq!(told, format!("it panics at {}:{line}: no way", file!()));
    }
}
