/*
 * case_before - what is done before a dispute and around it: fraud warnings, payments that prove others, what contesting is
 * worth, and whether that came true.
 *
 * Each function says what is new and keeps it in the case at hand, which its caller saves.
 */
#ifndef SERVICES_CHARGEBACK_CASES_CASE_BEFORE_H
#define SERVICES_CHARGEBACK_CASES_CASE_BEFORE_H

#include "common/base/calibration.h"
#include "services/chargeback/cases/case.h"
#include "services/chargeback/compelling/compelling.h"
#include "services/chargeback/economics/economics.h"
#include "services/chargeback/warning/warning.h"

/* Their names among the daemon's documents; CASE_REASONS is case.h's. */
#define CASE_ECONOMICS "economics"
#define CASE_WARNINGS "warnings"
#define CASE_COMPELLING "compelling"

/* "warnings/standard/1"; joined behind what is there already. */
const char *case_document_name(struct arena *arena, const char *before, const char *folder,
                               const struct policy_head *head);
/* Is it, packed, what that other is? Either may be NULL. */
bool case_same_message(struct arena *arena, const ProtobufCMessage *a, const ProtobufCMessage *b);
struct bytes case_packed(struct arena *arena, const ProtobufCMessage *message);

/* What came of a payment (case_warning.c). */

struct payment_mark_row {
	const char *home;
	const char *payment_id;
	const char *dispute_id; /* that came of it first; NULL: none */
	const char *warning_id; /* likewise */
};

extern const struct state_table payment_mark_table;

/* The dispute at hand has come of this payment: the warning that there was of it is over. */
enum status case_mark_disputed(struct casework *work, const char *payment_id) MUST_CHECK;
/* It has not after all: people named others. What the mark had ended goes on. */
enum status case_unmark_disputed(struct casework *work, const char *payment_id) MUST_CHECK;
/* The warning at hand has come of its payment; the dispute may have come before. */
void case_mark_warned(struct casework *work);
/* The warning of the payment of the dispute at hand; "": none came before it. */
const char *case_warning_of(struct casework *work);

/* Warnings (case_warning.c). */

/* A warning as the dossier has its payment and its tickets now; and what became of it. */
enum status case_warning_judge(struct casework *work) MUST_CHECK;
/* Why it is over, for people; NULL: the provider alone says so. */
const char *case_warning_why(const struct casework *work);

/* What could not be reckoned is said once. */
enum status case_recommend_refuse(struct casework *work, const char *reason,
                                  const char *policy) MUST_CHECK;

/* Earlier payments of a card (case_compelling.c). */

struct compelling_card_row {
	const char *home;
	const char *fingerprint;
	struct bytes kept; /* CardKept, packed */
};

extern const struct state_table compelling_card_table;

/* A payment was made or changed: it is indexed by its card, and what its card's payments lack is said. */
enum status case_index_card(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                            struct instant at) MUST_CHECK;
/* Whether two of them prove the disputed one. */
enum status case_compelling(struct casework *work) MUST_CHECK;
/* The payment is disputed only if the provider says so. */
enum status case_unmark_card(struct casework *work, const char *payment_id) MUST_CHECK;
/* The judgement that they do, of the stage, network and code at hand; NULL: they do not, or nobody has judged. */
Opsmesh__V1__CompellingJudged *case_proof(const struct casework *work);
/* Do both name the same payments, and that the same matches? */
bool case_same_proof(const Opsmesh__V1__CompellingJudged *a,
                     const Opsmesh__V1__CompellingJudged *b);

/* What contesting is worth (case_recommend.c): after its evidence was gathered. */
enum status case_recommend(struct casework *work) MUST_CHECK;

/* Whether that came true (case_outcome.c): after the case moved. */

struct case_calibration_row {
	int64_t band;
	int64_t decided;
	int64_t won;
	int64_t predicted_sum_ppm;
};

extern const struct state_table case_calibration_table;

enum status case_compare(struct casework *work) MUST_CHECK;

#endif
