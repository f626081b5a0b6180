#include "services/chargeback/tally/tally.h"

const struct column tally_columns[] = {
	COLUMN(struct tally_row, watched),
	COLUMN(struct tally_row, day),
	COLUMN(struct tally_row, dimension),
	COLUMN(struct tally_row, value),
	COLUMN(struct tally_row, kind),
	COLUMN(struct tally_row, currency),
	COLUMN(struct tally_row, payments),
	COLUMN(struct tally_row, authenticated),
	COLUMN(struct tally_row, events),
	COLUMN(struct tally_row, minor),
	COLUMN_END,
};

void tally_add(struct task *task, const struct state_table *table, const struct tally_row *more)
{
	struct tally_row sum = *more;

	if (task_load(task, table, &sum)) {
		sum.payments += more->payments;
		sum.authenticated += more->authenticated;
		sum.events += more->events;
		sum.minor += more->minor;
	}
	if (sum.payments == 0 && sum.authenticated == 0 && sum.events == 0 && sum.minor == 0)
		task_remove(task, table, &sum);
	else
		task_save(task, table, &sum);
}
