/*
 * confined_test - work in a process of its own: its answer, and what becomes of work that takes too much, crashes or hangs.
 */
#include "common/base/confined.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

static const struct confined_limits limits = { .memory = 64 * MIB, .seconds = 1 };
static int changed;

static void answers(void *context, struct confined_answer *answer)
{
	changed = 1;
	answer->status = STATUS_REJECT;
	answer->number = *(const int *)context;
	snprintf(answer->reason, sizeof(answer->reason), "because");
}

static void takes(void *context, struct confined_answer *answer)
{
	for (size_t taken = 0; taken < *(const size_t *)context; taken += MIB) {
		void *const room =
		    mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memset(room, 1, MIB);
	}
	answer->status = STATUS_OK;
}

static void crashes(void *context, struct confined_answer *answer)
{
	(void)context;
	(void)answer;
	(void)raise(SIGSEGV);
}

static void turns(void *context, struct confined_answer *answer)
{
	(void)context;
	for (volatile int64_t i = 0;; i++)
		answer->number = i;
}

static void hangs(void *context, struct confined_answer *answer)
{
	(void)context;
	(void)answer;
	for (;;)
		(void)pause();
}

static enum status run(confined_work *work, void *context, struct confined_answer *answer)
{
	*answer = (struct confined_answer){ .number = -1 };
	return confined_run(&limits, work, context, answer);
}

static void an_answer_comes_whole_and_changes_nothing_else(void **state)
{
	struct confined_answer answer;
	int number = 42;

	(void)state;
	assert_int_equal(run(answers, &number, &answer), STATUS_OK);
	assert_int_equal(answer.status, STATUS_REJECT);
	assert_int_equal(answer.number, 42);
	assert_string_equal(answer.reason, "because");
	assert_int_equal(changed, 0);
}

static void memory_is_bounded(void **state)
{
	struct confined_answer answer;
	size_t little = 16 * MIB;
	size_t much = 96 * MIB;
	size_t without_end = SIZE_MAX;

	(void)state;
	assert_int_equal(run(takes, &little, &answer), STATUS_OK);
	assert_int_equal(run(takes, &much, &answer), STATUS_REJECT);
	assert_int_equal(run(takes, &without_end, &answer), STATUS_REJECT);
	assert_int_equal(answer.number, -1);
}

static void a_crash_and_work_without_an_end_are_no_answer(void **state)
{
	struct confined_answer answer;

	(void)state;
	assert_int_equal(run(crashes, NULL, &answer), STATUS_REJECT);
	assert_int_equal(run(turns, NULL, &answer), STATUS_REJECT);
	assert_int_equal(run(hangs, NULL, &answer), STATUS_REJECT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_whole_and_changes_nothing_else),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(a_crash_and_work_without_an_end_are_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
