/*
 * conversation_account - an account is declared whole: what is not named any more is withdrawn.
 */
#include "services/ingest/conversation.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/lines.h"

#include <string.h>

#define KEYS_MAX (4 * DECODE_KEYS_MAX)

static void add_keys(struct arena *arena, struct lines *keys, const char *prefix,
                     const struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		keys->items[keys->count++] = arena_printf(arena, "%s%s", prefix, texts->items[i]);
}

static struct lines keys_of(struct request *request, const struct account_body *body)
{
	struct arena *const arena = request->task->arena;
	const struct bytes secret = bytes_of(request->config->contact_secret);
	struct lines keys = { .items = arena_alloc(arena, KEYS_MAX * sizeof(char *)) };

	add_keys(arena, &keys, "domain:", &body->domains);
	add_keys(arena, &keys, "slack:", &body->slack_teams);
	add_keys(arena, &keys, "stripe:", &body->stripe_customers);
	for (size_t i = 0; i < body->addresses.count; i++) {
		const char *const key =
		    contact_key_address(arena, secret, body->addresses.items[i]);

		if (key != NULL)
			keys.items[keys.count++] = key;
	}
	lines_sort(&keys);
	return keys;
}

/* Telling. */

static enum status tell_key(struct request *request, const char *key,
                            Opsmesh__V1__ByContactEvent *event)
{
	event->contact_key = text_mutable(key);
	event->occurred_at = proto_timestamp(request->task->arena, request->received_at);
	event->request_id = text_mutable(request->id);
	return task_emit(request->task, &(struct emission){ .topic = OPS_BY_CONTACT,
	                                                    .key = key,
	                                                    .time = request->received_at,
	                                                    .message = &event->base });
}

static enum status declare_keys(struct request *request, const struct account_body *body,
                                const struct lines *keys, int64_t version)
{
	for (size_t i = 0; i < keys->count; i++) {
		Opsmesh__V1__ByContactEvent event = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
		Opsmesh__V1__AccountKeyDeclared declared = OPSMESH__V1__ACCOUNT_KEY_DECLARED__INIT;

		declared.account_id = text_mutable(body->account_id);
		declared.tier = body->tier;
		declared.tier_verbatim = text_mutable(body->tier_verbatim);
		declared.region = text_mutable(body->region);
		declared.time_zone = text_mutable(body->time_zone);
		declared.account_version = version;
		event.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_ACCOUNT_DECLARED;
		event.account_declared = &declared;
		TRY(tell_key(request, keys->items[i], &event));
	}
	return STATUS_OK;
}

static enum status withdraw_keys(struct request *request, const char *account_id,
                                 const struct lines *old, const struct lines *keys, int64_t version)
{
	for (size_t i = 0; i < old->count; i++) {
		Opsmesh__V1__ByContactEvent event = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
		Opsmesh__V1__AccountKeyWithdrawn withdrawn =
		    OPSMESH__V1__ACCOUNT_KEY_WITHDRAWN__INIT;

		if (lines_have(keys, old->items[i]))
			continue;
		withdrawn.account_id = text_mutable(account_id);
		withdrawn.account_version = version;
		event.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_ACCOUNT_WITHDRAWN;
		event.account_withdrawn = &withdrawn;
		TRY(tell_key(request, old->items[i], &event));
	}
	return STATUS_OK;
}

static Opsmesh__V1__AccountAddress **addresses_of(struct request *request,
                                                  const struct account_body *body, size_t *count)
{
	struct arena *const arena = request->task->arena;
	const struct bytes secret = bytes_of(request->config->contact_secret);
	Opsmesh__V1__AccountAddress **const list =
	    arena_alloc(arena, (body->addresses.count + 1) * sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < body->addresses.count; i++) {
		Opsmesh__V1__AccountAddress *const address = arena_alloc(arena, sizeof(*address));
		const char *const key =
		    contact_key_address(arena, secret, body->addresses.items[i]);

		if (key == NULL)
			continue;
		opsmesh__v1__account_address__init(address);
		address->hash = text_mutable(key + strlen("address:"));
		address->address = personal_text(arena, body->account_id, body->addresses.items[i]);
		list[(*count)++] = address;
	}
	return list;
}

static char **texts_of(struct arena *arena, const struct texts *texts)
{
	return arena_copy(arena, texts->items, (texts->count + 1) * sizeof(char *));
}

static Opsmesh__V1__Order **orders_of(struct arena *arena, const struct account_body *body)
{
	Opsmesh__V1__Order **const list =
	    arena_alloc(arena, (body->order_count + 1) * sizeof(*list));

	for (size_t i = 0; i < body->order_count; i++) {
		const struct order_body *const order = &body->orders[i];
		Opsmesh__V1__Order *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__order__init(made);
		made->order_id = text_mutable(order->id);
		made->version = order->version;
		made->customer_id = text_mutable(order->customer);
		made->price_id = text_mutable(order->price);
		made->product_id = text_mutable(order->product);
		made->quantity = order->quantity;
		made->unit_amount = order->unit_amount;
		made->currency = text_mutable(order->currency);
		made->from = proto_timestamp(arena, order->from);
		if (order->until.us != TIME_MAX.us)
			made->until = proto_timestamp(arena, order->until);
		list[i] = made;
	}
	return list;
}

