/*
 * fsm - a state machine as a table of moves.
 */
#ifndef COMMON_BASE_FSM_H
#define COMMON_BASE_FSM_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;

struct fsm_move {
	int from;
	int cause;
	int to;
};

struct fsm {
	const char *name;
	const char *const *states; /* names by number */
	const char *const *causes;
	size_t state_count;
	size_t cause_count;
	const struct fsm_move *moves;
	size_t move_count;
};

/* False, and *state unchanged, for a move that the table does not list. */
bool fsm_step(const struct fsm *fsm, int *state, int cause);
/* Mermaid stateDiagram-v2 text into out; the first state is where it begins. */
void fsm_mermaid(const struct fsm *fsm, struct buffer *out);

#endif
