/*
 * list_dispute - the subject `disputes` of the command list.
 */
#ifndef SERVICES_OPSMESH_LIST_DISPUTE_H
#define SERVICES_OPSMESH_LIST_DISPUTE_H

#include "services/opsmesh/opsmesh.h"

/* Reads the options --queue and --json; within: of --due-within, which counts where it was given. */
int list_disputes(struct tool *tool, struct duration within);

#endif
