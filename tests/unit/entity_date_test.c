/* entity_date_test - days and times, with what is open left open. */
#include "tests/support/entity_table.h"

#include "common/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct entity_case dates[] = {
	{ "2026-05-01", EN, "date[2026-05-01]=2026-05-01" },
	{ "2026/5/1", JA, "date[2026/5/1]=2026-05-01" },
	{ "2026.05.01", KO, "date[2026.05.01]=2026-05-01" },
	{ "２０２６／０５／０１", JA, "date[２０２６／０５／０１]=2026-05-01" },
	{ "2026/05", JA, "date[2026/05]=2026-05" },
	{ "2026-05-01T12:30:00Z", EN, "date[2026-05-01]=2026-05-01 time[12:30:00Z]=12:30:00Z" },
	{ "2026-05-01 12:30", EN, "date[2026-05-01]=2026-05-01 time[12:30]=12:30" },
	{ "5/1", JA, "date[5/1]=--05-01" },
	{ "5/1", EN, "date[5/1]=--05-01~" },
	{ "5/6", EN, "date[5/6]=--05-06~" },
	{ "5/6", KO, "date[5/6]=--05-06" },
	{ "5/5", EN, "date[5/5]=--05-05" },
	{ "13/5", EN, "date[13/5]=--05-13" },
	{ "5/13", EN, "date[5/13]=--05-13" },
	{ "05/06/2026", EN, "date[05/06/2026]=2026-05-06~" },
	{ "25/12/2026", EN, "date[25/12/2026]=2026-12-25" },
	{ "5/1/26", JA, "date[5/1/26]=2026-05-01" },
	{ "1.5.2026", OTHER, "date[1.5.2026]=2026-05-01" },
	{ "31.12.2026", OTHER, "date[31.12.2026]=2026-12-31" },
	{ "31-12-2026", EN, "date[31-12-2026]=2026-12-31" },
	{ "charged on 5/1, 5/2 and 5/13.", EN,
	  "date[5/1]=--05-01~ date[5/2]=--05-02~ date[5/13]=--05-13" },
	{ "May 1st", EN, "date[May 1st]=--05-01" },
	{ "may 1st", EN, "date[may 1st]=--05-01" },
	{ "May 1", EN, "date[May 1]=--05-01" },
	{ "May 1, 2026", EN, "date[May 1, 2026]=2026-05-01" },
	{ "Sept. 3", EN, "date[Sept. 3]=--09-03" },
	{ "Dec 25 2026", EN, "date[Dec 25 2026]=2026-12-25" },
	{ "1 May 2026", EN, "date[1 May 2026]=2026-05-01" },
	{ "the 1st of May", EN, "date[1st of May]=--05-01" },
	{ "3 Feb", EN, "date[3 Feb]=--02-03" },
	{ "on 28 Feb.", EN, "date[28 Feb]=--02-28" },
	{ "28 Feb. 2026", EN, "date[28 Feb. 2026]=2026-02-28" },
	{ "May 2026", EN, "date[May 2026]=2026-05" },
	{ "5月1日", JA, "date[5月1日]=--05-01" },
	{ "2026年5月1日", JA, "date[2026年5月1日]=2026-05-01" },
	{ "２０２６年５月", JA, "date[２０２６年５月]=2026-05" },
	{ "令和8年5月1日", JA, "date[令和8年5月1日]=2026-05-01" },
	{ "令和元年6月", JA, "date[令和元年6月]=2019-06" },
	{ "平成31年4月30日", JA, "date[平成31年4月30日]=2019-04-30" },
	{ "昭和六十三年", JA, "date[昭和六十三年]=1988" },
	{ "五月一日", JA, "date[五月一日]=--05-01" },
	{ "十二月二十五日", JA, "date[十二月二十五日]=--12-25" },
	{ "5月分の請求", JA, "date[5月]=--05" },
	{ "5月1号", HANS, "date[5月1号]=--05-01" },
	{ "2026年5月1日", HANT, "date[2026年5月1日]=2026-05-01" },
	{ "2026년 5월 1일", KO, "date[2026년 5월 1일]=2026-05-01" },
	{ "5월 1일", KO, "date[5월 1일]=--05-01" },
	{ "昨日から", JA, "date[昨日]=yesterday^" },
	{ "一昨日", JA, "date[一昨日]=2-days-ago^" },
	{ "先月", JA, "date[先月]=last-month^" },
	{ "月曜日", JA, "date[月曜日]=monday^" },
	{ "金曜に", JA, "date[金曜]=friday^" },
	{ "3日前", JA, "date[3日前]=3-days-ago^" },
	{ "2ヶ月前", JA, "date[2ヶ月前]=2-months-ago^" },
	{ "2ヵ月前", JA, "date[2ヵ月前]=2-months-ago^" },
	{ "二週間前", JA, "date[二週間前]=2-weeks-ago^" },
	{ "yesterday", EN, "date[yesterday]=yesterday^" },
	{ "Last month I paid", EN, "date[Last month]=last-month^" },
	{ "3 days ago", EN, "date[3 days ago]=3-days-ago^" },
	{ "on Monday", EN, "date[Monday]=monday^" },
	{ "어제부터", KO, "date[어제]=yesterday^" },
	{ "지난달에", KO, "date[지난달]=last-month^" },
	{ "3일 전", KO, "date[3일 전]=3-days-ago^" },
	{ "昨天", HANS, "date[昨天]=yesterday^" },
	{ "上个月", HANS, "date[上个月]=last-month^" },
	{ "上個月", HANT, "date[上個月]=last-month^" },
	{ "3天前", HANS, "date[3天前]=3-days-ago^" },
	{ "24/7 support", EN, "" },
	{ "4/5 stars", EN, "" },
	{ "3/10 users", EN, "" },
	{ "2026-13-01", EN, "" },
	{ "2026-02-30", EN, "" },
	{ "30.2.2026", OTHER, "" },
	{ "31/31", EN, "" },
	{ "1/2/3/4", EN, "" },
	{ "may 5 users join?", EN, "" },
	{ "5 mayors", EN, "" },
	{ "3月間", JA, "" },
	{ "3か月", JA, "" },
	{ "1日", JA, "" },
	{ "3年", JA, "" },
	{ "13月1日", JA, "" },
	{ "2-3", EN, "" },
	{ "9999/99/99", EN, "" },
};

