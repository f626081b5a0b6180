#include "services/kpi-aggregator/explain/answer.h"

#include "common/base/text.h"
#include "common/io/protojson.h"

void answer_init(struct answer *answer, struct arena *arena, const struct recount *recount)
{
	*answer = (struct answer){ .arena = arena, .recount = recount };
	answer->end = &answer->figures;
}

static const struct recount_sum *find_sum(const struct recount *recount, const char *currency)
{
	static const struct recount_sum nothing = { .currency = "" };
	const struct recount_sum *sum = recount->sums;

	while (sum != NULL && !text_equal(sum->currency, currency))
		sum = sum->next;
	return sum == NULL ? &nothing : sum;
}

static const char *counted_again(const struct answer *answer, const char *currency)
{
	const struct recount_sum *const sum = find_sum(answer->recount, currency);
	struct buffer out = { 0 };
	const char *text;

	protojson_write(&out, answer->arena, &recount_figures(answer->recount, sum)->base,
	                PROTOJSON_REVEALED);
	text = arena_text(answer->arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

void answer_add(struct answer *answer, const char *currency, const char *state, const char *said,
                bool waits)
{
	struct answer_figure *const figure = arena_zero(answer->arena, sizeof(*figure));

	figure->currency = arena_string(answer->arena, currency);
	figure->state = arena_string(answer->arena, state);
	figure->said = arena_string(answer->arena, said);
	figure->again = counted_again(answer, currency);
	figure->waits = waits;
	*answer->end = figure;
	answer->end = &figure->next;
}

bool answer_agrees(const struct answer_figure *figure)
{
	return text_equal(figure->said, figure->again);
}

bool answer_is_same(const struct answer *answer)
{
	bool same = answer->unread == 0 && !answer->recount->overflowed;

	for (const struct answer_figure *it = answer->figures; it != NULL; it = it->next)
		same = same && answer_agrees(it);
	return same;
}
