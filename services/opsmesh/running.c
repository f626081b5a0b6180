#include "services/opsmesh/running.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

static struct money *find(struct running *running, const char *currency)
{
	for (size_t i = 0; i < running->count; i++)
		if (text_equal(running->sums[i].currency, currency))
			return &running->sums[i];
	if (running->count == RUNNING_MAX || strlen(currency) >= sizeof(running->sums[0].currency))
		return NULL;
	running->sums[running->count] = (struct money){ .minor = 0 };
	snprintf(running->sums[running->count].currency, sizeof(running->sums[0].currency), "%s",
	         currency);
	return &running->sums[running->count++];
}

bool running_add(struct running *running, const char *currency, int64_t minor, int64_t *now)
{
	struct money *const sum = find(running, currency);

	if (sum == NULL || __builtin_add_overflow(sum->minor, minor, &sum->minor))
		return false;
	*now = sum->minor;
	return true;
}

const char *running_text(struct arena *arena, const struct running *running)
{
	const char *text = "";

	for (size_t i = 0; i < running->count; i++)
		if (running->sums[i].minor != 0)
			text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ",
			                    money_format(arena, running->sums[i]));
	return text;
}

const char *decimal_text(struct arena *arena, const char *currency, int64_t minor)
{
	struct money money = { .minor = minor };
	const char *text;

	if (!money_currency(currency, money.currency))
		return "";
	text = money_format(arena, money);
	return arena_text(arena, text, strcspn(text, " "));
}
