import type { EngineLog } from "../src/ports/engine-log.ts";
import type { EngineSession, NodeSide } from "../src/ports/engine.ts";
import type { Revocation } from "../src/ports/revocation.ts";
import type { ReadLimits } from "../src/ports/topic-log.ts";
import { FakeEngine, type FakeSession, type Whims } from "./fake-engine.ts";
import { type LogWhims, ScriptedLog, ScriptedSide } from "./scripted-log.ts";

/** A fake engine that keeps recorded topics. */
export class RecordingEngine extends FakeEngine {
  readonly records = true;
  readonly logs: Map<string, ScriptedLog> = new Map();
  readonly reads: { readonly topic: string; readonly after: number; readonly limits: ReadLimits }[] = [];
  readonly revoked: Revocation[] = [];
  /** Until then it does not say what is revoked. */
  silence: Promise<void> | undefined = undefined;
  private secret: Uint8Array | undefined = undefined;
  private readonly logWhims: LogWhims;

  constructor(setTimer: (callback: () => void, ms: number) => unknown, whims: Whims = {}, logWhims: LogWhims = {}) {
    super(setTimer, whims);
    this.logWhims = logWhims;
  }

  logOf(topic: string): ScriptedLog {
    let log = this.logs.get(topic);
    if (log === undefined) this.logs.set(topic, (log = new ScriptedLog(this.setTimer, 100, this.logWhims)));
    return log;
  }

  override connect(node: NodeSide): EngineSession {
    const session = super.connect(node) as FakeSession & { log?: EngineLog };
    const sides = new Map<string, ScriptedSide>();
    const sideOf = (topic: string): EngineLog => {
      if (!this.up) throw new Error("The engine is away");
      let side = sides.get(topic);
      if (side !== undefined) return side;
      side = new ScriptedSide(
        this.logOf(topic),
        (frame) => session.topics.has(topic) && node.added(topic, frame),
        undefined,
        (epoch) => node.changed(topic, epoch),
      );
      sides.set(topic, side);
      return side;
    };
    session.log = {
      append: async (topic, messages, keeping) => sideOf(topic).append(topic, messages, keeping),
      read: async (topic, after, keeping, limits) => {
        this.reads.push({ topic, after, limits });
        return sideOf(topic).read(topic, after, keeping, limits);
      },
      sever: async (topic, lost, keeping) => sideOf(topic).sever(topic, lost, keeping),
      secret: async (proposed) => (this.secret ??= proposed),
      revoke: async (revocations) => {
        if (!this.up) throw new Error("The engine is away");
        this.revoked.push(...revocations);
      },
      revocations: async () => {
        await this.silence;
        return [...this.revoked];
      },
    };
    return session;
  }
}
