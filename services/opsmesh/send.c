/*
 * send - requests from files, one at a time, an answer a line.
 *
 * With --recorded every file is looked through before the first request leaves: a time that goes back
 * would be refused in the middle of a day. Files count as one, in the order in which they are named.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/opsmesh/key_ring.h"
#include "services/opsmesh/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ARENA_BLOCK (1 << 20)
#define ANSWER_MAX (1 << 20)
#define TOO_MANY_REQUESTS 429
#define UNAVAILABLE 503
#define RETRY_FOR SECONDS(30)
#define RETRY_PAUSE_MAX_S 5

struct send {
	struct tool *tool;
	struct http_client *client;
	struct arena *arena; /* of one request */
	char *line;          /* room for the longest */
	const char *file;
	int64_t line_number;
	struct instant last; /* received_at of the request before */
	struct instant until;
	bool recorded;
};

static int fail_line(const struct send *send, enum answer answer, const char *what)
{
	return tool_fail(send->tool, answer, "%s:%" PRId64 ": %s", send->file, send->line_number,
	                 what);
}

/* One request. */

static const char *secrets_of(const struct tool_settings *settings, int scheme)
{
	const char *const secrets[SIGNATURE_SCHEMES] = {
		[SIGNATURE_STRIPE] = settings->stripe,   [SIGNATURE_SLACK] = settings->slack,
		[SIGNATURE_ZENDESK] = settings->zendesk, [SIGNATURE_INTERCOM] = settings->intercom,
		[SIGNATURE_LINEAR] = settings->linear,   [SIGNATURE_STANDARD] = settings->standard,
	};

	return secrets[scheme];
}

/* API_KEY, else the first of API_KEYS; NULL: neither is set. */
static const char *own_key(const struct tool *tool, struct arena *arena)
{
	return tool->settings.api_key[0] != '\0'
	           ? tool->settings.api_key
	           : key_ring_find(arena, tool->settings.api_keys, NULL);
}

/* The key that a line names; for one that says nothing of who sends it, the operator's own. */
static int add_key(const struct send *send, struct request *request)
{
	const struct tool_settings *const settings = &send->tool->settings;
	const bool silent = request->key == NULL && request->scheme < 0 &&
	                    request_find(request, "authorization") == NULL;
	const char *key = NULL;

	if (silent)
		key = own_key(send->tool, send->arena);
	else if (request->key != NULL && request->key[0] != '\0')
		key = key_ring_find(send->arena, settings->api_keys, request->key);
	else
		return ANSWER_YES;
	if (key != NULL)
		request_header(request, "authorization",
		               arena_printf(send->arena, "Bearer %s", key));
	return key != NULL || silent
	           ? ANSWER_YES
	           : fail_line(send, ANSWER_USAGE, "key: no such name in API_KEYS");
}

static int add_signature(const struct send *send, struct request *request)
{
	struct instant at = send->recorded ? request->received_at : time_now();

	if (request->scheme < 0)
		return ANSWER_YES;
	if (request->sign_time.us != TIME_MIN.us)
		at = request->sign_time;
	return request_sign(send->arena, request,
	                    secrets_of(&send->tool->settings, request->scheme), at) ||
	               !request->named
	           ? ANSWER_YES
	           : fail_line(send, ANSWER_USAGE,
	                       "provider: the setting with its secrets is not set");
}

/* Key, signature, time: what the sender adds to the line. */
static int prove(const struct send *send, struct request *request)
{
	char text[TIME_TEXT_SIZE];
	int answer = add_key(send, request);

	if (answer == ANSWER_YES)
		answer = add_signature(send, request);
	if (send->recorded)
		request_header(request, "opsmesh-received-at",
		               arena_string(send->arena, time_format(request->received_at, text)));
	return answer;
}

/* A second, or as long as the answer asks for. */
static void pause_before_retry(const struct http_client_answer *answer)
{
	const char *const header = http_client_header(answer, "retry-after");
	struct timespec pause = { .tv_sec = 1 };
	int64_t seconds;

	if (header != NULL && text_number(header, 0, RETRY_PAUSE_MAX_S, &seconds))
		pause = (struct timespec){ .tv_sec = seconds, .tv_nsec = 50000000 };
	(void)nanosleep(&pause, NULL);
}

/* Sends until it is answered by something that will not change by itself. */
static int exchange(struct send *send, const struct request *request,
                    struct http_client_answer *answer)
{
	const struct http_client_request ask = {
		.method = request->method,
		.url = arena_printf(send->arena, "%s%s", send->tool->settings.ingest_url,
		                    request->path),
		.headers = request->headers,
		.header_count = request->header_count,
		.body = request->body,
	};
	const struct instant end = time_add(time_monotonic(), RETRY_FOR);

	for (;;) {
		if (http_client_send(send->client, send->arena, &ask, answer) != STATUS_OK)
			return fail_line(send, ANSWER_AWAY,
			                 arena_printf(send->arena, "no answer from %s: %s",
			                              send->tool->settings.ingest_url,
			                              http_client_reason(send->client)));
		if ((answer->status != UNAVAILABLE && answer->status != TOO_MANY_REQUESTS) ||
		    time_before(end, time_monotonic()))
			return ANSWER_YES;
		pause_before_retry(answer);
	}
}

static json_t *body_json(struct arena *arena, struct bytes body)
{
	struct json_error error;
	json_t *value = NULL;

	if (body.size == 0)
		return json_null();
	return json_parse(body, ANSWER_MAX, &value, &error)
	           ? value
	           : json_string(text_repair(arena, body, NULL));
}

