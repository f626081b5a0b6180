#include "services/opsmesh/mesh_store.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "gen/opsmesh_sql.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>

#define READS(...) ((const int[]){ __VA_ARGS__, -1 })

const struct mesh_stage mesh_stages[] = {
	{ "conversation", "ingest", "ingest", READS(OPS_INTAKE) },
	{ "directory", "ingest", "ingest", READS(OPS_CONTROL, OPS_BY_CONTACT) },
	{ "ticket", "ingest", "ingest", READS(OPS_CONTROL, OPS_BY_TICKET) },
	{ "triage", "classifier", "classifier", READS(OPS_CONTROL, OPS_ACTIONS, OPS_TICKETS) },
	{ "pattern", "classifier", "classifier", READS(OPS_CONTROL, OPS_BY_INTENT) },
	{ "clock", "sla-watcher", "sla", READS(OPS_CONTROL, OPS_ACTIONS, OPS_TICKETS, OPS_TRIAGE) },
	{ "object", "billing-sync", "billing",
	  READS(OPS_CONTROL, OPS_ACCOUNTS, OPS_ACTIONS, OPS_PROVIDER_EVENTS, OPS_BY_ACCOUNT) },
	{ "source", "billing-sync", "billing", READS(OPS_CONTROL, OPS_BY_SOURCE) },
	{ "charge", "billing-sync", "billing", READS(OPS_CONTROL, OPS_BY_CHARGE) },
	{ "customer", "billing-sync", "billing",
	  READS(OPS_CONTROL, OPS_ACTIONS, OPS_USAGE, OPS_BY_CUSTOMER) },
	{ "payout", "billing-sync", "billing", READS(OPS_CONTROL, OPS_BY_PAYOUT) },
	{ "books", "billing-sync", "billing", READS(OPS_CONTROL, OPS_BY_BOOKS) },
	{ "card", "billing-sync", "billing", READS(OPS_CONTROL, OPS_BY_CARD) },
	{ "claim", "billing-sync", "billing", READS(OPS_CONTROL, OPS_TICKETS, OPS_TRIAGE) },
	{ "index", "chargeback", "chargeback",
	  READS(OPS_CONTROL, OPS_TICKETS, OPS_TRIAGE, OPS_BILLING) },
	{ "case", "chargeback", "chargeback",
	  READS(OPS_CONTROL, OPS_ACTIONS, OPS_MATERIAL, OPS_CASE_RESULTS) },
	{ "programme", "chargeback", "chargeback",
	  READS(OPS_CONTROL, OPS_ACTIONS, OPS_BY_PROGRAMME) },
	{ "answer", "chargeback", "chargeback", READS(OPS_CONTROL, OPS_BY_DISPUTE) },
	{ "partial", "kpi-aggregator", "kpi",
	  READS(OPS_CONTROL, OPS_ACCOUNTS, OPS_TICKETS, OPS_TRIAGE, OPS_SLA, OPS_BILLING,
	        OPS_DISPUTES) },
	{ "series", "kpi-aggregator", "kpi", READS(OPS_CONTROL, OPS_BY_METRIC) },
	{ "watch", "kpi-aggregator", "kpi", READS(OPS_CONTROL, OPS_ACTIONS, OPS_KPI) },
	{ .stage = NULL },
};

const char *mesh_daemon(const char *schema)
{
	for (const struct mesh_stage *row = mesh_stages; row->stage != NULL; row++)
		if (text_equal(row->schema, schema))
			return row->daemon;
	return schema;
}

static enum status fail(struct mesh_store *store, enum status status, const struct db *db)
{
	snprintf(store->reason, sizeof(store->reason), "%s", db_reason(db));
	return status;
}

static enum status list_schemas(struct mesh_store *store, struct db *db)
{
	AUTO_ROWS rows = NULL;

