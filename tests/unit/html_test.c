/*
 * html_test - what mail programs call HTML gives its text, in linear time.
 */
#include "common/io/html.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MAX 65536

struct sample {
	const char *html;
	const char *text;
};

static const struct sample samples[] = {
	{ "a  b\n\tc", "a b c" },
	{ "<p>a</p><p>b</p>", "a\n\nb" },
	{ "a<br>b<br/><br>c", "a\nb\n\nc" },
	{ "<DIV>a</DIV>b", "a\nb" },
	{ "<script>if (a < b) x();</script>y<style>p{}</style>", "y" },
	{ "<style>never ends", "never ends" },
	{ "<!-- a > b -->c<!doctype html><![if mso]>d", "cd" },
	{ "<!-- never ends", "never ends" },
	{ "1 < 2 &amp; 3 > 2 &unknown; &", "1 < 2 & 3 > 2 &unknown; &" },
	{ "&#8364;&#x20ac;&#128;&#0;&#xD800;&#99999999;", "€€€\uFFFD\uFFFD\uFFFD" },
	{ "&lt;b&gt;&yen;100&nbsp;&nbsp;x", "<b>¥100 x" },
	{ "<a href='https://x.example/a'>here</a>.", "here (https://x.example/a)." },
	{ "<a href=\"https://x.example/a\">https://x.example/a</a>", "https://x.example/a" },
	{ "<a href=\"javascript:x\">here</a>", "here" },
	{ "<img src=x alt='Receipt'><img alt=''>", "[Receipt]" },
	{ "<a title=\"x > y\">z</a>", "z" },
	{ "<a title=\"x>z</a>", "z" },
	{ "<ul><li>a<li>b</ul>c", "- a\n- b\n\nc" },
	{ "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc" },
	{ "x<blockquote>y<blockquote>z</blockquote></blockquote>w",
	  "x\n> \n> y\n> > \n> > z\n\nw" },
	{ "<pre>a\n  b</pre>c", "a\n  b\n\nc" },
	{ "<p>請求<b>書</b></p>", "請求書" },
	{ "a\xFFz", "a\uFFFDz" },
	{ "", "" },
	{ "<", "<" },
	{ "a<hr>b", "a\n---\nb" },
};

static struct arena *arena;

static void html_becomes_readable_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		const char *const text = html_text(arena, bytes_of(samples[i].html), MAX);
		if (!text_equal(text, samples[i].text))
			print_message("%s\n", samples[i].html);
		assert_string_equal(text, samples[i].text);
	}
}

static void the_charset_of_a_meta_element_is_found(void **state)
{
	(void)state;
	assert_string_equal(
	    html_charset(arena,
	                 bytes_of("<meta http-equiv=x content=\"text/html; charset=euc-jp\">")),
	    "euc-jp");
	assert_string_equal(html_charset(arena, bytes_of("<META CHARSET='UTF-8'/>")), "UTF-8");
	assert_null(html_charset(arena, bytes_of("<p>charset")));
}

/* Each repeats into a megabyte that a careless parser would read over and over again. */
static void hostile_documents_take_linear_time(void **state)
{
	static const char *const pieces[] = { "<a =\">\" ",   "<",
		                              "<!--",         "<style>",
		                              "<a b='",       "&#",
		                              "<blockquote>", "<a href=\"http://x\">",
		                              "=\"'>" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct buffer html = { 0 };
		while (html.size < 1000000)
			buffer_add(&html, pieces[i], strlen(pieces[i]));
		const char *const text =
		    html_text(arena, (struct bytes){ html.data, html.size }, MAX);
		assert_true(strlen(text) <= MAX + 1000);
		buffer_finish(&html);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_becomes_readable_text),
		cmocka_unit_test(the_charset_of_a_meta_element_is_found),
		cmocka_unit_test(hostile_documents_take_linear_time),
	};

	arena = arena_create(65536);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
