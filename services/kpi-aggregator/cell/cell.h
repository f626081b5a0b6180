/*
 * cell - the sums of one window, one series and one value of its dimension; and how observations become such sums. Pure.
 *
 * The stage partial keeps what it has not told yet in cells of the finest windows, the stage series what all shards told, for every
 * window that a definition has. Sums are integers and may be below zero while something was taken back that another shard still has
 * to tell; they are the same in whatever order they were added.
 */
#ifndef SERVICES_KPI_AGGREGATOR_CELL_CELL_H
#define SERVICES_KPI_AGGREGATOR_CELL_CELL_H

#include "common/base/arena.h"
#include "services/kpi-aggregator/definition/definition.h"
#include "services/kpi-aggregator/sketch/sketch.h"

struct cell_sums {
	int64_t n;
	int64_t hits;
	int64_t sum;
	int64_t asides[DEFINITION_ASIDES_MAX];
	int64_t came;       /* observations that were told */
	int64_t taken_back; /* and such as were so no more */
	struct sketch sketch;
};

/* Adds; saturating, which is told by false. */
bool cell_add(struct arena *arena, struct cell_sums *to, const struct cell_sums *more) MUST_CHECK;
/* Nothing comes of it: no sum is other than 0. What came and was taken back as often does not matter then. */
bool cell_is_zero(const struct cell_sums *sums);

/* What does not fit a column of its own: asides and sketch; absent where there is neither. */
struct bytes cell_rest_pack(struct arena *arena, const struct cell_sums *sums);
bool cell_rest_unpack(struct arena *arena, struct bytes rest, struct cell_sums *sums) MUST_CHECK;

/* "support.first_reply@1:channel", of the whole "support.first_reply@1". */
const char *cell_series(struct arena *arena, const struct definition *definition, int dimension);

/* One sum on its way. */
struct cell_change {
	const struct definition *definition;
	int dimension; /* enum observation_word; -1: the whole */
	const char *value;
	const char *currency; /* "": of a definition whose unit is no amount */
	struct window window; /* of the finest kind that the definition has of the dimension */
	struct cell_sums sums;
};
typedef void cell_see(const struct cell_change *change, void *context);

/*
 * Shows what an observation adds (sign 1) or takes back (-1) to the cells of all definitions: for each the whole and each dimension
 * that its kind has. A part whose time is missing, or whose conditions are not met, adds nothing; parts with times in different
 * windows make a change each, and the observation counts as come or taken back once in each. Values longer than CELL_VALUE_MAX
 * bytes are cut at a character and marked with "...".
 */
#define CELL_VALUE_MAX 128
void cell_expand(struct arena *arena, const struct definition_book *book,
                 const struct observation *it, int sign, cell_see *see, void *context);
/*
 * What it means that an observation is another now: the same as taking the old one back and telling the new one, but cells of which
 * nothing becomes another are not shown. NULL: there was none, or is none any more.
 */
void cell_expand_change(struct arena *arena, const struct definition_book *book,
                        const struct observation *old, const struct observation *now, cell_see *see,
                        void *context);

#endif
