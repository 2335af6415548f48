"""Texts of many languages in the encodings they come in, and tables by their separators and rows."""

from __future__ import annotations

import pytest

TEXTS = {
    "pl": "Zażółć gęślą jaźń. Rachunek za usługi księgowe, płatność w ciągu czternastu dni. Łączna kwota: sto zł.",
    "cs": "Příliš žluťoučký kůň. Faktura za účetní služby, splatnost čtrnáct dní. Děkujeme za nákup, přijďte zas.",
    "lt": "Sąskaita už apskaitos paslaugas, apmokėti per keturiolika dienų. Iš viso: šimtas eurų. Ačiū, žąsys, ūkis.",
    "tr": "Muhasebe hizmetleri faturası, ödeme on dört gün içinde. Alışverişiniz için teşekkürler. Şişli, ağaç ışığı.",
    "de": "Rechnung für Buchhaltungsdienste, zahlbar in vierzehn Tagen. Schöne Grüße aus München, Straße 5, übermäßig.",
    "fr": "Facture payable dans les quatorze jours. Déjà réglé à Orléans, merci et à bientôt. Ça ira, naïf, où.",
    "ru": "Счёт за бухгалтерские услуги, оплата в течение четырнадцати дней. Итого: двести рублей. Спасибо за заказ.",
    "uk": "Рахунок за бухгалтерські послуги, оплата протягом чотирнадцяти днів. Дякуємо за покупку. Їжак, ґанок, є.",
    "el": "Τιμολόγιο για λογιστικές υπηρεσίες, πληρωμή εντός δεκατεσσάρων ημερών. Ευχαριστούμε για την αγορά σας.",
    "he": "חשבונית עבור שירותי הנהלת חשבונות, תשלום תוך ארבעה עשר ימים. סך הכל מאתיים שקלים. תודה על הקנייה.",
    "ar": "فاتورة خدمات المحاسبة، الدفع خلال أربعة عشر يوما. المجموع مئتا دينار. شكرا لشرائكم ونرحب بكم مرة أخرى.",
    "ja": "会計サービスの請求書です。お支払いは十四日以内にお願いいたします。合計は二百円です。以上。",
    "zh": "会计服务发票，请在十四天内付款。总计二百元。感谢您的购买，欢迎再次光临。本公司地址在北京市朝阳区。",
    "zh-tw": "會計服務發票，請在十四天內付款。總計二百元。感謝您的購買，歡迎再次光臨。本公司地址在臺北市。",
    "ko": "회계 서비스 청구서입니다. 십사 일 이내에 지불해 주십시오. 합계는 이백 원입니다. 구매해 주셔서 감사합니다.",
    "th": "ใบแจ้งหนี้สำหรับบริการบัญชี ชำระเงินภายในสิบสี่วัน ยอดรวมสองร้อยบาท ขอบคุณที่ซื้อสินค้า",
}
ENCODINGS = (
    ("de", "utf-8"), ("pl", "utf-8-sig"), ("ru", "utf-16"), ("ja", "utf-16"), ("ar", "utf-32"), ("de", "utf-16-le"),
    ("fr", "utf-16-be"), ("pl", "cp1250"), ("pl", "iso8859_2"), ("pl", "cp852"), ("cs", "cp1250"), ("cs", "iso8859_2"),
    ("lt", "cp1257"), ("lt", "iso8859_13"), ("tr", "cp1254"), ("tr", "iso8859_9"), ("de", "cp1252"),
    ("de", "iso8859_15"), ("de", "cp850"), ("de", "mac_roman"), ("de", "cp437"), ("fr", "cp1252"), ("fr", "cp850"),
    ("fr", "mac_roman"), ("ru", "cp1251"), ("ru", "koi8_r"), ("ru", "iso8859_5"), ("ru", "cp866"), ("ru", "cp855"),
    ("ru", "mac_cyrillic"), ("uk", "cp1251"), ("uk", "koi8_u"), ("el", "cp1253"), ("el", "iso8859_7"),
    ("he", "cp1255"), ("he", "iso8859_8"), ("ar", "cp1256"), ("ar", "iso8859_6"), ("ja", "shift_jis"),
    ("ja", "euc_jp"), ("ja", "iso2022_jp"), ("zh", "gb18030"), ("zh", "gbk"), ("zh-tw", "big5"), ("ko", "euc_kr"),
    ("ko", "cp949"), ("th", "tis_620"), ("th", "cp874"),
)  # fmt: skip


