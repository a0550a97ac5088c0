import type { Logger } from "../base/logger.ts";
import { isPromise } from "../base/when.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Broker, BrokerSession } from "../ports/broker.ts";

/** A listener's way to its broker, usable before the broker has answered. */
export class BrokerLink implements BrokerSession {
  private session: BrokerSession | undefined = undefined;
  private readonly connecting: Promise<BrokerSession>;

  constructor(broker: Broker, logger: Logger, deliver: (topic: string, frame: Packet) => void) {
    let connected: BrokerSession | Promise<BrokerSession>;
    try {
      connected = broker.connect(deliver);
    } catch (error) {
      connected = Promise.reject(error);
    }
    if (!isPromise(connected)) this.session = connected;
    this.connecting = Promise.resolve(connected);
    this.connecting.then(
      (session) => (this.session = session),
      (error: unknown) => logger.error("The broker could not be reached: publishes stay in this process", error),
    );
  }

  publish(topic: string, frame: Packet): void | Promise<void> {
    return this.use((session) => session.publish(topic, frame));
  }

  subscribe(topic: string): void | Promise<void> {
    return this.use((session) => session.subscribe(topic));
  }

  unsubscribe(topic: string): void | Promise<void> {
    return this.use((session) => session.unsubscribe(topic));
  }

  async close(): Promise<void> {
    await this.connecting.then(
      (session) => session.close(),
      () => undefined,
    );
  }

  private use(action: (session: BrokerSession) => void | Promise<void>): void | Promise<void> {
    return this.session === undefined ? this.connecting.then(action) : action(this.session);
  }
}
