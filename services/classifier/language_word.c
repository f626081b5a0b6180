#include "services/classifier/language_inside.h"

#include "common/base/check.h"

#include <pthread.h>
#include <string.h>

/*
 * Words by which a short text in Latin letters is told: without case, apostrophes and accents, by
 * their first letter. English ones are what customers write; the others are the frequent words of
 * the languages that write to us in Latin letters, romanised Japanese, Korean and Chinese among
 * them, without those that English has too.
 */
static const char *const english[26] = {
	['a' - 'a'] = " ability able about accepted access accessed account accounts actually add "
		      "added address admin after again agent all already also although always am "
		      "amount an and angry another answer answered any anymore anyone anything "
		      "app appear appeared appears are arent asap ask asked at available awesome ",
	['b' - 'a'] = " back backup bad bank be because been before being best between big bill "
		      "billed billing blocked both breaks brilliant broke broken browser btw bug "
		      "bugs bulk business but button buy by ",
	['c' - 'a'] = " calendar call called came can cancel canceled canceling cancellation "
		      "cancelled cancelling cannot cant card cards case cash certificate change "
		      "changed changes changing charge chargeback charged charges charging check "
		      "checked checking cheers claim clauses click clicked close closed code come "
		      "company complain complaint compliance confirm confirmation confirmed "
		      "connect connected connection consumer contact correct cost costs could "
		      "couldnt countries coz crash crashed crashes crashing currency customer cuz ",
	['d' - 'a'] = " damaged dashboard data date day days dear declined delete deleted delivery "
		      "deposit design desktop detail details device did didnt disable disabled "
		      "disappeared disappears disappointed discount dispute do does doesnt doing "
		      "done dont down downgrade download duplicate during ",
	['e' - 'a'] = " each easy edit either email emails enable enabled english erase error "
		      "errors even ever every everyone everything evidence excellent exchange "
		      "expired export extra ",
	['f' - 'a'] = " fail failed failing fails failure fantastic feature fee feedback fees few "
		      "file files find first five fix fixed for forgot found four fraud free from "
		      "full fyi ",
	['g' - 'a'] = " gave get gets getting give given go goes going gone gonna good got gotta "
		      "government great grievance guide ",
	['h' - 'a'] = " hacked had happen happened happening happens happy hard has hasnt hate "
		      "have havent having he hello help helped helpful her here hey hi high his "
		      "hour hours how however human ",
	['i' - 'a'] = " i id idk if ill im immediately import impossible include included "
		      "incorrect instead integration into invalid invitation invite invited "
		      "invoice invoices is isnt issue issues it its ive ",
	['j' - 'a'] = " japanese just ",
	['k' - 'a'] = " keep keeps kept key kindly knew know ",
	['l' - 'a'] = " lags language last leave left legal less let licence licences license "
		      "licenses life like limit limits link load loading loads locked log logged "
		      "login lol long look looking looks lost love low lower ",
	['m' - 'a'] = " made mail make makes man manage managed many may member members might mine "
		      "minutes missing mobile money month monthly months more most move moved "
		      "much must my myself ",
	['n' - 'a'] = " name need needed needs never new newsletter next nice nobody none not "
		      "nothing notification notifications now number ",
	['o' - 'a'] = " of off offer ok okay old omg once one only onto open opened options or "
		      "order ordered other our ours out outage over overage own owner ",
	['p' - 'a'] = " package page paid part passcode password pay paying payment payments "
		      "pending people per perfect person phone place plan plans please pls plse "
		      "plz point policy possible price prices pricing privacy problem problems "
		      "process processed profile proof provisioning purchase purchased put ",
	['q' - 'a'] = " question questions quite quota ",
	['r' - 'a'] = " raise rate really reason receipt receipts receive received receiving "
		      "records refund refunded refunds regards reimburse remove removed reply "
		      "report reports representative request requests reset response restore "
		      "retrieval returns review ridiculous right ",
	['s' - 'a'] = " said same save saved saw say says scam screen seat seats security see seem "
		      "seems seen send sent server service set setting settings setup shall she "
		      "shipping should shouldnt show showing shown shows sign signed signup "
		      "simple since site slow small so some someone something soon sorry sso "
		      "standard stars start started status still stolen stop stopped stops "
		      "storage stuck submit subpoena subscribe subscription subscriptions such "
		      "suggestion support supported switch sync synced syncing ",
	['t' - 'a'] = " take taken takes tax team teams tell ten terminate terms terrible terrific "
		      "test than thank thanks thankyou that the their them then there these they "
		      "think this those though thought three through thx time timeout times to "
		      "today token told tomorrow too took top topped total transfer transferred "
		      "translation trial tried try trying twice two ty ",
	['u' - 'a'] = " u unable unauthorized unavailable under unknown unlock unlocked "
		      "unsubscribe until up update updated upgrade upload upset ur urgent "
		      "urgently us usage use used useful useless user users using ",
	['v' - 'a'] = " vanished verification verify version very via ",
	['w' - 'a'] = " wait waited waiting wanna want wanted wants was wasnt way we web webhook "
		      "webhooks website week weeks well went were werent weve what when where "
		      "whether which while who whom why will with withdrawal within without woman "
		      "wont work worked working works workspace world worst would wouldnt write "
		      "wrong wtf ",
	['y' - 'a'] = " yeah year yearly years yes yesterday yet you your youre yours ",
};

