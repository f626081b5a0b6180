/*
 * kpi_fixture - what every definition of a test begins with.
 */
#ifndef TESTS_SUPPORT_KPI_FIXTURE_H
#define TESTS_SUPPORT_KPI_FIXTURE_H

/* In Tokyo, without the brace before it. */
#define KPI_HEAD(id)                                                                       \
	"\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","     \
	"\"title\":\"T\",\"says\":\"S.\",\"owner\":\"support\",\"area\":\"support\","      \
	"\"better\":\"neither\",\"zone\":\"Asia/Tokyo\",\"grace\":\"15m\""

#endif
