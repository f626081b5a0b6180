#include "tests/support/order.h"

bool order_next(size_t *order, size_t count)
{
	size_t i = count;

	while (i > 1 && order[i - 2] >= order[i - 1])
		i--;
	if (i < 2)
		return false;
	size_t k = count - 1;
	while (order[k] <= order[i - 2])
		k--;
	const size_t swap = order[i - 2];
	order[i - 2] = order[k];
	order[k] = swap;
	for (size_t left = i - 1, right = count - 1; left < right; left++, right--) {
		const size_t kept = order[left];

		order[left] = order[right];
		order[right] = kept;
	}
	return true;
}
