/*
 * model_contract - what was agreed with customers of the model company, as their account declares it: how many seats of
 * the product of its first plan, at which price, for a year; of some other seats from a month on. What is billed of that
 * product otherwise is known here.
 */
#include "tests/support/model_inside.h"

#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/time.h"

#include <inttypes.h>

#define CUSTOMERS 100 /* of a thousand */
#define CHEAPER 100   /* steps, in contracts that are not kept */

static const char *time_text(const struct life *life, int64_t at_s)
{
	char text[TIME_TEXT_SIZE];

	return arena_string(life->arena, time_format((struct instant){ SECONDS(at_s).us }, text));
}

static const char *order_body(const struct life *life, const struct model_agreed *agreed,
                              int version)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"order_%s\",\"version\":%d,\"customer\":\"%s\",\"product\":\"prod_0\","
	    "\"quantity\":%" PRId64 ",\"unit_amount\":%" PRId64
	    ",\"currency\":\"%s\",\"from\":\"%s\",\"until\":\"%s\"}",
	    life->customer->id, version, life->customer->id, agreed->quantity, agreed->unit,
	    life->currency->code, time_text(life, agreed->from_s),
	    time_text(life, life->contract.until_s));
}

static void declare(struct life *life)
{
	const struct model_contract *const contract = &life->contract;
	const char *const id = arena_printf(life->arena, "acc_%s", life->customer->id);
	const char *orders = "";

	for (int i = 0; i < contract->count; i++)
		orders = arena_printf(life->arena, "%s%s%s", orders, i > 0 ? "," : "",
		                      order_body(life, &contract->agreed[i], i + 1));
	model_say(life, &(struct model_state){
			    .object_id = id,
			    .type = MODEL_ACCOUNT,
			    .event_type = "",
			    .status = "",
			    .created_s = contract->agreed[0].from_s,
			    .object = arena_printf(
				life->arena,
				"{\"id\":\"%s\",\"stripe_customers\":[\"%s\"],\"orders\":[%s]}", id,
				life->customer->id, orders),
			});
}

void model_contract_choose(struct life *life, int64_t number)
{
	struct chance *const chance = &life->contract.chance;

	chance_seed(chance, life->seed * UINT64_C(1000099) + (uint64_t)number);
	(void)chance_next(chance);
	life->contract.chosen = !life->ample && chance_of(chance, CUSTOMERS);
}

void model_contract_begin(struct life *life, int64_t from_s, int64_t then_s, int64_t until_s)
{
	struct model_contract *const contract = &life->contract;
	struct model_agreed first = { .from_s = from_s,
		                      .quantity = life->seats,
		                      .unit = life->unit };

	if (!contract->chosen || contract->count > 0 || life->plan > 0)
		return;
	if (chance_of(&contract->chance, 200))
		first.unit -= CHEAPER * life->currency->step;
	contract->until_s = until_s;
	contract->agreed[contract->count++] = first;
	if (chance_of(&contract->chance, 300)) {
		first.from_s = then_s;
		first.quantity++;
		contract->agreed[contract->count++] = first;
	}
	declare(life);
}

/* NULL: nothing was agreed for that time. */
static const struct model_agreed *agreed_at(const struct life *life, int64_t at_s)
{
	const struct model_contract *const contract = &life->contract;
	const struct model_agreed *agreed = NULL;

	for (int i = 0; i < contract->count; i++)
		if (at_s >= contract->agreed[i].from_s)
			agreed = &contract->agreed[i];
	return at_s < contract->until_s ? agreed : NULL;
}

bool model_contract_covers(const struct life *life, int plan, int64_t at_s)
{
	return plan == 0 && agreed_at(life, at_s) != NULL;
}

static void hold(struct life *life, const struct model_line *line, const char *invoice)
{
	const struct model_agreed *const agreed = agreed_at(life, line->start_s);

	if (agreed == NULL)
		return;
	if (line->quantity != agreed->quantity)
		model_case_add(life, "contract_quantity", invoice);
	if (line->unit != agreed->unit)
		model_case_add(life, "contract_price", invoice);
}

void model_contract_hold(struct life *life, const struct model_invoice *invoice)
{
	for (size_t i = 0; i < invoice->line_count; i++) {
		const struct model_line *const line = &invoice->lines[i];

		if (line->kind == MODEL_LINE_SEATS && !line->proration && line->plan == 0)
			hold(life, line, invoice->id);
	}
}
