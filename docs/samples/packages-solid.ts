export { GetUser, Rename, Said } from "./packages-react.ts";
