/*
 * classifier - says what every customer's message is about, and what many of them have in common.
 *
 * Two stages (stages.c): `triage` reads what happens to tickets, judges each message of a customer by the
 * documents of the guide (guide.h) and answers it on ops.triage.v1; `pattern` hears every report under its
 * intent and says there what several customers report alike. The model is trained by a command of this
 * program (commands.c) on labelled lines, and mapped; what a person corrects stands.
 */
#include "services/classifier/classifier.h"

#include "gen/classifier_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/guide.h"
#include "services/classifier/pattern.h"

static const struct service_document documents[] = {
	{ .name = GUIDE_NAME,
	  .path = GUIDE_PATH,
	  .doc = "Taxonomy, rules, signals, macros, playbooks, glossary and the trained model.",
	  .compile = guide_compile },
	{ .name = PATTERN_DOCUMENT,
	  .path = "patterns/",
	  .doc = "From how many customers on a cause is a pattern.",
	  .compile = pattern_compile },
	{ .name = NULL },
};

const struct service classifier = {
	.name = "classifier",
	.summary = "Says what every customer's message is about, and what many have in common.",
	.schema = "classifier",
	.config_size = sizeof(struct service_config),
	.documents = documents,
	.stages = classifier_stages,
	.lead = OPS_TICKETS,
	.migrations = classifier_migrations,
	.metrics = classifier_metrics,
	.committed = classifier_tally,
	.batch_events = "200", /* what is kept of a message until its commit takes some 20 KiB */
	.commands = classifier_commands,
};

int main(int argc, char **argv)
{
	return service_main(&classifier, argc, argv);
}
