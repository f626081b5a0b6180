/*
 * Rules by their strength. The figures are ours: how many of a thousand such matches we expect to be
 * right. An address can be forged and a domain shared by contractors; a Slack team or a Stripe customer
 * was verified by its provider.
 */
#include "services/ingest/contact.h"

#include "common/base/text.h"

#include <stddef.h>

#define RULE(name) OPSMESH__V1__RESOLUTION_RULE__RESOLUTION_RULE_##name

static const struct contact_rule rules[] = {
	{ RULE(NAMED), NULL, 1000, "The request named the account." },
	{ RULE(STRIPE_CUSTOMER), "stripe:", 990, "The Stripe customer is the account's." },
	{ RULE(ADDRESS), "address:", 950, "The very address is the account's." },
	{ RULE(SLACK_TEAM), "slack:", 900, "The Slack team is the account's." },
	{ RULE(DOMAIN), "domain:", 800, "The mail domain is the account's." },
	{ RULE(UNSPECIFIED), "", 0, "By a rule that this version does not know." },
};

const struct contact_rule *contact_rule_of(const char *key)
{
	const struct contact_rule *rule = &rules[1];

	while (!text_starts(key, rule->prefix))
		rule++;
	return rule;
}

const struct contact_rule *contact_rule_named(void)
{
	return &rules[0];
}
