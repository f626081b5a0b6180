#include "tests/support/action_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

void action_ask(struct stage_test *test, const char *key, struct instant at,
                const struct asked_action *asked)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject on = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__Actor by = OPSMESH__V1__ACTOR__INIT;

	on.type = text_mutable(asked->type);
	on.id = text_mutable(asked->id);
	by.principal = text_mutable(ACTION_PRINCIPAL);
	requested.on = asked->type != NULL ? &on : NULL;
	requested.by = &by;
	requested.kind = asked->kind;
	event.action_id = text_mutable("A-1");
	event.routing_key = text_mutable(key);
	event.occurred_at = proto_timestamp(test->arena, at);
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	(void)stage_test_feed(
	    test,
	    &(struct stage_test_event){
		.topic = OPS_ACTIONS, .key = key, .time = at, .mesh = at, .message = &event.base });
	CHECK(stage_test_fold(test, STAGE_TEST_ALL, at) == STATUS_OK);
}
