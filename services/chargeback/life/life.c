#include "services/chargeback/life/life.h"

#include "common/base/status.h"
#include "common/base/text.h"

static const char *const state_names[LIFE_STATES] = { "new",
	                                              "warned",
	                                              "warning_over",
	                                              "inquiry",
	                                              "inquiry_under_review",
	                                              "inquiry_closed",
	                                              "inquiry_unanswered",
	                                              "needs_response",
	                                              "under_review",
	                                              "won",
	                                              "lost",
	                                              "late_won",
	                                              "partially_recovered",
	                                              "prevented",
	                                              "closed_unanswered",
	                                              "placed" };
static const char *const cause_names[LIFE_CAUSES] = { "fraud_warning",
	                                              "warning_not_actionable",
	                                              "warning_needs_response",
	                                              "warning_under_review",
	                                              "warning_closed",
	                                              "warning_closed_unanswered",
	                                              "needs_response",
	                                              "under_review",
	                                              "won",
	                                              "lost",
	                                              "lost_unanswered",
	                                              "prevented",
	                                              "funds_back",
	                                              "placed" };

/* From a state to where each word of the provider leads; what every open chargeback has in common. */
#define OPEN_ENDS(from)                                                   \
	{ (from), LIFE_WIN, LIFE_WON }, { (from), LIFE_LOSE, LIFE_LOST }, \
	    { (from), LIFE_LOSE_UNANSWERED, LIFE_UNANSWERED },            \
	{                                                                 \
		(from), LIFE_PREVENT, LIFE_PREVENTED                      \
	}
/* An inquiry becomes a chargeback, however far that has come by the time we hear of it. */
#define ESCALATES(from) \
	{ (from), LIFE_NEED, LIFE_OPEN }, { (from), LIFE_JUDGE, LIFE_REVIEW }, OPEN_ENDS(from)
#define INQUIRES(from)                                                                        \
	{ (from), LIFE_ASK, LIFE_INQUIRY }, { (from), LIFE_ASK_REVIEW, LIFE_INQUIRY_REVIEW }, \
	    { (from), LIFE_ASK_CLOSE, LIFE_INQUIRY_CLOSED },                                  \
	{                                                                                     \
		(from), LIFE_ASK_UNANSWERED, LIFE_INQUIRY_UNANSWERED                          \
	}
/* Under the account it is another case: this one has its end. */
#define PLACED(from)                            \
	{                                       \
		(from), LIFE_PLACE, LIFE_PLACED \
	}

static const struct fsm_move moves[] = {
	{ LIFE_NEW, LIFE_WARN, LIFE_WARNED },
	{ LIFE_NEW, LIFE_WARN_OVER, LIFE_WARNING_OVER },
	{ LIFE_WARNED, LIFE_WARN_OVER, LIFE_WARNING_OVER },
	{ LIFE_WARNING_OVER, LIFE_WARN, LIFE_WARNED },
	PLACED(LIFE_WARNED),
	PLACED(LIFE_WARNING_OVER),

	INQUIRES(LIFE_NEW),
	ESCALATES(LIFE_NEW),
	INQUIRES(LIFE_INQUIRY),
	ESCALATES(LIFE_INQUIRY),
	PLACED(LIFE_INQUIRY),
	INQUIRES(LIFE_INQUIRY_REVIEW),
	ESCALATES(LIFE_INQUIRY_REVIEW),
	PLACED(LIFE_INQUIRY_REVIEW),
	INQUIRES(LIFE_INQUIRY_CLOSED),
	ESCALATES(LIFE_INQUIRY_CLOSED),
	PLACED(LIFE_INQUIRY_CLOSED),
	INQUIRES(LIFE_INQUIRY_UNANSWERED),
	ESCALATES(LIFE_INQUIRY_UNANSWERED),
	PLACED(LIFE_INQUIRY_UNANSWERED),

	{ LIFE_OPEN, LIFE_NEED, LIFE_OPEN },
	{ LIFE_OPEN, LIFE_JUDGE, LIFE_REVIEW },
	OPEN_ENDS(LIFE_OPEN),
	PLACED(LIFE_OPEN),
	{ LIFE_REVIEW, LIFE_NEED, LIFE_OPEN },
	{ LIFE_REVIEW, LIFE_JUDGE, LIFE_REVIEW },
	OPEN_ENDS(LIFE_REVIEW),
	PLACED(LIFE_REVIEW),

	/* What is over is not over for ever. */
	{ LIFE_WON, LIFE_WIN, LIFE_WON },
	{ LIFE_WON, LIFE_NEED, LIFE_OPEN },
	{ LIFE_WON, LIFE_JUDGE, LIFE_REVIEW },
	{ LIFE_WON, LIFE_LOSE, LIFE_LOST },
	{ LIFE_WON, LIFE_LOSE_UNANSWERED, LIFE_LOST },
	PLACED(LIFE_WON),
	{ LIFE_LATE_WON, LIFE_WIN, LIFE_LATE_WON },
	{ LIFE_LATE_WON, LIFE_NEED, LIFE_OPEN },
	{ LIFE_LATE_WON, LIFE_JUDGE, LIFE_REVIEW },
	{ LIFE_LATE_WON, LIFE_LOSE, LIFE_LOST },
	{ LIFE_LATE_WON, LIFE_LOSE_UNANSWERED, LIFE_LOST },
	PLACED(LIFE_LATE_WON),
	{ LIFE_LOST, LIFE_LOSE, LIFE_LOST },
	{ LIFE_LOST, LIFE_LOSE_UNANSWERED, LIFE_LOST },
	{ LIFE_LOST, LIFE_WIN, LIFE_LATE_WON },
	{ LIFE_LOST, LIFE_RECOVER, LIFE_PARTIAL },
	{ LIFE_LOST, LIFE_NEED, LIFE_OPEN },
	{ LIFE_LOST, LIFE_JUDGE, LIFE_REVIEW },
	PLACED(LIFE_LOST),
	{ LIFE_PARTIAL, LIFE_WIN, LIFE_LATE_WON },
	{ LIFE_PARTIAL, LIFE_LOSE, LIFE_PARTIAL },
	{ LIFE_PARTIAL, LIFE_LOSE_UNANSWERED, LIFE_PARTIAL },
	{ LIFE_PARTIAL, LIFE_RECOVER, LIFE_PARTIAL },
	{ LIFE_PARTIAL, LIFE_NEED, LIFE_OPEN },
	{ LIFE_PARTIAL, LIFE_JUDGE, LIFE_REVIEW },
	PLACED(LIFE_PARTIAL),
	{ LIFE_UNANSWERED, LIFE_LOSE_UNANSWERED, LIFE_UNANSWERED },
	{ LIFE_UNANSWERED, LIFE_LOSE, LIFE_LOST },
	{ LIFE_UNANSWERED, LIFE_WIN, LIFE_LATE_WON },
	{ LIFE_UNANSWERED, LIFE_RECOVER, LIFE_PARTIAL },
	{ LIFE_UNANSWERED, LIFE_NEED, LIFE_OPEN },
	{ LIFE_UNANSWERED, LIFE_JUDGE, LIFE_REVIEW },
	PLACED(LIFE_UNANSWERED),
	ESCALATES(LIFE_PREVENTED),
	PLACED(LIFE_PREVENTED),
};

