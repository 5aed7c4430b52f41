"""The words by which page furniture is known, in English, Russian and Belarusian; used by `furniture.py` only."""

import re


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zа-яёіў«\"“]|[«\"“])")
_NUMBER = r"\d[\d\s.,]*[kкт]?"

DATE_LABEL = _any(
    r"^(?:first )?published(?: on| at)?\s*:?\s*", r"^(?:date|posted)(?: on)?\s*:?\s*", r"^(?:last )?(?:updated|modified)(?: on)?\s*:?\s*",
    r"^опубликован[оа]?\s*:?\s*", r"^дата(?: публикации)?\s*:?\s*", r"^обновлен[оа]?\s*:?\s*", r"^изменено\s*:?\s*",
    r"^апублікаван[аы]?\s*:?\s*", r"^дата публікацыі\s*:?\s*", r"^абноўлен[аы]?\s*:?\s*", r"^зьменена\s*:?\s*",
)  # fmt: skip
CHANGED = _any(r"(?:last )?(?:updated|modified)\b", r"обновлен", r"изменено", r"абноўлен", r"зьменена")
LABEL_AHEAD = re.compile(
    r"\s+(?=(?:reading time|read time|(?:last )?updated|published|время чтения|обновлено|опубликовано|час чытання"
    r"|абноўлена|апублікавана|comments|views|комментарии|просмотры|каментары|прагляды)\s*:)",
    re.IGNORECASE,
)
"""Where the next of several labelled fields on one line begins."""

_COUNTER = _any(
    rf"(?:{_NUMBER}|no)\s*(?:comments?|views?|shares?|likes?|reads?)",
    rf"{_NUMBER}\s*(?:minutes?|mins?\.?|min\.?)\s+(?:to )?read(?:ing)?",
    rf"(?:reading time|read time)\s*:?\s*(?:about )?{_NUMBER}\s*(?:minutes?|mins?\.?)",
    rf"(?:comments?|views?|shares?|likes?)\s*[:(]\s*{_NUMBER}\)?",
    rf"{_NUMBER}\s*(?:комментари\w+|просмотр\w*|репост\w*|лайк\w*)",
    rf"{_NUMBER}\s*(?:минут\w*|мин\.?)\s+(?:чтения|на чтение)",
    rf"(?:время чтения|читать)\s*:?\s*{_NUMBER}\s*(?:минут\w*|мин\.?)",
    rf"(?:комментарии|просмотры|просмотров|комментариев)\s*[:(]\s*{_NUMBER}\)?",
    rf"{_NUMBER}\s*(?:каментар\w*|прагляд\w*|рэпост\w*|падабай\w*)",
    rf"{_NUMBER}\s*(?:хвілін\w*|хв\.?)\s+(?:чытання|чытаньня|на чытанне)",
    rf"(?:час чытання|час чытаньня)\s*:?\s*{_NUMBER}\s*(?:хвілін\w*|хв\.?)",
    rf"(?:каментары|прагляды|праглядаў|каментароў)\s*[:(]\s*{_NUMBER}\)?",
)
COMMENTS = re.compile(
    r"0*(?P<before>[1-9]\d{0,3})\s*(?:comments?|комментари\w+|каментар\w*)"
    r"|(?:comments?|комментарии|каментары)\s*[:(]\s*0*(?P<after>[1-9]\d{0,3})\)?",
    re.IGNORECASE,
)
"""The heading that counts readers' comments."""
COMMENT_FORM = _any(
    r"leave a (?:comment|reply)|(?:оставить|добавить|написать) комментарий|(?:пакінуць|дадаць|напісаць) каментар"
)

AUTHOR = re.compile(
    r"(?:(?i:authors?|by|written by|text by|text|автор[ы]?|текст|аўтар(?:ка|ы)?|тэкст)\s*:\s*"
    r"(?P<name>(?=[^\W\d_a-zа-яёіў])[^.:;!?|]{2,60}(?:\.[^.:;!?|]{1,40})?))(?<![.])",
)

BY = re.compile(r"(?:[Bb]y|Автор|Аўтар(?:ка)?|Текст|Тэкст) (?P<name>(?:[^\W\d_a-zа-яёіў][\w.’'-]+ ?){2,4})")
"""A byline without a colon: names in capitals only."""

