"""What was done to an answer; the first is a good one."""

GENERAL = ("other", "cut", "repeated", "scrambled", "foreign", "rude", "empty", "refused")
# Kinds whose worse answer comes with the source.
BAD_OF_SOURCE = {"facts": "facts", "sums": "arithmetic", "gsm8k": "gsm8k", "harmless": "harmless"}
KINDS = ("good", *GENERAL, *BAD_OF_SOURCE.values())