static enum status say_account(struct request *request, const char *account_id,
                               Opsmesh__V1__AccountEvent *event)
{
	event->account_id = text_mutable(account_id);
	event->occurred_at = proto_timestamp(request->task->arena, request->received_at);
	event->actor = actor_make(request, OPSMESH__V1__ROLE__ROLE_SYSTEM, "");
	event->request_id = text_mutable(request->id);
	return task_emit(request->task,
	                 &(struct emission){ .topic = OPS_ACCOUNTS,
	                                     .key = account_id,
	                                     .partition = &request->task->shard_number,
	                                     .time = request->received_at,
	                                     .message = &event->base });
}

static enum status say_declared(struct request *request, const struct account_body *body,
                                int64_t version)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__AccountEvent event = OPSMESH__V1__ACCOUNT_EVENT__INIT;
	Opsmesh__V1__AccountDeclared declared = OPSMESH__V1__ACCOUNT_DECLARED__INIT;

	declared.name = personal_text(arena, body->account_id, body->name);
	declared.tier = body->tier;
	declared.tier_verbatim = text_mutable(body->tier_verbatim);
	declared.region = text_mutable(body->region);
	declared.time_zone = text_mutable(body->time_zone);
	declared.owner = text_mutable(body->owner);
	declared.n_domains = body->domains.count;
	declared.domains = texts_of(arena, &body->domains);
	declared.addresses = addresses_of(request, body, &declared.n_addresses);
	declared.n_slack_teams = body->slack_teams.count;
	declared.slack_teams = texts_of(arena, &body->slack_teams);
	declared.n_stripe_customers = body->stripe_customers.count;
	declared.stripe_customers = texts_of(arena, &body->stripe_customers);
	declared.n_orders = body->order_count;
	declared.orders = orders_of(arena, body);
	declared.version = version;
	event.fact_case = OPSMESH__V1__ACCOUNT_EVENT__FACT_DECLARED;
	event.declared = &declared;
	return say_account(request, body->account_id, &event);
}

/* Every partition keeps its own copy, so that open tickets hear of it. */
static enum status tell_tickets(struct request *request, const struct account_body *body,
                                int64_t version)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__AccountChanged changed = OPSMESH__V1__ACCOUNT_CHANGED__INIT;

	changed.account_id = text_mutable(body->account_id);
	changed.tier = body->tier;
	changed.tier_verbatim = text_mutable(body->tier_verbatim);
	changed.region = text_mutable(body->region);
	changed.time_zone = text_mutable(body->time_zone);
	changed.account_version = version;
	event.occurred_at = proto_timestamp(request->task->arena, request->received_at);
	event.request_id = text_mutable(request->id);
	event.actor = actor_make(request, OPSMESH__V1__ROLE__ROLE_SYSTEM, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_ACCOUNT_CHANGED;
	event.account_changed = &changed;
	return task_emit(request->task, &(struct emission){ .topic = OPS_BY_TICKET,
	                                                    .key = body->account_id,
	                                                    .everywhere = true,
	                                                    .time = request->received_at,
	                                                    .message = &event.base });
}

enum status conversation_account(struct request *request)
{
	struct arena *const arena = request->task->arena;
	struct account_body body;
	struct refusal refusal;

	if (!decode_account(arena, request->body, &body, &refusal))
		return conversation_refuse(request, &refusal);
	struct account_row row = { .account_id = body.account_id };
	const bool known = task_load(request->task, &account_table, &row);
	const struct lines old = lines_split(arena, known ? row.contact_keys : NULL, 0);
	const struct lines keys = keys_of(request, &body);

	row.version++;
	row.contact_keys = lines_join(arena, &keys);
	task_save(request->task, &account_table, &row);
	TRY(say_declared(request, &body, row.version));
	TRY(tell_tickets(request, &body, row.version));
	TRY(withdraw_keys(request, body.account_id, &old, &keys, row.version));
	return declare_keys(request, &body, &keys, row.version);
}

enum status conversation_say_account(struct request *request, Opsmesh__V1__RequestRefused *refused,
                                     Opsmesh__V1__IdConflict *conflict)
{
	Opsmesh__V1__AccountEvent event = OPSMESH__V1__ACCOUNT_EVENT__INIT;

	event.fact_case = refused != NULL ? OPSMESH__V1__ACCOUNT_EVENT__FACT_REQUEST_REFUSED
	                                  : OPSMESH__V1__ACCOUNT_EVENT__FACT_ID_CONFLICT;
	if (refused != NULL)
		event.request_refused = refused;
	else
		event.id_conflict = conflict;
	return say_account(request, request->key, &event);
}
