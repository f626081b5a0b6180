/*
 * account_list - accounts as those who look after them see them: what is to be renewed, what happened, how they use what they have.
 *
 * The rows are those of the views renewal, account_signal and account_adoption of kpi-aggregator, which its ANALYSTS.md describes:
 * nothing is weighed here. What a list has stands in a table of columns, in the order of its statement; table, CSV and JSON are
 * made of it.
 */
#ifndef SERVICES_OPSMESH_ACCOUNT_LIST_H
#define SERVICES_OPSMESH_ACCOUNT_LIST_H

#include "services/opsmesh/mesh_store.h"

#define ACCOUNT_COLUMNS_MAX 16

enum account_cell_kind {
	ACCOUNT_TEXT,
	ACCOUNT_NUMBER,
	ACCOUNT_TIME,
	ACCOUNT_LEFT,  /* microseconds until then; below zero: since then */
	ACCOUNT_TEXTS, /* read from a JSON array of texts */
	ACCOUNT_JSON,  /* as it was read; in JSON alone */
};

struct account_column {
	const char *name;  /* of JSON and CSV; NULL ends the table */
	const char *title; /* NULL: not for people */
	enum account_cell_kind kind;
};

/* By the column's kind. */
struct account_cell {
	bool absent;
	const char *text;
	int64_t number;
	struct instant at;
	const char *const *texts;
	size_t count;
};

struct account_listing {
	const char *name; /* "renewals" */
	const char *none; /* said where nothing is found */
	const struct account_column *columns;
	const struct db_statement *statement;
	bool has_span; /* its first parameter is how far it looks */
};

struct account_rows {
	const struct account_listing *listing;
	size_t columns;
	bool has_views;            /* false: kpi-aggregator has none here yet */
	struct instant as_of;      /* mesh time of the figures; TIME_MIN: none was said */
	struct account_cell *list; /* row by row */
	size_t count;              /* of rows */
};

struct account_ask {
	struct duration within; /* renewals: from as_of on; signals: back from it */
	const char *account;    /* "": any */
	const char *owner;      /* "": any */
};

/* NULL: there is none of that name. */
const struct account_listing *account_listing_find(const char *name);
size_t account_columns(const struct account_listing *listing);
/* Anything but OK: the store says why. A list that holds no texts is empty. */
enum status account_rows_look(struct mesh_store *store, size_t place,
                              const struct account_listing *listing, const struct account_ask *ask,
                              struct account_rows *rows) MUST_CHECK;
/* Texts of a JSON array, as they stand in a row; false: it is none. */
bool account_texts_read(struct arena *arena, const char *json,
                        struct account_cell *cell) MUST_CHECK;

#endif
