/*
 * Earlier payments of a card that prove a disputed one, by the document of the network (Visa's compelling evidence 3.0), and
 * what payments lack for that while there is time to collect it.
 *
 * The index of a card is a row of its account, so that a card that two accounts use has two. Only cards of the document's
 * network are indexed, and only payments that were taken. Identifiers are kept as digests that are good for their account
 * alone: two are compared, none is read again. What a dispute or a warning marked is looked up when a dispute is judged;
 * what lacks is counted when a payment comes, by the marks that stood when each came.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/evidence/chronicle.h"
#include "services/chargeback/packet/limits.h"

#include <string.h>

#define SUCCEEDED "succeeded" /* the provider's word for a payment that was taken */

static const struct column columns[] = {
	COLUMN(struct compelling_card_row, home),
	COLUMN(struct compelling_card_row, fingerprint),
	COLUMN(struct compelling_card_row, kept),
	COLUMN_END,
};
const struct state_table compelling_card_table = { .name = "compelling_card",
	                                           .columns = columns,
	                                           .key_columns = 2,
	                                           .row_size = sizeof(struct compelling_card_row) };

/* The index as it is kept. */

static void unpack_payment(const Opsmesh__V1__CardPayment *kept, struct compelling_payment *payment)
{
	*payment = (struct compelling_payment){
		.day = kept->day,
		.disputed = kept->disputed,
		.refunded = kept->refunded,
	};
	memcpy(payment->charge, kept->payment_id,
	       strnlen(kept->payment_id, COMPELLING_ID_SIZE - 1));
	for (size_t i = 0; i < kept->n_identifiers; i++) {
		const Opsmesh__V1__CardIdentifier *const it = kept->identifiers[i];

		if (it->kind >= 0 && it->kind < COMPELLING_KINDS)
			payment->identifiers[it->kind] =
			    (struct compelling_identifier){ it->digest, (int32_t)it->length };
	}
}

static Opsmesh__V1__CardPayment *pack_payment(struct arena *arena,
                                              const struct compelling_payment *payment)
{
	Opsmesh__V1__CardPayment *const kept = arena_alloc(arena, sizeof(*kept));

	opsmesh__v1__card_payment__init(kept);
	kept->payment_id = text_mutable(payment->charge);
	kept->day = payment->day;
	kept->disputed = payment->disputed;
	kept->refunded = payment->refunded;
	kept->identifiers =
	    arena_alloc(arena, COMPELLING_KINDS * sizeof(Opsmesh__V1__CardIdentifier *));
	for (int i = 0; i < COMPELLING_KINDS; i++) {
		Opsmesh__V1__CardIdentifier *const it = arena_alloc(arena, sizeof(*it));

		opsmesh__v1__card_identifier__init(it);
		it->kind = i;
		it->digest = payment->identifiers[i].digest;
		it->length = payment->identifiers[i].length;
		if (it->length > 0)
			kept->identifiers[kept->n_identifiers++] = it;
	}
	return kept;
}

/* A card at hand. */
struct card {
	struct compelling_card_row row;
	Opsmesh__V1__CardKept *kept;
	struct compelling_index *index;
};

static enum status card_load(struct task *task, const char *home, const char *fingerprint,
                             struct card *card)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	*card = (struct card){
		.row = { .home = home, .fingerprint = fingerprint },
		.kept = arena_alloc(task->arena, sizeof(*card->kept)),
		.index = arena_zero(task->arena, sizeof(*card->index)),
	};
	opsmesh__v1__card_kept__init(card->kept);
	if (!task_load(task, &compelling_card_table, &card->row))
		return STATUS_OK;
	if (!proto_unpack(task->arena, &opsmesh__v1__card_kept__descriptor, card->row.kept,
	                  &message, reason))
		return task_fail(task, STATUS_FATAL, "card of %s: what is kept cannot be read: %s",
		                 home, reason);
	card->kept = (void *)message;
	while (card->index->count < card->kept->n_payments &&
	       card->index->count < COMPELLING_PAYMENTS_MAX) {
		const size_t i = card->index->count++;

		unpack_payment(card->kept->payments[i], &card->index->payments[i]);
	}
	return STATUS_OK;
}

static void card_save(struct task *task, struct card *card)
{
	Opsmesh__V1__CardKept *const kept = card->kept;
	const size_t count = card->index->count;

	kept->payments = arena_alloc(task->arena, (count + 1) * sizeof(Opsmesh__V1__CardPayment *));
	kept->n_payments = count;
	for (size_t i = 0; i < count; i++)
		kept->payments[i] = pack_payment(task->arena, &card->index->payments[i]);
	card->row.kept = proto_pack(task->arena, &kept->base);
	task_save(task, &compelling_card_table, &card->row);
}

