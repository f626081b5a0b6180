#include "services/billing-sync/dispute/dispute.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"

#include <stdlib.h>
#include <string.h>

#define SUBMISSIONS_MAX 1000000

struct reader {
	struct arena *arena;
	const struct json_place *object;
	Opsmesh__V1__DisputeChanged *changed;
	struct json_error *error;
};

/* A word of the object, or of one within it, straight into the message. */
static bool read_word(const struct reader *it, const struct json_place *place, const char *field,
                      char **word)
{
	const char *read;

	if (!stripe_word_if(it->arena, place, field, &read, it->error))
		return false;
	*word = text_mutable(read);
	return true;
}

static bool read_switch(const struct reader *it, const struct json_place *place, const char *field,
                        protobuf_c_boolean *result)
{
	bool on = false;

	if (!json_switch_if(place, field, &on, it->error))
		return false;
	*result = on;
	return true;
}

/* What is disputed. */

static bool read_amount(const struct reader *it, const struct currency_policy *currencies)
{
	char reason[CURRENCY_REASON_SIZE];
	char currency[4];
	int64_t amount = 0;
	struct money read;

	if (!stripe_currency_at(it->object, "currency", currency, it->error) ||
	    !json_integer_if(it->object, "amount", INT64_MIN, INT64_MAX, &amount, it->error))
		return false;
	if (!json_has(it->object, "amount"))
		return true;
	if (!currency_read(currencies, currency, amount, &read, reason))
		return json_refuse(it->object, "amount", it->error, "%s", reason);
	it->changed->amount = arena_alloc(it->arena, sizeof(*it->changed->amount));
	opsmesh__v1__money__init(it->changed->amount);
	it->changed->amount->minor = read.minor;
	it->changed->amount->currency = arena_string(it->arena, read.currency);
	return true;
}

static bool read_created(const struct reader *it)
{
	struct instant created;
	bool dated;

	if (!stripe_time_if(it->object, "created", &dated, &created, it->error))
		return false;
	if (dated)
		it->changed->created_at = proto_timestamp(it->arena, created);
	return true;
}

static bool read_subject(const struct reader *it, const struct currency_policy *currencies)
{
	const char *charge;

	if (!stripe_id_if(it->arena, it->object, "charge", &charge, it->error) ||
	    !read_word(it, it->object, "reason", &it->changed->reason) ||
	    !read_amount(it, currencies) || !read_created(it))
		return false;
	it->changed->payment_id = text_mutable(charge);
	return true;
}

/* How it was paid. */

/* Newer versions tell the network's code below the card; older ones beside the reason. */
static bool read_card(const struct reader *it, const struct json_place *card)
{
	Opsmesh__V1__DisputeChanged *const changed = it->changed;
	const char *network;

	if (!stripe_network_if(it->arena, card, &network, it->error) ||
	    !read_word(it, card, "case_type", &changed->case_type))
		return false;
	changed->network = text_mutable(network);
	return *changed->network_reason_code != '\0' ||
	       read_word(it, card, "network_reason_code", &changed->network_reason_code);
}

static bool read_method(const struct reader *it)
{
	struct json_place details;
	struct json_place card;

	if (!read_word(it, it->object, "network_reason_code", &it->changed->network_reason_code))
		return false;
	if (!json_has(it->object, "payment_method_details"))
		return true;
	if (!json_object_at(it->object, "payment_method_details", &details, it->error) ||
	    !read_word(it, &details, "type", &it->changed->method))
		return false;
	if (!json_has(&details, "card"))
		return true;
	return json_object_at(&details, "card", &card, it->error) && read_card(it, &card);
}

/* By which it may be answered. */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_eligible(const struct reader *it, const char *type)
{
	Opsmesh__V1__DisputeChanged *const changed = it->changed;

	for (size_t i = 0; i < changed->n_enhanced_eligibility; i++)
		if (text_equal(changed->enhanced_eligibility[i], type))
			return;
	if (changed->n_enhanced_eligibility < DISPUTE_ELIGIBLE_MAX)
		changed->enhanced_eligibility[changed->n_enhanced_eligibility++] =
		    arena_string(it->arena, type);
}

/* Two places tell them: a list at the top, and below the details an object with a field for each. */
static bool read_eligible(const struct reader *it, const struct json_place *details)
{
	Opsmesh__V1__DisputeChanged *const changed = it->changed;
	struct json_place types;
	const char *type;
	json_t *value;

	if (!json_array_if(it->object, "enhanced_eligibility_types", DISPUTE_ELIGIBLE_MAX, &types,
	                   it->error))
		return false;
	changed->enhanced_eligibility =
	    arena_alloc(it->arena, DISPUTE_ELIGIBLE_MAX * sizeof(*changed->enhanced_eligibility));
	for (size_t i = 0; i < json_count(&types); i++) {
		if (!json_text_in(&types, i, STRIPE_WORD_MAX, &type, it->error))
			return false;
		add_eligible(it, type);
	}
	json_object_foreach(json_object_get(details->value, "enhanced_eligibility"), type, value)
	{
		if (json_is_object(value) && strlen(type) <= STRIPE_WORD_MAX)
			add_eligible(it, type);
	}
	qsort(changed->enhanced_eligibility, changed->n_enhanced_eligibility,
	      sizeof(*changed->enhanced_eligibility), compare);
	return true;
}

