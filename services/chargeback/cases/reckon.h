/*
 * reckon - how many pages a packet's files will have, reckoned without a font, so that the same packet is chosen on every
 * machine and in every replay. Pure.
 *
 * Letters are taken for wide and pages for short, so that what is rendered has fewer pages, of plain text about two
 * thirds. Where it has more all the same, rendering, which counts truly, refuses. A field that holds one upload
 * and no words has no page of ours.
 */
#ifndef SERVICES_CHARGEBACK_CASES_RECKON_H
#define SERVICES_CHARGEBACK_CASES_RECKON_H

#include "services/chargeback/packet/solver.h"

struct reckoning;

/* packet: a prepared one, which it borrows. Lives in the arena. */
struct reckoning *reckon_make(struct arena *arena, const struct packet_limits *limits,
                              const struct packet *packet);
/* For struct packet_rendered; context: a struct reckoning of this packet. */
int32_t reckon_pages(void *context, const struct packet *packet, const bool *kept);
/* What our PDFs may take of the bytes beside files that people uploaded; 0: there are none, and ours are far from the limit. */
int64_t reckon_bytes(const struct packet *packet);

#endif
