#include "services/opsmesh/dispute_sum.h"

#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>

/* What is folded, and what it rests on. */
struct fold {
	struct arena *arena;
	const struct told_list *facts;
	const struct told_list *billing;
	struct dispute_sum *sum;
};

static void object(struct fold *fold, const char *problem)
{
	if (fold->sum->problem_count < DISPUTE_PROBLEMS_MAX)
		fold->sum->problems[fold->sum->problem_count++] = problem;
}

const Opsmesh__V1__DisputeEvent *dispute_event(const struct told *told, const char *case_id)
{
	const void *const message = told->message;
	const Opsmesh__V1__DisputeEvent *const event = message;

	return told->topic == OPS_DISPUTES && !told->dead && message != NULL &&
	               text_equal(event->case_id, case_id)
	           ? event
	           : NULL;
}

/* Money. */

static bool same_money(const Opsmesh__V1__Money *one, const Opsmesh__V1__Money *other)
{
	const int64_t a = one == NULL ? 0 : one->minor;
	const int64_t b = other == NULL ? 0 : other->minor;

	return a == b && (a == 0 || text_equal(one->currency, other->currency));
}

static const char *amount(const struct fold *fold, const Opsmesh__V1__Money *money)
{
	return money == NULL
	           ? "nothing"
	           : arena_printf(fold->arena, "%" PRId64 " %s", money->minor, money->currency);
}

/* The billing fact of that id; NULL: nobody said it. */
static const Opsmesh__V1__BillingEvent *find_billing(const struct fold *fold, const char *id)
{
	for (size_t i = 0; i < fold->billing->count; i++) {
		const struct told *const told = &fold->billing->list[i];
		const void *const message = told->message;

		if (told->topic == OPS_BILLING && message != NULL &&
		    text_equal(told_id(fold->arena, told), id))
			return message;
	}
	return NULL;
}

/* A fact that came from another place than billing's own rests on its id alone. */
static void check_source(struct fold *fold, const Opsmesh__V1__CaseFundsMoved *fact, bool back)
{
	const Opsmesh__V1__BillingEvent *event;
	const Opsmesh__V1__DisputeFundsMoved *said;

	if (fold->billing == NULL)
		return;
	event = find_billing(fold, fact->billing_id);
	if (event == NULL ||
	    event->fact_case != (back ? OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED
	                              : OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN)) {
		object(fold, arena_printf(fold->arena,
		                          "transaction %s rests on the billing fact %s, which "
		                          "nobody said",
		                          fact->transaction_id, fact->billing_id));
		return;
	}
	said = event->dispute_funds_withdrawn;
	if (!text_equal(said->transaction_id, fact->transaction_id) ||
	    !same_money(said->amount, fact->amount) || !same_money(said->fee, fact->fee))
		object(fold,
		       arena_printf(fold->arena,
		                    "transaction %s moved %s with a fee of %s by billing, and "
		                    "%s with %s by the case",
		                    fact->transaction_id, amount(fold, said->amount),
		                    amount(fold, said->fee), amount(fold, fact->amount),
		                    amount(fold, fact->fee)));
}

static const char *transaction_of(const Opsmesh__V1__DisputeEvent *event)
{
	return event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_WITHDRAWN ||
	               event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_REINSTATED
	           ? event->funds_withdrawn->transaction_id
	           : NULL;
}

/* Each transaction counts once. */
static bool came_before(const struct fold *fold, size_t at, const Opsmesh__V1__DisputeEvent *event)
{
	for (size_t i = 0; i < at; i++) {
		const Opsmesh__V1__DisputeEvent *const other =
		    dispute_event(&fold->facts->list[i], event->case_id);
		const char *const id = other == NULL ? NULL : transaction_of(other);

		if (id != NULL && text_equal(id, transaction_of(event)))
			return true;
	}
	return false;
}

static void add(struct fold *fold, struct running *running, const Opsmesh__V1__Money *money)
{
	int64_t now;

	if (money != NULL && !running_add(running, money->currency, money->minor, &now))
		object(fold, "the sum of its money is beyond 64 bits");
}

static void take_funds(struct fold *fold, size_t at, const Opsmesh__V1__DisputeEvent *event)
{
	const Opsmesh__V1__CaseFundsMoved *const fact = event->funds_withdrawn;
	const bool back = event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_REINSTATED;

	if (came_before(fold, at, event))
		object(fold, arena_printf(fold->arena, "transaction %s is told twice",
		                          fact->transaction_id));
	add(fold, back ? &fold->sum->reinstated : &fold->sum->withdrawn, fact->amount);
	add(fold, &fold->sum->fees, fact->fee);
	check_source(fold, fact, back);
}

