//! What a further kind costs: the lines that declare each kind, as the page about them counts them.

use std::{fs, path::Path};

/// The kinds with the files of their domain objects, and what the stored kinds are called.
const KINDS: [(&str, &str, &str); 6] = [
    ("exploration", include_str!("../domain/exploration.rs"), "Explorations"),
    ("question", include_str!("../domain/question.rs"), "Questions"),
    ("skill", include_str!("../domain/skill.rs"), "Skills"),
    ("story", include_str!("../domain/story.rs"), "Stories"),
    ("topic", include_str!("../domain/topic.rs"), "Topics"),
    ("collection", include_str!("../domain/collection.rs"), "Collections"),
];

const MODELS: &str = include_str!("../models.rs");

#[test]
fn a_kind_is_declared_in_fifteen_lines_and_a_job_in_five() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/oppia.md");
    let page = fs::read_to_string(page).unwrap();
    for (kind, domain, stored) in KINDS {
        let (object, model) = (of_object(domain), item(stored));
        let jobs = [format!("Migrate{}Job", singular(kind)), snapshots_job(kind)];
        let [job, snapshots] = jobs.map(|job| item(&job));
        assert!(object + model <= 15, "{kind}: {object} + {model}");
        assert!(job.max(snapshots) <= 5, "{kind}: {job}, {snapshots}");
        let told =
            format!("| {kind} | {object} | {model} | {} | {job} | {snapshots} |", object + model);
        assert!(page.contains(&told), "{told}");
    }
}

/// The lines of a domain object that make it versioned: the derive, the attributes that name version
/// fields and ranges or say that there are none, and the version fields. What conversions declare, context and losses, is theirs.
fn of_object(domain: &str) -> usize {
    let start = domain.find("BaseVersionedDomainObject)]").unwrap();
    let start = domain[..start].rfind('\n').unwrap() + 1;
    let object = &domain[start..][..domain[start..].find("\n}").unwrap()];
    let counted =
        ["#[derive(", "#[versioned(entity", "#[versioned(unversioned", "#[versioned(version_field"];
    let is_counted = |line: &&str| {
        counted.iter().any(|start| line.trim().starts_with(start))
            || line.ends_with(": SchemaVersion,")
    };
    object.lines().filter(is_counted).count()
}

/// The lines of a unit struct and its implementation, without the hooks, which are optional.
fn item(name: &str) -> usize {
    let start = MODELS.find(&format!("pub(crate) struct {name};")).unwrap();
    let text = &MODELS[start..];
    let text = &text[..text.find("\n}").unwrap() + 2];
    let (mut lines, mut in_hook) = (0, false);
    for line in text.lines() {
        in_hook |= line.starts_with("    fn hooks(") || line.starts_with("    async fn prefetch<");
        let is_comment = line.trim_start().starts_with("//");
        lines += usize::from(!in_hook && !is_comment && !line.is_empty());
        in_hook &= line != "    }";
    }
    lines
}

fn singular(kind: &str) -> String {
    let (first, rest) = kind.split_at(1);
    first.to_uppercase() + rest
}

fn snapshots_job(kind: &str) -> String {
    format!("Migrate{}SnapshotsJob", singular(kind))
}
