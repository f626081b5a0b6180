#include "services/classifier/language_inside.h"

#include "common/base/check.h"
#include "common/base/status.h"

#include <pthread.h>
#include <string.h>

/*
 * Which way of writing has a character, from the national standards that computers there used
 * first: what one standard has among its common characters and another has not at all. Each list is
 * in order of code points. What is in none of them is written everywhere.
 */
/* Of GB 2312 level 1, not in Big5 nor JIS X 0208, or there only among what nobody writes. */
static const uint16_t hans_alone[] =
    u"专业丛东丝丢两严丧临为丽举义乌乐乔习乡书买亏亚产亩亲亿仅从仑仓仪们价众优伞伟传伤伦伪侣侥"
    u"侦侧侨侩俩俭债倾偿傈储兑兰关兴兹养兽冈册军农冯冲决况冻净凉减凑凤凭凯击凿刘则刚创删别刽剂"
    u"剐剑剧劝办务动劲劳势勋匀华协单卖卢卤卧卫厂厅历厉压厌厕厢厦县叁发变叠叹吓吕吗启吴呐呕员呛"
    u"呜咏咙响哑哗哟唤啮啸喷嚣团园囱围图圆圣场块坚坛坝坞坟坠垄垒垛垦垫堑墒墙壳壶处备复够头夹夺"
    u"奋奖妆妇妈娄娇娱婴婶孙孪宁实宠审宪宫宽宾对寻导尔尘尝尧层屉屿岁岂岗岛岭岿峦崭巩币帅师帐帜"
    u"带帧帮幂广庆庐库应庙庞废开异弃张弹强归录彻忆忧怀态怂总恳恶恼悬悯惊惩惫惭惮惯愤慑懒戏战户"
    u"执扩扫扬扰抚抛抠抡抢护报拟拢拣拥拦拧拨择挚挛挝挞挠挡挣挤挥捞损捡换捣掳掷掸掺揽搀搁搂搅摄"
    u"摆摇摈摊撑撵擞攒敌敛斋斩无时旷显晓晕暂术杀杂权杨极构枣枪枫柜柠栅标栈栋栏树样档桥桨桩梦检"
    u"椭槛樱橱欢歼毁毕毙毡气氢汇汉汤汹沟沤沥沦沧沪泪泻泼泽洁洒浆浇浊测济浑浓涝涟涡涣涤润涧涨涩"
    u"渍渐渔渗溃溅滚满滤滥滦滨滩潍澜濒灭灵灾灿炼炽烁烂烃烛烦烧烩烫烬热焕爱爷牵牺犊狈狞狮狰狱猎"
    u"獭玛环现珐琐琼电畅疗疟疡疮疯痈痉痪瘪瘫癣皑皱盏盐监盘睁瞒瞩矫矾矿码砖砚砾础硕确硷碱碴祸离"
    u"秃秆种积秸秽稳穷窍窑窜窝窥竖竞笔笺笼筛筹签简箩篓篮类粪粮紧纠红纤约级纪纫纬纯纱纲纳纵纶纷"
    u"纸纹纺纽线练组绅细织终绊绍绎经绑绒结绕绘给绚络绝绞统绢绣绥绦继绩绪续绰绳维绵绷绸综绽绿缀"
    u"缄缅缆缉缎缓缔缕编缘缚缝缠缨缩缮缴网罗罚罢翘耸耻聂聋职联聪肃肠肤肮肾肿胀胁胜胶脏脐脑脓脸"
    u"腻腾舆舰舱艰艳艺节芜苇苍苏苹茧荆荚荡荣荤荧荫药莲获莹萝萤营萧萨蓝蓟蔷蔼蕴虏虑虽虾蚀蚁蚂蛊"
    u"蛰蜕蜗蜡蝇衅衔补衬袄袜袭裤见观规觅视览觉誊计订讣认讥讨让讫训议讯记讲讳讶许讹论讼讽设访诀"
    u"证评诅识诈诉诊诌词译试诗诚诛话诞诡询诣该详诧诫诬语误诱诲说诵请诸诺读诽课谁调谅谆谈谊谋谍"
    u"谎谐谓谗谚谜谢谣谤谦谨谩谬谭谰谱谴贝贞负贡财责贤败账货质贩贪贫贬购贮贯贰贱贴贵贷贸费贺贼"
    u"贾贿赁赂赃资赊赋赌赎赏赐赔赖赘赚赛赞赠赡赢赣赵赶趋跃踌蹭蹿车轧轨轩转轮软轰轴轻载轿较辅辆"
    u"辈辉辊辐辑输辕辖辗辙辩辫边辽达迁过迈运还这进远违连迟迹适选逊递逻遗邓邮邹邻郑郧郸酝酞酱酶"
    u"酿释鉴针钉钎钒钓钙钝钞钟钠钡钢钥钦钧钨钩钮钱钳钵钻钾铀铁铂铃铅铆铜铝铡铣铬铭铰铱铲银铸铺"
    u"链销锁锄锅锈锋锌锐锑锗错锚锡锣锤锥锦锨锭键锯锰锹锻镀镁镇镊镍镐镑镜镣镭镰镶长门闪闭问闯闰"
    u"闲间闷闸闹闺闻闽阀阁阂阅阉阎阐阑阔队阳阴阵阶际陆陇陈陕陨险隐难雏雾韦韧韩韵页顶顷项顺须顽"
    u"顾顿颁颂预颅领颇颈颊颐频颓颖颗题颜额颠颤颧风飘飞饥饭饮饯饰饱饲饵饶饺饼饿馁馅馆馈馋馏馒马"
    u"驭驮驯驰驱驳驴驶驹驻驼驾骂骄骆骇骋验骏骑骗骚骡骤鱼鲁鲍鲜鲤鲸鳃鳖鳞鸟鸡鸣鸥鸦鸭鸯鸳鸵鸽鸿"
    u"鹃鹅鹊鹏鹤鹰齐齿龄龋龙龚龟";

