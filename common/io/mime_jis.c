#include "common/io/mime_jis.h"

#include "common/base/check.h"

#include <iconv.h>
#include <string.h>

#define ESCAPE 0x1B

enum jis_set { SET_ASCII, SET_KANA, SET_208, SET_212 };

struct jis_escape {
	const char *text;
	enum jis_set set;
};

/* Longer ones first where one begins another. JIS Roman is read as ASCII, as Windows does. */
static const struct jis_escape escapes[] = {
	{ "$(D", SET_212 }, { "$(B", SET_208 },  { "$(@", SET_208 },
	{ "$@", SET_208 },  { "$B", SET_208 },   { "(J", SET_ASCII },
	{ "(I", SET_KANA }, { "(B", SET_ASCII }, { "(H", SET_ASCII },
};

struct jis_writer {
	iconv_t cp932;
	iconv_t eucjp;
	struct buffer *out;
	size_t bad;
};

static struct jis_writer writer_open(struct buffer *out)
{
	struct jis_writer writer = { .cp932 = iconv_open("UTF-8", "CP932"),
		                     .eucjp = iconv_open("UTF-8", "EUC-JP"),
		                     .out = out };

	CHECK(writer.cp932 != (iconv_t)-1);
	CHECK(writer.eucjp != (iconv_t)-1);
	return writer;
}

static size_t writer_close(struct jis_writer *writer)
{
	iconv_close(writer->cp932);
	iconv_close(writer->eucjp);
	return writer->bad;
}

static void write_bad(struct jis_writer *writer)
{
	buffer_add(writer->out, "\xEF\xBF\xBD", 3);
	writer->bad++;
}

static void write_character(struct jis_writer *writer, iconv_t cd, unsigned char *bytes,
                            size_t size)
{
	char piece[16];
	char *from = (char *)bytes;
	char *to = piece;
	size_t room = sizeof(piece);

	if (iconv(cd, &from, &size, &to, &room) == (size_t)-1 || size > 0) {
		iconv(cd, NULL, NULL, NULL, NULL);
		write_bad(writer);
		return;
	}
	buffer_add(writer->out, piece, sizeof(piece) - room);
}

static void write_kana(struct jis_writer *writer, unsigned char byte)
{
	unsigned char kana = byte | 0x80;

	write_character(writer, writer->cp932, &kana, 1);
}

/* Row and cell are 0x21 to 0x7E. The arithmetic is that of Shift_JIS (JIS X 0208, annex 1). */
static void write_208(struct jis_writer *writer, unsigned char row, unsigned char cell)
{
	const unsigned high = row - 0x21U;
	const unsigned low = cell - 0x21U;
	const unsigned lead = high / 2 + (high < 62 ? 0x81 : 0xC1);
	const unsigned trail = high % 2 == 1 ? low + 0x9F : low + (low < 63 ? 0x40 : 0x41);
	unsigned char pair[2] = { (unsigned char)lead, (unsigned char)trail };

	write_character(writer, writer->cp932, pair, 2);
}

static void write_212(struct jis_writer *writer, unsigned char row, unsigned char cell)
{
	unsigned char triple[3] = { 0x8F, row | 0x80, cell | 0x80 };

	write_character(writer, writer->eucjp, triple, 3);
}

static const struct jis_escape *escape_at(const unsigned char *data, size_t left)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		const size_t size = strlen(escapes[i].text);
		if (left > size && memcmp(data + 1, escapes[i].text, size) == 0)
			return &escapes[i];
	}
	return NULL;
}

bool jis_escaped(struct bytes in)
{
	const unsigned char *data = in.data;

	for (size_t i = 0; i < in.size; i++) {
		if (data[i] != ESCAPE)
			continue;
		const struct jis_escape *const escape = escape_at(data + i, in.size - i);
		if (escape != NULL && (escape->set != SET_ASCII || escape->text[1] == 'J'))
			return true;
	}
	return false;
}

static bool is_cell(unsigned char byte)
{
	return byte >= 0x21 && byte <= 0x7E;
}

/* One character of a set of two bytes each; how many bytes it took. */
static size_t jis_pair(struct jis_writer *writer, enum jis_set set, const unsigned char *data,
                       size_t left)
{
	if (left < 2 || !is_cell(data[0]) || !is_cell(data[1])) {
		write_bad(writer);
		return 1;
	}
	if (set == SET_208)
		write_208(writer, data[0], data[1]);
	else
		write_212(writer, data[0], data[1]);
	return 2;
}

/* One character of the set, or one that is the same in each; how many bytes it took. */
static size_t jis_character(struct jis_writer *writer, enum jis_set set, const unsigned char *data,
                            size_t left)
{
	const unsigned char byte = data[0];
	const bool ascii = byte <= ' ' || (set == SET_ASCII && byte < 0x80);
	const bool raw_kana = byte >= 0xA1 && byte <= 0xDF; /* as old programs send it */

	if (raw_kana || (set == SET_KANA && is_cell(byte)))
		write_kana(writer, byte);
	else if (ascii && byte != ESCAPE)
		buffer_add(writer->out, data, 1);
	else if (set == SET_208 || set == SET_212)
		return jis_pair(writer, set, data, left);
	else
		write_bad(writer);
	return 1;
}

size_t jis_decode(struct bytes in, struct buffer *out)
{
	struct jis_writer writer = writer_open(out);
	enum jis_set set = SET_ASCII;
	const unsigned char *data = in.data;

	for (size_t i = 0; i < in.size;) {
		const struct jis_escape *const escape =
		    data[i] == ESCAPE ? escape_at(data + i, in.size - i) : NULL;
		if (escape != NULL) {
			set = escape->set;
			i += 1 + strlen(escape->text);
			continue;
		}
		if (data[i] == '\n')
			set = SET_ASCII; /* RFC 1468: a line begins in ASCII */
		i += jis_character(&writer, set, data + i, in.size - i);
	}
	return writer_close(&writer);
}

static bool is_high(const unsigned char *data, size_t left, size_t at)
{
	return at < left && data[at] >= 0xA1 && data[at] <= 0xFE;
}

static size_t eucjp_character(struct jis_writer *writer, const unsigned char *data, size_t left)
{
	if (data[0] == 0x8E && is_high(data, left, 1)) {
		write_kana(writer, data[1]);
		return 2;
	}
	if (data[0] == 0x8F && is_high(data, left, 1) && is_high(data, left, 2)) {
		write_212(writer, data[1], data[2]);
		return 3;
	}
	if (is_high(data, left, 0) && is_high(data, left, 1)) {
		write_208(writer, data[0] & 0x7F, data[1] & 0x7F);
		return 2;
	}
	write_bad(writer);
	return 1;
}

size_t eucjp_decode(struct bytes in, struct buffer *out)
{
	struct jis_writer writer = writer_open(out);
	const unsigned char *data = in.data;

	for (size_t i = 0; i < in.size;) {
		if (data[i] < 0x80)
			buffer_add(out, &data[i++], 1);
		else
			i += eucjp_character(&writer, data + i, in.size - i);
	}
	return writer_close(&writer);
}
