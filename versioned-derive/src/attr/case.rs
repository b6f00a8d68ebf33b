//! The letter cases of serde's `rename_all`, for the fields of a struct.

/// A letter case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The case that serde knows under this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// What serde makes of the name of a field.
    pub(crate) fn apply(self, field: &str) -> String {
        match self {
            // For a field, which is in snake case, serde leaves the letters of `lowercase` alone.
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let pascal = pascal(field);
                let mut letters = pascal.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// `init_state_name` as `InitStateName`.
pub(crate) fn pascal(field: &str) -> String {
    let mut pascal = String::with_capacity(field.len());
    let mut capital = true;
    for letter in field.chars() {
        if letter == '_' {
            capital = true;
        } else {
            pascal.push(if capital { letter.to_ascii_uppercase() } else { letter });
            capital = false;
        }
    }
    pascal
}

/// `QuestionSummary` as `question_summary`.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let begins_word = before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
            || (before.is_some_and(char::is_uppercase)
                && after.is_some_and(|after| after.is_lowercase()));
        if letter.is_uppercase() && begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{Case, snake};

    #[test]
    fn every_case_of_serde_is_known() {
        let check = |case: &str, expect: &str| {
            assert_eq!(Case::named(case).unwrap().apply("init_state_name"), expect);
        };
        check("lowercase", "init_state_name");
        check("UPPERCASE", "INIT_STATE_NAME");
        check("PascalCase", "InitStateName");
        check("camelCase", "initStateName");
        check("snake_case", "init_state_name");
        check("SCREAMING_SNAKE_CASE", "INIT_STATE_NAME");
        check("kebab-case", "init-state-name");
        check("SCREAMING-KEBAB-CASE", "INIT-STATE-NAME");
        assert_eq!(Case::named("Title Case"), None);
    }

    #[test]
    fn type_names_become_entity_names() {
        assert_eq!(snake("Exploration"), "exploration");
        assert_eq!(snake("QuestionSummary"), "question_summary");
        assert_eq!(snake("HTTPLog2Entry"), "http_log2_entry");
    }
}
