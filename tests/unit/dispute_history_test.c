/*
 * dispute_history_test - disputes with a known truth, told in orders that the mirror can produce, and asked of by three people.
 *
 * The states of a dispute come in their order, each perhaps twice, some left out (never an end); its money comes at any
 * time, each transaction perhaps twice; people ask at any time. The shard is restarted and cut anywhere. Whatever comes of it,
 * the end is the truth's, and no answer is asked for that two people did not approve.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/chance.h"

#define HISTORIES 400
#define STEPS 40

static const char *const people[] = { "mika", "ken", "aya" };
static const char *const digests[] = { "D1", "D2" };

struct truth {
	const char *const *states; /* ended by NULL */
	int64_t money[4];
	const char *end;
};

static const char *const won[] = { "needs_response", "under_review", "won", NULL };
static const char *const lost[] = { "needs_response", "under_review", "lost", NULL };
static const char *const late_won[] = { "needs_response", "under_review", "lost", "won", NULL };
static const char *const withdrawn[] = { "warning_needs_response", "warning_under_review",
	                                 "warning_closed", NULL };
static const char *const escalated[] = { "warning_needs_response",
	                                 "warning_under_review",
	                                 "needs_response",
	                                 "under_review",
	                                 "lost",
	                                 "won",
	                                 NULL };
static const char *const prevented[] = { "warning_needs_response", "prevented", NULL };
static const struct truth truths[] = {
	{ won, { 10000, -10000 }, "won" },
	{ lost, { 10000 }, "lost" },
	{ lost, { 10000, -2000 }, "partially_recovered" },
	{ late_won, { 10000, -2000, -8000 }, "late_won" },
	{ withdrawn, { 0 }, "inquiry_closed" },
	{ escalated, { 10000, -10000 }, "late_won" },
	{ prevented, { 0 }, "prevented" },
};

struct history {
	struct chance chance;
	const struct truth *truth;
	struct instant at;
	size_t told;   /* states of the truth */
	size_t moved;  /* transactions */
	int64_t count; /* submissions at the provider */
	int64_t asked; /* by people */
};

static const char *stamp(struct history *it)
{
	char text[TIME_TEXT_SIZE];

	it->at = time_add(it->at, SECONDS(chance_between(&it->chance, 0, 90000)));
	return arena_string(dispute_stage.arena, time_format(it->at, text));
}

static const char *of(struct history *it, const char *const *list, int count)
{
	return list[chance_below(&it->chance, count)];
}

/* An inquiry or dispute that is looked at was answered: the count is then one more, and stays. */
static void tell_state(struct history *it)
{
	const char *const status = it->truth->states[it->told];
	const bool last = it->truth->states[it->told + 1] == NULL;

	it->told++;
	it->count += text_ends(status, "under_review");
	if (!last && it->told > 1 && !text_equal(status, "lost") && chance_of(&it->chance, 200))
		return;
	const struct told_dispute told = { .status = status,
		                           .due = chance_of(&it->chance, 500)
		                                      ? "2026-05-20T00:00:00Z"
		                                      : "2026-05-25T00:00:00Z",
		                           .submissions = it->count };
	const char *const at = stamp(it);

	dispute_told(at, &told);
	if (chance_of(&it->chance, 200))
		dispute_told(at, &told);
}

static void tell_money(struct history *it)
{
	/* A transaction has a time of its own, and is told when it is booked. */
	const struct instant booked =
	    time_sub(dispute_time(stamp(it)), HOURS(chance_below(&it->chance, 100)));
	char text[TIME_TEXT_SIZE];
	const char *const at = time_format(booked, text);
	const char *const id = arena_printf(dispute_stage.arena, "txn_%zu", it->moved);
	const int64_t minor = it->truth->money[it->moved++];

	for (int i = chance_below(&it->chance, 3); i >= 0; i--)
		dispute_funds(at, id, minor);
}

static void ask(struct history *it)
{
	static const char *const decisions[] = { "contest", "stage", "submit",
		                                 "submit",  "stage", "accept" };
	static const char *const closes[] = { "unstage", "accept", "ignore" };
	const char *const by = of(it, people, COUNT_OF(people));
	const char *const digest = of(it, digests, COUNT_OF(digests));

	it->asked++;
	switch (chance_below(&it->chance, 8)) {
	case 0:
		it->asked--;
		dispute_packet(stamp(it), digest);
		break;
	case 1: dispute_closed(stamp(it), by, of(it, closes, COUNT_OF(closes))); break;
	default: dispute_approved(stamp(it), by, of(it, decisions, COUNT_OF(decisions)), digest);
	}
}

