/*
 * copy_bench - binary COPY of the rows of one fact table into another, a transaction per 1,000 rows.
 *
 *   copy_bench FROM_URI TO_URI
 *
 * Reads all rows into memory first, then writes them over one connection, and prints "rows seconds
 * cpu_seconds" of the writing alone. It is the limit that a daemon is measured against.
 */
#include "common/base/bytes.h"
#include "common/base/memory.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 1000
#define HEADER_SIZE 19 /* signature, flags, and the size of no extension */
#define COLUMNS \
	"stream, sequence, topic, partition, key, type, subject, time, mesh_time, message, headers"

static const unsigned char trailer[2] = { 0xff, 0xff };

_Noreturn static void give_up(const char *reason)
{
	fprintf(stderr, "copy_bench: %s\n", reason);
	_exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static PGconn *connect_to(const char *uri)
{
	PGconn *const connection = PQconnectdb(uri);

	if (PQstatus(connection) != CONNECTION_OK)
		give_up(PQerrorMessage(connection));
	return connection;
}

/* The server sends a row, or its header, or its trailer, as one piece each. */
static size_t read_rows(PGconn *from, struct buffer *rows)
{
	size_t count = 0;
	char *piece;
	int size;

	PQclear(PQexec(from,
	               "copy (select " COLUMNS " from fact order by stream, sequence) to stdout"
	               " (format binary)"));
	while ((size = PQgetCopyData(from, &piece, 0)) > 0) {
		const char *row = piece;

		if (count == 0 && rows->size == 0 && size >= HEADER_SIZE) {
			row += HEADER_SIZE;
			size -= HEADER_SIZE;
		}
		if (size > (int)sizeof(trailer)) {
			buffer_add_u32(rows, (uint32_t)size);
			buffer_add(rows, row, (size_t)size);
			count++;
		}
		PQfreemem(piece);
	}
	if (size != -1)
		give_up(PQerrorMessage(from));
	return count;
}

static void write_batch(PGconn *to, const struct buffer *batch)
{
	PGresult *result;

	PQclear(PQexec(to, "copy fact (" COLUMNS ") from stdin (format binary)"));
	if (PQputCopyData(to, (const char *)batch->data, (int)batch->size) != 1 ||
	    PQputCopyEnd(to, NULL) != 1)
		give_up(PQerrorMessage(to));
	result = PQgetResult(to);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(PQerrorMessage(to));
	PQclear(result);
	PQclear(PQgetResult(to));
}

static void write_rows(PGconn *to, const struct buffer *rows)
{
	static const char header[HEADER_SIZE] = "PGCOPY\n\377\r\n";
	struct buffer batch = { 0 };
	size_t at = 0;

	while (at < rows->size) {
		buffer_clear(&batch);
		buffer_add(&batch, header, sizeof(header));
		for (int i = 0; i < BATCH && at < rows->size; i++) {
			const uint32_t size = bytes_u32(rows->data + at);

			buffer_add(&batch, rows->data + at + 4, size);
			at += 4 + size;
		}
		buffer_add(&batch, trailer, sizeof(trailer));
		write_batch(to, &batch);
	}
	buffer_finish(&batch);
}

int main(int argc, char **argv)
{
	struct buffer rows = { 0 };

	if (argc != 3)
		give_up("usage: copy_bench FROM_URI TO_URI");
	PGconn *const from = connect_to(argv[1]);
	PGconn *const to = connect_to(argv[2]);
	const size_t count = read_rows(from, &rows);
	const double start = seconds(CLOCK_MONOTONIC);
	const double start_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

	write_rows(to, &rows);
	printf("%zu %.4f %.4f\n", count, seconds(CLOCK_MONOTONIC) - start,
	       seconds(CLOCK_PROCESS_CPUTIME_ID) - start_cpu);
	PQfinish(from);
	PQfinish(to);
	buffer_finish(&rows);
	return 0;
}
