#include "services/billing-sync/books/books_say.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/entry/figure_say.h"

static enum status say(struct task *task, Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__ByBooksEvent *const cause = (const void *)task->message;
	struct instant at;

	if (!proto_instant(cause->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	event->occurred_at = cause->occurred_at;
	event->cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size);
	return task_emit(task, &(struct emission){ .topic = OPS_BILLING,
	                                           .key = FIGURE_KEY,
	                                           .partition = &task->shard_number,
	                                           .time = at,
	                                           .message = &event->base });
}

/* Answers. */

enum status books_say_applied(struct task *task, const Opsmesh__V1__BooksCut *cut)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ActionApplied applied = OPSMESH__V1__ACTION_APPLIED__INIT;

	applied.action_id = cut->action_id;
	applied.action = cut->action;
	applied.by = cut->by;
	applied.reason = cut->reason;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ACTION_APPLIED;
	event.action_applied = &applied;
	return say(task, &event);
}

enum status books_say_refused(struct task *task, const Opsmesh__V1__BooksCut *cut,
                              const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused = OPSMESH__V1__ACTION_REFUSED__INIT;

	refused.action_id = cut->action_id;
	refused.action = cut->action;
	refused.code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE;
	refused.field = text_mutable("on.id");
	refused.reason = text_mutable(reason);
	refused.by = cut->by;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return say(task, &event);
}

/* A period. */

static Opsmesh__V1__Money *money_of(struct arena *arena, const char *currency, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->currency = text_mutable(currency);
	made->minor = minor;
	return made;
}

static void fill_balances(struct arena *arena, const struct period_figures *figures,
                          Opsmesh__V1__PeriodClosed *fact)
{
	fact->balances = arena_alloc(arena, (figures->balance_count + 1) * sizeof(*fact->balances));
	for (size_t i = 0; i < figures->balance_count; i++) {
		const struct period_balance *const from = &figures->balances[i];
		Opsmesh__V1__PeriodBalance *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__period_balance__init(made);
		made->account = text_mutable(from->account);
		made->balance = money_of(arena, from->currency, from->minor);
		fact->balances[fact->n_balances++] = made;
	}
}

static void fill_sums(struct arena *arena, const struct period_figures *figures,
                      Opsmesh__V1__PeriodClosed *fact)
{
	fact->deferred = arena_alloc(arena, (figures->roll_count + 1) * sizeof(*fact->deferred));
	for (size_t i = 0; i < figures->roll_count; i++)
		fact->deferred[fact->n_deferred++] = figure_say_roll(arena, &figures->rolls[i]);
	fact->unbilled =
	    arena_alloc(arena, (figures->unbilled_count + 1) * sizeof(*fact->unbilled));
	for (size_t i = 0; i < figures->unbilled_count; i++) {
		fact->unbilled[fact->n_unbilled] =
		    figure_say_unbilled(arena, &figures->unbilled[i]);
		fact->n_unbilled += fact->unbilled[fact->n_unbilled] != NULL;
	}
	fact->recurring = arena_alloc(arena, (figures->mrr_count + 1) * sizeof(*fact->recurring));
	for (size_t i = 0; i < figures->mrr_count; i++)
		fact->recurring[fact->n_recurring++] =
		    figure_say_recurring(arena, &figures->mrr[i]);
	fact->unexplained =
	    arena_alloc(arena, (figures->unexplained_count + 1) * sizeof(*fact->unexplained));
	for (size_t i = 0; i < figures->unexplained_count; i++)
		fact->unexplained[fact->n_unexplained++] =
		    money_of(arena, figures->unexplained[i].currency,
		             figures->unexplained[i].minor);
}

static void fill_disputes(struct arena *arena, const struct period_figures *figures,
                          Opsmesh__V1__PeriodClosed *fact)
{
	fact->disputes = arena_alloc(arena, (figures->dispute_count + 1) * sizeof(*fact->disputes));
	for (size_t i = 0; i < figures->dispute_count; i++) {
		const struct period_dispute *const from = &figures->disputes[i];
		Opsmesh__V1__OpenDispute *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__open_dispute__init(made);
		made->dispute_id = text_mutable(from->id);
		made->amount = money_of(arena, from->currency, from->minor);
		made->more = from->more;
		fact->disputes[fact->n_disputes++] = made;
	}
}

static void fill_rates(struct arena *arena, const struct books_closed *closed,
                       Opsmesh__V1__PeriodClosed *fact)
{
	const struct period_figures *const figures = closed->figures;

	fact->rates = arena_alloc(arena, (figures->rate_count + 1) * sizeof(*fact->rates));
	for (size_t i = 0; i < figures->rate_count; i++) {
		Opsmesh__V1__PeriodRate *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__period_rate__init(made);
		made->currency = text_mutable(figures->rates[i].currency);
		made->reporting_currency = text_mutable(closed->policy->reporting_currency);
		made->rate = text_mutable(figures->rates[i].document);
		fact->rates[fact->n_rates++] = made;
	}
}

enum status books_say_closed(struct task *task, const struct books_closed *closed,
                             struct bytes *body)
{
	struct arena *const arena = task->arena;
	const struct period_figures *const figures = closed->figures;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PeriodClosed fact = OPSMESH__V1__PERIOD_CLOSED__INIT;

	fact.period = closed->cut->period;
	fact.digest = text_mutable(closed->digest);
	fact.digest_before = text_mutable(closed->before);
	fact.cut = closed->cut->number;
	fact.cut_at = proto_timestamp(arena, figures->cut);
	fact.policy = arena_printf(arena, "%s/%lld", closed->policy->head.id,
	                           (long long)closed->policy->head.version);
	fact.action_id = closed->cut->action_id;
	fill_balances(arena, figures, &fact);
	fill_sums(arena, figures, &fact);
	fill_disputes(arena, figures, &fact);
	fill_rates(arena, closed, &fact);
	if (figures->reported.currency[0] != '\0')
		fact.reported = figure_say_recurring(arena, &figures->reported);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PERIOD_CLOSED;
	event.period_closed = &fact;
	*body = proto_pack(arena, &fact.base);
	return say(task, &event);
}
