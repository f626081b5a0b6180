#include "services/billing-sync/dunning/payment_failure.h"

#include "common/base/text.h"

#include <stddef.h>
#include <string.h>

#define CHARGES_MAX 100 /* of one page of a payment intent's or an invoice's list */

struct reader {
	struct arena *arena;
	struct payment_failure *failure;
	struct json_error *error;
};

/* A field of the object and where its word goes. */
struct word {
	const char *field;
	size_t offset;
};

#define WORD(field_, member_)                                     \
	{                                                         \
		field_, offsetof(struct payment_failure, member_) \
	}

static const char **member(const struct reader *reader, size_t offset)
{
	return (const char **)(void *)((char *)reader->failure + offset);
}

/* What an object leaves out keeps what another said before. */
static bool words_read(const struct reader *reader, const struct json_place *object,
                       const struct word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *word;

		if (!stripe_word_if(reader->arena, object, words[i].field, &word, reader->error))
			return false;
		if (word[0] != '\0')
			*member(reader, words[i].offset) = word;
	}
	return true;
}

static bool id_read(const struct reader *reader, const struct json_place *object, const char *field,
                    const char **id)
{
	const char *read;

	if (!stripe_id_if(reader->arena, object, field, &read, reader->error))
		return false;
	if (read[0] != '\0')
		*id = read;
	return true;
}

/* The card. */

static bool card_read(const struct reader *reader, const struct json_place *card)
{
	static const struct word words[] = {
		WORD("brand", brand),
		WORD("network", network),
		WORD("fingerprint", fingerprint),
		WORD("country", country),
		WORD("funding", funding),
	};

	return words_read(reader, card, words, COUNT_OF(words));
}

/* A payment method, or the details of one: {"type":"card","card":{...}}. */
static bool method_read(const struct reader *reader, const struct json_place *object,
                        const char *field)
{
	static const struct word words[] = { WORD("type", method) };
	struct json_place method;
	struct json_place card;

	if (!stripe_inside(object, field, &method))
		return true;
	return words_read(reader, &method, words, COUNT_OF(words)) &&
	       (!stripe_inside(&method, "card", &card) || card_read(reader, &card));
}

/* Charges of old versions have the card itself, under two names. */
static bool old_card_read(const struct reader *reader, const struct json_place *charge)
{
	static const char *const fields[] = { "source", "card" };

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		static const struct word words[] = { WORD("object", method) };
		struct json_place card;

		if (reader->failure->fingerprint[0] == '\0' &&
		    stripe_inside(charge, fields[i], &card) &&
		    (!words_read(reader, &card, words, COUNT_OF(words)) ||
		     !card_read(reader, &card)))
			return false;
	}
	return true;
}

/* The charge. */

static bool outcome_read(const struct reader *reader, const struct json_place *charge)
{
	static const struct word words[] = {
		WORD("type", outcome_type),
		WORD("network_status", network_status),
		WORD("reason", reason),
		WORD("advice_code", advice_code),
		WORD("network_decline_code", network_decline_code),
		WORD("network_advice_code", network_advice_code),
	};
	struct json_place outcome;

	return !stripe_inside(charge, "outcome", &outcome) ||
	       words_read(reader, &outcome, words, COUNT_OF(words));
}

/* What is of the attempt alone; a charge has no decline_code, its outcome's reason is one. */
static bool charge_facts_read(const struct reader *reader, const struct json_place *charge)
{
	static const struct word words[] = { WORD("failure_code", failure_code) };
	struct payment_failure *const failure = reader->failure;

	if (!id_read(reader, charge, "id", &failure->charge_id) ||
	    !words_read(reader, charge, words, COUNT_OF(words)) || !outcome_read(reader, charge) ||
	    !method_read(reader, charge, "payment_method_details") ||
	    !old_card_read(reader, charge))
		return false;
	if (failure->decline_code[0] == '\0')
		failure->decline_code = failure->reason;
	return true;
}

