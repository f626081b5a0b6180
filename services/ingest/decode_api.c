/*
 * The JSON bodies of our own API: tickets, messages, status, CSAT answers, accounts.
 */
#include "services/ingest/decode_json.h"

#include "common/base/text.h"
#include "common/io/zone.h"

#include <string.h>

#define CSAT_SCALE_MAX 10
#define CSAT_SCALE_USUAL 5

static const char *const channels[] = { "unspecified", "api",      "email",     "chat", "slack",
	                                "zendesk",     "intercom", "community", NULL };
static const char *const roles[] = { "unspecified", "customer", "agent", "bot", "system", NULL };
static const char *const priorities[] = { "unspecified", "low", "normal", "high", "urgent", NULL };
static const char *const statuses[] = { "unspecified", "new",    "open",   "pending",
	                                "on_hold",     "solved", "closed", NULL };
static const char *const visibilities[] = { "unspecified", "public", "private", NULL };
static const char *const tiers[] = { "unspecified", "free", "pro", "business", "enterprise", NULL };

/* Words that stand for numbers of the contract, from 1 on. False: another word than these. */
static bool take_word(struct decoding *d, const struct json_place *object, const char *field,
                      const char *const *words, int *number, const char **verbatim)
{
	if (!json_has(object, field))
		return true;
	if (!json_word_at(object, field, words + 1, number, d->error))
		return false;
	++*number;
	*verbatim = words[*number];
	return true;
}

static bool take_priority(struct decoding *d, const struct json_place *object,
                          Opsmesh__V1__Priority *priority, const char **verbatim)
{
	int number = 0;

	*verbatim = "";
	if (!take_word(d, object, "priority", priorities, &number, verbatim))
		return false;
	*priority = (Opsmesh__V1__Priority)number;
	return true;
}

static bool take_status(struct decoding *d, const struct json_place *object,
                        Opsmesh__V1__TicketStatus *status, const char **verbatim)
{
	int number = 0;

	*verbatim = "";
	if (!take_word(d, object, "status", statuses, &number, verbatim))
		return false;
	*status = (Opsmesh__V1__TicketStatus)number;
	return true;
}

static bool take_author(struct decoding *d, const struct json_place *object,
                        Opsmesh__V1__Role *role, const char **author)
{
	static const char *const fields[] = { "role", "id", NULL };
	struct json_place place;
	const char *verbatim = "";
	int number = OPSMESH__V1__ROLE__ROLE_CUSTOMER;

	*role = OPSMESH__V1__ROLE__ROLE_CUSTOMER;
	*author = "";
	if (!json_has(object, "author"))
		return true;
	if (!json_object_at(object, "author", &place, d->error) ||
	    !json_only(&place, fields, d->error))
		return false;
	if (!json_has(&place, "role"))
		return json_refuse(&place, "role", d->error, "is missing");
	if (!take_word(d, &place, "role", roles, &number, &verbatim) ||
	    !decoding_id(d, &place, "id", author))
		return false;
	*role = (Opsmesh__V1__Role)number;
	return true;
}

static bool take_address(struct decoding *d, const struct json_place *object, const char *field,
                         const char **address)
{
	if (!decoding_text(d, object, field, ADDRESS_MAX, address))
		return false;
	if (**address == '\0')
		return true;
	*address = decoding_address(d->arena, *address);
	return *address != NULL || json_refuse(object, field, d->error, "is not an e-mail address");
}

static bool take_contact(struct decoding *d, const struct json_place *top,
                         struct ticket_body *ticket)
{
	static const char *const fields[] = { "email", "name", "stripe_customer", "slack_team",
		                              NULL };
	struct json_place contact;

	ticket->email = ticket->name = ticket->stripe_customer = ticket->slack_team = "";
	if (!json_has(top, "contact"))
		return true;
	return json_object_at(top, "contact", &contact, d->error) &&
	       json_only(&contact, fields, d->error) &&
	       take_address(d, &contact, "email", &ticket->email) &&
	       decoding_text(d, &contact, "name", DECODE_NAME_MAX, &ticket->name) &&
	       decoding_id(d, &contact, "stripe_customer", &ticket->stripe_customer) &&
	       decoding_id(d, &contact, "slack_team", &ticket->slack_team);
}

