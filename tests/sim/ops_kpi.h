/*
 * ops_kpi - kpi-aggregator in the real mesh: its documents, what is asked for late, and what its figures must be.
 *
 * What is known here of figures is counted from the facts of the other daemons, by other code than that which counted them first, in
 * windows of the zone below.
 */
#ifndef TESTS_SIM_OPS_KPI_H
#define TESTS_SIM_OPS_KPI_H

#include "opsmesh/v1/kpi.pb-c.h"
#include "tests/sim/world.h"

/* Midnight is 800 s after a world's begin there, and no clock ever changes: ten hours east. */
#define OPS_KPI_ZONE "Pacific/Port_Moresby"
#define OPS_KPI_EAST_S 36000
/* What is late comes this long after the begin: behind the sealing of the hour and the day of all else, before the next telling. */
#define OPS_KPI_LATE_S 1500
/* So long a run takes: all is told, said and sealed by then, and the alerts of the first hour are over. */
#define OPS_KPI_RUN_S 5600

/* Shortly before the first hour is sealed, what is late is told, is said, and before the second hour ends. */
extern const int64_t ops_kpi_times[MESH_AGAIN_TIMES];
extern struct document ops_kpi_documents[];
void ops_kpi_init(void);
/* What becomes known late, of ticket and of usage. */
void ops_put_late(struct world *world, struct chance *chance);

/* A window of one value, as it was said. */
struct ops_said {
	const char *series; /* "billing.usage@1" */
	const char *kind;   /* "day" */
	const char *value;
	const char *currency;
	struct instant start;
	struct instant end;
	const Opsmesh__V1__KpiFigures *figures; /* the last */
	const char *json;                       /* the same */
	bool sealed;
	int32_t revision;
};

struct ops_figures {
	struct ops_said *list;
	size_t count;
	size_t capacity;
};

/* Each window is said while it is open, sealed once, and restated with what it said before. */
bool ops_check_said(struct world *world, struct arena *arena, struct ops_figures *figures,
                    char *why);
/* What was said last is what happened. */
bool ops_check_truth(struct world *world, struct arena *arena, const struct ops_figures *figures,
                     char *why);
/* The hours of a day are the day, in every metric that has both. */
bool ops_check_sums(const struct ops_figures *figures, char *why);
/* Each is raised where it must be, once, and resolved once. */
bool ops_check_alarms(struct world *world, struct arena *arena, const struct ops_figures *figures,
                      char *why);
/* All of these. */
bool ops_check_kpi(struct world *world, struct arena *arena, char *why);

#endif
