#include "services/kpi-aggregator/vocabulary/vocabulary.h"

#include "common/base/text.h"

#define FIELD(NAME, name_, doc_) { .name = #name_, .doc = (doc_) },
const struct vocabulary_field vocabulary_words[OBSERVATION_WORDS] = { VOCABULARY_WORDS(FIELD) };
const struct vocabulary_field vocabulary_times[OBSERVATION_TIMES] = { VOCABULARY_TIMES(FIELD) };
const struct vocabulary_field vocabulary_numbers[OBSERVATION_NUMBERS] = { VOCABULARY_NUMBERS(
    FIELD) };
const struct vocabulary_field vocabulary_marks[OBSERVATION_MARKS] = { VOCABULARY_MARKS(FIELD) };
#undef FIELD

#define W(name) (UINT64_C(1) << WORD_##name)
#define T(name) (UINT64_C(1) << TIME_##name)
#define N(name) (UINT64_C(1) << NUMBER_##name)
#define M(name) (UINT64_C(1) << MARK_##name)

/* What every observation of a ticket can be cut by. */
#define OF_TICKET                                                                              \
	(W(CHANNEL) | W(TIER) | W(REGION) | W(LANGUAGE) | W(CATEGORY) | W(INTENT) | W(QUEUE) | \
	 W(AGENT) | W(TEAM) | W(PRODUCT) | W(ACCOUNT))

