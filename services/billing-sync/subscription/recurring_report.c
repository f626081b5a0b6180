#include "services/billing-sync/subscription/recurring_report.h"

#include "common/base/status.h"

/* A walk from what stood to what all movements of the day made of it, each step with its worth. */
struct walk {
	struct ratio rate;
	enum rounding mode;
	int64_t minor;
	int64_t worth;
};

static bool add(int64_t *sum, int64_t more)
{
	return !__builtin_add_overflow(*sum, more, sum);
}

static bool step(struct walk *walk, int64_t minor, int64_t *change)
{
	int64_t worth;

	if (!add(&walk->minor, minor) ||
	    !ratio_apply(walk->minor, walk->rate, walk->mode, &worth) ||
	    __builtin_sub_overflow(worth, walk->worth, change))
		return false;
	walk->worth = worth;
	return true;
}

static bool moves_add(struct walk *walk, const struct recurring_line *own,
                      struct recurring_line *report)
{
	static const struct {
		enum recurring_kind kind;
		int sign;
	} order[] = { { RECURRING_NEW, 1 },
		      { RECURRING_REACTIVATION, 1 },
		      { RECURRING_EXPANSION, 1 },
		      { RECURRING_CONTRACTION, -1 },
		      { RECURRING_CHURN, -1 } };

	for (size_t i = 0; i < COUNT_OF(order); i++) {
		int64_t minor;
		int64_t change;

		if (__builtin_mul_overflow(own->moved[order[i].kind], order[i].sign, &minor) ||
		    !step(walk, minor, &change) ||
		    !add(&report->moved[order[i].kind], order[i].sign * change))
			return false;
	}
	return true;
}

bool recurring_report_add(struct recurring_worth *worth, enum rounding mode,
                          struct recurring_line *report)
{
	struct walk walk = { .rate = worth->rate, .mode = mode };
	struct recurring_line sum = *report;
	int64_t stood;
	int64_t ends;
	int64_t fx;

	if (!step(&walk, worth->own.starting, &stood))
		return false;
	if (worth->told)
		stood = worth->worth;
	if (__builtin_sub_overflow(walk.worth, stood, &fx) ||
	    !ratio_apply(worth->own.ending, worth->rate, mode, &ends) ||
	    !add(&sum.starting, stood) || !add(&sum.moved[RECURRING_FX], fx) ||
	    !moves_add(&walk, &worth->own, &sum) || !add(&sum.ending, ends))
		return false;
	*report = sum;
	worth->worth = ends;
	worth->told = true;
	return true;
}
