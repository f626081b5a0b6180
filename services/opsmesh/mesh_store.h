/*
 * mesh_store - the tables that the runtime keeps in every daemon's schema, to look at.
 *
 * One connection for each schema that is asked, so that a statement names no schema. It is opened and its
 * statements are prepared when they are first asked: most concern tables of the runtime, some those of one
 * daemon.
 */
#ifndef SERVICES_OPSMESH_MESH_STORE_H
#define SERVICES_OPSMESH_MESH_STORE_H

#include "common/base/arena.h"
#include "common/io/db.h"

#define SCHEMAS_MAX 16
#define STATEMENTS_MAX 32 /* that one command asks */
#define STORE_REASON_SIZE 512

struct mesh_store_place {
	const char *schema;
	struct db_settings settings;
	struct db *db;
	const struct db_statement *prepared[STATEMENTS_MAX];
	size_t prepared_count;
};

struct mesh_store {
	struct arena *arena;
	const char *url;
	struct mesh_store_place places[SCHEMAS_MAX]; /* in the order of their names */
	size_t count;
	char reason[STORE_REASON_SIZE];
};

/* Anything but OK: the database cannot be asked, and reason says why. Close it in any case. */
enum status mesh_store_open(struct mesh_store *store, struct arena *arena,
                            const char *url) MUST_CHECK;
/*
 * One schema alone, which may not be there: it has the place 0, and mesh_store_has finds no table in it. Spares
 * who asks one schema the connection that lists them all.
 */
void mesh_store_open_one(struct mesh_store *store, struct arena *arena, const char *url,
                         const char *schema);
void mesh_store_close(struct mesh_store *store);

enum status mesh_store_values(struct mesh_store *store, size_t place,
                              const struct db_statement *statement, struct db_rows **rows,
                              const struct db_value *values, size_t count) MUST_CHECK;
#define mesh_store_query(store, place, statement, rows, ...) \
	mesh_store_values(store, place, statement, rows, DB_VALUES_(__VA_ARGS__))
/* Of a statement without parameters. */
enum status mesh_store_all(struct mesh_store *store, size_t place,
                           const struct db_statement *statement, struct db_rows **rows) MUST_CHECK;
/* The same, a row at a time, each in a struct db_rows of one. */
enum status mesh_store_each(struct mesh_store *store, size_t place,
                            const struct db_statement *statement,
                            void (*tell)(void *argument, const struct db_rows *row),
                            void *argument) MUST_CHECK;
/* The same of a statement with parameters. */
enum status mesh_store_tell_values(struct mesh_store *store, size_t place,
                                   const struct db_statement *statement,
                                   void (*tell)(void *argument, const struct db_rows *row),
                                   void *argument, const struct db_value *values,
                                   size_t count) MUST_CHECK;
#define mesh_store_tell(store, place, statement, tell, argument, ...) \
	mesh_store_tell_values(store, place, statement, tell, argument, DB_VALUES_(__VA_ARGS__))
/* Whether a schema has a table: that of an older daemon may not. */
enum status mesh_store_has(struct mesh_store *store, size_t place, const char *table,
                           bool *has) MUST_CHECK;

/* The place of a schema. False: there is none of that name. */
bool mesh_store_find(const struct mesh_store *store, const char *schema, size_t *place);

/*
 * Which daemon runs a stage, in which schema, and what it reads; a table that ends with a stage of NULL. A
 * test compares it with the stages themselves.
 */
struct mesh_stage {
	const char *stage;
	const char *daemon;
	const char *schema;
	const int *reads; /* topics, by their place in the catalogue; ended by -1 */
};

extern const struct mesh_stage mesh_stages[];
/* The daemon of a schema; the schema's own name where it is not listed. */
const char *mesh_daemon(const char *schema);

#endif
