//! What somebody puts right by hand, once: each statement looks for the mistake that it repairs.

use crate::database::sql::Sql;

pub(super) const TITLE_REPAIRED: &str = "topic years: a title with letters in it";

pub(super) const REPAIR_TITLE: Sql = Sql {
    sqlite: "UPDATE topics SET version = version + 1,
        subtopics = json_replace(subtopics, '$[0].title', 'The year 1848')
        WHERE id = 'years' AND subtopics ->> '$[0].title' = '1848'",
    postgres: r#"UPDATE topics SET version = version + 1,
        subtopics = jsonb_set(subtopics, '{0,title}', '"The year 1848"')
        WHERE id = 'years' AND subtopics #>> '{0,title}' = '1848'"#,
    mysql: "UPDATE topics SET version = version + 1,
        subtopics = json_replace(subtopics, '$[0].title', 'The year 1848')
        WHERE id = 'years' AND json_unquote(json_extract(subtopics, '$[0].title')) = '1848'",
};

pub(super) const FIRST_STATE_REPAIRED: &str = "exploration lost: a first state that exists";

pub(super) const REPAIR_FIRST_STATE: Sql = {
    let everywhere = "UPDATE explorations SET version = version + 1, init_state_name = 'Exit'
        WHERE id = 'lost' AND init_state_name = 'Entrance'";
    Sql { sqlite: everywhere, postgres: everywhere, mysql: everywhere }
};

pub(super) const REPAIR_RUBRIC: Sql = Sql {
    sqlite: "UPDATE skills SET version = version + 1,
        rubrics = json_replace(rubrics, '$[0].difficulty', 'Easy')
        WHERE id = 'counting' AND rubrics ->> '$[0].difficulty' = 'Trivial'",
    postgres: r#"UPDATE skills SET version = version + 1,
        rubrics = jsonb_set(rubrics, '{0,difficulty}', '"Easy"')
        WHERE id = 'counting' AND rubrics #>> '{0,difficulty}' = 'Trivial'"#,
    mysql: "UPDATE skills SET version = version + 1,
        rubrics = json_replace(rubrics, '$[0].difficulty', 'Easy')
        WHERE id = 'counting' AND json_unquote(json_extract(rubrics, '$[0].difficulty')) = 'Trivial'",
};