static const char *const foreign[26] = {
	['a' - 'a'] = " abbiamo abbonamento aber abo abonelik abonnement acceder accesso af ai "
		      "aide aider aiuto ajuda akan akun al alsjeblieft alstublieft anata anche "
		      "anda anmelden annuler annuleren annullare annyeonghaseyo anulowac aquel ar "
		      "argent arigato arigatou assinatura atau aterbetalning au auch auf aus aux "
		      "avec avez avoir avsluta ayuda ayudar ",
	['b' - 'a'] = " bagaimana bantuan batalkan bedankt bei belum ben benim betaling bezahlen "
		      "bij bir bisa bist bitte bonjour bu buenas buenos bukan buongiorno ",
	['c' - 'a'] = " cam cancelar carta cartao carte ce ces cest cet cette che chez chi cho "
		      "ciao cobrado cobranca cobraron cobro com comme comment como compte con "
		      "conta continuo conto contrasena correo cosa cua cual cuando cuenta czy ",
	['d' - 'a'] = " dan danke dans dari das dass de degil degli dei dein deine dekimasen "
		      "dekinai del della delle dello dem dengan der des desu det deux devolucion "
		      "devolver dias din dinero dinheiro disdire ditt dlaczego dobry donc donde "
		      "dos doushite du duoc dziekuje dzien ",
	['e' - 'a'] = " een ein eine einem einen einer einloggen el ela ele elle eller elles en "
		      "entrar entre er erstattung esa ese eso est esta estar estas este esto "
		      "estos estou estoy et etait etes etre eu ",
	['f' - 'a'] = " factura facturas facture factures factuur faire fait faktur faktura fapiao "
		      "fattura fatura favor fazer fehler foi fra fran fue funciona funcionan "
		      "funktioniert fur ",
	['g' - 'a'] = " ga gamsahamnida gdzie geen geht geld gli gomen gostaria gozaimasu graag "
		      "gracias grazie guten ",
	['h' - 'a'] = " ha habe haben hacer hai hallo halo hanno hao har haslo hast hatte hay heb "
		      "hebben hebt heeft hej helfen henkin hesap het hij hilfe hjalp ho hoan hoe "
		      "hola hulp hvorfor hwanbul ",
	['i' - 'a'] = " iade ich icin ihnen ihr ihre ihrem ik ikke il ils ingen ini inloggen inte "
		      "io iptal isso ist itadaki itu ",
	['j' - 'a'] = " jag jai jaimerais jak je jeg jest jestem jij jouw jullie juseyo ",
	['k' - 'a'] = " kaiyaku kami kan kann kara kart karta karte kartu kasih kata kein keine "
		      "kembali kenapa khoan khong kita konnen konnichiwa konto kontoen kort "
		      "kudasai kundigen kundigung kunnen ",
	['l' - 'a'] = " la langganan las lei les leur lo los losenord lui lutfen ",
	['m' - 'a'] = " ma maar mais mam marche mas masen masu med mehr mein meine meinen meiner "
		      "meiyou merci merhaba mes meu meus mi mia miei mig mijn min mina minha "
		      "minhas mio mis mit mitt mnie mochte moet mohon moja moje mon mot muss muy ",
	['n' - 'a'] = " naar nach nao nasai nasil naze ne necesita necesito neden nel nella ni "
		      "nicht nie niet noch nog noi non nos notre nous nur ",
	['o' - 'a'] = " obrigada obrigado och oder og ohne ola onde onegai ont onze ook opzeggen "
		      "ou ",
	['p' - 'a'] = " pagamento pagar pago paiement para pas passe passwort payer pengar penge "
		      "pengembalian perche pero peut peux pieniedzy piu pode pomoc por porque "
		      "posso pourquoi pouvez preciso prenumeration problema probleme prosze puede "
		      "pueden puedo puo ",
	['q' - 'a'] = " qing quand quando que quel quelle quero questa questo qui quien quiero "
		      "quisiera quoi ",
	['r' - 'a'] = " rechnung reembolso rekening rembourse remboursement rembourser resilier "
		      "rimborso ruckerstattung ryoushuusho ",
	['s' - 'a'] = " sa salut sandi sans sao saya schon se sehr sei seid seikyuusho selamat sem "
		      "senha ser seu shimasu shite siamo sie siete sifre sim sind ska sobre soldi "
		      "soll sono sont sous stornieren su sua sudah suis sumimasen sur sus "
		      "suscripcion svp ",
	['t' - 'a'] = " ta tack tag tagihan tai tak tambien tardes tarjeta tem tengo tenho terima "
		      "terugbetaling tes tesekkur tesekkurler tidak tien tiene tienen tilbage "
		      "till tillbaka toi tolong tra tu tuikuan ",
	['u' - 'a'] = " uang uber uit um uma umas un una unas und uno unos uns unser unsere untuk "
		      "usuario utan ",
	['v' - 'a'] = " va var varfor ve veux vi vil vill voce voces voglio voi von voor vor "
		      "vorrei vos votre voudrais vous vui ",
	['w' - 'a'] = " wa waar waarom wachtwoord wann wanneer waren warum watashi weil wenn wer "
		      "werden wie wij wil wir wird wo wordt wurde ",
	['x' - 'a'] = " xiexie ",
	['y' - 'a'] = " ya yang yao yardim yok ",
	['z' - 'a'] = " zahlung zhanghao zij zijn zonder zum zur zuruck zwrot ",
};

