//! The macro that makes tests of the laws.

/// Makes a module of tests: the registry is sound, the schema lock is unbroken, golden documents replay, and every law holds of every
/// entity kind that is registered.
///
/// One line in a test file. Options, in any order:
///
/// - `lock = "versioned.lock"`: where the lock is, from the folder of the manifest; this is the default. `without_lock = "reason"` where
///   there is none.
/// - `golden = "golden"`: where golden documents are; the default, where the folder is there.
/// - `laws = configure`: a `fn(Laws) -> Laws` that is called with the laws of each entity kind and adds what no schema says.
///
/// An entity kind is registered if its crate is linked; a crate that the test does not name is not: write `use my_entities as _;` beside
/// the line.
///
/// `VERSIONED_LAWS_CASES` is the number of documents for each mixture of versions, `VERSIONED_LAWS_SEED` makes others. The test `coverage`
/// prints with `--nocapture` what the documents cover; so does every law that is broken.
///
/// # Examples
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use versioned_core::BaseVersionedDomainObject;
/// #[derive(Serialize, Deserialize, schemars::JsonSchema, BaseVersionedDomainObject)]
/// struct Note {
///     #[versioned(version_field = "version", min = 1, max = 1)]
///     lines: Vec<String>,
///     version: u32,
/// }
///
/// versioned_testkit::check_all!(without_lock = "no version is released yet");
/// ```
#[macro_export]
macro_rules! check_all {
    ($($option:ident = $value:expr),* $(,)?) => {
        mod versioned_laws {
            #[allow(unused_imports, reason = "options name what stands beside the macro")]
            use super::*;

            #[cfg_attr(not(test), allow(dead_code, reason = "for tests only"))]
            fn suite() -> &'static $crate::laws::Suite {
                static SUITE: ::std::sync::OnceLock<$crate::laws::Suite> =
                    ::std::sync::OnceLock::new();
                SUITE.get_or_init(|| {
                    let options =
                        $crate::laws::SuiteOptions::new(env!("CARGO_MANIFEST_DIR"), module_path!());
                    $(let options = options.$option($value);)*
                    $crate::laws::Suite::new(options)
                })
            }

            #[test]
            fn the_registry_is_sound() {
                suite().assert_registry();
            }

            #[test]
            fn the_schema_lock_is_unbroken() {
                suite().assert_lock();
            }

            #[test]
            fn golden_documents_replay() {
                suite().assert_golden();
            }

            #[test]
            fn coverage() {
                suite().print_coverage();
            }

            #[test]
            fn every_valid_document_upgrades() {
                suite().assert($crate::laws::Law::Upgrades);
            }

            #[test]
            fn what_a_step_returns_is_valid_at_the_next_version() {
                suite().assert($crate::laws::Law::StepsAreValid);
            }

            #[test]
            fn the_rust_type_reads_what_was_upgraded() {
                suite().assert($crate::laws::Law::FitsType);
            }

            #[test]
            fn upgrading_twice_is_upgrading_once() {
                suite().assert($crate::laws::Law::TwiceIsOnce);
            }

            #[test]
            fn step_by_step_is_all_at_once() {
                suite().assert($crate::laws::Law::StepwiseIsDirect);
            }

            #[test]
            fn the_same_document_gives_the_same_bytes() {
                suite().assert($crate::laws::Law::Deterministic);
            }

            #[test]
            fn nothing_is_lost_without_being_declared() {
                suite().assert($crate::laws::Law::NothingIsLost);
            }

            #[test]
            fn context_that_is_used_is_declared() {
                suite().assert($crate::laws::Law::ContextIsDeclared);
            }

            #[test]
            fn damaged_documents_are_errors_and_no_panics() {
                suite().assert($crate::laws::Law::ErrorsNotPanics);
            }

            #[test]
            fn untouched_bytes_stay() {
                suite().assert($crate::laws::Law::BytesStay);
            }
        }
    };
}
