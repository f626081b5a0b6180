/*
 * policy_document - SLA policies as people write them, and all documents compiled together.
 *
 *   {"id":"support","version":2,"effective_from":"2026-01-01T00:00:00Z",
 *    "warn_percent":[75,90],                                  optional, ascending
 *    "pause_in":["pending"],                                  optional: where resolution stands still
 *    "rules":[{"id":"enterprise-urgent",
 *              "match":{"tier":["enterprise"],"priority":["urgent","high"]},   of tier, priority,
 *              "calendar":"always",                                            category, channel
 *              "targets":{"first_reply":"15m","next_reply":1800}}]}
 *
 * The first rule that matches decides; what a match does not name may be anything. Targets are calendar
 * time, as "90s", "15m", "8h" or whole seconds, at least 15 s; "1d" is refused, since nobody agrees
 * whether it means 24 office hours. The schema is deploy/policies/schema/policy.schema.json.
 */
#ifndef SERVICES_SLA_WATCHER_POLICY_DOCUMENT_H
#define SERVICES_SLA_WATCHER_POLICY_DOCUMENT_H

#include "common/flow/calendar_library.h"
#include "services/sla-watcher/policy.h"

#define SLA_RULES_MAX 256
#define SLA_WORDS_MAX 64     /* of one trait in one rule */
#define SLA_DOCUMENTS_MAX 64 /* of one kind */
#define SLA_BOOK_ERROR_SIZE 512

/* Everything that it gives lives in the arena. A rule's calendar must be among those given. */
bool sla_policy_parse(struct arena *arena, struct bytes text, const struct sla_calendar *calendars,
                      size_t count, struct sla_policy *policy, struct json_error *error) MUST_CHECK;

/* All documents, compiled. */
struct sla_library {
	struct sla_book book;
	struct calendar_library calendars;
};

/*
 * Of documents called "holidays/FILE.json", "calendars/FILE.json" and "sla/FILE.json". False: error is
 * "file: path: reason". The library lives in the arena but for its zones.
 */
bool sla_library_compile(struct arena *arena, const struct document *documents, size_t count,
                         struct sla_library *library,
                         char error[static SLA_BOOK_ERROR_SIZE]) MUST_CHECK;
void sla_library_finish(struct sla_library *library); /* closes the zones */

#endif