/* Of Big5 level 1, not in GB 2312 nor JIS X 0208 level 1. */
static const uint16_t hant_alone[] =
    u"丟亂亞伋伕佇佈佔佺來侖侷俠倀倆們偭偯偺傖傚傢傯傳僇僎僥僩僱價儂儅儈儉儐儔儕儘儳儷儸儻儼兌"
    u"兒兗兙兛兝兞兡兣內兩冑冪凜刪剋剎剝剴剷劊劍劑劻勁勗勛勞勣勦勳勵勸勻匯匱區卄卹卻厲參吳吶呎"
    u"唸啗啞啟啣單喲嗆嗇嗎嗚嗧嗶嘍嘐嘔嘖嘮嘯嘰噓噥噯噹嚀嚐嚕嚥嚨嚮嚴嚶囀囁囂囈囉囌囑囪國圍圓圖"
    u"團堉堊堝堯塋塒塢塭塹塽墊墦墮壎壓壘壙壞壟壢壩壯壺壽夠夾奐奧奩奭妝妳姅姍娛媧媼媽嫗嫵嫻嬈嬋"
    u"嬌嬝嬤嬪嬸孃學孿寢實寫寬寶將專對尷屆屘屜屝屢屨屬峴峽崁崑崗崙崢嶄嶇嶔嶸嶼嶽巉巒巔巖帟帶幀"
    u"幃幗幟幫廁廂廄廈廚廝廢廣廬廳弒彆彈彌彎彙彥彿徑從徠徬恆悅悵悽惡惱惻愒愜愴愷愾慄慇慍慘慚慟"
    u"慫慼憊憑憚憫憮應懍懣懶懷懺懼懾戀戰戲戶抆拋挾捫掄掙揀揹搆搖搗搶摑摟摯摻撈撐撓撢撥撳撻撾撿"
    u"擄擇擊擋擔據擠擭擰擱擲擴擷擺擻攆攏攔攙攜攝攣攤攪攬敔敘數斂斃斕斷昤晅晉晝晞暈暉暍暘暱暸曄"
    u"曆曉曖曠曬會朧朮杗枓枴栘桿梂梔條梟梡棗棧棻楛楨榣榦榮槃槓槨槳樁樂樅樑樓樞樣樸橈橢橫橾檔檜"
    u"檢檣檮檯檳檸檻櫂櫃櫚櫝櫥櫬櫺櫻權欐欖歐歜歟歡歲歷歸歿殘殤殮殯殲殼毀毆毚毬氈氣氫氬氳汍汙沍"
    u"沒沘沬泜洶洸浥浹涇涊淒淚淨淪淺渙渾湣湩湲溫溼滄滌滬滯滲滷滾滿漲漿潑潛潠潯澀澆澠澤澦澴濕濘"
    u"濛濟濤濩濬濰濱濺濾瀆瀉瀋瀏瀘瀝瀟瀨瀰瀲瀾灑灣灤炤焜煆煖煥煬熒熾燄燉燒燙燜營燬燴燸燻燼燾爍"
    u"爐爛爭牆牘牠牴犖犛犢犧狀狹猙獎獨獰獵獷獸獺獻玀玆玥玨珮琍琯琺琿瑣瑤瑩瑪瑯璘璟璣璦璿瓊瓏瓔"
    u"瓖瓚瓩甌甕產甦甽畫當疇疊疢痙痠痲痳痺瘉瘋瘍瘓瘡瘧瘺癆癘癟癡癢癥癩癬癮癱癲發皚皰皺盜盞盡盧"
    u"盪眾睏睜睞睪瞇瞋瞞瞼矇矓矚砠硃硿碼磚磧礙礦礪礫礬祕祿禪禮禱秈稅稈稟稱穋穌穠穡穢穩窩竄竅竇"
    u"竊筍筧箄箋箏箠篛篩簍簑簞簣簫簷簽籃籌籐籟籠籣籤籥籬籮籲粵糝糢糰紂紆紇紉紕紜紮紱紲紼絀絆絕"
    u"絛絨絰絲絳綁綏綑經綞綠綢綰綵綸綺綽緇緘緙緝緞緣緲緹緻縈縉縊縐縑縝縣縯縱縲縴縵縷縹總縿繃繅"
    u"繆繈繒繙繚繞繡繩繪繫繳繹繼繽續纓纔纖纜缽罈罌羈羋羶翹耑聰聲聳聶聽肅脣脤脩脫脰腦腳膠膩膽膾"
    u"臉臍臏臘臚臟臢臺與舉舊艙艱艷芣芻茲莊莖莢莧菴萇萊萬萵葷蒞蓀蓆蔆蔔蔣蔥蕭薊薑薔薺藝藥藪藹藺"
    u"蘆蘊蘋蘗蘚蘿處虛號虧蛻蜆蝨蝸螞螢螻蟈蟬蟯蟲蠅蠍蠔蠟蠣蠱蠶蠻衹袞裊裝裯褕褲褸褻褽襠襤襪襬襯"
    u"覓覜覦覬覲覺覽觀觔觴觸觼訃訌訏訐訑訕訖訛訝訢訥訶詁詆詖詛詢詨詬詭詻詼誅誑誚誡誣誥誦誧誨說"
    u"誶諂諄諉諍諛諧諫諱諳諶諷諼謊謐謗謠謨謫譁譆證譎譏譙譚譟譫譯譴譽讀變讒讓讖讚讜谿豈豎豐豔豬"
    u"豭貍貓貪貲貳貶貽賁賅賈賒賡賣賤賬賴賸賺賻賽贅贊贍贏贓贖贗贛趕趙跦跼踐踡踫踴蹕蹣蹤蹺躂躉躊"
    u"躋躑躓躡躪軀軋軏軔軛軻軼軾輊輒輓輕輛輜輞輟輥輦輳輻輾轂轅轉轎轔辦辭辮辯迆迴迺逕遙遝遞遲邁"
    u"邇邊邏邐郃鄉鄒鄗鄘鄧鄰鄴酈醃醞醫醬醱釀釁釅釋釐釗釙釩釭釵鈇鈉鈐鈑鈔鈕鈞鈣鈸鈹鈽鈾鈿鉀鉅鉉"
    u"鉋鉍鉑鉗鉚鉤鉸鉻鉼銓銖銜銨銬銲銳銷銻銼鋁鋅鋇鋰錄錕錙錚錡錢錮錳錶鍊鍚鍥鍰鎂鎊鎔鎘鎢鎬鎰鎳"
    u"鏃鏈鏍鏗鏘鏜鏝鏟鏢鏤鏨鏽鐃鐫鐮鐲鐳鐵鐺鑄鑒鑠鑣鑤鑪鑰鑲鑷鑼鑽鑾鑿閂閎閒閔閘閡閨閩閭閱閻闆"
    u"闈闊闋闌闐闔闕闖關闡闢阬陘陝陞隄隕隨險隱隴隸雊雋雖雙雜雞霑霤霽靂靄靈靜靦靨鞏鞦韁韃韆韉韋"
    u"韌韜韹頊頌頜頡頤頫頰頷頸頹顆顏顓顥顫顯顰顱颯颱颳颶颺颼飄飩飪飭餃餉餒餘餚餛餞餡餵餽餾餿饅"
    u"饉饑饒饜饞馭馮馱駑駙駛駝駟駢駭駱騁騖騙騫騵騷騾驀驃驅驍驕驗驛驟驢驥驪骯髏髒體髖髮鬆鬍鬚鬢"
    u"鬥鬧鬨鬱魎魘魷鮑鯀鯈鯊鯧鯽鰓鰥鰱鰾鱉鱔鱖鱟鱷鱸鴃鴆鴉鴒鴕鴣鴦鴿鵑鵝鵪鵲鶉鶯鶸鷂鷓鷗鷥鸚鸛"
    u"鸞鹵鹹鹼鹽麥麩麵麼黃黌點黨黴黷鼇鼕鼴齊齋齒齜齟齡齣齦齧齪齬齲齷龐龔龜";

