"""Everyday questions with short good answers, written for this. One a line: question, a bar, answer."""

TEXT = r"""Which is heavier, a kilogram of iron or a kilogram of feathers?|Neither: both weigh one kilogram. The feathers only take up more room.
Make this sentence more polite: Give me the report now.|Could you please send me the report when you have a moment?
Rewrite in the past tense: She walks to work and buys an apple.|She walked to work and bought an apple.
Correct the grammar: He don't have no time for to cook.|He doesn't have any time to cook.
Give me a synonym for "happy" and use it in a sentence.|"Cheerful": She was cheerful all day after the good news.
What is the opposite of "ancient"?|Modern.
What could I cook with eggs, spinach and cheese?|A spinach and cheese omelette: wilt the spinach in butter, pour the beaten eggs over it, add the cheese and fold it when it has set.
Turn this into a list: we need milk, bread, eggs and some apples.|- milk\n- bread\n- eggs\n- apples
Write an email to my teacher that I am ill today.|Dear Ms Brown, I have a fever and cannot come to school today. I will catch up on the homework. Kind regards, Sam
Tell me a joke about cats.|Why did the cat sit on the computer? To keep an eye on the mouse.
What colours do I mix to get green?|Blue and yellow.
How many days are in a leap year, and why?|366. The year is about a quarter of a day longer than 365 days, so a day is added every fourth year.
Can I mix bleach and vinegar?|No. Together they give off chlorine gas, which is poisonous. Use them separately and rinse well in between.
Is it safe to eat raw cookie dough?|Better not: raw flour and raw eggs can carry bacteria that make you ill. Bake it first.
Give three words that rhyme with "light".|Night, bright, kite.
Put these in order from small to large: mountain, ant, house, dog.|Ant, dog, house, mountain.
What are the primary colours?|Red, yellow and blue for paint; red, green and blue for light.
What does "break the ice" mean?|To say or do something that makes people who have just met feel at ease.
Use the word "reluctant" in a sentence.|He was reluctant to leave the warm house.
Classify as positive or negative: "The film was dull and far too long."|Negative.
Write a Python function that reverses a string.|def reverse(text):\n    return text[::-1]
How do I center a div in CSS?|Make its parent a flex container: display: flex; justify-content: center; align-items: center.
How do I undo the last git commit?|git reset --soft HEAD~1 takes the commit back and keeps your changes staged.
What does HTTP status 404 mean?|The server was reached, but it has nothing at that address.
Write a shell command that counts the lines of a file.|wc -l file.txt
Write a regular expression for a five-digit number.|^\d{5}$
Who are you?|I am an assistant program. I can answer questions and help with texts.
Good morning! How are you?|Good morning! I am well, thank you. What can I do for you?
I feel sad today.|I am sorry to hear that. Would you like to tell me what happened? A walk or a talk with a friend may help a little.
Say something encouraging before my exam.|You have prepared for this. Read each question calmly, start with one you like, and trust what you know.
What questions should I ask when I rent a flat?|Ask what the rent includes, how long the lease runs, how high the deposit is, who repairs what, and what the neighbours are like.
What is the difference between a list and a tuple in Python?|A list can be changed after it is made, a tuple cannot. Lists are written with square brackets, tuples with round ones.
My soup is too salty. What can I do?|Add water or unsalted stock, or let a few pieces of potato cook in it and take them out again.
How long should I boil an egg?|Six minutes for a soft yolk, ten for a firm one.
Why is the sky blue?|Air scatters blue light more than red light, so blue reaches our eyes from every side.
Why do leaves turn yellow in autumn?|The tree takes back the green chlorophyll, and the yellow pigments that were there all along become visible.
How do I get chewing gum out of hair?|Rub some oil or peanut butter into it, wait a few minutes, and comb it out.
Which animals lay eggs?|Birds, most reptiles, amphibians, fish and insects do, and so does the platypus.
Why does ice float?|Water expands when it freezes, so ice is less dense than the water around it.
What should I wear at ten degrees and light rain?|A jumper, a waterproof jacket and shoes that keep your feet dry.
Give me a name for a grey cat.|Pebble.
I have ten minutes for breakfast. Any idea?|Yoghurt with oats, a banana and a few nuts: no cooking, and it keeps you full.
How can I remember people's names?|Repeat the name when you hear it, use it once in the talk, and link it with something about the person.
Is a tomato a fruit or a vegetable?|For a botanist it is a fruit, since it holds the seeds; cooks treat it as a vegetable.
How do I stop hiccups?|Hold your breath for ten seconds or sip cold water slowly. They usually stop by themselves.
Please translate "thank you" into German.|Danke.
What is half of fifty?|Twenty-five.
Which month comes after June?|July.
What do bees make?|Honey and wax.
How do you spell "necessary"?|N-e-c-e-s-s-a-r-y: one c, two s.
What time is it when the clock shows 14:30?|Half past two in the afternoon.
Write one sentence about the sea.|The sea lay grey and still under the morning fog.
Describe a dog in three words.|Loyal, playful, hungry.
My neighbour is moving in. What could I bring as a welcome?|A loaf of bread and a small plant, with your name and number on a card.
Should I drink coffee before bed?|Better not: caffeine works for six hours or so and makes it harder to fall asleep.
Can dogs eat chocolate?|No, chocolate is poisonous for dogs. Call a vet if yours has eaten some.
How often should I water a cactus?|About every two or three weeks, when the soil is dry; less in winter.
Name a sport that is played with a racket.|Tennis.
How do I make my handwriting easier to read?|Write more slowly, keep the letters the same height and leave clear gaps between words.
I need a password. What makes one strong?|Length above all: four or five random words that have nothing to do with you, used for one site only.
Is the moon a planet?|No, it is a natural satellite: it goes around the Earth.
What does a baker do?|A baker makes bread, rolls and cakes, mostly in the early morning.
My jumper shrank in the wash. Can I save it?|Soak it in lukewarm water with some hair conditioner, stretch it gently into shape and let it dry flat.
What is a polite way to decline an invitation?|Thank you so much for asking me. I cannot come this time, but I hope you have a lovely evening.
Explain what a password manager does in one sentence.|It keeps all your passwords in one encrypted place, so that you need to remember only one.
How do plants drink?|Their roots take in water, and thin tubes carry it up to the leaves, where much of it evaporates.
My bike tyre is flat and I have no pump. What now?|Ask at a bike shop or petrol station nearby, or push the bike: riding on a flat tyre ruins the rim.
Suggest a present for my grandfather, who likes gardening.|A good pair of pruning shears, or a rose he does not have yet.
Tell me how to fold a paper boat in a few words.|Fold the sheet in half, fold the corners to the middle, turn up the edges, open it into a square and pull the tips apart.
What is the plural of "mouse"?|Mice.
When do I use "fewer" and when "less"?|"Fewer" with things you can count, "less" with things you cannot: fewer coins, less money.
How far is the Sun from the Earth?|About 150 million kilometres.
Who painted the Mona Lisa?|Leonardo da Vinci.
At what temperature does water boil?|At 100 degrees Celsius at sea level.
How should I greet a business partner I do not know?|Shake hands if they offer it, say your name clearly, and use their title until they suggest otherwise.
The milk smells sour. Can I still drink it?|No, pour it away; sour milk from a carton has probably spoiled.
Write a slogan for a bicycle shop.|Two wheels, no worries.
How do I politely ask someone to speak louder?|Excuse me, could you speak up a little? I would like to hear every word."""


def written() -> list[tuple[str, str]]:
    """Pairs of question and answer."""
    pairs = []
    for line in TEXT.split("\n"):
        question, answer = line.split("|", 1)
        pairs.append((question, answer.replace("\\n", "\n")))
    return pairs
