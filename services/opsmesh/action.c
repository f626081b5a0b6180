#include "services/opsmesh/action.h"

#include "common/base/text.h"
#include "common/io/http_client.h"
#include "common/io/json.h"
#include "services/opsmesh/key_ring.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX (64UL * 1024)
#define TEXT_MAX 512
#define ACCEPTED 202

static void add(struct buffer *out, const char *before, const char *text)
{
	buffer_add(out, before, strlen(before));
	text_json(out, text);
}

static struct bytes body_of(struct arena *arena, const struct action *action)
{
	struct buffer out = { 0 };
	struct bytes body;

	add(&out, "{\"action\":\"", action->action);
	add(&out, "\",\"on\":{\"type\":\"", action->type);
	add(&out, "\",\"id\":\"", action->id);
	add(&out, "\"},\"reason\":\"", action->reason);
	buffer_add(&out, "\"}", 2);
	body = arena_bytes(arena, (struct bytes){ out.data, out.size });
	buffer_finish(&out);
	return body;
}

/* A member of the answer, or "". */
static const char *answer_text(struct arena *arena, struct bytes body, const char *field)
{
	AUTO_JSON document = NULL;
	struct json_error error;
	const char *text = "";

	if (!json_parse(body, ANSWER_MAX, &document, &error))
		return "";

	const struct json_place top = json_top(document);

	return json_text_if(&top, field, TEXT_MAX, &text, &error) ? arena_string(arena, text) : "";
}

static const char *bearer(struct tool *tool)
{
	const char *key = tool->settings.api_key;

	if (key[0] == '\0')
		key = key_ring_find(tool->arena, tool->settings.api_keys, NULL);
	return key == NULL ? NULL : arena_printf(tool->arena, "Bearer %s", key);
}

static int judge(struct tool *tool, const struct action *action,
                 const struct http_client_answer *answer, const char **request)
{
	/* A problem of RFC 9457, with field and reason as http_server.h has them. */
	if (answer->status != ACCEPTED)
		return tool_fail(tool, answer->status >= 500 ? ANSWER_AWAY : ANSWER_NO,
		                 "ingest refused the action %s: %d %s %s", action->action,
		                 answer->status, answer_text(tool->arena, answer->body, "field"),
		                 answer_text(tool->arena, answer->body, "reason"));
	if (request != NULL)
		*request = answer_text(tool->arena, answer->body, "id");
	return ANSWER_YES;
}

int action_post(struct tool *tool, const struct action *action, const char **request)
{
	const char *const authorization = bearer(tool);
	const struct http_client_header headers[] = { { "content-type", "application/json" },
		                                      { "authorization", authorization } };
	const struct http_client_request ask = {
		.method = "POST",
		.url = arena_printf(tool->arena, "%s/v1/actions", tool->settings.ingest_url),
		.headers = headers,
		.header_count = COUNT_OF(headers),
		.body = body_of(tool->arena, action),
	};
	const struct http_client_limits limits = { .connect_timeout = SECONDS(3),
		                                   .timeout = TOOL_PATIENCE,
		                                   .body_max = ANSWER_MAX };
	struct http_client *client;
	struct http_client_answer answer;
	int result;

	if (tool->settings.ingest_url[0] == '\0' || authorization == NULL)
		return tool_fail(
		    tool, ANSWER_USAGE,
		    "the action %s needs the settings INGEST_URL and API_KEY or API_KEYS",
		    action->action);
	client = http_client_create(&limits);
	if (http_client_send(client, tool->arena, &ask, &answer) == STATUS_OK)
		result = judge(tool, action, &answer, request);
	else
		result = tool_fail(tool, ANSWER_AWAY,
		                   "the action %s could not be journalled: %s: %s", action->action,
		                   tool->settings.ingest_url, http_client_reason(client));
	http_client_destroy(client);
	return result;
}

int action_reveal(struct tool *tool, const char *type, const char *id, bool *revealed)
{
	const char *const reason = tool_option(tool, "--reveal");
	const struct action action = { "explain", type, id, reason };
	int answer;

	*revealed = false;
	if (reason == NULL)
		return ANSWER_YES;
	if (reason[strspn(reason, " \t")] == '\0')
		return tool_fail(tool, ANSWER_USAGE, "--reveal wants a reason that says something");
	answer = action_post(tool, &action, NULL);
	*revealed = answer == ANSWER_YES;
	return answer;
}