/* Of JIS X 0208 level 1, not in GB 2312 nor Big5. */
static const uint16_t ja_alone[] =
    u"両乗亀亜仏仮価侭値倶倹働兎児円冨冴処凧凪剣剤剰労効勅勧勲匁匂単厳収呉呑呪咲唖啓喰営噛噺嚢"
    u"団囲図圏圧堺塀塁塩増壊壌壱売壷変奨妬姉姫娯嬢宍実寛対専尭峠峯嶋巌巣巻帯帰庁広廃廻廼弐弾従"
    u"徳徴応恵悩悪惣懐戦戯戸戻払抜択拝拠拡挙挿捜掲掻揺摂撃撹斉斎晩暁暦曽杢枠査柾栂栃栄栢桜桝桟"
    u"梶梼椀椙椛検楕楳楽榊様樋権樫欝歓歩歯歳歴殻毎気氷汚沢浄涙涜渇済渉渋渓満溌滝潅瀞瀬焔焼犠狛"
    u"猟獣瑠産畑畠畳疎痩発皐県砕砿硲碁稲穂穏穐穣窓竃竜竪笹箆篭籾粂粋粛粧経絵絶継続総緑縁縄縦繊"
    u"繋繍聡聴脇脳臓舎舗舘艶苅荘菓蔵薗薫薬蛍蝋蝿衆袴裏覇覚覧観訳説読諌謡譲讃讐賎賛贋転軽辺辻込"
    u"逓遅遡郷酔醗醤醸釈鈎鉄鉢鉱銭鋭鋲鋳錬録鑓関閲闘陥険隠隣隷雑雫霊靭韮頚頬頴頼顔顕駄駅駆駈騒"
    u"験騨髄髪鮎鯵鰐鰯鴎鴫鴬鶏鹸麹麺麿黒黙齢";