static void tell(const struct send *send, const struct request *request,
                 const struct http_client_answer *answer)
{
	char text[TIME_TEXT_SIZE];
	AUTO_JSON line = json_object();

	json_object_set_new(line, "file", json_string(send->file));
	json_object_set_new(line, "line", json_integer(send->line_number));
	json_object_set_new(line, "method", json_string(request->method));
	json_object_set_new(line, "path", json_string(request->path));
	if (request->received_at.us != TIME_MIN.us)
		json_object_set_new(line, "received_at",
		                    json_string(time_format(request->received_at, text)));
	json_object_set_new(line, "status", json_integer(answer->status));
	json_object_set_new(line, "answer", body_json(send->arena, answer->body));
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
}

static int send_one(struct send *send, struct request *request)
{
	struct http_client_answer answer;
	int result = prove(send, request);

	if (request->strange != NULL)
		(void)fail_line(send, ANSWER_YES,
		                arena_printf(send->arena, "%s, and ignored", request->strange));
	if (result == ANSWER_YES)
		result = exchange(send, request, &answer);
	if (result == ANSWER_YES)
		tell(send, request, &answer);
	return result;
}

/* Files. */

static int check_time(struct send *send, struct request *request)
{
	if (!send->recorded)
		return ANSWER_YES;
	if (request->received_at.us == TIME_MIN.us)
		return fail_line(send, ANSWER_USAGE, "received_at: is required with --recorded");
	if (time_before(request->received_at, send->last))
		return fail_line(send, ANSWER_USAGE, "received_at: goes back");
	send->last = request->received_at;
	return ANSWER_YES;
}

typedef int visit_request(struct send *send, struct request *request);

static bool blank(const char *line, size_t size)
{
	return size == 0 || strspn(line, " \t\r") >= size;
}

static int each_line(struct send *send, FILE *file, visit_request *visit)
{
	char text[JSON_ERROR_SIZE];
	int answer = ANSWER_YES;
	size_t size;

	send->line_number = 0;
	while (answer == ANSWER_YES && file_line(file, send->line, REQUEST_LINE_MAX, &size)) {
		struct request *const request = arena_alloc(send->arena, sizeof(*request));
		struct json_error error;

		send->line_number++;
		send->line[size] = '\0';
		if (blank(send->line, size))
			continue;
		if (!request_read(send->arena, (struct bytes){ send->line, size }, request, &error))
			return fail_line(send, ANSWER_USAGE, json_error_text(&error, text));
		answer = visit(send, request);
		arena_reset(send->arena);
	}
	return answer;
}

static int each_file(struct send *send, visit_request *visit)
{
	int answer = ANSWER_YES;

	for (int i = 0; i < send->tool->word_count && answer == ANSWER_YES; i++) {
		FILE *const file = fopen(send->tool->words[i], "re");

		send->file = send->tool->words[i];
		if (file == NULL)
			return tool_fail(send->tool, ANSWER_USAGE, "%s: cannot be read",
			                 send->file);
		answer = each_line(send, file, visit);
		(void)fclose(file);
	}
	return answer;
}

/* The clock. */

static int set_clock(struct send *send)
{
	const char *const key = own_key(send->tool, send->tool->arena);
	struct request *const request = arena_zero(send->tool->arena, sizeof(*request));
	struct http_client_answer answer;
	char text[TIME_TEXT_SIZE];
	int result;

	if (key == NULL)
		return tool_fail(send->tool, ANSWER_USAGE, "--until needs API_KEY or API_KEYS");
	*request = (struct request){ .method = "POST", .path = "/v1/clock", .scheme = -1 };
	request->received_at = send->until;
	request->body = bytes_of(
	    arena_printf(send->tool->arena, "{\"now\":\"%s\"}", time_format(send->until, text)));
	request_header(request, "content-type", "application/json");
	request_header(request, "authorization", arena_printf(send->tool->arena, "Bearer %s", key));
	send->file = "--until";
	send->line_number = 0;
	result = exchange(send, request, &answer);
	if (result != ANSWER_YES)
		return result;
	tell(send, request, &answer);
	return answer.status / 100 == 2
	           ? ANSWER_YES
	           : tool_fail(send->tool, ANSWER_NO, "the clock was not set: %d", answer.status);
}

static int send_all(struct send *send)
{
	int answer = ANSWER_YES;

	if (send->recorded)
		answer = each_file(send, check_time);
	if (answer == ANSWER_YES && send->until.us != TIME_MIN.us &&
	    !time_before(send->last, send->until))
		answer =
		    tool_fail(send->tool, ANSWER_USAGE, "--until must lie after the last request");
	if (answer == ANSWER_YES)
		answer = each_file(send, send_one);
	if (answer == ANSWER_YES && send->until.us != TIME_MIN.us)
		answer = set_clock(send);
	return answer;
}

int send_command(struct tool *tool)
{
	const struct http_client_limits limits = { .connect_timeout = SECONDS(5),
		                                   .timeout = SECONDS(60),
		                                   .body_max = ANSWER_MAX };
	struct send send = { .tool = tool, .last = TIME_MIN, .until = TIME_MIN };
	int answer;

	send.recorded = tool_option(tool, "--recorded") != NULL;
	if (!tool_instant(tool, "--until", &send.until))
		return tool_wrong(tool, "--until");
	if (send.until.us != TIME_MIN.us && !send.recorded)
		return tool_fail(tool, ANSWER_USAGE, "--until goes with --recorded");
	send.arena = arena_create(ARENA_BLOCK);
	send.line = memory_alloc(REQUEST_LINE_MAX + 2);
	send.client = http_client_create(&limits);
	answer = send_all(&send);
	http_client_destroy(send.client);
	memory_free(send.line);
	arena_destroy(send.arena);
	return answer;
}
