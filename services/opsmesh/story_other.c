/*
 * Alerts, accounts, actions, and the answers that requests and actions get, as sentences.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>

/* Answers. */

static const char *at_field(const struct story *story, const char *field)
{
	return field[0] == '\0' ? "" : arena_printf(story->arena, " (field %s)", field);
}

static const char *code(const struct story *story, Opsmesh__V1__RefusalCode refusal)
{
	return story_word(story, &opsmesh__v1__refusal_code__descriptor, (int)refusal);
}

static struct story_line request_refused(const struct story *story, const void *message)
{
	const Opsmesh__V1__RequestRefused *const fact = message;

	return (struct story_line){ NULL,
		                    arena_printf(story->arena, "refuses request %s as %s%s: %s",
		                                 fact->request_id, code(story, fact->code),
		                                 at_field(story, fact->field), fact->reason) };
}

static struct story_line id_conflict(const struct story *story, const void *message)
{
	const Opsmesh__V1__IdConflict *const fact = message;

	return (struct story_line){
		NULL,
		arena_printf(
		    story->arena,
		    "lets request %s have no effect: its id is known from %s with other bytes "
		    "(first %.12s, now %.12s)",
		    fact->request_id, fact->source, fact->first_digest, fact->this_digest)
	};
}

static struct story_line action_applied(const struct story *story, const void *message)
{
	const Opsmesh__V1__ActionApplied *const fact = message;

	return (struct story_line){
		NULL, arena_printf(story->arena, "carries out the action %s (%s) of %s%s",
		                   fact->action, fact->action_id, story_actor(story, fact->by),
		                   story_saying(story, fact->reason))
	};
}

static struct story_line action_refused(const struct story *story, const void *message)
{
	const Opsmesh__V1__ActionRefused *const fact = message;

	return (struct story_line){
		NULL,
		arena_printf(story->arena, "refuses the action %s (%s) of %s as %s%s: %s",
		             fact->action, fact->action_id, story_actor(story, fact->by),
		             code(story, fact->code), at_field(story, fact->field), fact->reason)
	};
}

struct story_line story_answer(const struct story *story, const struct told *told)
{
	const struct {
		const ProtobufCMessageDescriptor *type;
		struct story_line (*tell)(const struct story *, const void *);
	} rows[] = {
		{ &opsmesh__v1__request_refused__descriptor, request_refused },
		{ &opsmesh__v1__id_conflict__descriptor, id_conflict },
		{ &opsmesh__v1__action_applied__descriptor, action_applied },
		{ &opsmesh__v1__action_refused__descriptor, action_refused },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (told->fact->descriptor == rows[i].type)
			return rows[i].tell(story, told->fact);
	return (struct story_line){ NULL, NULL };
}

/* Alerts. */

struct story_line story_alert(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__AlertEvent *const event = message;

	if (event->fact_case == OPSMESH__V1__ALERT_EVENT__FACT_RAISED)
		return (struct story_line){
			NULL,
			arena_printf(story->arena, "raises the %s alert %s for %s: %s See %s.",
			             story_word(story, &opsmesh__v1__severity__descriptor,
			                        (int)event->raised->severity),
			             event->alert_id,
			             event->raised->team[0] == '\0' ? "nobody in particular"
			                                            : event->raised->team,
			             event->raised->summary, event->raised->runbook)
		};
	if (event->fact_case == OPSMESH__V1__ALERT_EVENT__FACT_UPDATED)
		return (struct story_line){
			NULL, arena_printf(story->arena, "updates the %s alert %s: %s",
			                   story_word(story, &opsmesh__v1__severity__descriptor,
			                              (int)event->updated->severity),
			                   event->alert_id, event->updated->summary)
		};
	if (event->fact_case == OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED)
		return (struct story_line){
			NULL, arena_printf(story->arena, "resolves the alert %s%s", event->alert_id,
			                   story_because(story, event->resolved->reason))
		};
	if (event->fact_case == OPSMESH__V1__ALERT_EVENT__FACT_ACKNOWLEDGED)
		return (struct story_line){
			story_actor(story, event->acknowledged->by),
			arena_printf(story->arena, "acknowledges the alert %s%s", event->alert_id,
			             story_saying(story, event->acknowledged->reason))
		};
	return (struct story_line){ NULL, NULL };
}

/* Accounts. */

struct story_line story_account(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__AccountEvent *const event = message;

	if (event->fact_case != OPSMESH__V1__ACCOUNT_EVENT__FACT_DECLARED)
		return (struct story_line){ NULL, NULL };

	const Opsmesh__V1__AccountDeclared *const fact = event->declared;

	return (struct story_line){
		story_actor(story, event->actor),
		arena_printf(
		    story->arena,
		    "declares account %s, version %" PRId64
		    ": tier %s, region %s, time zone %s, owner %s, name %s, domains %s, %zu addresses, Slack "
		    "teams %s, Stripe customers %s",
		    event->account_id, fact->version,
		    story_verbatim(
			story, story_word(story, &opsmesh__v1__tier__descriptor, (int)fact->tier),
			fact->tier_verbatim),
		    fact->region[0] == '\0' ? "unknown" : fact->region,
		    fact->time_zone[0] == '\0' ? "unknown" : fact->time_zone,
		    fact->owner[0] == '\0' ? "nobody" : fact->owner,
		    fact->name == NULL ? "unknown" : story_personal(story, fact->name),
		    story_list(story, fact->domains, fact->n_domains), fact->n_addresses,
		    story_list(story, fact->slack_teams, fact->n_slack_teams),
		    story_list(story, fact->stripe_customers, fact->n_stripe_customers))
	};
}

/* Actions. */

static const char *brought(const struct story *story, const Opsmesh__V1__ActionFile *file)
{
	return file == NULL ? ""
	                    : arena_printf(story->arena, " with a file (%s, %lld bytes)",
	                                   file->media_type, (long long)file->bytes);
}

struct story_line story_action(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__ActionEvent *const event = message;

	if (event->fact_case != OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED ||
	    event->requested->on == NULL)
		return (struct story_line){ NULL, NULL };

	const Opsmesh__V1__ActionRequested *const fact = event->requested;
	const bool reveals = fact->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_EXPLAIN;

	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena, "%s %s %s%s%s%s",
		             reveals ? "was shown personal text of" : "asks for the action",
		             reveals ? fact->on->type
		                     : arena_printf(story->arena, "%s on %s", fact->action,
		                                    fact->on->type),
		             fact->on->id,
		             reveals ? "" : arena_printf(story->arena, " (%s)", event->action_id),
		             brought(story, fact->file), story_saying(story, fact->reason))
	};
}

/* Between stages. */

struct story_line story_errand(const struct story *story, const struct told *told)
{
	const char *const to = told->topic == OPS_BY_CONTACT   ? "asks the stage directory"
	                       : told->topic == OPS_BY_TICKET  ? "asks the stage ticket"
	                       : told->topic == OPS_CONTROL    ? "tells the shard that refused"
	                       : told->topic == OPS_USAGE      ? "passes on what was used"
	                       : told->topic == OPS_BY_ACCOUNT ? "tells the account's customers"
	                       : told->topic == OPS_MATERIAL   ? "brings it under the account"
	                       : told->topic == OPS_BY_DISPUTE ? "asks the stage answer"
	                                                       : "passes on the provider's event";

	return (struct story_line){ NULL, arena_printf(story->arena, "%s: %s, key %s", to,
		                                       story_plain(story, told->name),
		                                       story_contact(story, told->key)) };
}
