export * from "../../examples/patterns/src/selective.ts";
