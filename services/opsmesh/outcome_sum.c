#include "services/opsmesh/outcome_sum.h"

#include "common/base/text.h"

#include <string.h>

struct outcome {
	const char *dispute_id;
	const char *cell; /* of the first fact that says that it was answered; "" none was named */
	int64_t predicted_ppm;
	bool answered;
	bool won;
	struct outcome *next;
};

void outcome_sum_init(struct outcome_sum *sum, struct arena *arena)
{
	memset(sum, 0, sizeof(*sum));
	sum->arena = arena;
	sum->end = &sum->first;
}

void outcome_sum_finish(struct outcome_sum *sum)
{
	map_finish(&sum->disputes);
}

/* Telling. */

static struct outcome *outcome_of(struct outcome_sum *sum, const char *dispute_id)
{
	struct outcome *outcome = map_get(&sum->disputes, bytes_of(dispute_id));

	if (outcome != NULL)
		return outcome;
	outcome = arena_zero(sum->arena, sizeof(*outcome));
	outcome->dispute_id = arena_string(sum->arena, dispute_id);
	(void)map_set(&sum->disputes, bytes_of(outcome->dispute_id), outcome);
	*sum->end = outcome;
	sum->end = &outcome->next;
	return outcome;
}

static bool is_win(const char *word)
{
	static const char *const wins[] = { "won", "late_won", NULL };

	return text_among(wins, word);
}

static bool is_chance(int64_t ppm)
{
	return ppm >= 0 && ppm <= RATE_WHOLE;
}

void outcome_sum_tell(struct outcome_sum *sum, const Opsmesh__V1__DisputeEvent *event)
{
	const Opsmesh__V1__OutcomeCompared *const compared = event->outcome_compared;
	struct outcome *outcome;

	if (event->fact_case != OPSMESH__V1__DISPUTE_EVENT__FACT_OUTCOME_COMPARED ||
	    !is_chance(compared->predicted_ppm))
		return;
	outcome = outcome_of(sum, event->dispute_id);
	outcome->won = is_win(compared->outcome);
	if (outcome->answered || !compared->answered)
		return;
	outcome->answered = true;
	outcome->cell = arena_string(sum->arena, compared->cell);
	outcome->predicted_ppm = compared->predicted_ppm;
}

/* Summing. */

static struct outcome_cell *cell_of(struct outcome_sum *sum, const char *name)
{
	struct outcome_cell **place = &sum->cells;
	struct outcome_cell *cell;

	while (*place != NULL && strcmp((*place)->name, name) < 0)
		place = &(*place)->next;
	if (*place != NULL && text_equal((*place)->name, name))
		return *place;
	cell = arena_zero(sum->arena, sizeof(*cell));
	cell->name = name;
	cell->next = *place;
	*place = cell;
	return cell;
}

static void add(struct outcome_sum *sum, const struct outcome *outcome)
{
	struct outcome_cell *cell;

	if (!outcome->answered) {
		sum->unanswered++;
		return;
	}
	sum->answered++;
	calibration_add(&sum->calibration, outcome->predicted_ppm, outcome->won);
	if (outcome->cell[0] == '\0') {
		sum->nameless++;
		return;
	}
	cell = cell_of(sum, outcome->cell);
	cell->answered++;
	cell->won += outcome->won;
}

void outcome_sum_end(struct outcome_sum *sum)
{
	for (const struct outcome *outcome = sum->first; outcome != NULL; outcome = outcome->next)
		add(sum, outcome);
}

struct outcome_cell outcome_sum_of(const struct outcome_sum *sum, const char *name)
{
	for (const struct outcome_cell *cell = sum->cells; cell != NULL; cell = cell->next)
		if (text_equal(cell->name, name))
			return *cell;
	return (struct outcome_cell){ .name = name };
}