/* English words that other languages have borrowed: beside a foreign word they say nothing. */
static const char *const borrowed[26] = {
	['a' - 'a'] = " account admin app ",
	['b' - 'a'] = " bug browser ",
	['c' - 'a'] = " crash ",
	['d' - 'a'] = " dashboard data download ",
	['e' - 'a'] = " email error export ",
	['f' - 'a'] = " feedback ",
	['i' - 'a'] = " import integration ",
	['l' - 'a'] = " link login ",
	['m' - 'a'] = " mail ",
	['p' - 'a'] = " plan problem ",
	['s' - 'a'] = " server service site status sso support ",
	['t' - 'a'] = " team ticket token ",
	['u' - 'a'] = " update upgrade ",
	['w' - 'a'] = " webhook website workspace ",
};

/* All words of the lists, by their hash: each in the first free place from there on. */
#define PLACES 4096 /* more than twice as many as there are words */

struct place {
	const char *word; /* within its list; NULL: free */
	uint8_t size;
	uint8_t lists;
};

static struct place places[PLACES];

static struct place *place_of(const char *word, size_t size)
{
	uint32_t hash = 2166136261; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619;
	hash ^= hash >> 15;
	while (places[hash % PLACES].word != NULL &&
	       (places[hash % PLACES].size != size ||
	        memcmp(places[hash % PLACES].word, word, size) != 0))
		hash++;
	return &places[hash % PLACES];
}

static void add_words(const char *const lists[26], unsigned int list)
{
	for (size_t i = 0; i < 26; i++) {
		const char *word = lists[i] != NULL ? lists[i] + 1 : "";

		while (*word != '\0') {
			const size_t size = strcspn(word, " ");
			struct place *const place = place_of(word, size);

			place->word = word;
			place->size = (uint8_t)size;
			place->lists |= (uint8_t)list;
			word += size + 1;
		}
	}
}

static void add_all(void)
{
	add_words(english, WORD_ENGLISH);
	add_words(foreign, WORD_FOREIGN);
	add_words(borrowed, WORD_BORROWED);
}

unsigned int language_word(const char *word, size_t size)
{
	static pthread_once_t added = PTHREAD_ONCE_INIT;

	CHECK(pthread_once(&added, add_all) == 0);
	return place_of(word, size)->lists;
}
