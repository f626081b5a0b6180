/*
 * money_dispute_test - a dispute counts once, whatever it went through; accounts are a level by tier and region.
 */
#include "common/base/packed.h"
#include "common/base/text.h"
#include "services/kpi-aggregator/money/account.h"
#include "services/kpi-aggregator/money/dispute.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/observed.h"
#include "tests/support/told_fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FACTS_MAX 6

struct story {
	const char *name;
	const char *facts[FACTS_MAX];
	const char *observed;
};

static const Opsmesh__V1__DisputeEvent *dispute(const char *line)
{
	return told_fact(arena, &opsmesh__v1__dispute_event__descriptor,
	                 arena_printf(arena, "account_id=acct_1 case_id=case/acct_1/dp_1 %s",
	                              line));
}

#define OPENED(at, stage_, state_)                                                              \
	"occurred_at=" at " opened.stage=CASE_STAGE_" stage_ " opened.state=CASE_STATE_" state_ \
	" opened.reason=fraudulent opened.network=visa opened.amount=900USD "                   \
	"opened.created_at=3"
#define MOVED(at, fact, stage_, state_) \
	"occurred_at=" at " " fact ".stage=CASE_STAGE_" stage_ " " fact ".state=CASE_STATE_" state_
#define CASE_OF(status) \
	"dispute 1 USD account=acct_1 status=" status " reason=fraudulent network=visa "

