/*
 * entity - what a message names exactly: ids, amounts, dates, versions, error codes.
 *
 * An entity is a span of the original and, where that can be, a canonical value, so that the same
 * thing is equal however it was written: full width, with Kanji numerals, in the customer's way of
 * grouping digits. What is open stays open: "$" could be several currencies, 5/6 two dates, 3 pm any
 * zone. Personal data (addresses, phone and card numbers) has a span and never a value.
 *
 * Steps are linear in the text: each place is looked at by a fixed number of readers, and a reader
 * gives up after a fixed number of points unless what it read is consumed.
 */
#ifndef SERVICES_CLASSIFIER_ENTITY_H
#define SERVICES_CLASSIFIER_ENTITY_H

#include "services/classifier/language.h"

enum entity_kind {
	ENTITY_INVOICE, /* the provider's id, or a number as people say it */
	ENTITY_CHARGE,
	ENTITY_PAYMENT_INTENT,
	ENTITY_REFUND,
	ENTITY_SUBSCRIPTION,
	ENTITY_CUSTOMER,
	ENTITY_DISPUTE,
	ENTITY_EVENT,
	ENTITY_REQUEST,
	ENTITY_PROVIDER_ID, /* of any other object of the provider */
	ENTITY_TICKET,
	ENTITY_AMOUNT,
	ENTITY_CARD_NUMBER, /* 13 to 19 digits that pass the check of Luhn: to be masked */
	ENTITY_PHONE,       /* to be masked */
	ENTITY_DATE,
	ENTITY_TIME,
	ENTITY_EMAIL,
	ENTITY_ERROR_CODE,
	ENTITY_VERSION,
	ENTITY_URL,
	ENTITIES,
};

/*
 * value, by kind (NULL: personal):
 *   ids, tickets   as written, narrow; ids of the provider and Stripe's invoice numbers keep their case
 *   AMOUNT         ""
 *   DATE           "2026-05-01", "--05-01" (year open), "2026-05", "--05", or a relative word:
 *                  "today", "yesterday", "last-month", "monday", ...
 *   TIME           "15:30" or "15:30:00", then " JST" or "+09:00" or "Z" where a zone is said
 *   ERROR_CODE     "HTTP 403", "ORA-00942", "0x80070005", "NullPointerException", "card_declined"
 *   VERSION        "2.3.1", "ios 17.4"
 *   URL            the host alone: paths and queries carry names and secrets
 */
struct entity {
	enum entity_kind kind;
	struct span span; /* of the thing itself: not of "invoice no." before it */
	const char *value;
	int64_t minor;    /* AMOUNT with a value: in units of 10^-exponent */
	int exponent;     /* AMOUNT with a value: of the currency by ISO 4217; 2 where it is open */
	char currency[4]; /* AMOUNT: ISO 4217; "" where open */
	bool has_minor;   /* AMOUNT: the number is exact and fits */
	bool currency_open; /* AMOUNT: the sign could be several currencies */
	bool ambiguous;     /* DATE: day and month could be exchanged; TIME: morning or afternoon */
	bool relative;      /* DATE: counts from the day it was written */
};

#define ENTITIES_MAX 256 /* of one message; a list of more is an export, not a request */

/* In order of place, no two overlap; at most max. Values live in the arena. language settles signs. */
size_t entities_find(struct arena *arena, const struct prepared *text, enum language language,
                     struct entity *entities, size_t max);
const char *entity_kind_name(enum entity_kind kind); /* "invoice", "payment_intent", ... */

#endif
