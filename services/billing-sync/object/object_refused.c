/*
 * What contradicts the mirror, or cannot be read: its customer is told, where one is known, else the stage `payout`,
 * which has what no customer has; and who was told is told again when a state is taken over that is no older, or what
 * stands is so later. What is older than the state that stands is missed by nobody.
 */
#include "services/billing-sync/object/object.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "opsmesh/v1/mirror.pb-c.h"

#include <stdlib.h>

/* What a row remembers in place of the field "amount", where that could be read. */
#define TWO_AMOUNTS "amounts"

/* As the provider has it; 0: it says none that can be told. */
static int64_t amount_of(const struct object *it)
{
	const char *const field = text_equal(it->row.object_type, "invoice") ? "total" : "amount";
	AUTO_JSON document = NULL;
	struct json_error error;
	int64_t amount = 0;

	if (it->seen.currency == NULL ||
	    !json_parse_brief(it->seen.body, OBSERVED_PAYLOAD_MAX, &document, &error))
		return 0;
	const struct json_place object = json_top(document);

	return json_integer_if(&object, field, INT64_MIN, INT64_MAX, &amount, &error) ? amount : 0;
}

/* As the mirror keeps it, "<amount> <fee>": what it comes to, or where that is beyond 64 bits the amount. */
static int64_t net_of(const char *amounts)
{
	char *fee;
	const int64_t amount = strtoll(amounts, &fee, 10);
	int64_t net;

	return __builtin_sub_overflow(amount, strtoll(fee, NULL, 10), &net) ? amount : net;
}

/* Where they come to the same the fee makes up for the amount, which is told then. */
static void tell_both(const char *standing, const char *said, Opsmesh__V1__ObjectNotTaken *refused)
{
	const bool same = net_of(standing) == net_of(said);

	refused->differs = true;
	refused->standing = same ? strtoll(standing, NULL, 10) : net_of(standing);
	refused->amount = same ? strtoll(said, NULL, 10) : net_of(said);
}

static enum status tell(struct object *it, const char *field, const char *reason)
{
	Opsmesh__V1__ObjectNotTaken refused = OPSMESH__V1__OBJECT_NOT_TAKEN__INIT;

	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	refused.amount = amount_of(it);
	if (text_equal(it->row.refused, TWO_AMOUNTS))
		tell_both(it->row.amount, it->seen.amount, &refused);
	if (it->seen.currency != NULL && (refused.amount != 0 || refused.standing != 0))
		refused.currency = text_mutable(it->seen.currency);
	return object_tell_not_taken(it, it->row.refused_of, &refused);
}

static enum status end(struct object *it)
{
	Opsmesh__V1__ObjectNotTaken refused = OPSMESH__V1__OBJECT_NOT_TAKEN__INIT;
	const char *const customer = it->row.refused_of;

	refused.field = text_mutable(it->row.refused);
	refused.differs = text_equal(it->row.refused, TWO_AMOUNTS);
	refused.healed = true;
	it->row.refused = NULL;
	it->row.refused_at = TIME_MIN;
	it->row.refused_of = NULL;
	return object_tell_not_taken(it, customer, &refused);
}

static const char *remembered(const struct object *it, const char *field)
{
	return text_equal(field, "amount") && it->row.amount != NULL && it->seen.amount != NULL
	           ? TWO_AMOUNTS
	           : field;
}

enum status object_refuse(struct object *it, Opsmesh__V1__RefusalCode code, const char *field,
                          const char *reason)
{
	const char *const word = remembered(it, field);

	TRY(object_say_refused(it, code, field, reason));
	if (time_before(it->seen.state_at, it->row.state_at))
		return STATUS_OK;
	if (it->row.refused != NULL && !(text_equal(it->row.refused, word) &&
	                                 text_equal(it->row.refused_of, it->row.customer_id)))
		TRY(end(it));
	it->row.refused = word;
	it->row.refused_of = it->row.customer_id;
	it->row.refused_at = time_later(it->row.refused_at, it->seen.state_at);
	task_save(it->task, &object_table, &it->row);
	return tell(it, field, reason);
}

/*
 * Where the object has no id (a discount, the preview of an invoice) it came under its event's: no other state of it
 * ever comes, and it is nothing that we keep.
 */
static bool is_nameless(const struct object *it)
{
	return text_equal(it->event->object_id, it->event->event_id);
}

enum status object_refuse_unread(struct object *it, const struct json_error *error)
{
	it->row = mirror_row(it->event->object_id, it->event->object_type);
	it->seen = (struct observed){ .state_at = it->received_at };
	if (is_nameless(it))
		return object_say_refused(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                          error->path, error->reason);
	(void)task_load(it->task, &object_table, &it->row);
	return object_refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, error->path,
	                     error->reason);
}

enum status object_accept(struct object *it)
{
	return it->row.refused == NULL || time_before(it->row.state_at, it->row.refused_at)
	           ? STATUS_OK
	           : end(it);
}