const struct fsm life_fsm = { .name = "dispute",
	                      .states = state_names,
	                      .causes = cause_names,
	                      .state_count = LIFE_STATES,
	                      .cause_count = LIFE_CAUSES,
	                      .moves = moves,
	                      .move_count = COUNT_OF(moves) };

enum life_stage life_stage(enum life_state state)
{
	if (state == LIFE_NEW)
		return LIFE_UNSTAGED;
	if (state <= LIFE_WARNING_OVER)
		return LIFE_WARNING;
	return state <= LIFE_INQUIRY_UNANSWERED ? LIFE_ASKED : LIFE_CHARGED;
}

bool life_needs_response(enum life_state state)
{
	return state == LIFE_INQUIRY || state == LIFE_OPEN;
}

bool life_is_open(enum life_state state)
{
	return life_needs_response(state) || state == LIFE_WARNED || state == LIFE_REVIEW ||
	       state == LIFE_INQUIRY_REVIEW;
}

/* The provider's words. */

static const struct life_status {
	const char *word;
	enum life_stage stage;
	enum life_cause answered;
	enum life_cause unanswered;
} statuses[] = {
	{ "warning_needs_response", LIFE_ASKED, LIFE_ASK, LIFE_ASK },
	{ "warning_under_review", LIFE_ASKED, LIFE_ASK_REVIEW, LIFE_ASK_REVIEW },
	{ "warning_closed", LIFE_ASKED, LIFE_ASK_CLOSE, LIFE_ASK_UNANSWERED },
	{ "needs_response", LIFE_CHARGED, LIFE_NEED, LIFE_NEED },
	{ "under_review", LIFE_CHARGED, LIFE_JUDGE, LIFE_JUDGE },
	{ "won", LIFE_CHARGED, LIFE_WIN, LIFE_WIN },
	{ "lost", LIFE_CHARGED, LIFE_LOSE, LIFE_LOSE_UNANSWERED },
	{ "prevented", LIFE_CHARGED, LIFE_PREVENT, LIFE_PREVENT },
	{ "charge_refunded", LIFE_CHARGED, LIFE_PREVENT, LIFE_PREVENT },
};

static const struct life_status *find_status(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (text_equal(word, statuses[i].word))
			return &statuses[i];
	return NULL;
}

enum life_cause life_cause(const char *status, bool answered)
{
	const struct life_status *const known = find_status(status);

	if (known == NULL)
		return text_starts(status, "warning_") ? LIFE_ASK : LIFE_NEED;
	return answered ? known->answered : known->unanswered;
}

enum life_stage life_status_stage(const char *status)
{
	const struct life_status *const known = find_status(status);

	return known != NULL ? known->stage : LIFE_UNSTAGED;
}

const char *life_stage_word(enum life_stage stage)
{
	static const char *const words[] = { "", "warning", "inquiry", "chargeback" };

	return words[stage];
}

const char *life_state_word(enum life_state state)
{
	return state_names[state];
}
