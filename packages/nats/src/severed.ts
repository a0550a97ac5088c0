import { freshEpoch, token } from "./names.ts";

/** How the log of one topic stands, or of a family. */
export interface Stand {
  readonly epoch: string;
  readonly chain: readonly (readonly [epoch: string, end: number])[];
}

/** The family of a topic. */
export interface Family extends Stand {
  readonly hash: string;
}

/** Small texts that all nodes have in common. */
interface Texts {
  found(name: string): Promise<{ readonly text: string | undefined }>;
  agreed(name: string, next: (found: string | undefined) => string | undefined): Promise<string>;
}

/** What was lost of a topic had been there in an epoch that its family's goes on from: this one goes on from none. */
export interface Severed {
  /** The family's epoch in whose place it is. */
  readonly of: string;
  readonly epoch: string;
}

/** As nodes tell each other. */
export interface SeveredTopic extends Severed {
  readonly topic: string;
}

/** What a node tells the others by this; undefined where it is nothing that nodes tell: an error would end the connection. */
export function severedIn(text: string): SeveredTopic | undefined {
  try {
    const { topic, of, epoch } = JSON.parse(text) as Partial<Record<keyof SeveredTopic, unknown>>;
    if (typeof topic !== "string" || typeof of !== "string" || typeof epoch !== "string") return undefined;
    return { topic, of, epoch };
  } catch {
    return undefined;
  }
}

/** Topics of which a connection remembers it, and of the others looks again. */
const MAX_TOPICS = 10_000;

/** Topics that do not go on from where their family does. */
export class SeveredTopics {
  private readonly byTopic = new Map<string, Severed | undefined>();
  private readonly texts: Texts;

  constructor(texts: Texts) {
    this.texts = texts;
  }

  /** As it was when it was last looked at. */
  standOf(family: Family, topic: string): Stand {
    const { chain, epoch } = family;
    const severed = this.byTopic.get(topic);
    if (severed === undefined) return family;
    if (severed.of === epoch) return { epoch: severed.epoch, chain: [] };
    const at = chain.findIndex(([name]) => name === severed.of);
    const end = chain[at]?.[1];
    // Nobody goes on from what was before it.
    return end === undefined ? family : { epoch, chain: [...chain.slice(0, at), [severed.epoch, end]] };
  }

  /** Whether it is known here. */
  has(topic: string): boolean {
    return this.byTopic.has(topic);
  }

  async look(family: Family, topic: string): Promise<void> {
    const { text } = await this.texts.found(nameOf(family, topic));
    this.remember(topic, text === undefined ? undefined : (JSON.parse(text) as Severed));
  }

  /** From where it stands, as it was when it was last looked at. @returns what all nodes then agree on. */
  async sever(family: Family, topic: string): Promise<Severed> {
    const { epoch: lost } = this.standOf(family, topic);
    const text = await this.texts.agreed(nameOf(family, topic), (found) => {
      const before = found === undefined ? undefined : (JSON.parse(found) as Severed);
      const now = before?.of === family.epoch ? before.epoch : family.epoch;
      // Another node was faster.
      return now === lost ? JSON.stringify({ of: family.epoch, epoch: freshEpoch() }) : undefined;
    });
    const severed = JSON.parse(text) as Severed;
    this.remember(topic, severed);
    return severed;
  }

  /** What this node has looked up, or has been told of. */
  remember(topic: string, severed: Severed | undefined): void {
    if (this.byTopic.size >= MAX_TOPICS && !this.byTopic.has(topic)) this.byTopic.clear();
    this.byTopic.set(topic, severed);
  }
}

function nameOf({ hash }: Family, topic: string): string {
  return `severed.${hash}.${token(topic)}`;
}
