/*
 * books_policy - where the days of the books begin, and how what was billed is spread over them.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","time_zone":"UTC",
 *    "recognition":"day"}                  or "time", "month", "month_prorated": recognition.h
 *
 * The schema is deploy/policies/schema/books.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_RULE_BOOKS_POLICY_H
#define SERVICES_BILLING_SYNC_RULE_BOOKS_POLICY_H

#include "common/flow/policy_head.h"
#include "services/billing-sync/rule/recognition.h"

struct books_policy {
	struct policy_head head;
	const char *time_zone;
	struct zone *zone; /* NULL: UTC */
	enum recognition_mode mode;
};
extern const struct policy_kind books_policy_kind;

void books_policy_finish(struct books_policy *policy); /* closes the zone */

#endif
