import type { Logger } from "../base/logger.ts";

/** Why an engine cannot be reached: each reason is said once, until it is there again. */
export class Reasons {
  private last: Error | undefined = undefined;
  private readonly said = new Set<string>();
  private readonly engine: string;
  private readonly logger: Logger;

  constructor(engine: string, logger: Logger) {
    this.engine = engine;
    this.logger = logger;
  }

  /** The report of the link says this one. */
  told(reason: Error): void {
    this.said.add(reason.message);
  }

  /** @param isDown Whether anything was said yet of its being away. */
  add(reason: Error, isDown: boolean): void {
    this.last = reason;
    if (!isDown || this.said.has(reason.message)) return;
    this.said.add(reason.message);
    this.logger.warn(`${this.engine} cannot be reached`, reason);
  }

  /** What is said of one that was not there from the start. */
  absence(): Error {
    const { engine, last } = this;
    if (last === undefined) return new Error(`${engine} could not be reached so far`);
    this.said.add(last.message);
    return new Error(`${engine} could not be reached so far: ${last.message}`, { cause: last });
  }

  clear(): void {
    this.last = undefined;
    this.said.clear();
  }
}
