/*
 * What the stage `object` says: the states that it takes over, and its facts for others.
 */
#include "services/billing-sync/dispute/unplaced.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/mirror/sweep.h"
#include "services/billing-sync/object/object.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

/* NULL, as a row has it, is an empty field of the contract. */
static char *text_of(const char *text)
{
	return text_mutable(text != NULL ? text : "");
}

/* The state that stands. */

static Opsmesh__V1__ObjectMirrored mirrored_of(const struct object *it)
{
	Opsmesh__V1__ObjectMirrored mirrored = OPSMESH__V1__OBJECT_MIRRORED__INIT;

	mirrored.object_id = text_of(it->row.object_id);
	mirrored.object_type = text_of(it->row.object_type);
	mirrored.revision = it->row.revision;
	mirrored.status = text_of(it->row.status);
	mirrored.deleted = it->row.deleted;
	mirrored.payload.data = (uint8_t *)(uintptr_t)it->row.body.data;
	mirrored.payload.len = it->row.body.size;
	mirrored.api_version = text_of(it->row.api_version);
	mirrored.event_id = text_of(it->seen.event_id);
	mirrored.event_type = text_of(it->seen.event_type);
	mirrored.provenance = it->event->provenance;
	mirrored.cause_id = text_of(it->cause_id);
	mirrored.n_named = it->named.n_items;
	mirrored.named = it->named.items;
	return mirrored;
}

static enum status send(struct object *it, int topic, const char *key, bool everywhere,
                        const ProtobufCMessage *message)
{
	return task_emit(it->task, &(struct emission){ .topic = topic,
	                                               .key = key,
	                                               .time = it->seen.state_at,
	                                               .everywhere = everywhere,
	                                               .message = message });
}

static Google__Protobuf__Timestamp *state_at(const struct object *it)
{
	return proto_timestamp(it->task->arena, it->seen.state_at);
}

static enum status tell(struct object *it, const char *key, bool everywhere)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored mirrored = mirrored_of(it);

	event.customer_id = text_of(key);
	event.occurred_at = state_at(it);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	event.mirrored = &mirrored;
	return send(it, OPS_BY_CUSTOMER, key, everywhere, &event.base);
}

/* Who looks at one of two invoices has to know what the subscription was when the other was made. */
enum status object_tell_earlier(struct object *it)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored earlier = mirrored_of(it);

	if (!text_equal(it->seen.object_type, "subscription") || it->row.customer_id == NULL ||
	    it->seen.bare || time_before(it->row.state_at, it->seen.state_at))
		return STATUS_OK;
	earlier.revision = 0;
	earlier.status = text_of(it->seen.status);
	earlier.deleted = it->seen.deleted;
	earlier.payload.data = (uint8_t *)(uintptr_t)it->seen.body.data;
	earlier.payload.len = it->seen.body.size;
	earlier.api_version = text_of(it->seen.api_version);
	event.customer_id = text_of(it->row.customer_id);
	event.occurred_at = state_at(it);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER;
	event.earlier = &earlier;
	return send(it, OPS_BY_CUSTOMER, it->row.customer_id, false, &event.base);
}

enum status object_tell_everyone(struct object *it)
{
	return it->seen.type->everywhere ? tell(it, it->row.object_id, true) : STATUS_OK;
}

enum status object_tell_customer(struct object *it)
{
	return it->row.customer_id != NULL ? tell(it, it->row.customer_id, false) : STATUS_OK;
}

enum status object_tell_left(struct object *it, const char *customer)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectLeft left = OPSMESH__V1__OBJECT_LEFT__INIT;

	left.object_id = text_of(it->row.object_id);
	left.object_type = text_of(it->row.object_type);
	left.customer_id = text_of(it->row.customer_id);
	event.customer_id = text_of(customer);
	event.occurred_at = proto_timestamp(it->task->arena, it->row.customer_at);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_LEFT;
	event.left = &left;
	return send(it, OPS_BY_CUSTOMER, customer, false, &event.base);
}

enum status object_tell_charge(struct object *it)
{
	Opsmesh__V1__ByChargeEvent event = OPSMESH__V1__BY_CHARGE_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored mirrored = mirrored_of(it);

	if (it->row.charge_id == NULL)
		return STATUS_OK;
	mirrored.customer_id = text_of(it->row.customer_id);
	mirrored.unplaced = it->unplaced;
	if (text_equal(it->row.charge_id, it->row.object_id))
		mirrored.payload.len = 0;
	event.charge_id = text_of(it->row.charge_id);
	event.occurred_at = state_at(it);
	event.fact_case = OPSMESH__V1__BY_CHARGE_EVENT__FACT_MIRRORED;
	event.mirrored = &mirrored;
	return send(it, OPS_BY_CHARGE, it->row.charge_id, false, &event.base);
}

