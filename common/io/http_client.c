#include "common/io/http_client.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct http_client {
	CURL *curl;
	struct http_client_limits limits;
	char reason[HTTP_CLIENT_REASON_SIZE];
	char detail[CURL_ERROR_SIZE];
};

/* An answer while it comes in. */
struct intake {
	struct arena *arena;
	struct http_client_answer *answer;
	struct buffer body;
	size_t body_max;
	bool too_large;
};

static void library_open(void)
{
	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

struct http_client *http_client_create(const struct http_client_limits *limits)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http_client *const client = memory_zero(sizeof(*client));

	(void)pthread_once(&once, library_open);
	client->limits = *limits;
	client->curl = curl_easy_init();
	CHECK(client->curl != NULL);
	return client;
}

void http_client_destroy(struct http_client *client)
{
	if (client == NULL)
		return;
	curl_easy_cleanup(client->curl);
	memory_free(client);
}

const char *http_client_reason(const struct http_client *client)
{
	return client->reason;
}

const char *http_client_header(const struct http_client_answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->header_count; i++)
		if (strcmp(answer->headers[i].name, name) == 0)
			return answer->headers[i].value;
	return NULL;
}

static size_t on_body(char *data, size_t one, size_t size, void *context)
{
	struct intake *const intake = context;

	(void)one;
	if (intake->body.size + size > intake->body_max) {
		intake->too_large = true;
		return 0;
	}
	buffer_add(&intake->body, data, size);
	return size;
}

/* The line without its end, parted at the colon. */
static bool header_part(struct arena *arena, const char *line, size_t size,
                        struct http_client_header *header)
{
	const char *const colon = memchr(line, ':', size);
	const char *value = colon == NULL ? NULL : colon + 1;
	const char *const end = line + size;
	char *name;

	if (colon == NULL)
		return false;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (size > 0 && isspace((unsigned char)line[size - 1]))
		size--;
	name = arena_text(arena, line, (size_t)(colon - line));
	for (char *at = name; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	header->name = name;
	header->value =
	    line + size > value ? arena_text(arena, value, (size_t)(line + size - value)) : "";
	return true;
}

/* A new status line (after "100 Continue") begins anew. */
static size_t on_header(char *line, size_t one, size_t size, void *context)
{
	struct intake *const intake = context;
	struct http_client_answer *const answer = intake->answer;

	(void)one;
	if (size >= 5 && memcmp(line, "HTTP/", 5) == 0)
		answer->header_count = 0;
	else if (answer->header_count < HTTP_CLIENT_HEADERS_MAX &&
	         header_part(intake->arena, line, size, &answer->headers[answer->header_count]))
		answer->header_count++;
	return size;
}

static struct curl_slist *headers_list(struct arena *arena,
                                       const struct http_client_request *request)
{
	/* No waiting for "100 Continue"; no media type that was not asked for. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	bool typed = false;

	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_client_header *const header = &request->headers[i];
		const bool empty = header->value[0] == '\0';

		typed = typed || strcasecmp(header->name, "content-type") == 0;
		list = curl_slist_append(list, arena_printf(arena, "%s%s%s", header->name,
		                                            empty ? ";" : ": ", header->value));
	}
	if (!typed)
		list = curl_slist_append(list, "Content-Type:");
	CHECK(list != NULL);
	return list;
}

static void set_request(struct http_client *client, const struct http_client_request *request)
{
	CURL *const curl = client->curl;

	CHECK(curl_easy_setopt(curl, CURLOPT_URL, request->url) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_NOPROXY, "*") == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	                       (long)(client->limits.connect_timeout.us / 1000)) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
	                       (long)(client->limits.timeout.us / 1000)) == CURLE_OK);
	if (strcmp(request->method, "HEAD") == 0)
		CHECK(curl_easy_setopt(curl, CURLOPT_NOBODY, 1L) == CURLE_OK);
	if (request->body.data == NULL)
		return;
	CHECK(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size) ==
	      CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data) == CURLE_OK);
}

static void set_intake(struct http_client *client, struct intake *intake)
{
	CURL *const curl = client->curl;

	CHECK(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_WRITEDATA, intake) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_HEADERDATA, intake) == CURLE_OK);
	CHECK(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->detail) == CURLE_OK);
	client->detail[0] = '\0';
}

static enum status failed(struct http_client *client, const struct intake *intake, CURLcode code)
{
	(void)snprintf(client->reason, sizeof(client->reason), "%s",
	               intake->too_large           ? "the answer is too large"
	               : client->detail[0] != '\0' ? client->detail
	                                           : curl_easy_strerror(code));
	if (intake->too_large || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return STATUS_REJECT;
	return STATUS_RETRY;
}

enum status http_client_send(struct http_client *client, struct arena *arena,
                             const struct http_client_request *request,
                             struct http_client_answer *answer)
{
	struct http_client_answer found = { .status = 0 };
	struct intake intake = { .arena = arena,
		                 .answer = &found,
		                 .body_max = client->limits.body_max };
	long status = 0;

	curl_easy_reset(client->curl); /* the settings; connections stay */
	set_request(client, request);
	set_intake(client, &intake);

	struct curl_slist *const headers = headers_list(arena, request);
	CHECK(curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK);
	const CURLcode code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		buffer_finish(&intake.body);
		return failed(client, &intake, code);
	}
	CHECK(curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
	found.status = (int)status;
	found.body = (struct bytes){ arena_copy(arena, intake.body.data, intake.body.size),
		                     intake.body.size };
	buffer_finish(&intake.body);
	*answer = found;
	return STATUS_OK;
}
