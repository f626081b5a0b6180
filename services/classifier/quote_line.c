#include "services/classifier/quote_line.h"

#include <string.h>

#define LINE_LOOKED_AT 400  /* bytes: what mail programs write above a quote is shorter */
#define ATTRIBUTION_LINES 3 /* programs wrap it at 72 columns */
#define HEADER_LINES 6      /* among which From:, Sent: and To: must be */
#define SIGNATURE_LINES 12  /* with more behind it a divider is a divider */
#define DIVIDER_BYTES 5     /* "-----"; below it a line may be somebody's list */
#define MOBILE_BYTES 120    /* "Sent from my ..." */
#define MOBILE_WORDS 7      /* "Sent from my Verizon Wireless BlackBerry" has six */
#define VERB_TAIL 60        /* bytes at the end of an attribution: "님이 작성:", "a écrit :" */
#define HEADER_NAME_BYTES 24  /* with its colon: "받는 사람 :" */
#define SEPARATOR_BYTES_MAX 4 /* "--", an em dash */

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Dividers. */

/* Bytes of dashes, bars and stars, in ASCII or box drawing, that the line begins with. */
static size_t rules_at(struct quote_line line)
{
	static const char rules[] = "-|_|=|*|━|─|―|—|–|═|－|＿|＝|＊|~|+|#";
	const size_t size = line.size;
	size_t width;

	while (line.size > 0 && size - line.size < LINE_LOOKED_AT &&
	       (width = quote_line_met(line, rules)) > 0) {
		line.text += width;
		line.size -= width;
	}
	return size - line.size;
}

static bool divides(struct quote_line line)
{
	return line.size >= DIVIDER_BYTES && rules_at(line) == line.size;
}

/* "--", "-- " and the long dash alone. */
static bool separates(struct quote_line line)
{
	return line.size >= 2 && line.size < SEPARATOR_BYTES_MAX && rules_at(line) == line.size &&
	       !quote_line_starts(line, "#|*|+|=|~");
}

/* History. */

static bool is_marker(struct quote_line line)
{
	static const char markers[] =
	    "original message|original appointment|forwarded message|"
	    "forwarded by|ursprüngliche nachricht|message d'origine|"
	    "mensaje original|messaggio originale|mensagem original|"
	    "元のメッセージ|オリジナルメッセージ|オリジナル メッセージ|"
	    "転送メッセージ|転送されたメッセージ|転送メール|元のメール|"
	    "원본 메시지|원본 메일|원본메일|전달된 메시지|전달된 메일|原始邮件|"
	    "原始郵件|原始信件|转发邮件|转发的邮件|轉寄郵件|回复的原邮件|"
	    "回复的邮件|转发的原邮件";
	const size_t rules = rules_at(line);
	const struct quote_line rest = quote_line_after(line, rules);

	if (rest.size == 0 || line.size > LINE_LOOKED_AT)
		return false;
	if (quote_line_starts(line, "begin forwarded message:|開始轉寄郵件"))
		return true;
	return rules >= 2 && quote_line_starts(rest, markers) &&
	       quote_line_ends(rest, "-|_|=|*|━|─|－");
}

enum header { HEADER_FROM, HEADER_DATE, HEADER_TO, HEADER_SUBJECT, HEADER_COPY, HEADERS };

/* One of the names with its colon behind it. */
static bool names_header(struct quote_line line, const char *names)
{
	const size_t length = quote_line_met(line, names);

	return length > 0 && quote_line_starts(quote_line_after(line, length), ":|：");
}

/* Whose head this line is; HEADERS: none's. "*From:*" is what bold becomes in plain text. */
static enum header header_of(struct quote_line line)
{
	static const char dates[] = "sent|date|送信日時|日時|日付|发送时间|日期|寄件日期|傳送時間|"
				    "보낸 날짜|보낸날짜|날짜|gesendet|envoyé|enviado";
	static const char *const names[HEADERS] = {
		[HEADER_FROM] =
		    "from|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람|von|de|da",
		[HEADER_DATE] = dates,
		[HEADER_TO] = "to|宛先|送信先|收件人|收件者|받는 사람|받는사람|an|à|para",
		[HEADER_SUBJECT] = "subject|件名|主题|主旨|主題|제목|betreff|objet|asunto",
		[HEADER_COPY] = "cc|抄送|副本|참조|reply-to",
	};
	const struct quote_line bare =
	    line.size > 0 && line.text[0] == '*' ? quote_line_after(line, 1) : line;
	int header = 0;