/* A payment's own. */

static const char *plain(const Opsmesh__V1__PersonalText *text)
{
	return text != NULL && text->content_case == OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT
	           ? text->text
	           : "";
}

/* Mail addresses are the same in either case; of all else each character counts. */
static const char *comparable(struct arena *arena, enum compelling_kind kind, const char *value)
{
	char *const copy = arena_string(arena, value);

	for (char *at = copy; kind == COMPELLING_EMAIL && *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return copy;
}

static struct compelling_identifier identifier_of(struct arena *arena, const char *home,
                                                  enum compelling_kind kind, const char *value)
{
	const struct bytes parts[] = { bytes_of(home), bytes_of("\n"),
		                       bytes_of(compelling_kind_names[kind]), bytes_of("\n"),
		                       bytes_of(comparable(arena, kind, value)) };
	const int64_t characters = packet_characters(value);
	uint8_t digest[DIGEST_SIZE];

	if (characters == 0)
		return (struct compelling_identifier){ 0, 0 };
	digest_sha256_parts(parts, COUNT_OF(parts), digest);
	return (struct compelling_identifier){ bytes_u64(digest), characters < COMPELLING_LENGTH_MAX
		                                                      ? (int32_t)characters
		                                                      : COMPELLING_LENGTH_MAX };
}

static void read_identity(struct arena *arena, const char *home,
                          const Opsmesh__V1__PaymentIdentity *identity,
                          struct compelling_payment *payment)
{
	if (identity == NULL)
		return;
	const char *const values[COMPELLING_KINDS] = {
		[COMPELLING_IP] = plain(identity->purchase_ip),
		[COMPELLING_DEVICE_FINGERPRINT] = identity->device_fingerprint,
		[COMPELLING_DEVICE_ID] = identity->device_id,
		[COMPELLING_ACCOUNT_ID] = identity->account_id,
		[COMPELLING_EMAIL] = plain(identity->email),
		[COMPELLING_SHIPPING_ADDRESS] = plain(identity->shipping_address),
	};

	for (int kind = 0; kind < COMPELLING_KINDS; kind++)
		payment->identifiers[kind] =
		    identifier_of(arena, home, (enum compelling_kind)kind, values[kind]);
}

static int64_t day_of(struct instant at)
{
	const int64_t day = DAYS(1).us;

	return at.us >= 0 ? at.us / day : -((-at.us + day - 1) / day);
}

static bool is_whole(const Opsmesh__V1__Money *refunded, const Opsmesh__V1__Money *amount)
{
	return refunded != NULL && amount != NULL && refunded->minor >= amount->minor;
}

static struct compelling_payment payment_of(struct arena *arena, const char *home,
                                            const Opsmesh__V1__PaymentChanged *changed,
                                            struct instant at)
{
	struct instant created = at;
	struct compelling_payment payment = {
		.disputed = changed->disputed,
		.refunded = is_whole(changed->refunded, changed->amount),
	};

	if (changed->created_at != NULL && !proto_instant(changed->created_at, &created))
		created = at;
	payment.day = day_of(created);
	memcpy(payment.charge, changed->payment_id, strlen(changed->payment_id));
	read_identity(arena, home, changed->identity, &payment);
	return payment;
}

static void read_marks(struct task *task, const char *home, struct compelling_payment *payment)
{
	struct payment_mark_row mark = { .home = home, .payment_id = payment->charge };

	if (!task_load(task, &payment_mark_table, &mark))
		return;
	payment->disputed = payment->disputed || mark.dispute_id != NULL;
	payment->fraud_reported = mark.warning_id != NULL;
}

/* What payments lack. */

static Opsmesh__V1__CompellingLacks *lacks_of(struct arena *arena,
                                              const struct compelling_policy *policy,
                                              const struct compelling_readiness *ready)
{
	Opsmesh__V1__CompellingLacks *const lacks = arena_alloc(arena, sizeof(*lacks));

	opsmesh__v1__compelling_lacks__init(lacks);
	lacks->usable = (int64_t)ready->usable;
	lacks->maturing = (int64_t)ready->maturing;
	lacks->policy = text_mutable(case_document_name(arena, "", CASE_COMPELLING, &policy->head));
	lacks->lacking =
	    arena_alloc(arena, COMPELLING_ELEMENTS * sizeof(Opsmesh__V1__CompellingLack *));
	for (size_t i = 0; i < COMPELLING_ELEMENTS; i++) {
		Opsmesh__V1__CompellingLack *const lack = arena_alloc(arena, sizeof(*lack));

		opsmesh__v1__compelling_lack__init(lack);
		lack->identifier = text_mutable(compelling_element_names[i]);
		lack->payments = (int64_t)ready->lacking_counts[i];
		if (lack->payments > 0)
			lacks->lacking[lacks->n_lacking++] = lack;
	}
	return lacks;
}

static bool same_lacks(const Opsmesh__V1__CompellingLacks *before,
                       const Opsmesh__V1__CompellingLacks *now)
{
	const size_t count = before != NULL ? before->n_lacking : 0;

	for (size_t i = 0; i < count && i < now->n_lacking; i++)
		if (!text_equal(before->lacking[i]->identifier, now->lacking[i]->identifier))
			return false;
	return count == now->n_lacking;
}

/* Said when other identifiers are missing than before; that one more payment lacks the same is no news. */
static enum status say_lacks(struct task *task, const struct compelling_policy *policy,
                             struct card *card, const char *customer, struct instant at)
{
	const struct compelling_readiness ready = compelling_ready(policy, card->index, day_of(at));
	Opsmesh__V1__CompellingLacks *const lacks = lacks_of(task->arena, policy, &ready);
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	const struct bytes cause = task->event->id;

	if (same_lacks(card->kept->lacks, lacks))
		return STATUS_OK;
	lacks->card = text_mutable(card->row.fingerprint);
	lacks->customer_id = text_mutable(customer);
	card->kept->lacks = lacks;
	event.account_id = text_mutable(card->row.home);
	event.occurred_at = proto_timestamp(task->arena, at);
	event.cause_id = arena_text(task->arena, cause.data, cause.size);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_COMPELLING_LACKS;
	event.compelling_lacks = lacks;
	return task_emit(task, &(struct emission){ .topic = OPS_DISPUTES,
	                                           .key = card->row.home,
	                                           .partition = &task->shard_number,
	                                           .time = at,
	                                           .message = &event.base });
}

/* Indexing. */

static bool is_indexed(const struct compelling_policy *policy,
                       const Opsmesh__V1__PaymentChanged *changed)
{
	const Opsmesh__V1__PaymentCard *const card = changed->card;

	return card != NULL && *card->fingerprint != '\0' &&
	       strlen(card->fingerprint) <= CASE_ID_MAX &&
	       text_equal(card->network, policy->network) && changed->captured &&
	       text_equal(changed->to_status, SUCCEEDED) && *changed->payment_id != '\0' &&
	       strlen(changed->payment_id) < COMPELLING_ID_SIZE;
}

enum status case_index_card(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                            struct instant at)
{
	const struct compelling_policy *policy;
	const Opsmesh__V1__PaymentChanged *changed;
	struct compelling_payment payment;
	struct card card;

	if (material->fact_case != OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING ||
	    material->billing->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED)
		return STATUS_OK;
	changed = material->billing->payment_changed;
	policy = policy_at(task_document(task, CASE_COMPELLING), at);
	if (!is_indexed(policy, changed))
		return STATUS_OK;
	TRY(card_load(task, material->home, changed->card->fingerprint, &card));
	payment = payment_of(task->arena, material->home, changed, at);
	read_marks(task, material->home, &payment);
	if (!compelling_add(card.index, &payment))
		return STATUS_OK;
	TRY(say_lacks(task, policy, &card, material->billing->customer_id, at));
	card_save(task, &card);
	return STATUS_OK;
}

/* Judging. */

static void add_elements(struct arena *arena, uint32_t elements, char ***names, size_t *count)
{
	*names = arena_alloc(arena, COMPELLING_ELEMENTS * sizeof(**names));
	for (size_t i = 0; i < COMPELLING_ELEMENTS; i++)
		if ((elements & UINT32_C(1) << i) != 0)
			(*names)[(*count)++] = text_mutable(compelling_element_names[i]);
}

static Opsmesh__V1__CompellingJudged *judged_of(struct casework *work,
                                                const struct compelling_policy *policy,
                                                const struct card *card,
                                                const struct compelling_answer *answer)
{
	struct arena *const arena = work->task->arena;
	Opsmesh__V1__CompellingJudged *const judged = arena_alloc(arena, sizeof(*judged));

	opsmesh__v1__compelling_judged__init(judged);
	judged->stage = case_stage_number(case_stage(work));
	judged->status = text_mutable(compelling_status_names[answer->status]);
	judged->why = text_mutable(compelling_why_names[answer->why]);
	judged->eligible = (int64_t)answer->eligible;
	judged->policy =
	    text_mutable(case_document_name(arena, "", CASE_COMPELLING, &policy->head));
	add_elements(arena, answer->matching, &judged->matching, &judged->n_matching);
	add_elements(arena, answer->missing, &judged->missing, &judged->n_missing);
	judged->payment_ids = arena_alloc(arena, COUNT_OF(answer->earlier) * sizeof(char *));
	for (size_t i = 0; answer->eligible >= 2 && i < COUNT_OF(answer->earlier); i++)
		judged->payment_ids[judged->n_payment_ids++] =
		    arena_string(arena, card->index->payments[answer->earlier[i]].charge);
	return judged;
}

/* The payment as it stands in the dossier; NULL: it is not known, or not of which card. */
static enum status find_paid(struct casework *work, const char *payment_id,
                             const Opsmesh__V1__DossierEntry **paid)
{
	const struct dossier_row dossier = dossier_open(work->task, work->row.home);
	const struct chronicle_payment *payment;
	Opsmesh__V1__DossierPage page;
	struct chronicle chronicle;

	TRY(dossier_read(work->task, &dossier, &page));
	chronicle = chronicle_make(work->task->arena, &page);
	payment = chronicle_payment_of(&chronicle, payment_id);
	*paid = payment != NULL && payment->last->card != NULL ? payment->last : NULL;
	return STATUS_OK;
}

/* NULL: the index does not have it, or not any more. */
static const struct compelling_payment *disputed_of(const struct card *card, const char *payment_id)
{
	for (size_t i = 0; i < card->index->count; i++)
		if (text_equal(card->index->payments[i].charge, payment_id))
			return &card->index->payments[i];
	return NULL;
}

static enum status say_judged(struct casework *work, Opsmesh__V1__CompellingJudged *judged)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;

	if (work->kept->compelling != NULL &&
	    case_same_message(work->task->arena, &work->kept->compelling->base, &judged->base))
		return STATUS_OK;
	work->kept->compelling = judged;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_COMPELLING_JUDGED;
	event.compelling_judged = judged;
	return case_emit(work, &event);
}

