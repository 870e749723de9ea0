"""Does the shipped caption encoder know what sounds are called? Two figures, on sounds and sentences it was not trained on.

    python tests/benchmarks/captions.py                 retrieval and paraphrases of the shipped encoder
    python tests/benchmarks/captions.py --run runs/text of the matcher of a run
"""
PARAPHRASES = {  # class of ESC-10: sentences for it. Written before any training text was; no code trains on them
    "dog": ["a dog is barking", "the neighbour's dog won't stop barking", "a puppy yaps at the postman", "woof woof", "a hound baying in the yard",
            "several dogs bark at each other", "my terrier growls and barks", "canine barks"],
    "rooster": ["a rooster is crowing", "cock-a-doodle-doo", "the cockerel greets the morning", "a cock crows at dawn", "farmyard rooster waking everyone up",
                "the call of a rooster early in the day", "poultry crowing on a farm", "a male chicken crows"],
    "rain": ["rain is falling", "it is pouring outside", "raindrops hit the window pane", "a heavy downpour", "drizzle on an umbrella",
             "wet weather, water pattering on the roof", "a rainy afternoon", "the sound of rain on leaves"],
    "sea_waves": ["waves are crashing on the beach", "the sea at the shore", "surf rolling in", "the ocean on a calm day", "breakers hitting the rocks",
                  "water lapping against the coast", "a seaside with rolling waves", "the tide comes in"],
    "crackling_fire": ["a fire is crackling", "logs burning in the fireplace", "flames and embers popping", "a campfire at night", "burning wood crackles",
                       "a bonfire", "something is on fire", "the hearth on a winter evening"],
    "crying_baby": ["a baby is crying", "an infant screams for its mother", "a newborn wails", "a little child sobbing", "the toddler weeps",
                    "babies crying in a nursery", "an unhappy baby", "someone's kid bawling"],
    "sneezing": ["someone is sneezing", "a woman sneezes", "achoo", "a man with a cold sneezes loudly", "a sudden sneeze",
                 "three sneezes in a row", "a person with hay fever", "ah-choo, bless you"],
    "clock_tick": ["a clock is ticking", "tick tock tick tock", "the second hand of a watch", "an old grandfather clock", "a timepiece counts the seconds",
                   "a quiet room with a wall clock", "a metronome-like ticking", "the alarm clock ticks beside the bed"],
    "helicopter": ["a helicopter is flying overhead", "a chopper passes by", "rotor blades whirling in the air", "an aircraft hovers above",
                   "the rescue helicopter lands", "a military chopper circling", "helicopters in the sky", "propeller blades beating the air"],
    "chainsaw": ["a chainsaw is running", "a lumberjack cuts down a tree", "someone sawing wood with a motor saw", "a chain saw in the forest",
                 "loggers at work with power saws", "cutting timber with an engine-driven saw", "the buzz of a chainsaw", "trees being felled"],
}
