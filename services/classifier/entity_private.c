#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

/* What is found so that others can mask it, and never has a value. */

#define CARD_MIN 13 /* ISO/IEC 7812: 8 to 19; cards that are paid with have 13 and more */
#define CARD_MAX 19

static bool luhn(const char *digits, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++) {
		int digit = digits[count - 1 - i] - '0';
		if (i % 2 == 1)
			digit = digit > 4 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10 == 0;
}

static bool card_joint(struct scan *scan, size_t at)
{
	const uint32_t code = scan_code(scan, at);

	return (code == ' ' || code == '-') && is_digit(scan_code(scan, at + 1));
}

/* The longest run of whole groups that is a card's number: an expiry date may stand behind it. */
bool entity_read_card(struct scan *scan, size_t at, struct finding *found)
{
	char digits[CARD_MAX];
	size_t count = 0;
	size_t best = 0;
	size_t i = at;

	if (!is_digit(scan_code(scan, at)) || scan_code(scan, at) == '0')
		return false;
	while (count < CARD_MAX && is_digit(scan_code(scan, i))) {
		digits[count++] = (char)scan_code(scan, i++);
		if (count >= CARD_MIN && scan_word_ends(scan, i) && luhn(digits, count))
			best = i;
		i += card_joint(scan, i) ? 1 : 0;
	}
	return best > 0 && finding_set(found, ENTITY_CARD_NUMBER, at, best, NULL);
}

#define PHONE_MIN 8
#define PHONE_MAX 15 /* E.164 */
#define PHONE_POINTS_MAX 30

/* National forms: '0' a leading zero, 'd' a digit, the rest itself. */
static const char *const phone_shapes[] = {
	"0d-dddd-dddd",   "0dd-dddd-dddd", "0dd-ddd-dddd",  "0ddd-dd-dddd",
	"0dddd-d-dddd",   "0ddd-ddd-ddd",  "0ddddddddd",    "0dddddddddd",
	"0dd dddd dddd",  "0d dddd dddd",  "ddd-ddd-dddd",  "ddd.ddd.dddd",
	"(ddd) ddd-dddd", "(ddd)ddd-dddd", "(0d)dddd-dddd", "1-ddd-ddd-dddd",
};

static size_t shape_size(struct scan *scan, size_t at, const char *shape)
{
	size_t size = 0;

	for (; shape[size] != '\0'; size++) {
		const uint32_t code = scan_code(scan, at + size);
		if (shape[size] == 'd' ? !is_digit(code) : code != (uint32_t)shape[size])
			return 0;
	}
	return size;
}

/* +81 3-1234-5678, +1 (555) 123-4567. */
static size_t international_size(struct scan *scan, size_t at)
{
	size_t digits = 0;
	size_t size = 1;
	size_t last = 0;

	while (digits <= PHONE_MAX && size < PHONE_POINTS_MAX) {
		const uint32_t code = scan_code(scan, at + size);
		if (is_digit(code)) {
			digits++;
			last = size + 1;
		} else if (code != ' ' && code != '-' && code != '.' && code != '(' &&
		           code != ')') {
			break;
		}
		size++;
	}
	return digits >= PHONE_MIN && digits <= PHONE_MAX ? last : 0;
}

bool entity_read_phone(struct scan *scan, size_t at, struct finding *found)
{
	const uint32_t code = scan_code(scan, at);
	size_t size = 0;

	if (code == '+' && is_digit(scan_code(scan, at + 1)))
		size = international_size(scan, at);
	if (code == '(' || is_digit(code))
		for (size_t i = 0; i < COUNT_OF(phone_shapes) && size == 0; i++) {
			size = shape_size(scan, at, phone_shapes[i]);
			const uint32_t next = scan_code(scan, at + size);
			if (is_alnum(next) || next == '-')
				size = 0;
		}
	return size > 0 && finding_set(found, ENTITY_PHONE, at, at + size, NULL);
}

/* Four numbers below 256: no entity, but no version either. */
bool entity_read_internet_address(struct scan *scan, size_t at, struct finding *found)
{
	size_t size = 0;
	int part = 0;

	for (int i = 0; i < 4; i++) {
		if (i > 0 && scan_code(scan, at + size++) != '.')
			return false;
		const size_t digits = scan_number(scan, at + size, 3, &part);
		if (digits == 0 || part > 255)
			return false;
		size += digits;
	}
	if (!scan_word_ends(scan, at + size) ||
	    (scan_code(scan, at + size) == '.' && is_digit(scan_code(scan, at + size + 1))))
		return false;
	finding_set(found, ENTITY_VERSION, at, at + size, NULL);
	found->nothing = true;
	return true;
}

void entity_words_phone(struct starts *starts)
{
	starts_word(starts, "+");
	starts_word(starts, "(");
}
