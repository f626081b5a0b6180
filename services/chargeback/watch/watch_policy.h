/*
 * watch_policy - of which country our account is, who is told of thresholds, and when it is judged. A dated document.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","sources":[...],
 *    "country":"JP",           of our account with the provider: which calendar a programme has for it
 *    "region":"cemea",         as the programmes name it; absent: none that is named
 *    "team":"billing",         whose alerts
 *    "settle":"6h",            a day of UTC is judged so long after its end
 *    "judge_wait":"10m",       what is counted together is judged together
 *    "pattern_months":4}       patterns are looked for among payments of so many months, this one included
 *
 * The schema is deploy/policies/schema/dispute-watch.schema.json. Pure.
 */
#ifndef SERVICES_CHARGEBACK_WATCH_WATCH_POLICY_H
#define SERVICES_CHARGEBACK_WATCH_WATCH_POLICY_H

#include "services/chargeback/source/source.h"

#define WATCH_POLICY "dispute-watch" /* its name among the daemon's documents */
#define WATCH_MONTHS_MAX 24

struct watch_policy {
	struct policy_head head;
	struct sources sources;
	const char *country;
	const char *region; /* "": none that is named */
	const char *team;
	struct duration settle;
	struct duration judge_wait;
	int64_t pattern_months;
};

extern const struct policy_kind watch_policy_kind; /* of a struct watch_policy */

/* For a row of service_document: a struct policy_book of struct watch_policy. */
const void *watch_policy_compile(const struct document *files, size_t count, char *reason,
                                 size_t reason_size);
const struct watch_policy *watch_policy_at(const void *book, struct instant at);

#endif
