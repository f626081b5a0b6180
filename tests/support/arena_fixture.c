#include "tests/support/arena_fixture.h"

#define SIZE 65536

struct arena *arena;

int arena_open(void **state)
{
	(void)state;
	arena = arena_create(SIZE);
	return 0;
}

int arena_close(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}
