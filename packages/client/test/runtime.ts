/** The tour in a process of its own; the last argument is the server's URL. Prints `ok` at the end. */
import { tour } from "./tour.ts";

declare const Deno: { args: string[] } | undefined;

console.log(await tour((typeof Deno === "undefined" ? process.argv.at(-1) : Deno.args[0]) as string));
