/*
 * customer_story - states of a customer's objects, told in any order: the books end the same.
 */
#ifndef TESTS_SUPPORT_CUSTOMER_STORY_H
#define TESTS_SUPPORT_CUSTOMER_STORY_H

#include "common/base/time.h"

#include <stddef.h>
#include <stdint.h>

#define CUSTOMER_STORY_MAX 32

/* One state of one object, as the mirror took it over. */
struct customer_told {
	const char *type;
	const char *id;
	int64_t revision;
	const char *status;
	const char *json;
};

struct customer_story {
	const struct customer_told *states; /* of one object in the order of their revisions */
	size_t count;
	void (*tell)(const struct customer_told *told); /* customer_tell, or more than it */
	/* What ledger_trial and ledger_owed say in the end. */
	const char *trial;
	const char *owed;
	const char *days; /* what ledger_days says; NULL: not asked */
	/* NULL: not asked. "<cause> <object> <expected>/<found>" and a line feed for each that is open, in order. */
	const char *cases;
	struct duration wait; /* so long passes before its end is looked at */
};

/* By customer_feed. */
void customer_tell(const struct customer_told *told);

/*
 * So many orders, each from an empty stage and with restarts in between: an object's states come in the
 * order of their revisions, everything else in any. Fails where the books end otherwise. The stage is
 * started before and after.
 */
void customer_any_order(const struct customer_story *story, int rounds);
/*
 * The same, and of the states that a later one of their object replaces each may be left out: it was stale when
 * it came, and the stage never heard of it. So the last state of each object has to tell all that the story tells.
 */
void customer_any_states(const struct customer_story *story, int rounds);
/* The same of every order that there is, without restarts: of six states 720. */
void customer_every_order(const struct customer_story *story);

#endif