static void a_dispute_counts_once(void **state)
{
	static const struct story stories[] = {
		{ "one that needs a response",
		  { OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE") },
		  CASE_OF("needs_response") "stage=chargeback at=3 minor=900 open\n" },
		{ "one that was answered and won",
		  { OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE"),
		    "occurred_at=8 submission_observed.submission_count=1",
		    MOVED("8", "moved", "CHARGEBACK", "UNDER_REVIEW"),
		    MOVED("90", "won", "CHARGEBACK", "WON") },
		  CASE_OF("won") "stage=chargeback at=3 decided_at=90 minor=900 answered won "
		                 "decided\n" },
		{ "one that nobody answered is lost",
		  { OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE"),
		    "occurred_at=50 deadline_missed.stage=CASE_STAGE_CHARGEBACK",
		    MOVED("90", "closed_unanswered", "CHARGEBACK", "CLOSED_UNANSWERED") },
		  CASE_OF("closed_unanswered") "stage=chargeback at=3 decided_at=90 minor=900 "
		                               "breached decided\n" },
		{ "a late win changes the outcome and not the time",
		  { OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE"),
		    MOVED("90", "lost", "CHARGEBACK", "LOST"),
		    MOVED("200", "late_won", "CHARGEBACK", "LATE_WON") },
		  CASE_OF(
		      "late_won") "stage=chargeback at=3 decided_at=90 minor=900 won decided\n" },
		{ "what is open again is not decided",
		  { OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE"),
		    MOVED("90", "lost", "CHARGEBACK", "LOST"),
		    MOVED("200", "moved", "CHARGEBACK", "UNDER_REVIEW") },
		  CASE_OF("under_review") "stage=chargeback at=3 minor=900 open\n" },
		{ "an inquiry is no chargeback and never decided",
		  { OPENED("5", "INQUIRY", "NEEDS_RESPONSE"),
		    MOVED("90", "closed_unanswered", "INQUIRY", "CLOSED_UNANSWERED") },
		  CASE_OF("closed_unanswered") "stage=inquiry at=3 minor=900\n" },
		{ "an inquiry that escalates is one, in its later stage",
		  { OPENED("5", "INQUIRY", "UNDER_REVIEW"),
		    MOVED("90", "escalated", "CHARGEBACK", "NEEDS_RESPONSE") },
		  CASE_OF("needs_response") "stage=chargeback at=3 minor=900 open\n" },
		{ "what was prevented never was one",
		  { OPENED("5", "INQUIRY", "UNDER_REVIEW"),
		    MOVED("90", "prevented", "CHARGEBACK", "PREVENTED") },
		  CASE_OF("prevented") "stage=prevented at=3 minor=900\n" },
		{ "what goes on under the account is nothing where it was before",
		  { OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE"),
		    MOVED("90", "placed", "CHARGEBACK", "PLACED") },
		  "" },
		{ "of what was never opened nothing is observed",
		  { MOVED("90", "won", "CHARGEBACK", "WON") },
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct bytes known = { 0 };

		print_message("%s\n", stories[i].name);
		for (size_t n = 0; n < FACTS_MAX && stories[i].facts[n] != NULL; n++)
			assert_true(subject_dispute_apply(arena, known,
			                                  dispute(stories[i].facts[n]), &known));
		assert_string_equal(observed_text(arena, &subject_dispute, known),
		                    stories[i].observed);
	}
}

static void a_warning_is_as_large_as_its_payment(void **state)
{
	static const struct story stories[] = {
		{ "one that waits",
		  { "occurred_at=5 opened.stage=CASE_STAGE_WARNING opened.network=visa",
		    "occurred_at=5 warning_triaged.amount=700JPY" },
		  "warning 1 JPY account=acct_1 status=open network=visa at=5 minor=700\n" },
		{ "one that was refunded, and disputed all the same",
		  { "occurred_at=5 opened.stage=CASE_STAGE_WARNING opened.network=visa",
		    "occurred_at=5 warning_triaged.amount=700JPY",
		    "occurred_at=7 warning_resolved.how=refunded",
		    "occurred_at=9 warning_resolved.how=disputed" },
		  "warning 1 JPY account=acct_1 status=disputed network=visa at=5 minor=700\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct bytes known = { 0 };

		print_message("%s\n", stories[i].name);
		for (size_t n = 0; n < FACTS_MAX && stories[i].facts[n] != NULL; n++)
			assert_true(subject_dispute_apply(arena, known,
			                                  dispute(stories[i].facts[n]), &known));
		assert_string_equal(observed_text(arena, &subject_dispute, known),
		                    stories[i].observed);
	}
}

static void a_later_contracts_words_count_as_open(void **state)
{
	Opsmesh__V1__DisputeEvent event;
	Opsmesh__V1__CaseOpened opened;
	struct bytes known = { 0 };

	(void)state;
	event = *dispute(OPENED("5", "CHARGEBACK", "NEEDS_RESPONSE"));
	opened = *event.opened;
	opened.stage = (Opsmesh__V1__CaseStage)77;
	opened.state = (Opsmesh__V1__CaseState)-1;
	event.opened = &opened;
	assert_true(subject_dispute_apply(arena, known, &event, &known));
	assert_string_equal(observed_text(arena, &subject_dispute, known),
	                    CASE_OF("open") "stage=chargeback at=3 minor=900 open\n");
}

static void a_case_is_found_by_its_id(void **state)
{
	(void)state;
	assert_string_equal(subject_dispute_id(dispute("occurred_at=5")), "acct_1/dp_1");
}

/* Accounts. */

static const char *told_of_account(const char *const *lines, size_t count)
{
	struct bytes known = { 0 };
	struct observations all = { .arena = arena };
	const char *text = "";

	for (size_t i = 0; i < count && lines[i] != NULL; i++)
		assert_true(subject_account_apply(
		    arena, known,
		    told_fact(arena, &opsmesh__v1__account_event__descriptor, lines[i]), &known));
	assert_true(subject_account.observe("account/acct_1", known, NULL, &all));
	for (size_t i = 0; i < all.count; i++)
		text = arena_printf(arena, "%s%s\n", text, observed_line(arena, &all.items[i]));
	return text;
}

#define DECLARED(at, number, tier, region)                                        \
	"occurred_at=" at " declared.version=" number " declared.tier=TIER_" tier \
	" declared.region=" region

static void an_account_is_one_of_its_tier_and_region(void **state)
{
	static const struct story stories[] = {
		{ "one that is declared",
		  { DECLARED("5", "1", "PRO", "JP") },
		  "account 1 tier=pro region=JP account=acct_1 at=5 change=1\n" },
		{ "what stays as it is adds nothing",
		  { DECLARED("5", "1", "PRO", "JP"), DECLARED("9", "2", "PRO", "JP") },
		  "account 1 tier=pro region=JP account=acct_1 at=5 change=1\n" },
		{ "another tier is one less and one more",
		  { DECLARED("5", "1", "PRO", "JP"), DECLARED("9", "2", "PRO", "JP"),
		    DECLARED("12", "3", "ENTERPRISE", "JP") },
		  "account 1 tier=pro region=JP account=acct_1 at=5 change=1\n"
		  "account 1- tier=pro region=JP account=acct_1 at=12 change=-1\n"
		  "account 3 tier=enterprise region=JP account=acct_1 at=12 change=1\n" },
		{ "an older declaration that comes later changes nothing",
		  { DECLARED("12", "3", "PRO", "JP"), DECLARED("5", "1", "FREE", "US") },
		  "account 3 tier=pro region=JP account=acct_1 at=12 change=1\n" },
		{ "a tier of the sender's own",
		  { "occurred_at=5 declared.version=1 declared.tier_verbatim=platinum" },
		  "account 1 tier=platinum account=acct_1 at=5 change=1\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		print_message("%s\n", stories[i].name);
		assert_string_equal(told_of_account(stories[i].facts, FACTS_MAX),
		                    stories[i].observed);
	}
}

#define OWNED(at, number, owner) \
	"occurred_at=" at " declared.version=" number " declared.owner=" owner
#define ONE "account 1 account=acct_1 at=5 change=1\n"

static void an_account_is_looked_after_by_whom_the_newest_declaration_names(void **state)
{
	static const struct story stories[] = {
		{ "one that has an owner",
		  { OWNED("5", "1", "mia") },
		  ONE "owner 1 account=acct_1 owner=mia at=5\n" },
		{ "another owner adds no account and takes none away",
		  { OWNED("5", "1", "mia"), OWNED("9", "2", "kai") },
		  ONE "owner 1 account=acct_1 owner=kai at=9\n" },
		{ "named again he looks after it since he was named first",
		  { OWNED("5", "1", "mia"), OWNED("9", "2", "mia") },
		  ONE "owner 1 account=acct_1 owner=mia at=5\n" },
		{ "an older declaration that comes later names nobody",
		  { OWNED("5", "1", "mia"), OWNED("9", "3", "kai"), OWNED("7", "2", "mia") },
		  ONE "owner 1 account=acct_1 owner=kai at=9\n" },
		{ "whom the newest does not name is gone",
		  { OWNED("5", "1", "mia"), "occurred_at=9 declared.version=2" },
		  ONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		print_message("%s\n", stories[i].name);
		assert_string_equal(told_of_account(stories[i].facts, FACTS_MAX),
		                    stories[i].observed);
	}
}

/* The bytes of an account of version 1, tier "pro" and region "JP", as they were before owners. */
static void an_account_that_was_kept_before_there_were_owners_is_read(void **state)
{
	struct observations all = { .arena = arena };
	struct buffer out = { 0 };
	struct bytes known;

	(void)state;
	pack_u8(&out, 1);
	pack_i64(&out, 0);
	pack_u8(&out, 1);
	pack_i64(&out, 1);
	pack_time(&out, (struct instant){ 5000000 });
	pack_text(&out, "pro");
	pack_text(&out, "JP");
	known = pack_end(arena, &out);
	assert_true(subject_account.observe("account/acct_1", known, NULL, &all));
	assert_int_equal(all.count, 1);
	assert_true(subject_account_apply(arena, known,
	                                  told_fact(arena, &opsmesh__v1__account_event__descriptor,
	                                            OWNED("9", "2", "mia")),
	                                  &known));
	all.count = 0;
	assert_true(subject_account.observe("account/acct_1", known, NULL, &all));
	assert_int_equal(all.count, 4);
	assert_string_equal(observed_line(arena, &all.items[3]),
	                    "owner 1 account=acct_1 owner=mia at=9");
}

static void no_more_of_an_account_is_kept_than_the_bound(void **state)
{
	struct bytes known = { 0 };
	struct observations all = { .arena = arena };

	(void)state;
	for (int i = 1; i <= ACCOUNT_VERSIONS_MAX + 3; i++) {
		const char *const line =
		    arena_printf(arena, "occurred_at=%d declared.version=%d declared.region=R%d", i,
		                 i, i % 2);

		assert_true(subject_account_apply(
		    arena, known, told_fact(arena, &opsmesh__v1__account_event__descriptor, line),
		    &known));
	}
	assert_true(subject_account.observe("account/acct_1", known, NULL, &all));
	assert_int_equal(all.count, 2 * ACCOUNT_VERSIONS_MAX - 1);
	assert_int_equal(all.left_out, 2);
}

static void foreign_bytes_are_no_subject(void **state)
{
	const struct bytes foreign = { "\x01\x02\x03", 3 };
	struct observations all = { .arena = arena };
	struct bytes changed;

	(void)state;
	assert_false(subject_dispute.observe("case/a", foreign, NULL, &all));
	assert_false(subject_account.observe("account/a", foreign, NULL, &all));
	assert_false(subject_dispute_apply(arena, foreign, dispute("occurred_at=5"), &changed));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_dispute_counts_once),
		CASE(a_warning_is_as_large_as_its_payment),
		CASE(a_later_contracts_words_count_as_open),
		CASE(a_case_is_found_by_its_id),
		CASE(an_account_is_one_of_its_tier_and_region),
		CASE(an_account_is_looked_after_by_whom_the_newest_declaration_names),
		CASE(an_account_that_was_kept_before_there_were_owners_is_read),
		CASE(no_more_of_an_account_is_kept_than_the_bound),
		CASE(foreign_bytes_are_no_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
