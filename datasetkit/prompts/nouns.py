"""The words that name people, animals and things in captions. Data only; our own list, so a heuristic.

A noun stands in one list at most. Words that are as often something else ("crane", "model train") are left out:
a word that isn't here leaves a sample undecided, a wrong word here would change it.
"""

from __future__ import annotations

FEMALE = frozenset(
    """woman girl lady female mother mom mum mommy grandmother grandma granny daughter granddaughter wife sister
    aunt niece girlfriend bride bridesmaid waitress actress hostess stewardess queen princess duchess goddess empress
    witch mermaid nun geisha ballerina schoolgirl cowgirl businesswoman policewoman saleswoman sportswoman
    firewoman spokeswoman fisherwoman horsewoman gentlewoman housewife heroine widow seamstress maiden madam
    songstress sorceress priestess showgirl flapper matron mistress gal maid housemaid mrs ms
    """.split()
)
MALE = frozenset(
    """man boy gentleman male father dad daddy grandfather grandpa grandad son grandson husband brother uncle nephew
    boyfriend groom groomsman bridegroom waiter mr king prince duke emperor wizard monk priest cowboy
    schoolboy businessman policeman salesman sportsman fireman spokesman fisherman horseman craftsman cameraman
    mailman milkman postman serviceman swordsman nobleman caveman strongman frontman doorman
    craftsman woodsman widower guy lad bloke dude sir sultan sheikh
    """.split()
)
NEUTRAL = frozenset(
    """person human child kid baby infant newborn toddler teenager teen adolescent adult senior elder youth
    nurse doctor surgeon dentist chef cook baker teacher professor student pupil scientist engineer mechanic worker
    builder farmer gardener driver pilot astronaut soldier officer guard firefighter paramedic lawyer judge
    secretary clerk cashier barista bartender photographer painter artist sculptor singer musician drummer guitarist
    pianist violinist dancer performer model athlete runner jogger cyclist skater skateboarder surfer swimmer gymnast
    boxer wrestler climber hiker skier snowboarder golfer player goalkeeper coach referee rider jockey vendor seller
    shopkeeper customer traveler traveller tourist passenger pedestrian commuter magician clown acrobat juggler
    mime warrior knight pirate ninja detective spy thief elf vampire zombie superhero villain celebrity influencer
    blogger presenter host reporter journalist writer poet reader librarian carpenter plumber electrician tailor
    hairdresser barber butcher florist potter blacksmith welder miner sailor captain diver lifeguard conductor
    friend neighbor neighbour colleague partner spouse parent sibling cousin owner boss leader stranger bystander
    figure character someone somebody individual protagonist member rapper politician actor fairy samurai
    """.split()
)
GROUPS = frozenset(
    """people persons crowd couple twins triplets duo trio family friends group spectators audience passers-by
    passersby onlookers children siblings newlyweds parents
    """.split()
)
ANIMALS = frozenset(
    """animal dog puppy cat kitten horse pony foal donkey cow calf bull sheep lamb goat pig piglet rabbit bunny hamster
    mouse rat squirrel fox wolf bear panda tiger lion lioness leopard cheetah elephant giraffe zebra rhino hippo
    monkey gorilla chimpanzee deer stag fawn camel llama alpaca kangaroo koala hedgehog raccoon otter penguin owl
    eagle parrot pigeon swan duck goose hen rooster chicken peacock flamingo bird snake lizard turtle tortoise frog
    fish shark whale dolphin octopus butterfly bee spider terrier retriever poodle corgi bulldog husky beagle
    labrador dachshund chihuahua dalmatian shepherd spaniel greyhound tabby dragon unicorn pet
    """.split()
)
THINGS = frozenset(
    """car truck bus van motorcycle motorbike bicycle train tram plane airplane aircraft helicopter rocket ship boat
    yacht house building tower skyscraper castle temple church cathedral bridge lighthouse windmill statue sculpture
    monument fountain street road city cityscape skyline village square park garden forest field meadow mountain hill
    valley canyon desert beach coast island river lake sea ocean waterfall sky cloud tree flower rose tulip plant
    cactus leaf mushroom fruit apple orange lemon cake bread pizza burger bowl cup mug plate bottle glass vase lamp
    candle chair table sofa bed desk book clock watch phone laptop computer camera robot toy doll mannequin figurine
    teddy balloon umbrella hat shoe sneaker boot bag handbag suitcase ring necklace perfume guitar piano violin drum
    machine engine wheel stone rock crystal diamond coin banknote box gift snowman scarecrow painting poster mural
    landscape room kitchen bedroom office hall stage stadium station airport harbor harbour
    """.split()
)
IRREGULAR_PLURALS = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "wives": "wife",
    "mice": "mouse",
    "geese": "goose",
    "wolves": "wolf",
    "calves": "calf",
    "housewives": "housewife",
    "elves": "elf",
    "thieves": "thief",
}
# "a cowboy hat", "cat ears", "a baby blue wall": the noun only describes the next word.
DESCRIBED = frozenset(
    """hat cap costume dress gown ears ear shirt t-shirt tshirt sweater boots jacket coat suit mask outfit uniform leash
    collar toy statue poster figurine doll house food bed bowl blue pink carriage stroller cage plush print prints
    pattern patterns tattoo shop store salon sculpture magazine jeans shorts room car park shelter market
    skin fur leather hair haircut tail mug logo sticker painting drawing mural portrait photo shoes bun braid
    class team club song band cart booth studio mannequin plushie robe robes cape crown onesie
    lights tale tales street avenue road college university hospital bee cobra crab tank pond cafe
    lily stripes hive trailer
    """.split()
)
# "a shot of a woman" is a woman, "a poster of a woman" is not.
DEPICTIONS = frozenset(
    "poster painting statue sculpture mural drawing print picture photo photograph portrait image sketch bust "
    "figurine doll mannequin silhouette reflection billboard tattoo logo engraving icon cutout".split()
)
FRAMINGS = frozenset("shot close-up closeup view video clip scene portrait picture photo image frame".split())

# Before an animal's name: it's a thing ("a teddy bear", "a hot dog").
LIFELESS = frozenset(
    """teddy stuffed toy plush rubber ceramic wooden porcelain origami inflatable plastic cartoon printed embroidered
    balloon stone marble bronze paper glass knitted crochet hot""".split()
)
# "A woman's hand": the whole being is the subject, though only a part is seen.
PARTS = frozenset(
    """hand hands face eye eyes hair arm arms foot feet leg legs back profile silhouette finger fingers lips mouth nose
    head shoulder shoulders shadow reflection body""".split()
)