_NETWORKS = (
    r"(?:facebook|twitter|x\.com|telegram|viber|whatsapp|vk|ok|linkedin|reddit|instagram|youtube|pinterest|e-?mail"
    r"|фейсбук\w*|фэйсбук\w*|твиттер\w*|телеграм\w*|тэлеграм\w*|вконтакте|одноклассник\w*|вк|ок)"
)
_SHARE = _any(
    rf"(?:share|tweet|share (?:this|it)(?: (?:article|story|post|page))?)(?: (?:on|via|to|with) {_NETWORKS})?",
    rf"(?:share|поделиться|поделитесь|падзяліцца|падзяліцеся)(?: (?:в|у|на|ў|ссылкой|спасылкай))?(?:[\s,:|/]*(?:{_NETWORKS}))*",
    r"поделиться (?:этой )?(?:статьей|статьёй|новостью|ссылкой)|падзяліцца (?:артыкулам|навіной|спасылкай)",
    r"copy link|скопировать ссылку|скапіраваць спасылку|print(?: this(?: page)?)?|распечатать|раздрукаваць",
)
_NAVIGATION = _any(
    rf"{_NETWORKS}(?:[\s,|/]+{_NETWORKS})*",
    r"(?:home|news|menu|search|politics|society|belarus|world|log in|sign in|subscribe|skip to (?:main )?content|back to top)",
    r"(?:главная|новости|меню|поиск|политика|общество|беларусь|мир|войти|подписаться|наверх|вернуться наверх)",
    r"(?:галоўная|навіны|пошук|палітыка|грамадства|сьвет|свет|увайсці|падпісацца|уверх|наверх)",
    r"\w+(?: \w+)?(?:\s+[>›»/→]\s+[\w-]+(?: [\w-]+){0,3}){1,5}",
    r"(?:accept|reject|allow)(?: all)?(?: cookies)?|(?:принять|отклонить|прыняць|адхіліць)(?: (?:все|усе))?",
    r"(?:privacy policy|terms of (?:use|service)|политика конфиденциальности|палітыка прыватнасці|cookie (?:settings|policy))",
)
_COOKIES = _any(
    r"(?:we|this (?:web)?site|our (?:web)?site)(?: \w+)? uses? cookies\b.*",
    r"(?:мы используем|(?:этот |наш )?сайт использует)(?: файлы)? (?:cookies?|куки)\b.*",
    r"(?:мы выкарыстоўваем|(?:гэты |наш )?сайт выкарыстоўвае)(?: файлы)? (?:cookies?|кукі)\b.*",
)
_COPYRIGHT = _any(
    r"(?:©|\(c\)|copyright)\s.{0,80}\b(?:19|20)\d\d\b.{0,80}",
    r"(?:.{0,80}\s)?(?:all rights reserved|все права защищены|усе правы абаронены)\.?",
)
_WEATHER = re.compile(
    r"(?:[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,2}\s*[|,:·•]?\s*)?[+−–-]?\d{1,2}\s?°\s?[CFСcf]?(?:\s*\([^()]{1,30}\)|,\s*[\w ]{1,20})?"
)
_PHOTO_WORD = (
    r"(?:photos?|photo credits?|images?|picture|illustration|screenshot|фото|фотография|иллюстрация|скриншот"
    r"|фота|фотаздымак|здымак|ілюстрацыя|скрыншот)"
)
_PHOTO = _any(
    rf"(?:©\s*)?{_PHOTO_WORD}\s*[:©]\s*(?:©\s*)?(?P<credit>.+)",
    rf"{_PHOTO_WORD} (?:by|courtesy of|from)\s+(?P<by>.+)",
    r"©\s*(?P<sign>.+)",
)
READ_ALSO_HEADING = "link to another article"
_READ_ALSO = (
    r"(?:read (?:also|more|next)|see also|also read|читайте также|читать также|читайте ещё|читайте еще|смотрите также"
    r"|чытайце таксама|чытаць таксама|чытайце яшчэ|глядзіце таксама|материалы по теме|матэрыялы па тэме)"
)
_READ_ALSO_HEADING = re.compile(rf"{_READ_ALSO}\s*:?", re.IGNORECASE)
_READ_ALSO_LINK = re.compile(rf"{_READ_ALSO}\s*[:—–-]\s*(?P<link>.{{1,200}})", re.IGNORECASE)
LINKS = _any(
    _READ_ALSO,
    r"related(?: (?:articles|stories|news|posts|content|topics))?|recommended(?: for you)?|most (?:read|popular)|latest news",
    r"more (?:on this(?: topic| story)?|news|stories|from .{1,40})|you (?:may|might) also like",
    r"по теме|похожие (?:новости|статьи|материалы)|популярное|самое читаемое|последние новости|рекомендуем|другие новости",
    r"па тэме|папулярнае|самае чытанае|апошнія навіны|раім прачытаць|іншыя навіны|падобныя (?:навіны|артыкулы)",
)
_ADVERTISEMENT = _any(r"advertisement|sponsored(?: content)?|реклама|рэклама|на правах рекламы")
_TAGS = _any(r"(?:tags?|topics?|теги|тэги|тэгі|метки|ключевые слова|ключавыя словы)\s*:.{1,300}")
_DISCLAIMER = _any(r"(?:disclaimer|дисклеймер|отказ от ответственности|адмова ад адказнасці)\s*:.+")