/* The sum of the currency that came first, which is the one that is kept; what says else is a problem. */
static void check_kept(struct fold *fold, const struct running *running,
                       const Opsmesh__V1__Money *kept, const char *who, const char *what)
{
	const int64_t sum = running->count == 0 ? 0 : running->sums[0].minor;
	const char *const currency = running->count == 0 ? "" : running->sums[0].currency;

	if ((kept == NULL && running->count == 0) ||
	    (kept != NULL && kept->minor == sum &&
	     (running->count == 0 ? kept->minor == 0 : text_equal(kept->currency, currency))))
		return;
	object(fold, arena_printf(fold->arena, "%s has %s %s, and its facts %" PRId64 " %s", who,
	                          amount(fold, kept), what, sum, currency));
}

static void take_move(struct fold *fold, const Opsmesh__V1__CaseMoved *fact)
{
	const char *const who =
	    arena_printf(fold->arena, "the move to \"%s\"", fact->status_verbatim);

	check_kept(fold, &fold->sum->withdrawn, fact->withdrawn, who, "withdrawn");
	check_kept(fold, &fold->sum->reinstated, fact->recovered, who, "reinstated");
}

/* The deadline. */

static struct instant instant_of(const Google__Protobuf__Timestamp *stamp)
{
	struct instant at;

	return stamp != NULL && proto_instant(stamp, &at) ? at : TIME_MIN;
}

static const char *time_of(const struct fold *fold, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? "none" : arena_string(fold->arena, time_format(at, text));
}

static void check_time(struct fold *fold, struct instant said, struct instant found,
                       const char *what)
{
	if (said.us != found.us)
		object(fold, arena_printf(fold->arena, "%s is %s, and by its facts %s", what,
		                          time_of(fold, said), time_of(fold, found)));
}

static void take_deadline(struct fold *fold, const Opsmesh__V1__DeadlineSet *fact, bool stands)
{
	struct dispute_sum *const sum = fold->sum;

	check_time(fold, instant_of(fact->was), sum->deadline, "the deadline before");
	sum->due_by = stands ? instant_of(fact->due_by) : TIME_MIN;
	sum->buffer = (struct duration){ stands ? fact->buffer_us : 0 };
	sum->deadline =
	    stands && sum->due_by.us != TIME_MIN.us ? time_sub(sum->due_by, sum->buffer) : TIME_MIN;
	sum->policy = stands ? fact->policy : "";
	check_time(fold, instant_of(fact->deadline), sum->deadline, "the deadline that was said");
}

static void take_near(struct fold *fold, const struct told *told,
                      const Opsmesh__V1__DeadlineApproaching *fact)
{
	check_time(fold, instant_of(fact->deadline), fold->sum->deadline,
	           "the deadline of a reminder");
	if (fold->sum->deadline.us != TIME_MIN.us &&
	    fact->left_us != time_since(told->time, fold->sum->deadline).us)
		object(fold, "what a reminder says is left is not what was left");
}

/* All. */

static void take(struct fold *fold, size_t at, const Opsmesh__V1__DisputeEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_WITHDRAWN:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_REINSTATED: take_funds(fold, at, event); break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_MOVED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ESCALATED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WON:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_LOST:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_LATE_WON:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PARTIALLY_RECOVERED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WITHDRAWN:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PREVENTED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_CLOSED_UNANSWERED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PLACED: take_move(fold, event->moved); break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_SET:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MOVED:
		take_deadline(fold, event->deadline_set, true);
		break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_WITHDRAWN:
		take_deadline(fold, event->deadline_withdrawn, false);
		break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_REMINDER_DUE:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_APPROACHING:
		take_near(fold, &fold->facts->list[at], event->reminder_due);
		break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED:
		check_time(fold, instant_of(event->deadline_missed->deadline), fold->sum->deadline,
		           "the deadline that was missed");
		break;
	default: break;
	}
}

static void check_row(struct fold *fold, const struct dispute_row *row)
{
	const Opsmesh__V1__CaseKept *const kept = row->kept;

	if (kept == NULL) {
		object(fold, "what chargeback keeps of the case cannot be read");
		return;
	}
	check_kept(fold, &fold->sum->withdrawn, kept->withdrawn, "the row", "withdrawn");
	check_kept(fold, &fold->sum->reinstated, kept->reinstated, "the row", "reinstated");
	check_time(fold, row->deadline, fold->sum->deadline, "the deadline of the row");
	if (fold->sum->deadline.us != TIME_MIN.us)
		check_time(fold, row->due_by, fold->sum->due_by, "due_by of the row");
}

void dispute_sum_make(struct arena *arena, const struct told_list *facts,
                      const struct told_list *billing, const struct dispute_row *row,
                      struct dispute_sum *sum)
{
	struct fold fold = { arena, facts, billing, sum };

	*sum = (struct dispute_sum){ .due_by = TIME_MIN, .deadline = TIME_MIN, .policy = "" };
	for (size_t i = 0; i < facts->count; i++) {
		const Opsmesh__V1__DisputeEvent *const event =
		    dispute_event(&facts->list[i], row->case_id);

		if (event != NULL)
			take(&fold, i, event);
	}
	check_row(&fold, row);
}
