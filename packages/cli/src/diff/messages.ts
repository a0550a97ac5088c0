import type { MessageJson } from "@ws-kit/core";
import { breaks, type Change, fine } from "./change.ts";
import { compareSchemas } from "./compare.ts";
import type { Schema } from "./schema.ts";

/** Who writes something, and so whose old schema has to go on being understood. */
export type Writers = readonly ("client" | "server")[];

/** Two messages of one type. */
export function compareMessages(was: MessageJson, is: MessageJson): Change[] {
  const { name } = was;
  if (was.kind !== is.kind) return [breaks(name, is.kind === "rpc" ? "is an rpc now" : "is no rpc any more")];
  // Who writes it in both.
  const writers = writersOf(was).filter((writer) => writersOf(is).includes(writer));
  return [
    ...direction(was, is),
    ...part(`${name}.payload`, was.payload, is.payload, writers),
    ...part(`${name}.meta`, was.meta ?? NOTHING, is.meta ?? NOTHING, writers),
    ...answers(was, is),
  ];
}

function writersOf({ from }: MessageJson): Writers {
  return from === "either" ? ["client", "server"] : [from];
}

/** Both ends have a meta; one that is not declared declares nothing. */
const NOTHING: Schema = { type: "object" };

function direction(was: MessageJson, is: MessageJson): Change[] {
  if (was.from === is.from) return [];
  const kept = writersOf(was).every((writer) => writersOf(is).includes(writer));
  return [(kept ? fine : breaks)(`${was.name}.from`, `is ${is.from} now, was ${was.from}`)];
}

/** A part that may be declared or not. What is not declared is not looked at where it comes. */
export function part(path: string, was: unknown, is: unknown, writers: Writers): Change[] {
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [(writers.includes("client") ? breaks : fine)(path, "is new")];
  if (is === undefined) return [(writers.includes("server") ? breaks : fine)(path, "is gone")];
  return compareSchemas(was as Schema, is as Schema, path).map(({ path: at, text, narrows, widens }) => {
    const trips = (writers.includes("client") && narrows) || (writers.includes("server") && widens);
    return (trips ? breaks : fine)(at, text);
  });
}

/** What an rpc gives back. */
function answers(was: MessageJson, is: MessageJson): Change[] {
  const { name } = was;
  const type = `is ${is.response?.type} now, was ${was.response?.type}`;
  const by: Writers = was.from === "server" ? ["client"] : ["server"];
  return [
    ...(was.response?.type === is.response?.type ? [] : [breaks(`${name}.response.type`, type)]),
    ...part(`${name}.response.payload`, was.response?.payload, is.response?.payload, by),
    ...progress(was, is, by),
    ...errors(was, is, by),
    ...streams(was, is),
    ...idempotence(was, is),
  ];
}

/** Nobody may count on a report; but one that comes has to be what was said. */
function progress(was: MessageJson, is: MessageJson, by: Writers): Change[] {
  const path = `${was.name}.progress`;
  if (was.progress === undefined && is.progress === undefined) return [];
  if (was.progress === undefined || is.progress === undefined) return [fine(path, is.progress ? "is new" : "is gone")];
  return part(path, was.progress, is.progress, by);
}

/** What is asked with a stream and what is asked without are answered otherwise, and so is each end of one. */
function streams(was: MessageJson, is: MessageJson): Change[] {
  return (["client", "server"] as const).flatMap((writer) => {
    const end = writer === "client" ? "fromClient" : "fromServer";
    const path = `${was.name}.stream.${end}`;
    const [old, now] = [was.stream?.[end], is.stream?.[end]];
    if (old === undefined && now === undefined) return [];
    if (old === undefined || now === undefined) return [breaks(path, now === undefined ? "is gone" : "is new")];
    return part(path, old, now, [writer]);
  });
}

/** An error that is not declared is an error all the same, and one that is may never come. */
function errors(was: MessageJson, is: MessageJson, by: Writers): Change[] {
  const [old, now] = [was.errors ?? {}, is.errors ?? {}];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((code) => {
    const path = `${was.name}.errors.${code}`;
    if (code in old && code in now) return part(path, old[code], now[code], by);
    return [fine(path, code in now ? "is new" : "is gone")];
  });
}

/** Clients send an idempotent rpc again where they cannot know whether it ran. */
function idempotence(was: MessageJson, is: MessageJson): Change[] {
  if (was.idempotent === is.idempotent) return [];
  const path = `${was.name}.idempotent`;
  return [
    is.idempotent === true ? fine(path, "may be sent twice now") : breaks(path, "may not be sent twice any more"),
  ];
}
