#include "services/ingest/edge_intake.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK 16384
#define RETRY_AFTER "1" /* seconds: a broker restarts within a few */

/* A request that waits for its records to be acknowledged. */
struct submission {
	struct http_request *request;
	const char *id; /* both in the request's arena */
	const char *ticket_id;
	atomic_size_t waiting; /* records, and one for whoever sends them */
	atomic_bool failed;
};

static const char *const json[] = { "application/json", NULL };
static const char *const mail[] = { "message/rfc822", NULL };

static http_handler on_request;
static http_handler on_openapi;

/* ON(pattern, scope, body_max, media, locate, schema, summary, route, recorded_only); edge_intake.h explains. */
#define POSTS(ON)                                                                                \
	ON("/v1/tickets", "tickets", EDGE_JSON_MAX, json, edge_locate_ticket, "Ticket",          \
	   "Opens a ticket.", TICKET, false)                                                     \
	ON("/v1/tickets/{id}/messages", "tickets", EDGE_JSON_MAX, json, edge_locate_message,     \
	   "Message", "Adds a message to a ticket.", MESSAGE, false)                             \
	ON("/v1/tickets/{id}/status", "tickets", EDGE_JSON_MAX, json, edge_locate_status,        \
	   "Status", "Moves a ticket's status, or assigns it.", STATUS, false)                   \
	ON("/v1/csat", "csat", EDGE_JSON_MAX, json, edge_locate_csat, "Csat",                    \
	   "Says how content a customer is.", CSAT, false)                                       \
	ON("/v1/accounts", "accounts", EDGE_JSON_MAX, json, edge_locate_account, "Account",      \
	   "Declares an account: what is not named is gone.", ACCOUNT, false)                    \
	ON("/v1/usage", "usage", EDGE_JSON_MAX, json, edge_locate_usage, "Usage",                \
	   "Reports what a customer used: one event, or many as events.", USAGE, false)          \
	ON("/v1/actions", NULL, EDGE_ACTION_MAX, json, edge_locate_action, "Action",             \
	   "Asks for something; scope actions:<action>.", ACTION, false)                         \
	ON("/v1/clock", "clock", EDGE_JSON_MAX, json, edge_locate_clock, "Clock",                \
	   "Moves the recorded clock (recorded mode only).", UNSPECIFIED, true)                  \
	ON("/v1/email/{mailbox}", "email", EDGE_MAIL_MAX, mail, edge_locate_email, NULL,         \
	   "Takes a mail as it came.", EMAIL, false)                                             \
	ON("/v1/stripe/objects", "provider", EDGE_JSON_MAX, json, edge_locate_stripe_objects,    \
	   NULL, "Takes a Stripe object, or a list page; how and as of when in the query part.", \
	   STRIPE_OBJECTS, false)                                                                \
	ON("/v1/webhooks/stripe", NULL, EDGE_JSON_MAX, NULL, edge_locate_stripe_webhook, NULL,   \
	   "Takes an event that Stripe has signed.", STRIPE_WEBHOOK, false)
#define TABLE_ROW(pattern_, scope_, max, media_, locate_, schema_, summary_, route_, recorded) \
	{ .pattern = (pattern_),                                                               \
	  .scope = (scope_),                                                                   \
	  .media = (media_),                                                                   \
	  .locate = (locate_),                                                                 \
	  .schema = (schema_),                                                                 \
	  .summary = (summary_),                                                               \
	  .route = OPSMESH__V1__ROUTE__ROUTE_##route_,                                         \
	  .recorded_only = (recorded) },
#define HTTP_ROW(pattern_, scope_, max, media_, ...) \
	{ "POST", (pattern_), (max), (media_), on_request },

const struct edge_route edge_route_table[] = { POSTS(TABLE_ROW){ .pattern = NULL } };
static const struct http_route http_routes[] = {
	POSTS(HTTP_ROW){ "GET", "/openapi.json", 0, NULL, on_openapi }, { .method = NULL }
};

static void answer_problem(struct http_request *request, const struct edge_problem *problem)
{
	const struct http_field retry = { "Retry-After", RETRY_AFTER };
	const struct http_field bearer = { "WWW-Authenticate", "Bearer" };
	const bool later = problem->status == 503 || problem->status == 429;
	const bool unknown = problem->status == 401;

	http_answer_problem(request, problem->status, problem->field, problem->reason,
	                    later ? &retry : &bearer, later || unknown ? 1 : 0);
}

static void answer_unavailable(struct http_request *request)
{
	answer_problem(request,
	               &(struct edge_problem){ 503, NULL, "the journal does not answer now" });
}

/* Ids of ours need no escape; those of senders are checked by http_route or the decoders. */
static void answer_accepted(const struct submission *submission)
{
	struct http_request *const request = submission->request;
	struct buffer out = { 0 };

	buffer_add(&out, "{\"id\":\"", 7);
	text_json(&out, submission->id);
	if (submission->ticket_id[0] != '\0') {
		buffer_add(&out, "\",\"ticket_id\":\"", 15);
		text_json(&out, submission->ticket_id);
	}
	buffer_add(&out, "\"}\n", 3);
	http_answer(request, &(struct http_answer){ .status = 202,
	                                            .type = "application/json",
	                                            .body = { out.data, out.size } });
	buffer_finish(&out);
}

