/*
 * check - what billing-sync knows of the model company against what happened: the mirror object by object, the
 * books customer by customer, what each brings a month, and what does not add up.
 */
#include "tests/company/company.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/object/object.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAST_DUE_S (INT64_C(62) * 24 * 3600) /* the policy mrr/standard */
#define SHOWN_MAX 12                         /* lines of what differs */

static int shown;

void company_differ(const char *format, ...)
{
	va_list arguments;

	if (shown++ >= SHOWN_MAX)
		return;
	printf("# ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

/* Rows. */

/* For each row of a table that any shard of a stage has. */
void company_each_row(struct world *world, const char *stage, const struct state_table *table,
                      void *row, void (*tell)(const void *row))
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		struct image *const image = &world->store.images[i];

		if (!text_equal(image->stage->name, stage))
			continue;
		for (size_t at = 0; image_next_row(image, table, &at, row);)
			tell(row);
	}
}

bool company_is_refused(const struct told *told)
{
	return company.settings.refused && told != NULL && text_equal(told->truth->currency, "UGX");
}

bool company_is_known(const struct told *told)
{
	return told->lost_count == 0 && !company_is_refused(told);
}

struct told *company_told(const char *customer)
{
	return customer != NULL ? map_get(&company.by_id, bytes_of(customer)) : NULL;
}

static int64_t refused;

/* The mirror. */

static int64_t mirrored;
static int64_t mirror_wrong;

static const struct model_state *final_state(const struct told *told, const char *id)
{
	for (size_t i = 0; i < told->truth->state_count; i++)
		if (told->truth->states[i].stands &&
		    text_equal(told->truth->states[i].object_id, id))
			return &told->truth->states[i];
	return NULL;
}

static bool same_body(const struct model_state *state, struct bytes body)
{
	AUTO_JSON expected = NULL;
	AUTO_JSON found = NULL;
	struct json_error error;

	return json_parse(bytes_of(state->object), (size_t)1 << 20, &expected, &error) &&
	       json_parse(body, (size_t)1 << 20, &found, &error) &&
	       json_equal(expected, found) == 1;
}

static void tell_object(const void *data)
{
	const struct object_row *const row = data;
	const struct told *const told = map_get(&company.objects, bytes_of(row->object_id));
	const struct model_state *state;

	if (told == NULL || row->revision == 0)
		return;
	mirrored++;
	state = final_state(told, row->object_id);
	if (state != NULL && text_equal(state->status, row->status != NULL ? row->status : "") &&
	    same_body(state, row->body))
		return;
	mirror_wrong++;
	company_differ("%s: %s stands, not %s", row->object_id,
	               row->status != NULL ? row->status : "-",
	               state != NULL ? state->status : "-");
}

/* The books. */

/* When it is earned, and what was so when it went back, is not the provider's to say: one here. */
static const char *group_of(const char *account)
{
	static const char *const earned[] = { "deferred_revenue", "refunds", "disputes", NULL };

	return text_among(earned, account) ? "revenue" : account;
}

static void add_sum(struct model_sum *sums, size_t *count, const char *account,
                    const char *currency, int64_t minor)
{
	size_t at = 0;

	while (at < *count && !(text_equal(sums[at].account, group_of(account)) &&
	                        text_equal(sums[at].currency, currency)))
		at++;
	if (at == MODEL_SUMS_MAX)
		return;
	if (at == *count)
		sums[(*count)++] =
		    (struct model_sum){ arena_string(company.arena, group_of(account)),
			                arena_string(company.arena, currency), 0 };
	sums[at].minor += minor;
}

static struct model_sum whole[MODEL_SUMS_MAX]; /* all accounts as one, by currency */
static size_t whole_count;
static int64_t booked;

void company_tell_sum(struct told *told, const struct entry_row *row)
{
	booked++;
	add_sum(whole, &whole_count, "all", row->currency, row->minor);
	if (told == NULL)
		return;
	if (told->found_count == MODEL_SUMS_MAX)
		told->beyond = true;
	add_sum(told->found, &told->found_count, row->account, row->currency, row->minor);
}

static void tell_entry(const void *data)
{
	const struct entry_row *const row = data;

	company_tell_sum(company_told(row->customer_id), row);
}

static int64_t sum_of(const struct model_sum *sums, size_t count, const struct model_sum *which)
{
	int64_t minor = 0;

	for (size_t i = 0; i < count; i++)
		if (text_equal(group_of(sums[i].account), group_of(which->account)) &&
		    text_equal(sums[i].currency, which->currency))
			minor += sums[i].minor;
	return minor;
}

