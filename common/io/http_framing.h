/*
 * http_framing - whether a request's head is exactly what HTTP/1.1 says it should be.
 *
 * libmicrohttpd parses leniently: bare LF as a line end, folded lines, NUL, spaces in the request
 * line and repeated fields all pass. It parses in place, though, and tells the size of the head, so
 * every byte can be accounted for: what stands between two fields must be one CRLF.
 *
 * One malformation cannot be told apart from CRLF afterwards, because both bytes are overwritten:
 * NUL directly followed by LF.
 */
#ifndef COMMON_IO_HTTP_FRAMING_H
#define COMMON_IO_HTTP_FRAMING_H

#include "common/base/status.h"
#include "common/io/http_server.h"

#define HTTP_HEADERS_MAX 100 /* several times what any sender of ours needs */

/* A head as the library left it in its buffer. Names and values are where they were received. */
struct http_head {
	const char *method;
	const char *target;
	size_t target_size; /* as received */
	const char *version;
	const struct http_field *fields; /* in order */
	size_t field_count;
	size_t size; /* of the whole head, with the empty line */
};

/* field may become NULL. Status 0: well formed; else 400 or 411. */
struct http_fault {
	int status;
	const char *field;
	const char *reason;
};

struct http_fault http_framing_check(const struct http_head *head);

/* The value of Content-Length: digits alone, at most 18 of them. */
bool http_length_parse(const char *value, uint64_t *length);

#endif
