/*
 * alert_list - the alerts of ops.alerts.v1: what stands, who has it, what was resolved.
 *
 * A fold over the records of the topic, of each partition in its order. An alert is raised and resolved once, so a record that is
 * read twice changes nothing.
 */
#ifndef SERVICES_OPSMESH_ALERT_LIST_H
#define SERVICES_OPSMESH_ALERT_LIST_H

#include "common/base/map.h"
#include "common/base/time.h"
#include "common/io/json.h"
#include "opsmesh/v1/alert.pb-c.h"

#define ALERT_HISTORIC HOURS(1) /* between cause and when it was said: beyond, it pages nobody */

struct alert_evidence_told {
	const char *type;
	const char *id;
	const char *note;
};

struct alert_told {
	const char *id;
	Opsmesh__V1__Severity severity;
	const char *rule;
	const char *summary;
	const char *description;
	const char *runbook;
	const char *team;
	bool historic;
	struct instant raised_at; /* TIME_MIN: its raising was not read, as all below */
	struct instant cause_at;
	struct instant updated_at;
	struct instant acknowledged_at;
	const char *acknowledged_by;
	struct instant resolved_at;
	const char *resolved_because;
	const struct alert_evidence_told *evidence;
	size_t evidence_count;
};

struct alert_list {
	struct arena *arena; /* texts are copied into it */
	struct map by_id;
	const struct alert_told **sorted;
	size_t count;
};

/* appended: when the broker took the record. */
void alert_list_add(struct alert_list *list, const Opsmesh__V1__AlertEvent *event,
                    struct instant appended);
/* Fills sorted: what stands first, the gravest and latest first. all: with what is resolved. */
void alert_list_sort(struct alert_list *list, bool all);
void alert_list_finish(struct alert_list *list);

/* "open", "acknowledged", "resolved". */
const char *alert_told_state(const struct alert_told *alert);
/* "critical". */
const char *alert_told_severity(const struct alert_told *alert);

/* All that is known, for programs. The caller owns it, as below. */
json_t *alert_list_json(const struct alert_list *list);
/*
 * What Alertmanager's API takes (POST /api/v2/alerts of its version 2 API): labels alertname, severity, team, alert_id, annotations,
 * startsAt, endsAt. What somebody has acknowledged ends then, so that it wakes nobody again. What is historic has the label
 * historic, and the severity info whatever it was.
 */
json_t *alert_list_alertmanager(const struct alert_list *list);

#endif