@pytest.mark.parametrize(("language", "codec"), ENCODINGS, ids=[f"{text}-{codec}" for text, codec in ENCODINGS])
def test_a_text_is_read_in_its_encoding(module_desk, language: str, codec: str) -> None:
    name = f"{language}-{codec}.txt"
    module_desk.put(name, TEXTS[language].encode(codec))
    assert module_desk.body(name) == TEXTS[language]


def test_at_least_thirty_encodings_are_read() -> None:
    assert len({codec for _, codec in ENCODINGS}) >= 30


def test_an_encoding_that_was_guessed_wrong_can_be_named(desk) -> None:
    desk.put("a.txt", "Ł".encode("cp1250"))
    assert desk.body("a.txt") == "£"
    named = desk.text("read_document", path="a.txt", encoding="cp1250")
    assert named == "a.txt | txt | 1 character | read as cp1250\n\nŁ"


@pytest.mark.parametrize("encoding", ["klingon", "base64", " ", "\0", "undefined", "idna"])
def test_an_unknown_encoding_is_refused(desk, encoding: str) -> None:
    desk.put("a.txt", "a")
    assert "there is no encoding" in desk.refusal("read_document", path="a.txt", encoding=encoding)


def test_a_page_that_names_its_encoding_is_read_in_it(desk) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Да</p></body></html>'
    desk.put("a.html", page.encode("cp1251"))
    assert desk.body("a.html") == "Да"


# Tables


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "a;b;c\n1,5;2;3\n4,5;5;6\n", ";"), ("b.csv", "a\tb\n1\t2\n", "tabs"), ("c.csv", "a|b\n1|2\n", "|"),
    ],
)  # fmt: skip
def test_the_separator_of_a_table_is_said(desk, name: str, content: str, said: str) -> None:
    desk.put(name, content)
    first_line = desk.text("read_document", path=name).splitlines()[0]
    assert f"separated by {said}" in first_line


def test_a_comma_is_not_worth_a_word(desk) -> None:
    desk.put("a.csv", 'a,b\n"x; y; z",2\n"p; q; r",3\n')
    assert desk.text("read_document", path="a.csv").splitlines()[0] == "a.csv | csv | 3 rows | 28 characters"


def test_rows_are_given_with_the_heading_above_them(desk) -> None:
    desk.put("a.csv", "name,note\n" + "".join(f'n{row},"two\nlines {row}"\n' for row in range(2, 2000)))
    assert desk.text("read_document", path="a.csv", rows="1000-1001") == (
        "a.csv | csv | rows 1000 to 1001 below row 1\n\n"
        'name,note\nn1000,"two\nlines 1000"\nn1001,"two\nlines 1001"\n\n'
        '[left out: row 1002 on; read on with rows="1002-"]'
    )
    assert desk.text("read_document", path="a.csv", rows="1999-").endswith('n1999,"two\nlines 1999"\n')
    assert "is past the end of a.csv, which has 1999 rows" in desk.refusal("read_document", path="a.csv", rows="2000")


@pytest.mark.parametrize("rows", ["x", "0", "5-3", "-2", "1.5"])
def test_rows_that_are_no_range_are_refused(desk, rows: str) -> None:
    desk.put("a.csv", "a\n1\n")
    assert "is no range" in desk.refusal("read_document", path="a.csv", rows=rows)


def test_a_quote_that_is_never_closed_does_not_swallow_the_table(desk) -> None:
    desk.put("a.csv", 'a,b\n"open,1\n' + "".join(f"{row},{row}\n" for row in range(60_000)))
    assert "59997,59997\n" in desk.text("read_document", path="a.csv", rows="60000-60010")


def test_right_to_left_tables_keep_their_order(desk) -> None:
    desk.put("a.csv", "שם,סכום\nלחם,12.50\nحليب,8\n".encode("utf-8-sig"))
    assert desk.body("a.csv") == "שם,סכום\nלחם,12.50\nحليب,8\n"
