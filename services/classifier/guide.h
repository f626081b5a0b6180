/*
 * guide - the documents that a message is judged by, compiled together: taxonomy, model, rules, signals,
 * and what may be suggested.
 *
 * The model names the taxonomy that it was trained for; that one counts, and a model without it is
 * refused, as are rules and suggestions that name what it does not know.
 */
#ifndef SERVICES_CLASSIFIER_GUIDE_H
#define SERVICES_CLASSIFIER_GUIDE_H

#include "common/flow/document.h"
#include "services/classifier/model.h"
#include "services/classifier/rule.h"
#include "services/classifier/shortfall.h"
#include "services/classifier/signal.h"
#include "services/classifier/suggest.h"

#define GUIDE_NAME "guide" /* what task_document asks for */
#define GUIDE_MODEL "model/support.model"
#define GUIDE_LABELS "intent" /* the model's label set */
#define GUIDE_PATH "taxonomy/ rules/ signals/ shortfall/ macros/ playbooks/ glossary/ " GUIDE_MODEL
#define GUIDE_DOCUMENTS_MAX 64 /* of one kind */

struct guide {
	struct arena *arena; /* in which it was compiled */
	const struct taxonomy *taxonomy;
	const struct model *model;
	const char *model_digest;              /* lower-case hex */
	const enum category *label_categories; /* of each of the model's labels, in its order */
	size_t label_count;
	const struct rule_document *rules;
	size_t rule_count;
	const struct signal_book *signals;
	const struct shortfall_rule *shortfalls;
	size_t shortfall_count;
	const struct suggest_book *advice;
};

/* For as long as the process lives; NULL: reason names file, path and what is wrong. */
const void *guide_compile(const struct document *files, size_t count, char *reason,
                          size_t reason_size);
/* When a program's answers fall short, by the document in force; NULL: there is none. */
const struct shortfall_rule *guide_shortfall(const struct guide *guide, struct instant at);
/* The rules of a kind that are in force; NULL: there are none. */
const struct rule_document *guide_rules(const struct guide *guide, enum rule_kind kind,
                                        struct instant at);

#endif
