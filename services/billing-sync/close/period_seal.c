/*
 * The seal of a period. Its bytes (packed.h): a version, the days, the cut, how many shards passed it,
 * id and version of the policy, then each list as its size and its rows; a row is packed by itself, and the
 * rows of a list are in the order of their bytes. Where there is recurring revenue in a reporting currency, its row
 * follows, and where something was ever used that has a price, the list of what is not billed yet. The digest is over
 * the seal before and these bytes.
 */
#include "common/base/packed.h"
#include "services/billing-sync/close/period_close.h"

#include <stdlib.h>

#define VERSION 1

/* One list at hand. */
struct rows {
	struct bytes *list;
	size_t count;
};

static struct rows rows_open(struct arena *arena, size_t count)
{
	return (struct rows){ arena_zero(arena, (count + 1) * sizeof(struct bytes)), 0 };
}

static int by_bytes(const void *a, const void *b)
{
	const struct bytes *const left = a;
	const struct bytes *const right = b;

	return bytes_compare(*left, *right);
}

static void rows_pack(struct rows *rows, struct buffer *out)
{
	qsort(rows->list, rows->count, sizeof(*rows->list), by_bytes);
	pack_i64(out, (int64_t)rows->count);
	for (size_t i = 0; i < rows->count; i++)
		buffer_add(out, rows->list[i].data, rows->list[i].size);
}

static void row_end(struct arena *arena, struct rows *rows, struct buffer *row)
{
	rows->list[rows->count++] = pack_end(arena, row);
}

static void unexplained_pack(struct arena *arena, const struct period_figures *figures,
                             struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->unexplained_count);

	for (size_t i = 0; i < figures->unexplained_count; i++) {
		struct buffer row = { 0 };

		pack_text(&row, figures->unexplained[i].currency);
		pack_i64(&row, figures->unexplained[i].minor);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

static void balances_pack(struct arena *arena, const struct period_figures *figures,
                          struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->balance_count);

	for (size_t i = 0; i < figures->balance_count; i++) {
		struct buffer row = { 0 };

		pack_text(&row, figures->balances[i].account);
		pack_text(&row, figures->balances[i].currency);
		pack_i64(&row, figures->balances[i].minor);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

static void rolls_pack(struct arena *arena, const struct period_figures *figures,
                       struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->roll_count);

	for (size_t i = 0; i < figures->roll_count; i++) {
		const struct recognition_roll *const roll = &figures->rolls[i];
		struct buffer row = { 0 };

		pack_text(&row, roll->currency);
		pack_i64(&row, roll->opening);
		pack_i64(&row, roll->billed);
		pack_i64(&row, roll->recognised);
		pack_i64(&row, roll->cleared);
		pack_i64(&row, roll->closing);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

static void unbilled_pack(struct arena *arena, const struct period_figures *figures,
                          struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->unbilled_count);

	for (size_t i = 0; i < figures->unbilled_count; i++) {
		const struct unbilled_roll *const roll = &figures->unbilled[i];
		struct buffer row = { 0 };

		pack_text(&row, roll->currency);
		pack_i64(&row, roll->opening);
		pack_i64(&row, roll->used);
		pack_i64(&row, roll->billed);
		pack_i64(&row, roll->closing);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

static void line_pack(struct buffer *out, const struct recurring_line *line)
{
	pack_text(out, line->currency);
	pack_i64(out, line->starting);
	for (size_t k = 0; k < RECURRING_KINDS; k++)
		pack_i64(out, line->moved[k]);
	pack_i64(out, line->ending);
}

static void mrr_pack(struct arena *arena, const struct period_figures *figures, struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->mrr_count);

	for (size_t i = 0; i < figures->mrr_count; i++) {
		struct buffer row = { 0 };

		line_pack(&row, &figures->mrr[i]);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

static void disputes_pack(struct arena *arena, const struct period_figures *figures,
                          struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->dispute_count);

	for (size_t i = 0; i < figures->dispute_count; i++) {
		struct buffer row = { 0 };

		pack_text(&row, figures->disputes[i].id);
		pack_text(&row, figures->disputes[i].currency);
		pack_i64(&row, figures->disputes[i].minor);
		if (figures->disputes[i].more > 0)
			pack_i64(&row, figures->disputes[i].more);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

static void rates_pack(struct arena *arena, const struct period_figures *figures,
                       struct buffer *out)
{
	struct rows rows = rows_open(arena, figures->rate_count);

	for (size_t i = 0; i < figures->rate_count; i++) {
		struct buffer row = { 0 };

		pack_text(&row, figures->rates[i].currency);
		pack_text(&row, figures->rates[i].document);
		pack_u8(&row, figures->rates[i].frozen);
		row_end(arena, &rows, &row);
	}
	rows_pack(&rows, out);
}

void close_seal(struct arena *arena, const struct period_figures *figures,
                const struct close_policy *policy, const uint8_t before[static DIGEST_SIZE],
                uint8_t seal[static DIGEST_SIZE])
{
	struct buffer out = { 0 };

	buffer_add(&out, before, DIGEST_SIZE);
	pack_u8(&out, VERSION);
	pack_i64(&out, figures->period.first_day);
	pack_i64(&out, figures->period.end_day);
	pack_time(&out, figures->cut);
	pack_i64(&out, (int64_t)figures->shards_expected);
	pack_text(&out, policy->head.id);
	pack_i64(&out, policy->head.version);
	unexplained_pack(arena, figures, &out);
	balances_pack(arena, figures, &out);
	rolls_pack(arena, figures, &out);
	mrr_pack(arena, figures, &out);
	disputes_pack(arena, figures, &out);
	rates_pack(arena, figures, &out);
	if (figures->reported.currency[0] != '\0')
		line_pack(&out, &figures->reported);
	if (figures->unbilled_count > 0)
		unbilled_pack(arena, figures, &out);
	digest_sha256((struct bytes){ out.data, out.size }, seal);
	buffer_finish(&out);
}
