#include "services/billing-sync/books/books_sum.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

/* The lists, while they grow; a row a currency, of balances a row an account and currency. */
struct sum {
	struct arena *arena;
	struct period_balance *balances;
	struct recognition_roll *rolls;
	struct unbilled_roll *unbilled;
	struct recurring_line *recurring;
	struct period_amount *unexplained;
	struct period_dispute *disputes;
	struct period_shard *shards;
	struct period_figures *figures;
};

static void add(int64_t *to, int64_t more)
{
	const bool below = *to < 0;

	if (__builtin_add_overflow(*to, more, to))
		*to = below ? INT64_MIN : INT64_MAX;
}

static void set_currency(char currency[static 4], const char *text)
{
	if (!pack_copy(currency, 4, text))
		currency[0] = '\0';
}

static void add_balance(struct sum *it, const Opsmesh__V1__PeriodBalance *more)
{
	size_t *const count = &it->figures->balance_count;
	size_t i = 0;

	while (i < *count && !(text_equal(it->balances[i].account, more->account) &&
	                       text_equal(it->balances[i].currency, more->balance->currency)))
		i++;
	if (i == *count) {
		it->balances[i].account = more->account;
		set_currency(it->balances[i].currency, more->balance->currency);
		(*count)++;
	}
	add(&it->balances[i].minor, more->balance->minor);
}

static void add_roll(struct sum *it, const Opsmesh__V1__DeferredRoll *more)
{
	size_t *const count = &it->figures->roll_count;
	size_t i = 0;

	while (i < *count && !text_equal(it->rolls[i].currency, more->currency))
		i++;
	if (i == *count)
		set_currency(it->rolls[(*count)++].currency, more->currency);
	add(&it->rolls[i].opening, more->opening);
	add(&it->rolls[i].billed, more->billed);
	add(&it->rolls[i].recognised, more->recognised);
	add(&it->rolls[i].cleared, more->cleared);
	add(&it->rolls[i].closing, more->closing);
}

static void add_unbilled(struct sum *it, const Opsmesh__V1__UnbilledRoll *more)
{
	size_t *const count = &it->figures->unbilled_count;
	size_t i = 0;

	while (i < *count && !text_equal(it->unbilled[i].currency, more->currency))
		i++;
	if (i == *count)
		set_currency(it->unbilled[(*count)++].currency, more->currency);
	add(&it->unbilled[i].opening, more->opening);
	add(&it->unbilled[i].used, more->used);
	add(&it->unbilled[i].billed, more->billed);
	add(&it->unbilled[i].closing, more->closing);
}

static void add_line(struct recurring_line *line, const Opsmesh__V1__RecurringSum *more)
{
	add(&line->starting, more->starting);
	add(&line->moved[RECURRING_NEW], more->added);
	add(&line->moved[RECURRING_REACTIVATION], more->reactivation);
	add(&line->moved[RECURRING_EXPANSION], more->expansion);
	add(&line->moved[RECURRING_CONTRACTION], more->contraction);
	add(&line->moved[RECURRING_CHURN], more->churn);
	add(&line->moved[RECURRING_FX], more->fx);
	add(&line->ending, more->ending);
}

static void add_recurring(struct sum *it, const Opsmesh__V1__RecurringSum *more)
{
	size_t *const count = &it->figures->mrr_count;
	size_t i = 0;

	while (i < *count && !text_equal(it->recurring[i].currency, more->currency))
		i++;
	if (i == *count)
		set_currency(it->recurring[(*count)++].currency, more->currency);
	add_line(&it->recurring[i], more);
}

static void add_reported(struct sum *it, const Opsmesh__V1__ShardFigured *answer)
{
	if (answer->reported != NULL) {
		set_currency(it->figures->reported.currency, answer->reported->currency);
		add_line(&it->figures->reported, answer->reported);
	}
	if (it->figures->unreported == NULL && answer->unreported[0] != '\0')
		it->figures->unreported = answer->unreported;
}

static void add_unexplained(struct sum *it, const Opsmesh__V1__Money *more)
{
	size_t *const count = &it->figures->unexplained_count;
	size_t i = 0;

	while (i < *count && !text_equal(it->unexplained[i].currency, more->currency))
		i++;
	if (i == *count)
		set_currency(it->unexplained[(*count)++].currency, more->currency);
	add(&it->unexplained[i].minor, more->minor);
}

static void add_dispute(struct sum *it, const Opsmesh__V1__OpenDispute *more)
{
	struct period_dispute *const made = &it->disputes[it->figures->dispute_count++];

	made->id = more->dispute_id;
	set_currency(made->currency, more->amount->currency);
	made->minor = more->amount->minor;
	made->more = more->more;
}

