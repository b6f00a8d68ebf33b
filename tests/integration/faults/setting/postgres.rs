//! PostgreSQL: a schema holds what is remembered, and functions in it do the work in one round trip.

use std::sync::Arc;

use versioned_sql::{PostgresStore, sqlx};
use versioned_testkit::{
    conformance::StoreFixture as _,
    faults::{FaultKind, FaultSetting, Moment},
};

use super::{
    Kind, Work,
    server::{self, KINDS, MOMENTS, ServerDatabase},
};
use crate::jobs::{backend::PostgresFixture, lesson::Layout};

/// A database on the private PostgreSQL server.
pub(in crate::faults) struct Postgres;

impl Kind for Postgres {
    const NAME: &'static str = "postgres";

    const KINDS: &'static [FaultKind] = KINDS;

    const MOMENTS: &'static [Moment] = MOMENTS;

    type Store = PostgresStore;

    async fn setting(layout: Layout, work: Work) -> impl FaultSetting<Store = PostgresStore> {
        server::setting::<PostgresFixture>(layout, work).await
    }
}

/// Deleting few rows is several times as fast as truncating, which gives every table new files.
const FUNCTIONS: &str = r"
CREATE SCHEMA start;
DO $$DECLARE t name; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE start.%1$I AS TABLE public.%1$I', t);
    END LOOP;
END$$;
CREATE TABLE start.next_numbers AS
    SELECT sequencename AS sequence, last_value FROM pg_sequences WHERE schemaname = 'public';

CREATE FUNCTION start.put_back() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; BEGIN
    FOR t IN SELECT tablename AS name FROM pg_tables
             WHERE schemaname = 'public' AND tablename <> 'versioned_ledger' LOOP
        EXECUTE format('DELETE FROM public.%I', t.name);
        IF to_regclass(format('start.%I', t.name)) IS NOT NULL THEN
            EXECUTE format('INSERT INTO public.%1$I SELECT * FROM start.%1$I', t.name);
        END IF;
    END LOOP;
    FOR t IN SELECT p.sequencename AS name, coalesce(s.last_value, 0) + 1 AS next
             FROM pg_sequences p LEFT JOIN start.next_numbers s ON s.sequence = p.sequencename
             WHERE p.schemaname = 'public' LOOP
        PERFORM setval(format('public.%I', t.name)::regclass, t.next, false);
    END LOOP;
END$$;

CREATE FUNCTION start.rows(left_out text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE t name; rows text; all_rows text := ''; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
             AND tablename NOT LIKE 'versioned\_%' ORDER BY tablename LOOP
        EXECUTE format('SELECT string_agg(line, E''\n'' ORDER BY line) FROM
            (SELECT (to_jsonb(r) - $1)::text AS line FROM public.%I r) AS lines', t)
            INTO rows USING left_out;
        all_rows := all_rows || t || E'\n' || coalesce(rows || E'\n', '');
    END LOOP;
    RETURN all_rows;
END$$";

impl ServerDatabase for PostgresFixture {
    fn store_of_its_own(&self) -> Arc<PostgresStore> {
        Arc::new(PostgresStore::new(self.store().pool().clone()))
    }

    async fn run(&self, sql: &str) {
        self.execute(sql).await;
    }

    async fn refuse(&self, table: &str, key: &str) {
        let body = format!(
            "IF old.id = '{key}' THEN RAISE EXCEPTION 'the row is locked'; END IF; RETURN new;"
        );
        self.run(&trigger(table, &body)).await;
    }

    async fn meddle(&self, table: &str, key: &str) {
        let body = format!("IF old.id = '{key}' THEN RETURN NULL; END IF; RETURN new;");
        self.run(&trigger(table, &body)).await;
    }

    async fn remember(&self) {
        self.run(FUNCTIONS).await;
    }

    async fn put_back(&self) {
        sqlx::query("SELECT start.put_back()").execute(self.store().pool()).await.unwrap();
    }

    async fn rows(&self, left_out: &[&str]) -> String {
        let query = sqlx::query_scalar("SELECT start.rows($1)").bind(left_out);
        query.fetch_one(self.store().pool()).await.unwrap()
    }
}

fn trigger(table: &str, body: &str) -> String {
    format!(
        "CREATE FUNCTION on_update() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$; \
         CREATE TRIGGER on_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION on_update()"
    )
}
