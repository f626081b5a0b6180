/*
 * confined - work on hostile bytes in a process of its own, which may take so much memory and time and no more.
 *
 * Some files are small and unpack to gigabytes, or crash the library that reads them. What happens in there is this process's
 * no more than an answer or none. The work runs in a copy of the process with one thread: it may read what its
 * caller reads, allocate and call libraries that keep no threads and no locks of others; it must not log, and what it changes
 * is gone with it.
 */
#ifndef COMMON_BASE_CONFINED_H
#define COMMON_BASE_CONFINED_H

#include "common/base/status.h"

#include <stddef.h>
#include <stdint.h>

#define CONFINED_REASON_SIZE 160

struct confined_limits {
	size_t memory; /* bytes beside what the process has already */
	int seconds;   /* of CPU, and twice as many of the clock; at least 1 */
};

struct confined_answer {
	enum status status; /* as the work says */
	int64_t number;
	char reason[CONFINED_REASON_SIZE];
};

typedef void confined_work(void *context, struct confined_answer *answer);

/*
 * OK: the work answered. REJECT: it ended without an answer, by a limit or a crash. RETRY: the system gives no other
 * process now.
 */
enum status confined_run(const struct confined_limits *limits, confined_work *work, void *context,
                         struct confined_answer *answer) MUST_CHECK;

#endif
