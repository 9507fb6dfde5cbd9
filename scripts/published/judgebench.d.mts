/** A published reward as `verify --scores` reads it. */
export interface PublishedRecord {
  id: string;
  prompt: string;
  response: string;
  reward: number;
}

export function recordsOf(line: string): PublishedRecord[];
