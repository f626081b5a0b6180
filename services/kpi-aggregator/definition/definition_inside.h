/*
 * definition_inside - what the files of the compiler share.
 *
 * A document is read in one pass from top to bottom into a struct definition; what is wrong is said by its path. What only all
 * documents together can get wrong (the register, versions, calendars, zones) is judged by definition_compile.c.
 */
#ifndef SERVICES_KPI_AGGREGATOR_DEFINITION_DEFINITION_INSIDE_H
#define SERVICES_KPI_AGGREGATOR_DEFINITION_DEFINITION_INSIDE_H

#include "common/io/json.h"
#include "services/kpi-aggregator/definition/definition.h"
#include "services/kpi-aggregator/sketch/sketch.h"

#define DEFINITION_REGISTER "metrics/published.json"
#define DEFINITION_BYTES_MAX 65536
#define DEFINITION_TITLE_MAX 80
#define DEFINITION_SAYS_MAX 700 /* two or three sentences, printed under a number */
#define DEFINITION_PUBLISHED_MAX 4096
#define DEFINITION_BOUND_USUAL 500 /* of dimensions of which the company itself makes the values */

/* What a document's observations must be like. */
struct conditions {
	struct condition items[DEFINITION_CONDITIONS_MAX];
	size_t count;
};

/* Observations of a kind that meet conditions, each in the window of its time. */
struct population {
	enum observation_kind kind;
	enum observation_time time;
	struct conditions where;
};

/* While one document is read. */
struct definition_reading {
	struct arena *arena;
	struct definition *definition;
	const struct calendar_library *library;
	struct window_zone *(*zone)(void *context, const char *name); /* NULL: there is none */
	void *context;
	struct json_error *error;
};

/* The field "where" of an object, added to conditions that are there; absent: none more. */
bool definition_read_where(struct definition_reading *reading, const struct json_place *object,
                           enum observation_kind kind, struct conditions *conditions) MUST_CHECK;
/* False: no observation can meet all of them and have that time; refused at "where" of the object. */
bool definition_can_be(struct definition_reading *reading, const struct json_place *object,
                       const struct population *population) MUST_CHECK;
/* {of, where, time}, and as many other fields as the caller reads. */
bool definition_read_population(struct definition_reading *reading, const struct json_place *object,
                                struct population *population) MUST_CHECK;
/* What is counted: the formula and its parts. */
bool definition_read_formula(struct definition_reading *reading,
                             const struct json_place *top) MUST_CHECK;
/* By what it is cut: dimensions, windows, zone, calendars. Behind the formula. */
bool definition_read_cut(struct definition_reading *reading,
                         const struct json_place *top) MUST_CHECK;
/* A whole document; its digest and body are those of its canonical bytes. */
bool definition_read(struct definition_reading *reading, struct bytes text) MUST_CHECK;

/* What was published: id, version and digest; and by which rules the days of zones begin. */
struct definition_register {
	const struct definition_published {
		const char *id;
		int64_t version;
		const char *digest;
	} * rows;
	size_t count;
	const struct definition_rules {
		const char *zone;
		int64_t first_year;
		int64_t last_year;
		const char *digest;
	} * zones;
	size_t zone_count;
};
bool definition_register_read(struct arena *arena, struct bytes text,
                              struct definition_register *published,
                              struct json_error *error) MUST_CHECK;
/* NULL: it was not published. */
const struct definition_published *definition_register_find(
    const struct definition_register *published, const char *id, int64_t version);
/* The row of a zone that was published last; NULL: there is none. */
const struct definition_rules *definition_register_zone(const struct definition_register *published,
                                                        const char *zone);
/* Of the rules that this machine has for the zone in those years; "": it has no such zone. */
const char *definition_rules_digest(struct arena *arena, const char *zone, int64_t first_year,
                                    int64_t last_year);

#endif
