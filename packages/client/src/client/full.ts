import type { Client } from "../api/client.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ClientPart, OptionsOf, RefinedBy, SurfaceOf } from "../api/part.ts";
import { createClient } from "./create-client.ts";
import { contracts, requests, resume, tokens, topics } from "./parts.ts";

/** What a part refines, as that part has it alone: of two signatures the compiler may print what the wrong one says. */
type WithParts<P extends readonly ClientPart[]> = P extends readonly []
  ? Client
  : SurfaceOf<P> & ([keyof RefinedBy<P>] extends [never] ? Client : Omit<Client, keyof RefinedBy<P>>);

/**
 * Makes a client of one WS-Kit server. Nothing happens before it is used, unless `autoConnect` is true.
 *
 * @example
 * const client = wsClient({ url: "wss://example.com/ws" });
 * client.on(Greeting, ({ payload }) => show(payload.text));
 * client.send(Hello, { name: "Ada" });
 */
export function wsClient<const P extends readonly ClientPart[] = []>(
  options: ClientOptions & { readonly use?: P | undefined } & NoInfer<OptionsOf<P>>,
): WithParts<P> {
  const own = [resume(), requests(), tokens(), contracts(), topics()];
  return createClient(options, own) as unknown as WithParts<P>;
}
