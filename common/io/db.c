#include "common/io/db_inside.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_SIZE 1024

/*
 * lock_timeout: nobody waits longer for an owner that froze. The keepalives are the server's: it ends the
 * transaction of a client that is gone, and with it its locks, within 11 s. enable_seqscan: a plan made while
 * a table was empty must not read all of it when it has grown.
 */
#define SESSION                                                                     \
	"-c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC "         \
	"-c lock_timeout=2s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 " \
	"-c tcp_keepalives_count=3 -c enable_seqscan=off"

struct db *db_create(const struct db_settings *settings)
{
	struct db *const db = memory_zero(sizeof(*db));

	db->settings = settings;
	return db;
}

static void drop(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
}

void db_destroy(struct db *db)
{
	if (db == NULL)
		return;
	drop(db);
	memory_free(db);
}

bool db_connected(const struct db *db)
{
	return db->conn != NULL;
}

const char *db_reason(const struct db *db)
{
	return db->error.reason;
}

const char *db_state(const struct db *db)
{
	return db->error.state;
}

const char *db_detail(const struct db *db)
{
	return db->error.detail;
}

/* Messages of libpq end with a line break, and may have several lines. */
static void keep(char *text, size_t size, const char *message)
{
	size_t length;

	snprintf(text, size, "%s", message != NULL ? message : "");
	length = strlen(text);
	while (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			text[i] = ' ';
	}
}

enum status db_refuse(struct db *db, enum status status, const char *message)
{
	db->error.state[0] = '\0';
	db->error.detail[0] = '\0';
	keep(db->error.reason, sizeof(db->error.reason), message);
	return status;
}

void db_disconnect(struct db *db, const char *reason)
{
	drop(db);
	db_refuse(db, STATUS_RETRY, reason);
}

/* What libpq says about the connection itself; after it there is none. */
enum status db_lose(struct db *db)
{
	if (db->conn != NULL) {
		db_refuse(db, STATUS_RETRY, PQerrorMessage(db->conn));
		drop(db);
	}
	if (db->error.reason[0] == '\0')
		db_refuse(db, STATUS_RETRY, "the connection is gone");
	return STATUS_RETRY;
}

enum status db_classify(const char *state)
{
	static const struct {
		const char *class;
		enum status status;
	} classes[] = {
		{ "22", STATUS_REJECT }, /* data exception */
		{ "23", STATUS_FATAL },  /* integrity constraint violation */
		{ "42", STATUS_FATAL },  /* the statement itself is wrong */
	};

	for (size_t i = 0; state != NULL && i < COUNT_OF(classes); i++) {
		if (strncmp(state, classes[i].class, 2) == 0)
			return classes[i].status;
	}
	return STATUS_RETRY;
}

static bool refusing(const struct db *db, const char *constraint)
{
	const char *const *listed = db->settings->refusing;

	for (; constraint != NULL && listed != NULL && *listed != NULL; listed++) {
		if (strcmp(*listed, constraint) == 0)
			return true;
	}
	return false;
}

/* Keeps what the server said about an answer; STATUS_OK for a good one. */
enum status db_judge(struct db *db, const PGresult *result)
{
	const char *const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	switch ((int)PQresultStatus(result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_SINGLE_TUPLE:
	case PGRES_PIPELINE_SYNC:
	case PGRES_EMPTY_QUERY: return STATUS_OK;
	default: break;
	}
	keep(db->error.state, sizeof(db->error.state), state);
	keep(db->error.detail, sizeof(db->error.detail),
	     PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
	keep(db->error.reason, sizeof(db->error.reason), PQresultErrorMessage(result));
	if (refusing(db, PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)))
		return STATUS_REJECT;
	return db_classify(state);
}

/* Connecting. */

/* Ours, then those that the address itself brings along. FATAL: it cannot be read. */
static enum status session_options(struct db *db, char options[static OPTIONS_SIZE])
{
	const char *const schema = db->settings->schema;
	char *problem = NULL;
	PQconninfoOption *const parts = PQconninfoParse(db->settings->uri, &problem);
	int size;

