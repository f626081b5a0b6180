#include "common/io/http_admit.h"

#include "common/base/text.h"
#include "common/io/http_route.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static struct http_refusal refuse(int status, const char *field, const char *reason)
{
	return (struct http_refusal){ .status = status, .field = field, .reason = reason };
}

static const char *lower(struct arena *arena, const char *name)
{
	char *const copy = arena_string(arena, name);

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* Leading space is gone already. */
static const char *trimmed(struct arena *arena, const char *value)
{
	size_t size = strlen(value);

	while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
		size--;
	return arena_text(arena, value, size);
}

static void keep_headers(struct http_request *request, const struct http_head *head)
{
	struct arena *const arena = request->arena;
	struct http_field *const fields =
	    arena_alloc(arena, sizeof(*fields) * (head->field_count + 1));

	for (size_t i = 0; i < head->field_count; i++)
		fields[i] = (struct http_field){ lower(arena, head->fields[i].name),
			                         trimmed(arena, head->fields[i].value) };
	request->headers = fields;
	request->header_count = head->field_count;
	request->method = arena_string(arena, head->method);
}

static bool method_fits(const struct http_route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

/* Adds the method to what the path allows, each once. */
static const char *allow_add(struct arena *arena, const char *allow, const char *method)
{
	const char *const name = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;

	if (allow == NULL)
		return name;
	return strstr(allow, name) != NULL ? allow : arena_printf(arena, "%s, %s", allow, name);
}

/* Takes the route of one set that fits path and method; allow collects what the path would take. */
static bool find_in_set(struct http_exchange *exchange, struct bytes path,
                        const struct http_route_set *set, const char **allow)
{
	struct http_request *const request = &exchange->request;

	for (const struct http_route *route = set->routes; route->method != NULL; route++) {
		const char *parameters[HTTP_PARAMETERS_MAX] = { NULL };

		if (!http_route_match(request->arena, route->pattern, path, parameters))
			continue;
		if (!method_fits(route, request->method)) {
			*allow = allow_add(request->arena, *allow, route->method);
			continue;
		}
		request->route = route;
		memcpy(request->parameters, parameters, sizeof(parameters));
		exchange->handler = route->handler;
		exchange->context = set->context;
		return true;
	}
	return false;
}

static struct http_refusal find_route(struct http_exchange *exchange, struct bytes path,
                                      const struct http_route_set *sets, size_t set_count)
{
	const char *allow = NULL;
	struct http_refusal refusal = refuse(405, "method", "this path does not take it");

	for (size_t i = 0; i < set_count; i++)
		if (find_in_set(exchange, path, &sets[i], &allow))
			return refuse(0, NULL, NULL);
	if (allow == NULL)
		return refuse(404, "path", "there is nothing here");
	refusal.header = (struct http_field){ "Allow", allow };
	return refusal;
}

/* "application/json; charset=utf-8" is application/json; another charset is another type. */
static bool media_fits(const char *value, const char *const *media)
{
	const size_t size = strcspn(value, "; \t");
	const char *const charset = strcasestr(value, "charset=");

	if (charset != NULL && strncasecmp(charset + 8 + (charset[8] == '"'), "utf-8", 5) != 0)
		return false;
	for (; *media != NULL; media++)
		if (strlen(*media) == size && strncasecmp(value, *media, size) == 0)
			return true;
	return false;
}

static bool takes_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	       strcmp(method, "PATCH") == 0;
}

static struct http_refusal body_check(const struct http_request *request)
{
	const struct http_route *const route = request->route;
	const char *const length = http_request_header(request, "content-length");
	const char *const type = http_request_header(request, "content-type");
	const char *const coding = http_request_header(request, "content-encoding");
	uint64_t size = 0;

	if (length == NULL && takes_body(request->method))
		return refuse(411, "content-length", "required");
	if (length != NULL && (!http_length_parse(length, &size) || size > route->body_max))
		return refuse(413, "body",
		              arena_printf(request->arena, "longer than %zu bytes",
		                           route->body_max));
	if (coding != NULL && strcasecmp(coding, "identity") != 0)
		return refuse(415, "content-encoding", "not supported");
	if (route->media == NULL || !takes_body(request->method))
		return refuse(0, NULL, NULL);
	if (type == NULL || !media_fits(type, route->media))
		return refuse(415, "content-type",
		              arena_printf(request->arena, "must be %s", route->media[0]));
	return refuse(0, NULL, NULL);
}

struct http_refusal http_admit(struct http_exchange *exchange, const struct http_head *head,
                               const struct http_route_set *sets, size_t set_count)
{
	struct http_request *const request = &exchange->request;
	const struct http_fault fault = http_framing_check(head);
	struct bytes query;
	struct http_refusal refusal;

	if (fault.status != 0) {
		refusal = refuse(fault.status, fault.field, fault.reason);
		refusal.close = true;
		return refusal;
	}
	keep_headers(request, head);
	const struct bytes path = http_target_path(request->target, &query);
	refusal = find_route(exchange, path, sets, set_count);
	if (refusal.status != 0)
		return refusal;
	if (!http_query_parse(request->arena, query, &request->query, &request->query_count))
		return refuse(400, "query", "malformed, or a field given twice");
	return body_check(request);
}
