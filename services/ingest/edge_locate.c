/*
 * edge_locate - for each route: is the form right, and what does it belong to?
 *
 * Form is judged by the decoders themselves, so that the edge accepts what the stages can read. A
 * mail and a webhook that Stripe has signed are taken whatever they hold: who sent them cannot
 * mend them, and what cannot be read becomes a fact that says so.
 */
#include "common/base/text.h"
#include "services/ingest/decode.h"
#include "services/ingest/decode_email.h"
#include "services/ingest/edge_intake.h"
#include "services/ingest/routing.h"

#include "common/io/json.h"

#include <string.h>

#define MAILBOX_MAX 64
#define MAILBOX_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-"
#define CLOCK_MAX 1000 /* bytes of {"now": T} with room for space */

/* What cannot be read at all is 400, what is too large 413; what can be read and is wrong is 422. */
static bool refused(const struct edge_intake *intake, const struct refusal *refusal,
                    struct edge_problem *problem)
{
	const bool unreadable =
	    refusal->code == OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNDECODABLE;
	const bool large = refusal->code == OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE;
	const char *const field = refusal->field[0] == '\0' ? "body" : refusal->field;

	return edge_refuse(problem,
	                   unreadable ? 400
	                   : large    ? 413
	                              : 422,
	                   arena_string(intake->arena, field),
	                   arena_string(intake->arena, refusal->reason));
}

static struct edge_part *part_add(struct edge_intake *intake, const char *key, struct bytes body)
{
	struct edge_part *const part = &intake->parts[intake->part_count++];

	*part = (struct edge_part){ .key = bytes_of(key), .partition = -1, .body = body };
	part->digest = edge_digest(intake->arena, body);
	return part;
}

static struct edge_part *part_only(struct edge_intake *intake, const char *key)
{
	intake->parts = arena_alloc(intake->arena, sizeof(*intake->parts));
	return part_add(intake, key, intake->request->body);
}

/* The ticket has the id of the request that opens it. */
bool edge_locate_ticket(struct edge_intake *intake, struct edge_problem *problem)
{
	struct ticket_body ticket;
	struct refusal refusal;

	if (!decode_ticket(intake->arena, intake->request->body, intake->received_at, &ticket,
	                   &refusal))
		return refused(intake, &refusal, problem);
	intake->ticket_id = edge_id(intake);
	(void)part_only(intake, intake->ticket_id);
	return true;
}

/* Unknown tickets are refused later, by a fact; here an id need only be one. */
static bool ticket_named(struct edge_intake *intake, const char *id, struct edge_problem *problem)
{
	if (strlen(id) > DECODE_ID_MAX)
		return edge_refuse(problem, 422, "id", "is too long");
	intake->ticket_id = id;
	(void)part_only(intake, id);
	return true;
}

bool edge_locate_message(struct edge_intake *intake, struct edge_problem *problem)
{
	struct message_body message;
	struct refusal refusal;

	if (!decode_message(intake->arena, intake->request->body, intake->received_at, &message,
	                    &refusal))
		return refused(intake, &refusal, problem);
	return ticket_named(intake, intake->request->parameters[0], problem);
}

bool edge_locate_status(struct edge_intake *intake, struct edge_problem *problem)
{
	struct status_body status;
	struct refusal refusal;

	if (!decode_status(intake->arena, intake->request->body, intake->received_at, &status,
	                   &refusal))
		return refused(intake, &refusal, problem);
	return ticket_named(intake, intake->request->parameters[0], problem);
}

bool edge_locate_csat(struct edge_intake *intake, struct edge_problem *problem)
{
	struct csat_body csat;
	struct refusal refusal;

	if (!decode_csat(intake->arena, intake->request->body, intake->received_at, &csat,
	                 &refusal))
		return refused(intake, &refusal, problem);
	return ticket_named(intake, csat.ticket_id, problem);
}

bool edge_locate_account(struct edge_intake *intake, struct edge_problem *problem)
{
	struct account_body account;
	struct refusal refusal;

	if (!decode_account(intake->arena, intake->request->body, &account, &refusal))
		return refused(intake, &refusal, problem);
	(void)part_only(intake, account.account_id);
	return true;
}