/* Of JIS X 0208 level 1 and Big5 level 1, not in GB 2312. */
static const uint16_t ja_or_hant[] =
    u"並亙併侶係倉個倖倣倫偉側偵偽傑傘備傭債傷傾僅僑僕儀億償優儲兇冊凍凱別則剛創劃劇劉動務勝勢"
    u"協厭叢吋呂員問喚喪喫喬嘆嘗嘩噴噸嚇園執堅報場塊塗塚塵墜墳墾壇夢奪奮姦姪婁婦嬰孫宮寧審寵尋"
    u"導屍層岡島嵐嶺帥師帳幣幹幾庫廟廠弔張強彊彫復徹恥悶惇愛態慣慮慶慾憂憐憤憲憶懇懲懸捨捲掃掛"
    u"採揚換揮損搾撚撫撲擁擬擾敗敵斬昇時暢暫曇書東柵梱棄棟棲楊楓業極構槍標樹樺橋機櫓櫛欄欽歎殺"
    u"氾汎決沖況洩浬涼淵減渦測湊湧湯準溝滅漁漢漣漬漸潔潟潤潰澗澱濁濃濫瀕灘災為烏無煉煙煩熱燈燐"
    u"燦燭爺爾牽狽猶獄獅獲珪現環璽畝畢異療癒盃監盤瞭矯砲硯碩確磯礎祇祐禍禎禦禿稜種穀積穎穫窪窮"
    u"窯窺競筆箇節範築篠篤簡簾糎糞糧糾紀約紅紋納紐純紗紙級紛紡細紳紹終絃組結絞絡絢給統絹綜綬維"
    u"綱網綴綻綾綿緊緒線締編緩緬緯練縛縞縫縮績織繕繭纏罰罵罷羅羨義習聖聞聯職聾脅脈脹腎腫腸膚膿"
    u"臥臨興艦苧荊華葉葦蒐蒼蓋蓮蔭蕩蕪薦薩藍藷蘇蘭虜蝕蝦蟻術衛衝補裡製複襖襲見規視親訂計訊討訓"
    u"託記訟訣訪設許訴診註証詐詔評詞詠詣試詩詫詮詰話該詳誇誌認誕誘語誠誤誰課誹誼調談請諒論諜諦"
    u"諭諮諸諺諾謀謁謂謄謎謙講謝謬謹識譜議護貝貞負財貢貧貨販貫責貯貴買貸費貼貿賀賂賃賄資賊賑賓"
    u"賜賞賠賢賦質賭購贈趨跡蹟躍車軌軍軒軟軸較載輔輝輩輪輯輸輿轄轍轟轡農這連週進遊運過達違遜遠"
    u"適遷選遺遼還郵鄭醜釆釘針釣釦釧鈍鈴鈷鉛銀銅銑銘鋒鋤鋪鋸鋼錐錘錠錦錨錫錯鍋鍍鍔鍛鍬鍵鍾鎖鎗"
    u"鎚鎮鏑鏡鐘鐸鑑長門閃閉開閏閑間閣閤閥陣陰陳陸陽隊階際隻雛離難雲電霧韓韻響頁頂頃項順須預頑"
    u"頒頓頗領頭頻題額顎願顛類顧風飛飢飯飲飴飼飽飾餅養餌餓館饗馬馳馴駁駐駒駕駿騎騰驚魚魯鮪鮫鮭"
    u"鮮鯉鯖鯛鯨鰍鰭鰻鱗鳥鳩鳳鳴鳶鴛鴨鴻鵠鵡鵬鶴鷹鷺麗龍";

