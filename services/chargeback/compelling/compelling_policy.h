/*
 * compelling_policy - when earlier payments of the same card prove that a disputed one was the customer's own.
 *
 *   {"id":"visa","version":1,"effective_from":"2023-04-15T00:00:00Z","sources":[...],
 *    "network":"visa","codes":["10.4"],
 *    "window":{"after_days":119,"before_days":366,"payments":2,"matches":2,"refunded":false},
 *    "identifiers":[{"kind":"ip","element":"ip","anchor":true,"min_length":3},...]}
 *
 * Visa's compelling evidence 3.0: earlier payments with the same credential, processed more than "after_days" and
 * less than "before_days" before the disputed one (by date in UTC), not disputed, no fraud reported on them; a
 * refunded one counts only where "refunded" says so. Of what identifies who paid, at least "matches" elements must
 * be the same in all of them, and one of these must be an anchor. Two kinds of one element, as the fingerprint of a
 * device and its id, are one match. A value shorter than "min_length" characters is as good as none. The schema is
 * deploy/policies/schema/compelling.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_COMPELLING_COMPELLING_POLICY_H
#define SERVICES_CHARGEBACK_COMPELLING_COMPELLING_POLICY_H

#include "services/chargeback/source/source.h"

#define COMPELLING_CODES_MAX 8
#define COMPELLING_DAYS_MAX 3660
#define COMPELLING_LENGTH_MAX 255

enum compelling_kind {
	COMPELLING_IP,
	COMPELLING_DEVICE_FINGERPRINT,
	COMPELLING_DEVICE_ID,
	COMPELLING_ACCOUNT_ID,
	COMPELLING_EMAIL,
	COMPELLING_SHIPPING_ADDRESS,
	COMPELLING_KINDS,
};
extern const char *const compelling_kind_names[];

enum compelling_element {
	COMPELLING_ELEMENT_IP,
	COMPELLING_ELEMENT_DEVICE,
	COMPELLING_ELEMENT_USER,
	COMPELLING_ELEMENT_SHIPPING,
	COMPELLING_ELEMENTS,
};
extern const char *const compelling_element_names[];

struct compelling_identifier_rule {
	bool used; /* the document lists it */
	enum compelling_element element;
	bool anchor;
	int32_t min_length; /* characters */
};

struct compelling_policy {
	struct policy_head head;
	struct sources sources;
	const char *network;
	const char *const *codes; /* ended by NULL */
	int64_t after_days;
	int64_t before_days;
	int64_t payments; /* 2: what the pairs of compelling.h are made for */
	int64_t matches;
	bool refunded;
	struct compelling_identifier_rule identifiers[COMPELLING_KINDS]; /* by kind */
};

extern const struct policy_kind compelling_policy_kind; /* of a struct compelling_policy */

#endif