/* The same event alone or among others has one identity, and one content however it is written. */
static const char *usage_identify(struct edge_part *part, struct arena *arena,
                                  const struct usage_body *event)
{
	part->digest = edge_digest(
	    arena, bytes_of(arena_printf(arena, "%d\n%s\n%s\n%s\n%s\n%lld\n%lld", (int)event->kind,
	                                 event->meter, event->refers, event->item, event->subject,
	                                 (long long)event->quantity, (long long)event->at.us)));
	return arena_printf(arena, "%s\n%s\n%s", event->customer, event->source, event->id);
}

/* Each event goes to its own customer. Several get an id of their own, or that of the Idempotency-Key. */
bool edge_locate_usage(struct edge_intake *intake, struct edge_problem *problem)
{
	const struct usage_body *events;
	struct refusal refusal;
	size_t count;

	if (!decode_usage(intake->arena, intake->request->body, &events, &count, &refusal))
		return refused(intake, &refusal, problem);
	if (count > 1)
		(void)edge_id(intake);
	intake->source = "usage";
	intake->natural = "";
	intake->parts = arena_alloc(intake->arena, sizeof(*intake->parts) * count);
	for (size_t i = 0; i < count; i++) {
		struct edge_part *const part = part_add(intake, events[i].customer, events[i].body);
		const char *const natural = usage_identify(part, intake->arena, &events[i]);

		if (count > 1)
			part->natural = natural;
		else
			intake->natural = natural;
	}
	return true;
}

bool edge_locate_action(struct edge_intake *intake, struct edge_problem *problem)
{
	const struct edge_journal *const journal = &intake->edge->journal;
	struct arena *const arena = intake->arena;
	struct action_body action;
	struct refusal refusal;
	int32_t partition = -1;

	if (!decode_action(arena, intake->request->body, &action, &refusal))
		return refused(intake, &refusal, problem);
	if (action.kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_MERGE ||
	    action.kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_SPLIT)
		return edge_refuse(problem, 422, "action", "is not done by this version");
	if (!edge_may(intake, arena_printf(arena, "actions:%s", action.action), problem))
		return false;
	if (action.on_behalf_of[0] != '\0' && strcmp(action.on_behalf_of, intake->principal) != 0 &&
	    !edge_may(intake, "on_behalf", problem))
		return false;
	if (strcmp(action.on_type, "dead_letter") == 0 &&
	    !routing_dead_letter(action.on_id, journal->partitions(journal->context), &partition))
		return edge_refuse(problem, 422, "on.id",
		                   "is not consumer/topic/partition/source/sequence");
	part_only(intake, routing_key(arena, action.on_type, action.on_id))->partition = partition;
	if (strcmp(action.on_type, "ticket") == 0)
		intake->ticket_id = arena_string(arena, action.on_id);
	return true;
}

/* Reaches every partition: each shard's time moves. */
bool edge_locate_clock(struct edge_intake *intake, struct edge_problem *problem)
{
	static const char *const fields[] = { "now", NULL };
	const struct edge_journal *const journal = &intake->edge->journal;
	const int partitions = journal->partitions(journal->context);
	char text[TIME_TEXT_SIZE];
	struct json_error error;
	AUTO_JSON document = NULL;

	if (!json_parse(intake->request->body, CLOCK_MAX, &document, &error))
		return edge_refuse(problem, 400, "body", arena_string(intake->arena, error.reason));
	const struct json_place top = json_top(document);
	if (!json_only(&top, fields, &error) ||
	    !json_instant_at(&top, "now", &intake->received_at, &error))
		return edge_refuse(problem, 422, arena_string(intake->arena, error.path),
		                   arena_string(intake->arena, error.reason));
	intake->source = "clock";
	intake->natural = arena_string(intake->arena, time_format(intake->received_at, text));
	intake->parts = arena_alloc(intake->arena, sizeof(*intake->parts) * (size_t)partitions);
	for (int32_t i = 0; i < partitions; i++) {
		struct edge_part *const part = part_add(intake, NULL, bytes_of(""));

		part->partition = i;
	}
	return true;
}

