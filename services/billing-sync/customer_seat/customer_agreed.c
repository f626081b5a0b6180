#include "services/billing-sync/customer_seat/customer_agreed.h"

#include "common/base/text.h"
#include "services/billing-sync/customer_seat/customer_seat.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/seat/seat_agreed.h"

#include <string.h>

#define CAUSE "never_billed"
#define DATE_SIZE 10 /* 2026-12-01 */

static const char *key_of(struct customer *it, const char *contract)
{
	return arena_printf(it->task->arena, "%s/%s", it->row.customer_id, contract);
}

/* What has a case: a text, for each period the contract and its day with a tab between, and a line feed behind it. */

struct missed {
	const char *contract;
	const char *date; /* "": nothing ever billed it */
};

/* The one that *at begins with; *at is behind it then. False: there is none. */
static bool next_missed(struct arena *arena, const char **at, struct missed *missed)
{
	const size_t size = strcspn(*at, "\n");
	const char *const line = arena_text(arena, *at, size);
	const size_t id = strcspn(line, "\t");

	if (**at == '\0')
		return false;
	*missed = (struct missed){ arena_text(arena, line, id), line + id + (line[id] == '\t') };
	*at += size + ((*at)[size] == '\n');
	return true;
}

static bool is_same(const struct missed *a, const struct missed *b)
{
	return text_equal(a->contract, b->contract) && text_equal(a->date, b->date);
}

static const char *line_of(struct arena *arena, const struct missed *missed)
{
	return *missed->date == '\0'
	           ? arena_printf(arena, "%s\n", missed->contract)
	           : arena_printf(arena, "%s\t%s\n", missed->contract, missed->date);
}

static void remember(struct customer *it, const struct missed *missed, bool is)
{
	struct arena *const arena = it->task->arena;
	const char *at = it->row.missed != NULL ? it->row.missed : "";
	const char *rest = is ? line_of(arena, missed) : "";
	struct missed other;

	while (next_missed(arena, &at, &other))
		if (!is_same(&other, missed))
			rest = arena_printf(arena, "%s%s", rest, line_of(arena, &other));
	it->row.missed = *rest != '\0' ? rest : NULL;
	task_save(it->task, &customer_table, &it->row);
}

/* Of a contract whose id leaves no room the periods are one. */
static const char *object_of(struct arena *arena, const struct missed *missed)
{
	return *missed->date == '\0' ||
	               strlen(missed->contract) + 1 + DATE_SIZE > DISCREPANCY_TEXT_MAX
	           ? missed->contract
	           : arena_printf(arena, "%s/%s", missed->contract, missed->date);
}

static enum status settle(struct customer *it, const struct missed *missed)
{
	remember(it, missed, false);
	return customer_clear(it, CAUSE, missed->contract, object_of(it->task->arena, missed));
}

static struct missed missed_of(struct arena *arena, const struct seat_contract *contract,
                               const struct seat_unbilled *period)
{
	char text[TIME_TEXT_SIZE];

	return (struct missed){
		contract->id,
		period->first ? "" : arena_text(arena, time_format(period->start, text), DATE_SIZE)
	};
}

static enum status observe(struct customer *it, const struct seat_contract *contract,
                           const struct seat_unbilled *period)
{
	struct arena *const arena = it->task->arena;
	const struct missed missed = missed_of(arena, contract, period);
	struct finding finding = {
		.cause = CAUSE,
		.root = contract->id,
		.evidence = { .object = object_of(arena, &missed),
		              .expected = *period->currency != '\0' ? period->worth : 1 },
		.sentence =
		    period->first
			? arena_printf(
			      arena,
			      "Contract %s is in force for a month, and no invoice bills it.",
			      contract->id)
			: arena_printf(
			      arena, "Contract %s is in force, and no invoice bills it from %s on.",
			      contract->id, missed.date),
	};

	memcpy(finding.evidence.currency, period->currency, sizeof(period->currency));
	remember(it, &missed, true);
	return customer_observe(it, &finding);
}

/* One contract, against all books. */

static enum status books_of(struct customer *it, const struct seat_book ***books, size_t *count)
{
	struct task *const task = it->task;
	const char *const list = it->row.books != NULL ? it->row.books : "";
	size_t room = 1;

	for (const char *at = list; *at != '\0'; at++)
		room += *at == '\n';
	*books = arena_alloc(task->arena, room * sizeof(const struct seat_book *));
	*count = 0;
	for (const char *at = list; *at != '\0'; at += strcspn(at, "\n") + 1) {
		struct seat_book *const book = arena_zero(task->arena, sizeof(*book));
		struct book_row row = { .customer_id = it->row.customer_id,
			                .subscription_id =
			                    arena_text(task->arena, at, strcspn(at, "\n")) };

		if (!task_load(task, &book_table, &row))
			continue;
		if (!seat_book_decode(task->arena, row.body, book))
			return task_fail(task, STATUS_FATAL,
			                 "seats of %s: their row cannot be read",
			                 row.subscription_id);
		(*books)[(*count)++] = book;
	}
	return STATUS_OK;
}

