/*
 * contact - what a contact key says about who somebody is, and how far it is to be trusted.
 */
#ifndef SERVICES_INGEST_CONTACT_H
#define SERVICES_INGEST_CONTACT_H

#include "opsmesh/v1/ticket.pb-c.h"

struct contact_rule {
	Opsmesh__V1__ResolutionRule rule;
	const char *prefix; /* of its keys: "domain:"; NULL: the request named the account */
	int32_t confidence_per_mille;
	const char *reason; /* one sentence for people */
};

/* The rule of a key; one without a prefix that we know has the rule UNSPECIFIED. */
const struct contact_rule *contact_rule_of(const char *key);
const struct contact_rule *contact_rule_named(void);

#endif