	if (!quote_line_holds(quote_line_head(bare, HEADER_NAME_BYTES), ":|："))
		return HEADERS;
	while (header < HEADERS && !names_header(bare, names[header]))
		header++;
	return (enum header)header;
}

/* From: first, and two others close behind it. */
static bool heads_block(const char *text, size_t size, struct quote_line line)
{
	unsigned int found = 0;
	int count = 0;

	if (header_of(line) != HEADER_FROM)
		return false;
	for (int i = 0; i < HEADER_LINES && !line.last; i++) {
		line = quote_line_at(text, size, line.next);
		const enum header header = header_of(line);
		if (header == HEADERS || (found & 1U << header) != 0)
			continue;
		found |= 1U << header;
		count++;
	}
	return count >= 2;
}

/* Attributions. */

static bool has_clock(struct quote_line line)
{
	for (size_t i = 1; i + 2 < line.size; i++)
		if (line.text[i] == ':' && digit(line.text[i - 1]) && digit(line.text[i + 1]) &&
		    digit(line.text[i + 2]))
			return true;
	return false;
}

static bool has_verb(struct quote_line line)
{
	static const char verbs[] = "wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|"
				    "のメール|書きました|のメッセージ|写道|寫道|作成|작성|썼습니다|"
				    "님이 보낸";

	if (line.size > VERB_TAIL) {
		line.text += line.size - VERB_TAIL;
		line.size = VERB_TAIL;
	}
	return quote_line_holds(line, verbs);
}

/* How a program begins its sentence in languages that put the name behind the date. */
static bool opens_with_word(struct quote_line line)
{
	static const char openings[] = "on |am |le |el |il |em |op |在|于|於";

	return quote_line_starts(line, openings);
}

static bool opens_with_date(struct quote_line line)
{
	return line.size > 0 && (digit(line.text[0]) || line.text[0] == '(' || line.text[0] == '"');
}

/* A person's sentence tells a time as well; a program's begins with the date or with the name in CJK. */
static bool opens(struct quote_line line)
{
	return opens_with_word(line) || opens_with_date(line) ||
	       (line.size > 0 && (unsigned char)line.text[0] >= 0x80) ||
	       quote_line_ends(line, "写道：|写道:|寫道：|寫道:");
}

static bool ends_with_colon(struct quote_line line)
{
	return quote_line_ends(line, ":|：");
}

/* "山田 <taro@example.com>:" after a date: how one program says it in Japanese, without a verb. */
static bool names_address(struct quote_line line)
{
	return quote_line_ends(line, ">:|>：|> :") && quote_line_holds(line, "@");
}

static bool quoted(struct quote_line line)
{
	return quote_line_starts(line, ">|＞");
}

/* Whether the next line that says anything is a quote. */
static bool quote_follows(const char *text, size_t size, struct quote_line line)
{
	for (int i = 0; i < HEADER_LINES && !line.last; i++) {
		line = quote_line_at(text, size, line.next);
		if (line.size > 0)
			return quoted(line);
	}
	return false;
}

/*
 * A program's sentence tells a time or an address. One that tells neither counts only where a quote
 * follows: people write "your colleague wrote:" as well.
 */
static bool attributes(const char *text, size_t size, struct quote_line whole)
{
	if (!ends_with_colon(whole) || whole.size > LINE_LOOKED_AT)
		return false;
	if (names_address(whole) && has_clock(whole))
		return true;
	return has_verb(whole) &&
	       ((has_clock(whole) && opens(whole)) || quote_follows(text, size, whole));
}

/* A sentence that is wrapped goes on in a line that begins none of its own. */
static bool goes_on(struct quote_line whole, struct quote_line more)
{
	return more.size > 0 && !quoted(more) && !opens_with_word(more) &&
	       (opens_with_word(whole) || !opens_with_date(more));
}

