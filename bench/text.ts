import type { Conversation } from "../lib/score/conversation/conversation.js";
import type { RandomTokens } from "./workload.js";

/** Words that the tokenizer of the random backbones knows whole, with a space in front. */
export const WORDS = (
  "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you " +
  "were her all she there would their we him been has when who will more no if out so said what up its about into than " +
  "them can only other new some could time these two may then do first any my now such like our over man me even most made " +
  "after also did many before must through back years where much your way well down should because each just those people " +
  "how too little state good very make world still own see men work long get here between both life being under never day " +
  "same another know while last might us great old year off come since against go came right used take three answer question " +
  "number list step code reason example result value change follow explain compare train station walk minute leave early late"
).split(" ");

/** How long the texts of a pair are. */
export interface PairLengths {
  /** Words of the prompt, and of each answer. */
  prompt: number;
  answer: number;
}

/** A prompt and two answers to it, as texts. */
export interface TextPair {
  prompt: string;
  chosen: string;
  rejected: string;
}

/** A pair of random words; a word is a token of the random backbones. */
export function randomPair(random: RandomTokens, lengths: PairLengths): TextPair {
  return {
    prompt: randomText(random, lengths.prompt),
    chosen: randomText(random, lengths.answer),
    rejected: randomText(random, lengths.answer),
  };
}

/** The two conversations of a pair. */
export function conversationsOf({ prompt, chosen, rejected }: TextPair): [Conversation, Conversation] {
  const user = { role: "user", content: prompt };
  return [
    [user, { role: "assistant", content: chosen }],
    [user, { role: "assistant", content: rejected }],
  ];
}

function randomText(random: RandomTokens, words: number): string {
  return Array.from(random(words), (token) => ` ${WORDS[token % WORDS.length] ?? ""}`).join("");
}
