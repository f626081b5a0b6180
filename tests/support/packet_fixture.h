/*
 * packet_fixture - candidates for a packet, the provider's limits as the tree has them, and a dispute.
 */
#ifndef TESTS_SUPPORT_PACKET_FIXTURE_H
#define TESTS_SUPPORT_PACKET_FIXTURE_H

#include "services/chargeback/packet/packet.h"

#define PACKET_FIXTURE_AT INT64_C(1777629600000000) /* 2026-05-01T10:00:00Z */

/* Of deploy/policies/packet. */
struct packet_limits packet_fixture_limits(struct arena *arena);
struct packet_dispute packet_fixture_dispute(const char *network);
/* Words alone; the titles and times of all are alike. */
struct packet_item packet_fixture_words(const char *id, const char *field, const char *text);
/* A PDF alone. */
struct packet_item packet_fixture_upload(const char *id, const char *field, int64_t bytes,
                                         int32_t pages);
/* So many letters; of three bytes each where wide. */
const char *packet_fixture_letters(struct arena *arena, int64_t count, bool wide);

#endif