_CALL = _any(
    r"(?:please,? )?(?:help us(?![,!])|support (?:us|our)|donate|contribute to|subscribe to|sign up|follow us|join (?:us|our)|make a donation)\b",
    r"(?:become|be) (?:a|our) (?:member|patron|supporter|sponsor)\b",
    r"(?:пожалуйста,? )?(?:поддержите|помогите|подпишитесь|подписывайтесь|присоединяйтесь|читайте нас|следите за|пожертвуйте)\b",
    r"(?:калі ласка,? )?(?:падтрымайце|дапамажыце|падпішыцеся|падпісвайцеся|далучайцеся|чытайце нас|сачыце за|ахвяруйце)\b",
)
_OURS = _any(r"\b(?:us|our|наш\w*|нас|нам)\b")
_CHANNEL = _any(
    r"\b(?:newsletters?|telegram|youtube|patreon|instagram|facebook|twitter|viber|donat\w+|appeal|membership|channel|journalism"
    r"|телеграм\w*|тэлеграм\w*|рассылк\w*|рассыл\w*|канал\w*|донат\w*|пожертвован\w*|ахвяраван\w*|ахвяруйце|пожертвуйте|donate|ютуб\w*|фейсбук\w*)\b"
)
_SPOKEN = _any(
    r"[«»„“”\"]",
    r"\b(?:said|says|wrote|writes|asked|told|сказал\w*|говор\w+|писал\w*|написал\w*|просил\w*|попросил\w*|обратил\w*)\b",
    r"\b(?:сказа[ўл]\w*|каза[ўл]\w*|кажа|піса[ўл]\w*|напіса[ўл]\w*|прасі[ўл]\w*|папрасі[ўл]\w*|зьвярну\w+|звярну\w+)\b",
)

_AI = _any(
    r"\bartificial intelligence\b|\bA\.?I\.?(?=\W|$)|\bchatgpt\b|\blarge language models?\b",
    r"искусственн\w+ интеллект\w*|(?<!\w)ИИ(?!\w)|нейросет\w+",
    r"штучн\w+ інтэлект\w*|(?<!\w)ШІ(?!\w)|нейрасет\w+|нэўрасет\w+",
)
_MADE = _any(
    r"\b(?:generated|written|created|produced|translated|summari[sz]ed|drafted|rewritten)\b",
    r"\b(?:создан|написан|подготовлен|сгенерирован|переведен|переведён|составлен)\w*",
    r"\b(?:створан|напісан|падрыхтаван|згенераван|перакладзен|складзен)\w*",
)
_THIS_TEXT = re.compile(
    r"(?:(?:please note(?: that)?|(?:parts?|portions|some) of|обратите внимание[:,]?(?: что)?|часть"
    r"|звярніце ўвагу[:,]?(?: што)?|частка)\s+)?"
    r"(?:th(?:is|e content of this) (?:article|text|content|story|summary|report|page|post|translation)"
    r"|(?:эта|этот|этой|этого|данный|данная|настоящий)\s+(?:стать|текст|материал|новост|перевод|пересказ)\w*"
    r"|(?:гэты|гэтая|гэтага|гэтай|дадзены)\s+(?:артыкул|тэкст|матэрыял|навіна|навіны|пераклад)\w*"
    r"|материал|текст|статья|новость|перевод|матэрыял|тэкст|артыкул|навіна|пераклад)\b",
    re.IGNORECASE,
)
"""How a sentence begins that speaks of the very text it stands in."""

