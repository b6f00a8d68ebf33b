//! Words that have no meaning outside of the place where a file was written.

use super::{Finding, tree::TextFile};

/// Folders of one machine, and hosts of package registries; written in halves, so that this file
/// may pass.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("/", "work/"), "a folder of one machine"),
    (concat!("/", "root/"), "a folder of one machine"),
    (concat!("/", "home/"), "a folder of one machine"),
    (concat!("/", "tmp/brief"), "a folder of one machine"),
    (concat!("crates", ".io"), "the host of a package registry"),
    (concat!("pypi", ".org"), "the host of a package registry"),
    (concat!("npmjs", "."), "the host of a package registry"),
    (concat!("deb.", "debian"), "the host of a package registry"),
];

pub(super) fn check(files: &[TextFile]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, number) in file.text.lines().zip(1..) {
        for (word, meaning) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
            findings.push(Finding::at_line(
                &file.path,
                number,
                format!("`{word}` is {meaning}"),
                "write a relative path, or leave it out",
            ));
        }
        // What the compiler prints may refer to its own tracker.
        let is_ours = !file.path.ends_with(".stderr");
        if let Some(reference) = tracker_reference(line).filter(|_| is_ours) {
            findings.push(Finding::at_line(
                &file.path,
                number,
                format!("`{reference}` cannot be looked up by readers"),
                "say it here, in a sentence",
            ));
        }
    }
    findings
}

/// A reference to a tracker's entry, such as the word for it followed by a number.
fn tracker_reference(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let noun = pair[0].trim_matches(|character: char| !character.is_alphanumeric());
        let is_noun = ["issue", "issues", "ticket"].contains(&noun.to_lowercase().as_str());
        let number = pair[1].trim_start_matches('#');
        let has_number = number.starts_with(|character: char| character.is_ascii_digit());
        (is_noun && has_number).then(|| pair.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check_file(&TextFile { path: "README.md".to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn folders_of_one_machine_and_registry_hosts_are_found() {
        for (word, _) in FORBIDDEN {
            assert_eq!(count(&format!("see {word} for more\n")), 1, "{word}");
        }
        assert_eq!(count("see ../shared/data and the framework/ folder\n"), 0);
    }

    #[test]
    fn references_to_a_tracker_are_found() {
        assert_eq!(count(concat!("as iss", "ue 2 says\n")), 1);
        assert_eq!(count(concat!("fixes (iss", "ue #12)\n")), 1);
        assert_eq!(count("an issue of taste\n"), 0);
        assert_eq!(count("see the issue\n"), 0);
    }
}
