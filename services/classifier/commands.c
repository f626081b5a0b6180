/*
 * What the program does when it does not serve: it trains, evaluates, compares, classifies, exports.
 */
#include "services/classifier/classifier.h"
#include "services/classifier/classify.h"
#include "services/classifier/evaluate.h"
#include "services/classifier/export.h"
#include "services/classifier/train.h"

static int train(const struct service_given *given, int argc, char **argv)
{
	(void)given;
	return classifier_train(argc - 1, argv + 1);
}

static int evaluate_model(const struct service_given *given, int argc, char **argv)
{
	(void)given;
	return classifier_evaluate(argc - 1, argv + 1);
}

static int compare(const struct service_given *given, int argc, char **argv)
{
	(void)given;
	return classifier_compare(argc - 1, argv + 1);
}

const struct service_command classifier_commands[] = {
	{ .name = "--train",
	  .form = " FILE... --out MODEL [--taxonomy FILE]",
	  .doc = "makes a model of labelled lines",
	  .run = train },
	{ .name = "--evaluate",
	  .form = " FILE... --model MODEL [--taxonomy FILE] [--map FILE]",
	  .doc = "how good a model is on labelled lines",
	  .run = evaluate_model },
	{ .name = "--compare",
	  .form = " OLD NEW FILE...",
	  .doc = "what a new model would change",
	  .run = compare },
	{ .name = "--classify",
	  .form = " [FILE...]",
	  .doc =
	      "judges texts, a JSON line or a plain line each, by the documents in POLICY_DIRECTORY",
	  .documents = true,
	  .run = classify_texts },
	{ .name = "--export",
	  .form = " [--reveal]",
	  .doc = "what people corrected, as training lines; without --reveal the texts are sealed",
	  .settings = true,
	  .run = export_corrections },
	{ .name = NULL },
};
