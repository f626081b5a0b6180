/*
 * words - what values of the contract are called in policies, figures and tables.
 */
#ifndef PROTO_OPSMESH_V1_WORDS_H
#define PROTO_OPSMESH_V1_WORDS_H

#include "opsmesh/v1/ticket.pb-c.h"

/* "email"; "": unspecified, or one that this version does not know. */
const char *opsmesh_channel_word(Opsmesh__V1__Channel channel);

#endif
