/*
 * What was agreed with a customer, as bytes of a row; and what a declaration says of it.
 */
#include "services/billing-sync/seat/seat_contract.h"

#include "common/base/money.h"
#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

#define CONTRACTS_VERSION 1
#define TEXT_SIZE 256

bool seat_contract_take(const Opsmesh__V1__Order *order, struct seat_contract *contract)
{
	struct seat_contract made = { .id = order->order_id,
		                      .version = order->version,
		                      .price = order->price_id,
		                      .product = order->product_id,
		                      .quantity = order->quantity,
		                      .has_unit = *order->currency != '\0',
		                      .unit = order->unit_amount,
		                      .until = TIME_MAX };

	if (strlen(made.id) >= TEXT_SIZE || strlen(made.price) >= TEXT_SIZE ||
	    strlen(made.product) >= TEXT_SIZE || made.quantity < 0 ||
	    made.quantity > INVOICE_QUANTITY_MAX || made.unit < 0 ||
	    made.unit > INVOICE_AMOUNT_MAX || !proto_instant(order->from, &made.from) ||
	    (order->until != NULL && !proto_instant(order->until, &made.until)) ||
	    (made.has_unit && !money_currency(order->currency, made.currency)))
		return false;
	*contract = made;
	return true;
}

const struct seat_price *seat_book_price(const struct seat_book *book, const char *id)
{
	for (size_t i = 0; i < book->price_count; i++)
		if (text_equal(book->prices[i].id, id))
			return &book->prices[i];
	return NULL;
}

bool seat_contract_is_about(const struct seat_contract *contract, const struct seat_line *line,
                            const struct seat_price *price)
{
	if (time_before(line->start, contract->from) || !time_before(line->start, contract->until))
		return false;
	if (*contract->price != '\0')
		return text_equal(contract->price, line->price);
	return price != NULL && text_equal(contract->product, price->product);
}

bool seat_book_bills(const struct seat_book *book, const struct seat_contract *contract)
{
	for (size_t i = 0; i < book->line_count; i++) {
		const struct seat_line *const line = &book->lines[i];

		if (line->kind == SEAT_LINE_PERIOD &&
		    seat_contract_is_about(contract, line, seat_book_price(book, line->price)))
			return true;
	}
	return false;
}

struct bytes seat_contracts_encode(struct arena *arena, const struct seat_contract *contracts,
                                   size_t count)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, CONTRACTS_VERSION);
	pack_u8(&out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		pack_text(&out, contracts[i].id);
		pack_i64(&out, contracts[i].version);
		pack_text(&out, contracts[i].price);
		pack_text(&out, contracts[i].product);
		pack_i64(&out, contracts[i].quantity);
		pack_bool(&out, contracts[i].has_unit);
		pack_i64(&out, contracts[i].unit);
		pack_text(&out, contracts[i].currency);
		pack_time(&out, contracts[i].from);
		pack_time(&out, contracts[i].until);
	}
	return pack_end(arena, &out);
}

static void contract_in(struct arena *arena, struct packed *from, struct seat_contract *contract)
{
	*contract = (struct seat_contract){ .id = packed_string(arena, from) };
	contract->version = packed_i64(from, INT64_MIN, INT64_MAX);
	contract->price = packed_string(arena, from);
	contract->product = packed_string(arena, from);
	contract->quantity = packed_i64(from, 0, INVOICE_QUANTITY_MAX);
	contract->has_unit = packed_bool(from);
	contract->unit = packed_i64(from, 0, INVOICE_AMOUNT_MAX);
	packed_text(from, contract->currency, sizeof(contract->currency));
	contract->from = packed_time(from);
	contract->until = packed_time(from);
}

bool seat_contracts_decode(struct arena *arena, struct bytes bytes,
                           const struct seat_contract **contracts, size_t *count)
{
	struct packed from = packed_open(bytes);

	if (packed_u8(&from, CONTRACTS_VERSION) != CONTRACTS_VERSION)
		return false;
	*count = packed_u8(&from, SEAT_CONTRACTS_MAX);
	struct seat_contract *const made = arena_alloc(arena, (*count + 1) * sizeof(*made));

	for (size_t i = 0; i < *count; i++)
		contract_in(arena, &from, &made[i]);
	*contracts = made;
	return packed_done(&from);
}
