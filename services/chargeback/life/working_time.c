#include "services/chargeback/life/working_time.h"

#define LOOK_BACK \
	DAYS(14)      /* no office is closed for longer; a year's longest holidays take 10 days */
#define LEFT HOURS(1) /* of the last working time */

/* The last span that ends before the instant, and the first that begins behind it. */
struct around {
	struct calendar_span before;
	struct calendar_span after;
	bool has_before;
	bool has_after;
	bool within;
};

static struct around look_around(struct calendar *calendar, struct instant at)
{
	struct around found = { .has_before = false };
	struct instant from = time_sub(at, LOOK_BACK);
	struct calendar_span span;

	while (calendar_span(calendar, from, &span)) {
		if (time_before(at, span.open)) {
			found.after = span;
			found.has_after = true;
			break;
		}
		if (time_before(at, span.close)) {
			found.within = true;
			break;
		}
		found.before = span;
		found.has_before = true;
		from = span.close;
	}
	return found;
}

struct instant working_time(struct calendar *calendar, struct instant at, struct instant since,
                            struct instant next)
{
	const struct around around = look_around(calendar, at);

	if (around.within)
		return at;
	if (around.has_before && time_before(since, around.before.close))
		return time_later(since, time_later(around.before.open,
		                                    time_sub(around.before.close, LEFT)));
	return around.has_after && time_before(around.after.open, next) ? around.after.open : at;
}