/* The last one answers; nobody looks at the submission afterwards. */
static void settle(struct submission *submission, size_t records)
{
	if (atomic_fetch_sub(&submission->waiting, records) > records)
		return;
	if (atomic_load(&submission->failed))
		answer_unavailable(submission->request);
	else
		answer_accepted(submission);
	memory_free(submission);
}

static void on_done(void *argument, bool acknowledged)
{
	struct submission *const submission = argument;

	if (!acknowledged)
		atomic_store(&submission->failed, true);
	settle(submission, 1);
}

static size_t record_count(const struct edge_intake *intake)
{
	size_t count = 0;

	for (size_t i = 0; i < intake->part_count; i++)
		count += edge_chunk_count(&intake->parts[i]);
	return count;
}

/* How many were sent: after the first that is not taken the rest is not tried. */
static size_t send_all(struct edge_intake *intake, struct submission *submission)
{
	struct edge *const edge = intake->edge;
	size_t sent = 0;

	for (size_t i = 0; i < intake->part_count; i++) {
		const struct edge_part *const part = &intake->parts[i];

		for (size_t chunk = 0; chunk < edge_chunk_count(part); chunk++) {
			arena_reset(edge->scratch);
			const struct edge_record record =
			    edge_record_make(intake, edge->scratch, part, chunk);

			if (!edge->journal.send(edge->journal.context, &record, on_done,
			                        submission))
				return sent;
			sent++;
		}
	}
	return sent;
}

static void submit(struct edge_intake *intake)
{
	const size_t count = record_count(intake);
	struct submission *const submission = memory_zero(sizeof(*submission));

	submission->request = intake->request;
	submission->id = edge_id(intake);
	submission->ticket_id = intake->ticket_id;
	atomic_init(&submission->waiting, count + 1);
	atomic_init(&submission->failed, false);

	const size_t sent = send_all(intake, submission);
	if (sent < count)
		atomic_store(&submission->failed, true);
	settle(submission, count - sent + 1);
}

static const struct edge_route *route_of(const struct http_request *request)
{
	return &edge_route_table[request->route - http_routes];
}

/* Newer ones are kept, so that requests by hand in between have a time. */
static void newest_raise(struct edge *edge, struct instant at)
{
	int64_t newest = atomic_load(&edge->newest_us);

	while (at.us > newest && !atomic_compare_exchange_weak(&edge->newest_us, &newest, at.us)) {
	}
}

static void on_request(void *context, struct http_request *request)
{
	struct edge *const edge = context;
	struct edge_intake intake = {
		.edge = edge,
		.request = request,
		.arena = request->arena,
		.route = route_of(request),
		.secret_id = "",
		.ticket_id = "",
	};
	struct edge_problem problem = { 404, "path", "exists in recorded mode only" };

	if (intake.route->recorded_only && !edge->settings.recorded) {
		answer_problem(request, &problem);
		return;
	}
	if (!edge_prove(&intake, &problem)) {
		answer_problem(request, &problem);
		return;
	}
	if (!edge->journal.healthy(edge->journal.context)) {
		answer_unavailable(request);
		return;
	}
	if (!intake.route->locate(&intake, &problem)) {
		answer_problem(request, &problem);
		return;
	}
	newest_raise(edge, intake.received_at);
	submit(&intake);
}

static void on_openapi(void *context, struct http_request *request)
{
	const struct edge *const edge = context;

	http_answer(request, &(struct http_answer){ .status = 200,
	                                            .type = "application/json",
	                                            .body = edge->openapi });
}

static bool secrets_read(struct edge *edge, char reason[static EDGE_REASON_SIZE])
{
	const struct edge_settings *const settings = &edge->settings;
	const char *wrong;

	if (!edge_credentials_parse(edge->arena, settings->api_keys, &edge->credentials, &wrong)) {
		(void)snprintf(reason, EDGE_REASON_SIZE, "API_KEYS: %s", wrong);
		return false;
	}
	if (settings->stripe_secrets[0] != '\0' &&
	    !signature_secrets_parse(edge->arena, SIGNATURE_STRIPE, settings->stripe_secrets,
	                             &edge->stripe)) {
		(void)snprintf(reason, EDGE_REASON_SIZE,
		               "STRIPE_WEBHOOK_SECRETS: not one to %d secrets with commas between",
		               SIGNATURE_SECRETS_MAX);
		return false;
	}
	return true;
}

struct edge *edge_create(const struct edge_settings *settings, const struct edge_journal *journal,
                         char reason[static EDGE_REASON_SIZE])
{
	struct edge *const edge = memory_zero(sizeof(*edge));

	edge->settings = *settings;
	edge->journal = *journal;
	edge->arena = arena_create(ARENA_BLOCK);
	edge->scratch = arena_create(ARENA_BLOCK);
	atomic_init(&edge->newest_us, -1);
	if (!secrets_read(edge, reason)) {
		edge_destroy(edge);
		return NULL;
	}
	edge->openapi = edge_openapi_make(edge->arena);
	return edge;
}

const struct http_route *edge_routes(void)
{
	return http_routes;
}

void edge_destroy(struct edge *edge)
{
	if (edge == NULL)
		return;
	arena_destroy(edge->scratch);
	arena_destroy(edge->arena);
	memory_free(edge);
}