	TRY(db_connect(db));
	TRY(db_prepare(db, &sql_schema_look));
	TRY(db_query_values(db, &sql_schema_look, NULL, 0, &rows));
	for (size_t i = 0; i < db_rows_count(rows) && store->count < SCHEMAS_MAX; i++)
		store->places[store->count++].schema =
		    arena_string(store->arena, db_text(rows, i, 0));
	return STATUS_OK;
}

static void place_init(struct mesh_store *store, struct mesh_store_place *place)
{
	place->settings =
	    (struct db_settings){ .uri = store->url, .name = "opsmesh", .schema = place->schema };
	place->db = db_create(&place->settings);
}

enum status mesh_store_open(struct mesh_store *store, struct arena *arena, const char *url)
{
	const struct db_settings settings = { .uri = url, .name = "opsmesh" };
	struct db *const db = db_create(&settings);
	enum status status;

	*store = (struct mesh_store){ .arena = arena, .url = url };
	status = list_schemas(store, db);
	if (status != STATUS_OK)
		(void)fail(store, status, db);
	db_destroy(db);
	for (size_t i = 0; i < store->count; i++)
		place_init(store, &store->places[i]);
	return status;
}

void mesh_store_open_one(struct mesh_store *store, struct arena *arena, const char *url,
                         const char *schema)
{
	*store = (struct mesh_store){ .arena = arena, .url = url, .count = 1 };
	store->places[0].schema = schema;
	place_init(store, &store->places[0]);
}

void mesh_store_close(struct mesh_store *store)
{
	for (size_t i = 0; i < store->count; i++)
		db_destroy(store->places[i].db);
	store->count = 0;
}

bool mesh_store_find(const struct mesh_store *store, const char *schema, size_t *place)
{
	for (size_t i = 0; i < store->count; i++) {
		if (!text_equal(store->places[i].schema, schema))
			continue;
		*place = i;
		return true;
	}
	return false;
}

static enum status prepare(struct mesh_store_place *place, const struct db_statement *statement)
{
	for (size_t i = 0; i < place->prepared_count; i++)
		if (place->prepared[i] == statement)
			return STATUS_OK;
	CHECK(place->prepared_count < STATEMENTS_MAX);
	if (place->prepared_count == 0)
		TRY(db_connect(place->db));
	TRY(db_prepare(place->db, statement));
	place->prepared[place->prepared_count++] = statement;
	return STATUS_OK;
}

enum status mesh_store_values(struct mesh_store *store, size_t place,
                              const struct db_statement *statement, struct db_rows **rows,
                              const struct db_value *values, size_t count)
{
	struct mesh_store_place *const at = &store->places[place];
	enum status status = prepare(at, statement);

	if (status == STATUS_OK)
		status = db_query_values(at->db, statement, values, count, rows);
	return status == STATUS_OK ? STATUS_OK : fail(store, status, at->db);
}

enum status mesh_store_all(struct mesh_store *store, size_t place,
                           const struct db_statement *statement, struct db_rows **rows)
{
	return mesh_store_values(store, place, statement, rows, NULL, 0);
}

enum status mesh_store_tell_values(struct mesh_store *store, size_t place,
                                   const struct db_statement *statement,
                                   void (*tell)(void *argument, const struct db_rows *row),
                                   void *argument, const struct db_value *values, size_t count)
{
	struct mesh_store_place *const at = &store->places[place];
	enum status status = prepare(at, statement);

	if (status == STATUS_OK)
		status = db_each_values(at->db, statement, tell, argument, values, count);
	return status == STATUS_OK ? STATUS_OK : fail(store, status, at->db);
}

enum status mesh_store_each(struct mesh_store *store, size_t place,
                            const struct db_statement *statement,
                            void (*tell)(void *argument, const struct db_rows *row), void *argument)
{
	return mesh_store_tell_values(store, place, statement, tell, argument, NULL, 0);
}

enum status mesh_store_has(struct mesh_store *store, size_t place, const char *table, bool *has)
{
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_query(store, place, &sql_table_exists, &rows, DB_TEXT(table)));
	*has = db_rows_count(rows) == 1 && db_int(rows, 0, 0) != 0;
	return STATUS_OK;
}
