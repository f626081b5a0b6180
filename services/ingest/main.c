/*
 * ingest - the door of the mesh, and the tickets behind it.
 *
 * Its edge (edge.h) takes requests over HTTP and journals them: 202 means that the broker has
 * acknowledged. Three stages (stages.c) make facts of the journal: conversation knows repetitions, decodes
 * and decides which ticket; directory brings contacts and accounts together; ticket owns every ticket and
 * alone writes ops.tickets.v1. The edge needs no database, and goes on while the stages wait for theirs.
 */
#include "services/ingest/ingest.h"

#include "gen/ingest_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/desk.h"
#include "services/ingest/people.h"

static const struct config_key config_keys[] = {
	CONFIG_SECRET(struct ingest_config, api_keys, "API_KEYS", "",
	              "Who may call: name:key:scope+scope;... or JSON. Empty: nobody."),
	CONFIG_SECRET(
	    struct ingest_config, stripe_secrets, "STRIPE_WEBHOOK_SECRETS", "",
	    "Secrets of Stripe's signatures, with commas between. Empty: no webhook is taken."),
	CONFIG_SECRET(struct ingest_config, contact_secret, "CONTACT_SECRET", NULL,
	              "Keys the hashes that stand for addresses and ids; never changes."),
	CONFIG_SECRET(struct ingest_config, reply_secret, "REPLY_SECRET", NULL,
	              "Signs the addresses to which customers answer."),
	CONFIG(struct ingest_config, edge_queue_bytes, "EDGE_QUEUE_BYTES", "67108864", "33554432",
	       "4294967296", "Memory for requests that the broker has not acknowledged yet."),
	CONFIG_END,
};

static const struct service_document documents[] = {
	{ .name = PEOPLE,
	  .path = "team.json free-mail-domains.json",
	  .doc = "Which addresses are our own people's, and which mail domains strangers share.",
	  .compile = people_compile },
	{ .name = NULL },
};

static const struct fsm *const machines[] = { &ticket_status_fsm, NULL };

const struct service ingest = {
	.name = "ingest",
	.summary = "Takes what customers, providers and people send, and makes tickets of it.",
	.schema = "ingest",
	.config_keys = config_keys,
	.config_size = sizeof(struct ingest_config),
	.documents = documents,
	.stages = ingest_stages,
	.lead = OPS_INTAKE,
	.migrations = ingest_migrations,
	.machines = machines,
	.extra = { .check = ingest_edge_check,
	           .start = ingest_edge_start,
	           .routes = ingest_edge_routes,
	           .context = ingest_edge_context,
	           .ready = ingest_edge_ready,
	           .drain = ingest_edge_drain,
	           .stop = ingest_edge_stop },
};

int main(int argc, char **argv)
{
	return service_main(&ingest, argc, argv);
}
