#include "common/base/fsm.h"

#include "common/base/bytes.h"

#include <string.h>

bool fsm_step(const struct fsm *fsm, int *state, int cause)
{
	for (size_t i = 0; i < fsm->move_count; i++) {
		const struct fsm_move *const move = &fsm->moves[i];

		if (move->from == *state && move->cause == cause) {
			*state = move->to;
			return true;
		}
	}
	return false;
}

static void add(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

void fsm_mermaid(const struct fsm *fsm, struct buffer *out)
{
	add(out, "---\ntitle: ");
	add(out, fsm->name);
	add(out, "\n---\nstateDiagram-v2\n\t[*] --> ");
	add(out, fsm->states[0]);
	add(out, "\n");
	for (size_t i = 0; i < fsm->move_count; i++) {
		const struct fsm_move *const move = &fsm->moves[i];

		add(out, "\t");
		add(out, fsm->states[move->from]);
		add(out, " --> ");
		add(out, fsm->states[move->to]);
		add(out, ": ");
		add(out, fsm->causes[move->cause]);
		add(out, "\n");
	}
}