const struct vocabulary_kind vocabulary_kinds[OBSERVATION_KINDS] = {
	[OBSERVATION_TICKET] = { .name = "ticket",
	                         .doc = "A ticket, once, whatever became of it.",
	                         .kept = KEPT_ROW,
	                         .words = OF_TICKET | W(STATUS),
	                         .times = T(AT) | T(OPENED_AT) | T(ASKED_AT) | T(REPLIED_AT) |
	                                  T(SOLVED_AT) | T(LAST_SOLVED_AT),
	                         .numbers = N(REPLIES) | N(CHANGE),
	                         .marks = M(BY_CUSTOMER) | M(ANSWERED) | M(SOLVED) | M(ONE_TOUCH) |
	                                  M(REOPENED) | M(REOPENED_SOON) | M(ESCALATED) |
	                                  M(BOT_REPLIED) | M(CANCELLED) },
	[OBSERVATION_REPLY] = { .name = "reply",
	                        .doc = "A wait of a customer for a public reply of a person.",
	                        .kept = KEPT_ROW,
	                        .words = OF_TICKET,
	                        .times = T(AT) | T(BEGAN_AT),
	                        .marks = M(FIRST) | M(ANSWERED) | M(CANCELLED) },
	[OBSERVATION_SOLVE] = { .name = "solve",
	                        .doc = "A ticket was solved.",
	                        .kept = KEPT_ROW,
	                        .words = OF_TICKET,
	                        .times = T(AT) | T(OPENED_AT),
	                        .marks = M(FIRST) | M(REOPENED) | M(REOPENED_SOON) },
	[OBSERVATION_REOPEN] = { .name = "reopen",
	                         .doc = "A solved ticket was reopened.",
	                         .kept = KEPT_ROW,
	                         .words = OF_TICKET,
	                         .times = T(AT) | T(BEGAN_AT),
	                         .marks = M(REOPENED_SOON) },
	[OBSERVATION_CSAT] = { .name = "csat",
	                       .doc = "A customer said how content they are.",
	                       .kept = KEPT_ROW,
	                       .words = OF_TICKET,
	                       .times = T(AT),
	                       .numbers = N(SCORE_PPM),
	                       .marks = M(SATISFIED) },
	[OBSERVATION_BACKLOG] = { .name = "backlog",
	                          .doc = "A ticket that is open at a local midnight.",
	                          .kept = KEPT_SUBJECT,
	                          .words = OF_TICKET | W(STATUS) | W(ZONE),
	                          .times = T(AT) | T(OPENED_AT),
	                          .numbers = N(AGE_US),
	                          .marks = M(WAITING) | M(UNTOUCHED) | M(PROMISED) | M(BREACHED) },
	[OBSERVATION_PROMISE] = { .name = "promise",
	                          .doc = "A clock of a ticket.",
	                          .kept = KEPT_ROW,
	                          .words = OF_TICKET | W(PROMISE),
	                          .times = T(AT) | T(BEGAN_AT),
	                          .numbers = N(SPAN_US),
	                          .marks = M(MET) | M(BREACHED) | M(CANCELLED) | M(RETROACTIVE) |
	                                   M(AGENTS) | M(OPEN) },
	[OBSERVATION_JUDGEMENT] = { .name = "judgement",
	                            .doc = "What the classifier said of a message.",
	                            .kept = KEPT_ROW,
	                            .words = OF_TICKET | W(REASON),
	                            .times = T(AT),
	                            .numbers = N(CONFIDENCE_PPM),
	                            .marks = M(ABSTAINED) | M(CORRECTED) },
	[OBSERVATION_ASSISTANCE] = { .name = "assistance",
	                             .doc = "A ticket on which a program replied.",
	                             .kept = KEPT_ROW,
	                             .words = OF_TICKET,
	                             .times = T(AT) | T(OPENED_AT),
	                             .marks = M(SOLVED) | M(ANSWERED) | M(REOPENED) },
	[OBSERVATION_PATTERN] = { .name = "pattern",
	                          .doc = "A ticket of a pattern.",
	                          .kept = KEPT_ROW,
	                          .words = W(PATTERN) | W(INTENT) | W(ACCOUNT),
	                          .times = T(AT) },
	[OBSERVATION_ACCOUNT] = { .name = "account",
	                          .doc = "An account that we know.",
	                          .kept = KEPT_ROW,
	                          .words = W(TIER) | W(REGION) | W(ACCOUNT),
	                          .times = T(AT),
	                          .numbers = N(CHANGE) },
	[OBSERVATION_PAYMENT] = { .name = "payment",
	                          .doc = "A payment, whatever became of it.",
	                          .kept = KEPT_ROW,
	                          .words = W(NETWORK) | W(REGION) | W(REASON) | W(STATUS) |
	                                   W(ACCOUNT) | W(PRODUCT),
	                          .times = T(AT) | T(BEGAN_AT),
	                          .numbers = N(MINOR),
	                          .marks = M(SUCCEEDED) | M(RECOVERED) | M(RETRIED) | M(FIRST) |
	                                   M(LAST) | M(SENT) | M(DECIDED) },
	[OBSERVATION_REFUND] = { .name = "refund",
	                         .doc = "A refund.",
	                         .kept = KEPT_ROW,
	                         .words = W(STATUS) | W(REASON) | W(ACCOUNT),
	                         .times = T(AT),
	                         .numbers = N(MINOR),
	                         .marks = M(SUCCEEDED) },
	[OBSERVATION_CREDIT] = { .name = "credit",
	                         .doc = "A credit note.",
	                         .kept = KEPT_ROW,
	                         .words = W(STATUS) | W(REASON) | W(ACCOUNT),
	                         .times = T(AT),
	                         .numbers = N(MINOR) },
	[OBSERVATION_INVOICE] = { .name = "invoice",
	                          .doc = "An invoice.",
	                          .kept = KEPT_ROW,
	                          .words = W(STATUS) | W(ACCOUNT),
	                          .times = T(AT) | T(BEGAN_AT) | T(DECIDED_AT),
	                          .numbers = N(MINOR),
	                          .marks = M(OPEN) | M(SUCCEEDED) | M(RECOVERED) | M(EXHAUSTED) },
	[OBSERVATION_DISCREPANCY] = { .name = "discrepancy",
	                              .doc = "A discrepancy of the books.",
	                              .kept = KEPT_ROW,
	                              .words = W(REASON) | W(STATUS) | W(ACCOUNT) | W(TEAM),
	                              .times = T(AT) | T(BEGAN_AT),
	                              .numbers = N(MINOR) | N(CHANGE),
	                              .marks = M(OPEN) | M(EXPLAINED) | M(FIRST) },
	[OBSERVATION_RECURRING] = { .name = "recurring",
	                            .doc = "Recurring revenue moved.",
	                            .kept = KEPT_ROW,
	                            .words = W(MOVE) | W(ACCOUNT),
	                            .times = T(AT),
	                            .numbers = N(MINOR) },
	[OBSERVATION_SEAT] = { .name = "seat",
	                       .doc = "Seats moved.",
	                       .kept = KEPT_ROW,
	                       .words = W(ACCOUNT) | W(PRODUCT),
	                       .times = T(AT),
	                       .numbers = N(UNITS) },
	[OBSERVATION_USAGE] = { .name = "usage",
	                        .doc = "Usage was taken.",
	                        .words = W(ACCOUNT) | W(PRODUCT) | W(ACCOUNT_METER),
	                        .times = T(AT),
	                        .numbers = N(UNITS) },
	[OBSERVATION_DISPUTE] = { .name = "dispute",
	                          .doc = "A dispute's case.",
	                          .kept = KEPT_ROW,
	                          .words =
	                              W(NETWORK) | W(REASON) | W(STATUS) | W(STAGE) | W(ACCOUNT),
	                          .times = T(AT) | T(DECIDED_AT),
	                          .numbers = N(MINOR),
	                          .marks =
	                              M(WON) | M(DECIDED) | M(OPEN) | M(ANSWERED) | M(BREACHED) },
	[OBSERVATION_WARNING] = { .name = "warning",
	                          .doc = "An early fraud warning.",
	                          .kept = KEPT_ROW,
	                          .words = W(NETWORK) | W(STATUS) | W(ACCOUNT),
	                          .times = T(AT),
	                          .numbers = N(MINOR) },
	[OBSERVATION_PROGRAMME] = { .name = "programme",
	                            .doc = "How a network's monitoring programme stands.",
	                            .words = W(NETWORK) | W(PROGRAMME) | W(STATUS),
	                            .times = T(AT),
	                            .numbers = N(RATIO_PPM) },
	[OBSERVATION_ENTITLEMENT] = { .name = "entitlement",
	                              .doc = "Seats that may be used became more or fewer.",
	                              .kept = KEPT_ROW,
	                              .words = W(PRODUCT) | W(ACCOUNT),
	                              .times = T(AT),
	                              .numbers = N(UNITS) },
	[OBSERVATION_RENEWAL] = { .name = "renewal",
	                          .doc = "The end of a paid time that is to come.",
	                          .kept = KEPT_ROW,
	                          .words = W(STATUS) | W(PRODUCT) | W(ACCOUNT),
	                          .times = T(AT) | T(BEGAN_AT),
	                          .numbers = N(UNITS),
	                          .marks = M(CANCELLED) },
	[OBSERVATION_OWNER] = { .name = "owner",
	                        .doc = "Who looks after an account.",
	                        .kept = true,
	                        .words = W(ACCOUNT) | W(OWNER),
	                        .times = T(AT) },
};