/* Of JIS X 0208 level 1 and GB 2312 level 1, not in Big5. */
static const uint16_t ja_or_hans[] =
    u"乱争会侠内写剥励区医却厨厩参双叙叶号嘘嘱国堕壮声奥学宝寝寿将尽届属屡峡弥当彦径恋恒悦惨担"
    u"挟携数断旧昼晋条来枢楼横欧残殴没浅涛温湾湿滞潜灯炉点状独狭猪猫献画盗着碍礼祷禄称税窃胆脚"
    u"脱芦茎莱葱蒋虚蛮蝉装誉践躯辞遥随静麦黄";

/* Of GB 2312 level 1 and Big5, not in JIS X 0208 or never written in Japan. */
static const uint16_t chinese_alone[] =
    u"丫丰么乒乓份仿伙你佣佬侄侗俏俞俱倘值偷傣傻僳凳刁划刨剁卡另叼吞吧吨吱吵呢呸咕咖咱哆哎哦哪"
    u"哼唁唉唬啃啊啡啤啥啦啪喂喔喳喻嗓嗡嘎嘻嘿噶嚎嚷囊囤圾坍坯坷垃垮埂塌增墩夯奶她妒妮姬媳孽巢"
    u"帕帘彤德怎怔恿您惋惕惦憋憨懂扑扒扔扦扭扯扳抨抿拄拎拖拴拼拽挎挖挪捂捅捆捎掂掇掐揍揪揭搐搔"
    u"搞搪搽摔摹撂撅撇撬擎晌晚晾朵柒查桅桌梆棱棵榆榨榷步歧每毖毗氖氟氦氧氨氮氯氰汛污沉沏泞泵洱"
    u"洼涂涉涪淄淖渴溉滁滇漳潞澈灶炔炕烘烤烯烷焊焰煞爸爹玫瓤甩甭疙疤痹瘦瘩瘸皂盅盎盔盯盼眨眯眶"
    u"睬瞄瞅瞧瞪矽砍砰砷砸硒碉碘碟碰碳磕磷磺筷篙篡篱籽糕糙羡翟翱耍耪胰胳胺脖腊膘膛臃舀舔苯茁茬"
    u"荔莆菇菏蔫蘑蘸蚜蛀詹趟趴跑跺踢踩蹋蹦蹬躲躺逛邢郝郴酗酚酮醚醛陡霉靛靳靶鬃黑";

