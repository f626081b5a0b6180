/*
 * Which product a payment was for: its invoice's subscription began with it. The facts of that come in any order.
 */
#include "services/chargeback/tally/tally.h"

#include "common/base/listed.h"

#define STEPS 2 /* invoice, subscription */

static const struct column columns[] = {
	COLUMN(struct tally_link_row, id),
	COLUMN(struct tally_link_row, next),
	COLUMN(struct tally_link_row, product),
	COLUMN(struct tally_link_row, waiting),
	COLUMN_END,
};
const struct state_table tally_link_table = { .name = "tally_link",
	                                      .columns = columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct tally_link_row) };

static struct tally_link_row load(struct task *task, const char *id)
{
	struct tally_link_row row = { .id = id, .next = "", .product = "" };

	(void)task_load(task, &tally_link_table, &row);
	return row;
}

static void wait_at(struct task *task, struct tally_link_row *row, const char *payment_id)
{
	if (listed_has(row->waiting, payment_id))
		return;
	row->waiting = listed_with(task->arena, row->waiting, payment_id);
	task_save(task, &tally_link_table, row);
}

const char *tally_product_of(struct task *task, const char *invoice_id, const char *payment_id)
{
	const char *id = invoice_id;

	for (int i = 0; i < STEPS && *id != '\0'; i++) {
		struct tally_link_row row = load(task, id);

		if (*row.product != '\0')
			return row.product;
		if (*row.next == '\0')
			wait_at(task, &row, payment_id);
		id = row.next;
	}
	return "";
}

const char *tally_link(struct task *task, const char *id, const char *next, const char *product)
{
	struct tally_link_row row = load(task, id);
	const char *const waiting = row.waiting;

	if (*id == '\0' || (*next == '\0' && *product == '\0') || *row.next != '\0' ||
	    *row.product != '\0')
		return NULL;
	row.next = next;
	row.product = product;
	row.waiting = NULL;
	task_save(task, &tally_link_table, &row);
	return waiting;
}
