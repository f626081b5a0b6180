/*
 * entity_table - tables of texts and the entities in them, for the tests of each kind.
 *
 * Expected is all entities of a text, in order: kind[span]=value. Amounts: minor units and currency,
 * "open" with the exponent, "?" without a value. "~" is ambiguous, "^" relative.
 */
#ifndef TESTS_SUPPORT_ENTITY_TABLE_H
#define TESTS_SUPPORT_ENTITY_TABLE_H

#include "services/classifier/entity.h"

#define EN LANGUAGE_EN
#define JA LANGUAGE_JA
#define KO LANGUAGE_KO
#define HANS LANGUAGE_ZH_HANS
#define HANT LANGUAGE_ZH_HANT
#define OTHER LANGUAGE_OTHER

struct entity_case {
	const char *text;
	enum language language;
	const char *expected;
};

/* How many of the cases are told otherwise; each is printed. */
size_t entity_table_failures(const struct entity_case *cases, size_t count);

#endif
