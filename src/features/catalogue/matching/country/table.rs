//! Codes (the ISO code of two letters first), then names: English, own languages, short forms; folded.

pub(super) const COUNTRIES: &str = "\
ad and|andorra
ae are uae|united arab emirates,emirates,الامارات
af afg|afghanistan
ag atg|antigua and barbuda
ai aia|anguilla
al alb|albania,shqiperi,shqiperia,albanie,albanien
am arm|armenia,հայաստան
ao ago|angola
ar arg|argentina,argentine,argentinien
as asm|american samoa
at aut|austria,osterreich,oesterreich,autriche
au aus|australia,australie,australien
aw abw|aruba
az aze|azerbaijan,azerbaycan,azerbaidjan
ba bih bosnia|bosnia and herzegovina,bosna i hercegovina,bosna,bosnia herzegovina,bosnien
bb brb|barbados
bd bgd|bangladesh
be bel|belgium,belgique,belgie,belgien,belgio,belgica
bf bfa|burkina faso
bg bgr bul|bulgaria,българия,bulgarie,bulgarien
bh bhr|bahrain,البحرين
bi bdi|burundi
bj ben|benin
bm bmu|bermuda
bn brn|brunei
bo bol|bolivia
br bra|brazil,brasil,bresil,brasilien
bs bhs|bahamas
bt btn|bhutan
bw bwa|botswana
by blr|belarus,беларусь
bz blz|belize
ca can|canada,kanada
cd cod|democratic republic of congo,dr congo
cf caf|central african republic
cg cog|congo
ch che sui|switzerland,schweiz,suisse,svizzera,suiza
ci civ|ivory coast,cote d ivoire
cl chl|chile,chili
cm cmr|cameroon,cameroun,kamerun
cn chn|china,中国,中國
co col|colombia,colombie,kolumbien
cr cri|costa rica
cu cub|cuba
cv cpv|cape verde,cabo verde
cw cuw|curacao
cy cyp|cyprus,κυπρος,chypre,zypern
cz cze|czech republic,czechia,czech,cesko,ceska republika,tschechien
de deu ger|germany,deutschland,allemagne,alemania,alemanha,germania,niemcy,almanya
dj dji|djibouti
dk dnk den|denmark,danmark,danemark
dm dma|dominica
do dom|dominican republic,republica dominicana
dz dza alg|algeria,algerie,الجزائر
ec ecu|ecuador,equateur
ee est|estonia,eesti,estonie,estland
eg egy|egypt,مصر,egypte
er eri|eritrea
es esp|spain,espana,espanya,espagne,spanien,spagna,espanha
et eth|ethiopia
fi fin|finland,suomi,finlande,finnland
fj fji|fiji
fo fro|faroe islands,foroyar
fr fra|france,frankreich,francia,franca,fransa
ga gab|gabon
gb gbr uk eng|united kingdom,great britain,england,britain,royaume uni,grossbritannien,reino unido
gd grd|grenada
ge geo|georgia,საქართველო
gf guf|french guiana,guyane
gh gha|ghana
gi gib|gibraltar
gl grl|greenland
gm gmb|gambia
gn gin|guinea,guinee
gp glp|guadeloupe
gq gnq|equatorial guinea
gr grc gre|greece,hellas,ελλαδα,grece,griechenland
gt gtm|guatemala
gu gum|guam
gw gnb|guinea bissau
gy guy|guyana
hk hkg|hong kong,香港
hn hnd|honduras
hr hrv cro|croatia,hrvatska,croatie,kroatien
ht hti|haiti
hu hun|hungary,magyarorszag,hongrie,ungarn
id idn indo|indonesia,indonesie
ie irl|ireland,eire,irlande,irland,republic of ireland
il isr|israel,ישראל
in ind|india,भारत,inde,indien
iq irq|iraq,العراق,irak
ir irn|iran,ایران
is isl|iceland,island,islande
it ita|italy,italia,italie,italien
jm jam|jamaica
jo jor|jordan,الاردن,jordanie,jordanien
jp jpn|japan,日本,japon
ke ken|kenya
kg kgz|kyrgyzstan
kh khm|cambodia,cambodge
km com|comoros
kn kna|saint kitts and nevis
kp prk|north korea
kr kor|south korea,korea,대한민국,한국
kw kwt|kuwait,الكويت,koweit
ky cym|cayman islands
kz kaz|kazakhstan,казахстан
la lao|laos
lb lbn leb|lebanon,لبنان,liban,libanon
lc lca|saint lucia
li lie|liechtenstein
lk lka|sri lanka
lr lbr|liberia
ls lso|lesotho
lt ltu|lithuania,lietuva,lituanie,litauen
lu lux|luxembourg,luxemburg,letzebuerg
lv lva lat|latvia,latvija,lettonie,lettland
ly lby|libya,ليبيا,libye
ma mar|morocco,maroc,المغرب,marruecos,marokko
mc mco|monaco
md mda|moldova,moldavie
me mne|montenegro,crna gora
mg mdg|madagascar
mk mkd|north macedonia,macedonia,македонија,mazedonien
ml mli|mali
mm mmr|myanmar,burma
mn mng|mongolia,монгол
mo mac|macau,macao,澳門
mq mtq|martinique
mr mrt|mauritania,mauritanie
mt mlt|malta
mu mus|mauritius,maurice
mv mdv|maldives
mw mwi|malawi
mx mex|mexico,mexique,mexiko
my mys|malaysia,malaisie
mz moz|mozambique,mocambique
na nam|namibia
nc ncl|new caledonia,nouvelle caledonie
ne ner|niger
ng nga|nigeria
ni nic|nicaragua
nl nld ned|netherlands,nederland,holland,pays bas,niederlande,the netherlands
no nor|norway,norge,norvege,norwegen
np npl|nepal,नेपाल
nz nzl|new zealand,aotearoa
om omn|oman,عمان
pa pan|panama
pe per|peru,perou
pf pyf|french polynesia,polynesie
pg png|papua new guinea
ph phl|philippines,pilipinas
pk pak|pakistan,پاکستان
pl pol|poland,polska,pologne,polen
pr pri|puerto rico
ps pse|palestine,فلسطين
pt prt por|portugal
py pry|paraguay
qa qat|qatar,قطر
re reu|reunion,la reunion
ro rou rom|romania,roumanie,rumanien,rumaenien
rs srb srp|serbia,srbija,србија,serbie,serbien
ru rus|russia,россия,russie,russland
rw rwa|rwanda
sa sau ksa|saudi arabia,السعوديه,arabie saoudite
sc syc|seychelles
sd sdn|sudan,السودان
se swe|sweden,sverige,suede,schweden
sg sgp|singapore,singapur,singapour
si svn slo|slovenia,slovenija,slovenie,slowenien
sk svk|slovakia,slovensko,slovaquie,slowakei
sl sle|sierra leone
sm smr|san marino
sn sen|senegal
so som|somalia
sr sur|suriname
ss ssd|south sudan
sv slv|el salvador
sy syr|syria,سوريا,syrie,syrien
sz swz|eswatini,swaziland
td tcd|chad,tchad
tg tgo|togo
th tha|thailand,ประเทศไทย,thailande
tj tjk|tajikistan
tl tls|timor leste
tm tkm|turkmenistan
tn tun|tunisia,tunisie,تونس,tunesien
tr tur|turkey,turkiye,turquie,turkei,tuerkei
tt tto|trinidad and tobago,trinidad
tv|tuvalu
tw twn|taiwan,台灣,臺灣
tz tza|tanzania
ua ukr|ukraine,україна,украина,ukraina
ug uga|uganda
us usa|united states,united states of america,america,etats unis,estados unidos,vereinigte staaten
uy ury|uruguay
uz uzb|uzbekistan,ozbekiston
va vat|vatican,vatican city
ve ven|venezuela
vi vir|us virgin islands
vn vnm vie|vietnam,viet nam
xk xkx kos ks|kosovo,kosova
ye yem|yemen,اليمن
yt myt|mayotte
za zaf rsa|south africa,afrique du sud,sudafrika
zm zmb|zambia
zw zwe|zimbabwe
";
