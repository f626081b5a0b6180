/*
 * rebuild - folds a stage again from the topics, as its batch journal recorded it, and compares.
 *
 * Everything goes into the scratch schema of the daemon, "<schema>_scratch", which is emptied first; what is
 * rebuilt stays there to be looked at. The daemon may run meanwhile: a shard is compared as it stood at an
 * instant at which all of its journal has been replayed. The documents in force are those that the journal
 * names, settings are today's: a setting that decides (MESH_GRACE, MESH_MODE, a service's own) shows as a
 * difference when it has changed since.
 */
#ifndef COMMON_FLOW_REBUILD_H
#define COMMON_FLOW_REBUILD_H

#include "common/flow/service_inside.h"

/*
 * Answers the exit status: 0 the same (or, without verify, rebuilt), 1 it differs or cannot be replayed, 3 a
 * server could not be reached. What was found is printed to standard output, a line for each table that
 * differs: never a value, which may be personal.
 */
int rebuild_stage(const struct daemon *daemon, const struct stage *stage, bool verify);

#endif
