/*
 * rebuild - folds a stage again from the topics, as its batch journal recorded it, and compares.
 *
 * Everything goes into the scratch schema of the daemon, "<schema>_scratch", which is emptied first. The
 * daemon may run meanwhile: of each shard the batches that the journal has at the beginning are replayed,
 * and what is compared is what they made... for which the daemon has to stand still; it is told when it
 * did not.
 */
#ifndef COMMON_FLOW_REBUILD_H
#define COMMON_FLOW_REBUILD_H

#include "common/flow/service_inside.h"

/*
 * Answers the exit status: 0 the same (or, without verify, rebuilt), 1 it differs or could not be
 * replayed, 3 a server could not be reached. What was found is printed to standard output.
 */
int rebuild_stage(const struct daemon *daemon, const struct stage *stage, bool verify);

#endif
