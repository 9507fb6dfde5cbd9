"""Prompts: question frames over topics, and questions as people type them. Written for this; taken from no data set."""

from __future__ import annotations

import random

THINGS = """a rainbow; the water cycle; photosynthesis; an earthquake; a volcano; a glacier; the moon; a comet; gravity; magnetism; static electricity; sound;
the speed of light; an atom; a molecule; DNA; a virus; bacteria; an antibiotic; a vaccine; the immune system; the human heart; the lungs; sleep; dreaming; memory; muscle soreness;
a headache; hiccups; yeast; fermentation; rust; soap; plastic; glass; steel; concrete; paper; cotton; silk; a battery; an electric motor; a diesel engine; a bicycle gear;
a refrigerator; a microwave oven; a telescope; a microscope; a camera lens; a barometer; a compass; GPS; radar; a radio; the internet; a web browser; a database; a spreadsheet;
a compiler; recursion; a binary search; encryption; a password manager; a backup; machine learning; a neural network; a chess engine; a prime number; a fraction; probability;
the median; compound interest; inflation; a mortgage; a budget; insurance; a tax return; a stock; a bond; supply and demand; a monopoly; a trade union; a constitution; a parliament;
a jury; a contract; copyright; a patent; a sonnet; a haiku; a fable; a metaphor; irony; a novel; an opera; a symphony; jazz; a waltz; a violin; a trumpet; a fresco; a mosaic;
a gothic cathedral; a lighthouse; a suspension bridge; a canal; a harbour; a desert; a rainforest; a coral reef; a swamp; a tide; a monsoon; a hurricane; fog; frost; an eclipse;
the aurora; a fossil; a dinosaur; a mammoth; evolution; camouflage; migration of birds; hibernation; pollination; a beehive; an ant colony; a spider web; an octopus; a whale;
a penguin; a camel; an owl; a bat; a hedgehog; a fern; a cactus; a mushroom; an oak tree; bamboo; compost; crop rotation; a greenhouse; the Roman Empire; the Silk Road;
the Industrial Revolution; the printing press; the steam engine; the Olympic Games; the Marathon; a triathlon; offside in football; a tennis serve; a chess opening; meditation""".replace("\n", " ")
SKILLS = """bake bread; cook rice; make an omelette; poach an egg; roast vegetables; brew coffee; sharpen a knife; iron a shirt; remove a wine stain; wash wool; sew on a button; patch a tyre;
change a light bulb; unclog a sink; paint a room; hang a picture; assemble a shelf; plant tomatoes; prune roses; water houseplants; grow herbs on a windowsill; train a puppy; groom a cat;
clean an aquarium; pack a suitcase; read a map; pitch a tent; light a campfire; swim front crawl; learn to juggle; run five kilometres; stretch after running; lift a heavy box;
fall asleep faster; wake up early; concentrate while studying; take notes in class; prepare for an exam; learn new vocabulary; write a cover letter; prepare for a job interview;
ask for a raise; give a speech; lead a meeting; say no politely; apologise to a friend; make new friends; plan a birthday party; choose a gift; write a thank-you note; save money;
plan a weekly menu; reduce food waste; save electricity; sort recycling; organise a desk; clean windows; back up photos; choose a strong password; spot a phishing email; set up a router;
speed up an old laptop; write a unit test; name a variable; use a spreadsheet formula; take a good portrait photo; draw a face; tune a guitar; learn the piano; memorise a poem; write a short story""".replace("\n", " ")
PLACES = """Paris; Rome; Lisbon; Athens; Vienna; Prague; Dublin; Oslo; Helsinki; Istanbul; Cairo; Marrakesh; Nairobi; Cape Town; Mumbai; Delhi; Bangkok; Hanoi; Singapore; Seoul; Tokyo; Kyoto; Beijing;
Sydney; Auckland; Honolulu; Vancouver; Montreal; Boston; Chicago; New Orleans; Mexico City; Havana; Lima; Rio de Janeiro; Buenos Aires; Iceland; Scotland; Switzerland; Sicily; Crete; Bavaria; Provence; Tuscany; Patagonia""".replace("\n", " ")
SITUATIONS = """my neighbour plays loud music at night; my phone battery drains too fast; my plant has yellow leaves; my bread does not rise; my soup is too salty; my bicycle chain keeps slipping;
my laptop is very slow; my flight was cancelled; I lost my keys; I forgot a friend's birthday; I cannot fall asleep; my back hurts after sitting; my child does not like vegetables; my dog barks at visitors;
my cat scratches the sofa; my shoes smell; my windows fog up in winter; my roommate never cleans; I am nervous before presentations; I keep putting off my homework; I spilled coffee on my keyboard;
my car will not start; I have two hours in an unknown city; I want to eat less sugar; I am new in town and know nobody; my boss sends messages at weekends; I burnt the bottom of a pan;
my houseplants die when I travel; I get seasick; I always arrive late; my handwriting is hard to read; my tomatoes have black spots; my wool jumper shrank; the tap in my kitchen drips;
my code works on my machine but not on the server; my printer prints blank pages; I have too many emails; my friend owes me money; I disagree with my teacher; my knees hurt when I run""".replace("\n", " ")

