/*
 * http_route - which route a request target means. Pure.
 *
 * A target is split at "?", its path at "/" and its query at "&" and "="; only then are the pieces
 * percent-decoded, so that an encoded slash never makes a segment. "+" stands for itself.
 */
#ifndef COMMON_IO_HTTP_ROUTE_H
#define COMMON_IO_HTTP_ROUTE_H

#include "common/io/http_server.h"

#define HTTP_QUERY_MAX 32 /* more fields than any route has */

/* The decoded piece in the arena; false: a bad escape, not UTF-8, or NUL in it. */
bool http_unescape(struct arena *arena, struct bytes piece, const char **text);

/* Whether the path fits the pattern; fills as many parameters as the pattern has. */
bool http_route_match(struct arena *arena, const char *pattern, struct bytes path,
                      const char *parameters[static HTTP_PARAMETERS_MAX]);

/* Splits a query (without "?"); false: malformed, a name given twice, or too many fields. */
bool http_query_parse(struct arena *arena, struct bytes query, const struct http_field **fields,
                      size_t *count);

/* The path of a target, without the query; query may be NULL. Absent query: data is NULL. */
struct bytes http_target_path(const char *target, struct bytes *query);

#endif
