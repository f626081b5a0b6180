/*
 * action_fixture - an action that a person asks for, fed to a stage and folded.
 */
#ifndef TESTS_SUPPORT_ACTION_FIXTURE_H
#define TESTS_SUPPORT_ACTION_FIXTURE_H

#include "opsmesh/v1/action.pb-c.h"
#include "tests/support/stage_test.h"

#define ACTION_PRINCIPAL "mika"

struct asked_action {
	const char *type; /* NULL: on nothing */
	const char *id;
	Opsmesh__V1__ActionKind kind;
};

/* key: the routing key, of the shard. Asked and folded at that time. */
void action_ask(struct stage_test *test, const char *key, struct instant at,
                const struct asked_action *asked);

#endif