static const struct entity_case times[] = {
	{ "15:30", EN, "time[15:30]=15:30" },
	{ "15:30 JST", EN, "time[15:30 JST]=15:30 JST" },
	{ "15:30JST", JA, "time[15:30JST]=15:30 JST" },
	{ "１５：３０に", JA, "time[１５：３０]=15:30" },
	{ "3pm PST", EN, "time[3pm PST]=15:00 PST" },
	{ "3 p.m.", EN, "time[3 p.m.]=15:00" },
	{ "3:30 PM", EN, "time[3:30 PM]=15:30" },
	{ "12am", EN, "time[12am]=00:00" },
	{ "12:15 pm", EN, "time[12:15 pm]=12:15" },
	{ "3:30", EN, "time[3:30]=03:30~" },
	{ "03:30", EN, "time[03:30]=03:30" },
	{ "15:30:05.123", EN, "time[15:30:05.123]=15:30:05" },
	{ "15:30:05+09:00", EN, "time[15:30:05+09:00]=15:30:05+09:00" },
	{ "15:30 UTC+9", EN, "time[15:30 UTC+9]=15:30+09:00" },
	{ "15:30 UTC", EN, "time[15:30 UTC]=15:30 UTC" },
	{ "between 9am and 11am EST", EN, "time[9am]=09:00 time[11am EST]=11:00 EST" },
	{ "午後3時", JA, "time[午後3時]=15:00" },
	{ "午後３時半", JA, "time[午後３時半]=15:30" },
	{ "午前10時15分", JA, "time[午前10時15分]=10:15" },
	{ "15時30分", JA, "time[15時30分]=15:30" },
	{ "15時ごろ", JA, "time[15時]=15:00" },
	{ "3時に", JA, "time[3時]=03:00~" },
	{ "夜9時", JA, "time[夜9時]=21:00" },
	{ "深夜2時", JA, "time[深夜2時]=02:00" },
	{ "夜12時", JA, "time[夜12時]=00:00" },
	{ "밤 11시", KO, "time[밤 11시]=23:00" },
	{ "日本時間12時14分頃", JA, "time[日本時間12時14分]=12:14 JST~" },
	{ "一時的に", JA, "" },
	{ "一時停止中", JA, "" },
	{ "三時半", JA, "time[三時半]=03:30~" },
	{ "오후 3시", KO, "time[오후 3시]=15:00" },
	{ "오전 9시 30분", KO, "time[오전 9시 30분]=09:30" },
	{ "3시 반", KO, "time[3시 반]=03:30~" },
	{ "下午3点", HANS, "time[下午3点]=15:00" },
	{ "上午九點半", HANT, "time[上午九點半]=09:30" },
	{ "下午3:30", HANS, "time[下午3:30]=15:30" },
	{ "下午两点", HANS, "time[下午两点]=14:00" },
	{ "昨日の15:30 JSTから", JA, "date[昨日]=yesterday^ time[15:30 JST]=15:30 JST" },
	{ "3時間前", JA, "" },
	{ "3시간", KO, "" },
	{ "3点", HANS, "" },
	{ "16:9", EN, "" },
	{ "25:00", EN, "" },
	{ "12:75", EN, "" },
	{ "am 3", EN, "" },
	{ "I am 5 pmol", EN, "" },
	{ "ab:15:30", EN, "time[15:30]=15:30" },
	{ "1:15:30:45", EN, "" },
};

static void a_date_leaves_open_what_is_open(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(dates, COUNT_OF(dates)), 0);
}

static void a_time_has_a_zone_only_when_one_is_said(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(times, COUNT_OF(times)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_leaves_open_what_is_open),
		cmocka_unit_test(a_time_has_a_zone_only_when_one_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