enum status object_tell_source(struct object *it)
{
	Opsmesh__V1__BySourceEvent event = OPSMESH__V1__BY_SOURCE_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored mirrored = mirrored_of(it);

	if (*it->seen.source_id == '\0' || stripe_is_payout(it->seen.source_id))
		return STATUS_OK;
	event.source_id = text_of(it->seen.source_id);
	event.charge_id = text_of(it->row.charge_id);
	event.occurred_at = state_at(it);
	event.fact_case = OPSMESH__V1__BY_SOURCE_EVENT__FACT_MIRRORED;
	event.mirrored = &mirrored;
	return send(it, OPS_BY_SOURCE, it->seen.source_id, false, &event.base);
}

enum status object_tell_card(struct object *it)
{
	Opsmesh__V1__ByCardEvent event = OPSMESH__V1__BY_CARD_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored mirrored = mirrored_of(it);
	const char *const card = object_card(it);

	if (card == NULL)
		return STATUS_OK;
	mirrored.customer_id = text_of(it->row.customer_id);
	event.card = text_of(card);
	event.occurred_at = state_at(it);
	event.fact_case = OPSMESH__V1__BY_CARD_EVENT__FACT_MIRRORED;
	event.mirrored = &mirrored;
	return send(it, OPS_BY_CARD, card, false, &event.base);
}

static enum status tell_subject(struct object *it, const char *subject)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored mirrored = mirrored_of(it);

	event.subject_id = text_of(subject);
	event.occurred_at = state_at(it);
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_MIRRORED;
	event.mirrored = &mirrored;
	return send(it, OPS_BY_PAYOUT, subject, false, &event.base);
}

enum status object_tell_payout(struct object *it)
{
	return it->row.payout_id != NULL ? tell_subject(it, it->row.payout_id) : STATUS_OK;
}

enum status object_tell_balance(struct object *it)
{
	if (!it->seen.type->of_balance)
		return STATUS_OK;
	TRY(tell_subject(it, it->row.object_id));
	if (stripe_is_payout(it->seen.source_id))
		TRY(tell_subject(it, it->seen.source_id));
	return object_tell_payout(it);
}

/* Facts for others. */

static enum status say(struct object *it, Opsmesh__V1__BillingEvent *event)
{
	event->occurred_at = proto_timestamp(it->task->arena, it->received_at);
	event->cause_id = text_of(it->cause_id);
	return task_emit(it->task, &(struct emission){ .topic = OPS_BILLING,
	                                               .key = it->event->object_id,
	                                               .time = it->received_at,
	                                               .message = &event->base });
}

static Opsmesh__V1__StaleCause cause_of(enum mirror_stale stale)
{
	if (stale == MIRROR_ENDED)
		return OPSMESH__V1__STALE_CAUSE__STALE_CAUSE_FINAL;
	return stale == MIRROR_OLDER ? OPSMESH__V1__STALE_CAUSE__STALE_CAUSE_OLDER
	                             : OPSMESH__V1__STALE_CAUSE__STALE_CAUSE_EARLIER_STAGE;
}

enum status object_say_stale(struct object *it, enum mirror_stale stale,
                             const struct object_row *standing)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__StaleObserved observed = OPSMESH__V1__STALE_OBSERVED__INIT;

	observed.object_id = text_of(it->seen.object_id);
	observed.object_type = text_of(it->seen.object_type);
	observed.status = text_of(it->seen.status);
	observed.standing_status = text_of(standing->status);
	if (it->seen.dated)
		observed.state_at = proto_timestamp(it->task->arena, it->seen.state_at);
	observed.standing_at = proto_timestamp(it->task->arena, standing->state_at);
	observed.event_id = text_of(it->seen.event_id);
	observed.cause = cause_of(stale);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_STALE_OBSERVED;
	event.stale_observed = &observed;
	return say(it, &event);
}

enum status object_say_fetch(struct object *it, Opsmesh__V1__FetchCause cause,
                             const char *object_type, const char *object_id)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FetchRequested requested = OPSMESH__V1__FETCH_REQUESTED__INIT;

	requested.object_id = text_of(object_id);
	requested.object_type = text_of(object_type);
	requested.cause = cause;
	requested.named_by = text_of(it->seen.object_id);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FETCH_REQUESTED;
	event.fetch_requested = &requested;
	return say(it, &event);
}

enum status object_say_refused(struct object *it, Opsmesh__V1__RefusalCode code, const char *field,
                               const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectRefused refused = OPSMESH__V1__OBJECT_REFUSED__INIT;

	refused.object_id = it->event->object_id;
	refused.object_type = it->event->object_type;
	refused.code = code;
	refused.field = text_of(field);
	refused.reason = text_of(reason);
	refused.event_id = it->event->event_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED;
	event.object_refused = &refused;
	return say(it, &event);
}

