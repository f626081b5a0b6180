/*
 * action_test - what an owner reads of an action, and what both answers say of it.
 */
#include "common/base/text.h"
#include "common/flow/action.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Opsmesh__V1__PersonalText written(const char *text)
{
	Opsmesh__V1__PersonalText made = OPSMESH__V1__PERSONAL_TEXT__INIT;

	made.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made.text = text_mutable(text);
	return made;
}

static void answers_name_the_action_and_who_asked(void **state)
{
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__Actor by = OPSMESH__V1__ACTOR__INIT;
	Opsmesh__V1__PersonalText reason = written("seen");

	(void)state;
	requested.action = text_mutable("assign");
	requested.by = &by;
	requested.reason = &reason;
	const Opsmesh__V1__ActionApplied applied = action_applied("a-1", &requested);
	assert_string_equal(applied.action_id, "a-1");
	assert_string_equal(applied.action, "assign");
	assert_ptr_equal(applied.by, &by);
	assert_ptr_equal(applied.reason, &reason);
	const Opsmesh__V1__ActionRefused refused =
	    action_refused("a-1", &requested, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
	                   "assignee", "Nobody is named.");
	assert_string_equal(refused.action_id, "a-1");
	assert_string_equal(refused.action, "assign");
	assert_int_equal(refused.code, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID);
	assert_string_equal(refused.field, "assignee");
	assert_string_equal(refused.reason, "Nobody is named.");
	assert_ptr_equal(refused.by, &by);
}

static void what_people_wrote_is_no_plain_parameter(void **state)
{
	Opsmesh__V1__ActionParameter plain = OPSMESH__V1__ACTION_PARAMETER__INIT;
	Opsmesh__V1__ActionParameter personal = OPSMESH__V1__ACTION_PARAMETER__INIT;
	Opsmesh__V1__ActionParameter *both[] = { &plain, &personal };
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__PersonalText words = written("mika");

	(void)state;
	plain.name = text_mutable("team");
	plain.value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
	plain.plain = text_mutable("billing");
	personal.name = text_mutable("assignee");
	personal.value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PERSONAL;
	personal.personal = &words;
	requested.parameters = both;
	requested.n_parameters = COUNT_OF(both);
	assert_string_equal(action_plain(action_parameter(&requested, "team")), "billing");
	assert_null(action_plain(action_parameter(&requested, "assignee")));
	assert_null(action_parameter(&requested, "queue"));
}

static void a_reason_says_something(void **state)
{
	const Opsmesh__V1__PersonalText nothing = written("");
	const Opsmesh__V1__PersonalText words = written("agreed");
	Opsmesh__V1__PersonalText sealed = OPSMESH__V1__PERSONAL_TEXT__INIT;

	(void)state;
	sealed.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_SEALED;
	assert_false(action_has_words(NULL));
	assert_false(action_has_words(&nothing));
	assert_true(action_has_words(&words));
	assert_true(action_has_words(&sealed));
}

static void a_scope_covers_itself_and_with_an_asterisk_what_is_below_it(void **state)
{
	static const struct {
		const char *own;
		const char *scope;
		bool may;
	} rows[] = {
		{ "actions:approve", "actions:approve", true },
		{ "actions:approve", "actions:approve:finance", false },
		{ "actions:approve:finance", "actions:approve", false },
		{ "actions:*", "actions:approve", true },
		{ "actions:*", "actions:approve:finance", true },
		{ "actions:approve:*", "actions:approve:finance", true },
		{ "actions:approve:*", "actions:approve", false },
		{ "actions:assign", "actions:approve", false },
		{ "tickets", "actions:approve", false },
		{ "*", "actions:approve", false },
	};
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	char *scopes[2] = { text_mutable("csat"), NULL };

	(void)state;
	assert_false(action_may(&requested, "actions:approve")); /* nobody verified it */
	requested.scopes = scopes;
	requested.n_scopes = COUNT_OF(scopes);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		scopes[1] = text_mutable(rows[i].own);
		if (action_may(&requested, rows[i].scope) != rows[i].may)
			fail_msg("%s %s", rows[i].own, rows[i].scope);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_name_the_action_and_who_asked),
		cmocka_unit_test(what_people_wrote_is_no_plain_parameter),
		cmocka_unit_test(a_reason_says_something),
		cmocka_unit_test(a_scope_covers_itself_and_with_an_asterisk_what_is_below_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
