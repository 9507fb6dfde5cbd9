export function whyNoRedis(): string | undefined;

export class RedisServer {
  static start(folder: string): Promise<RedisServer>;
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  start(): Promise<void>;
  command(...words: string[]): Promise<string | undefined>;
  text(...words: string[]): Promise<string | undefined>;
  kill(): Promise<void>;
}