/* Both ways: what is there on one side alone is a difference too. */
bool company_same_books(const struct told *told, bool say)
{
	const struct model_customer *const truth = told->truth;
	bool same = !told->beyond;

	for (size_t side = 0; side < 2; side++) {
		const struct model_sum *const sums = side == 0 ? truth->sums : told->found;
		const size_t count = side == 0 ? truth->sum_count : told->found_count;

		for (size_t i = 0; i < count; i++) {
			const int64_t expected = sum_of(truth->sums, truth->sum_count, &sums[i]);
			const int64_t found = sum_of(told->found, told->found_count, &sums[i]);

			if (expected == found)
				continue;
			same = false;
			if (say)
				company_differ("%s: %s %s is %" PRId64 ", not %" PRId64, truth->id,
				               sums[i].account, sums[i].currency, found, expected);
		}
	}
	return same;
}

/* What it brings a month, and what does not add up. */

static int64_t sign_of(Opsmesh__V1__RecurringMove move)
{
	return move == OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CONTRACTION ||
	               move == OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CHURN
	           ? -1
	           : 1;
}

static void tell_moved(const Opsmesh__V1__BillingEvent *event)
{
	struct told *const told = company_told(event->customer_id);
	const Opsmesh__V1__RecurringMoved *const moved = event->recurring_moved;

	if (told == NULL)
		return;
	if (moved->amount == NULL || !text_equal(moved->amount->currency, told->truth->currency))
		told->beyond = true;
	else
		told->mrr += sign_of(moved->move) * moved->amount->minor;
}

/* What is missing was asked for, or something was not understood. */
static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	struct told *told = NULL;

	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_FETCH_REQUESTED) {
		told = map_get(&company.objects, bytes_of(event->fetch_requested->object_id));
		if (told != NULL && company_is_lost(told, event->fetch_requested->object_id))
			told->asked = true;
	}
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED)
		tell_moved(event);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED &&
	    !company_is_refused(company_told(event->customer_id))) {
		company_differ("%s is refused: %s %s", event->object_refused->object_id,
		               event->object_refused->field, event->object_refused->reason);
		refused++;
	}
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_REFUSED) {
		company_differ("%s is refused: %s %s", event->usage_refused->event_id,
		               event->usage_refused->field, event->usage_refused->reason);
		refused++;
	}
}

void company_each_fact(struct world *world, void (*tell)(const Opsmesh__V1__BillingEvent *event))
{
	struct arena *const arena = arena_create((size_t)64 * 1024);
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];

			if (fact->topic != OPS_BILLING || fact->dead_letter ||
			    !proto_unpack(arena, &opsmesh__v1__billing_event__descriptor,
			                  fact->message, &message, problem))
				continue;
			tell((const void *)message);
			arena_reset(arena);
		}
	arena_destroy(arena);
}

/* Half up, once for all that are not left out: a bit for each. */
static int64_t month_of(const struct model_customer *truth, size_t without)
{
	int64_t parts = 0;

	for (size_t i = 0; i < truth->brought_count; i++)
		parts += (without >> i & 1) == 0 ? truth->brought[i].parts : 0;
	return (2 * parts + truth->brought_in) / (2 * truth->brought_in);
}

static size_t long_ago_of(const struct model_customer *truth)
{
	size_t which = 0;

	for (size_t i = 0; i < truth->brought_count; i++) {
		const int64_t since_s = truth->brought[i].past_due_s;

		if (since_s > 0 && company.end_s - since_s > PAST_DUE_S)
			which |= (size_t)1 << i;
	}
	return which;
}

/*
 * What is past due for longer than the policy says brings nothing. Where nothing but an upload told of it, it is so
 * since the upload.
 */
static bool same_month(const struct told *told)
{
	const size_t count = told->truth->brought_count;
	const size_t all = ((size_t)1 << count) - 1;
	const size_t long_ago = long_ago_of(told->truth);

	for (size_t without = 0; without <= all; without++)
		if ((without & ~long_ago) == 0 && (without == long_ago || told->blurred) &&
		    told->mrr == month_of(told->truth, without))
			return true;
	return false;
}

static bool expects_cause(const struct told *told, const char *cause)
{
	for (size_t i = 0; i < told->truth->case_count; i++)
		if (text_equal(told->truth->cases[i].cause, cause))
			return true;
	return false;
}

static void tell_case(const void *data)
{
	const struct case_row *const row = data;
	struct told *const told = company_told(row->customer_id);

	if (told == NULL || !text_equal(row->state, "open"))
		return;
	told->asked = told->asked || !expects_cause(told, row->cause);
	if (told->cause_count < MODEL_CASES_MAX)
		told->causes[told->cause_count++] = arena_string(company.arena, row->cause);
}

