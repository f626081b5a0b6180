/*
 * packet_seal - the canonical text of a packet with what people wrote sealed. Pure.
 *
 * Of version 1 ("opsmesh evidence packet 1", as chargeback writes it): other people's words are the lines behind "> "; each
 * run of them becomes one line "> [sealed]". All else is ours: headings, ids, times, limits.
 */
#ifndef SERVICES_OPSMESH_PACKET_SEAL_H
#define SERVICES_OPSMESH_PACKET_SEAL_H

#include "common/base/arena.h"

/* NULL: the text is of a version that this build does not know, and nothing of it may be shown. */
const char *packet_seal(struct arena *arena, const char *text);
/*
 * For a terminal: what it would obey (control characters, marks that turn the direction of writing) is written as its number,
 * "[U+001B]", as in the packet's PDF. So no quote draws a line of ours.
 */
const char *packet_on_screen(struct arena *arena, const char *text);

#endif