/* The sender's own word for a channel that has no number yet is kept. */
static bool take_channel(struct decoding *d, const struct json_place *top,
                         struct ticket_body *ticket)
{
	if (!decoding_text(d, top, "channel", DECODE_WORD_MAX, &ticket->channel_verbatim))
		return false;
	const int number = decoding_number(channels, ticket->channel_verbatim);
	ticket->channel = *ticket->channel_verbatim == '\0' ? OPSMESH__V1__CHANNEL__CHANNEL_API
	                                                    : (Opsmesh__V1__Channel)number;
	return true;
}

static bool read_ticket(struct decoding *d, const struct json_place *top,
                        struct ticket_body *ticket)
{
	static const char *const fields[] = { "body",        "subject",  "channel",  "contact",
		                              "account",     "priority", "status",   "assignee",
		                              "team",        "tags",     "language", "author",
		                              "occurred_at", NULL };

	return json_only(top, fields, d->error) && decoding_body(d, top, &ticket->text) &&
	       decoding_text(d, top, "subject", DECODE_SUBJECT_MAX, &ticket->subject) &&
	       take_channel(d, top, ticket) && take_contact(d, top, ticket) &&
	       decoding_account(d, top, "account", &ticket->account_id) &&
	       take_priority(d, top, &ticket->priority, &ticket->priority_verbatim) &&
	       take_status(d, top, &ticket->status, &ticket->status_verbatim) &&
	       decoding_id(d, top, "assignee", &ticket->assignee) &&
	       decoding_id(d, top, "team", &ticket->team) &&
	       decoding_list(d, top, "tags", LIST_WORDS, DECODE_TAGS_MAX, &ticket->tags) &&
	       decoding_text(d, top, "language", DECODE_WORD_MAX, &ticket->language) &&
	       take_author(d, top, &ticket->role, &ticket->author) &&
	       decoding_time(d, top, &ticket->occurred_at);
}

static bool read_message(struct decoding *d, const struct json_place *top,
                         struct message_body *message)
{
	static const char *const fields[] = { "body",     "author",      "visibility",
		                              "language", "occurred_at", NULL };
	const char *verbatim = "";
	int visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;

	if (!json_only(top, fields, d->error) || !decoding_body(d, top, &message->text) ||
	    !take_author(d, top, &message->role, &message->author) ||
	    !take_word(d, top, "visibility", visibilities, &visibility, &verbatim) ||
	    !decoding_text(d, top, "language", DECODE_WORD_MAX, &message->language) ||
	    !decoding_time(d, top, &message->occurred_at))
		return false;
	message->visibility = (Opsmesh__V1__Visibility)visibility;
	return true;
}

/* NULL where the field is absent: it stays as it is. */
static bool take_change(struct decoding *d, const struct json_place *top, const char *field,
                        const char **id)
{
	*id = NULL;
	return !json_has(top, field) || decoding_id(d, top, field, id);
}

static bool read_status(struct decoding *d, const struct json_place *top,
                        struct status_body *status)
{
	static const char *const fields[] = { "status",   "assignee",    "team",
		                              "priority", "tags_added",  "tags_removed",
		                              "reason",   "occurred_at", NULL };

	if (!json_only(top, fields, d->error) ||
	    !take_status(d, top, &status->status, &status->status_verbatim) ||
	    !take_change(d, top, "assignee", &status->assignee) ||
	    !take_change(d, top, "team", &status->team) ||
	    !take_priority(d, top, &status->priority, &status->priority_verbatim) ||
	    !decoding_list(d, top, "tags_added", LIST_WORDS, DECODE_TAGS_MAX,
	                   &status->tags_added) ||
	    !decoding_list(d, top, "tags_removed", LIST_WORDS, DECODE_TAGS_MAX,
	                   &status->tags_removed) ||
	    !decoding_text(d, top, "reason", DECODE_SUBJECT_MAX, &status->reason) ||
	    !decoding_time(d, top, &status->occurred_at))
		return false;
	if (status->status == 0 && status->assignee == NULL && status->team == NULL &&
	    status->priority == 0 && status->tags_added.count == 0 &&
	    status->tags_removed.count == 0)
		return json_refuse(top, NULL, d->error, "asks for no change");
	return true;
}