static bool has_cause(const struct told *told, const char *cause)
{
	for (size_t i = 0; i < told->cause_count; i++)
		if (text_equal(told->causes[i], cause))
			return true;
	return false;
}

/*
 * Since when a subscription is as it is tells the event of that state alone: where it was uploaded, the days are not
 * those of the invoices.
 */
static bool is_for_want(const struct told *told, const char *cause)
{
	static const char *const causes[] = { "seats_billed",   "seats_assigned",
		                              "price_billed",   "period_gap",
		                              "period_overlap", "contract_quantity",
		                              "contract_price", NULL };

	return told->blurred && text_among(causes, cause);
}

static bool same_cases(const struct told *told)
{
	bool same = true;

	for (size_t i = 0; i < told->truth->case_count; i++) {
		const char *const cause = told->truth->cases[i].cause;

		if (has_cause(told, cause) || is_for_want(told, cause))
			continue;
		company_differ("%s: no %s is open", told->truth->id, cause);
		same = false;
	}
	for (size_t i = 0; i < told->cause_count; i++)
		if (!expects_cause(told, told->causes[i]) && !is_for_want(told, told->causes[i])) {
			company_differ("%s: a %s is open, and nothing is wrong", told->truth->id,
			               told->causes[i]);
			same = false;
		}
	return same;
}

/* Cases. */

int company_say(const char *what, int64_t wrong, int64_t of)
{
	printf("%s company: %s", wrong == 0 ? "ok" : "FAIL", what);
	if (wrong == 0)
		printf(" (%" PRId64 ")\n", of);
	else
		printf(": %" PRId64 " of %" PRId64 " do not\n", wrong, of);
	shown = 0;
	return wrong != 0;
}

static void gather(struct world *world)
{
	struct object_row object;
	struct entry_row entry;
	struct case_row one;

	company_each_row(world, "object", &object_table, &object, tell_object);
	company_each_row(world, "customer", &entry_table, &entry, tell_entry);
	company_each_fact(world, tell_fact);
	company_each_row(world, "customer", &case_table, &one, tell_case);
}

static int check_whole(void)
{
	int64_t wrong = 0;

	for (size_t i = 0; i < whole_count; i++)
		if (whole[i].minor != 0) {
			company_differ("all of %s come to %" PRId64, whole[i].currency,
			               whole[i].minor);
			wrong++;
		}
	return company_say("the lines of the ledger are zero in each currency", wrong, booked);
}

static int check_customers(void)
{
	int64_t known = 0, books = 0, revenue = 0, cases = 0;
	int failed;

	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct told *const told = &company.told[i];

		if (!company_is_known(told) || (told->blurred && told->truth->used_unbilled))
			continue;
		known++;
		books += !company_same_books(told, true);
	}
	failed = company_say("each customer's books say what happened", books, known);
	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct told *const told = &company.told[i];

		if (!company_is_known(told) || same_month(told))
			continue;
		company_differ("%s: %" PRId64 " a month, not %" PRId64, told->truth->id, told->mrr,
		               month_of(told->truth, long_ago_of(told->truth)));
		revenue++;
	}
	failed +=
	    company_say("each customer brings a month what it has subscribed to", revenue, known);
	for (int64_t i = 0; i < company.settings.customers; i++)
		cases += company_is_known(&company.told[i]) && !same_cases(&company.told[i]);
	return failed +
	       company_say("discrepancies are what is wrong, and nothing else", cases, known);
}

/* What never came is known to be missing wherever the books are others without it. */
static int check_lost(void)
{
	int64_t silent = 0, lost = 0;

	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct told *const told = &company.told[i];

		if (told->lost_count == 0 || company_same_books(told, false))
			continue;
		lost++;
		if (told->asked)
			continue;
		silent++;
		company_differ("%s: nobody misses %s", told->truth->id, told->lost[0]);
	}
	return company_say("what never comes is a discrepancy or was asked for", silent, lost);
}

int company_check(struct world *world)
{
	int failed;

	gather(world);
	failed = company_say("nothing that the provider and the product say is refused", refused,
	                     company.sent);
	failed += company_say("each object stands as it was in the end", mirror_wrong, mirrored);
	failed += check_whole();
	failed += check_customers();
	failed += company_check_debts(world);
	failed += company_check_bank(world);
	failed += company_check_revenue(world);
	if (!company.settings.refused) /* its movements have no amounts */
		failed += company_check_rates(world);
	failed += company_check_usage(world);
	failed += company_check_refused(world);
	failed += company_check_funds(world);
	return failed + check_lost();
}
