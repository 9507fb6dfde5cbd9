"""Facts by class, with ways to ask and to answer: a wrong answer is another value of the same class. Written for this from common knowledge."""

from __future__ import annotations

import random
from dataclasses import dataclass

CAPITALS = """France:Paris Italy:Rome Spain:Madrid Portugal:Lisbon Germany:Berlin Austria:Vienna Poland:Warsaw Hungary:Budapest Greece:Athens Turkey:Ankara Norway:Oslo Sweden:Stockholm Finland:Helsinki
Denmark:Copenhagen Iceland:Reykjavik Ireland:Dublin Belgium:Brussels Netherlands:Amsterdam Romania:Bucharest Bulgaria:Sofia Serbia:Belgrade Croatia:Zagreb Russia:Moscow Ukraine:Kyiv Egypt:Cairo Kenya:Nairobi
Ethiopia:Addis_Ababa Ghana:Accra Nigeria:Abuja Senegal:Dakar Morocco:Rabat Tunisia:Tunis Uganda:Kampala Zimbabwe:Harare India:New_Delhi Nepal:Kathmandu Japan:Tokyo China:Beijing South_Korea:Seoul
Thailand:Bangkok Vietnam:Hanoi Indonesia:Jakarta Philippines:Manila Malaysia:Kuala_Lumpur Mongolia:Ulaanbaatar Iran:Tehran Iraq:Baghdad Jordan:Amman Lebanon:Beirut Qatar:Doha Canada:Ottawa Mexico:Mexico_City Cuba:Havana
Peru:Lima Chile:Santiago Argentina:Buenos_Aires Brazil:Brasilia Colombia:Bogota Venezuela:Caracas Ecuador:Quito Uruguay:Montevideo Australia:Canberra New_Zealand:Wellington Switzerland:Bern Scotland:Edinburgh Wales:Cardiff"""
SYMBOLS = """hydrogen:H helium:He lithium:Li carbon:C nitrogen:N oxygen:O fluorine:F neon:Ne sodium:Na magnesium:Mg aluminium:Al silicon:Si phosphorus:P sulfur:S chlorine:Cl argon:Ar potassium:K calcium:Ca
titanium:Ti chromium:Cr manganese:Mn iron:Fe cobalt:Co nickel:Ni copper:Cu zinc:Zn silver:Ag tin:Sn iodine:I tungsten:W platinum:Pt gold:Au mercury:Hg lead:Pb uranium:U bromine:Br"""
AUTHORS = """Hamlet:William_Shakespeare Don_Quixote:Miguel_de_Cervantes War_and_Peace:Leo_Tolstoy Emma:Jane_Austen Oliver_Twist:Charles_Dickens Frankenstein:Mary_Shelley Dracula:Bram_Stoker Faust:Johann_Wolfgang_von_Goethe
Ulysses:James_Joyce The_Trial:Franz_Kafka Candide:Voltaire Les_Misérables:Victor_Hugo Moby-Dick:Herman_Melville Jane_Eyre:Charlotte_Brontë Wuthering_Heights:Emily_Brontë The_Odyssey:Homer The_Divine_Comedy:Dante_Alighieri
Crime_and_Punishment:Fyodor_Dostoevsky Walden:Henry_David_Thoreau Treasure_Island:Robert_Louis_Stevenson The_Jungle_Book:Rudyard_Kipling Middlemarch:George_Eliot Little_Women:Louisa_May_Alcott The_Time_Machine:H._G._Wells Madame_Bovary:Gustave_Flaubert"""
CONTINENTS = """Brazil:South_America Peru:South_America Chile:South_America Bolivia:South_America Kenya:Africa Egypt:Africa Ghana:Africa Angola:Africa Mali:Africa Japan:Asia India:Asia Vietnam:Asia Nepal:Asia Pakistan:Asia France:Europe
Poland:Europe Norway:Europe Greece:Europe Latvia:Europe Canada:North_America Mexico:North_America Cuba:North_America Panama:North_America"""
YOUNG = """cow:calf horse:foal dog:puppy cat:kitten sheep:lamb goat:kid pig:piglet lion:cub deer:fawn duck:duckling goose:gosling swan:cygnet frog:tadpole kangaroo:joey owl:owlet hen:chick"""
OPPOSITES = """hot:cold big:small fast:slow early:late light:dark loud:quiet rich:poor young:old full:empty wide:narrow deep:shallow hard:soft wet:dry strong:weak true:false cheap:expensive brave:cowardly generous:stingy ancient:modern
rough:smooth sharp:blunt tall:short heavy:light_in_weight clean:dirty noisy:silent"""
MONEY = """Japan:yen China:yuan India:rupee Russia:rouble Poland:zloty Sweden:krona Switzerland:franc Mexico:peso Thailand:baht Turkey:lira Israel:shekel South_Korea:won Brazil:real South_Africa:rand Vietnam:dong Germany:euro"""
COUNTS = """legs_does_a_spider_have:eight legs_does_an_insect_have:six sides_does_a_triangle_have:three sides_does_a_hexagon_have:six days_are_in_a_week:seven months_are_in_a_year:twelve hours_are_in_a_day:twenty-four minutes_are_in_an_hour:sixty
players_does_a_football_team_have_on_the_pitch:eleven strings_does_a_violin_have:four planets_are_in_our_solar_system:eight letters_are_in_the_English_alphabet:twenty-six centimetres_are_in_a_metre:one_hundred grams_are_in_a_kilogram:one_thousand
sides_does_a_square_have:four arms_does_an_octopus_have:eight teeth_does_an_adult_human_usually_have:thirty-two continents_are_there:seven wheels_does_a_tricycle_have:three years_are_in_a_century:one_hundred cards_are_in_a_standard_deck:fifty-two"""
HOMES = """bee:hive bird:nest spider:web bear:den rabbit:burrow ant:anthill beaver:lodge horse:stable dog:kennel pig:sty fox:den cow:barn eagle:eyrie"""
COLOURS = """a_ripe_banana:yellow grass:green a_clear_sky_at_noon:blue snow:white coal:black a_ripe_tomato:red an_orange:orange an_aubergine:purple chocolate:brown an_emerald:green a_ruby:red a_sapphire:blue a_flamingo:pink"""

