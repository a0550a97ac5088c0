import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Declarations } from "./declarations.ts";

export interface TypeCost {
  /** Deterministic: how often the compiler put types in place of type parameters. */
  readonly instantiations: number;
  /** Milliseconds of type checking, which depends on the machine. */
  readonly checkMs: number;
}

export type Library = "zod" | "valibot";
/** The schemas alone, in messages, or in messages that a router handles and a client sends. */
export type Use = "schemas" | "messages" | "handled";

const fields = (letter: string, index: number) =>
  `{ id: ${letter}.string(), n${index}: ${letter}.number(), list: ${letter}.array(${letter}.object({ at: ${letter}.string() })) }`;

/** A contract of so many messages, each of its own shape; one in four an rpc. */
export function programOf(library: Library, use: Use, count: number): string {
  const letter = library === "zod" ? "z" : "v";
  const lines = [
    use === "schemas"
      ? `import * as ${letter} from "${library}";`
      : `import { ${letter}, message, rpc, createRouter } from "@ws-kit/${library}";`,
  ];
  if (use === "handled") lines.push(`import { wsClient } from "@ws-kit/client/${library}";`);
  const infer = library === "zod" ? "z.infer" : "v.InferOutput";
  for (let index = 0; index < count; index++) {
    const shape = fields(letter, index);
    const rpc = index % 4 === 0;
    if (use === "schemas") {
      // Both sides of a schema are asked for, as whoever sends and whoever handles it does.
      lines.push(
        `export const M${index} = ${letter}.object(${shape});`,
        `export type T${index} = ${infer}<typeof M${index}>;`,
      );
      if (rpc)
        lines.push(
          `export const R${index} = ${letter}.object(${shape}); export type TR${index} = ${infer}<typeof R${index}>;`,
        );
      lines.push(`export const n${index} = (it: T${index}): number => it.n${index} + it.list.length;`);
    } else {
      const response = rpc ? `, "R${index}", ${shape}` : "";
      lines.push(`export const M${index} = ${rpc ? "rpc" : "message"}("M${index}", ${shape}${response});`);
    }
  }
  if (use === "handled") {
    lines.push(
      `const router = createRouter<{ user: string }>();`,
      `const client = wsClient({ url: "ws://localhost" });`,
    );
    for (let index = 0; index < count; index++) {
      const payload = `{ id: "a", n${index}: 1, list: [{ at: "b" }] }`;
      lines.push(
        index % 4 === 0
          ? `router.rpc(M${index}, (ctx) => ctx.reply({ ...ctx.payload, n${index}: ctx.payload.n${index} + 1 })); void client.request(M${index}, ${payload});`
          : `router.on(M${index}, (ctx) => ctx.send(M${index}, ctx.payload)); client.send(M${index}, ${payload});`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

export async function measureTypes(
  declarations: Declarations,
  library: Library,
  use: Use,
  count: number,
): Promise<TypeCost> {
  const file = join(declarations.directory, `cost-${library}-${use}-${count}.ts`);
  await writeFile(file, programOf(library, use, count));
  const printed = await declarations.compile("typescript-7", [file], "--skipLibCheck", "--extendedDiagnostics");
  const error = /^.*error TS.*$/m.exec(printed);
  if (error) throw new Error(error[0]);
  const figure = (name: string) => Number(new RegExp(`${name}:\\s*([\\d.]+)`).exec(printed)?.[1]);
  return { instantiations: figure("Instantiations"), checkMs: figure("Check time") * 1000 };
}
