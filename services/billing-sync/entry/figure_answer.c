#include "services/billing-sync/entry/figure_answer.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/entry/figure_say.h"

/* Lists that grow by a row of a currency or by one for each account. */
#define LIST_ROOM (PERIOD_LIMITS_MAX * ACCOUNT_COUNT)

static void open_lists(struct arena *arena, Opsmesh__V1__ShardFigured *answer)
{
	answer->balances = arena_alloc(arena, LIST_ROOM * sizeof(*answer->balances));
	answer->deferred = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->deferred));
	answer->unbilled = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->unbilled));
	answer->recurring = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->recurring));
	answer->unexplained = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->unexplained));
}

static void add_balances(struct arena *arena, Opsmesh__V1__ShardFigured *answer,
                         const struct figures *figures)
{
	for (int account = 0; figures->booked && account < ACCOUNT_COUNT; account++) {
		Opsmesh__V1__PeriodBalance *made;

		if (figures->balances[account] == 0)
			continue;
		made = arena_alloc(arena, sizeof(*made));
		opsmesh__v1__period_balance__init(made);
		made->account = text_mutable(chart_name((enum account)account));
		made->balance =
		    figure_say_money(arena, figures->currency, figures->balances[account]);
		answer->balances[answer->n_balances++] = made;
	}
}

static void add_currencies(struct task *task, const struct period *period,
                           Opsmesh__V1__ShardFigured *answer)
{
	const char *currency = "";

	while ((currency = figure_currency_after(task, currency)) != NULL &&
	       answer->n_deferred < PERIOD_LIMITS_MAX) {
		Opsmesh__V1__UnbilledRoll *unbilled;
		struct figures figures;

		figures_of(task, currency, period, &figures);
		add_balances(task->arena, answer, &figures);
		answer->deferred[answer->n_deferred++] =
		    figure_say_roll(task->arena, &figures.roll);
		unbilled = figure_say_unbilled(task->arena, &figures.unbilled);
		if (unbilled != NULL)
			answer->unbilled[answer->n_unbilled++] = unbilled;
		answer->recurring[answer->n_recurring++] =
		    figure_say_recurring(task->arena, &figures.recurring);
		if (figures.unexplained != 0)
			answer->unexplained[answer->n_unexplained++] =
			    figure_say_money(task->arena, currency, figures.unexplained);
	}
}

enum status figure_answer(struct task *task, const char *stage, const Opsmesh__V1__BooksCut *cut,
                          Opsmesh__V1__ShardFigured *answer)
{
	Opsmesh__V1__BooksCut *const copy = arena_alloc(task->arena, sizeof(*copy));
	struct period period;

	if (!period_parse(cut->period, &period))
		return task_fail(task, STATUS_REJECT, "books_cut: no period");
	*copy = *cut;
	opsmesh__v1__shard_figured__init(answer);
	open_lists(task->arena, answer);
	answer->cut = copy;
	answer->stage = text_mutable(stage);
	answer->shard = task->shard_number;
	answer->folded_to = proto_timestamp(task->arena, task->now);
	add_currencies(task, &period, answer);
	figure_cut(task, cut->number);
	return STATUS_OK;
}

enum status figure_answer_say(struct task *task, Opsmesh__V1__ShardFigured *answer,
                              Google__Protobuf__Timestamp *asked_at)
{
	Opsmesh__V1__ByBooksEvent event = OPSMESH__V1__BY_BOOKS_EVENT__INIT;
	struct instant at;

	if (!proto_instant(asked_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	event.books = text_mutable(FIGURE_KEY);
	event.occurred_at = asked_at;
	event.fact_case = OPSMESH__V1__BY_BOOKS_EVENT__FACT_SHARD_FIGURED;
	event.shard_figured = answer;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_BOOKS,
	                                           .key = FIGURE_KEY,
	                                           .time = at,
	                                           .message = &event.base });
}
