// For what stands on the core without being part of it: engines that carry publishes to other nodes.
export type { Broker, BrokerSession } from "./ports/broker.ts";
