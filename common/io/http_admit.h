/*
 * http_admit - judges the head of a request: framing, route, length, media type.
 *
 * Fills the exchange's request and handler, or says why it never reaches one.
 */
#ifndef COMMON_IO_HTTP_ADMIT_H
#define COMMON_IO_HTTP_ADMIT_H

#include "common/io/http_exchange.h"

struct http_route_set {
	const struct http_route *routes; /* ended by a method of NULL */
	void *context;
};

/* Status 0: admitted. Texts are static or in the request's arena. */
struct http_refusal {
	int status;
	const char *field; /* may be NULL */
	const char *reason;
	struct http_field header; /* goes with the answer; name NULL: none */
	bool close;               /* framing is in doubt: the connection ends */
};

struct http_refusal http_admit(struct http_exchange *exchange, const struct http_head *head,
                               const struct http_route_set *sets, size_t set_count);

#endif
