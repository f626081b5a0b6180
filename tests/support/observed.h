/*
 * observed - the observations of a subject as a text, a line each, for tests to compare.
 *
 *   payment ch_1 USD status=failed reason=card_declined at=5 minor=1000 decided sent first
 *
 * Fields are in the vocabulary's order, and only those that are set; times are whole minutes since OBSERVED_BASE.
 */
#ifndef TESTS_SUPPORT_OBSERVED_H
#define TESTS_SUPPORT_OBSERVED_H

#include "services/kpi-aggregator/subject/subject.h"

#include <google/protobuf/timestamp.pb-c.h>

#define OBSERVED_BASE ((struct instant){ INT64_C(1777593600000000) }) /* 2026-05-01T00:00:00Z */

struct instant observed_minute(int64_t minute);
Google__Protobuf__Timestamp *observed_timestamp(struct arena *arena, int64_t minute);

/* Lines ended by a line feed, in the order in which they were observed; the test fails where the bytes are not the subject's. */
const char *observed_text(struct arena *arena, const struct subject_kind *kind, struct bytes known);
/* Of one observation, without its line feed. A field that its kind does not have fails the test. */
const char *observed_line(struct arena *arena, const struct observation *it);

#endif
