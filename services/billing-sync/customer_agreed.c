#include "services/billing-sync/customer_agreed.h"

#include "common/base/text.h"
#include "services/billing-sync/customer_seat.h"
#include "services/billing-sync/policies.h"

#include <string.h>

#define CAUSE "never_billed"
#define PERIOD \
	DAYS(31) /* no contract says its rhythm: most bill by the month, others at its start */

/* By the rules of when its first period ends. False: it is not missed. */
static bool find_due(struct task *task, const struct seat_contract *contract, struct instant *due)
{
	const struct instant end = time_add(contract->from, PERIOD);
	const struct duration after = policies_invoice(task, end)->never_billed_after;

	*due = time_add(end, after);
	return after.us > 0 && !time_before(contract->until, end);
}

static const char *key_of(struct customer *it, const char *contract)
{
	return arena_printf(it->task->arena, "%s/%s", it->row.customer_id, contract);
}

/* Those with a case: a text of ids, each with a line feed behind it. */

static bool is_missed(const struct customer *it, const char *id)
{
	const char *const list = it->row.missed != NULL ? it->row.missed : "";
	const size_t size = strlen(id);

	for (const char *at = list; *at != '\0'; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") == size && memcmp(at, id, size) == 0)
			return true;
	return false;
}

static void remember(struct customer *it, const char *id, bool missed)
{
	struct arena *const arena = it->task->arena;
	const char *rest = missed ? arena_printf(arena, "%s\n", id) : "";

	for (const char *at = it->row.missed != NULL ? it->row.missed : ""; *at != '\0';
	     at += strcspn(at, "\n") + 1) {
		const char *const one = arena_text(arena, at, strcspn(at, "\n"));

		if (!text_equal(one, id))
			rest = arena_printf(arena, "%s%s\n", rest, one);
	}
	it->row.missed = *rest != '\0' ? rest : NULL;
	task_save(it->task, &customer_table, &it->row);
}

static enum status settle(struct customer *it, const char *id)
{
	remember(it, id, false);
	return customer_clear(it, CAUSE, id, id);
}

static enum status observe(struct customer *it, const struct seat_contract *contract)
{
	const int64_t worth =
	    contract->has_unit
		? invoice_decimal_times(invoice_decimal_of(contract->unit), contract->quantity)
		: 0;
	struct finding finding = {
		.cause = CAUSE,
		.root = contract->id,
		.evidence = { .object = contract->id, .expected = worth != 0 ? worth : 1 },
		.sentence =
		    arena_printf(it->task->arena,
		                 "Contract %s is in force for a month, and no invoice bills it.",
		                 contract->id),
	};

	if (worth != 0)
		memcpy(finding.evidence.currency, contract->currency, sizeof(contract->currency));
	remember(it, contract->id, true);
	return customer_observe(it, &finding);
}

/* What others call. */

static const struct seat_contract *find(const struct seat_contract *contracts, size_t count,
                                        const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(contracts[i].id, id))
			return &contracts[i];
	return NULL;
}

enum status customer_agreed(struct customer *it, const struct seat_contract *contracts,
                            size_t count)
{
	struct task *const task = it->task;
	const char *const missed = it->row.missed != NULL ? it->row.missed : "";
	struct instant due;

	for (size_t i = 0; i < count; i++)
		if (find_due(task, &contracts[i], &due))
			task_timer_set(task, CUSTOMER_TIMER_AGREED, key_of(it, contracts[i].id),
			               due);
	for (const char *at = missed; *at != '\0'; at += strcspn(at, "\n") + 1) {
		const char *const id = arena_text(task->arena, at, strcspn(at, "\n"));

		if (find(contracts, count, id) == NULL)
			TRY(settle(it, id));
	}
	return STATUS_OK;
}

enum status customer_agreed_billed(struct customer *it, const struct seat_book *book,
                                   const struct seat_contract *contracts, size_t count)
{
	for (size_t i = 0; it->row.missed != NULL && i < count; i++)
		if (is_missed(it, contracts[i].id) && seat_book_bills(book, &contracts[i]))
			TRY(settle(it, contracts[i].id));
	return STATUS_OK;
}

static enum status is_billed(struct customer *it, const struct seat_contract *contract,
                             bool *billed)
{
	struct task *const task = it->task;
	struct seat_book *const book = arena_zero(task->arena, sizeof(*book));

	*billed = false;
	for (const char *at = it->row.books != NULL ? it->row.books : ""; *at != '\0' && !*billed;
	     at += strcspn(at, "\n") + 1) {
		struct book_row row = { .customer_id = it->row.customer_id,
			                .subscription_id =
			                    arena_text(task->arena, at, strcspn(at, "\n")) };

		if (!task_load(task, &book_table, &row))
			continue;
		*book = (struct seat_book){ .item_count = 0 };
		if (!seat_book_decode(task->arena, row.body, book))
			return task_fail(task, STATUS_FATAL,
			                 "seats of %s: their row cannot be read",
			                 row.subscription_id);
		*billed = seat_book_bills(book, contract);
	}
	return STATUS_OK;
}

enum status customer_on_agreed(struct task *task, const char *key)
{
	const struct customer_timer timer = customer_timer_of(task, key);
	struct customer it = { .task = task,
		               .cause_id = "",
		               .at = task->due,
		               .row = { .customer_id = timer.customer } };
	const struct seat_contract *contracts = NULL;
	const struct seat_contract *contract;
	size_t count = 0;
	bool billed;

	(void)task_load(task, &customer_table, &it.row);
	if (it.row.agreed.size > 0 &&
	    !seat_contracts_decode(task->arena, it.row.agreed, &contracts, &count))
		return task_fail(task, STATUS_FATAL, "customer %s: its contracts cannot be read",
		                 timer.customer);
	contract = find(contracts, count, timer.about);
	if (contract == NULL)
		return STATUS_OK;
	TRY(is_billed(&it, contract, &billed));
	return billed ? STATUS_OK : observe(&it, contract);
}

void customer_need_agreed(struct task *task, const char *key)
{
	task_need(task, &customer_table,
	          &(struct customer_row){ .customer_id = customer_timer_of(task, key).customer });
}
