/*
 * observation_json - an observation's words, numbers and marks as JSON, for rows that people query.
 *
 *   {"channel":"email","minor":1234,"answered":true}
 *
 * Fields stand in the vocabulary's order; what is empty, 0 or not set is left out. Kind, number, currency and times have columns of their own.
 */
#ifndef SERVICES_KPI_AGGREGATOR_VOCABULARY_OBSERVATION_JSON_H
#define SERVICES_KPI_AGGREGATOR_VOCABULARY_OBSERVATION_JSON_H

#include "common/base/arena.h"
#include "services/kpi-aggregator/vocabulary/vocabulary.h"

const char *observation_json(struct arena *arena, const struct observation *it);
/* The way back: words, numbers and marks; all else stays as it is. False: it has a field that the vocabulary has not. */
bool observation_json_read(struct arena *arena, const char *json,
                           struct observation *it) MUST_CHECK;

#endif
