import { fingerprint } from "../base/fingerprint.ts";
import { askIdentity } from "../contexts/identity.ts";
import { errorPayload } from "../message/errors.ts";
import { claimed } from "./claim.ts";
import type { RpcContextImpl } from "./rpc-context.ts";
import type { Asker } from "../state/answers.ts";
import type { Stage } from "../state/route.ts";

/** A key that begins with 128 bits nobody can guess, as base64url (RFC 4648 §5). */
const SECRET = /^[\w-]{22}(?=\.)/;

/**
 * Enters the handler of an idempotent request, or answers a repeat with what the first of its key got. Comes after
 * middleware, guards and validation, which a repeat has to pass as well.
 */
export function once(call: RpcContextImpl, key: string, handler: Stage): unknown {
  const { conn, envelope } = call;
  const { answers, identities } = conn.hub;
  if (!askIdentity(conn)) {
    call.settleError(errorPayload("PERMISSION_DENIED", "This connection has become somebody else's"));
    return undefined;
  }
  const identity = identities.get(conn);
  const secret = identity === undefined ? SECRET.exec(key)?.[0] : undefined;
  const asker = answers.asker(conn, identity, secret);
  const place = placeOf(asker, envelope.type, key, secret);
  const print = fingerprint(envelope.payload);
  const first = answers.find(place);
  if (first === undefined) {
    const entry = (call.remembered = answers.open(place, asker, print, secret));
    const store = conn.hub.handlers.answers;
    // What is a connection's alone no other process is asked for.
    const isOwn = identity === undefined && secret === undefined;
    return store === undefined || isOwn ? handler(call as never) : claimed(call, entry, store, handler);
  }
  if (first.print !== print) {
    const message = "Another request with this idempotencyKey had another payload";
    call.settleError(errorPayload("INVALID_ARGUMENT", message));
    return undefined;
  }
  if (first.answer !== undefined) return call.repeat(first.answer);
  return first.answered().then((answer) => call.repeat(answer));
}

/** Where its answer is kept: with whom it belongs, as JSON, so that no two ever read the same. */
function placeOf({ identity, number }: Asker, type: string, key: string, secret: string | undefined): string {
  if (identity !== undefined) return JSON.stringify([identity, type, key]);
  // Whoever presents a secret is let have what was answered to it; any other key counts for its connection alone.
  return JSON.stringify([secret === undefined ? number : null, type, key]);
}
