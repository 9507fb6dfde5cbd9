import { JobQueue } from "../../serve/jobs/queue/job-queue.js";

/** Which queue a command means. */
export interface QueueOptions {
  queue: string;
  name: string;
}

/** Works with a queue, and lets go of it whatever happens. */
export async function withQueue<T>(
  { queue: url, name }: QueueOptions,
  work: (queue: JobQueue) => Promise<T>,
): Promise<T> {
  const queue = await JobQueue.open({ url, name });
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}
