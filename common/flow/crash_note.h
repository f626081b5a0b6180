/*
 * crash_note - which event a handler died of, written by the handler of the fatal signal.
 *
 * One line a crash, "topic partition offset", in a file of the state directory. At the next start the
 * note is read: an event that is found three times is refused before its handler is asked again. SIGKILL
 * leaves nothing and blames nobody; neither does a crash on a thread that handles no events. An effect that
 * crashes is noted by its topic of results and a number that is no offset.
 */
#ifndef COMMON_FLOW_CRASH_NOTE_H
#define COMMON_FLOW_CRASH_NOTE_H

#include "common/base/arena.h"
#include "common/flow/shard.h"

#define CRASH_NOTE_TIMES 3 /* so often is no accident */

/* What this thread is handling, until the next call; topic NULL: nothing. The name is borrowed. */
void crash_note_event(const char *topic, int32_t partition, int64_t offset);

/*
 * Reads what earlier processes left in the directory, and from now on notes crashes there. refusals live
 * in the arena. False: the directory cannot be written, and errno says why.
 */
bool crash_note_open(const char *directory, const struct catalogue *catalogue, struct arena *arena,
                     const struct known_refusal **refusals, size_t *count);

/* The refusals that lines of a note make. Lines that say something else are skipped. */
size_t crash_note_read(struct bytes lines, const struct catalogue *catalogue, struct arena *arena,
                       const struct known_refusal **refusals);

#endif