static bool is_listed(struct arena *arena, const struct seat_contract *contract,
                      const struct seat_agreed *agreed, const struct missed *missed)
{
	for (size_t i = 0; i < agreed->count; i++) {
		const struct missed other = missed_of(arena, contract, &agreed->list[i]);

		if (is_same(&other, missed))
			return true;
	}
	return false;
}

/* Of a time whose lines were let go nobody knows more than was known. */
static bool is_let_go(struct arena *arena, const struct seat_agreed *agreed,
                      const struct missed *missed)
{
	char text[TIME_TEXT_SIZE];

	if (*missed->date == '\0')
		return false;
	return agreed->count == SEAT_AGREED_MAX ||
	       (agreed->billed &&
	        strcmp(missed->date,
	               arena_text(arena, time_format(agreed->since, text), DATE_SIZE)) < 0);
}

static enum status heal(struct customer *it, const struct seat_contract *contract,
                        const struct seat_agreed *agreed)
{
	struct arena *const arena = it->task->arena;
	const char *at = it->row.missed != NULL ? it->row.missed : "";
	struct missed missed;

	while (next_missed(arena, &at, &missed))
		if (text_equal(missed.contract, contract->id) &&
		    !is_listed(arena, contract, agreed, &missed) &&
		    !is_let_go(arena, agreed, &missed))
			TRY(settle(it, &missed));
	return STATUS_OK;
}

/* When to look at a period, by the rules of when it has passed; missed: it is due by now. TIME_MAX: no more. */
static struct instant look_at(struct customer *it, const struct seat_unbilled *period, bool *missed)
{
	const struct duration after =
	    policies_invoice(it->task, period->passed)->never_billed_after;
	const struct instant due = time_add(period->passed, after);
	const bool is_due = !time_before(it->at, due);

	*missed = after.us > 0 && is_due;
	return is_due ? TIME_MAX : due;
}

static enum status judge(struct customer *it, const struct seat_contract *contract)
{
	struct task *const task = it->task;
	struct seat_agreed *const agreed = arena_alloc(task->arena, sizeof(*agreed));
	const struct seat_book **books;
	struct instant next = TIME_MAX;
	size_t count;

	TRY(books_of(it, &books, &count));
	seat_agreed_find(task->arena, contract, books, count, it->at, agreed);
	for (size_t i = 0; i < agreed->count; i++) {
		bool missed;

		next = time_earlier(next, look_at(it, &agreed->list[i], &missed));
		if (missed)
			TRY(observe(it, contract, &agreed->list[i]));
	}
	TRY(heal(it, contract, agreed));
	if (next.us != TIME_MAX.us)
		task_timer_set(task, CUSTOMER_TIMER_AGREED, key_of(it, contract->id), next);
	return STATUS_OK;
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

static void look_soon(struct customer *it, const struct seat_contract *contracts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		task_timer_set(it->task, CUSTOMER_TIMER_AGREED, key_of(it, contracts[i].id),
		               it->task->now);
}

enum status customer_agreed(struct customer *it, const struct seat_contract *contracts,
                            size_t count)
{
	const char *at = it->row.missed != NULL ? it->row.missed : "";
	struct missed missed;

	look_soon(it, contracts, count);
	while (next_missed(it->task->arena, &at, &missed))
		if (find(contracts, count, missed.contract) == NULL)
			TRY(settle(it, &missed));
	return STATUS_OK;
}

enum status customer_agreed_billed(struct customer *it, const struct seat_book *book,
                                   const struct seat_contract *contracts, size_t count,
                                   uint64_t before)
{
	const char *at = it->row.missed != NULL ? it->row.missed : "";
	struct missed missed;

	if (seat_agreed_digest(book, contracts, count) == before)
		return STATUS_OK;
	look_soon(it, contracts, count);
	while (next_missed(it->task->arena, &at, &missed)) {
		const struct seat_contract *const contract =
		    find(contracts, count, missed.contract);

		if (*missed.date == '\0' && contract != NULL && seat_book_bills(book, contract))
			TRY(settle(it, &missed));
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

	(void)task_load(task, &customer_table, &it.row);
	if (it.row.agreed.size > 0 &&
	    !seat_contracts_decode(task->arena, it.row.agreed, &contracts, &count))
		return task_fail(task, STATUS_FATAL, "customer %s: its contracts cannot be read",
		                 timer.customer);
	contract = find(contracts, count, timer.about);
	return contract != NULL ? judge(&it, contract) : STATUS_OK;
}

void customer_need_agreed(struct task *task, const char *key)
{
	task_need(task, &customer_table,
	          &(struct customer_row){ .customer_id = customer_timer_of(task, key).customer });
}