/* Of the line and up to two more. */
static bool is_attribution(const char *text, size_t size, struct quote_line line, size_t *next)
{
	for (int i = 1; line.size > 0 && line.size <= LINE_LOOKED_AT; i++) {
		if (attributes(text, size, line)) {
			*next = line.next;
			return true;
		}
		if (line.last || i == ATTRIBUTION_LINES || ends_with_colon(line) ||
		    !(opens_with_word(line) || opens_with_date(line)))
			return false;
		const struct quote_line more = quote_line_at(text, size, line.next);
		if (!goes_on(line, more))
			return false;
		line.size = (size_t)(more.text - line.text) + more.size;
		line.next = more.next;
		line.last = more.last;
	}
	return false;
}

/* Signatures. */

static struct quote_line first_part(struct quote_line line)
{
	size_t at = 0;

	while (at < line.size && strchr(",.;(", line.text[at]) == NULL)
		at++;
	return quote_line_head(line, at);
}

static size_t words_in(struct quote_line line)
{
	size_t count = line.size > 0;

	for (size_t i = 1; i < line.size; i++)
		count += line.text[i] == ' ' && line.text[i - 1] != ' ';
	return count;
}

static bool is_mobile(struct quote_line line)
{
	static const char english[] = "sent from |sent via |sent using ";
	static const char devices[] =
	    "iphone|ipad|android|blackberry|samsung|galaxy|mobile|phone|"
	    "outlook|yahoo|mail|device|pixel|windows|huawei|xperia|tablet";
	static const char openings[] =
	    "get outlook for|von meinem|gesendet von|envoyé de mon|"
	    "envoyé depuis|enviado desde|enviado do meu|inviato da|发自我的|"
	    "發自我的|来自我的|從我的|发自 iphone|ios版outlookを|"
	    "android版outlookを|获取outlook for|下载outlook for";
	static const char endings[] = "から送信|から送信されました|から送信しています|から送信。|"
				      "에서 보냄|에서 보냈습니다|에서 발송";

	if (line.size > MOBILE_BYTES)
		return false;
	if (quote_line_starts(line, openings) || quote_line_ends(line, endings))
		return true;
	if (quote_line_starts(line, "outlook for ") && quote_line_ends(line, "入手|取得|받기"))
		return true;
	const struct quote_line part = first_part(line);
	return quote_line_starts(line, english) && words_in(part) <= MOBILE_WORDS &&
	       quote_line_holds(part, devices);
}

/* What stands in a signature under a line of dashes, and hardly in a message under one. */
static bool has_contact(struct quote_line line)
{
	static const char marks[] =
	    "tel|fax|phone|mobile|http|www.|@|電話|〒|株式会社|有限会社|携帯|"
	    "㈱|전화|휴대|电话|電郵|手机|mailing list|unsubscribe";

	return quote_line_holds(quote_line_head(line, LINE_LOOKED_AT), marks);
}

static bool is_past(const char *text, size_t size, struct quote_line line)
{
	size_t next;

	return quoted(line) || is_marker(line) || heads_block(text, size, line) ||
	       is_attribution(text, size, line, &next);
}

/* Whether what one wrote ends soon behind this line; with a contact in between, where one is asked for. */
static bool is_signature(const char *text, size_t size, struct quote_line line, bool asks_contact)
{
	bool contact = !asks_contact;
	int lines = 0;

	while (!line.last) {
		line = quote_line_at(text, size, line.next);
		if (line.size > 0 && is_past(text, size, line))
			break;
		contact = contact || has_contact(line);
		if (++lines > SIGNATURE_LINES)
			return false;
	}
	return contact && lines > 0;
}

enum quote_kind quote_line_kind(const char *text, size_t size, size_t at, int *tries, size_t *next)
{
	const struct quote_line line = quote_line_at(text, size, at);

	*next = line.next;
	if (line.size == 0)
		return QUOTE_BLANK;
	if (quoted(line))
		return QUOTE_QUOTED;
	if (is_marker(line) || heads_block(text, size, line))
		return QUOTE_HISTORY;
	if (is_attribution(text, size, line, next))
		return QUOTE_ATTRIBUTION;
	if (divides(line) || separates(line)) {
		if (*tries > 0 && is_signature(text, size, line, divides(line)))
			return QUOTE_SIGNATURE;
		(*tries)--;
		return QUOTE_DIVIDER;
	}
	return is_mobile(line) ? QUOTE_MOBILE : QUOTE_OWN;
}
