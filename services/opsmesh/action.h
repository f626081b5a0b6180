/*
 * action - what the tool changes: an action that goes in through POST /v1/actions, like everyone's.
 */
#ifndef SERVICES_OPSMESH_ACTION_H
#define SERVICES_OPSMESH_ACTION_H

#include "services/opsmesh/opsmesh.h"

struct action {
	const char *action; /* "retry", "drop", "explain" */
	const char *type;   /* of what it acts on: "dead_letter", "ticket", "topic" */
	const char *id;
	const char *reason;
};

/*
 * ANSWER_YES: ingest has journalled it; request (may be NULL) gets the id that it answered, in the
 * tool's arena. Anything else was said on standard error: NO, ingest refused it; AWAY, it did not answer.
 */
int action_post(struct tool *tool, const struct action *action, const char **request);

/*
 * Whether personal text may be shown: ANSWER_YES without --reveal (then it may not: *revealed is false),
 * or when the action "explain", the contract's word for it, is journalled on that subject. Anything
 * else: the command has to stop.
 */
int action_reveal(struct tool *tool, const char *type, const char *id, bool *revealed);

#endif
