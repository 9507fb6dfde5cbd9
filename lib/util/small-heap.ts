/**
 * Imported first by the command line, and by the processes of `bench`. V8 would let its heap grow by some 60 MB over the first thousands of records before it
 * collects what is long dead; told to mind the size, it stays where it starts, and a long run takes no more memory than a
 * short one. The process is ours alone: a library must not do this to its host.
 */
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--optimize-for-size");

/**
 * Lets the heap grow again, for a server: what a request leaves behind dies young, and with room to lie in until then costs next to
 * nothing to collect. In the small heap collecting took a third of the time of small requests.
 */
export function allowRoomyHeap(): void {
  setFlagsFromString("--no-optimize-for-size");
}
