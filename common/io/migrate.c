#include "common/io/migrate.h"

#include <stdio.h>

struct run {
	struct db *db;
	const struct migrate_statements *statements;
	char *reason;
};

static enum status say(const struct run *run, enum status status, const char *name,
                       const char *problem)
{
	snprintf(run->reason, MIGRATE_REASON_SIZE, "migration %s: %s", name, problem);
	return status;
}

/* In a transaction that holds the lock. */
static enum status run_one(const struct run *run, const struct migration *migration)
{
	AUTO_ROWS rows = NULL;

	TRY(db_query_values(run->db, run->statements->lock, NULL, 0, NULL));
	TRY(db_query(run->db, run->statements->look, &rows, DB_TEXT(migration->name),
	             DB_TEXT(migration->sql)));
	if (db_rows_count(rows) == 0) {
		TRY(db_script(run->db, migration->sql));
		return db_exec(run->db, run->statements->add, DB_TEXT(migration->name),
		               DB_TEXT(migration->sql));
	}
	if (db_int(rows, 0, 0) == 0)
		return say(run, STATUS_FATAL, migration->name,
		           "it was changed after it had run here");
	return STATUS_OK;
}

static enum status prepare_books(const struct run *run)
{
	TRY(db_query_values(run->db, run->statements->lock, NULL, 0, NULL));
	return db_query_values(run->db, run->statements->prepare, NULL, 0, NULL);
}

/* migration NULL: the table of what has run. */
static enum status in_transaction(const struct run *run, const struct migration *migration)
{
	const char *const name = migration != NULL ? migration->name : "table";
	enum status status;

	run->reason[0] = '\0';
	status = db_transaction(run->db, DB_BEGIN);
	if (status == STATUS_OK)
		status = migration != NULL ? run_one(run, migration) : prepare_books(run);
	if (status == STATUS_OK)
		status = db_transaction(run->db, DB_COMMIT);
	if (status == STATUS_OK)
		return STATUS_OK;
	if (run->reason[0] == '\0')
		say(run, status, name, db_reason(run->db));
	if (db_connected(run->db) && db_transaction(run->db, DB_ROLLBACK) != STATUS_OK)
		return STATUS_RETRY;
	return status;
}

/* Ran here, but this build does not have it: this build is too old, or a file was lost. */
static enum status refuse_strays(const struct run *run, const struct migration *const *sets)
{
	__attribute__((cleanup(db_array_finish))) struct db_array names = { 0 };
	AUTO_ROWS rows = NULL;
	enum status status;

	db_array_clear(&names, DB_KIND_TEXT);
	for (; *sets != NULL; sets++) {
		for (const struct migration *migration = *sets; migration->name != NULL;
		     migration++)
			db_array_run(&names, bytes_of(migration->name));
	}
	status = db_query(run->db, run->statements->stray, &rows, DB_ARRAY(&names));
	if (status != STATUS_OK)
		return say(run, status, "table", db_reason(run->db));
	if (db_rows_count(rows) > 0)
		return say(run, STATUS_FATAL, db_text(rows, 0, 0),
		           "it has run here, and this build does not have it");
	return STATUS_OK;
}

static enum status prepare(const struct run *run, const struct db_statement *const *statements,
                           size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const enum status status = db_prepare(run->db, statements[i]);

		if (status != STATUS_OK)
			return say(run, status, "table", db_reason(run->db));
	}
	return STATUS_OK;
}

enum status migrate_run(struct db *db, const struct migrate_statements *statements,
                        const struct migration *const *sets,
                        char reason[static MIGRATE_REASON_SIZE])
{
	const struct run run = { db, statements, reason };
	const struct db_statement *const before[] = { statements->lock, statements->prepare };
	const struct db_statement *const after[] = { statements->look, statements->add,
		                                     statements->stray };

	reason[0] = '\0';
	TRY(prepare(&run, before, COUNT_OF(before)));
	TRY(in_transaction(&run, NULL));
	TRY(prepare(&run, after, COUNT_OF(after)));
	TRY(refuse_strays(&run, sets));
	for (const struct migration *const *set = sets; *set != NULL; set++) {
		for (const struct migration *migration = *set; migration->name != NULL; migration++)
			TRY(in_transaction(&run, migration));
	}
	return STATUS_OK;
}
