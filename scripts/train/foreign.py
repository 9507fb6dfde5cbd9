"""Sentences in other languages: some written for this, the rest from Django's translations (BSD-3-Clause, the PyPI wheel `django`)."""

from __future__ import annotations

import gettext
import io
import re
import zipfile
from pathlib import Path

WRITTEN = {
    "de": "Das Wetter ist heute schön, deshalb gehen wir in den Park.|Ich habe gestern ein gutes Buch gelesen.|Die Katze schläft auf dem Sofa.|Wir treffen uns um acht Uhr vor dem Bahnhof.|Man sollte jeden Tag etwas Obst essen.|Der Zug fährt in zehn Minuten ab.|Meine Schwester arbeitet in einem Krankenhaus.|Zuerst kocht man das Wasser, dann gibt man die Nudeln dazu.",
    "fr": "Il fait beau aujourd'hui, alors nous allons au parc.|J'ai lu un bon livre hier soir.|Le chat dort sur le canapé.|Nous nous retrouvons à huit heures devant la gare.|Il faut manger des fruits tous les jours.|Le train part dans dix minutes.|Ma sœur travaille dans un hôpital.|D'abord on fait bouillir l'eau, ensuite on ajoute les pâtes.",
    "es": "Hoy hace buen tiempo, por eso vamos al parque.|Ayer leí un libro muy bueno.|El gato duerme en el sofá.|Nos vemos a las ocho delante de la estación.|Hay que comer fruta todos los días.|El tren sale dentro de diez minutos.|Mi hermana trabaja en un hospital.|Primero se hierve el agua y después se añade la pasta.",
    "it": "Oggi il tempo è bello e andiamo al parco.|Ieri ho letto un bel libro.|Il gatto dorme sul divano.|Ci vediamo alle otto davanti alla stazione.|Bisogna mangiare frutta ogni giorno.|Il treno parte fra dieci minuti.|Mia sorella lavora in un ospedale.|Prima si fa bollire l'acqua, poi si aggiunge la pasta.",
    "pt": "Hoje o tempo está bom, por isso vamos ao parque.|Ontem li um livro muito bom.|O gato dorme no sofá.|Encontramo-nos às oito em frente da estação.|Devemos comer fruta todos os dias.|O comboio parte daqui a dez minutos.|A minha irmã trabalha num hospital.",
    "nl": "Het weer is mooi vandaag, dus we gaan naar het park.|Ik heb gisteren een goed boek gelezen.|De kat slaapt op de bank.|We zien elkaar om acht uur voor het station.|Je moet elke dag fruit eten.|De trein vertrekt over tien minuten.|Mijn zus werkt in een ziekenhuis.",
    "sv": "Vädret är fint idag, så vi går till parken.|Jag läste en bra bok igår.|Katten sover i soffan.|Vi ses klockan åtta framför stationen.|Man bör äta frukt varje dag.|Tåget går om tio minuter.|Min syster arbetar på ett sjukhus.",
    "pl": "Dziś jest ładna pogoda, więc idziemy do parku.|Wczoraj przeczytałem dobrą książkę.|Kot śpi na kanapie.|Spotykamy się o ósmej przed dworcem.|Trzeba jeść owoce codziennie.|Pociąg odjeżdża za dziesięć minut.|Moja siostra pracuje w szpitalu.",
    "tr": "Bugün hava güzel, bu yüzden parka gidiyoruz.|Dün iyi bir kitap okudum.|Kedi kanepede uyuyor.|Saat sekizde istasyonun önünde buluşuyoruz.|Her gün meyve yemek gerekir.|Tren on dakika sonra kalkıyor.",
    "ru": "Сегодня хорошая погода, и мы идём в парк.|Вчера я прочитал хорошую книгу.|Кошка спит на диване.|Встретимся в восемь часов у вокзала.|Моя сестра работает в больнице.",
    "ja": "今日は天気がいいので、公園に行きます。|昨日、良い本を読みました。|猫がソファで寝ています。|八時に駅の前で会いましょう。",
    "zh_Hans": "今天天气很好，我们去公园。|昨天我读了一本好书。|猫在沙发上睡觉。|我们八点在车站前见面。",
    "fi": "Tänään on kaunis sää, joten menemme puistoon.|Luin eilen hyvän kirjan.|Kissa nukkuu sohvalla.|Tapaamme kahdeksalta aseman edessä.",
    "cs": "Dnes je hezké počasí, a tak jdeme do parku.|Včera jsem četl dobrou knihu.|Kočka spí na pohovce.|Sejdeme se v osm hodin před nádražím.|Moje sestra pracuje v nemocnici.",
    "da": "Vejret er godt i dag, så vi går i parken.|Jeg læste en god bog i går.|Katten sover på sofaen.|Vi mødes klokken otte foran stationen.|Min søster arbejder på et hospital.",
}
LONGEST = 160


def sentences(wheel: Path) -> dict[str, list[str]]:
    """By language, in the order of the file."""
    found = {language: text.split("|") for language, text in WRITTEN.items()}
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            match = re.fullmatch(r"django/(?:conf|contrib/\w+)/locale/(\w+)/LC_MESSAGES/django\.mo", name)
            if match is None or match[1] not in found:
                continue
            catalog = gettext.GNUTranslations(io.BytesIO(archive.read(name)))._catalog
            for english, text in catalog.items():
                if english and isinstance(text, str) and len(english) > 25 and len(text) <= LONGEST and "%" not in text and "<" not in text and "{" not in text:
                    found[match[1]].append(" ".join(text.split()))
    return found
