/*
 * observed - one object of the provider as it came: read, bounded, and made canonical.
 *
 * The payload is an event's envelope with the object in data.object, or the object itself. What is kept is
 * exactly that object, unknown fields too, as compact JSON with its keys sorted: equal objects have equal
 * bytes, and so equal digests. Numbers with a fraction (rates, never amounts) keep 15 significant digits,
 * which is every digit that was written.
 *
 * Of a card are kept brand, last4, exp_month, exp_year, country, funding, network and fingerprint, its id,
 * its customer, of a dispute's the case type and reason code, and of a charge's whether the cardholder was
 * authenticated (three_d_secure.result); everything else of it is dropped here, before anything is stored. The fingerprint is the provider's name for a card number, the same for two
 * customers with one card: it is kept because the networks' retry budgets count by card. What remains and
 * is personal: names, addresses, e-mail addresses and phone numbers of customers and of billing and
 * shipping details, and what the merchant wrote into descriptions and metadata.
 *
 * Refused with the field and the reason: what is no JSON object of at most OBSERVED_PAYLOAD_MAX, no id,
 * an amount that is no whole number, a quantity that is none or is negative, an unknown currency, test
 * mode in an envelope of live mode.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_OBSERVED_H
#define SERVICES_BILLING_SYNC_MIRROR_OBSERVED_H

#include "services/billing-sync/mirror/object_type.h"
#include "services/billing-sync/rule/stripe.h"

#define OBSERVED_PAYLOAD_MAX ((size_t)1 << 20)
#define OBSERVED_BODY_MAX ((size_t)880 << 10) /* a fact carries 900 KiB, ids included */
/* Who dates an event later than so far behind its arrival has a wrong clock: its arrival counts. */
#define OBSERVED_AHEAD_MAX DAYS(1)

struct observed_source {
	struct bytes payload;
	const char *event_id;       /* "" where the payload is the object itself */
	const char *api_version;    /* said beside the payload; "": not said */
	struct instant received_at; /* of an object without an event: as of when it is true */
};

/* Texts are never NULL but where it is said, and live in the arena. */
struct observed {
	const struct object_type *type;
	const char *object_id;
	const char *object_type; /* the provider's word; "": none */
	const char *customer_id; /* "": names none */
	const char *charge_id;   /* "": names none */
	const char *source_id;   /* "": names none, and is none */
	const char *payout_id;   /* that paid it; "": names none */
	const char *status;      /* "": has none */
	const char *mode;        /* "live", "test"; NULL: not said */
	const char *account;     /* connected account; "": the platform's own; NULL: not said */
	const char *currency;    /* ISO 4217, upper case; NULL: has none, or one that may change */
	const char *amount;      /* "12000 432": amount and fee; NULL: they may change */
	const char *api_version; /* "": not said */
	const char *event_id;    /* "": no event */
	const char *event_type;  /* "": no event */
	bool made;               /* the object says when it was made: */
	int64_t made_s;          /* seconds since 1970, whatever number that is */
	bool dated;              /* state_at is the provider's word */
	struct instant state_at; /* whole seconds: the event's time, else that of the arrival */
	int64_t rank;            /* of its status */
	int64_t progress;        /* what only grows, summed up */
	int64_t verb;            /* of the event type: created first, deleted last */
	bool deleted;            /* it says that the provider has deleted the object */
	bool bare;               /* it says nothing but the id */
	bool ended; /* nothing comes after it: deleted for ever, or an end of its life */
	bool cut;   /* a list within it is not whole */
	const char *missing[OBJECT_TYPE_PATHS]; /* ids that it names and no webhook carries; NULL */
	struct bytes body;                      /* canonical JSON */
	const char *digest;                     /* SHA-256 of body, lower-case hex */
};

bool observed_read(struct arena *arena, const struct observed_source *source,
                   struct observed *observed, struct json_error *error) MUST_CHECK;

#endif