int vocabulary_find(const struct vocabulary_field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(fields[i].name, name))
			return (int)i;
	return -1;
}

int vocabulary_find_kind(const char *name)
{
	for (int i = 0; i < OBSERVATION_KINDS; i++)
		if (text_equal(vocabulary_kinds[i].name, name))
			return i;
	return -1;
}

struct observation observation_of(enum observation_kind kind, const char *number)
{
	struct observation it = { .kind = kind, .number = number, .currency = "" };

	for (int i = 0; i < OBSERVATION_WORDS; i++)
		it.words[i] = "";
	for (int i = 0; i < OBSERVATION_TIMES; i++)
		it.times[i] = TIME_MIN;
	return it;
}

bool observation_same(const struct observation *a, const struct observation *b)
{
	if (a->kind != b->kind || a->marks != b->marks || !text_equal(a->number, b->number) ||
	    !text_equal(a->currency, b->currency))
		return false;
	for (int i = 0; i < OBSERVATION_WORDS; i++)
		if (!text_equal(a->words[i], b->words[i]))
			return false;
	for (int i = 0; i < OBSERVATION_TIMES; i++)
		if (a->times[i].us != b->times[i].us)
			return false;
	for (int i = 0; i < OBSERVATION_NUMBERS; i++)
		if (a->numbers[i] != b->numbers[i])
			return false;
	return true;
}