/* Does the network's rule know the dispute at hand? */
static bool is_ruled(const struct casework *work, const struct compelling_policy *policy)
{
	return text_equal(policy->network, work->row.network) &&
	       text_among(policy->codes, work->row.code);
}

enum status case_compelling(struct casework *work)
{
	struct task *const task = work->task;
	const struct compelling_policy *policy;
	const struct compelling_payment *disputed;
	const Opsmesh__V1__DossierEntry *paid;
	struct compelling_answer answer;
	struct card card;

	if (!life_needs_response(case_life(work)))
		return STATUS_OK;
	policy = policy_at(task_document(task, CASE_COMPELLING), work->at);
	if (!is_ruled(work, policy))
		return STATUS_OK;
	TRY(find_paid(work, work->row.payment_id, &paid));
	if (paid == NULL)
		return STATUS_OK;
	TRY(card_load(task, work->row.home, paid->card->fingerprint, &card));
	disputed = disputed_of(&card, work->row.payment_id);
	if (disputed == NULL)
		return STATUS_OK;
	for (size_t i = 0; i < card.index->count; i++)
		read_marks(task, work->row.home, &card.index->payments[i]);
	answer = compelling_find(policy, card.index, work->row.network, work->row.code, disputed);
	return say_judged(work, judged_of(work, policy, &card, &answer));
}

