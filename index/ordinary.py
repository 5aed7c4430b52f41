"""Words that begin questions, or that are written with a capital letter without naming a person (en, ru, be, uk)."""

from corpus.fold import skeleton

_WORDS = """
a about after all am an and any are as at be before blogger but by can could did do does dr for from give
has have he her his how i if in is it journalist list lawyer many may mr mrs ms much name of on or president
prisoner please prime minister she show should since tell that the their them there these they this those to
until was were what when where which while who whom whose why will with would you your monday tuesday
wednesday thursday friday saturday sunday january february march april may june july august september
october november december north south east west new great human rights centre center european europe belarus
belarusian belarusians minsk russia russian russians ukraine ukrainian poland polish lithuania lithuanian
america american british london moscow warsaw kyiv kiev nobel peace prize radio free liberty amnesty
international united nations states kingdom union committee court supreme council telegram facebook twitter
youtube google vitebsk vitsebsk mogilev lida pinsk orsha polotsk slutsk soligorsk salihorsk babruysk barysau
borisov mazyr rechytsa brussels berlin washington strasbourg geneva кто что где когда как какой какая какое
какие каких каким кого кому кем чем чей чья чьё чьи почему зачем откуда куда сколько ли правда расскажи
расскажите скажи скажите покажи напиши есть был была было были за по из от до при про об во со над под после
перед или его её их он она оно они мы вы ты я это этот эта эти тот та те все всё где какую президент
журналист блогер блогера блогеру адвокат политик правозащитник политзаключенный политзаключенного арестовали
задержали освободили осудили посадили помиловали госпожа господин пан пані беларусь белоруссия белорус
белорусский россия русский украина польша литва сша евросоюз европа москва варшава киев лондон январь
февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь понедельник вторник среда четверг
пятница суббота воскресенье хто што дзе калі як які якая якое якія якіх якім каго каму чым чыя чыё чые чаму
навошта нашто нашта штосьці адкуль куды колькі ці праўда раскажы раскажыце скажы скажыце пакажы гэта гэты быў была было былі яго
яе іх ён яна яны мы вы ты я усе ўсе прэзідэнт журналіст блогер адвакат палітык праваабаронца палітвязень
палітвязня арыштавалі затрымалі вызвалілі асудзілі пасадзілі памілавалі расія украіна польшча літва еўропа
масква студзень люты сакавік красавік травень чэрвень ліпень жнівень верасень кастрычнік лістапад снежань
витебск віцебск могилев бобруйск бабруйск чи де коли який яка яке які скільки чому навіщо хто що білорусь
росія україна kali dzie chto cto sto jak kolki camu za sto ci jaki jakaja pra yra jest ist je var kur kde gdzie ilu ile dlaczego polaków polacy wo wer kiedy wann kdy kada kas kim kogda gde kto chto skolko
pochemu kak kakoi kakaya
"""

ORDINARY = frozenset(map(skeleton, _WORDS.split()))
"""Their skeletons."""
