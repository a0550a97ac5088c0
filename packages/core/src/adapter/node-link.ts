import type { Broker } from "../ports/broker.ts";
import { codecName, type Packet } from "../protocol/codec.ts";
import type { Listener } from "../state/connection.ts";
import { BrokerLink } from "../topics/link.ts";
import { deliverLocally } from "../topics/publish.ts";

/** Ties a listener to its broker: what other nodes publish is delivered here. */
export function linkTo(hub: Listener, broker: Broker): BrokerLink {
  return new BrokerLink(broker, hub.logger, (topic, frame) => deliver(hub, topic, frame));
}

function deliver(hub: Listener, topic: string, frame: Packet): void {
  if ((typeof frame === "string") !== hub.binary) return void deliverLocally(hub, topic, frame, undefined);
  const kind = hub.binary ? "text" : "bytes";
  hub.logger.error(`The broker brought a frame of ${kind} from a node whose codec is not ${codecName(hub.codec)}`);
}
