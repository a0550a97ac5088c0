export * from "../../examples/patterns/src/modules.ts";