CLASSES = {
    "capital": (CAPITALS, ("What is the capital of {}?", "Which city is the capital of {}?", "Name the capital of {}."), ("{v}.", "The capital of {k} is {v}.", "It is {v}.", "{v} is the capital of {k}.")),
    "symbol": (SYMBOLS, ("What is the chemical symbol of {}?", "Which symbol does {} have in the periodic table?"), ("{v}", "The symbol of {k} is {v}.", "It is {v}.")),
    "author": (AUTHORS, ('Who wrote "{}"?', "Who is the author of {}?"), ("{v}.", "{v} wrote {k}.", "It was written by {v}.")),
    "continent": (CONTINENTS, ("On which continent is {}?", "Which continent is {} part of?"), ("{v}.", "{k} is in {v}.", "It lies in {v}.")),
    "young": (YOUNG, ("What do you call a young {}?", "What is the young of a {} called?"), ("A {v}.", "A young {k} is called a {v}.", "It is called a {v}.")),
    "opposite": (OPPOSITES, ('What is the opposite of "{}"?', "Give me an antonym of {}."), ("{v}", "The opposite of {k} is {v}.", 'It is "{v}".')),
    "money": (MONEY, ("What is the currency of {}?", "Which money is used in {}?"), ("The {v}.", "People pay with the {v} in {k}.", "It is the {v}.")),
    "count": (COUNTS, ("How many {}?",), ("{v}", "There are {v}.", "The answer is {v}.")),
    "home": (HOMES, ("What is the home of a {} called?", "Where does a {} live?"), ("In a {v}.", "A {k} lives in a {v}.", "It is a {v}.")),
    "colour": (COLOURS, ("What colour is {}?", "Which colour does {} have?"), ("{v}", "It is {v}.", "The colour of {k} is {v}.")),
}


@dataclass(frozen=True)
class Fact:
    kind: str
    key: str
    value: str


def facts() -> list[Fact]:
    found = []
    for kind, (table, _, _) in CLASSES.items():
        for entry in table.split():
            key, value = entry.split(":")
            found.append(Fact(kind, key.replace("_", " "), value.replace("_", " ")))
    return found


def ask(fact: Fact, rng: random.Random) -> tuple[str, str, str]:
    """Question, right answer and wrong answer, both in the same words."""
    table, questions, answers = CLASSES[fact.kind]
    values = sorted({entry.split(":")[1].replace("_", " ") for entry in table.split()} - {fact.value})
    answer = rng.choice(answers)
    say = lambda value: capital(answer.format(k=fact.key, v=value))  # noqa: E731
    return rng.choice(questions).format(fact.key), say(fact.value), say(rng.choice(values))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