/*
 * Two deliveries of the same bytes to one mailbox are one. The same Message-ID with other bytes is
 * another mail: senders do repeat ids, and a mail that is dropped for it is lost.
 */
bool edge_locate_email(struct edge_intake *intake, struct edge_problem *problem)
{
	const struct edge_settings *const settings = &intake->edge->settings;
	struct arena *const arena = intake->arena;
	const char *const mailbox = intake->request->parameters[0];
	const struct bytes raw = intake->request->body;
	const char *ticket;
	const char *root;

	if (strlen(mailbox) > MAILBOX_MAX || mailbox[strspn(mailbox, MAILBOX_CHARACTERS)] != '\0')
		return edge_refuse(problem, 422, "mailbox", "is not a local part of ours");
	if (raw.size == 0)
		return edge_refuse(problem, 422, "body", "is empty");
	decode_email_key(arena, raw, settings->reply_secret, &ticket, &root);
	intake->source = arena_printf(arena, "email/%s", mailbox);
	intake->natural = edge_digest(arena, raw);
	if (ticket != NULL)
		intake->ticket_id = ticket;
	(void)part_only(intake, ticket != NULL ? ticket
	                        : root != NULL
	                            ? mail_id_digest(arena, settings->contact_secret, root)
	                            : edge_id(intake));
	return true;
}

bool edge_locate_stripe_webhook(struct edge_intake *intake, struct edge_problem *problem)
{
	struct stripe_item item;
	struct refusal refusal;

	(void)problem;
	if (!decode_stripe_event(intake->arena, intake->request->body, &item, &refusal)) {
		(void)part_only(intake, edge_id(intake));
		return true;
	}
	intake->source = "stripe";
	intake->natural = item.event_id;
	(void)part_only(intake, item.object_id[0] != '\0' ? item.object_id : item.event_id);
	return true;
}

/* The parts of a page share the request's id, so each needs something to be told apart by. */
static void page_identify(struct edge_intake *intake, size_t count)
{
	if (count == 1 || intake->natural != NULL)
		return;
	intake->natural = edge_id(intake);
	intake->source = "page";
}

/* Of when an object without an event is true: an old export says so, or it would count as new. */
static bool as_of_check(struct edge_intake *intake, struct edge_problem *problem)
{
	const char *const text = http_request_query(intake->request, "as_of");
	struct instant at;

	if (text == NULL)
		return true;
	if (!time_parse(text, &at) || time_before(at, TIME_OLDEST) || time_before(TIME_NEWEST, at))
		return edge_refuse(problem, 422, "as_of",
		                   "is not an RFC 3339 time of the years 1970 to 9999");
	return !time_before(intake->received_at, at) ||
	       edge_refuse(problem, 422, "as_of", "lies in the future");
}

/* Each object of a page goes to its own key, so that it meets its events. */
bool edge_locate_stripe_objects(struct edge_intake *intake, struct edge_problem *problem)
{
	static const char *const words[] = { "fetch", "backfill", "upload" };
	const char *const provenance = http_request_query(intake->request, "provenance");
	const struct stripe_item *items;
	struct refusal refusal;
	bool known = provenance == NULL;
	size_t count;

	for (size_t i = 0; !known && i < COUNT_OF(words); i++)
		known = strcmp(provenance, words[i]) == 0;
	if (!known)
		return edge_refuse(problem, 422, "provenance", "is not fetch, backfill or upload");
	if (!as_of_check(intake, problem))
		return false;
	if (!decode_stripe_objects(intake->arena, intake->request->body, &items, &count, &refusal))
		return refused(intake, &refusal, problem);
	if (count == 0)
		return edge_refuse(problem, 422, "data", "holds no object");
	page_identify(intake, count);
	intake->parts = arena_alloc(intake->arena, sizeof(*intake->parts) * count);
	for (size_t i = 0; i < count; i++) {
		const char *const key =
		    items[i].object_id[0] != '\0' ? items[i].object_id : edge_id(intake);

		part_add(intake, key, items[i].payload)->natural =
		    count > 1 ? arena_printf(intake->arena, "\n%zu", i) : NULL;
	}
	return true;
}