static void add_shard(struct sum *it, const Opsmesh__V1__ShardFigured *answer)
{
	struct period_shard *const shard = &it->shards[it->figures->shard_count];

	it->figures->shard_count++;
	shard->stage = answer->stage;
	shard->number = answer->shard;
	if (!proto_instant(answer->folded_to, &shard->folded_to))
		shard->folded_to = TIME_MIN;
}

static void add_answer(struct sum *it, const Opsmesh__V1__ShardFigured *answer)
{
	add_shard(it, answer);
	for (size_t i = 0; i < answer->n_balances; i++)
		add_balance(it, answer->balances[i]);
	for (size_t i = 0; i < answer->n_deferred; i++)
		add_roll(it, answer->deferred[i]);
	for (size_t i = 0; i < answer->n_unbilled; i++)
		add_unbilled(it, answer->unbilled[i]);
	for (size_t i = 0; i < answer->n_recurring; i++)
		add_recurring(it, answer->recurring[i]);
	for (size_t i = 0; i < answer->n_unexplained; i++)
		add_unexplained(it, answer->unexplained[i]);
	for (size_t i = 0; i < answer->n_disputes; i++)
		add_dispute(it, answer->disputes[i]);
	add_reported(it, answer);
	it->figures->disputes_open += (size_t)answer->disputes_open;
}

/* Room for what all answers have, had they nothing in common. */
static void open_lists(struct sum *it, const Opsmesh__V1__ShardFigured *const *answers,
                       size_t count)
{
	struct arena *const arena = it->arena;
	size_t balances = 1;
	size_t rolls = 1;
	size_t unbilled = 1;
	size_t recurring = 1;
	size_t unexplained = 1;
	size_t disputes = 1;

	for (size_t i = 0; i < count; i++) {
		balances += answers[i]->n_balances;
		rolls += answers[i]->n_deferred;
		unbilled += answers[i]->n_unbilled;
		recurring += answers[i]->n_recurring;
		unexplained += answers[i]->n_unexplained;
		disputes += answers[i]->n_disputes;
	}
	it->balances = arena_zero(arena, balances * sizeof(*it->balances));
	it->rolls = arena_zero(arena, rolls * sizeof(*it->rolls));
	it->unbilled = arena_zero(arena, unbilled * sizeof(*it->unbilled));
	it->recurring = arena_zero(arena, recurring * sizeof(*it->recurring));
	it->unexplained = arena_zero(arena, unexplained * sizeof(*it->unexplained));
	it->disputes = arena_zero(arena, disputes * sizeof(*it->disputes));
	it->shards = arena_zero(arena, (count + 1) * sizeof(*it->shards));
}

void books_sum(struct arena *arena, const Opsmesh__V1__ShardFigured *const *answers, size_t count,
               struct period_figures *figures)
{
	struct sum it = { .arena = arena, .figures = figures };

	open_lists(&it, answers, count);
	for (size_t i = 0; i < count; i++)
		add_answer(&it, answers[i]);
	figures->shards = it.shards;
	figures->balances = it.balances;
	figures->rolls = it.rolls;
	figures->unbilled = it.unbilled;
	figures->mrr = it.recurring;
	figures->unexplained = it.unexplained;
	figures->disputes = it.disputes;
}

/* Rates. */

static bool is_listed(const struct period_rate *rates, size_t count, const char *currency)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(rates[i].currency, currency))
			return true;
	return false;
}

const char *books_rates(struct arena *arena, const struct policy_book *rates,
                        struct instant known_at, const struct close_policy *policy,
                        struct period_figures *figures)
{
	struct period_rate *const list =
	    arena_zero(arena, (figures->balance_count + 1) * sizeof(*list));
	const char *lacking = NULL;
	size_t count = 0;

	for (size_t i = 0; i < figures->balance_count; i++) {
		const char *const currency = figures->balances[i].currency;
		const struct fx_question question = { figures->period.end_day - 1, known_at,
			                              currency, policy->reporting_currency };
		char reason[FX_REASON_SIZE];
		struct ratio rate;

		if (text_equal(currency, policy->reporting_currency) ||
		    is_listed(list, count, currency))
			continue;
		if (!fx_rate(rates, &question, &rate, reason)) {
			lacking = lacking != NULL ? lacking : arena_string(arena, reason);
			continue;
		}
		set_currency(list[count].currency, currency);
		list[count].document = arena_printf(arena, "%lld/%lld", (long long)rate.numerator,
		                                    (long long)rate.denominator);
		list[count++].frozen = true;
	}
	figures->rates = list;
	figures->rate_count = count;
	return lacking;
}