	if (parts == NULL) {
		db_refuse(db, STATUS_FATAL,
		          problem != NULL ? problem : "the address cannot be read");
		PQfreemem(problem);
		return STATUS_FATAL;
	}
	size = snprintf(options, OPTIONS_SIZE, SESSION "%s%s",
	                schema != NULL ? " -c search_path=" : "", schema != NULL ? schema : "");
	for (const PQconninfoOption *part = parts; part->keyword != NULL; part++) {
		if (strcmp(part->keyword, "options") == 0 && part->val != NULL)
			size +=
			    snprintf(options + size, OPTIONS_SIZE - (size_t)size, " %s", part->val);
		if (size < 0 || size >= OPTIONS_SIZE)
			break;
	}
	PQconninfoFree(parts);
	if (size < 0 || size >= OPTIONS_SIZE)
		return db_refuse(db, STATUS_FATAL, "the address has too many options");
	return STATUS_OK;
}

static enum status connect_now(struct db *db, const char *options)
{
	/* What stands before dbname is a default that the address may change. */
	const char *const keywords[] = { "connect_timeout",
		                         "keepalives_idle",
		                         "keepalives_interval",
		                         "keepalives_count",
		                         "tcp_user_timeout",
		                         "client_encoding",
		                         "dbname",
		                         "application_name",
		                         "options",
		                         NULL };
	const char *const values[] = {
		"2",     "5", "2", "3", "10000", "UTF8", db->settings->uri, db->settings->name,
		options, NULL
	};

	db->conn = PQconnectdbParams(keywords, values, 1);
	CHECK(db->conn != NULL);
	if (PQstatus(db->conn) != CONNECTION_OK || PQsetnonblocking(db->conn, 1) != 0)
		return db_lose(db);
	return STATUS_OK;
}

/* The server's notices are for people at a terminal. */
static void notice_drop(void *argument, const PGresult *result)
{
	(void)argument;
	(void)result;
}

enum status db_connect(struct db *db)
{
	char options[OPTIONS_SIZE];

	drop(db);
	db_refuse(db, STATUS_OK, "");
	TRY(session_options(db, options));
	TRY(connect_now(db, options));
	PQsetNoticeReceiver(db->conn, notice_drop, NULL);
	return STATUS_OK;
}

/* Waiting. */

/* Sends and receives once, for at most so long. READY: something moved. */
enum wait db_wait_once(struct db *db, struct duration wait)
{
	const int unsent = PQflush(db->conn);
	struct pollfd socket = { .fd = PQsocket(db->conn),
		                 .events = (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN) };
	const int64_t ms = wait.us > 0 ? (wait.us + 999) / 1000 : 0;
	int ready;

	if (unsent < 0)
		return WAIT_BROKEN;
	ready = poll(&socket, 1, (int)(ms < INT32_MAX ? ms : INT32_MAX));
	if (ready < 0)
		return errno == EINTR ? WAIT_OVER : WAIT_BROKEN;
	if (ready == 0)
		return WAIT_OVER;
	if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(db->conn) == 0)
		return WAIT_BROKEN;
	return WAIT_READY;
}

/* Until an answer can be taken without waiting. RETRY: the connection broke, or had to be given up. */
enum status db_wait_answer(struct db *db, struct duration patience)
{
	struct instant until = time_add(time_monotonic(), patience);

	while (PQisBusy(db->conn) != 0 || PQflush(db->conn) > 0) {
		const struct instant now = time_monotonic();

		if (!time_before(now, until)) {
			drop(db);
			return db_refuse(db, STATUS_RETRY, "the server gave no answer in time");
		}
		switch (db_wait_once(db, time_since(now, until))) {
		case WAIT_BROKEN: return db_lose(db);
		case WAIT_READY: until = time_add(time_monotonic(), patience); break;
		case WAIT_OVER: break;
		}
	}
	return STATUS_OK;
}