enum status case_unmark_card(struct casework *work, const char *payment_id)
{
	const Opsmesh__V1__DossierEntry *paid;
	struct card card;

	TRY(find_paid(work, payment_id, &paid));
	if (paid == NULL)
		return STATUS_OK;
	TRY(card_load(work->task, work->row.home, paid->card->fingerprint, &card));
	for (size_t i = 0; i < card.index->count; i++)
		if (text_equal(card.index->payments[i].charge, payment_id))
			card.index->payments[i].disputed = paid->disputed;
	if (card.index->count > 0)
		card_save(work->task, &card);
	return STATUS_OK;
}

/* What an inquiry was judged by does not prove the chargeback, nor what a code was judged by another. */
Opsmesh__V1__CompellingJudged *case_proof(const struct casework *work)
{
	const struct compelling_policy *const policy =
	    policy_at(task_document(work->task, CASE_COMPELLING), work->at);
	Opsmesh__V1__CompellingJudged *const judged = work->kept->compelling;

	return judged != NULL && judged->stage == case_stage_number(case_stage(work)) &&
	               text_equal(judged->status, compelling_status_names[COMPELLING_QUALIFIED]) &&
	               is_ruled(work, policy)
	           ? judged
	           : NULL;
}

static bool same_words(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
	for (size_t i = 0; i < a_count && i < b_count; i++)
		if (!text_equal(a[i], b[i]))
			return false;
	return a_count == b_count;
}

bool case_same_proof(const Opsmesh__V1__CompellingJudged *a, const Opsmesh__V1__CompellingJudged *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return same_words(a->payment_ids, a->n_payment_ids, b->payment_ids, b->n_payment_ids) &&
	       same_words(a->matching, a->n_matching, b->matching, b->n_matching);
}