static bool amount_read(const struct reader *reader, const struct json_place *object,
                        const char *field)
{
	return json_integer_at(object, field, 0, INT64_MAX, &reader->failure->amount,
	                       reader->error);
}

static bool charge_read(const struct reader *reader, const struct json_place *charge)
{
	struct payment_failure *const failure = reader->failure;
	const char *status;

	if (!charge_facts_read(reader, charge) ||
	    !id_read(reader, charge, "payment_intent", &failure->payment_intent_id) ||
	    !id_read(reader, charge, "invoice", &failure->invoice_id) ||
	    !stripe_word_if(reader->arena, charge, "status", &status, reader->error))
		return false;
	failure->failed = text_equal(status, "failed") || failure->failure_code[0] != '\0';
	return amount_read(reader, charge, "amount");
}

/* The payment intent. */

static bool last_error_read(const struct reader *reader, const struct json_place *intent)
{
	static const struct word words[] = {
		WORD("code", failure_code),
		WORD("decline_code", decline_code),
		WORD("advice_code", advice_code),
		WORD("network_decline_code", network_decline_code),
		WORD("network_advice_code", network_advice_code),
	};
	struct json_place last;

	if (!stripe_inside(intent, "last_payment_error", &last))
		return true;
	reader->failure->failed = true;
	return words_read(reader, &last, words, COUNT_OF(words)) &&
	       id_read(reader, &last, "charge", &reader->failure->charge_id) &&
	       method_read(reader, &last, "payment_method");
}

/* The newest charge: latest_charge where it is expanded, else the first of the old list. */
static bool newest_charge_read(const struct reader *reader, const struct json_place *intent)
{
	struct json_place page;
	struct json_place list;
	struct json_place charge;

	if (!id_read(reader, intent, "latest_charge", &reader->failure->charge_id))
		return false;
	if (stripe_inside(intent, "latest_charge", &charge))
		return charge_facts_read(reader, &charge);
	if (!stripe_inside(intent, "charges", &page))
		return true;
	if (!json_array_if(&page, "data", CHARGES_MAX, &list, reader->error))
		return false;
	if (json_count(&list) == 0)
		return true;
	charge = json_item(&list, 0);
	return charge_facts_read(reader, &charge);
}

static bool intent_facts_read(const struct reader *reader, const struct json_place *intent)
{
	const char *status;

	if (!id_read(reader, intent, "id", &reader->failure->payment_intent_id) ||
	    !newest_charge_read(reader, intent) || !last_error_read(reader, intent) ||
	    !stripe_word_if(reader->arena, intent, "status", &status, reader->error))
		return false;
	if (text_equal(status, "succeeded"))
		reader->failure->failed = false;
	return true;
}

static bool intent_read(const struct reader *reader, const struct json_place *intent)
{
	return intent_facts_read(reader, intent) &&
	       id_read(reader, intent, "invoice", &reader->failure->invoice_id) &&
	       amount_read(reader, intent, "amount");
}

/* The invoice. */

static bool payment_read(const struct reader *reader, const struct json_place *item)
{
	struct json_place payment;
	struct json_place intent;

	if (!stripe_inside(item, "payment", &payment))
		return true;
	if (!id_read(reader, &payment, "charge", &reader->failure->charge_id) ||
	    !id_read(reader, &payment, "payment_intent", &reader->failure->payment_intent_id))
		return false;
	return !stripe_inside(&payment, "payment_intent", &intent) ||
	       intent_facts_read(reader, &intent);
}

