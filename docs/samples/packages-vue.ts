import { defineComponent } from "vue";

export { GetUser, Rename, Said } from "./packages-react.ts";

export default defineComponent({});
