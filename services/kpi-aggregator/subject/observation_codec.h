/*
 * observation_codec - observations as bytes of a subject's row: as they were told, so that a later build can take them back exactly.
 *
 * Format: their number (8 bytes), then of each its kind (1), number and currency (texts), which words, times, numbers it has (8 each,
 * bits by the vocabulary's places), its marks (8), and what it has in that order. A field's place in the vocabulary never changes:
 * new fields come at the end.
 */
#ifndef SERVICES_KPI_AGGREGATOR_SUBJECT_OBSERVATION_CODEC_H
#define SERVICES_KPI_AGGREGATOR_SUBJECT_OBSERVATION_CODEC_H

#include "services/kpi-aggregator/subject/subject.h"

struct bytes observations_pack(struct arena *arena, const struct observation *items, size_t count);
/* Absent bytes are none. False: these bytes are not ours. */
bool observations_unpack(struct arena *arena, struct bytes packed, struct observation **items,
                         size_t *count) MUST_CHECK;
/* By kind, then number: the order in which two lists are compared. */
void observations_sort(struct observation *items, size_t count);
int observation_order(const struct observation *a, const struct observation *b);

#endif
