/*
 * What was written: by customers, and to them.
 */
#include "services/chargeback/evidence/evidence_inside.h"

#include "common/base/text.h"

#include <string.h>

#define NO_TURN SIZE_MAX

/* A message as a turn of its ticket's talk. */
struct turn {
	enum intent_meaning meaning; /* of a customer's */
	bool promises;               /* money back; of ours */
	bool is_late;                /* it came after the payment, or nobody knows when that was */
	bool answered;               /* something of ours stands behind it */
	bool promised;               /* something of ours that promises stands behind it */
	size_t request;              /* the request that stands last before it; NO_TURN: none */
};

/* One ticket's messages, in their order. */
struct talk {
	struct gathering *it;
	const struct chronicle_message *messages;
	size_t count;
	struct turn *turns;
};

/* What is sealed or empty cannot be quoted. */
static const char *words_of(const struct chronicle_message *message)
{
	const Opsmesh__V1__PersonalText *const text = message->line.entry->text;

	return text != NULL && text->content_case == OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT
	           ? text->text
	           : "";
}

static struct turn turn_of(const struct gathering *it, const struct chronicle_message *message)
{
	const struct intents *const intents = it->about->intents;

	return (struct turn){
		.meaning = message->by_customer && message->intent != NULL
		               ? intent_means(intents, message->intent)
		               : INTENT_NOTHING,
		.promises = message->by_us && intent_promises(intents, words_of(message)),
		.is_late =
		    it->charged.us == TIME_MIN.us || !time_before(message->line.at, it->charged),
	};
}

/* A refund that was asked for before the payment was of another one. */
static bool is_request(const struct turn *turn)
{
	return turn->meaning == INTENT_CANCELLATION_REQUEST ||
	       (turn->meaning == INTENT_REFUND_REQUEST && turn->is_late);
}

static void read_turns(struct talk *talk)
{
	size_t request = NO_TURN;
	bool answered = false;
	bool promised = false;

	talk->turns = arena_alloc(talk->it->arena, talk->count * sizeof(*talk->turns));
	for (size_t i = 0; i < talk->count; i++) {
		talk->turns[i] = turn_of(talk->it, &talk->messages[i]);
		talk->turns[i].request = request;
		if (is_request(&talk->turns[i]))
			request = i;
	}
	for (size_t i = talk->count; i-- > 0;) {
		talk->turns[i].answered = answered;
		talk->turns[i].promised = promised;
		answered = answered || talk->messages[i].by_us;
		promised = promised || talk->turns[i].promises;
	}
}

/* Requests, and how they were met. */

/* Between the request and the payment something was done about a subscription. */
static bool is_cancelling_met(const struct talk *talk, size_t i)
{
	static const char *const moves[] = { "cancel_asked", "ended",   "cancel_undone",
		                             "started",      "resumed", NULL };
	const struct chronicle *const chronicle = talk->it->chronicle;

	for (size_t k = 0; k < chronicle->count; k++) {
		const struct chronicle_line *const line = &chronicle->lines[k];

		if (chronicle_is(line, "subscription") && text_among(moves, line->entry->word) &&
		    !time_before(line->at, talk->messages[i].line.at) &&
		    time_before(line->at, talk->it->charged))
			return true;
	}
	return false;
}

static bool request_hurts(const struct talk *talk, size_t i)
{
	const struct turn *const turn = &talk->turns[i];

	if (turn->meaning == INTENT_CANCELLATION_REQUEST)
		return !turn->is_late && !is_cancelling_met(talk, i);
	if (turn->meaning == INTENT_REFUND_REQUEST)
		return turn->is_late && (!turn->answered || turn->promised) &&
		       !evidence_refunded_since(talk->it, talk->messages[i].line.at);
	return turn->meaning == INTENT_COMPLAINT && turn->is_late && !turn->answered;
}

/* Items. */

/* What a message is, before it is known whether the reason asks for it. */
struct speech {
	enum evidence_kind kind;
	const char *title;
	bool hurts;
};

static struct speech speech_of_customer(const struct talk *talk, size_t i)
{
	const struct turn *const turn = &talk->turns[i];
	const bool hurts = request_hurts(talk, i);

	if (turn->meaning == INTENT_CANCELLATION_REQUEST)
		return (struct speech){ EVIDENCE_CANCELLATION_REQUEST,
			                "The customer asks to cancel", hurts };
	if (is_request(turn))
		return (struct speech){ EVIDENCE_REFUND_REQUEST, "The customer asks for a refund",
			                hurts };
	return (struct speech){ EVIDENCE_CUSTOMER_COMMUNICATION,
		                hurts ? "A complaint that nobody answered"
		                      : "Message of the customer",
		                hurts };
}

static struct speech speech_of_ours(const struct talk *talk, size_t i)
{
	const struct turn *const turn = &talk->turns[i];

	if (turn->request == NO_TURN)
		return (struct speech){ EVIDENCE_CUSTOMER_COMMUNICATION,
			                "Our message to the customer", false };
	if (talk->turns[turn->request].meaning == INTENT_CANCELLATION_REQUEST)
		return (struct speech){ EVIDENCE_CANCELLATION_REQUEST,
			                "Our answer to a request to cancel",
			                request_hurts(talk, turn->request) };
	return (struct speech){
		EVIDENCE_REFUND_ANSWER, "Our answer to a request for a refund",
		turn->promises &&
		    !evidence_refunded_since(talk->it, talk->messages[turn->request].line.at)
	};
}

