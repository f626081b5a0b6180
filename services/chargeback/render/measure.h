/*
 * measure - how many pages the files of a packet have, for any choice of its items.
 *
 * Every line is laid once; a choice is then counted without another look at a font. Numbers of exhibits are those of
 * the packet with all its items, which are never shorter than those of a choice.
 */
#ifndef SERVICES_CHARGEBACK_RENDER_MEASURE_H
#define SERVICES_CHARGEBACK_RENDER_MEASURE_H

#include "common/io/pdf.h"
#include "services/chargeback/packet/packet_text.h"

struct pdf_setting measure_setting(const struct packet_limits *limits,
                                   const struct packet_dispute *dispute, struct arena *arena);
/* The lines as the blocks of a PDF, one for each. */
const struct pdf_block *measure_blocks(struct arena *arena, const struct packet_lines *lines);

/* Is the field's only item a file without words, which is sent as it is? */
bool measure_alone(const struct packet_item *item);

struct measure;

/* Lives in the arena. packet: a prepared one, which it borrows. */
struct measure *measure_make(struct pdf_fonts *fonts, struct arena *arena,
                             const struct packet_limits *limits, const struct packet *packet);
/* For struct packet_rendered; context: a struct measure of this packet. Uploads do not count. */
int32_t measure_pages(void *context, const struct packet *packet, const bool *kept);

#endif