FRAMES = {
    "thing": (
        THINGS,
        (
            "What is {}?",
            "Explain {} to a ten-year-old.",
            "Tell me two interesting facts about {}.",
            "In one sentence, what is {}?",
            "Why is {} important?",
            "How would you describe {} to somebody who has never heard of it?",
            "Write a short poem about {}.",
            "I have to give a talk about {}. How could I begin?",
            "What do people often get wrong about {}?",
            "Write a riddle whose answer is {}.",
        ),
    ),
    "skill": (
        SKILLS,
        (
            "How do I {}?",
            "What do I need to {}?",
            "Give me three tips to {}.",
            "What mistakes do beginners make when they {}?",
            "How long does it take to {}?",
            "Can you teach me to {}? Keep it short.",
            "What is the first step to {}?",
            "Is it hard to {}?",
        ),
    ),
    "place": (
        PLACES,
        (
            "What should I see in {}?",
            "When is the best time of year to visit {}?",
            "What food is {} known for?",
            "Plan one day in {} for a family.",
            "Write a postcard from {}.",
            "Tell me something about the history of {}.",
        ),
    ),
    "situation": (
        SITUATIONS,
        (
            "What can I do if {}?",
            "Help, {}!",
            "Why does this happen: {}?",
            "I need advice: {}.",
            "Write a polite short message about this: {}.",
        ),
    ),
}

ASKED = """Recommend a book for a rainy weekend.|Which is heavier, a kilogram of iron or a kilogram of feathers?|Suggest a name for a small bakery.|Write a one-line advert for a pair of running shoes.
Make this sentence more polite: Give me the report now.|Rewrite in the past tense: She walks to work and buys an apple.|Correct the grammar: He don't have no time for to cook.
Give me a synonym for "happy" and use it in a sentence.|What is the opposite of "ancient"?|Summarise the story of Little Red Riding Hood in two sentences.|Who wrote Romeo and Juliet, and what is it about?
What could I cook with eggs, spinach and cheese?|I have an hour at lunch. What exercise can I do?|Name three jobs for someone who likes animals.|What is a good hobby for a quiet person?
Turn this into a list: we need milk, bread, eggs and some apples.|Write an email to my teacher that I am ill today.|Invent a superhero who is afraid of heights.|Tell me a joke about cats.
Write a toast for my sister's wedding.|What are the pros and cons of working from home?|Should I learn Python or JavaScript first?|Explain the difference between weather and climate.
What is the difference between a crocodile and an alligator?|How are butter and margarine different?|Describe the taste of a lemon.|What colours do I mix to get green?|How many days are in a leap year, and why?
Give me a slogan for a campaign against littering.|Write a dialogue between the sun and the moon.|What would happen if there were no bees?|Describe your perfect morning.
How can a shy student take part in class more?|What should a first-aid kit contain?|Is it safe to eat raw cookie dough?|Can I mix bleach and vinegar?|How much water should I drink a day?
Which is better for the environment, a bus or a car?|Write a product description for a wooden toy train.|Make up a short bedtime story about a snail.|Give me a quote-like sentence about patience.
Give three words that rhyme with "light".|Put these in order from small to large: mountain, ant, house, dog.|What do the letters in "NASA" stand for?|What are the primary colours?
Translate "good morning" into Spanish and French.|What does "break the ice" mean?|Use the word "reluctant" in a sentence.|Classify as positive or negative: "The film was dull and far too long."
Write a haiku about autumn rain.|Continue the story: The door at the end of the corridor had never been open before.|Give me a title for an article on urban gardens.|What questions should I ask when I rent a flat?
Write a Python function that reverses a string.|How do I center a div in CSS?|What does SQL's JOIN do?|Explain what an API is with an example from daily life.|What is the difference between a list and a tuple in Python?
Write a regular expression for a five-digit number.|How do I undo the last git commit?|What does HTTP status 404 mean?|Write a shell command that counts the lines of a file.|Why should I comment my code?
Write a limerick about a forgetful baker.|Compose a short letter of complaint about a late parcel.|How can I thank a colleague who helped me?|What is a polite way to end a phone call?
Plan a low-cost picnic for six people.|I feel sad today.|Good morning! How are you?|Who are you?|Thank you for your help yesterday.|Say something encouraging before my exam.|Can you keep a secret?
What is the best way to learn from mistakes?|Is lying ever right?|Why do people like music?|What makes a good leader?|Describe a market on a Saturday morning.|What did people use before refrigerators?
Compare reading a book with watching a film.|How does a school in your view differ from a university?|What is the meaning of "less is more"?|Name four seasons and one activity for each.""".replace("\n", "|").split("|")


def topic_prompts() -> list[str]:
    """Every frame over every topic of its group, in a fixed order."""
    prompts = []
    for topics, frames in FRAMES.values():
        for topic in topics.split(";"):
            prompts += [frame.format(topic.strip()) for frame in frames]
    return prompts


def all_prompts(seed: int) -> list[str]:
    """Shuffled so that any beginning of the list covers all groups; the asked ones first."""
    framed = topic_prompts()
    random.Random(seed).shuffle(framed)
    return [prompt.strip() for prompt in ASKED] + framed


if __name__ == "__main__":
    prompts = all_prompts(1)
    print(len(prompts), len(set(prompts)))
