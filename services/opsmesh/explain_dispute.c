/*
 * The cases of a dispute or warning: what was said of them, by whomever, and what is reckoned again from that.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

static int away(const struct explain *explain)
{
	return tool_fail(explain->tool, ANSWER_AWAY, "%s", explain->store.reason);
}

/* Which facts. */

/* "alert/chargeback/<home>/<dispute>/..." */
static bool is_alert_of(const struct explain *explain, const struct dispute_row *row,
                        const char *alert_id)
{
	return text_starts(alert_id, arena_printf(explain->tool->arena, "alert/chargeback/%s/%s/",
	                                          row->home, row->dispute_id));
}

static bool is_action_on(const struct explain *explain, const struct dispute_row *row,
                         const Opsmesh__V1__ActionEvent *event)
{
	const Opsmesh__V1__ActionRequested *const requested =
	    event->fact_case == OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED ? event->requested : NULL;

	return requested != NULL && requested->on != NULL &&
	       (text_equal(requested->on->id, row->case_id) ||
	        is_alert_of(explain, row, requested->on->id));
}

/* The bytes of a dispute's id stand in those of a longer one as well. */
static bool is_about(const struct explain *explain, const struct dispute_row *row,
                     const struct told *told)
{
	const void *const message = told->message;

	if (message == NULL || told->dead)
		return told->dead;
	if (told->topic == OPS_ACTIONS)
		return is_action_on(explain, row, message);
	if (told->topic == OPS_ALERTS)
		return is_alert_of(explain, row, message_text(message, "alert_id"));
	if (told->topic == OPS_DISPUTES)
		return dispute_event(told, row->case_id) != NULL;
	return message_has_text(message, row->dispute_id);
}

static bool has(const struct told_list *list, const struct told *told)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->list[i].sequence == told->sequence &&
		    text_equal(list->list[i].stream, told->stream))
			return true;
	return false;
}

static enum status add_under(struct explain *explain, const struct dispute_row *row,
                             const char *key)
{
	struct told_list all = { .arena = explain->tool->arena };

	TRY(told_of_case(&explain->store, key, row->dispute_id, &all));
	for (size_t i = 0; i < all.count; i++)
		if (is_about(explain, row, &all.list[i]) && !has(&explain->all, &all.list[i]))
			told_add(&explain->all, &all.list[i]);
	return STATUS_OK;
}

/* Billing says of it under the customer, and of what has none under the charge or the dispute itself. */
static enum status add_facts(struct explain *explain, const struct dispute_row *row)
{
	const char *const keys[] = { row->home, row->dispute_id, row->customer_id,
		                     row->payment_id };

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i][0] != '\0')
			TRY(add_under(explain, row, keys[i]));
	return STATUS_OK;
}

/* Figures. */

/* What the facts of money rest on, by their ids. */
static enum status find_sources(struct explain *explain, size_t place, const char *case_id,
                                struct told_list *sources)
{
	for (size_t i = 0; i < explain->all.count; i++) {
		const Opsmesh__V1__DisputeEvent *const event =
		    dispute_event(&explain->all.list[i], case_id);

		if (event != NULL &&
		    (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_WITHDRAWN ||
		     event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_REINSTATED))
			TRY(told_by_id(&explain->store, place, event->funds_withdrawn->billing_id,
			               sources));
	}
	return STATUS_OK;
}

static enum status reckon(struct explain *explain)
{
	struct arena *const arena = explain->tool->arena;
	struct dispute_rows *const rows = &explain->disputes;
	size_t place;
	const bool billed = mesh_store_find(&explain->store, "billing", &place);

	explain->dispute_sums = arena_zero(arena, rows->count * sizeof(*explain->dispute_sums));
	for (size_t i = 0; i < rows->count; i++) {
		struct told_list sources = { .arena = arena };

		if (billed)
			TRY(find_sources(explain, place, rows->list[i].case_id, &sources));
		dispute_sum_make(arena, &explain->all, billed ? &sources : NULL, &rows->list[i],
		                 &explain->dispute_sums[i]);
	}
	return STATUS_OK;
}

/* The command's part. */

/* What is shown is shown of the case that goes on, which is the one that was opened last. */
static void choose_subject(struct explain *explain)
{
	const struct dispute_row *chosen = &explain->disputes.list[0];

	for (size_t i = 1; i < explain->disputes.count; i++)
		if (time_before(chosen->opened_at, explain->disputes.list[i].opened_at))
			chosen = &explain->disputes.list[i];
	explain->subject_type = "case";
	explain->subject_id = chosen->case_id;
}

static enum status gather(struct explain *explain)
{
	for (size_t i = 0; i < explain->disputes.count; i++)
		TRY(add_facts(explain, &explain->disputes.list[i]));
	TRY(reckon(explain));
	for (size_t i = 0; i < explain->all.count; i++)
		told_add(&explain->facts, &explain->all.list[i]);
	told_sort(&explain->facts);
	return STATUS_OK;
}

int explain_find_dispute(struct explain *explain)
{
	const struct dispute_ask ask = dispute_named(explain->tool->arena, explain->id);

	if (dispute_rows_read(&explain->store, &ask, &explain->disputes) != STATUS_OK)
		return away(explain);
	if (explain->disputes.count == 0)
		return tool_fail(explain->tool, ANSWER_NO, "there is no dispute %s%s", explain->id,
		                 explain->disputes.has_cases
		                     ? ""
		                     : ": chargeback keeps no cases here yet");
	choose_subject(explain);
	return gather(explain) == STATUS_OK ? ANSWER_YES : away(explain);
}

enum status explain_find_cases(struct explain *explain)
{
	return dispute_rows_read(&explain->store, &(struct dispute_ask){ explain->id, "", false },
	                         &explain->disputes);
}

int explain_figures_answer(const struct explain *explain)
{
	size_t wrong = 0;

	for (size_t i = 0; explain->dispute_sums != NULL && i < explain->disputes.count; i++)
		wrong += explain->dispute_sums[i].problem_count == 0 ? 0 : 1;
	return wrong == 0
	           ? ANSWER_YES
	           : tool_fail(explain->tool, ANSWER_NO,
	                       "the figures of %zu of %zu cases do not agree with what was said",
	                       wrong, explain->disputes.count);
}
