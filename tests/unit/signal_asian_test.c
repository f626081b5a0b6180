/*
 * signal_asian_test - what Japanese, Korean and Chinese messages say beside their matter.
 */
#include "tests/support/signal_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct signal_row japanese[] = {
	{ "請求書を送ってください。", 0, '0' },
	{ "銀行振込で支払えますか？", 0, '0' },
	{ "会議をキャンセルしたいのですが、招待は残りますか", 0, '0' },
	{ "解約方法を教えてください", 0, '0' },
	{ "解約したいです", 0, '0' },
	{ "解約しません", 0, '0' },
	{ "解約するつもりはありません", 0, '0' },
	{ "弁護士プランはありますか", 0, '0' },
	{ "弁護士事務所で使っています", 0, '0' },
	{ "急ぎではありません", 0, '?' },
	{ "いつでも構いませんので、お時間のある時に", 0, '0' },
	{ "迷惑メールに入っていました", 0, '0' },
	{ "担当者を追加したい", 0, '0' },
	{ "問題ありません", 0, '0' },
	{ "月額プランと年額プランの違いは何ですか", 0, '0' },
	{ "別のメールアドレスに変更したいです", 0, '0' },
	{ "いつも助かっています。ありがとうございます", 0, '+' },
	{ "最高のサービスです", 0, '+' },
	{ "とても便利で気に入っています", 0, '+' },
	{ "迅速な対応ありがとうございました", 0, '+' },
	{ "おかげさまで解決しました。嬉しいです", 0, '+' },
	{ "満足しています", 0, '+' },
	{ "満足していません", 0, '-' },
	{ "満足できません", 0, '-' },
	{ "便利ではない", 0, '-' },
	{ "困っていません", 0, '0' },
	{ "不満はありません", 0, '0' },
	{ "最悪です", 0, '-' },
	{ "サイアクです", 0, '?' },
	{ "がっかりしました", 0, '-' },
	{ "ﾋﾄﾞすぎる", 0, '?' },
	{ "本当に困っています", 0, '-' },
	{ "ふざけないでください", 0, '-' },
	{ "ログインできません", 0, '-' },
	{ "対応が悪い", 0, '-' },
	{ "怒っています", 0, '-' },
	{ "便利だけど高すぎる。正直がっかり。残念です", 0, '-' },
	{ "至急対応お願いします", URGENT, '?' },
	{ "本番が止まっています", URGENT, '?' },
	{ "本番環境で障害が起きています", URGENT, '?' },
	{ "締切が今日です", URGENT, '?' },
	{ "今すぐ直してください", URGENT, '?' },
	{ "業務が止まっています", URGENT, '?' },
	{ "本日中に回答をお願いします", URGENT, '?' },
	{ "お客様に影響が出ています", URGENT, '?' },
	{ "できるだけ早く返信ください", URGENT, '?' },
	{ "明日までに必要です", URGENT, '?' },
	{ "大至急！！", URGENT, '?' },
	{ "時間がありません", URGENT, '?' },
	{ "asapでお願いします", URGENT, '?' },
	{ "解約します", CANCEL, '-' },
	{ "このままなら解約します", CANCEL, '-' },
	{ "改善されないなら他社に乗り換えます", CANCEL, '-' },
	{ "解約も検討しています", CANCEL, '-' },
	{ "退会させていただきます", CANCEL, '-' },
	{ "もう使いません", CANCEL, '-' },
	{ "契約更新をしません。更新しません", CANCEL, '-' },
	{ "二度と使いません", CANCEL, '-' },
	{ "チャージバックします", DISPUTE, '-' },
	{ "カード会社に連絡します", DISPUTE, '-' },
	{ "クレジットカード会社に相談して止めてもらいます", DISPUTE, '-' },
	{ "カード会社に異議を申し立てます", DISPUTE, '-' },
	{ "銀行に連絡して返金してもらいます", DISPUTE, '-' },
	{ "チャージバックの手続きをします", DISPUTE, '-' },
	{ "銀行の営業日はいつですか", 0, '0' },
	{ "拡散します", PUBLIC, '-' },
	{ "Twitterに書きます", PUBLIC, '-' },
	{ "ＳＮＳで拡散します", PUBLIC, '-' },
	{ "口コミに書きますよ", PUBLIC, '-' },
	{ "ネットに晒します", PUBLIC, '-' },
	{ "星1をつけます", PUBLIC, '-' },
	{ "マスコミに連絡します", PUBLIC, '-' },
	{ "Twitterと連携したい", 0, '0' },
	{ "弁護士に相談します", LEGAL, '-' },
	{ "消費者センターに連絡します", LEGAL, '-' },
	{ "消費生活センターに通報します", LEGAL, '-' },
	{ "訴えます", LEGAL, '-' },
	{ "法的措置を取ります", LEGAL, '-' },
	{ "内容証明を送ります", LEGAL, '-' },
	{ "違法です", LEGAL, '-' },
	{ "人間の担当者と話したい", PERSON, '?' },
	{ "人間を出してください", PERSON, '?' },
	{ "オペレーターにつないでください", PERSON, '?' },
	{ "電話で話したいです", PERSON, '?' },
	{ "AIではなく人と直接話をしたい", PERSON, '?' },
	{ "ボットですか？", PERSON, '?' },
	{ "上司を出してください", PERSON, '?' },
	{ "折り返しお電話ください", PERSON, '?' },
	{ "責任者と話をさせてください", PERSON, '?' },
	{ "有人チャットはありますか", PERSON, '?' },
	{ "まだ返事がありません", AGAIN, '-' },
	{ "何度も問い合わせています", AGAIN, '-' },
	{ "いつまで待てばいいですか", AGAIN, '-' },
	{ "返信が来ません", AGAIN, '-' },
	{ "これで3回目です", AGAIN, '-' },
	{ "前回も言いましたが", AGAIN, '-' },
	{ "再度ご連絡いたします", AGAIN, '-' },
	{ "同じ質問を何度もしています", AGAIN, '-' },
	{ "その後いかがでしょうか", AGAIN, '-' },
	{ "また同じエラーです", AGAIN, '-' },
	{ "違います", CONTRADICTS, '-' },
	{ "聞いているのはそこではありません", CONTRADICTS, '-' },
	{ "質問に答えていません", CONTRADICTS, '-' },
	{ "答えになっていません", CONTRADICTS, '-' },
	{ "無料と書いてあったのに請求されました", CONTRADICTS, '-' },
	{ "そのボタンはありません", CONTRADICTS, '-' },
	{ "試しましたが変わりません", CONTRADICTS, '-' },
	{ "返金すると言いましたよね", CONTRADICTS, '-' },
	{ "話が違う", CONTRADICTS, '-' },
	{ "違います。人間の担当者に代わってください。もう解約も検討しています",
	  CONTRADICTS | PERSON | CANCEL, '-' },
	{ "解約\nします", CANCEL, '-' },
	{ "解\xE2\x80\x8B約します", CANCEL, '-' },
};

