#include "services/billing-sync/dispute/payment_identity.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/rule/stripe.h"

/* Texts. */

/* "" where it is no text. A document has no other text than valid UTF-8 without NUL. */
static char *text_at(struct arena *arena, const json_t *object, const char *field)
{
	const char *const text = json_string_value(json_object_get(object, field));
	const struct bytes whole = bytes_of(text != NULL ? text : "");

	return arena_text(arena, whole.data, text_fit(whole, PAYMENT_TEXT_MAX));
}

/* The first of two fields that says something. */
static char *text_of(struct arena *arena, const json_t *object, const char *field,
                     const char *otherwise)
{
	char *const text = text_at(arena, object, field);

	return *text != '\0' ? text : text_at(arena, object, otherwise);
}

/* NULL: there is nothing to tell. */
static Opsmesh__V1__PersonalText *personal(struct arena *arena, const char *subject, char *text)
{
	Opsmesh__V1__PersonalText *made;

	if (*text == '\0')
		return NULL;
	made = arena_alloc(arena, sizeof(*made));
	opsmesh__v1__personal_text__init(made);
	made->subject = text_mutable(subject);
	made->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made->text = text;
	return made;
}

/* In one line, as it is written on a letter. */
static char *address_of(struct arena *arena, const json_t *details)
{
	static const char *const fields[] = { "line1", "line2",       "city",
		                              "state", "postal_code", "country" };
	const json_t *const address = json_object_get(details, "address");
	const char *line = "";
	struct bytes whole;

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const char *const part = text_at(arena, address, fields[i]);

		if (*part != '\0')
			line = arena_printf(arena, "%s%s%s", line, *line != '\0' ? ", " : "", part);
	}
	whole = bytes_of(line);
	return arena_text(arena, whole.data, text_fit(whole, PAYMENT_TEXT_MAX));
}

/* The card. */

static const json_t *card_within(const json_t *object, const char *const *fields)
{
	for (; *fields != NULL; fields++) {
		const json_t *const card = json_object_get(object, *fields);

		if (json_is_object(card))
			return card;
	}
	return NULL;
}

/* Charges of old versions have the card itself, under two names, one of which other sources have as well. */
static const json_t *card_of(const json_t *charge)
{
	static const char *const newer[] = { "card", "card_present", "interac_present", NULL };
	static const char *const older[] = { "card", "source", NULL };
	const json_t *card = card_within(json_object_get(charge, "payment_method_details"), newer);

	if (card != NULL)
		return card;
	card = card_within(charge, older);
	return text_equal(json_string_value(json_object_get(card, "object")), "card") ? card : NULL;
}

static Opsmesh__V1__PaymentCard *tell_card(struct arena *arena, const json_t *card)
{
	Opsmesh__V1__PaymentCard *const told = arena_alloc(arena, sizeof(*told));

	opsmesh__v1__payment_card__init(told);
	told->network = text_mutable(stripe_small(arena, text_of(arena, card, "network", "brand")));
	told->brand = text_at(arena, card, "brand");
	told->last4 = text_at(arena, card, "last4");
	told->country = text_at(arena, card, "country");
	told->funding = text_at(arena, card, "funding");
	told->fingerprint = text_at(arena, card, "fingerprint");
	return told;
}

static bool is_authenticated(const json_t *card)
{
	const json_t *const secure = json_object_get(card, "three_d_secure");

	return text_equal(json_string_value(json_object_get(secure, "result")), "authenticated");
}

/* Who paid. */

static bool is_empty(const Opsmesh__V1__PaymentIdentity *it)
{
	return it->email == NULL && it->name == NULL && it->billing_address == NULL &&
	       it->purchase_ip == NULL && it->shipping_address == NULL && *it->device_id == '\0' &&
	       *it->device_fingerprint == '\0' && *it->account_id == '\0';
}

static Opsmesh__V1__PaymentIdentity *tell_identity(struct arena *arena, const json_t *charge,
                                                   const char *subject)
{
	const json_t *const billing = json_object_get(charge, "billing_details");
	const json_t *const metadata = json_object_get(charge, "metadata");
	Opsmesh__V1__PaymentIdentity *const told = arena_alloc(arena, sizeof(*told));
	char *email = text_at(arena, billing, "email");

	if (*email == '\0')
		email = text_at(arena, charge, "receipt_email");
	opsmesh__v1__payment_identity__init(told);
	told->email = personal(arena, subject, email);
	told->name = personal(arena, subject, text_at(arena, billing, "name"));
	told->billing_address = personal(arena, subject, address_of(arena, billing));
	told->purchase_ip = personal(arena, subject, text_at(arena, metadata, "purchase_ip"));
	told->device_id = text_at(arena, metadata, "device_id");
	told->device_fingerprint = text_at(arena, metadata, "device_fingerprint");
	told->shipping_address =
	    personal(arena, subject, address_of(arena, json_object_get(charge, "shipping")));
	told->account_id = text_at(arena, metadata, "account_id");
	return is_empty(told) ? NULL : told;
}

void payment_identity_read(struct arena *arena, const struct json_place *charge,
                           const char *subject, Opsmesh__V1__PaymentChanged *changed)
{
	const json_t *const object = charge->value;
	const json_t *const card = card_of(object);
	struct json_error error;
	struct instant created;
	bool dated;

	if (stripe_time_if(charge, "created", &dated, &created, &error) && dated)
		changed->created_at = proto_timestamp(arena, created);
	if (card != NULL)
		changed->card = tell_card(arena, card);
	changed->identity = tell_identity(arena, object, subject);
	changed->captured = !json_is_false(json_object_get(object, "captured"));
	changed->description = personal(arena, subject, text_at(arena, object, "description"));
	changed->statement_descriptor =
	    text_of(arena, object, "calculated_statement_descriptor", "statement_descriptor");
	changed->three_d_secure = is_authenticated(card);
	changed->disputed = json_is_true(json_object_get(object, "disputed"));
}
