/*
 * db_statement - statements, transactions and pipelines on a connection of db.c.
 */
#include "common/io/db_inside.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define SCRIPT_PATIENCE MINUTES(30) /* a migration may rewrite a table */
#define FORMAT_BINARY 1

/* The last answer of what was sent, or the one that failed; the others are thrown away. */
static enum status take(struct db *db, struct duration patience, struct db_rows **rows)
{
	enum status status = STATUS_OK;
	PGresult *kept = NULL;

	for (;;) {
		PGresult *result;
		enum status answer = db_wait_answer(db, patience);

		if (answer != STATUS_OK) {
			PQclear(kept);
			return answer;
		}
		result = PQgetResult(db->conn);
		if (result == NULL)
			break;
		answer = db_judge(db, result);
		if (status == STATUS_OK)
			status = answer;
		PQclear(kept);
		kept = result;
	}
	if (PQstatus(db->conn) != CONNECTION_OK) {
		PQclear(kept);
		return db_lose(db);
	}
	if (status != STATUS_OK || rows == NULL) {
		PQclear(kept);
		return status;
	}
	*rows = memory_zero(sizeof(**rows));
	(*rows)->result = kept;
	(*rows)->count = PQresultStatus(kept) == PGRES_TUPLES_OK
	                     ? (size_t)PQntuples(kept)
	                     : (size_t)strtoul(PQcmdTuples(kept), NULL, 10);
	return STATUS_OK;
}

void db_rows_free(struct db_rows *rows)
{
	if (rows == NULL)
		return;
	PQclear(rows->result);
	memory_free(rows);
}

/* Statements. */

static enum status connected(struct db *db)
{
	if (db->conn != NULL)
		return STATUS_OK;
	if (db->error.reason[0] == '\0')
		db_refuse(db, STATUS_RETRY, "not connected");
	return STATUS_RETRY;
}

static enum status send_values(struct db *db, const struct db_statement *statement,
                               const struct db_value *values, size_t count)
{
	const char *data[DB_PARAMS_MAX];
	int sizes[DB_PARAMS_MAX];
	int formats[DB_PARAMS_MAX];
	unsigned char room[DB_PARAMS_MAX][8];

	CHECK(count <= DB_PARAMS_MAX);
	CHECK((int)count == statement->params);
	TRY(connected(db));
	for (size_t i = 0; i < count; i++) {
		const struct wire wire = db_value_wire(&values[i], room[i]);

		data[i] = wire.data;
		sizes[i] = wire.size;
		formats[i] = FORMAT_BINARY;
	}
	if (PQsendQueryPrepared(db->conn, statement->name, (int)count, data, sizes, formats,
	                        FORMAT_BINARY) != 1)
		return db_lose(db);
	return STATUS_OK;
}

enum status db_prepare(struct db *db, const struct db_statement *statement)
{
	TRY(connected(db));
	if (PQsendPrepare(db->conn, statement->name, statement->sql, 0, NULL) != 1)
		return db_lose(db);
	return take(db, DB_PATIENCE, NULL);
}

enum status db_describe(struct db *db, const struct db_statement *statement, uint32_t *oids,
                        size_t most, size_t *count)
{
	AUTO_ROWS rows = NULL;

	TRY(connected(db));
	if (PQsendDescribePrepared(db->conn, statement->name) != 1)
		return db_lose(db);
	TRY(take(db, DB_PATIENCE, &rows));
	*count = 0;
	for (int i = 0; i < PQnfields(rows->result) && *count < most; i++)
		oids[(*count)++] = PQftype(rows->result, i);
	return STATUS_OK;
}

enum status db_query_values(struct db *db, const struct db_statement *statement,
                            const struct db_value *values, size_t count, struct db_rows **rows)
{
	TRY(send_values(db, statement, values, count));
	return take(db, DB_PATIENCE, rows);
}

enum status db_each_values(struct db *db, const struct db_statement *statement,
                           void (*tell)(void *argument, const struct db_rows *row), void *argument,
                           const struct db_value *values, size_t count)
{
	enum status status = STATUS_OK;

	TRY(send_values(db, statement, values, count));
	if (PQsetSingleRowMode(db->conn) != 1)
		return db_lose(db);
	for (;;) {
		struct db_rows row = { .count = 1 };

		TRY(db_wait_answer(db, DB_PATIENCE));
		row.result = PQgetResult(db->conn);
		if (row.result == NULL)
			break;
		if (PQresultStatus(row.result) == PGRES_SINGLE_TUPLE)
			tell(argument, &row);
		else if (status == STATUS_OK)
			status = db_judge(db, row.result);
		PQclear(row.result);
	}
	return PQstatus(db->conn) == CONNECTION_OK ? status : db_lose(db);
}

