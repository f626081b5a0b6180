/*
 * kpi_fixture - definitions of a test, compiled with the register that publishes them.
 */
#ifndef TESTS_SUPPORT_KPI_FIXTURE_H
#define TESTS_SUPPORT_KPI_FIXTURE_H

#include "services/kpi-aggregator/definition/definition.h"

/* What every definition begins with; in Tokyo, without the brace before it. */
#define KPI_HEAD(id)                                                                   \
	"\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\"," \
	"\"title\":\"T\",\"says\":\"S.\",\"owner\":\"support\",\"area\":\"support\","  \
	"\"better\":\"neither\",\"zone\":\"Asia/Tokyo\",\"grace\":\"15m\""

/* texts end with NULL; compiled into a book that definition_release lets go. Files of calendars may come with them. */
const struct definition_book *kpi_book(const char *const *texts);

#endif
