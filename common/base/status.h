/*
 * status - the one answer every fallible function gives.
 *
 * Four values, because whoever works through a list of events has exactly
 * four things it can do next.
 */
#ifndef COMMON_BASE_STATUS_H
#define COMMON_BASE_STATUS_H

enum status {
	STATUS_OK = 0, /* done: commit */
	STATUS_REJECT, /* this input can never succeed: dead-letter it */
	STATUS_RETRY,  /* the world is not ready: roll back, wait, try again */
	STATUS_FATAL,  /* this process cannot go on: exit, be restarted */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_, first_) __attribute__((format(printf, format_, first_)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The only macro in the tree that hides a return. */
#define TRY(call)                                       \
	do {                                            \
		const enum status try_status_ = (call); \
		if (try_status_ != STATUS_OK)           \
			return try_status_;             \
	} while (0)

#endif