#define LIST(characters_, users_)                                                                  \
	{                                                                                          \
		.characters = (characters_), .count = COUNT_OF(characters_) - 1, .users = (users_) \
	}

static const struct {
	const uint16_t *characters;
	size_t count;
	unsigned int users;
} lists[] = {
	LIST(hans_alone, HAN_HANS),
	LIST(hant_alone, HAN_HANT),
	LIST(ja_alone, HAN_JA),
	LIST(ja_or_hant, HAN_JA | HAN_HANT),
	LIST(ja_or_hans, HAN_JA | HAN_HANS),
	LIST(chinese_alone, HAN_HANS | HAN_HANT),
};

/*
 * Words that tell a text without kana. Most others give themselves away by a character that only
 * one way of writing has (han_users), and need not stand here.
 */
#define HAN_ZH (HAN_HANS | HAN_HANT)
#define WORD_MAX 5

static const struct {
	uint16_t word[WORD_MAX + 1];
	unsigned int users;
} words[] = {
	{ u"返金", HAN_JA },       { u"請求", HAN_JA },   { u"領収", HAN_JA },
	{ u"解約", HAN_JA },       { u"退会", HAN_JA },   { u"決済", HAN_JA },
	{ u"御社", HAN_JA },       { u"弊社", HAN_JA },   { u"貴社", HAN_JA },
	{ u"至急", HAN_JA },       { u"不具合", HAN_JA }, { u"再発行", HAN_JA },
	{ u"明細", HAN_JA },       { u"見積", HAN_JA },   { u"支払", HAN_JA },
	{ u"振込", HAN_JA },       { u"口座", HAN_JA },   { u"料金", HAN_JA },
	{ u"障害", HAN_JA },       { u"画面", HAN_JA },   { u"問合", HAN_JA },
	{ u"手順", HAN_JA },       { u"教示", HAN_JA },   { u"株式会社", HAN_JA },
	{ u"月額", HAN_JA },       { u"年額", HAN_JA },   { u"電話番号", HAN_JA },
	{ u"税込", HAN_JA },       { u"消費税", HAN_JA }, { u"承認", HAN_JA },
	{ u"会員", HAN_JA },       { u"利用", HAN_JA },   { u"契約", HAN_JA },
	{ u"依頼", HAN_JA },       { u"認証", HAN_JA },   { u"追加", HAN_JA },
	{ u"一覧", HAN_JA },       { u"担当", HAN_JA },   { u"以上", HAN_JA },
	{ u"宜敷", HAN_JA },       { u"名義", HAN_JA },   { u"我", HAN_ZH },
	{ u"的", HAN_ZH },         { u"是", HAN_ZH },     { u"退款", HAN_ZH },
	{ u"退費", HAN_ZH },       { u"退费", HAN_ZH },   { u"不能", HAN_ZH },
	{ u"不了", HAN_ZH },       { u"不到", HAN_ZH },   { u"不是", HAN_ZH },
	{ u"不上", HAN_ZH },       { u"不出", HAN_ZH },   { u"可以", HAN_ZH },
	{ u"客服", HAN_ZH },       { u"信用卡", HAN_ZH }, { u"如何", HAN_ZH },
	{ u"付款", HAN_ZH },       { u"扣款", HAN_ZH },   { u"登入", HAN_HANT },
	{ u"已", HAN_ZH },         { u"請問", HAN_HANT }, { u"申請退", HAN_HANT },
	{ u"人民", HAN_HANS },     { u"取消", HAN_ZH },   { u"集成", HAN_HANS },
	{ u"很", HAN_ZH },         { u"太", HAN_ZH },     { u"返回", HAN_ZH },
	{ u"修改", HAN_ZH },       { u"更改", HAN_ZH },   { u"改成", HAN_ZH },
	{ u"找", HAN_ZH },         { u"幾", HAN_ZH },     { u"推送", HAN_ZH },
	{ u"我要", HAN_ZH },       { u"没有", HAN_ZH },   { u"沒有", HAN_ZH },
	{ u"支持", HAN_ZH },       { u"人工", HAN_ZH },   { u"免費試用", HAN_ZH },
	{ u"註冊", HAN_HANT },     { u"升級", HAN_HANT }, { u"不見", HAN_HANT },
	{ u"功能建議", HAN_HANT }, { u"支援", HAN_HANT }, { u"刷卡", HAN_HANT },
	{ u"一直", HAN_ZH },       { u"合約", HAN_HANT }, { u"網站", HAN_HANT },
	{ u"服務", HAN_HANT },     { u"統編", HAN_HANT }, { u"什", HAN_ZH },
	{ u"打不", HAN_ZH },       { u"用不", HAN_ZH },   { u"支付", HAN_HANS },
	{ u"想", HAN_ZH },         { u"大推", HAN_HANT }, { u"再", HAN_ZH },
};