/* Below the details alone is it told whether it qualifies. */
static bool read_compelling(const struct reader *it, const struct json_place *details)
{
	struct json_place rules;
	struct json_place compelling;

	return !stripe_inside(details, "enhanced_eligibility", &rules) ||
	       !stripe_inside(&rules, "visa_compelling_evidence_3", &compelling) ||
	       read_word(it, &compelling, "status", &it->changed->compelling_evidence);
}

/* 0 says that no answer is possible. */
static bool read_due(const struct reader *it, const struct json_place *details)
{
	struct instant due;
	bool has;

	if (!stripe_time_if(details, "due_by", &has, &due, it->error))
		return false;
	it->changed->unanswerable = has && due.us == 0;
	if (has && due.us > 0)
		it->changed->due_by = proto_timestamp(it->arena, due);
	return true;
}

static bool read_answer(const struct reader *it)
{
	Opsmesh__V1__DisputeChanged *const changed = it->changed;
	struct json_place details = json_top(NULL);
	struct json_place smart;

	if (json_has(it->object, "evidence_details") &&
	    !json_object_at(it->object, "evidence_details", &details, it->error))
		return false;
	return read_due(it, &details) &&
	       read_switch(it, &details, "has_evidence", &changed->has_evidence) &&
	       read_switch(it, &details, "past_due", &changed->past_due) &&
	       json_integer_if(&details, "submission_count", 0, SUBMISSIONS_MAX,
	                       &changed->submission_count, it->error) &&
	       read_eligible(it, &details) && read_compelling(it, &details) &&
	       read_switch(it, it->object, "is_charge_refundable", &changed->refundable) &&
	       read_word(it, it->object, "intended_submission_method",
	                 &changed->intended_submission) &&
	       (!stripe_inside(it->object, "smart_disputes", &smart) ||
	        read_word(it, &smart, "status", &changed->smart_disputes));
}

/* Its balance transactions: ids, or objects with one. Versions before the list name one of them. */

static bool add_transaction(const struct reader *it, const struct json_place *place,
                            const char *field)
{
	Opsmesh__V1__DisputeChanged *const changed = it->changed;
	const char *id;

	if (!stripe_id_if(it->arena, place, field, &id, it->error))
		return false;
	if (*id != '\0')
		changed->transaction_ids[changed->n_transaction_ids++] = text_mutable(id);
	return true;
}

static bool add_listed(const struct reader *it, const struct json_place *list, size_t index)
{
	const struct json_place item = json_item(list, index);
	const char *id;

	if (json_is_object(item.value))
		return add_transaction(it, &item, "id");
	if (!json_text_in(list, index, STRIPE_ID_MAX, &id, it->error))
		return false;
	it->changed->transaction_ids[it->changed->n_transaction_ids++] =
	    arena_string(it->arena, id);
	return true;
}

static bool read_transactions(const struct reader *it)
{
	Opsmesh__V1__DisputeChanged *const changed = it->changed;
	struct json_place list;

	if (!json_array_if(it->object, "balance_transactions", DISPUTE_MOVES_MAX, &list, it->error))
		return false;
	changed->transaction_ids =
	    arena_alloc(it->arena, (DISPUTE_MOVES_MAX + 1) * sizeof(*changed->transaction_ids));
	for (size_t i = 0; i < json_count(&list); i++)
		if (!add_listed(it, &list, i))
			return false;
	return json_count(&list) > 0 || add_transaction(it, it->object, "balance_transaction");
}

bool dispute_read(struct arena *arena, const struct currency_policy *currencies,
                  const struct json_place *object, Opsmesh__V1__DisputeChanged *changed,
                  struct json_error *error)
{
	Opsmesh__V1__DisputeChanged read = OPSMESH__V1__DISPUTE_CHANGED__INIT;
	const struct reader it = { arena, object, &read, error };

	if (!read_subject(&it, currencies) || !read_method(&it) || !read_answer(&it) ||
	    !read_transactions(&it))
		return false;
	*changed = read;
	return true;
}

void dispute_glean(struct arena *arena, const struct currency_policy *currencies,
                   const struct json_place *object, Opsmesh__V1__DisputeChanged *changed)
{
	struct json_error ignored;
	const struct reader it = { arena, object, changed, &ignored };

	opsmesh__v1__dispute_changed__init(changed);
	(void)read_amount(&it, currencies);
	(void)read_created(&it);
	(void)read_subject(&it, currencies);
	(void)read_method(&it);
	(void)read_answer(&it);
	(void)read_transactions(&it);
}

struct bytes dispute_digest(struct arena *arena, const Opsmesh__V1__DisputeChanged *changed)
{
	Opsmesh__V1__DisputeChanged told = *changed;
	uint8_t digest[DIGEST_SIZE];

	told.from_status = text_mutable("");
	digest_sha256(proto_pack(arena, &told.base), digest);
	return (struct bytes){ arena_copy(arena, digest, sizeof(digest)), sizeof(digest) };
}