static const struct signal_row korean[] = {
	{ "청구서를 보내 주세요", 0, '0' },
	{ "은행 송금으로 결제할 수 있나요", 0, '0' },
	{ "회의 취소는 어떻게 하나요", 0, '0' },
	{ "해지 방법을 알려 주세요", 0, '0' },
	{ "정말 만족합니다", 0, '+' },
	{ "만족하지 않습니다", 0, '-' },
	{ "최악입니다", 0, '-' },
	{ "긴급합니다", URGENT, '?' },
	{ "서비스가 중단되었습니다 빨리 처리해 주세요", URGENT, '?' },
	{ "해지하겠습니다", CANCEL, '-' },
	{ "다른 업체로 옮기겠습니다", CANCEL, '-' },
	{ "카드사에 신고하겠습니다", DISPUTE, '-' },
	{ "인스타에 올리겠습니다", PUBLIC, '-' },
	{ "변호사와 상담하겠습니다", LEGAL, '-' },
	{ "소비자원에 신고합니다", LEGAL, '-' },
	{ "상담원 연결해 주세요", PERSON, '?' },
	{ "사람과 직접 통화하고 싶어요", PERSON, '?' },
	{ "아직 답변이 없습니다", AGAIN, '-' },
	{ "세 번째 문의입니다", AGAIN, '-' },
	{ "그게 아니라 환불을 물어본 거예요", CONTRADICTS, '-' },
	{ "환불된다고 했잖아요", CONTRADICTS, '-' },
};

static const struct signal_row simplified[] = {
	{ "请把发票发给我", 0, '0' },
	{ "可以用银行转账吗", 0, '0' },
	{ "怎么取消会议", 0, '0' },
	{ "不着急", 0, '0' },
	{ "非常满意", 0, '+' },
	{ "不满意", 0, '-' },
	{ "太差了", 0, '-' },
	{ "生产环境挂了，请尽快处理", URGENT, '?' },
	{ "十万火急", URGENT, '?' },
	{ "否则我就取消订阅", CANCEL, '-' },
	{ "我们考虑换到别家", CANCEL, '-' },
	{ "我会联系银行拒付", DISPUTE, '-' },
	{ "我要发到微博曝光", PUBLIC, '-' },
	{ "打12315投诉", PUBLIC, '-' },
	{ "我会找律师起诉你们", LEGAL, '-' },
	{ "转人工", PERSON, '?' },
	{ "我要和真人说话", PERSON, '?' },
	{ "还没有回复", AGAIN, '-' },
	{ "这是第三次联系了", AGAIN, '-' },
	{ "答非所问", CONTRADICTS, '-' },
	{ "你们说会退款的", CONTRADICTS, '-' },
};

static const struct signal_row traditional[] = {
	{ "請把發票寄給我", 0, '0' },  { "太差勁了", 0, '-' },
	{ "請盡快處理", URGENT, '?' }, { "我要給負評", PUBLIC, '-' },
	{ "我會找律師", LEGAL, '-' },  { "我要跟真人說話", PERSON, '?' },
	{ "還沒有回覆", AGAIN, '-' },
};

static void japanese_is_heard(void **state)
{
	(void)state;
	assert_int_equal(signal_fixture_check(japanese, COUNT_OF(japanese), LANGUAGE_JA), 0);
}

static void korean_is_heard(void **state)
{
	(void)state;
	assert_int_equal(signal_fixture_check(korean, COUNT_OF(korean), LANGUAGE_KO), 0);
}

static void chinese_is_heard(void **state)
{
	(void)state;
	assert_int_equal(signal_fixture_check(simplified, COUNT_OF(simplified), LANGUAGE_ZH_HANS),
	                 0);
	assert_int_equal(signal_fixture_check(traditional, COUNT_OF(traditional), LANGUAGE_ZH_HANT),
	                 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(japanese_is_heard),
		cmocka_unit_test(korean_is_heard),
		cmocka_unit_test(chinese_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
