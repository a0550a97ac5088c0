import { createDurableObject, createWorker } from "@ws-kit/cloudflare";
import { createRouter, message, z } from "@ws-kit/zod";

interface Env {
  ROOM: DurableObjectNamespace<Room>;
}

/** Runs of a schema as a whole, which a server spares where it has a check of its own. */
const runs = { asked: 0, answered: 0 };

const shape = {
  id: z.uuid(),
  kind: z.enum(["a", "b"]),
  tags: z.array(z.string().min(1)).max(3),
  at: z.tuple([z.number(), z.number()]),
  size: z.number().int().default(7),
  by: z.union([z.string(), z.number()]).optional(),
};

function counted(which: keyof typeof runs) {
  const schema = z.object(shape);
  const inner = schema._zod;
  const run: typeof inner.run = inner.run.bind(inner);
  inner.run = (payload, ctx) => {
    runs[which]++;
    return run(payload, ctx);
  };
  return schema;
}

const Ask = message("ASK", counted("asked"));
const Answered = message("ANSWERED", counted("answered"));
const Runs = message("RUNS");
const Told = message("TOLD", { asked: z.number(), answered: z.number(), generated: z.string() });

function generated(): string {
  try {
    // oxlint-disable-next-line no-implied-eval -- asks whether it is allowed
    return String(new Function("return 'allowed'")());
  } catch (error) {
    return (error as Error).name;
  }
}

export class Room extends createDurableObject<Env>(() =>
  createRouter()
    .on(Ask, (ctx) => {
      ctx.send(Answered, ctx.payload);
    })
    .on(Runs, (ctx) => {
      ctx.send(Told, { ...runs, generated: generated() });
    }),
) {}

export default createWorker<Env>({ path: "/rooms/:id", object: (env, id) => env.ROOM.getByName(id) });