static int64_t rank_of(const struct talk *talk, size_t i)
{
	const struct instant at = talk->messages[i].line.at;
	const bool between = talk->it->charged.us != TIME_MIN.us &&
	                     !time_before(at, talk->it->charged) &&
	                     time_before(at, talk->it->about->began);

	return (between ? 2 : 0) + (talk->messages[i].by_customer ? 1 : 0);
}

/* As it was written; what the dossier has cut is said. */
static Opsmesh__V1__PersonalText *quote_of(struct arena *arena,
                                           const Opsmesh__V1__DossierEntry *entry)
{
	if (entry->cut == 0)
		return entry->text;
	return evidence_text(arena, entry->text->subject,
	                     arena_printf(arena, "%s\n[%lld more bytes are left out here.]",
	                                  entry->text->text, (long long)entry->cut));
}

static void put_message(const struct talk *talk, size_t i)
{
	const struct chronicle_message *const message = &talk->messages[i];
	const Opsmesh__V1__DossierEntry *const entry = message->line.entry;
	struct speech speech =
	    message->by_customer ? speech_of_customer(talk, i) : speech_of_ours(talk, i);

	if (!message->by_customer && !message->by_us)
		return;
	if (words_of(message)[strspn(words_of(message), " \t\r\n")] == '\0')
		return;
	if (!speech.hurts && evidence_asked(talk->it, speech.kind) == NULL)
		speech.kind = EVIDENCE_CUSTOMER_COMMUNICATION;
	evidence_put(talk->it, &(struct evidence_piece){ .kind = speech.kind,
	                                                 .fact_id = entry->fact_id,
	                                                 .title = speech.title,
	                                                 .at = message->line.at,
	                                                 .source_id = entry->message_id,
	                                                 .quote = quote_of(talk->it->arena, entry),
	                                                 .language = message->language,
	                                                 .channel = entry->channel,
	                                                 .author = entry->role,
	                                                 .rank = rank_of(talk, i),
	                                                 .hurts = speech.hurts });
}

/* That nothing was asked for. */

struct silence {
	enum evidence_kind kind;
	enum intent_meaning meaning;
	struct instant from;
	struct instant until;
	const char *title;
	const char *sentence;
};

/* How many messages of the customer's there are in the time; false: one asks for it, or nobody judged it. */
static bool is_silent(const struct gathering *it, const struct silence *silence, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < it->chronicle->message_count; i++) {
		const struct chronicle_message *const message = &it->chronicle->messages[i];

		if (!message->by_customer || time_before(message->line.at, silence->from) ||
		    !time_before(message->line.at, silence->until))
			continue;
		if (message->intent == NULL ||
		    intent_means(it->about->intents, message->intent) == silence->meaning)
			return false;
		(*count)++;
	}
	return true;
}

static bool has_cancelling_before(const struct gathering *it)
{
	static const char *const moves[] = { "cancel_asked", "ended", NULL };

	for (size_t i = 0; i < it->chronicle->count; i++)
		if (chronicle_is(&it->chronicle->lines[i], "subscription") &&
		    text_among(moves, it->chronicle->lines[i].entry->word) &&
		    time_before(it->chronicle->lines[i].at, it->charged))
			return true;
	return false;
}

static void put_silence(struct gathering *it, const struct silence *silence)
{
	const struct chronicle_line *const first = chronicle_first(it->chronicle);
	size_t count;

	if (first == NULL || !is_silent(it, silence, &count))
		return;
	evidence_put(it, &(struct evidence_piece){
			     .kind = silence->kind,
			     .fact_id = it->payment->first->fact_id,
			     .suffix = evidence_kind_names[silence->kind],
			     .title = silence->title,
			     .at = it->charged,
			     .source_id = it->payment->last->about,
			     .rank = INT64_MAX - 1,
			     .text = arena_printf(it->arena,
	                                          "In our records since %s:\n%s Messages of the "
	                                          "customer in that time: %zu.",
	                                          evidence_time(it->arena, first->at),
	                                          silence->sentence, count) });
}

static void put_silences(struct gathering *it)
{
	if (it->payment == NULL || it->about->is_cut)
		return;
	if (!has_cancelling_before(it))
		put_silence(
		    it,
		    &(struct silence){
			EVIDENCE_CANCELLATION_REQUEST, INTENT_CANCELLATION_REQUEST, TIME_MIN,
			it->charged, "No request to cancel before the payment is in our records",
			"Before the payment no message of the customer's asks to cancel, and no "
			"subscription of his was cancelled." });
	put_silence(
	    it, &(struct silence){
		    EVIDENCE_REFUND_REQUEST, INTENT_REFUND_REQUEST, it->charged, it->about->began,
		    "No request for a refund is in our records",
		    "Between the payment and the dispute no message of the customer's asks for a "
		    "refund." });
}

void evidence_of_messages(struct gathering *it)
{
	const struct chronicle_message *const all = it->chronicle->messages;
	const size_t count = it->chronicle->message_count;

	for (size_t i = 0; i < count;) {
		struct talk talk = { .it = it, .messages = &all[i], .count = 1 };

		while (i + talk.count < count &&
		       text_equal(all[i + talk.count].line.entry->about, all[i].line.entry->about))
			talk.count++;
		read_turns(&talk);
		for (size_t k = 0; k < talk.count; k++)
			put_message(&talk, k);
		i += talk.count;
	}
	put_silences(it);
}
