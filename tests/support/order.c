#include "tests/support/order.h"

static void swap(size_t *a, size_t *b)
{
	const size_t kept = *a;

	*a = *b;
	*b = kept;
}

bool order_next(size_t *order, size_t count)
{
	size_t i = count;
	size_t k = count - 1;

	while (i > 1 && order[i - 2] >= order[i - 1])
		i--;
	if (i < 2)
		return false;
	while (order[k] <= order[i - 2])
		k--;
	swap(&order[i - 2], &order[k]);
	for (size_t left = i - 1, right = count - 1; left < right; left++, right--)
		swap(&order[left], &order[right]);
	return true;
}

void order_shuffle(struct chance *chance, size_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--)
		swap(&order[i - 1], &order[(size_t)chance_below(chance, (int)i)]);
}
