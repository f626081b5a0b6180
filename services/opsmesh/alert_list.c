#include "services/opsmesh/alert_list.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <stdlib.h>
#include <string.h>

static struct alert_told *alert_of(struct alert_list *list, const char *id)
{
	struct alert_told *alert = map_get(&list->by_id, bytes_of(id));

	if (alert != NULL)
		return alert;
	alert = arena_zero(list->arena, sizeof(*alert));
	*alert = (struct alert_told){ .id = arena_string(list->arena, id),
		                      .rule = "",
		                      .summary = "",
		                      .description = "",
		                      .runbook = "",
		                      .team = "",
		                      .raised_at = TIME_MIN,
		                      .cause_at = TIME_MIN,
		                      .updated_at = TIME_MIN,
		                      .acknowledged_at = TIME_MIN,
		                      .acknowledged_by = "",
		                      .resolved_at = TIME_MIN,
		                      .resolved_because = "" };
	map_set(&list->by_id, bytes_of(alert->id), alert);
	return alert;
}

static struct instant time_of(const Opsmesh__V1__AlertEvent *event)
{
	struct instant at = TIME_MIN;

	if (!proto_instant(event->occurred_at, &at))
		at = TIME_OLDEST;
	return at;
}

static void evidence_copy(struct alert_list *list, struct alert_told *alert,
                          Opsmesh__V1__Evidence **evidence, size_t count)
{
	struct alert_evidence_told *const copies =
	    arena_zero(list->arena, (count + 1) * sizeof(*copies));

	for (size_t i = 0; i < count; i++)
		copies[i] =
		    (struct alert_evidence_told){ arena_string(list->arena, evidence[i]->type),
			                          arena_string(list->arena, evidence[i]->id),
			                          arena_string(list->arena, evidence[i]->note) };
	alert->evidence = copies;
	alert->evidence_count = count;
}

static void raise(struct alert_list *list, struct alert_told *alert,
                  const Opsmesh__V1__AlertRaised *raised, struct instant at,
                  struct instant appended)
{
	if (alert->raised_at.us != TIME_MIN.us)
		return;
	alert->raised_at = alert->cause_at = at;
	if (!proto_instant(raised->cause_at, &alert->cause_at))
		alert->cause_at = at;
	alert->historic = time_before(time_add(alert->cause_at, ALERT_HISTORIC), appended);
	alert->severity = raised->severity;
	alert->rule = arena_string(list->arena, raised->rule);
	alert->summary = arena_string(list->arena, raised->summary);
	alert->description = arena_string(list->arena, raised->description);
	alert->runbook = arena_string(list->arena, raised->runbook);
	alert->team = arena_string(list->arena, raised->team);
	evidence_copy(list, alert, raised->evidence, raised->n_evidence);
}

static void update(struct alert_list *list, struct alert_told *alert,
                   const Opsmesh__V1__AlertUpdated *updated, struct instant at)
{
	if (time_before(at, alert->updated_at))
		return;
	alert->updated_at = at;
	alert->severity = updated->severity;
	alert->summary = arena_string(list->arena, updated->summary);
	alert->description = arena_string(list->arena, updated->description);
	evidence_copy(list, alert, updated->evidence, updated->n_evidence);
}

void alert_list_add(struct alert_list *list, const Opsmesh__V1__AlertEvent *event,
                    struct instant appended)
{
	struct alert_told *alert;

	if (event->fact_case != OPSMESH__V1__ALERT_EVENT__FACT_RAISED &&
	    map_get(&list->by_id, bytes_of(event->alert_id)) == NULL)
		return;
	alert = alert_of(list, event->alert_id);
	switch ((int)event->fact_case) {
	case OPSMESH__V1__ALERT_EVENT__FACT_RAISED:
		raise(list, alert, event->raised, time_of(event), appended);
		break;
	case OPSMESH__V1__ALERT_EVENT__FACT_UPDATED:
		update(list, alert, event->updated, time_of(event));
		break;
	case OPSMESH__V1__ALERT_EVENT__FACT_ACKNOWLEDGED:
		alert->acknowledged_at = time_of(event);
		if (event->acknowledged->by != NULL)
			alert->acknowledged_by =
			    arena_string(list->arena, event->acknowledged->by->principal);
		break;
	case OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED:
		alert->resolved_at = time_of(event);
		alert->resolved_because = arena_string(list->arena, event->resolved->reason);
		break;
	default: break;
	}
}

/* Order. */

static bool is_over(const struct alert_told *alert)
{
	return alert->resolved_at.us != TIME_MIN.us;
}

static int by_need(const void *a, const void *b)
{
	const struct alert_told *const left = *(const struct alert_told *const *)a;
	const struct alert_told *const right = *(const struct alert_told *const *)b;

	if (is_over(left) != is_over(right))
		return is_over(left) ? 1 : -1;
	if (left->severity != right->severity)
		return left->severity < right->severity ? 1 : -1;
	if (left->raised_at.us != right->raised_at.us)
		return left->raised_at.us < right->raised_at.us ? 1 : -1;
	return strcmp(left->id, right->id);
}

