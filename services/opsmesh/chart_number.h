/*
 * chart_number - the numbers that accounts have in the general ledger, from the chart of accounts
 * (deploy/policies/chart, whose schema is deploy/policies/schema/chart.schema.json).
 */
#ifndef SERVICES_OPSMESH_CHART_NUMBER_H
#define SERVICES_OPSMESH_CHART_NUMBER_H

#include "common/base/arena.h"
#include "common/io/json.h"

#define CHART_ACCOUNTS_MAX 100

struct chart_numbers {
	struct {
		const char *account;
		const char *number;
	} rows[CHART_ACCOUNTS_MAX];
	size_t count;
};

/* The texts live in the arena. */
bool chart_numbers_parse(struct arena *arena, struct bytes text, struct chart_numbers *chart,
                         struct json_error *error) MUST_CHECK;
/* By the latest version of the chart. False, and a sentence: none can be read, or one is no chart. */
bool chart_numbers_read(struct arena *arena, const char *folder, struct chart_numbers *chart,
                        const char **wrong) MUST_CHECK;
/* NULL: the chart has no such account. */
const char *chart_number(const struct chart_numbers *chart, const char *account);

#endif
