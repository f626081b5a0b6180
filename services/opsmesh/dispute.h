/*
 * dispute - the subjects of the command dispute.
 */
#ifndef SERVICES_OPSMESH_DISPUTE_H
#define SERVICES_OPSMESH_DISPUTE_H

#include "services/opsmesh/mesh_store.h"
#include "services/opsmesh/opsmesh.h"

/* The store is open. */
int dispute_packet(struct tool *tool, struct mesh_store *store);
int dispute_forecast(struct tool *tool, struct mesh_store *store);
int dispute_outcomes(struct tool *tool, struct mesh_store *store);

#endif