static bool money_is_left(const struct history *it)
{
	return it->moved < COUNT_OF(it->truth->money) && it->truth->money[it->moved] != 0;
}

static void step(struct history *it)
{
	const int what = chance_below(&it->chance, 10);

	if (what == 0 && it->truth->states[it->told] != NULL)
		tell_state(it);
	else if (what == 1 && money_is_left(it))
		tell_money(it);
	else if (it->told > 0)
		ask(it);
	if (chance_of(&it->chance, 300))
		dispute_pass_at(it->at);
	if (chance_of(&it->chance, 50))
		dispute_restart();
}

/* Judging. */

static const Opsmesh__V1__DisputeEvent *said(size_t at)
{
	const struct fact *const fact = stage_test_fact(&dispute_stage, at);
	const ProtobufCMessage *const message = stage_test_message(&dispute_stage, fact);

	return message->descriptor == &opsmesh__v1__dispute_event__descriptor
	           ? (const void *)message
	           : NULL;
}

/* The packet that was approved last stands right before what is asked for, and was put up by another. */
static void assert_approved(size_t place, const Opsmesh__V1__SubmissionRequested *asked)
{
	struct instant at;
	struct instant due_by;
	const Opsmesh__V1__DisputeEvent *const event = said(place - 1);

	if (event == NULL) {
		fail_msg("before what is asked for stands an alert");
		return;
	}
	assert_int_equal(event->fact_case, OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_APPROVED);
	assert_string_equal(event->packet_approved->digest, asked->digest);
	assert_string_not_equal(event->packet_approved->by->principal, asked->prepared_by);
	/* Nobody says that it is meant to be late. */
	assert_true(proto_instant(event->occurred_at, &at) &&
	            proto_instant(asked->due_by, &due_by) && time_before(at, due_by));
}

static void assert_promises(const struct history *it)
{
	size_t asked[4] = { 0 };
	int64_t answered = 0;

	for (size_t i = 0; i < stage_test_fact_count(&dispute_stage); i++) {
		const Opsmesh__V1__DisputeEvent *const event = said(i);

		if (event == NULL)
			continue;
		answered += event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ACTION_APPLIED ||
		            event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ACTION_REFUSED;
		if (event->fact_case != OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED)
			continue;
		assert_true(++asked[event->submission_requested->stage] == 1);
		assert_approved(i, event->submission_requested);
	}
	assert_int_equal(answered, it->asked);
	assert_int_equal(dispute_count("funds_"), it->moved);
	assert_int_equal(dispute_count("opened"), 1);
}

static void tell_the_rest(struct history *it)
{
	while (it->truth->states[it->told] != NULL)
		tell_state(it);
	while (money_is_left(it))
		tell_money(it);
	dispute_pass_at(time_add(it->at, DAYS(60)));
}

static void the_end_is_the_truths_whatever_came_in_which_order(void **state)
{
	size_t submissions = 0;

	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history it = { .truth = &truths[seed % COUNT_OF(truths)],
			              .at = dispute_time("2026-05-01T00:00:00Z") };

		chance_seed(&it.chance, seed);
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		tell_state(&it);
		for (int i = 0; i < STEPS; i++)
			step(&it);
		tell_the_rest(&it);
		assert_promises(&it);
		if (!text_equal(dispute_row(NULL, NULL).state, it.truth->end))
			fail_msg("seed %d ends as %s, not %s", (int)seed,
			         dispute_row(NULL, NULL).state, it.truth->end);
		/* Nothing is waited for, and no alert stands. */
		assert_int_equal(dispute_count("raised"), dispute_count("resolved"));
		assert_true(dispute_row(NULL, NULL).next_due.us == TIME_MIN.us);
		submissions += dispute_count("submission_requested");
	}
	assert_true(submissions > HISTORIES / 10); /* chance does ask for some */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_end_is_the_truths_whatever_came_in_which_order,
		                                dispute_start, dispute_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
