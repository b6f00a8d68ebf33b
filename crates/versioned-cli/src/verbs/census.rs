//! `census`: which schema versions are stored.
//!
//! Layer: cli.

use versioned_store::ModelStore;

use crate::{Output, exit_code, job::AnyJob};

pub(crate) async fn census<S: ModelStore>(
    jobs: &[&dyn AnyJob<S>],
    store: &S,
    output: &Output,
) -> u8 {
    let mut code = exit_code::DONE;
    for (index, job) in jobs.iter().enumerate() {
        match job.census(store).await {
            Ok(report) if output.is_json() => output.json_line("census", &report),
            Ok(report) => {
                if index > 0 {
                    output.line("");
                }
                output.text(report);
            }
            Err(error) => {
                let job_code = exit_code::of_job_error(&error);
                output.error(&error, error.help(), job_code);
                code = exit_code::worse(code, job_code);
                if job_code == exit_code::INTERRUPTED {
                    return code;
                }
            }
        }
    }
    code
}