enum status db_script(struct db *db, const char *sql)
{
	TRY(connected(db));
	if (PQsendQuery(db->conn, sql) != 1)
		return db_lose(db);
	return take(db, SCRIPT_PATIENCE, NULL);
}

/* Transactions. */

enum status db_transaction(struct db *db, enum db_verb verb)
{
	static const char *const words[] = {
		[DB_BEGIN] = "BEGIN",
		[DB_COMMIT] = "COMMIT",
		[DB_ROLLBACK] = "ROLLBACK",
	};

	TRY(connected(db));
	if (PQsendQueryParams(db->conn, words[verb], 0, NULL, NULL, NULL, NULL, FORMAT_BINARY) != 1)
		return db_lose(db);
	if (PQpipelineStatus(db->conn) != PQ_PIPELINE_OFF)
		return STATUS_OK;
	return take(db, DB_PATIENCE, NULL);
}

enum status db_pipeline_enter(struct db *db)
{
	TRY(connected(db));
	db->committed = false;
	db->failure = STATUS_OK;
	return PQenterPipelineMode(db->conn) == 1 ? STATUS_OK : db_lose(db);
}

enum status db_queue_values(struct db *db, const struct db_statement *statement,
                            const struct db_value *values, size_t count)
{
	return send_values(db, statement, values, count);
}

enum status db_pipeline_send(struct db *db)
{
	TRY(connected(db));
	if (PQpipelineSync(db->conn) != 1 || PQflush(db->conn) < 0)
		return db_lose(db);
	return STATUS_OK;
}

/* True: the pipeline has given its last answer. */
static bool note_answer(struct db *db, PGresult *result)
{
	const ExecStatusType code = PQresultStatus(result);

	if (code == PGRES_PIPELINE_SYNC)
		return true;
	if (code == PGRES_COMMAND_OK && strcmp(PQcmdStatus(result), "COMMIT") == 0)
		db->committed = true;
	else if (code != PGRES_PIPELINE_ABORTED && db->failure == STATUS_OK)
		db->failure = db_judge(db, result);
	return false;
}

/* Takes what has come. True: the pipeline has given its last answer. */
static bool take_answers(struct db *db)
{
	bool nothing = false;

	while (PQisBusy(db->conn) == 0) {
		PGresult *const result = PQgetResult(db->conn);
		bool last;

		/* One absent result ends a statement's answers; two in a row, and the server is gone. */
		if (result == NULL && nothing)
			return false;
		nothing = result == NULL;
		last = result != NULL && note_answer(db, result);
		PQclear(result);
		if (last)
			return true;
	}
	return false;
}

static enum db_progress pipeline_end(struct db *db, enum status *status)
{
	if (PQexitPipelineMode(db->conn) != 1) {
		*status = db_lose(db);
		return DB_GONE;
	}
	if (db->failure == STATUS_OK && db->committed)
		return DB_COMMITTED;
	*status = db->failure;
	if (db->failure == STATUS_OK)
		*status = db_refuse(db, STATUS_RETRY, "the server did not commit");
	return DB_FAILED;
}

/* After an error the end of the pipeline does not end the transaction. */
static enum db_progress pipeline_undo(struct db *db)
{
	if (db_transaction(db, DB_ROLLBACK) == STATUS_OK)
		return DB_FAILED;
	db_lose(db);
	return DB_GONE;
}

enum db_progress db_pipeline_poll(struct db *db, struct duration wait, enum status *status)
{
	const struct instant until = time_add(time_monotonic(), wait);
	enum db_progress progress;

	*status = STATUS_RETRY;
	if (db->conn == NULL)
		return DB_GONE;
	while (!take_answers(db)) {
		const struct duration left = time_since(time_monotonic(), until);

		if (PQstatus(db->conn) != CONNECTION_OK || db_wait_once(db, left) == WAIT_BROKEN) {
			db_lose(db);
			return DB_GONE;
		}
		if (left.us <= 0)
			return DB_WORKING;
	}
	progress = pipeline_end(db, status);
	return progress == DB_FAILED ? pipeline_undo(db) : progress;
}
