/*
 * migrate - forward-only changes of one schema, each in a transaction of its own.
 *
 * What has run is kept in the schema with the digest of its text. A migration that was changed after it
 * had run, or that ran here and is missing from this build, is refused by name. Several processes may
 * migrate at once: one does, the others find it done.
 */
#ifndef COMMON_IO_MIGRATE_H
#define COMMON_IO_MIGRATE_H

#include "common/io/db.h"

/* Made by migrations2c.awk; a name of NULL ends a set. Names differ between the sets of a schema. */
struct migration {
	const char *name;
	const char *sql;
};

/* The statements that keep the books; the build gives SQL to layers above this one only. */
struct migrate_statements {
	const struct db_statement *prepare, *lock, *look, *add, *stray;
};

#define MIGRATE_REASON_SIZE 768

/*
 * Runs what has not run, set by set; sets ends with NULL. After anything but STATUS_OK reason has a
 * sentence, and what ran before the failure stays.
 */
enum status migrate_run(struct db *db, const struct migrate_statements *statements,
                        const struct migration *const *sets,
                        char reason[static MIGRATE_REASON_SIZE]) MUST_CHECK;

#endif