/* What is known of each character: who has it, and whether one of the words begins with it. */
#define HAN_FIRST 0x4E00
#define HAN_LAST 0x9FFF
#define ALL_USERS (HAN_JA | HAN_HANS | HAN_HANT)
#define BEGINS_WORD 8

static uint8_t known[HAN_LAST - HAN_FIRST + 1];

static void fill_known(void)
{
	memset(known, ALL_USERS, sizeof(known));
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		for (size_t k = 0; k < lists[i].count; k++)
			known[lists[i].characters[k] - HAN_FIRST] = (uint8_t)lists[i].users;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		known[words[i].word[0] - HAN_FIRST] |= BEGINS_WORD;
}

static unsigned int known_of(uint32_t code)
{
	static pthread_once_t filled = PTHREAD_ONCE_INIT;

	CHECK(pthread_once(&filled, fill_known) == 0);
	if (code == 0x3005)
		return HAN_JA;
	return code >= HAN_FIRST && code <= HAN_LAST ? known[code - HAN_FIRST] : ALL_USERS;
}

unsigned int han_users(uint32_t code)
{
	return known_of(code) & ALL_USERS;
}

static bool word_is_at(const struct prepared *text, size_t at, const uint16_t *word)
{
	size_t i = 0;

	while (word[i] != 0 && at + i < text->count && text->points[at + i].code == word[i])
		i++;
	return word[i] == 0;
}

unsigned int han_word_users(const struct prepared *text, size_t at)
{
	if ((known_of(text->points[at].code) & BEGINS_WORD) == 0)
		return 0;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (word_is_at(text, at, words[i].word))
			return words[i].users;
	return 0;
}
