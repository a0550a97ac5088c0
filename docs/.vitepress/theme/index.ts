import { useData, useRoute } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { h, nextTick, onMounted, watch } from "vue";
import Hero from "../../parts/hero.md";
import Why from "../../parts/why.md";
import "./style.css";

export default {
  extends: DefaultTheme,
  // The front page says why under its title, and shows the three files of a first program beside it.
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      "home-hero-actions-after": () => h("div", { class: "vp-doc hero-why" }, h(Why)),
      "home-hero-image": () => h("div", { class: "vp-doc hero-code" }, h(Hero)),
    }),
  setup() {
    const { frontmatter } = useData();
    const route = useRoute();
    const mend = async (): Promise<void> => {
      await nextTick();
      mendMarkup(frontmatter.value["layout"] === "home");
    };
    onMounted(() => watch(() => route.path, mend, { immediate: true }));
  },
};

/** What the default theme's markup lacks for who reads the site with a screen reader; docs/test has axe look at it. */
function mendMarkup(isHome: boolean): void {
  // The front page has no landmark for its content, which every other page has.
  const content = document.querySelector("#VPContent");
  if (isHome) content?.setAttribute("role", "main");
  else content?.removeAttribute("role");
  // A group of the sidebar is a button, and its arrow was one inside it.
  for (const arrow of document.querySelectorAll(".VPSidebarItem > .item[role=button] > .caret")) {
    for (const name of ["role", "tabindex", "aria-label"]) arrow.removeAttribute(name);
  }
}