_NOT = re.compile(r"\b(?:not|no|never|without|не|ня|без|бяз)\b", re.IGNORECASE)
_NOTICE_LABEL = _any(
    r"^(?:disclaimer|note|editor['’]s note|notice|дисклеймер|примечание|заўвага|дысклэймер|дысклеймер)\s*:\s*"
)


def anywhere(text: str) -> str | None:
    """Why a line that stands alone is furniture wherever on the page it is; `None` if it is not."""
    if not any(map(str.isalnum, text)):
        return "stray mark"
    if _is_credit(text):
        return "photo credit"
    if counter(text):
        return "counter"
    if _SHARE.fullmatch(text):
        return "sharing"
    if _ADVERTISEMENT.fullmatch(text):
        return "advertisement"
    link = _READ_ALSO_LINK.fullmatch(text)
    if _READ_ALSO_HEADING.fullmatch(text) or (link and _is_headline(link["link"])):
        return READ_ALSO_HEADING
    if not _SPOKEN.search(text) and all(_is_call(one) and _CHANNEL.search(one) for one in _sentences(text)):
        return "appeal"
    return None


def edge(text: str) -> str | None:
    """Why a line is furniture above or below the article."""
    if _WEATHER.fullmatch(text):
        return "weather"
    if _NAVIGATION.fullmatch(text):
        return "navigation"
    if len(text) <= 500 and _COOKIES.fullmatch(text):
        return "cookie notice"
    if _COPYRIGHT.fullmatch(text):
        return "copyright"
    return None


def tail(text: str) -> str | None:
    """Why a line is furniture below the article only."""
    if _TAGS.fullmatch(text):
        return "tags"
    if _DISCLAIMER.fullmatch(text):
        return "disclaimer"
    if LINKS.fullmatch(text):
        return "links to other articles"
    sentences = _sentences(text)
    ends = (sentences[0], sentences[-1])
    if len(text) <= 500 and not _SPOKEN.search(text) and all(_is_call(one) for one in ends):
        return "appeal"
    return None


def counter(text: str) -> str | None:
    """Whether it counts comments, views or minutes of reading."""
    return "counter" if _COUNTER.fullmatch(text.strip()) else None


def says_ai(text: str) -> bool:
    """Whether the paragraph is a statement that this very text was made with AI, in its first sentence."""
    return _states_ai(_sentences(_NOTICE_LABEL.sub("", text))[0])


def ai_notice(text: str) -> str | None:
    """The whole sentences of a paragraph that say so, as they stand; a sentence that is cut off only if no other does."""
    sentences = [one for one in _sentences(_NOTICE_LABEL.sub("", text)) if _states_ai(one)]
    whole = [one for one in sentences if one[-1] in ".!?…"]
    return " ".join(whole or sentences) or None


def _states_ai(sentence: str) -> bool:
    made = _MADE.search(sentence)
    if not made or not _AI.search(sentence) or _NOT.search(sentence) or _SPOKEN.search(sentence):
        return False
    return made.start() == 0 or bool(_THIS_TEXT.match(sentence))


def _is_credit(text: str) -> bool:
    match = _PHOTO.fullmatch(text)
    if not match:
        return False
    credit = next(filter(None, match.groups()))
    return len(credit.split()) <= 8 and credit[-1] not in ".!?…" and not _SPOKEN.search(credit)


def _is_headline(text: str) -> bool:
    return text[-1] not in ".…;," and len(_sentences(text)) <= 2


def _is_call(sentence: str) -> bool:
    return bool(_CALL.match(sentence) and (_OURS.search(sentence) or _CHANNEL.search(sentence)))


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)
