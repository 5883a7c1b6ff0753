"""Twelve short reviews in each of sixteen languages, written for these tests."""

from __future__ import annotations

__all__ = ["REVIEWS"]

REVIEWS = {
    "russian": """
Мне очень понравился этот фильм
Ужасное обслуживание, больше не приду
Доставка пришла вовремя, спасибо
Книга скучная и слишком длинная
Отличный телефон за свои деньги
Батарея садится за два часа
Рекомендую всем своим друзьям
Качество ткани оставляет желать лучшего
Очень вкусно и недорого
Номер был грязный, а персонал грубый
Хороший звук, удобные наушники
Сломался через неделю после покупки
""",
    "ukrainian": """
Мені дуже сподобався цей фільм
Жахливе обслуговування, більше не прийду
Доставка прийшла вчасно, дякую
Книга нудна і занадто довга
Чудовий телефон за свої гроші
Батарея сідає за дві години
Рекомендую всім своїм друзям
Якість тканини залишає бажати кращого
Дуже смачно і недорого
Номер був брудний, а персонал грубий
Гарний звук, зручні навушники
Зламався через тиждень після купівлі
""",
    "japanese": """
この映画はとても面白かったです
サービスがひどくて二度と行きません
配達が時間通りに届きました
本は退屈で長すぎます
値段の割に良い電話です
電池は二時間しか持ちません
友達みんなに勧めたいと思います
布の品質は期待外れでした
安くてとても美味しいです
部屋が汚くて店員も無愛想でした
音が良くて使いやすいイヤホン
買ってから一週間で壊れました
""",
    "simplified": """
这部电影非常好看
服务太差了，再也不会来了
快递很准时，谢谢
这本书又长又无聊
手机性价比很高
电池只能用两个小时
推荐给所有朋友
布料质量不太好
好吃又便宜
房间很脏，服务员态度恶劣
音质不错，耳机很舒服
买了一个星期就坏了
""",
    "traditional": """
這部電影非常好看
服務太差了，再也不會來了
快遞很準時，謝謝
這本書又長又無聊
手機性價比很高
電池只能用兩個小時
推薦給所有朋友
布料品質不太好
好吃又便宜
房間很髒，服務員態度惡劣
音質不錯，耳機很舒服
買了一個星期就壞了
""",
    "korean": """
이 영화 정말 재미있었어요
서비스가 너무 나빠서 다시는 안 갈 거예요
배송이 제시간에 도착했습니다 감사합니다
책이 지루하고 너무 길어요
가격 대비 좋은 휴대폰입니다
배터리가 두 시간밖에 안 갑니다
모든 친구에게 추천합니다
천의 품질이 기대에 못 미칩니다
맛있고 저렴합니다
방이 더럽고 직원이 불친절했어요
소리가 좋고 편한 이어폰
산 지 일주일 만에 고장 났어요
""",
    "polish": """
Bardzo podobał mi się ten film
Okropna obsługa, więcej nie przyjdę
Dostawa przyszła na czas, dziękuję
Książka jest nudna i za długa
Świetny telefon za swoją cenę
Bateria wystarcza na dwie godziny
Polecam wszystkim znajomym
Jakość materiału pozostawia wiele do życzenia
Bardzo smaczne i niedrogie jedzenie
Pokój był brudny, a personel niemiły
Dobry dźwięk, wygodne słuchawki
Zepsuł się tydzień po zakupie
""",
    "czech": """
Ten film se mi moc líbil
Hrozná obsluha, už nikdy nepřijdu
Zásilka dorazila včas, děkuji
Kniha je nudná a příliš dlouhá
Skvělý telefon za své peníze
Baterie vydrží jen dvě hodiny
Doporučuji všem přátelům
Kvalita látky není nic moc
Velmi chutné a levné jídlo
Pokoj byl špinavý a personál hrubý
Dobrý zvuk, pohodlná sluchátka
Rozbil se týden po koupi
""",
    "hungarian": """
Nagyon tetszett ez a film
Szörnyű kiszolgálás, többet nem jövök
A csomag időben megérkezett, köszönöm
A könyv unalmas és túl hosszú
Kiváló telefon ennyi pénzért
Az akkumulátor két óra alatt lemerül
Minden barátomnak ajánlom
Az anyag minősége gyenge
Nagyon finom és olcsó étel
A szoba koszos volt, a személyzet udvariatlan
Jó hang, kényelmes fülhallgató
Egy hét után elromlott
""",
    "german": """
Der Film hat mir sehr gut gefallen
Schrecklicher Service, ich komme nie wieder
Die Lieferung kam pünktlich, danke
Das Buch ist langweilig und viel zu lang
Ein tolles Handy für den Preis
Der Akku hält nur zwei Stunden
Ich empfehle es allen Freunden
Die Qualität lässt zu wünschen übrig
Sehr lecker und günstig
Das Zimmer war schmutzig und das Personal unhöflich
Guter Klang, bequeme Kopfhörer
Eine Woche nach dem Kauf kaputt
""",
    "french": """
J'ai beaucoup aimé ce film
Service épouvantable, je ne reviendrai plus
La livraison est arrivée à temps, merci
Le livre est ennuyeux et trop long
Un très bon téléphone pour le prix
La batterie ne tient que deux heures
Je le recommande à tous mes amis
La qualité du tissu laisse à désirer
Très bon et pas cher
La chambre était sale et le personnel impoli
Bon son, écouteurs confortables
Cassé une semaine après l'achat
""",
    "english": """
We met at a small café near the station
The food was fine but nothing special
His résumé looked great on paper
A naïve approach that somehow works
The room was clean and quiet
Service was slow and rude
I would not buy this again
It broke after a week
Great value for the price
The plot was predictable and dull
My friends loved the soundtrack
She ordered jalapeño poppers
""",
    "greek": """
Μου άρεσε πολύ αυτή η ταινία
Απαίσια εξυπηρέτηση, δεν θα ξαναπάω
Η παράδοση ήρθε στην ώρα της, ευχαριστώ
Το βιβλίο είναι βαρετό και πολύ μεγάλο
Πολύ καλό τηλέφωνο για την τιμή του
Η μπαταρία κρατάει μόνο δύο ώρες
Το συνιστώ σε όλους τους φίλους μου
Η ποιότητα του υφάσματος είναι κακή
Πολύ νόστιμο και φτηνό
Το δωμάτιο ήταν βρώμικο και το προσωπικό αγενές
Καλός ήχος, άνετα ακουστικά
Χάλασε μια εβδομάδα μετά την αγορά
""",
    "turkish": """
Bu filmi çok beğendim
Hizmet berbattı, bir daha gelmem
Kargo zamanında geldi, teşekkürler
Kitap sıkıcı ve çok uzun
Fiyatına göre güzel bir telefon
Pil sadece iki saat dayanıyor
Bütün arkadaşlarıma tavsiye ederim
Kumaşın kalitesi iyi değil
Çok lezzetli ve ucuz
Oda kirliydi, personel kabaydı
Sesi güzel, kulaklık rahat
Aldıktan bir hafta sonra bozuldu
""",
    "hebrew": """
מאוד אהבתי את הסרט הזה
שירות נורא, לא אחזור יותר
המשלוח הגיע בזמן, תודה
הספר משעמם וארוך מדי
טלפון מצוין במחיר הזה
הסוללה מחזיקה רק שעתיים
ממליץ לכל החברים שלי
איכות הבד לא טובה
טעים מאוד וזול
החדר היה מלוכלך והצוות גס
צליל טוב, אוזניות נוחות
התקלקל שבוע אחרי הקנייה
""",
    "arabic": """
أعجبني هذا الفيلم كثيرا
خدمة سيئة، لن أعود مرة أخرى
وصل الطلب في الوقت المحدد، شكرا
الكتاب ممل وطويل جدا
هاتف ممتاز مقابل السعر
البطارية تدوم ساعتين فقط
أنصح به كل أصدقائي
جودة القماش ليست جيدة
لذيذ جدا ورخيص
الغرفة كانت قذرة والموظفون غير مهذبين
صوت جيد وسماعات مريحة
تعطل بعد أسبوع من الشراء
""",
}
