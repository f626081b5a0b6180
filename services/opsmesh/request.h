/*
 * request - one line of a file that `opsmesh send` sends.
 *
 * {"method","path","headers","body" | "body_base64","received_at","key","provider","sign_time","sign_id",
 * "note"};
 * only path is required. What the fields mean is said by `opsmesh send --help`.
 */
#ifndef SERVICES_OPSMESH_REQUEST_H
#define SERVICES_OPSMESH_REQUEST_H

#include "common/io/http_client.h"
#include "common/io/json.h"
#include "common/io/signature.h"

#define REQUEST_LINE_MAX (48UL * 1024 * 1024) /* a mail of 25 MiB in base64, and room */
#define REQUEST_HEADERS_MAX 32

struct request {
	const char *method;
	const char *path;
	struct http_client_header headers[REQUEST_HEADERS_MAX + SIGNATURE_HEADERS_MAX + 4];
	size_t header_count;
	struct bytes body;          /* data NULL: none */
	struct instant received_at; /* TIME_MIN: not said */
	const char *key;            /* NULL: not said; "" none */
	int scheme;                 /* of enum signature_scheme; -1: not to be signed */
	struct instant sign_time;   /* TIME_MIN: not said */
	bool named;                 /* the line says so, not the path */
	const char *sign_id;        /* NULL: not said */
	const char *strange;        /* a field that means nothing here, as a sentence; NULL: none */
};

/* All of it lives in the arena. */
bool request_read(struct arena *arena, struct bytes line, struct request *request,
                  struct json_error *error) MUST_CHECK;
void request_header(struct request *request, const char *name, const char *value);
/* Its value, by the name in any case; NULL: absent. */
const char *request_find(const struct request *request, const char *name);
/*
 * Adds the provider's headers; a signature that the line brings is sent as it is. secrets is a setting's
 * text; false: no secret in it.
 */
bool request_sign(struct arena *arena, struct request *request, const char *secrets,
                  struct instant at) MUST_CHECK;

#endif
