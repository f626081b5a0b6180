/*
 * series - the stage that merges what all shards have counted, window by window, and says it: provisional while the window is open,
 * sealed once when its end and the grace have passed, restated with a reason when something came later.
 *
 * `now` of the stage is behind every shard of the stage partial, since its one input is what they tell; so a timer at end and
 * grace fires when all of them have passed it. An idle shard holds nothing up: it says how far it has come.
 *
 * What is sealed depends on the sums alone, and they on what happened, not on the order in which it came. Only when something is
 * restated, and how often, does.
 */
#ifndef SERVICES_KPI_AGGREGATOR_SERIES_SERIES_H
#define SERVICES_KPI_AGGREGATOR_SERIES_SERIES_H

#include "common/flow/task.h"
#include "opsmesh/v1/kpi.pb-c.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "services/kpi-aggregator/cell/cell.h"

#define SERIES_SAY_EVERY MINUTES(5)
#define SERIES_TIMER_SAY "say"   /* one of a shard */
#define SERIES_TIMER_SEAL "seal" /* one of "<series>|<window kind>" */
#define SERIES_OTHER "(other)"   /* the value that stands for those beyond a dimension's bound */

/* Which cell. */
struct kpi_key {
	const char *series;
	const char *window_kind;
	struct instant start;
	const char *value;
	const char *currency;
};

struct kpi_cell_row {
	struct kpi_key key;
	struct instant ends;
	const char *state; /* "open", "sealed", "restated" */
	int64_t revision;  /* restatements so far */
	int64_t n;         /* of this window alone, as the two below */
	int64_t hits;
	int64_t sum;
	int64_t came;       /* since it was said last */
	int64_t taken_back; /* likewise */
	int64_t before_n;   /* of all windows before, where the definition counts a level */
	int64_t before_hits;
	int64_t before_sum;
	struct bytes rest;   /* cell_rest_pack */
	const char *figures; /* KpiFigures as JSON, as said last; NULL: nothing was */
	const char *former;  /* the figures before the last restatement; NULL: there was none */
	const char *reason;  /* of the last restatement; NULL: there was none */
	struct instant said_at;
};
extern const struct state_table kpi_cell_table;

/* Cells of windows that are not sealed, in order. */
extern const struct state_table kpi_open_table;
/* Cells that are another since they were said last. */
extern const struct state_table kpi_changed_table;
/* Both have rows of struct kpi_key. */

/* A series and a kind of window. */
struct kpi_series_row {
	const char *series;
	const char *window_kind;
	struct instant next; /* the start of the first window that is not sealed */
};
extern const struct state_table kpi_series_table;

/* How many values of a dimension a window has. */
struct kpi_window_row {
	const char *series;
	const char *window_kind;
	struct instant start;
	int64_t value_count;
};
extern const struct state_table kpi_window_table;

/* Of a level: the sums of all sealed windows. */
struct kpi_level_row {
	const char *series;
	const char *window_kind;
	const char *value;
	const char *currency;
	int64_t n;
	int64_t hits;
	int64_t sum;
};
extern const struct state_table kpi_level_table;

/* A definition that is in force, for those who read figures. */
struct kpi_definition_row {
	const char *key;
	const char *metric;
	int64_t version;
	struct instant effective_from;
	const char *digest;
	const char *title;
	const char *says;
	const char *document; /* JSON */
};
extern const struct state_table kpi_definition_table;

enum status series_on_told(struct task *task, const Opsmesh__V1__PartialTold *told) MUST_CHECK;
void series_need_told(struct task *task, const Opsmesh__V1__PartialTold *told);
enum status series_say(struct task *task, const char *key) MUST_CHECK;
void series_need_say(struct task *task, const char *key);
enum status series_seal(struct task *task, const char *key) MUST_CHECK;
void series_need_seal(struct task *task, const char *key);

/* Of its own files. */

/* "support.first_reply@1:channel" taken apart; NULL: no such definition is in force. */
const struct definition *series_definition(struct task *task, const char *series);
const char *series_dimension(const char *series);
/* -1: no such kind. */
int series_window_kind(const char *name);
/* Is a window of that kind sealed where nothing happened in it? A day, not an hour: there would be more of those than of all others. */
bool series_says_empty(enum window_kind kind);
const struct kpi_key *series_key(const struct kpi_cell_row *row);
struct cell_sums series_sums(struct task *task, const struct kpi_cell_row *row);
/* The row, or an empty one of that key. True: it was there. */
bool series_load(struct task *task, const struct definition *definition, const struct kpi_key *key,
                 struct kpi_cell_row *row);
void series_mark_changed(struct task *task, const struct kpi_key *key);
/* Says what the cell holds, as what its state asks for, unless nothing is another. */
enum status series_say_cell(struct task *task, const struct definition *definition,
                            struct kpi_cell_row *row) MUST_CHECK;
enum status series_publish_definitions(struct task *task) MUST_CHECK;

/* Which of the sums are levels, if any. */
struct series_levels {
	enum part_level n;
	enum part_level hits;
	enum part_level sum;
	bool any;
};
struct series_levels series_levels_of(const struct definition *definition);

/* What comes of the sums, those of earlier windows already in them; in the arena. Pure. */
Opsmesh__V1__KpiFigures *series_figures(struct arena *arena, const struct definition *definition,
                                        const struct cell_sums *sums, bool other);

#endif
