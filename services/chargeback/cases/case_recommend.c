/*
 * What contesting is worth, said when the recommendation or anything that it was reckoned from is another. A person decides.
 *
 * The chance is the document's, which has our own outcomes of the whole mesh as of a version. A shard does not count its own
 * on top: it sees its own accounts' alone, and the same dispute would be worth more in one shard than in another.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/io/proto.h"

/* Messages. */

const char *case_document_name(struct arena *arena, const char *before, const char *folder,
                               const struct policy_head *head)
{
	return arena_printf(arena, "%s%s%s/%s/%lld", before, *before != '\0' ? " " : "", folder,
	                    head->id, (long long)head->version);
}

struct bytes case_packed(struct arena *arena, const ProtobufCMessage *message)
{
	return message != NULL ? proto_pack(arena, message) : (struct bytes){ NULL, 0 };
}

bool case_same_message(struct arena *arena, const ProtobufCMessage *a, const ProtobufCMessage *b)
{
	return (a == NULL) == (b == NULL) &&
	       bytes_equal(case_packed(arena, a), case_packed(arena, b));
}

/* Reckoning. */

/* Where nothing is asked any more, what was recommended stands. */
static bool is_asked(const struct casework *work)
{
	static const char *const over[] = { "requested", "accepted", "given_up", NULL };

	return life_needs_response(case_life(work)) && !case_is_answered(work) &&
	       !text_among(over, work->row.response);
}

static bool is_answerable(const struct casework *work)
{
	return !work->kept->unanswerable &&
	       (work->row.due_by.us == TIME_MIN.us || time_before(work->at, work->row.due_by));
}

static struct economics_inputs inputs_of(struct casework *work,
                                         const struct economics_policy *policy,
                                         const struct reason *reason)
{
	struct economics_inputs inputs = {
		.category = reason->category,
		.country = policy->country,
		.complete_ppm = work->kept->complete_ppm,
		.required_missing = (size_t)work->kept->required_missing,
		.compelling = case_proof(work) != NULL,
		.inquiry = case_stage(work) == LIFE_ASKED,
		.answerable = is_answerable(work),
	};

	if (work->row.currency == NULL ||
	    !money_currency(work->row.currency, inputs.amount.currency))
		return inputs;
	inputs.amount.minor = work->row.amount;
	inputs.exchanges = economics_exchanges(work->task->arena, policy, inputs.amount.currency,
	                                       &inputs.exchange_count);
	return inputs;
}

/* Saying. */

/* Zero is none. */
static Opsmesh__V1__Money *some(struct arena *arena, int64_t minor, const char *currency)
{
	return minor != 0 ? case_money(arena, minor, currency) : NULL;
}

static void fill_amounts(struct arena *arena, const struct economics_recommendation *it,
                         Opsmesh__V1__RecommendationMade *made)
{
	const char *const currency = arena_string(arena, it->inputs.amount.currency);

	made->expected = case_money(arena, it->gain, currency);
	made->amount = case_money(arena, it->inputs.amount.minor, currency);
	made->counter_fee = some(arena, it->counter, currency);
	made->effort = case_money(arena, it->effort, currency);
	made->received_fee = case_money(arena, it->received, currency);
	made->network_fee = some(arena, it->network_fee, currency);
	made->stake = case_money(arena, it->stake, currency);
	made->cost = case_money(arena, it->cost, currency);
}

static void fill_chances(struct arena *arena, const struct economics_policy *policy,
                         const struct economics_recommendation *it,
                         Opsmesh__V1__RecommendationMade *made)
{
	made->win_ppm = it->rate.ppm;
	made->win_low_ppm = it->rate.interval.low_ppm;
	made->win_high_ppm = it->rate.interval.high_ppm;
	made->band = text_mutable(policy->levels[it->level].name);
	made->likelihood = text_mutable(policy->bands[it->band].name);
	made->complete_ppm = it->inputs.complete_ppm;
	made->required_missing = (int64_t)it->inputs.required_missing;
	made->cell = arena_printf(arena, "%s/%s", it->cell.category, it->cell.level);
	made->own_count = it->cell.answered;
	made->own_won = it->cell.won;
	made->break_even_ppm = it->break_even_ppm;
	made->close = it->close;
}

static enum status say(struct casework *work, const struct economics_policy *policy,
                       const struct economics_recommendation *it, const char *documents)
{
	struct arena *const arena = work->task->arena;
	const bool any = text_equal(it->inputs.country, ECONOMICS_ANY_COUNTRY);
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__RecommendationMade *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__recommendation_made__init(made);
	made->stage = case_stage_number(case_stage(work));
	made->recommendation = text_mutable(economics_advice_names[it->advice]);
	fill_amounts(arena, it, made);
	fill_chances(arena, policy, it, made);
	made->country = text_mutable(any ? "" : it->inputs.country);
	made->category = text_mutable(it->inputs.category);
	made->rule = text_mutable(it->rule);
	made->sentence = text_mutable(it->sentence);
	made->counts_in_ratio = it->ratio == ECONOMICS_RATIO_COUNTED;
	made->ratio = text_mutable(economics_ratio_names[it->ratio]);
	made->policy = text_mutable(documents);
	work->kept->recommendation_refused = text_mutable("");
	if (work->kept->recommendation != NULL &&
	    case_same_message(arena, &made->base, &work->kept->recommendation->base))
		return STATUS_OK;
	work->kept->recommendation = made;
	work->kept->recommended = made->recommendation;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_RECOMMENDATION_MADE;
	event.recommendation_made = made;
	return case_emit(work, &event);
}

enum status case_recommend_refuse(struct casework *work, const char *reason, const char *policy)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__RecommendationRefused refused = OPSMESH__V1__RECOMMENDATION_REFUSED__INIT;

	if (text_equal(work->kept->recommendation_refused, reason))
		return STATUS_OK;
	work->kept->recommendation_refused = text_mutable(reason);
	refused.stage = case_stage_number(case_stage(work));
	refused.reason = text_mutable(reason);
	refused.policy = text_mutable(policy);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_RECOMMENDATION_REFUSED;
	event.recommendation_refused = &refused;
	return case_emit(work, &event);
}

/* What was recommended before was of other inputs. */
static enum status refuse(struct casework *work, const char *reason, const char *documents)
{
	const char *const sentence =
	    arena_printf(work->task->arena, "What contesting is worth cannot be reckoned: %s.",
	                 reason);

	work->kept->recommendation = NULL;
	work->kept->recommended = text_mutable("");
	return case_recommend_refuse(work, sentence, documents);
}

enum status case_recommend(struct casework *work)
{
	struct task *const task = work->task;
	const struct economics_policy *policy;
	const struct reason_policy *reasons;
	const struct reason_said said = { work->row.network, work->row.code, "", work->row.reason };
	struct economics_recommendation it;
	const char *reason;

	if (!is_asked(work))
		return STATUS_OK;
	policy = policy_at(task_document(task, CASE_ECONOMICS), work->at);
	reasons = policy_at(task_document(task, CASE_REASONS), work->at);
	const struct economics_inputs inputs =
	    inputs_of(work, policy, reason_find(reasons, &said).reason);
	const char *const documents =
	    case_document_name(task->arena,
	                       case_document_name(task->arena, "", CASE_ECONOMICS, &policy->head),
	                       CASE_REASONS, &reasons->head);

	return economics_recommend(policy, &inputs, &it, &reason)
	           ? say(work, policy, &it, documents)
	           : refuse(work, reason, documents);
}
