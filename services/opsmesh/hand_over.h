/*
 * hand_over - a daemon does what is asked in this program's place: what only its own code may decide.
 *
 * It runs with this program's environment. It needs the rights of its own role there, so where <DAEMON>_DATABASE_URL is set
 * ("SLA_WATCHER_DATABASE_URL"), that takes the place of DATABASE_URL.
 */
#ifndef SERVICES_OPSMESH_HAND_OVER_H
#define SERVICES_OPSMESH_HAND_OVER_H

#include "services/opsmesh/opsmesh.h"

/* arguments[0] is filled in; NULL ends them. Answers only where the daemon cannot be run. */
int hand_over(const struct tool *tool, const char *daemon, char **arguments);

#endif
