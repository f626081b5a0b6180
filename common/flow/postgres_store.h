/*
 * postgres_store - the store of a daemon in its PostgreSQL schema: struct store_ops made real.
 *
 * Creating it connects nothing: the first reconnect does. Every reconnect prepares all statements, those
 * of the stages' state tables included, so that a column that is missing or of another type is a
 * STATUS_FATAL that names it. A transaction that failed for a reason that no repetition mends answers
 * STORE_LOST, and the reconnect after it STATUS_FATAL with that reason.
 */
#ifndef COMMON_FLOW_POSTGRES_STORE_H
#define COMMON_FLOW_POSTGRES_STORE_H

#include "common/flow/document.h"
#include "common/flow/outside.h"
#include "common/io/migrate.h"

/* Borrowed for as long as the store lives. */
struct postgres_settings {
	const char *uri;
	const char *daemon;
	const char *instance;
	const char *build;
	const char *schema; /* instead of the role's own, for a rebuild; NULL: that one */
	const struct document *documents; /* in force, ended by a name of NULL; NULL: none */
};

struct postgres_store;

extern const struct store_ops postgres_store_ops;

struct postgres_store *postgres_store_create(const struct postgres_settings *settings,
                                             const struct catalogue *catalogue,
                                             const struct stage *stages);
/*
 * The settings name other documents now: between two transactions, which are then told their digests. What
 * is new is kept at once, or with the next connection.
 */
void postgres_store_documents(struct postgres_store *store);
void postgres_store_destroy(struct postgres_store *store); /* NULL is allowed */

/* Runs the runtime's migrations, then the service's (NULL: none). */
enum status postgres_store_migrate(const struct postgres_settings *settings,
                                   const struct migration *service,
                                   char reason[static MIGRATE_REASON_SIZE]) MUST_CHECK;

#endif
