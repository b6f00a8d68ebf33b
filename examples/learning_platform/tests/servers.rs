//! The story on servers.

use crate::{
    app,
    database::told::{refused_on_another, same_on_a_server},
};

const AGAIN: &str = "45 entities were there already and stay as they are, 0 are new";

mod postgres {
    use versioned_testkit::servers::Postgres;

    use super::{AGAIN, app, refused_on_another, same_on_a_server};

    #[test]
    fn the_story_is_the_same_and_can_be_told_again() {
        same_on_a_server::<Postgres>(&app(), AGAIN);
    }

    #[test]
    fn a_table_of_another_application_is_left_alone() {
        refused_on_another::<Postgres>(&app(), "stories", "id");
    }
}

mod mariadb {
    use versioned_testkit::servers::MariaDb;

    use super::{AGAIN, app, refused_on_another, same_on_a_server};

    #[test]
    fn the_story_is_the_same_and_can_be_told_again() {
        same_on_a_server::<MariaDb>(&app(), AGAIN);
    }

    #[test]
    fn a_table_of_another_application_is_left_alone() {
        refused_on_another::<MariaDb>(&app(), "stories", "id");
    }
}
