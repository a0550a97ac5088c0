import type { Frame } from "./bundle.ts";

/** Told of each frame that another node has published under a name. */
export type Heard = (frame: Frame) => void;

/** What is followed as topics are. */
interface Follows {
  follow(topic: string, first: boolean): Promise<void> | undefined;
  unfollow(topic: string): void;
}

/**
 * What the nodes of a router say to each other, beside what is published to topics: under names that begin with a control
 * character, which no topic has.
 */
export class Channels {
  private readonly byName: Map<string, Heard> = new Map();
  private readonly link: Follows;

  constructor(link: Follows) {
    this.link = link;
  }

  listen(name: string, heard: Heard): Promise<void> | undefined {
    const isFirst = !this.byName.has(name);
    this.byName.set(name, heard);
    return this.link.follow(name, isFirst);
  }

  unlisten(name: string): void {
    if (this.byName.delete(name)) this.link.unfollow(name);
  }

  /** @returns whether it was said under a name that is listened to. */
  heard(name: string, frames: readonly Frame[]): boolean {
    const heard = this.byName.size === 0 ? undefined : this.byName.get(name);
    if (heard === undefined) return false;
    for (const frame of frames) heard(frame);
    return true;
  }
}
