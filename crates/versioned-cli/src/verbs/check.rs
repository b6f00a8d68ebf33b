//! `check`: are the declarations and the storage models sound, and do the tables fit them?
//!
//! Layer: cli. Invariant: what was not checked is said.

use serde::Serialize;
use versioned_core::Registry;
use versioned_store::{BatchLimits, Bodies, EntityTable, ModelStore, ScanRequest, StoreError};

use crate::{
    Output, exit_code,
    job::AnyJob,
    output::{causes, chain},
};

#[derive(Serialize)]
struct Problem {
    entity: Option<&'static str>,
    causes: Vec<String>,
    help: Option<&'static str>,
}

#[derive(Serialize)]
struct Summary {
    entities: usize,
    tables: usize,
    tables_checked: usize,
    problems: usize,
}

/// Checks everything; `store` is `None` where no database was given.
pub(crate) async fn check<S: ModelStore>(
    jobs: &[Box<dyn AnyJob<S>>],
    registry: &Registry,
    store: Option<&S>,
    output: &Output,
) -> u8 {
    let mut code = exit_code::DONE;
    let mut summary = Summary {
        entities: registry.declarations().len(),
        tables: jobs.len(),
        tables_checked: 0,
        problems: 0,
    };
    let mut report = |problem: Problem, problem_code| {
        summary.problems += 1;
        code = exit_code::worse(code, problem_code);
        show(&problem, output);
    };
    for problem in registry.check() {
        let causes = vec![problem.to_string()];
        report(Problem { entity: None, causes, help: None }, exit_code::FINDINGS);
    }
    for job in jobs {
        let entity = Some(job.name());
        let table = match job.table() {
            Ok(table) => table,
            Err(error) => {
                let causes = causes(&error);
                report(Problem { entity, causes, help: None }, exit_code::FINDINGS);
                continue;
            }
        };
        let Some(store) = store else { continue };
        summary.tables_checked += 1;
        if let Err(error) = read_one(store, &table).await {
            let lost = exit_code::of_store_error(&error) == exit_code::INTERRUPTED;
            let code = if lost { exit_code::INTERRUPTED } else { exit_code::FINDINGS };
            report(Problem { entity, causes: causes(&error), help: error.help() }, code);
        }
    }
    conclude(&summary, output);
    code
}

/// Reads one row with all columns, so that a table or column that is not there is noticed.
async fn read_one<S: ModelStore>(store: &S, table: &EntityTable) -> Result<(), StoreError> {
    let limits = BatchLimits { rows_max: 1, ..BatchLimits::default() };
    let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
    store.scan(table, &request).await.map(drop)
}

fn show(problem: &Problem, output: &Output) {
    if output.is_json() {
        output.json_line("problem", problem);
    } else {
        output.text(chain("problem", &problem.causes, problem.help));
    }
}

fn conclude(summary: &Summary, output: &Output) {
    if output.is_json() {
        output.json_line("check", summary);
        return;
    }
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    let entities = count(summary.entities, "entity", "entities");
    let tables = match (summary.tables_checked, summary.tables) {
        (0, 1..) => "tables not checked (add `--database URL`)".to_owned(),
        (checked, all) if checked < all => format!("{checked} of {all} tables"),
        (checked, _) => count(checked, "table", "tables"),
    };
    let problems = match summary.problems {
        0 => "no problems".to_owned(),
        number => count(number, "problem", "problems"),
    };
    output.line(format!("checked {entities}, {tables}: {problems}"));
}
