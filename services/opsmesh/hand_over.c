#include "services/opsmesh/hand_over.h"

#include "common/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Next to this program, unless a setting names another folder. */
static const char *program_of(const struct tool *tool, const char *daemon)
{
	const char *const end = strrchr(tool->program, '/');

	if (tool->settings.programs[0] != '\0')
		return arena_printf(tool->arena, "%s/%s", tool->settings.programs, daemon);
	return end == NULL ? daemon
	                   : arena_printf(tool->arena, "%.*s/%s", (int)(end - tool->program),
	                                  tool->program, daemon);
}

/* "SLA_WATCHER_DATABASE_URL=" of "sla-watcher" */
static const char *role_setting(struct arena *arena, const char *daemon)
{
	char *const name = arena_printf(arena, "%s_DATABASE_URL=", daemon);

	for (char *at = name; *at != '\0'; at++) {
		if (*at == '-')
			*at = '_';
		else if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
	return name;
}

/* This program's environment, with the daemon's own address of the database where it is known. */
static char **environment_of(const struct tool *tool, const char *daemon)
{
	const char *const role = role_setting(tool->arena, daemon);
	const char *own = NULL;
	char **list;
	size_t count = 0;

	for (char **at = environ; *at != NULL; at++, count++)
		if (text_starts(*at, role) && (*at)[strlen(role)] != '\0')
			own = *at + strlen(role);
	list = arena_alloc(tool->arena, (count + 2) * sizeof(*list));
	count = 0;
	for (char **at = environ; *at != NULL; at++)
		if (own == NULL || !text_starts(*at, "DATABASE_URL="))
			list[count++] = *at;
	if (own != NULL)
		list[count++] = arena_printf(tool->arena, "DATABASE_URL=%s", own);
	list[count] = NULL;
	return list;
}

int hand_over(const struct tool *tool, const char *daemon, char **arguments)
{
	const char *const program = program_of(tool, daemon);

	arguments[0] = text_mutable(program);
	fflush(stdout);
	(void)execvpe(program, arguments, environment_of(tool, daemon));
	return tool_fail(tool, ANSWER_AWAY, "%s cannot be run: %s", program,
	                 strerrordesc_np(errno));
}
