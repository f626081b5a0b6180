/*
 * db_inside - what the files of db share, and nobody else sees.
 */
#ifndef COMMON_IO_DB_INSIDE_H
#define COMMON_IO_DB_INSIDE_H

#include "common/io/db.h"

#include <libpq-fe.h>

#define DB_STATE_SIZE 6
#define DB_REASON_SIZE 512
#define DB_DETAIL_SIZE 8192 /* room for the names of 150 shards */

/* What went wrong last. */
struct db_error {
	char state[DB_STATE_SIZE];
	char reason[DB_REASON_SIZE];
	char detail[DB_DETAIL_SIZE];
};

struct db {
	const struct db_settings *settings;
	PGconn *conn; /* NULL: not connected; else it never blocks */
	struct db_error error;
	bool committed;      /* of the pipeline: the server said so */
	enum status failure; /* of the pipeline: its first */
};

struct db_rows {
	PGresult *result;
	size_t count;
};

/* A parameter as libpq takes it. */
struct wire {
	const char *data;
	int size;
};

/* room keeps the bytes of a number. */
struct wire db_value_wire(const struct db_value *value, unsigned char room[static 8]);

/* Keeps a reason of our own; answers the status. */
enum status db_refuse(struct db *db, enum status status, const char *message);
/* Keeps what libpq says about the connection, and drops it. Answers STATUS_RETRY. */
enum status db_lose(struct db *db);
/* Keeps what the server said about an answer; STATUS_OK for a good one. */
enum status db_judge(struct db *db, const PGresult *result);

enum wait { WAIT_OVER, WAIT_READY, WAIT_BROKEN };
/* Sends and receives once, for at most so long. READY: something moved. */
enum wait db_wait_once(struct db *db, struct duration wait);
/* Until an answer can be taken without waiting. RETRY: the connection broke, or had to be given up. */
enum status db_wait_answer(struct db *db, struct duration patience);

#endif