void alert_list_sort(struct alert_list *list, bool all)
{
	void *value;

	list->sorted =
	    arena_alloc(list->arena, (list->by_id.count + 1) * sizeof(const struct alert_told *));
	list->count = 0;
	for (size_t at = 0; map_next(&list->by_id, &at, &value);)
		if (all || !is_over(value))
			list->sorted[list->count++] = value;
	qsort(list->sorted, list->count, sizeof(const struct alert_told *), by_need);
}

void alert_list_finish(struct alert_list *list)
{
	map_finish(&list->by_id);
}

/* Words. */

const char *alert_told_state(const struct alert_told *alert)
{
	return is_over(alert)                             ? "resolved"
	       : alert->acknowledged_at.us != TIME_MIN.us ? "acknowledged"
	                                                  : "open";
}

const char *alert_told_severity(const struct alert_told *alert)
{
	return alert->severity == OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL ? "critical"
	       : alert->severity == OPSMESH__V1__SEVERITY__SEVERITY_INFO   ? "info"
	                                                                   : "warning";
}

/* For programs. */

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *evidence_json(const struct alert_told *alert)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < alert->evidence_count; i++) {
		json_t *const row = json_object();

		json_object_set_new(row, "type", json_string(alert->evidence[i].type));
		json_object_set_new(row, "id", json_string(alert->evidence[i].id));
		json_object_set_new(row, "note", json_string(alert->evidence[i].note));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *alert_json(const struct alert_told *alert)
{
	json_t *const row = json_object();

	json_object_set_new(row, "alert_id", json_string(alert->id));
	json_object_set_new(row, "state", json_string(alert_told_state(alert)));
	json_object_set_new(row, "severity", json_string(alert_told_severity(alert)));
	json_object_set_new(row, "historic", json_boolean(alert->historic));
	json_object_set_new(row, "rule", json_string(alert->rule));
	json_object_set_new(row, "team", json_string(alert->team));
	json_object_set_new(row, "summary", json_string(alert->summary));
	json_object_set_new(row, "description", json_string(alert->description));
	json_object_set_new(row, "runbook", json_string(alert->runbook));
	json_object_set_new(row, "raised_at", time_json(alert->raised_at));
	json_object_set_new(row, "cause_at", time_json(alert->cause_at));
	json_object_set_new(row, "updated_at", time_json(alert->updated_at));
	json_object_set_new(row, "acknowledged_at", time_json(alert->acknowledged_at));
	json_object_set_new(row, "acknowledged_by", json_string(alert->acknowledged_by));
	json_object_set_new(row, "resolved_at", time_json(alert->resolved_at));
	json_object_set_new(row, "resolved_because", json_string(alert->resolved_because));
	json_object_set_new(row, "evidence", evidence_json(alert));
	return row;
}

json_t *alert_list_json(const struct alert_list *list)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(rows, alert_json(list->sorted[i]));
	return rows;
}

/* For Alertmanager. */

static json_t *labels_json(const struct alert_told *alert)
{
	json_t *const labels = json_object();

	json_object_set_new(labels, "alertname", json_string(alert->rule));
	json_object_set_new(labels, "severity",
	                    json_string(alert->historic ? "info" : alert_told_severity(alert)));
	json_object_set_new(labels, "team", json_string(alert->team));
	json_object_set_new(labels, "alert_id", json_string(alert->id));
	if (alert->historic)
		json_object_set_new(labels, "historic", json_string("true"));
	return labels;
}

static json_t *annotations_json(const struct alert_told *alert)
{
	json_t *const notes = json_object();

	json_object_set_new(notes, "summary", json_string(alert->summary));
	json_object_set_new(notes, "description", json_string(alert->description));
	json_object_set_new(notes, "runbook_url", json_string(alert->runbook));
	if (alert->historic)
		json_object_set_new(notes, "severity_then",
		                    json_string(alert_told_severity(alert)));
	if (alert->acknowledged_at.us != TIME_MIN.us)
		json_object_set_new(notes, "acknowledged_by", json_string(alert->acknowledged_by));
	if (is_over(alert))
		json_object_set_new(notes, "resolved_because",
		                    json_string(alert->resolved_because));
	return notes;
}

json_t *alert_list_alertmanager(const struct alert_list *list)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct alert_told *const alert = list->sorted[i];
		const struct instant end =
		    is_over(alert) && (alert->acknowledged_at.us == TIME_MIN.us ||
		                       time_before(alert->resolved_at, alert->acknowledged_at))
			? alert->resolved_at
			: alert->acknowledged_at;
		json_t *const row = json_object();

		json_object_set_new(row, "labels", labels_json(alert));
		json_object_set_new(row, "annotations", annotations_json(alert));
		json_object_set_new(row, "startsAt", time_json(alert->raised_at));
		if (end.us != TIME_MIN.us)
			json_object_set_new(row, "endsAt",
			                    time_json(time_later(end, alert->raised_at)));
		json_array_append_new(rows, row);
	}
	return rows;
}