/* The charge that it names one day tells who has it. */
enum status object_say_unplaced(struct object *it)
{
	const struct currency_policy *const currencies =
	    policies_currency(it->task, it->received_at);
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	const struct unplaced_state state = { .object_id = it->row.object_id,
		                              .object_type = it->row.object_type,
		                              .charge_id = "",
		                              .status = text_of(it->row.status),
		                              .payload = it->row.body };

	if (it->row.charge_id != NULL || !unplaced_is(it->row.object_type))
		return STATUS_OK;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = unplaced_tell(it->task->arena, currencies, &state, it->unplaced);
	return say(it, &event);
}

/* Sweeps. */

static enum status say_differed(struct object *it, const struct object_row *standing,
                                const struct sweep *sweep)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectDiffered differed = OPSMESH__V1__OBJECT_DIFFERED__INIT;
	char *fields[SWEEP_FIELDS_MAX];

	differed.object_id = text_of(it->seen.object_id);
	differed.object_type = text_of(it->seen.object_type);
	differed.cause = text_of(sweep_word(sweep->cause));
	for (size_t i = 0; i < sweep->field_count; i++)
		fields[differed.n_fields++] = text_of(sweep->fields[i]);
	differed.fields = fields;
	differed.status = text_of(it->seen.status);
	differed.standing_status = text_of(standing->status);
	if (standing->revision > 0)
		differed.standing_at = proto_timestamp(it->task->arena, standing->state_at);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_DIFFERED;
	event.object_differed = &differed;
	return say(it, &event);
}

enum status object_say_swept(struct object *it, const struct object_row *standing,
                             const struct sweep *sweep, const char *cause)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectAgreed agreed = OPSMESH__V1__OBJECT_AGREED__INIT;

	if (sweep->cause != SWEEP_EQUAL)
		return say_differed(it, standing, sweep);
	agreed.object_id = text_of(it->seen.object_id);
	agreed.object_type = text_of(it->seen.object_type);
	agreed.cause = text_of(cause);
	agreed.event_id = text_of(it->seen.event_id);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_AGREED;
	event.object_agreed = &agreed;
	return say(it, &event);
}

/* To the customer, or to who has what no customer has. */

static enum status send_now(struct object *it, int topic, const char *key,
                            const ProtobufCMessage *message)
{
	return task_emit(it->task, &(struct emission){ .topic = topic,
	                                               .key = key,
	                                               .time = it->received_at,
	                                               .message = message });
}

static enum status tell_them(struct object *it, const char *customer,
                             Opsmesh__V1__ByCustomerEvent *event)
{
	event->customer_id = text_of(customer);
	event->occurred_at = proto_timestamp(it->task->arena, it->received_at);
	return send_now(it, OPS_BY_CUSTOMER, customer, &event->base);
}

/* What merchants name themselves may have a slash, which no key of a case has. */
static const char *subject_of(const struct object *it)
{
	char *const subject = text_mutable(arena_string(it->task->arena, it->row.object_id));

	for (char *at = subject; *at != '\0'; at++)
		if (*at == '/')
			*at = ':';
	return subject;
}

static enum status tell_nobodys(struct object *it, Opsmesh__V1__ByPayoutEvent *event)
{
	const char *const subject = subject_of(it);

	event->subject_id = text_of(subject);
	event->occurred_at = proto_timestamp(it->task->arena, it->received_at);
	return send_now(it, OPS_BY_PAYOUT, subject, &event->base);
}

enum status object_tell_not_taken(struct object *it, const char *customer,
                                  Opsmesh__V1__ObjectNotTaken *refused)
{
	Opsmesh__V1__ByCustomerEvent theirs = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ByPayoutEvent nobodys = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;

	refused->object_id = text_of(it->row.object_id);
	refused->object_type = text_of(it->row.object_type);
	theirs.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_NOT_TAKEN;
	theirs.not_taken = refused;
	nobodys.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_NOT_TAKEN;
	nobodys.not_taken = refused;
	return customer != NULL ? tell_them(it, customer, &theirs) : tell_nobodys(it, &nobodys);
}

enum status object_tell_swept(struct object *it, const char *customer, const char *cause,
                              bool healed)
{
	Opsmesh__V1__ByCustomerEvent theirs = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ByPayoutEvent nobodys = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;
	Opsmesh__V1__ObjectSwept swept = OPSMESH__V1__OBJECT_SWEPT__INIT;

	swept.object_id = text_of(it->seen.object_id);
	swept.object_type = text_of(it->seen.object_type);
	swept.cause = text_of(cause);
	swept.healed = healed;
	theirs.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_SWEPT;
	theirs.swept = &swept;
	nobodys.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_SWEPT;
	nobodys.swept = &swept;
	return customer != NULL ? tell_them(it, customer, &theirs) : tell_nobodys(it, &nobodys);
}
