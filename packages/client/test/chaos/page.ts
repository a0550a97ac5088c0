/** What a page is given: the load, reachable from outside. */
import { type Load, startLoad } from "./load.ts";

declare global {
  var chaosLoad: { start(url: string, run: string, queueSize: number): void; stop(): ReturnType<Load["stop"]> };
}

let load: Load | undefined;
globalThis.chaosLoad = {
  start(url, run, queueSize) {
    load = startLoad(url, run, queueSize);
  },
  stop() {
    if (!load) throw new Error("Not started");
    return load.stop();
  },
};