static bool read_csat(struct decoding *d, const struct json_place *top, struct csat_body *csat)
{
	static const char *const fields[] = { "ticket_id", "score",       "scale",
		                              "comment",   "occurred_at", NULL };
	int64_t scale = CSAT_SCALE_USUAL;
	int64_t score;

	if (!json_only(top, fields, d->error) ||
	    !decoding_id_at(d, top, "ticket_id", &csat->ticket_id) ||
	    !json_integer_if(top, "scale", 2, CSAT_SCALE_MAX, &scale, d->error) ||
	    !json_integer_at(top, "score", 1, scale, &score, d->error) ||
	    !decoding_text(d, top, "comment", DECODE_TEXT_MAX, &csat->comment) ||
	    !decoding_time(d, top, &csat->occurred_at))
		return false;
	csat->scale = (int32_t)scale;
	csat->score = (int32_t)score;
	return true;
}

static bool take_zone(struct decoding *d, const struct json_place *top, const char **name)
{
	if (!decoding_text(d, top, "time_zone", DECODE_NAME_MAX, name))
		return false;
	if (**name == '\0')
		return true;
	struct zone *const zone = zone_open(*name);
	const bool known = zone != NULL;
	zone_close(zone);
	return known || json_refuse(top, "time_zone", d->error, "is not a known time zone");
}

static bool read_account(struct decoding *d, const struct json_place *top,
                         struct account_body *account)
{
	static const char *const fields[] = {
		"id",      "name",      "tier",        "region",           "time_zone", "owner",
		"domains", "addresses", "slack_teams", "stripe_customers", "orders",    NULL
	};

	if (!json_only(top, fields, d->error) ||
	    !decoding_id_at(d, top, "id", &account->account_id) ||
	    !decoding_account(d, top, "id", &account->account_id) ||
	    !decoding_text(d, top, "name", DECODE_NAME_MAX, &account->name) ||
	    !decoding_text(d, top, "tier", DECODE_WORD_MAX, &account->tier_verbatim) ||
	    !decoding_text(d, top, "region", DECODE_WORD_MAX, &account->region) ||
	    !take_zone(d, top, &account->time_zone) ||
	    !decoding_id(d, top, "owner", &account->owner) ||
	    !decoding_list(d, top, "domains", LIST_DOMAINS, DECODE_KEYS_MAX, &account->domains) ||
	    !decoding_list(d, top, "addresses", LIST_ADDRESSES, DECODE_KEYS_MAX,
	                   &account->addresses) ||
	    !decoding_list(d, top, "slack_teams", LIST_IDS, DECODE_KEYS_MAX,
	                   &account->slack_teams) ||
	    !decoding_list(d, top, "stripe_customers", LIST_IDS, DECODE_KEYS_MAX,
	                   &account->stripe_customers) ||
	    !decoding_orders(d, top, &account->stripe_customers, &account->orders,
	                     &account->order_count))
		return false;
	account->tier = (Opsmesh__V1__Tier)decoding_number(tiers, account->tier_verbatim);
	return true;
}

/* The frame of each: parse, read, say what was wrong. */
#define DECODE(reader_, type_, body_, at_, out_, refusal_)                                     \
	do {                                                                                   \
		AUTO_JSON document = NULL;                                                     \
		struct json_error error;                                                       \
		struct decoding d = { .arena = arena, .received_at = (at_), .error = &error }; \
		type_ result = { 0 };                                                          \
		if (!decoding_parse(&d, (body_), &document, (refusal_)))                       \
			return false;                                                          \
		const struct json_place top = json_top(document);                              \
		if (!reader_(&d, &top, &result))                                               \
			return decoding_refused(&d, (refusal_));                               \
		*(out_) = result;                                                              \
		return true;                                                                   \
	} while (0)

bool decode_ticket(struct arena *arena, struct bytes body, struct instant received_at,
                   struct ticket_body *ticket, struct refusal *refusal)
{
	DECODE(read_ticket, struct ticket_body, body, received_at, ticket, refusal);
}

bool decode_message(struct arena *arena, struct bytes body, struct instant received_at,
                    struct message_body *message, struct refusal *refusal)
{
	DECODE(read_message, struct message_body, body, received_at, message, refusal);
}

bool decode_status(struct arena *arena, struct bytes body, struct instant received_at,
                   struct status_body *status, struct refusal *refusal)
{
	DECODE(read_status, struct status_body, body, received_at, status, refusal);
}

bool decode_csat(struct arena *arena, struct bytes body, struct instant received_at,
                 struct csat_body *csat, struct refusal *refusal)
{
	DECODE(read_csat, struct csat_body, body, received_at, csat, refusal);
}

bool decode_account(struct arena *arena, struct bytes body, struct account_body *account,
                    struct refusal *refusal)
{
	DECODE(read_account, struct account_body, body, TIME_NEWEST, account, refusal);
}
