import type { CallOptions } from "../api/requests.ts";
import type { ClientPart, Refines } from "../api/part.ts";
import type { StreamsSurface } from "../api/streams.ts";
import { createStream } from "../requests/stream.ts";
import { createStreams } from "../streams/create-streams.ts";
import { type Host, part } from "./host.ts";

/**
 * Rpcs beside which items travel, in either direction or both: `client.stream` asks them. Needs `requests()`, which
 * `@ws-kit/client` has.
 *
 * @example
 * const client = wsClient({ url, use: [streams()] });
 * const upload = client.stream(Upload, { name: file.name }, { send: chunksOf(file) });
 * const { payload } = await upload.result;
 */
export const streams = (): ClientPart<Refines<StreamsSurface>> =>
  part("streams", (host) => {
    const ask = host._ask as NonNullable<Host["_ask"]>;
    // What reports while it runs is iterated as before.
    return createStreams(host, (rpc, payload, options) =>
      createStream((how, cancelBy) => ask(0, rpc, payload, how, {}, cancelBy), options as CallOptions),
    );
  });
