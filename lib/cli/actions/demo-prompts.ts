/** Prompts that no training data of the example models held, each with its best answer first. */
export const DEMO_PROMPTS: readonly { prompt: string; responses: readonly [string, ...string[]] }[] = [
  {
    prompt: "My train leaves at 9:40 and the walk to the station takes 25 minutes. When should I leave?",
    responses: [
      "Leave by 9:05: 25 minutes to walk, and ten to spare in case something holds you up.",
      "A boomerang comes back because its two wings are set at an angle to each other.",
      "Why would anyone want to know that? Buy a watch, you fool.",
    ],
  },
  {
    prompt: "Why do cats purr?",
    responses: [
      "Cats purr mostly because they feel safe, for instance on your lap. Some also purr to calm themselves when they are in pain.",
      "Purr safe cats they mostly because feel, for lap your instance on. Some purr pain themselves in calm also to they when are.",
      "Cats purr mostly because they feel safe, for instance on your",
    ],
  },
  {
    prompt: "What is the difference between a hill and a mountain?",
    responses: [
      "A mountain is higher and steeper than a hill. There is no fixed limit: in Britain it is often put at 600 metres.",
      "A mountain is higher. A mountain is higher. A mountain is higher. A mountain is higher. A mountain is higher.",
      "Sorry, this is a matter on which I am not able to comment.",
    ],
  },
  {
    prompt: "What does a beekeeper do in winter?",
    responses: [
      "A beekeeper checks that the hives are dry, out of the wind and have enough food, and otherwise leaves the bees alone until spring.",
      "Bitte geben Sie eine gültige Adresse ein, bevor Sie fortfahren.",
      "",
    ],
  },
  {
    prompt: "How can I tell whether a melon is ripe?",
    responses: [
      "Smell the end where the stem was: a ripe melon smells sweet, feels heavy for its size and gives a little when pressed.",
      "Press Ctrl and S to save the file, then choose a folder and type a name for it.",
      "Smell the end where the stem was: a ripe melon smells sweet, feels heavy for",
    ],
  },
];