/* The default one; where none is, the last. */
static bool payments_read(const struct reader *reader, const struct json_place *invoice)
{
	struct json_place page;
	struct json_place list;
	struct json_place chosen;
	bool found = false;

	if (!stripe_inside(invoice, "payments", &page))
		return true;
	if (!json_array_if(&page, "data", CHARGES_MAX, &list, reader->error))
		return false;
	for (size_t i = 0; i < json_count(&list) && !found; i++) {
		chosen = json_item(&list, i);
		if (!json_is_object(chosen.value))
			return json_refuse(&chosen, NULL, reader->error, "must be an object");
		found = json_is_true(json_object_get(chosen.value, "is_default"));
	}
	return json_count(&list) == 0 || payment_read(reader, &chosen);
}

static bool old_payment_read(const struct reader *reader, const struct json_place *invoice)
{
	struct json_place charge;
	struct json_place intent;

	if (!id_read(reader, invoice, "charge", &reader->failure->charge_id) ||
	    !id_read(reader, invoice, "payment_intent", &reader->failure->payment_intent_id))
		return false;
	if (stripe_inside(invoice, "charge", &charge) && !charge_facts_read(reader, &charge))
		return false;
	return !stripe_inside(invoice, "payment_intent", &intent) ||
	       intent_facts_read(reader, &intent);
}

static bool invoice_read(const struct reader *reader, const struct json_place *invoice)
{
	struct payment_failure *const failure = reader->failure;
	const char *status;

	failure->invoice_id = failure->id;
	if (!old_payment_read(reader, invoice) || !payments_read(reader, invoice) ||
	    !json_integer_if(invoice, "attempt_count", 0, PAYMENT_ATTEMPTS_MAX,
	                     &failure->attempt_count, reader->error) ||
	    !stripe_time_if(invoice, "next_payment_attempt", &failure->has_next, &failure->next,
	                    reader->error) ||
	    !stripe_word_if(reader->arena, invoice, "status", &status, reader->error))
		return false;
	failure->failed = failure->attempt_count > 0 &&
	                  (text_equal(status, "open") || text_equal(status, "uncollectible"));
	return amount_read(reader, invoice,
	                   json_has(invoice, "amount_remaining") ? "amount_remaining"
	                                                         : "amount_due");
}

/* Any of them. */

static bool head_read(const struct reader *reader, const struct json_place *object)
{
	struct payment_failure *const failure = reader->failure;

	return id_read(reader, object, "id", &failure->id) &&
	       id_read(reader, object, "customer", &failure->customer_id) &&
	       stripe_currency_at(object, "currency", failure->currency, reader->error) &&
	       stripe_time_if(object, "created", &failure->has_created, &failure->created,
	                      reader->error);
}

static const struct payment_failure nothing_said = {
	.object = "",
	.id = "",
	.charge_id = "",
	.payment_intent_id = "",
	.invoice_id = "",
	.customer_id = "",
	.failure_code = "",
	.decline_code = "",
	.outcome_type = "",
	.network_status = "",
	.reason = "",
	.advice_code = "",
	.network_decline_code = "",
	.network_advice_code = "",
	.method = "",
	.brand = "",
	.network = "",
	.fingerprint = "",
	.country = "",
	.funding = "",
};

bool payment_failure_read(struct arena *arena, const struct json_place *object,
                          struct payment_failure *failure, struct json_error *error)
{
	static const char *const objects[] = { "charge", "payment_intent", "invoice", NULL };
	static bool (*const reads[])(const struct reader *,
	                             const struct json_place *) = { charge_read, intent_read,
		                                                    invoice_read };
	struct payment_failure read = nothing_said;
	const struct reader reader = { arena, &read, error };
	int which;

	if (!json_word_at(object, "object", objects, &which, error))
		return false;
	read.object = objects[which];
	if (!head_read(&reader, object) || !reads[which](&reader, object))
		return false;
	read.network = stripe_small(arena, read.network[0] != '\0' ? read.network : read.brand);
	*failure = read;
	return true;
}

bool payment_failure_sent(const struct payment_failure *failure)
{
	return !text_equal(failure->network_status, "not_sent_to_network") &&
	       !text_equal(failure->outcome_type, "blocked");
}
