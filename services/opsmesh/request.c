#include "services/opsmesh/request.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>
#include <strings.h>

#define WORD_MAX 64
#define PATH_MAX_SIZE 2048
#define VALUE_MAX 8192

static bool read_headers(struct arena *arena, const struct json_place *top, struct request *request,
                         struct json_error *error)
{
	struct json_place headers;
	const char *name;
	json_t *value;

	if (!json_has(top, "headers"))
		return true;
	if (!json_object_at(top, "headers", &headers, error))
		return false;
	json_object_foreach(headers.value, name, value)
	{
		const char *text = NULL;

		if (request->header_count == REQUEST_HEADERS_MAX)
			return json_refuse(top, "headers", error, "are more than %d",
			                   REQUEST_HEADERS_MAX);
		if (!json_text_at(&headers, name, VALUE_MAX, &text, error))
			return false;
		if (strpbrk(name, ":\r\n ") != NULL || strpbrk(text, "\r\n") != NULL)
			return json_refuse(top, "headers", error,
			                   "have a line break or a colon in them");
		request_header(request, arena_string(arena, name), arena_string(arena, text));
	}
	return true;
}

static bool read_body(struct arena *arena, const struct json_place *top, struct request *request,
                      struct json_error *error)
{
	const json_t *const body = json_object_get(top->value, "body");
	const char *encoded = NULL;

	if (!json_text_if(top, "body_base64", REQUEST_LINE_MAX, &encoded, error))
		return false;
	if (body != NULL && encoded != NULL)
		return json_refuse(top, "body", error, "stands beside body_base64");
	if (encoded != NULL)
		return text_unbase64(arena, encoded, &request->body) ||
		       json_refuse(top, "body_base64", error, "is no base64");
	if (json_is_string(body))
		request->body = arena_bytes(arena, (struct bytes){ json_string_value(body),
		                                                   json_string_length(body) });
	else if (body != NULL)
		request->body = json_compact(arena, body);
	return true;
}

const char *request_find(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

/* What the edge asks for, where the line does not say. */
static void type_body(struct request *request)
{
	if (request->body.data != NULL && request_find(request, "content-type") == NULL)
		request_header(request, "content-type",
		               text_starts(request->path, "/v1/email/") ? "message/rfc822"
		                                                        : "application/json");
}

/* The provider that a path names: "/v1/webhooks/stripe". */
static int scheme_of_path(const char *path)
{
	static const char before[] = "/v1/webhooks/";
	const char *const name = text_starts(path, before) ? path + sizeof(before) - 1 : "";
	const struct bytes last = { name, strcspn(name, "/?") };

	for (int i = 0; i < SIGNATURE_SCHEMES; i++)
		if (bytes_equal(bytes_of(signature_name((enum signature_scheme)i)), last))
			return i;
	return bytes_equal(bytes_of("generic"), last) ? (int)SIGNATURE_STANDARD : -1;
}

/* "none" is the last word of the list: not to be signed, whatever the path says. */
static bool read_scheme(const struct json_place *top, struct request *request,
                        struct json_error *error)
{
	const char *const field = json_has(top, "provider") ? "provider" : "sign";
	const char *names[SIGNATURE_SCHEMES + 2] = { NULL };

	if (!json_has(top, field)) {
		request->scheme = scheme_of_path(request->path);
		return true;
	}
	for (int i = 0; i < SIGNATURE_SCHEMES; i++)
		names[i] = signature_name((enum signature_scheme)i);
	names[SIGNATURE_SCHEMES] = "none";
	if (!json_word_at(top, field, names, &request->scheme, error))
		return false;
	request->named = request->scheme < SIGNATURE_SCHEMES;
	request->scheme = request->named ? request->scheme : -1;
	return true;
}

static bool read_texts(struct arena *arena, const struct json_place *top, struct request *request,
                       struct json_error *error)
{
	request->method = "POST";
	if (!json_text_if(top, "method", WORD_MAX, &request->method, error) ||
	    !json_text_at(top, "path", PATH_MAX_SIZE, &request->path, error) ||
	    !json_text_if(top, "key", WORD_MAX, &request->key, error) ||
	    !json_text_if(top, "sign_id", VALUE_MAX, &request->sign_id, error))
		return false;
	if (request->path[0] != '/')
		return json_refuse(top, "path", error, "must begin with /");
	request->method = arena_string(arena, request->method);
	request->path = arena_string(arena, request->path);
	request->sign_id = request->sign_id == NULL ? NULL : arena_string(arena, request->sign_id);
	request->key = request->key == NULL ? NULL : arena_string(arena, request->key);
	return true;
}

bool request_read(struct arena *arena, struct bytes line, struct request *request,
                  struct json_error *error)
{
	static const char *const fields[] = { "method",      "path",    "headers",     "body",
		                              "body_base64", "key",     "sign",        "provider",
		                              "sign_time",   "sign_id", "received_at", "note",
		                              NULL };
	struct request result = { .received_at = TIME_MIN, .sign_time = TIME_MIN };
	char text[JSON_ERROR_SIZE];
	AUTO_JSON document = NULL;

	if (!json_parse(line, REQUEST_LINE_MAX, &document, error))
		return false;

	const struct json_place top = json_top(document);

	if (json_is_object(document) && !json_only(&top, fields, error))
		result.strange = arena_string(arena, json_error_text(error, text));
	if (!read_texts(arena, &top, &result, error) ||
	    !json_instant_if(&top, "received_at", &result.received_at, error) ||
	    !json_instant_if(&top, "sign_time", &result.sign_time, error) ||
	    !read_scheme(&top, &result, error) || !read_headers(arena, &top, &result, error) ||
	    !read_body(arena, &top, &result, error))
		return false;
	type_body(&result);
	*request = result;
	return true;
}

void request_header(struct request *request, const char *name, const char *value)
{
	CHECK(request->header_count < COUNT_OF(request->headers));
	request->headers[request->header_count++] = (struct http_client_header){ name, value };
}

/* Of Standard Webhooks: as the line says, else made from the bytes, so that a repetition is known as one. */
static const char *message_id(struct arena *arena, const struct request *request, struct bytes body)
{
	const char *const header = request_find(request, "webhook-id");
	uint8_t digest[DIGEST_SIZE];

	if (request->sign_id != NULL || header != NULL)
		return request->sign_id != NULL ? request->sign_id : header;
	digest_sha256(body, digest);
	return arena_printf(arena, "msg_%s",
	                    text_hex(arena, (struct bytes){ digest, sizeof(digest) }));
}

bool request_sign(struct arena *arena, struct request *request, const char *text, struct instant at)
{
	const enum signature_scheme scheme = (enum signature_scheme)request->scheme;
	const struct bytes body = request->body.data == NULL ? bytes_of("") : request->body;
	const struct signature_message message = { body, at, message_id(arena, request, body) };
	struct signature_header headers[SIGNATURE_HEADERS_MAX];
	struct signature_secrets secrets;
	size_t count;

	if (!signature_secrets_parse(arena, scheme, text, &secrets))
		return false;
	count = signature_sign(arena, scheme, secrets.list[0], &message, headers);
	for (size_t i = 0; i < count; i++)
		if (!text_equal(headers[i].name, "webhook-id") &&
		    request_find(request, headers[i].name) != NULL)
			return true;
	for (size_t i = 0; i < count; i++)
		if (request_find(request, headers[i].name) == NULL)
			request_header(request, headers[i].name, headers[i].value);
	return true;
}
